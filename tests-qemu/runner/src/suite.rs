// SPDX-License-Identifier: GPL-2.0-only
//! Runs scenarios in several guests side by side.

use std::collections::VecDeque;
use std::sync::mpsc::{channel, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;

use std::path::PathBuf;

use crate::children::Children;
use crate::error::{Error, Result};
use crate::guest::Guest;
use crate::kernel::Driver;
use crate::outcome::Outcome;
use crate::prepare::Builder;
use crate::qemu::Counted;
use crate::run_folder::RunFolder;
use crate::scenario::Scenario;
use crate::setup::{Place, System};

/// All that is needed to boot guests.
pub struct Suite {
    /// What they boot.
    pub system: System,
    /// The virtual modem's program.
    pub modem_program: PathBuf,
    /// Where their logs go.
    pub run: RunFolder,
    /// Whose children QEMU and the modems are.
    pub children: Children,
}

impl Suite {
    /// Builds all that guests with this kernel and driver need.
    pub fn prepare(
        kernel: Place,
        driver: Driver,
        run: RunFolder,
        children: Children,
    ) -> Result<Self> {
        let builder = Builder::new(&run, &children);
        Ok(Self {
            modem_program: builder.modem()?,
            system: builder.system(kernel, driver)?,
            run,
            children,
        })
    }

    /// Boots a guest with this name.
    pub fn boot(&self, name: &str) -> Result<Guest> {
        self.boot_counted(name, None)
    }

    /// Boots a guest whose instructions may be counted.
    pub fn boot_counted(&self, name: &str, counted: Option<&Counted>) -> Result<Guest> {
        Guest::boot(
            &self.system,
            &self.modem_program,
            &self.run,
            name,
            &self.children,
            counted,
        )
    }

    /// Runs all scenarios in `jobs` guests at a time; `on_end` gets each result when it is there. A guest that a scenario
    /// left unclean is replaced.
    pub fn run_all(
        &self,
        scenarios: Vec<Scenario>,
        jobs: usize,
        mut on_end: impl FnMut(&str, Result<Outcome>),
    ) -> Result<()> {
        let jobs = jobs.clamp(1, scenarios.len().max(1));
        let waiting = Mutex::new(VecDeque::from(scenarios));
        thread::scope(|scope| {
            let (results, received) = channel();
            for job in 1..=jobs {
                let (waiting, results) = (&waiting, results.clone());
                scope.spawn(move || self.work(job, waiting, &results));
            }
            drop(results);
            for (name, outcome) in received {
                if !self.children.interrupted() {
                    on_end(&name, outcome);
                }
            }
        });
        if self.children.interrupted() {
            return Err(Error::Interrupted);
        }
        Ok(())
    }

    /// One guest after the other, until no scenario waits.
    fn work(
        &self,
        job: usize,
        waiting: &Mutex<VecDeque<Scenario>>,
        results: &Sender<(String, Result<Outcome>)>,
    ) {
        let take = || {
            waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front()
        };
        let mut guest = None;
        let mut guests = 0;
        while let Some(scenario) = take() {
            if self.children.interrupted() {
                return;
            }
            let current = guest.take().map_or_else(
                || {
                    guests += 1;
                    self.boot(&format!("guest-{job}.{guests}"))
                },
                Ok,
            );
            let outcome = current.and_then(|mut current| {
                let folder = self.run.subfolder(&scenario.name)?;
                let outcome = current.run(&scenario, folder, &mut |_| ())?;
                if outcome.guest_is_sound {
                    guest = Some(current);
                }
                Ok(outcome)
            });
            // The receiver lives as long as this scope.
            let _ = results.send((scenario.name, outcome));
        }
        if let Some(guest) = guest {
            let name = format!("guest-{job}.{guests}-close");
            let outcome = self
                .run
                .subfolder(&name)
                .and_then(|folder| guest.close(folder));
            if !matches!(&outcome, Ok(Outcome { failure: None, .. })) {
                let _ = results.send((name, outcome));
            }
        }
    }
}
