// SPDX-License-Identifier: GPL-2.0-only
//! `test`: checks and scenarios, chosen by name.

use std::time::Duration;

use crate::checks;
use crate::error::{Error, Result};
use crate::report::Report;
use crate::scenario;
use crate::setup;
use crate::suite::Hall;

/// Runs all whose name contains one of the patterns (all, if there is none); true if at least one ran and none failed.
pub fn run(hall: &Hall, jobs: usize, patterns: &[String]) -> Result<bool> {
    let chosen =
        |name: &str| patterns.is_empty() || patterns.iter().any(|part| name.contains(part));
    let mut report = Report::default();
    for check in checks::ALL.iter().filter(|check| chosen(check.name)) {
        check.run(&hall.children, &hall.run, &mut report)?;
    }
    let scenarios: Vec<_> = scenario::all(&setup::scenarios())?
        .into_iter()
        .filter(|scenario| chosen(&scenario.name) && scenario.suits(hall.system.driver))
        .collect();
    if !scenarios.is_empty() {
        hall.run_all(scenarios, jobs, |name, result| match result {
            Ok(outcome) => report.scenario(name, &outcome),
            Err(error) => report.line(name, Duration::ZERO, Some(&error.to_string())),
        })?;
    } else if report.is_empty() {
        return Err(Error::NoScenario(patterns.join(" ")));
    }
    Ok(report.close())
}
