// SPDX-License-Identifier: GPL-2.0-only
//! `test`: checks and scenarios, chosen by name.

use std::time::Instant;

use crate::checks;
use crate::children::Children;
use crate::error::{Error, Result};
use crate::report::Report;
use crate::run_folder::RunFolder;
use crate::scenario;
use crate::setup::Driver;
use crate::suite::Hall;

/// Which tests to run.
pub struct Choice {
    /// The driver that the guests have.
    pub driver: Driver,
    /// Also what takes long.
    pub full: bool,
    /// Parts of names; none means all.
    pub patterns: Vec<String>,
}

impl Choice {
    fn has(&self, name: &str) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|part| name.contains(part))
    }
}

/// Runs all whose name contains one of the patterns (all, if there is none); true if at least one ran and none failed.
pub fn run(choice: &Choice, run: RunFolder, children: Children, jobs: usize) -> Result<bool> {
    let mut report = Report::default();
    for check in checks::all()?
        .iter()
        .filter(|check| choice.has(&check.name))
    {
        check.run(&children, &run, &mut report)?;
    }
    let mut scenarios = scenario::all()?;
    scenarios.retain(|scenario| {
        choice.has(&scenario.name)
            && scenario.suits(choice.driver)
            && (choice.full || !scenario.full)
    });
    if scenarios.is_empty() {
        return match report.is_empty() {
            true => Err(Error::NoScenario(choice.patterns.join(" "))),
            false => Ok(report.close()),
        };
    }
    let start = Instant::now();
    match Hall::prepare(choice.driver, run, children) {
        Ok(hall) => {
            report.passed("prepare", start.elapsed(), "");
            hall.run_all(scenarios, jobs, |name, result| match result {
                Ok(outcome) => report.scenario(name, &outcome),
                Err(error) => report.failed(name, &error.to_string()),
            })?;
        }
        Err(Error::Interrupted) => return Err(Error::Interrupted),
        Err(error) => report.failed("prepare", &error.to_string()),
    }
    Ok(report.close())
}
