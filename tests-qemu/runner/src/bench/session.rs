// SPDX-License-Identifier: GPL-2.0-only
//! The host's side of `scenarios/bench/bench.sh`: says what to measure next, and reads the counter at the marks.

use std::collections::VecDeque;
use std::path::PathBuf;

use super::cases::{Case, Extent};
use super::contender::{Contender, Link};
use super::counter::{Counter, Snapshot};
use super::groups::Group;
use super::results::Measurement;
use super::symbols::Symbols;
use crate::error::{Error, Result};
use crate::guest::Answers;
use crate::qemu;

/// How often a case is tried that is spoilt each time.
const TRIES: usize = 3;
/// Segments that are downloaded while memory is looked at.
const MEMORY_SEGMENTS: u64 = 1000;

/// A link and what is to be measured over it.
struct Part {
    link: Link,
    cases: VecDeque<Case>,
    memory: bool,
}

/// The parts of these cases, those of a link behind each other.
fn parts(extent: Extent, cases: &[Case]) -> VecDeque<Part> {
    let mut parts: VecDeque<Part> = VecDeque::new();
    for &case in cases {
        match parts.back_mut().filter(|part| part.link == case.link) {
            Some(part) => part.cases.push_back(case),
            None => parts.push_back(Part {
                link: case.link,
                cases: VecDeque::from([case]),
                memory: extent == Extent::Full && has_memory(case.link),
            }),
        }
    }
    parts
}

/// Whether memory is looked at: the others differ in nothing that matters for that.
fn has_memory(link: Link) -> bool {
    !matches!(link, Link::Qmap1Aggregated | Link::Qmap1V5)
}

/// How many results there will be.
pub fn expected(extent: Extent, cases: &[Case]) -> usize {
    parts(extent, cases)
        .iter()
        .map(|part| part.cases.len() + usize::from(part.memory))
        .sum()
}

/// What the guest does now.
#[derive(Clone, Copy, Debug)]
enum Step {
    Link(Link),
    Traffic(Case),
    Memory(Link),
}

/// What comes of a step.
#[derive(Debug)]
pub enum Event {
    /// A case was measured.
    Measured(Case, Measurement),
    /// KiB at most in use during a download, more than before the link was up.
    Memory(Link, f64),
    /// A case was spoilt, and is tried again; how.
    Rejected(Case, String),
    /// A case was spoilt each time; how.
    Spoilt(Case, String),
    /// A case cannot be measured; the reason.
    Failed(Case, String),
    /// The memory cannot be measured; the reason.
    NoMemory(Link, String),
}

/// The measurements of one contender, in one guest or, if that dies, several.
pub struct Session<'a> {
    contender: Contender,
    extent: Extent,
    parts: VecDeque<Part>,
    /// The first part's link is set up.
    link_is_up: bool,
    step: Option<Step>,
    /// How often the case was spoilt that is measured now.
    spoilt: usize,
    guest: Option<Guest>,
    marks: Vec<Snapshot>,
    on_event: &'a mut dyn FnMut(Event),
}

/// What is known of the guest that runs.
struct Guest {
    folder: PathBuf,
    counter: Counter,
    symbols: Symbols,
}

impl<'a> Session<'a> {
    /// A session for these cases, those of a link behind each other. `on_event` gets each result when it is there.
    pub fn new(
        contender: Contender,
        extent: Extent,
        cases: &[Case],
        on_event: &'a mut dyn FnMut(Event),
    ) -> Self {
        Self {
            contender,
            extent,
            parts: parts(extent, cases),
            link_is_up: false,
            step: None,
            spoilt: 0,
            guest: None,
            marks: Vec::new(),
            on_event,
        }
    }

    /// Whether nothing is left to measure.
    pub fn is_done(&self) -> bool {
        self.parts.is_empty()
    }

    /// Goes on with a fresh guest, whose folder this is.
    pub fn enter(&mut self, folder: PathBuf) -> Result<()> {
        self.link_is_up = false;
        self.step = None;
        self.guest = Some(Guest {
            counter: Counter::connect(&qemu::counter_socket(&folder))?,
            symbols: Symbols::default(),
            folder,
        });
        Ok(())
    }

