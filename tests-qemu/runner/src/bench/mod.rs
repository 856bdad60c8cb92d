// SPDX-License-Identifier: GPL-2.0-only
//! `bench`: what packets cost, counted in instructions, with the kernel's own driver, ours, and others beside them.

mod cases;
mod chart;
mod contender;
mod counter;
mod documents;
mod groups;
mod profile;
mod results;
mod session;
mod symbols;
mod tables;
mod targets;
mod traffic;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use crate::children::Children;
use crate::error::{Error, Result};
use crate::kernel::Arch;
use crate::prepare::Builder;
use crate::qemu::{Card, Counted};
use crate::run_folder::{outside, RunFolder};
use crate::scenario::{self, Scenario};
use crate::setup::version;
use crate::suite::Suite;

use cases::{Case, Extent};
use contender::Contender;
use documents::Provenance;
use results::Results;
use session::{Event, Session};

/// Guests that a contender may spoil in one repeat.
const GUESTS: usize = 3;
/// Repeats of a full run.
const REPEATS: usize = 3;

/// What to measure.
pub struct Choice {
    /// What tells most, once, in a few minutes.
    pub quick: bool,
    /// Break instructions down by function.
    pub profile: bool,
    /// How often, if not as often as usual.
    pub repeats: Option<usize>,
    /// The processor that guests have.
    pub arch: Arch,
    /// Parts of names of contenders and cases, such as "ours, raw-ip"; none means all.
    pub patterns: Vec<String>,
}

impl Choice {
    fn extent(&self) -> Extent {
        match (self.profile, self.quick) {
            (true, _) => Extent::Profile,
            (_, true) => Extent::Quick,
            _ => Extent::Full,
        }
    }

    fn contenders(&self) -> &'static [Contender] {
        match self.extent() {
            Extent::Full => &Contender::ALL,
            Extent::Quick => &[Contender::C, Contender::Ours],
            Extent::Profile => &[Contender::C, Contender::Ours, Contender::Virtio],
        }
    }

    fn repeats(&self) -> usize {
        self.repeats.unwrap_or(match self.extent() {
            Extent::Full => REPEATS,
            Extent::Quick | Extent::Profile => 1,
        })
    }

    fn cases(&self, contender: Contender) -> Vec<Case> {
        let mut cases = cases::of(contender, self.extent());
        cases.retain(|case| {
            let name = name(contender, *case);
            self.patterns.is_empty() || self.patterns.iter().any(|part| name.contains(part))
        });
        cases
    }
}

/// What a contender's case is called.
fn name(contender: Contender, case: Case) -> String {
    format!("{}, {case}", contender.label())
}

/// What all guests of a contender are made of.
struct Stand {
    contender: Contender,
    cases: Vec<Case>,
    suite: Suite,
    counted: Counted,
    traffic: PathBuf,
    scenario: Scenario,
}

/// Measures; true if no guest failed and no packet was lost.
pub fn run(choice: &Choice, run: &RunFolder, children: &Children) -> Result<bool> {
    let mut results = Results::default();
    let provenance = provenance(choice, run, children)?;
    let stands = prepare(choice, run, children, &mut results)?;
    let repeats = choice.repeats();
    for repeat in 1..=repeats {
        for stand in &stands {
            println!("{}, run {repeat} of {repeats}:", stand.contender.label());
            stand.measure(choice.extent(), repeat, &mut results)?;
        }
    }
    let targets = targets::all(&results);
    let whole = choice.patterns.is_empty();
    match choice.extent() {
        Extent::Profile => {
            println!("\n{}", profile::sections(&results).trim_end());
            if whole {
                let file = documents::write_profile(&results, &provenance)?;
                println!("\nwritten to {}", file.display());
            }
        }
        extent => {
            let report = documents::report(&results, &targets, &provenance);
            println!("\n{}", report.trim_end());
            if whole && extent == Extent::Full {
                let file = documents::write(&results, &targets, &provenance)?;
                println!("\nwritten to {}", file.display());
            }
        }
    }
    let lost = results.cases.values().any(|figures| figures.lost > 0);
    Ok(!lost && results.failures == 0)
}

/// What is measured with, for those who compare results later.
fn provenance(choice: &Choice, run: &RunFolder, children: &Children) -> Result<Provenance> {
    let builder = Builder::new(run, children);
    let mut qemu = Command::new(choice.arch.qemu());
    let mut git = Command::new("git");
    // The checkout need not be root's.
    git.args(["-c", "safe.directory=/src", "describe"]);
    git.args(["--always", "--dirty", "--abbrev=12"]);
    Ok(Provenance {
        kernel: version("KERNEL_VERSION")?,
        processor: choice.arch.to_string(),
        qemu: builder.said_by("qemu-version", qemu.arg("--version"))?,
        // A checkout need not be a repository, such as one that was unpacked.
        commit: builder
            .said_by("commit", &mut git)
            .unwrap_or_else(|_| "unknown".to_owned()),
        repeats: choice.repeats(),
    })
}

