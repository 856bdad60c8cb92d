// SPDX-License-Identifier: GPL-2.0-only
//! Where the instructions go: by part of the system, and by function.

use std::collections::BTreeSet;
use std::fmt::Write;

use comfy_table::Table;
use rustc_demangle::demangle;

use super::cases::Case;
use super::contender::Contender;
use super::groups::Group;
use super::results::{Measurement, Results};
use crate::markdown;

/// Functions of each group.
const TOP: usize = 8;

/// A section for each case: all contenders by group, then the functions that cost most.
pub fn sections(results: &Results) -> String {
    let mut text = String::new();
    let cases: BTreeSet<_> = results.cases.keys().map(|(_, case)| *case).collect();
    for case in cases {
        let measured: Vec<_> = Contender::ALL
            .into_iter()
            .filter_map(|contender| {
                let figures = results.cases.get(&(contender, case))?;
                Some((contender, figures.last.as_ref()?))
            })
            .collect();
        if measured.is_empty() {
            continue;
        }
        // Writing into a string cannot fail.
        let _ = write!(text, "## {}\n\n{}\n\n", heading(case), by_group(&measured));
        for (contender, measurement) in measured {
            let functions = by_function(measurement);
            let _ = write!(text, "{}:\n\n{functions}\n\n", contender.label());
        }
    }
    text
}

fn heading(case: Case) -> String {
    format!("{case}, thousands of instructions for each packet")
}

fn by_group(measured: &[(Contender, &Measurement)]) -> Table {
    let labels = measured.iter().map(|(contender, _)| contender.label());
    let mut table = markdown::table(["part"].into_iter().chain(labels));
    let groups: Vec<_> = measured.iter().map(|(_, one)| one.by_group()).collect();
    for group in Group::ALL {
        let values = groups.iter().map(|groups| groups.get(&group));
        if values.clone().all(|value| value.is_none()) {
            continue;
        }
        let cells = values.map(|value| format!("{:.3}", value.unwrap_or(&0.0)));
        table.add_row([group.label().to_owned()].into_iter().chain(cells));
    }
    let sums = measured.iter().map(|(_, one)| format!("{:.3}", one.cost()));
    table.add_row(["all".to_owned()].into_iter().chain(sums));
    table
}

fn by_function(measurement: &Measurement) -> Table {
    let mut table = markdown::table(["part", "functions"]);
    for group in Group::ALL {
        let functions: Vec<_> = measurement
            .most(group, TOP)
            .iter()
            .map(|(function, cost)| format!("{} {cost:.3}", readable(&function.name)))
            .collect();
        if !functions.is_empty() {
            table.add_row([group.label().to_owned(), functions.join(", ")]);
        }
    }
    table
}

/// The name as it is in the source, without the crate's path.
fn readable(name: &str) -> String {
    let name = format!("{:#}", demangle(name));
    markdown::cell(&name.replace("qmi_wwan_rs::", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_source() {
        assert_eq!(readable("tcp_v4_rcv"), "tcp_v4_rcv");
        let mangled = "_RNvNtCs8c7uF79KPOc_11qmi_wwan_rs4qmap5split";
        assert_eq!(readable(mangled), "qmap::split");
    }
}
