// SPDX-License-Identifier: GPL-2.0-only
//! What a scenario came to, from its part of the guest's streams.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use regex::Regex;

use crate::error::{Error, Result};
use crate::kernel_log::{without_time, Watch};

/// Lines of output that are kept for a report.
const TAIL: usize = 20;

/// The result of a scenario.
#[derive(Debug)]
pub struct Outcome {
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// Whether the guest is fit for another scenario.
    pub guest_is_sound: bool,
    /// From the request to the tidy guest.
    pub duration: Duration,
    /// What the scenario reported for a table, in order: key and value.
    pub facts: Vec<(String, String)>,
    /// The last lines that it printed.
    pub tail: Vec<String>,
    /// The kernel's fault that it was to show.
    pub shown: Option<String>,
    /// The kernel's lines that failed it.
    pub kernel_excerpt: Vec<String>,
    /// Where its logs are.
    pub folder: PathBuf,
}

/// Why a scenario failed.
#[derive(Debug)]
pub enum Failure {
    /// Its script ended with this status; its last line says why.
    Script(String, String),
    /// The kernel logged a fault.
    Kernel(String),
    /// The kernel logged no such fault, which the scenario was to show.
    NotShown(String),
    /// The driver's module, a device or a process stayed.
    LeftBehind(String),
    /// The modem in this port ended by itself.
    Modem(usize, String),
    /// It did not end in time.
    TimedOut(Duration),
    /// The guest went away.
    GuestEnded,
}

impl Outcome {
    /// Of a scenario that is to show a fault of the kernel: only that makes it a success.
    pub fn showing(mut self, pattern: &str) -> Result<Self> {
        let wanted = Regex::new(pattern)?;
        self.failure = match self.failure {
            Some(Failure::Kernel(line)) if wanted.is_match(&line) => {
                self.shown = Some(line);
                None
            }
            None => Some(Failure::NotShown(pattern.to_owned())),
            other => other,
        };
        Ok(self)
    }

    /// The facts on one line.
    pub fn note(&self) -> String {
        let facts: Vec<_> = self
            .facts
            .iter()
            .map(|(key, value)| format!("{key} {value}"))
            .collect();
        facts.join(", ")
    }
}

impl Failure {
    /// Whether the guest may still be fit for another scenario.
    fn spares_guest(&self) -> bool {
        matches!(self, Self::Script(..) | Self::Modem(..))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Script(status, line) if line.is_empty() => {
                write!(f, "ended with status {status}")
            }
            Self::Script(_, line) => write!(f, "{line}"),
            Self::NotShown(pattern) => write!(f, "the kernel shows no fault like '{pattern}'"),
            Self::Kernel(line) => write!(f, "kernel: {line}"),
            Self::LeftBehind(what) => write!(f, "left behind: {what}"),
            Self::Modem(port, line) => write!(f, "modem {port} ended by itself: {line}"),
            Self::TimedOut(limit) => write!(f, "not done after {} s", limit.as_secs()),
            Self::GuestEnded => write!(f, "the guest ended (a kernel panic?)"),
        }
    }
}

/// Takes a scenario's part of the streams while it runs.
pub struct Recording<'a> {
    name: String,
    start: Instant,
    on_output: &'a mut dyn FnMut(&str),
    output: File,
    output_ended: bool,
    kernel: File,
    watch: Watch,
    /// Lines like this are no fault.
    permitted: Option<Regex>,
    tail: Vec<String>,
    facts: Vec<(String, String)>,
    /// From the mark in the kernel's log: exit status, and what was left behind.
    verdict: Option<(String, String)>,
    crashed: Option<(usize, String)>,
    folder: PathBuf,
}

