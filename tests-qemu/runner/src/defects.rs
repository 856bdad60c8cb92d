// SPDX-License-Identifier: GPL-2.0-only
//! `defects`: what the kernel's own driver gets wrong, shown with it and then with ours, as a table for the documentation.

use std::fs;
use std::path::Path;

use comfy_table::Table;

use crate::children::Children;
use crate::comparison::{self, Results, HOLDS};
use crate::error::{Error, Result};
use crate::markdown;
use crate::run_folder::RunFolder;
use crate::scenario::{self, Defect, Scenario};
use crate::setup::CHECKOUT;

/// Where the table goes, in the checkout.
const DOCUMENT: &str = "Documentation/defects.md";

const INTRODUCTION: &str = "\
<!-- Made by `make defects`: what scenarios say is in their first comments. -->
# Defects of the C driver

What the kernel's own driver, `qmi_wwan`, gets wrong, and what this one does in the same place. Each row is a scenario of
`tests-qemu/scenarios/` that ran with both drivers on the same kernel. A scenario fails where the fault is, and holds where it is
not. Those of cdc-wdm, which both drivers share, show the fault itself, and how to live with it; so does that of usbnet, whose way
ours keeps for the programs that rely on it. [security.md](security.md) tells more of them.
";

/// Runs the scenarios of all defects with both drivers and writes the document; true if all hold with ours. If there are
/// patterns, only scenarios whose name contains one of them run, and the other rows stay as they are.
pub fn run(run: &RunFolder, children: &Children, jobs: usize, patterns: &[String]) -> Result<bool> {
    let scenarios: Vec<_> = scenario::all()?
        .into_iter()
        .filter(|scenario| !scenario.defects.is_empty())
        .collect();
    let path = Path::new(CHECKOUT).join(DOCUMENT);
    let mut results = Results::default();
    if !patterns.is_empty() {
        results = known(&fs::read_to_string(&path).map_err(Error::file(&path))?);
    }
    let chosen = comparison::choose(&scenarios, patterns)?;
    let held = results.compare(&chosen, run, children, jobs)?;
    let table = table(&scenarios, &results);
    println!("\n{table}");
    fs::write(&path, format!("{INTRODUCTION}\n{table}\n")).map_err(Error::file(&path))?;
    println!("\nwritten to {DOCUMENT}");
    Ok(held)
}

/// The results in a document that was written before.
fn known(document: &str) -> Results {
    Results::known(document, |cells| {
        let [_, _, scenario, kernel, c, ours] = cells else {
            return None;
        };
        Some([kernel, scenario, c, ours].map(String::clone))
    })
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
    let mut table = markdown::table([
        "",
        "what goes wrong",
        "scenario",
        "kernel",
        "C driver",
        "this driver",
    ]);
    for (defect, scenario) in rows {
        let [c, ours] = results.of(scenario).map(|result| match result.as_str() {
            HOLDS if defect.shared => "shown".to_owned(),
            _ => result,
        });
        let number = format!("D{}", defect.number);
        let cells = [
            number,
            defect.text.clone(),
            scenario.name.clone(),
            scenario.best_on.to_string(),
            c,
            ours,
        ];
        table.add_row(cells.map(|text| markdown::cell(&text)));
    }
    table
}
