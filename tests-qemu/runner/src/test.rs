// SPDX-License-Identifier: GPL-2.0-only
//! `test`: checks and scenarios, chosen by name.

use std::time::{Duration, Instant};

use crate::checks;
use crate::children::Children;
use crate::error::{Error, Result};
use crate::report::Report;
use crate::run_folder::RunFolder;
use crate::scenario;
use crate::setup::Driver;
use crate::suite::Hall;

/// Runs all whose name contains one of the patterns (all, if there is none); true if at least one ran and none failed.
pub fn run(
    driver: Driver,
    run: RunFolder,
    children: Children,
    jobs: usize,
    patterns: &[String],
) -> Result<bool> {
    let chosen =
        |name: &str| patterns.is_empty() || patterns.iter().any(|part| name.contains(part));
    let mut report = Report::default();
    for check in checks::all()?.iter().filter(|check| chosen(&check.name)) {
        check.run(&children, &run, &mut report)?;
    }
    let mut scenarios = scenario::all()?;
    scenarios.retain(|scenario| chosen(&scenario.name) && scenario.suits(driver));
    if scenarios.is_empty() {
        return match report.is_empty() {
            true => Err(Error::NoScenario(patterns.join(" "))),
            false => Ok(report.close()),
        };
    }
    let start = Instant::now();
    match Hall::prepare(driver, run, children) {
        Ok(hall) => {
            report.line("prepare", start.elapsed(), None);
            hall.run_all(scenarios, jobs, |name, result| match result {
                Ok(outcome) => report.scenario(name, &outcome),
                Err(error) => report.line(name, Duration::ZERO, Some(&error.to_string())),
            })?;
        }
        Err(Error::Interrupted) => return Err(Error::Interrupted),
        Err(error) => report.line("prepare", start.elapsed(), Some(&error.to_string())),
    }
    Ok(report.close())
}
