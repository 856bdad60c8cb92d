// SPDX-License-Identifier: GPL-2.0-only
//! `test`: checks and scenarios, chosen by name.

use std::time::Instant;

use clap::ValueEnum;

use crate::checks::{self, Check};
use crate::children::Children;
use crate::error::{Error, Result};
use crate::kernel::{Arch, Driver, Kernel};
use crate::report::Report;
use crate::run_folder::RunFolder;
use crate::scenario::{self, Scenario};
use crate::suite::Suite;

/// Which tests to run.
pub struct Choice {
    /// The driver that the guests have.
    pub driver: Driver,
    /// The kernels that the guests boot; none means the best one for each scenario, or all if `full`.
    pub kernels: Vec<Kernel>,
    /// If given, only kernels for this processor.
    pub arch: Option<Arch>,
    /// Also what takes long.
    pub full: bool,
    /// Parts of names, or folders of scenarios; none means all.
    pub patterns: Vec<String>,
}

impl Choice {
    fn kernels(&self) -> Vec<Kernel> {
        if !self.kernels.is_empty() {
            return self.kernels.clone();
        }
        let mut all = Kernel::value_variants().to_vec();
        all.retain(|kernel| self.arch.is_none_or(|arch| kernel.arch() == arch));
        all
    }

    fn has(&self, is_named: impl Fn(&str) -> bool) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|part| is_named(part))
    }

    fn has_check(&self, check: &Check) -> bool {
        self.has(|part| check.name.contains(part)) && (self.full || !check.full)
    }

    /// Whether there is time for all kernels of those that were not chosen one by one.
    fn all_kernels(&self) -> bool {
        self.full || self.arch.is_some_and(|arch| arch != Arch::Amd64)
    }

    fn has_scenario(&self, scenario: &Scenario, kernel: Kernel) -> bool {
        self.has(|part| scenario.is_named(part, kernel))
            && scenario.suits(self.driver, kernel)
            && (self.full || !scenario.full)
            && (!self.kernels.is_empty() || scenario.is_for(kernel, self.all_kernels()))
    }
}

/// What a scenario on a kernel is called.
fn label(kernel: Kernel, scenario: &str) -> String {
    format!("{kernel}/{scenario}")
}

/// Runs all whose name contains one of the patterns (all, if there is none); true if at least one ran and none failed.
pub fn run(choice: &Choice, run: RunFolder, children: Children, jobs: usize) -> Result<bool> {
    let mut report = Report::default();
    for check in checks::all()?
        .iter()
        .filter(|check| choice.has_check(check))
    {
        check.run(&children, &run, &mut report)?;
    }
    let scenarios = scenario::all()?;
    for kernel in choice.kernels() {
        let mut scenarios = scenarios.clone();
        scenarios.retain(|scenario| choice.has_scenario(scenario, kernel));
        if scenarios.is_empty() {
            continue;
        }
        let start = Instant::now();
        let part = run.part(&kernel.to_string())?;
        let prepare = |place| Suite::prepare(place, choice.driver, part, children.clone());
        match kernel.place().and_then(prepare) {
            Ok(suite) => {
                report.passed(&label(kernel, "prepare"), start.elapsed(), "");
                suite.run_all(scenarios, jobs, |name, result| {
                    let name = label(kernel, name);
                    match result {
                        Ok(outcome) => report.scenario(&name, &outcome),
                        Err(error) => report.failed(&name, &error.to_string()),
                    }
                })?;
            }
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => report.failed(&label(kernel, "prepare"), &error.to_string()),
        }
    }
    if report.is_empty() {
        return Err(Error::NoScenario(choice.patterns.join(" ")));
    }
    Ok(report.close())
}
