// SPDX-License-Identifier: GPL-2.0-only
//! What scenarios come to with the kernel's own driver, and with ours.

use std::collections::BTreeMap;

use clap::ValueEnum;

use crate::children::Children;
use crate::error::{Error, Result};
use crate::kernel::{Driver, Kernel};
use crate::markdown;
use crate::outcome::Outcome;
use crate::run_folder::RunFolder;
use crate::scenario::Scenario;
use crate::suite::Suite;

/// The result of a scenario that does not fail.
pub const HOLDS: &str = "holds";

/// What scenarios came to with each driver, by kernel and name: the kernel's own, then ours.
#[derive(Debug, Default)]
pub struct Results(BTreeMap<(String, String), [String; 2]>);

impl Results {
    /// The results that rows of a document have: `find` tells kernel, scenario and results of a row, given its cells.
    pub fn known(document: &str, find: impl Fn(&[String]) -> Option<[String; 4]>) -> Self {
        let rows = document.lines().filter_map(|line| {
            let cells = markdown::cells(line)?;
            let [kernel, scenario, c, ours] = find(&cells)?;
            Some(((kernel, scenario), [c, ours]))
        });
        Self(rows.collect())
    }

    /// What `scenario` came to; empty if it did not run.
    pub fn of(&self, scenario: &Scenario) -> [String; 2] {
        let key = (scenario.best_on.to_string(), scenario.name.clone());
        self.0.get(&key).cloned().unwrap_or_default()
    }

    /// Runs `scenarios` with both drivers, each on its best kernel, and takes what they come to; true if all hold with ours.
    pub fn compare(
        &mut self,
        scenarios: &[Scenario],
        run: &RunFolder,
        children: &Children,
        jobs: usize,
    ) -> Result<bool> {
        let mut held = true;
        for (column, driver) in [Driver::C, Driver::Rs].into_iter().enumerate() {
            for &kernel in Kernel::value_variants() {
                let mine = scenarios
                    .iter()
                    .filter(|scenario| scenario.best_on == kernel);
                let mine: Vec<_> = mine.cloned().collect();
                if mine.is_empty() {
                    continue;
                }
                println!(
                    "{} with {} on the {kernel} kernel",
                    count(mine.len()),
                    driver.module()
                );
                let part = run.part(&format!("{}-{kernel}", driver.module()))?;
                let suite = Suite::prepare(kernel.place()?, driver, part, children.clone())?;
                let names: Vec<_> = mine.iter().map(|scenario| scenario.name.clone()).collect();
                suite.run_all(mine, jobs, |name, result| {
                    let (text, fine) = judge(result);
                    println!("  {name}: {text}");
                    held &= fine || driver == Driver::C;
                    if names.iter().any(|known| known == name) {
                        let key = (kernel.to_string(), name.to_owned());
                        self.0.entry(key).or_default()[column] = text;
                    }
                })?;
            }
        }
        Ok(held)
    }
}

/// Those of `scenarios` whose name contains one of the patterns, or all if there are none.
pub fn choose(scenarios: &[Scenario], patterns: &[String]) -> Result<Vec<Scenario>> {
    let chosen = scenarios.iter().filter(|scenario| {
        patterns.is_empty() || patterns.iter().any(|part| scenario.name.contains(part))
    });
    let chosen: Vec<_> = chosen.cloned().collect();
    if chosen.is_empty() {
        return Err(Error::NoScenario(patterns.join(" ")));
    }
    Ok(chosen)
}

fn count(scenarios: usize) -> String {
    format!(
        "{scenarios} scenario{}",
        if scenarios == 1 { "" } else { "s" }
    )
}

/// What a scenario came to, in words, and whether it held.
fn judge(result: Result<Outcome>) -> (String, bool) {
    match result {
        Ok(Outcome {
            failure: Some(failure),
            ..
        }) => (failure.to_string(), false),
        Ok(Outcome {
            shown: Some(fault), ..
        }) => (format!("shown: {fault}"), true),
        Ok(_) => (HOLDS.to_owned(), true),
        Err(error) => (error.to_string(), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_again() {
        let document = "# Title\n| | scenario | C | ours |\n| D6  | mux | failed: x  | holds   |\n";
        let find = |cells: &[String]| {
            let [_, scenario, c, ours] = cells else {
                return None;
            };
            Some(["stock", scenario, c, ours].map(str::to_owned))
        };
        let key = ("stock".to_owned(), "mux".to_owned());
        let wanted = ["failed: x".to_owned(), "holds".to_owned()];
        assert_eq!(Results::known(document, find).0.get(&key), Some(&wanted));
    }
}
