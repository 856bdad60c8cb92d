// SPDX-License-Identifier: GPL-2.0-only
//! `demo`: from a modem that is plugged in to traffic, with the output shown.

use comfy_table::Table;

use crate::error::Result;
use crate::markdown;
use crate::outcome::Outcome;
use crate::report::details;
use crate::run_folder::outside;
use crate::scenario;
use crate::suite::Suite;

/// Scenarios of the demo have names that begin so.
const PREFIX: &str = "connect-";

/// Runs the demo's scenarios with their output shown; true if all held.
pub fn run(suite: &Suite) -> Result<bool> {
    let scenarios: Vec<_> = scenario::all()?
        .into_iter()
        .filter(|scenario| scenario.name.starts_with(PREFIX))
        .collect();
    println!(
        "Booting Debian's kernel {} in QEMU, with {}.ko in its modules.",
        suite.system.kernel.release,
        suite.system.driver.module()
    );
    let mut guest = suite.boot("guest")?;
    let mut rows = Vec::new();
    for (number, scenario) in scenarios.iter().enumerate() {
        println!("\n[{}/{}] {}", number + 1, scenarios.len(), scenario.title);
        let folder = suite.run.subfolder(&scenario.name)?;
        let outcome = guest.run(scenario, folder, &mut |line| println!("  {line}"))?;
        if let Some(failure) = &outcome.failure {
            println!("  FAILED: {failure}");
            details("the kernel's log", &outcome.kernel_excerpt);
            println!("      all logs: {}", outside(&outcome.folder).display());
        }
        let sound = outcome.guest_is_sound;
        rows.push((scenario, outcome));
        if !sound {
            guest = suite.boot(&format!("guest-after-{}", scenario.name))?;
        }
    }
    let folder = suite.run.subfolder("close")?;
    let closing = guest.close(folder)?;
    println!(
        "\n{}",
        table(
            rows.iter()
                .map(|(scenario, outcome)| (scenario.title.as_str(), outcome))
        )
    );
    let held = rows
        .iter()
        .filter(|(_, outcome)| outcome.failure.is_none())
        .count();
    let kernel_is_well = closing.failure.is_none();
    if let Some(failure) = &closing.failure {
        println!("at the guest's end: {failure}");
    }
    println!("{held} of {} hold", rows.len());
    Ok(kernel_is_well && held == rows.len() && held > 0)
}

/// A row for each scenario, a column for each fact that it reported.
fn table<'a>(rows: impl Iterator<Item = (&'a str, &'a Outcome)> + Clone) -> Table {
    let mut columns: Vec<&str> = Vec::new();
    for (_, outcome) in rows.clone() {
        for (key, _) in &outcome.facts {
            if !columns.contains(&key.as_str()) {
                columns.push(key);
            }
        }
    }
    let titles = ["modem"].iter().chain(&columns).chain(&["result"]);
    let mut table = markdown::table(titles);
    for (title, outcome) in rows {
        let value = |column: &&str| {
            let fact = outcome.facts.iter().find(|(key, _)| key == column);
            fact.map_or("-", |(_, value)| value).to_owned()
        };
        let result = if outcome.failure.is_none() {
            "ok"
        } else {
            "FAILED"
        };
        let mut row = vec![title.to_owned()];
        row.extend(columns.iter().map(value));
        row.push(result.to_owned());
        table.add_row(row);
    }
    table
}