impl<'a> Recording<'a> {
    /// Begins; logs go to `folder`, lines of output also to `on_output`.
    pub fn begin(name: &str, folder: PathBuf, on_output: &'a mut dyn FnMut(&str)) -> Result<Self> {
        let create = |name| {
            let path = folder.join(name);
            File::create(&path).map_err(Error::file(path))
        };
        Ok(Self {
            name: name.to_owned(),
            start: Instant::now(),
            on_output,
            output: create("output.log")?,
            output_ended: false,
            kernel: create("kernel.log")?,
            watch: Watch::default(),
            permitted: None,
            tail: Vec::new(),
            facts: Vec::new(),
            verdict: None,
            crashed: None,
            folder,
        })
    }

    /// Takes no line like this for a fault of the kernel.
    pub fn permitting(mut self, pattern: Option<&str>) -> Result<Self> {
        self.permitted = pattern.map(Regex::new).transpose()?;
        Ok(self)
    }

    /// When it began.
    pub fn start(&self) -> Instant {
        self.start
    }

    /// Whether all has come.
    pub fn is_over(&self) -> bool {
        self.verdict.is_some() && self.output_ended
    }

    /// Takes a line of the kernel's log. A fault that was logged before the scenario began counts too: there is nothing else
    /// that would show it.
    pub fn kernel_line(&mut self, line: &str) -> Result<()> {
        if !self.permitted.as_ref().is_some_and(|p| p.is_match(line)) {
            self.watch.line(line);
        }
        writeln!(self.kernel, "{line}")?;
        let end = format!("e2e: {} ended ", self.name);
        if let Some(verdict) = without_time(line).strip_prefix(&end) {
            let (status, left) = verdict.split_once(' ').unwrap_or((verdict, ""));
            self.verdict = Some((status.to_owned(), left.to_owned()));
        }
        Ok(())
    }

    /// Takes a line of the output port.
    pub fn output_line(&mut self, line: &str) -> Result<()> {
        match line.strip_suffix(&format!("e2e: {} ended", self.name)) {
            None => self.text(line),
            Some(rest) => {
                self.output_ended = true;
                // A last line without a newline has the mark behind it.
                if rest.is_empty() {
                    Ok(())
                } else {
                    self.text(rest)
                }
            }
        }
    }

    /// Takes a fact for a table.
    pub fn fact(&mut self, key: &str, value: &str) {
        self.facts.push((key.to_owned(), value.to_owned()));
    }

    /// Notes that a modem ended by itself.
    pub fn modem_crashed(&mut self, port: usize, message: String) {
        self.crashed.get_or_insert((port, message));
    }

    fn text(&mut self, line: &str) -> Result<()> {
        let seconds = self.start.elapsed().as_secs_f32();
        writeln!(self.output, "[{seconds:8.3}] {line}")?;
        (self.on_output)(line);
        if self.tail.len() == TAIL {
            self.tail.remove(0);
        }
        self.tail.push(line.to_owned());
        Ok(())
    }