    /// The guest is lost, and with it the step that it did.
    pub fn leave(&mut self, reason: &str) {
        self.guest = None;
        self.fail(reason);
    }

    fn next(&mut self) -> String {
        self.marks.clear();
        while let Some(part) = self.parts.front_mut() {
            if !self.link_is_up {
                self.link_is_up = true;
                self.step = Some(Step::Link(part.link));
                return format!("link {} {}", part.link.name(), self.contender.word());
            }
            if let Some(case) = part.cases.pop_front() {
                self.step = Some(Step::Traffic(case));
                return case.step(self.extent);
            }
            if std::mem::take(&mut part.memory) {
                self.step = Some(Step::Memory(part.link));
                return format!("memory {MEMORY_SEGMENTS}");
            }
            self.parts.pop_front();
            self.link_is_up = false;
        }
        self.step = None;
        "end".to_owned()
    }

    /// Ends the step without a result; without its link, there is none for the rest of its part either.
    fn fail(&mut self, reason: &str) {
        match self.step.take() {
            None => {}
            Some(Step::Traffic(case)) => (self.on_event)(Event::Failed(case, reason.to_owned())),
            Some(Step::Memory(link)) => (self.on_event)(Event::NoMemory(link, reason.to_owned())),
            Some(Step::Link(link)) => {
                self.link_is_up = false;
                if let Some(part) = self.parts.pop_front() {
                    for case in part.cases {
                        (self.on_event)(Event::Failed(case, reason.to_owned()));
                    }
                    if part.memory {
                        (self.on_event)(Event::NoMemory(link, reason.to_owned()));
                    }
                }
            }
        }
    }

    fn guest(&mut self) -> Result<&mut Guest> {
        let lost = || Error::Counter("no guest".to_owned());
        self.guest.as_mut().ok_or_else(lost)
    }

    fn mark(&mut self) -> Result<()> {
        let snapshot = self.guest()?.counter.read()?;
        self.marks.push(snapshot);
        Ok(())
    }

    fn result(&mut self, text: &str) -> Result<()> {
        let (Some(Step::Traffic(case)), Some(after), Some(before)) =
            (self.step, self.marks.pop(), self.marks.pop())
        else {
            return Err(Error::Counter("a result without marks".to_owned()));
        };
        let counts = after.since(&before);
        let mut functions = self.guest()?.symbols.histogram(&counts);
        functions.retain(|function, _| Group::of(function) != Group::Idle);
        let value = |key| {
            text.split_whitespace()
                .find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
                .and_then(|value| value.parse::<u64>().ok())
                .unwrap_or(0)
        };
        let measurement = Measurement {
            packets: value("packets"),
            lost: value("lost"),
            requests_in: value("in"),
            requests_out: value("out"),
            segments: [value("down"), value("up")],
            empty: [value("down-empty"), value("up-empty")],
            reached: value("reached"),
            user: counts.user,
            functions,
        };
        self.step = None;
        if let Some(reason) = measurement.spoilt(case) {
            self.reject(case, reason);
            return Ok(());
        }
        self.spoilt = 0;
        (self.on_event)(if measurement.packets == 0 && measurement.reached == 0 {
            Event::Failed(case, "no packet arrived".to_owned())
        } else {
            Event::Measured(case, measurement)
        });
        Ok(())
    }

    /// Has a case measured again, unless that was done often enough.
    fn reject(&mut self, case: Case, reason: String) {
        self.spoilt += 1;
        let again = self.spoilt < TRIES;
        match self.parts.front_mut() {
            Some(part) if again => {
                part.cases.push_front(case);
                (self.on_event)(Event::Rejected(case, reason));
            }
            _ => {
                self.spoilt = 0;
                (self.on_event)(Event::Spoilt(case, reason));
            }
        }
    }

    fn memory(&mut self, text: &str) {
        if let (Some(Step::Memory(link)), Ok(value)) = (self.step.take(), text.parse()) {
            (self.on_event)(Event::Memory(link, value));
        }
    }

