// SPDX-License-Identifier: GPL-2.0-only
//! The results as tables, in Markdown.

use comfy_table::Table;

use super::cases::Case;
use super::contender::{Contender, Link};
use super::results::{Figure, Figures, Results};
use super::targets::Target;
use super::traffic::Traffic;
use crate::markdown::table;

/// For what was not measured.
const NOTHING: &str = "-";

/// Thousands of instructions for each packet that the guest sends or receives.
pub fn costs(results: &Results) -> Table {
    let ratios = [Contender::C, Contender::Virtio];
    rows(results, &Contender::ALL, &ratios, |traffic| {
        !traffic.is_forwarded()
    })
}

/// Thousands of instructions for each segment that the guest forwards.
pub fn forwarded(results: &Results) -> Table {
    let contenders = [Contender::C, Contender::Ours, Contender::Rmnet];
    let ratios = [Contender::C, Contender::Rmnet];
    rows(results, &contenders, &ratios, Traffic::is_forwarded)
}

/// The costs of some traffic, and ratios of ours to some others.
fn rows(
    results: &Results,
    contenders: &[Contender],
    others: &[Contender],
    belongs: fn(Traffic) -> bool,
) -> Table {
    let mut header = vec!["case".to_owned()];
    header.extend(contenders.iter().map(|one| one.label().to_owned()));
    header.extend(
        others
            .iter()
            .map(|other| format!("ours : {}", other.label())),
    );
    let mut table = table(header);
    for case in results.all_cases() {
        if !belongs(case.traffic) {
            continue;
        }
        let figures = |contender| results.beside(contender, case);
        let mut row = vec![case.to_string()];
        row.extend(contenders.iter().map(|&one| cost(figures(one))));
        let median = |contender| figures(contender)?.cost.median();
        row.extend(
            others
                .iter()
                .map(|&other| ratio(median(Contender::Ours), median(other))),
        );
        table.add_row(row);
    }
    table
}

fn cost(figures: Option<&Figures>) -> String {
    let Some(figures) = figures else {
        return NOTHING.to_owned();
    };
    let text = match (shown(&figures.cost, 2), &figures.missing) {
        (Some(text), _) => text,
        (None, Some(_)) => return "not available".to_owned(),
        (None, None) => return NOTHING.to_owned(),
    };
    match figures.lost {
        0 => text,
        lost => format!("{text} ({lost} lost)"),
    }
}

/// What of an overload is read, and reaches a socket, in a second.
pub fn overload(results: &Results) -> Table {
    let header = ["case"]
        .into_iter()
        .chain(Contender::ALL.map(Contender::label));
    let mut table = table(header.collect::<Vec<_>>());
    for case in results.all_cases() {
        if !matches!(case.traffic, Traffic::Overload(_)) {
            continue;
        }
        for (what, of) in [
            ("read", (|figures| &figures.rate) as fn(&Figures) -> &Figure),
            ("with those that its socket dropped", |figures| {
                &figures.reached
            }),
        ] {
            let mut row = vec![format!("{case}, {what}")];
            row.extend(Contender::ALL.map(|contender| {
                let figures = results.beside(contender, case);
                figures
                    .and_then(|figures| shown(of(figures), 0))
                    .unwrap_or(NOTHING.to_owned())
            }));
            table.add_row(row);
        }
    }
    table
}

/// USB requests for each megabyte.
pub fn requests(results: &Results) -> Table {
    let usb = [Contender::C, Contender::Ours, Contender::Rmnet];
    let over_usb = |case: Case| matches!(case.traffic, Traffic::Tcp(_)) && case.link != Link::Card;
    by_case(results, &usb, over_usb, |contender, case| {
        shown(&results.cases.get(&(contender, case))?.requests, 1)
    })
}

/// Acknowledgements for each segment of TCP.
pub fn acknowledgements(results: &Results) -> Table {
    let of_tcp = |case: Case| case.traffic.direction().is_some();
    by_case(results, &Contender::ALL, of_tcp, |contender, case| {
        shown(&results.beside(contender, case)?.acknowledgements, 2)
    })
}

/// A row for each case that belongs, with a figure of each contender.
fn by_case(
    results: &Results,
    contenders: &[Contender],
    belongs: impl Fn(Case) -> bool,
    figure: impl Fn(Contender, Case) -> Option<String>,
) -> Table {
    let labels = contenders.iter().map(|contender| contender.label());
    let mut table = table(["case"].into_iter().chain(labels).collect::<Vec<_>>());
    for case in results.all_cases() {
        if !belongs(case) {
            continue;
        }
        let figures = contenders.iter().map(|&contender| figure(contender, case));
        let figures = figures.map(|figure| figure.unwrap_or(NOTHING.to_owned()));
        table.add_row([case.to_string()].into_iter().chain(figures));
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
