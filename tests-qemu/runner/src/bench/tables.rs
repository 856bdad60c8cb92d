// SPDX-License-Identifier: GPL-2.0-only
//! The results as tables, in Markdown.

use comfy_table::{presets, Table};

use super::cases::{Case, Contender, Link, Traffic};
use super::results::{Figure, Results};
use super::targets::Target;

/// For what was not measured.
const NOTHING: &str = "-";

fn table<T: Into<comfy_table::Row>>(header: T) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header(header);
    table
}

/// Thousands of instructions for each packet.
pub fn costs(results: &Results) -> Table {
    let contenders = Contender::ALL.map(Contender::label);
    let header = ["case"].into_iter().chain(contenders).chain(["ours : C"]);
    let mut table = table(header.collect::<Vec<_>>());
    for case in results.all_cases() {
        let mut row = vec![case.to_string()];
        for contender in Contender::ALL {
            let figures = results.cases.get(&(contender, case));
            row.push(figures.map_or(NOTHING.to_owned(), |figures| {
                let lost = match figures.lost {
                    0 => String::new(),
                    lost => format!(" ({lost} lost)"),
                };
                let none = if figures.missing.is_some() {
                    "not available"
                } else {
                    NOTHING
                };
                shown(&figures.cost, 2).map_or(none.to_owned(), |text| text + &lost)
            }));
        }
        row.push(ratio(
            results.cost(Contender::Ours, case),
            results.cost(Contender::C, without_aggregation(case)),
        ));
        table.add_row(row);
    }
    table
}

/// USB requests for each megabyte.
pub fn requests(results: &Results) -> Table {
    let usb = [Contender::C, Contender::Ours, Contender::Rmnet];
    let header = ["case"].into_iter().chain(usb.map(Contender::label));
    let mut table = table(header.collect::<Vec<_>>());
    let cases = results.all_cases().into_iter();
    for case in cases
        .filter(|case| matches!(case.traffic, Traffic::Tcp(_)))
        .filter(|case| case.link != Link::Card)
    {
        let mut row = vec![case.to_string()];
        row.extend(usb.map(|contender| {
            let figures = results.cases.get(&(contender, case));
            figures
                .and_then(|figures| shown(&figures.requests, 1))
                .unwrap_or(NOTHING.to_owned())
        }));
        table.add_row(row);
    }
    table
}

/// KiB in use during a download.
pub fn memory(results: &Results) -> Table {
    let header = ["link"]
        .into_iter()
        .chain(Contender::ALL.map(Contender::label));
    let mut table = table(header.collect::<Vec<_>>());
    let mut links: Vec<_> = results.memory.keys().map(|(_, link)| *link).collect();
    links.sort();
    links.dedup();
    for link in links {
        let mut row = vec![link.name().to_owned()];
        row.extend(Contender::ALL.map(|contender| {
            let figure = results.memory.get(&(contender, link));
            figure
                .and_then(|figure| shown(figure, 0))
                .unwrap_or(NOTHING.to_owned())
        }));
        table.add_row(row);
    }
    table
}

/// Bytes of code.
pub fn text(results: &Results) -> Table {
    let mut table = table(["module", "bytes"]);
    for (module, size) in &results.text {
        table.add_row([module.clone(), size.to_string()]);
    }
    table
}

/// What was to be reached.
pub fn targets(targets: &[Target]) -> Table {
    let mut table = table(["target", "compared to", "at most", "measured", ""]);
    for target in targets {
        table.add_row([
            target.what.clone(),
            target.to.to_owned(),
            target.limit.to_string(),
            ratio(target.ratio, Some(1.0)),
            target.verdict().to_owned(),
        ]);
    }
    table
}

/// Why some are not measured, a line for each reason.
pub fn reasons(results: &Results) -> Vec<String> {
    let mut lines = Vec::new();
    for ((contender, case), figures) in &results.cases {
        if let Some(reason) = &figures.missing {
            let line = format!("{}, {}: {reason}", contender.label(), case.link.name());
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines
}

/// The C driver's case that a case with uplink aggregation is compared to.
pub fn without_aggregation(case: Case) -> Case {
    match case.link {
        Link::Qmap1Aggregated => Case {
            link: Link::Qmap1,
            ..case
        },
        _ => case,
    }
}

/// The median and, if it was measured more than once, the spread.
fn shown(figure: &Figure, digits: usize) -> Option<String> {
    let median = figure.median()?;
    let spread = figure.spread().filter(|_| figure.count() > 1);
    let spread = spread.map_or(String::new(), |spread| format!(" ±{:.1} %", spread * 50.0));
    Some(format!("{median:.digits$}{spread}"))
}

fn ratio(own: Option<f64>, other: Option<f64>) -> String {
    match (own, other) {
        (Some(own), Some(other)) => format!("{:.2}", own / other),
        _ => NOTHING.to_owned(),
    }
}
