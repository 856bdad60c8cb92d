// SPDX-License-Identifier: GPL-2.0-only
//! `defects`: what the kernel's own driver gets wrong, shown with it and then with ours, as a table for the documentation.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use clap::ValueEnum;
use comfy_table::{presets, Table};

use crate::children::Children;
use crate::error::{Error, Result};
use crate::outcome::Outcome;
use crate::run_folder::RunFolder;
use crate::scenario::{self, Defect, Scenario};
use crate::setup::{Driver, Kernel, CHECKOUT};
use crate::suite::Hall;

/// Where the table goes, in the checkout.
const DOCUMENT: &str = "Documentation/defects.md";

/// The result of a scenario that does not fail.
const HOLDS: &str = "holds";

const INTRODUCTION: &str = "\
<!-- Made by `make defects`: what scenarios say is in their first comments. -->
# Defects of the C driver

What the kernel's own driver, `qmi_wwan`, gets wrong, and what this one does in the same place. Each row is a scenario of
`tests-qemu/scenarios/` that ran with both drivers on the same kernel. A scenario fails where the fault is, and holds where it is
not. Those of cdc-wdm, which both drivers share, show the fault itself, and how to live with it; so does that of usbnet, whose way
ours keeps for the programs that rely on it. [security.md](security.md) tells more of them.
";

/// What scenarios came to with each driver, by kernel and name.
type Results = BTreeMap<(String, String), [String; 2]>;

/// Runs the scenarios of all defects with both drivers and writes the document; true if all hold with ours. If there are
/// patterns, only scenarios whose name contains one of them run, and the other rows stay as they are.
pub fn run(run: &RunFolder, children: &Children, jobs: usize, patterns: &[String]) -> Result<bool> {
    let scenarios: Vec<_> = scenario::all()?
        .into_iter()
        .filter(|scenario| !scenario.defects.is_empty())
        .collect();
    let path = Path::new(CHECKOUT).join(DOCUMENT);
    let mut results = Results::new();
    if !patterns.is_empty() {
        results = known(&fs::read_to_string(&path).map_err(Error::file(&path))?);
    }
    let chosen: Vec<_> = scenarios
        .iter()
        .filter(|scenario| {
            patterns.is_empty() || patterns.iter().any(|part| scenario.name.contains(part))
        })
        .cloned()
        .collect();
    if chosen.is_empty() {
        return Err(Error::NoScenario(patterns.join(" ")));
    }
    let mut held = true;
    for (column, driver) in [Driver::C, Driver::Rs].into_iter().enumerate() {
        for &kernel in Kernel::value_variants() {
            let mine: Vec<_> = of_kernel(&chosen, kernel).cloned().collect();
            if mine.is_empty() {
                continue;
            }
            println!(
                "{} with {} on the {kernel} kernel",
                count(mine.len()),
                driver.module()
            );
            let part = run.part(&format!("{}-{kernel}", driver.module()))?;
            let hall = Hall::prepare(kernel.place()?, driver, part, children.clone())?;
            let names: Vec<_> = mine.iter().map(|scenario| scenario.name.clone()).collect();
            hall.run_all(mine, jobs, |name, result| {
                let (text, fine) = judge(result);
                println!("  {name}: {text}");
                held &= fine || driver == Driver::C;
                if names.iter().any(|known| known == name) {
                    let key = (kernel.to_string(), name.to_owned());
                    results.entry(key).or_default()[column] = text;
                }
            })?;
        }
    }
    let table = table(&scenarios, &results);
    println!("\n{table}");
    fs::write(&path, format!("{INTRODUCTION}\n{table}\n")).map_err(Error::file(&path))?;
    println!("\nwritten to {DOCUMENT}");
    Ok(held)
}

/// The results in a document that was written before.
fn known(document: &str) -> Results {
    let rows = document.lines().filter_map(|line| {
        let cells: Vec<_> = line.split(" | ").map(str::trim).collect();
        let [_, _, scenario, kernel, c, ours] = cells[..] else {
            return None;
        };
        let ours = ours.trim_end_matches('|').trim_end();
        let key = (kernel.to_owned(), scenario.to_owned());
        Some((key, [c.to_owned(), ours.to_owned()]))
    });
    rows.collect()
}

fn count(scenarios: usize) -> String {
    format!(
        "{scenarios} scenario{}",
        if scenarios == 1 { "" } else { "s" }
    )
}

fn of_kernel(scenarios: &[Scenario], kernel: Kernel) -> impl Iterator<Item = &Scenario> {
    scenarios
        .iter()
        .filter(move |scenario| scenario.best_on == kernel)
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

/// A row for each defect of each scenario, sorted by number.
fn table(scenarios: &[Scenario], results: &Results) -> Table {
    let mut rows: Vec<(&Defect, &Scenario)> = scenarios
        .iter()
        .flat_map(|scenario| {
            scenario
                .defects
                .iter()
                .map(move |defect| (defect, scenario))
        })
        .collect();
    rows.sort_by_key(|(defect, scenario)| (defect.number, scenario.name.clone()));
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header([
        "",
        "what goes wrong",
        "scenario",
        "kernel",
        "C driver",
        "this driver",
    ]);
    for (defect, scenario) in rows {
        let kernel = scenario.best_on.to_string();
        let [c, ours] = results
            .get(&(kernel.clone(), scenario.name.clone()))
            .cloned()
            .unwrap_or_default()
            .map(|result| match result.as_str() {
                HOLDS if defect.shared => "shown".to_owned(),
                _ => result,
            });
        let number = format!("D{}", defect.number);
        let cells = [
            number,
            defect.text.clone(),
            scenario.name.clone(),
            kernel,
            c,
            ours,
        ];
        table.add_row(cells.map(|cell| cell.replace('|', "\\|")));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_again() {
        let results = known("# Title\n| | what | scenario | kernel | C | ours |\n| D6  | it goes wrong | mux | debug | failed: x  | holds   |\n");
        let key = ("debug".to_owned(), "mux".to_owned());
        let wanted = ["failed: x".to_owned(), "holds".to_owned()];
        assert_eq!(results.get(&key), Some(&wanted));
    }
}
