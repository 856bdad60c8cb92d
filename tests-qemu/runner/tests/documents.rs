// SPDX-License-Identifier: GPL-2.0-only
//! The documents name the scenarios that there are.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use e2e::scenario::{self, Scenario};
use e2e::setup::CHECKOUT;
use e2e::{markdown, script};

/// A row for each scenario, by folder.
const LIST: &str = "tests-qemu/scenarios/README.md";

fn all() -> Vec<Scenario> {
    let mut all = scenario::all().unwrap();
    all.push(scenario::bench().unwrap());
    all
}

fn read(path: impl AsRef<Path>) -> String {
    let path = Path::new(CHECKOUT).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows for scenarios below each heading.
fn listed(document: &str) -> BTreeMap<String, Vec<String>> {
    let mut folders = BTreeMap::new();
    let mut heading = String::new();
    for line in document.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            heading = title.to_owned();
        } else if line.starts_with("| `") {
            let rows: &mut Vec<_> = folders.entry(heading.clone()).or_default();
            rows.push(line.to_owned());
        }
    }
    folders
}

/// What stands in the columns of a document that are called `scenario`.
fn named(document: &str) -> Vec<String> {
    let mut column = None;
    let mut names = Vec::new();
    let is_text = |line: &&str| !line.starts_with('|') || line.contains(char::is_alphanumeric);
    for line in document.lines().filter(is_text) {
        let Some(cells) = markdown::cells(line) else {
            column = None;
            continue;
        };
        match column.and_then(|column: usize| cells.get(column)) {
            Some(cell) => {
                let cell = cell.split(", ").filter(|name| !name.is_empty());
                names.extend(cell.map(|name| name.trim_matches('`').to_owned()));
            }
            None => column = cells.iter().position(|title| title == "scenario"),
        }
    }
    names
}

#[test]
fn each_scenario_has_its_row() {
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for scenario in all() {
        let row = format!(
            "| `{}` | {} |",
            scenario.name,
            markdown::cell(&scenario.title)
        );
        wanted.entry(scenario.folder).or_default().push(row);
    }
    let listed = listed(&read(LIST));
    for (folder, rows) in &wanted {
        let rows = rows.join("\n");
        let found = listed.get(folder).map(|rows| rows.join("\n"));
        assert!(
            found.as_ref() == Some(&rows),
            "{LIST}: below the heading '## {folder}' the rows should be\n{rows}\n"
        );
    }
    for folder in listed.keys() {
        assert!(
            wanted.contains_key(folder),
            "{LIST}: there is no folder {folder} with scenarios"
        );
    }
}

#[test]
fn each_scenario_that_a_table_names_is_there() {
    let all = all();
    let is_there = |name: &str| {
        let begin = name.strip_suffix('*');
        all.iter().any(|scenario| match begin {
            Some(begin) => scenario.name.starts_with(begin),
            None => scenario.name == name,
        })
    };
    let folder = Path::new(CHECKOUT).join("Documentation");
    let mut documents: Vec<PathBuf> = script::all(&folder, ".md")
        .unwrap()
        .into_iter()
        .map(|script| script.path)
        .collect();
    documents.push(Path::new(CHECKOUT).join("README.md"));
    let mut count = 0;
    for document in documents {
        for name in named(&read(&document)) {
            assert!(
                is_there(&name),
                "{}: there is no scenario {name}",
                document.display()
            );
            count += 1;
        }
    }
    assert!(count > 0, "no document has a column of scenarios");
}

#[test]
fn names_are_read_from_columns_of_scenarios() {
    let document =
        "| what | scenario |\n|---|---|\n| `x` | `a`, `b-*` |\n| y | |\n\n| a | b |\n|---|---|\n| c | d |\n";
    assert_eq!(named(document), ["a", "b-*"]);
}