    fn read_symbols(&mut self) -> Result<()> {
        let guest = self.guest()?;
        guest.symbols = Symbols::read(&qemu::symbols_file(&guest.folder))?;
        Ok(())
    }
}

impl Answers for Session<'_> {
    fn answer(&mut self, verb: &str, rest: &str) -> Option<Result<String>> {
        let done = match verb {
            "next" => return Some(Ok(self.next())),
            "mark" => self.mark(),
            "result" => self.result(rest),
            "symbols" => self.read_symbols(),
            "memory" => {
                self.memory(rest);
                Ok(())
            }
            "failed" => {
                self.fail(rest);
                Ok(())
            }
            _ => return None,
        };
        Some(done.map(|()| String::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::cases;
    use super::*;

    fn steps(session: &mut Session<'_>, on_step: impl Fn(&mut Session<'_>, &str)) -> Vec<String> {
        let mut steps = Vec::new();
        loop {
            let step = session.next();
            if step == "end" {
                return steps;
            }
            on_step(session, &step);
            steps.push(step);
        }
    }

    #[test]
    fn a_link_comes_before_its_cases() {
        let cases = cases::of(Contender::C, Extent::Quick);
        let mut ignore = |_| ();
        let mut session = Session::new(Contender::C, Extent::Quick, &cases, &mut ignore);
        let steps = steps(&mut session, |_, _| ());
        assert_eq!(steps[0], "link raw-ip driver");
        assert_eq!(steps[1], "traffic 4 tcp-down --count 3000");
        assert_eq!(steps.len(), cases.len() + 2);
        assert_eq!(expected(Extent::Quick, &cases), cases.len());
        assert_eq!(expected(Extent::Full, &cases), cases.len() + 2);
        assert!(session.is_done());
    }

    #[test]
    fn a_link_that_fails_costs_its_own_cases_only() {
        let cases = cases::of(Contender::Ours, Extent::Full);
        let mut failed = Vec::new();
        let mut note = |event| {
            if let Event::Failed(case, _) = event {
                failed.push(case);
            }
        };
        let mut session = Session::new(Contender::Ours, Extent::Full, &cases, &mut note);
        let steps = steps(&mut session, |session, step| {
            if step.starts_with("link qmap-1-aggregated") {
                session.fail("ethtool refused");
            }
        });
        assert!(steps.iter().any(|step| step.starts_with("link qmap-4")));
        let lost = |case: &&Case| case.link == Link::Qmap1Aggregated;
        let wanted: Vec<_> = cases.iter().filter(lost).copied().collect();
        assert!(!wanted.is_empty());
        assert_eq!(failed, wanted);
    }

    #[test]
    fn a_spoilt_case_is_tried_again_but_not_for_ever() {
        let cases = cases::of(Contender::C, Extent::Quick);
        let (mut rejected, mut spoilt) = (0, 0);
        let mut note = |event| match event {
            Event::Rejected(..) => rejected += 1,
            Event::Spoilt(..) => spoilt += 1,
            _ => panic!("{event:?}"),
        };
        let mut session = Session::new(Contender::C, Extent::Quick, &cases, &mut note);
        let steps = steps(&mut session, |session, step| {
            if step.contains("tcp-down") {
                session.reject(cases[0], "busy".to_owned());
            }
        });
        let downloads = steps.iter().filter(|step| step.contains("tcp-down"));
        assert_eq!(downloads.count(), 2 * TRIES);
        drop(session);
        assert_eq!((rejected, spoilt), (2 * (TRIES - 1), 2));
    }

    #[test]
    fn a_lost_guest_costs_one_case() {
        let cases = cases::of(Contender::Rmnet, Extent::Quick);
        let mut failed = 0;
        let mut note = |_| failed += 1;
        let mut session = Session::new(Contender::Rmnet, Extent::Quick, &cases, &mut note);
        session.next();
        session.next();
        session.leave("panic");
        session.link_is_up = false;
        assert_eq!(session.next(), "link qmap-1 rmnet");
        assert_eq!(session.next(), "traffic 4 tcp-up --count 3000");
        drop(session);
        assert_eq!(failed, 1);
    }
}