fn prepare(
    choice: &Choice,
    run: &RunFolder,
    children: &Children,
    results: &mut Results,
) -> Result<Vec<Stand>> {
    println!("Building the drivers, the virtual modem, and what counts.");
    let builder = Builder::new(run, children);
    let plugin = builder.counter()?;
    let traffic = builder.traffic(choice.arch)?;
    let mut stands = Vec::new();
    for &contender in choice.contenders() {
        let cases = choice.cases(contender);
        if cases.is_empty() {
            continue;
        }
        let part = run.part(contender.key())?;
        let kernel = choice.arch.stock();
        let suite = Suite::prepare(kernel.place()?, contender.driver(), part, children.clone())?;
        for module in contender.modules() {
            let size = builder.text_size(&suite.system, module)?;
            results.text.insert((*module).to_owned(), size);
        }
        stands.push(Stand {
            contender,
            cases,
            suite,
            counted: Counted {
                plugin: plugin.clone(),
                card: match contender {
                    Contender::Virtio => Card::Plain,
                    _ => Card::Router,
                },
            },
            traffic: traffic.clone(),
            scenario: scenario::bench()?,
        });
    }
    if stands.is_empty() {
        return Err(Error::NoScenario(choice.patterns.join(" ")));
    }
    Ok(stands)
}

impl Stand {
    /// Measures all cases once.
    fn measure(&self, extent: Extent, repeat: usize, results: &mut Results) -> Result<()> {
        let start = Instant::now();
        let total = session::expected(extent, &self.cases);
        let mut done = 0;
        let mut on_event = |event| {
            if !matches!(event, Event::Rejected(..)) {
                done += 1;
            }
            let seconds = start.elapsed().as_secs();
            let place = format!("  [{done:2}/{total}, {}:{:02}]", seconds / 60, seconds % 60);
            self.note(&place, event, results);
        };
        let mut failures = 0;
        let mut session = Session::new(self.contender, extent, &self.cases, &mut on_event);
        for guest in 1..=GUESTS {
            let name = format!("repeat-{repeat}.{guest}");
            let failure = self.in_a_guest(&name, &mut session)?;
            if let Some(failure) = &failure {
                println!("  the guest failed: {failure}");
                failures += 1;
            }
            if session.is_done() {
                break;
            }
            session.leave(failure.as_deref().unwrap_or("the guest ended early"));
        }
        if !session.is_done() {
            println!("  gave up after {GUESTS} guests");
        }
        drop(session);
        results.failures += failures;
        Ok(())
    }

    /// Goes on in a fresh guest; returns what failed in it.
    fn in_a_guest(&self, name: &str, session: &mut Session<'_>) -> Result<Option<String>> {
        let folder = self.suite.run.subfolder(name)?;
        let program = folder.join("traffic");
        fs::copy(&self.traffic, &program).map_err(Error::file(&program))?;
        let mut guest = self.suite.boot_counted(name, Some(&self.counted))?;
        session.enter(folder.clone())?;
        let logs = self.suite.run.subfolder(&format!("{name}-logs"))?;
        let outcome = guest.run_with(&self.scenario, logs, &mut |_| (), session)?;
        if self.suite.children.interrupted() {
            return Err(Error::Interrupted);
        }
        let logs = outside(&outcome.folder);
        let told = |failure| format!("{failure} (all logs: {})", logs.display());
        Ok(outcome.failure.map(told))
    }

    /// Keeps a result, and shows it in a line.
    fn note(&self, place: &str, event: Event, results: &mut Results) {
        let contender = self.contender;
        match event {
            Event::Measured(case, measurement) => {
                let lost = match measurement.lost {
                    0 => String::new(),
                    lost => format!(", {lost} LOST"),
                };
                println!(
                    "{place} {:<44} {:8.3} k instructions a packet{lost}",
                    case.to_string(),
                    measurement.cost()
                );
                results.measured(contender, case, measurement);
            }
            Event::Memory(link, value) => {
                println!("{place} {:<44} {value:8.0} KiB at most", link.name());
                results
                    .memory
                    .entry((contender, link))
                    .or_default()
                    .add(value);
            }
            Event::Rejected(case, reason) => {
                println!("{place} {case}: rejected, and measured again: {reason}");
            }
            Event::Spoilt(case, reason) => {
                println!("{place} {case}: rejected for good: {reason}");
                results.failures += 1;
                results.missing(contender, case, reason);
            }
            Event::Failed(case, reason) => {
                println!("{place} {case}: not available: {reason}");
                results.missing(contender, case, reason);
            }
            Event::NoMemory(link, reason) => {
                println!("{place} {}, memory: not available: {reason}", link.name());
            }
        }
    }
}
