// SPDX-License-Identifier: GPL-2.0-only
//! The table of the documentation, written and read again.

use std::collections::BTreeMap;

use comfy_table::Table;

use super::candidate::Candidate;
use super::verdict::Verdict;
use crate::markdown;

const INTRODUCTION: &str = "\
<!-- Made by `make matrix`. -->
# Kernels

On which kernels the driver was tried. It is built for each of them from the same source; what differs between kernels is probed
when it is built. The kernels are those that the archive had when it was asked; that called `source` is the oldest one that the
driver is for, built from its own source. *Loads* is the scenario `module-loads`; *works* is a connection, `connect-raw-ip-hs`,
and mux devices: `mux-one`, `mux-four` and `mux-aggregation`. [testing.md](testing.md#the-matrix) tells more.
";

/// The rows of the document, sorted by release.
pub type Rows = BTreeMap<(Vec<u32>, String), Vec<String>>;

/// What rows are sorted by: the numbers of the release, then all of it.
pub fn key(release: &str) -> (Vec<u32>, String) {
    let version = release.split(['-', '+']).next().unwrap_or_default();
    let numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
    (numbers.collect(), release.to_owned())
}

/// A row of it.
pub fn row(candidate: &Candidate, verdict: Verdict) -> Vec<String> {
    let cells = [
        candidate.release.clone(),
        format!("{} {}", candidate.from, candidate.version),
        candidate.arch().to_string(),
        candidate.flavour.clone(),
        verdict.compilers,
        verdict.builds,
        verdict.loads,
        verdict.works,
    ];
    cells.to_vec()
}

/// The whole document.
pub fn text(rows: &Rows) -> String {
    format!("{INTRODUCTION}\n{}\n", table(rows))
}

/// Its table.
pub fn table(rows: &Rows) -> Table {
    let mut table = markdown::table([
        "kernel",
        "from",
        "architecture",
        "flavour",
        "compilers",
        "builds",
        "loads",
        "works",
    ]);
    for cells in rows.values() {
        table.add_row(cells.iter().map(|text| markdown::cell(text)));
    }
    table
}

/// The rows of a document that was written before.
pub fn known(document: &str) -> Rows {
    let rows = document.lines().filter_map(|line| {
        let cells = markdown::cells(line)?;
        let is_row = cells.len() == 8 && cells[0].starts_with(|c: char| c.is_ascii_digit());
        is_row.then(|| (key(&cells[0]), cells))
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::super::verdict::YES;
    use super::*;

    fn candidate() -> Candidate {
        Candidate::parse("kernel sid 7.2.13-1 7.2.13+deb14-amd64 amd64").unwrap()
    }

    #[test]
    fn rows_are_read_again() {
        let mut rows = Rows::new();
        for release in ["7.10.1-x", "7.2.13+deb14-amd64"] {
            let verdict = Verdict {
                builds: YES.to_owned(),
                loads: YES.to_owned(),
                works: "mux-one: a | b".to_owned(),
                ..Verdict::default()
            };
            let cells = row(
                &Candidate {
                    release: release.to_owned(),
                    ..candidate()
                },
                verdict,
            );
            rows.insert(key(release), cells);
        }
        let text = text(&rows);
        let again = known(&text);
        assert_eq!(again, rows);
        let first = again.keys().next().unwrap();
        assert_eq!(first.1, "7.2.13+deb14-amd64");
    }
}
