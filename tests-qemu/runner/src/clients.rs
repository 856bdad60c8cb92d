// SPDX-License-Identifier: GPL-2.0-only
//! `clients`: the programs that people use modems with, with the kernel's own driver and with ours, as a table for the
//! documentation.

use std::fs;
use std::path::Path;
use std::process::Command;

use comfy_table::Table;

use crate::children::Children;
use crate::comparison::{self, Results};
use crate::error::{Error, Result};
use crate::markdown;
use crate::run_folder::RunFolder;
use crate::scenario::{self, Client, Scenario};
use crate::setup::CHECKOUT;

/// Where the table goes, in the checkout.
const DOCUMENT: &str = "Documentation/clients.md";

/// The name of its place there.
const PLACE: &str = "clients";

/// Runs the scenarios of all clients with both drivers and writes the table; true if all hold with ours. If there are patterns,
/// only scenarios whose name contains one of them run, and the results of the others stay as they are.
pub fn run(run: &RunFolder, children: &Children, jobs: usize, patterns: &[String]) -> Result<bool> {
    let mut scenarios = scenario::all()?;
    scenarios.retain(|scenario| scenario.client.is_some());
    let path = Path::new(CHECKOUT).join(DOCUMENT);
    let document = fs::read_to_string(&path).map_err(Error::file(&path))?;
    let chosen = comparison::choose(&scenarios, patterns)?;
    let mut results = known(&document);
    let held = results.compare(&chosen, run, children, jobs)?;
    let table = table(&scenarios, &results, version);
    println!("\n{table}");
    let text = markdown::replace(&document, PLACE, &table).ok_or(Error::NoPlace {
        path: path.clone(),
        place: PLACE,
    })?;
    fs::write(&path, text).map_err(Error::file(&path))?;
    println!("\nwritten to {DOCUMENT}");
    Ok(held)
}

/// The results that the document has.
fn known(document: &str) -> Results {
    Results::known(document, |cells| {
        let [_, _, scenario, _, kernel, c, ours] = cells else {
            return None;
        };
        Some([kernel, scenario, c, ours].map(String::clone))
    })
}

/// The version of a package of the guests' root file system, without what the distribution adds.
fn version(package: &str) -> Option<String> {
    // One that is not installed but unpacked is known to the archive.
    let installed = Command::new("dpkg-query")
        .args(["--show", "--showformat=${Version}", package])
        .output()
        .ok()?;
    let mut version = String::from_utf8(installed.stdout).ok()?;
    if version.is_empty() {
        let known = Command::new("apt-cache")
            .args(["show", "--no-all-versions", package])
            .output()
            .ok()?;
        let text = String::from_utf8(known.stdout).ok()?;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("Version: "))?;
        version = line.to_owned();
    }
    Some(version)
}

/// A row for each scenario, by program.
fn table(
    scenarios: &[Scenario],
    results: &Results,
    version: impl Fn(&str) -> Option<String>,
) -> Table {
    let mut rows: Vec<(&Client, &Scenario)> = scenarios
        .iter()
        .filter_map(|scenario| Some((scenario.client.as_ref()?, scenario)))
        .collect();
    rows.sort_by_key(|(client, scenario)| (client.program.to_lowercase(), scenario.name.clone()));
    let mut table = markdown::table([
        "program",
        "package",
        "scenario",
        "what it shows",
        "kernel",
        "C driver",
        "this driver",
    ]);
    for (client, scenario) in rows {
        let [c, ours] = results.of(scenario);
        let version = version(&client.package).unwrap_or_default();
        let cells = [
            client.program.clone(),
            format!("{} {version}", client.package).trim().to_owned(),
            scenario.name.clone(),
            scenario.title.clone(),
            scenario.best_on.to_string(),
            c,
            ours,
        ];
        table.add_row(cells.map(|text| markdown::cell(&text)));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_again() {
        let scenarios: Vec<_> = scenario::all()
            .unwrap()
            .into_iter()
            .filter(|scenario| scenario.client.is_some())
            .collect();
        assert!(!scenarios.is_empty());
        let name = &scenarios[0].name;
        let document = format!("| p | q 1 | {name} | it | stock | failed: x | holds |\n");
        let results = known(&document);
        let text = table(&scenarios, &results, |_| None).to_string();
        let row = text.lines().find(|line| line.contains(name)).unwrap();
        let cells = markdown::cells(row).unwrap();
        assert_eq!(cells[5..], ["failed: x", "holds"]);
    }
}