    /// Comes to a result; `broken_off` is why it did not go on to its end. A fault of the kernel explains most, so it comes
    /// first.
    pub fn judge(self, broken_off: Option<Failure>) -> Outcome {
        let (status, left) = self.verdict.unwrap_or_default();
        let kernel = self
            .watch
            .headline()
            .map(str::to_owned)
            .map(Failure::Kernel);
        let modem = self.crashed.map(|(port, line)| Failure::Modem(port, line));
        let script = (status != "0").then(|| {
            let last = self.tail.iter().rev().find(|line| !line.trim().is_empty());
            Failure::Script(status, last.cloned().unwrap_or_default())
        });
        let left_behind = (!left.is_empty()).then_some(Failure::LeftBehind(left));
        let failure = kernel.or(broken_off).or(modem).or(script).or(left_behind);
        Outcome {
            guest_is_sound: failure.as_ref().is_none_or(Failure::spares_guest),
            failure,
            duration: self.start.elapsed(),
            facts: self.facts,
            shown: None,
            kernel_excerpt: self.watch.excerpt().to_vec(),
            tail: self.tail,
            folder: self.folder,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(lines: impl FnOnce(&mut Recording<'_>)) -> Outcome {
        outcome_of(None, lines)
    }

    fn outcome_of(permits: Option<&str>, lines: impl FnOnce(&mut Recording<'_>)) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        let mut ignore = |_: &str| ();
        let folder = folder.path().to_owned();
        let recording = Recording::begin("a", folder, &mut ignore).unwrap();
        let mut recording = recording.permitting(permits).unwrap();
        lines(&mut recording);
        assert!(recording.is_over());
        recording.judge(None)
    }

    #[test]
    fn both_marks_end_it() {
        let outcome = outcome(|recording| {
            recording.kernel_line("[    1.0] e2e: a begins").unwrap();
            recording.output_line("fine").unwrap();
            assert!(!recording.is_over());
            recording.output_line("no newlinee2e: a ended").unwrap();
            assert!(!recording.is_over());
            recording.kernel_line("[    2.0] e2e: a ended 0").unwrap();
        });
        assert!(outcome.failure.is_none());
        assert_eq!(outcome.tail, ["fine", "no newline"]);
    }

    #[test]
    fn the_last_line_says_why() {
        let outcome = outcome(|recording| {
            recording.output_line("failed: no wwan0").unwrap();
            recording.output_line("e2e: a ended").unwrap();
            recording.kernel_line("[    2.0] e2e: a ended 1").unwrap();
        });
        assert_eq!(outcome.failure.unwrap().to_string(), "failed: no wwan0");
        assert!(outcome.guest_is_sound);
    }

    #[test]
    fn what_is_left_behind_fails_it() {
        let outcome = outcome(|recording| {
            recording.output_line("e2e: a ended").unwrap();
            recording
                .kernel_line("[    2.0] e2e: a ended 0 wwan0 qmi_wwan")
                .unwrap();
        });
        assert_eq!(
            outcome.failure.unwrap().to_string(),
            "left behind: wwan0 qmi_wwan"
        );
        assert!(!outcome.guest_is_sound);
    }

    #[test]
    fn a_fault_that_is_to_be_shown_is_wanted() {
        let bad = || {
            outcome(|recording| {
                recording.kernel_line("[    1.0] BUG: bad thing").unwrap();
                recording.output_line("e2e: a ended").unwrap();
                recording.kernel_line("[    2.0] e2e: a ended 0").unwrap();
            })
        };
        let shown = bad().showing("bad .hing").unwrap();
        assert!(shown.failure.is_none() && !shown.guest_is_sound);
        assert_eq!(shown.shown.unwrap(), "BUG: bad thing");
        let other = bad().showing("worse").unwrap();
        assert!(matches!(other.failure, Some(Failure::Kernel(_))));
        let none = outcome(|recording| {
            recording.output_line("e2e: a ended").unwrap();
            recording.kernel_line("[    2.0] e2e: a ended 0").unwrap();
        });
        let none = none.showing("bad").unwrap();
        assert!(matches!(none.failure, Some(Failure::NotShown(_))));
    }

    #[test]
    fn what_is_permitted_is_no_fault() {
        let judge = |line: &str| {
            outcome_of(Some("late .*queue"), |recording| {
                recording.kernel_line(line).unwrap();
                recording.output_line("e2e: a ended").unwrap();
                recording.kernel_line("[    2.0] e2e: a ended 0").unwrap();
            })
        };
        let fault = |line: &str| judge(line).failure.is_some();
        assert!(!fault("[    1.0] BUG: late transmit queue"));
        assert!(fault("[    1.0] BUG: bad thing"));
    }

    #[test]
    fn a_fault_of_the_kernel_comes_first() {
        let outcome = outcome(|recording| {
            recording.kernel_line("[    1.0] BUG: bad thing").unwrap();
            recording.output_line("e2e: a ended").unwrap();
            recording.kernel_line("[    2.0] e2e: a ended 1").unwrap();
        });
        assert_eq!(
            outcome.failure.unwrap().to_string(),
            "kernel: BUG: bad thing"
        );
        assert!(!outcome.guest_is_sound);
    }
}
