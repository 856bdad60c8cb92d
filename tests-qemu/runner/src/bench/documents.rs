// SPDX-License-Identifier: GPL-2.0-only
//! The files of Documentation/benchmarks/.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::chart;
use super::profile;
use super::results::Results;
use super::tables;
use super::targets::Target;
use crate::error::{Error, Result};
use crate::setup::CHECKOUT;

/// Where the files go, in the checkout.
const FOLDER: &str = "Documentation/benchmarks";

/// Where the targets stand.
const TARGETS: &str = "Targets";

/// What was measured with.
#[derive(Debug, serde::Serialize)]
pub struct Provenance {
    /// The kernel's release.
    pub kernel: String,
    /// The processor that it is for.
    pub processor: String,
    /// QEMU's version.
    pub qemu: String,
    /// The commit of the checkout.
    pub commit: String,
    /// How often each was measured.
    pub repeats: usize,
}

impl Provenance {
    /// A file's name, which tells of a processor unless that is the usual one.
    fn file(&self, stem: &str, ending: &str) -> String {
        match self.processor.as_str() {
            "amd64" => format!("{stem}.{ending}"),
            other => format!("{stem}-{other}.{ending}"),
        }
    }

    fn line(&self) -> String {
        let Self {
            kernel,
            processor,
            qemu,
            commit,
            repeats,
        } = self;
        let runs = match repeats {
            1 => "one run".to_owned(),
            _ => format!(
                "median of {repeats} runs, ± half of what lies between the least and the most"
            ),
        };
        format!("Kernel {kernel} on {processor}, {qemu}, commit {commit}; {runs}.")
    }
}

/// Everything but the breakdown, as it is printed and written.
pub fn report(results: &Results, targets: &[Target], provenance: &Provenance) -> String {
    let sections = [
        (TARGETS, tables::targets(targets)),
        (
            "Thousands of instructions for each packet",
            tables::costs(results),
        ),
        (
            "Thousands of instructions for each forwarded segment",
            tables::forwarded(results),
        ),
        (
            "Datagrams of an overload that are read, in a second of the guest's work",
            tables::overload(results),
        ),
        ("USB requests for each MB of TCP", tables::requests(results)),
        (
            "Acknowledgements for each segment of TCP",
            tables::acknowledgements(results),
        ),
        ("Peak memory of a download, in KiB", tables::memory(results)),
        ("Code of the modules, in bytes", tables::text(results)),
    ];
    let mut text = format!("{}\n", provenance.line());
    let compared = targets.iter().any(|target| target.ratio.is_some());
    for (title, table) in sections {
        if table.row_count() > 0 && (compared || title != TARGETS) {
            text += &format!("\n## {title}\n\n{table}\n");
        }
    }
    let reasons = tables::reasons(results);
    if !reasons.is_empty() {
        text += "\n## Not available\n\n";
        for reason in reasons {
            text += &format!("- {reason}\n");
        }
    }
    text
}

/// Writes the results: results.md, which is returned, results.json and chart.svg.
pub fn write(results: &Results, targets: &[Target], provenance: &Provenance) -> Result<PathBuf> {
    let chart = provenance.file("chart", "svg");
    let text = format!(
        "<!-- Made by `make bench`; README.md tells what it means. -->\n# Results\n\n![chart]({chart})\n\n{}",
        report(results, targets, provenance)
    );
    let json = serde_json::to_string_pretty(&data(results, targets, provenance))
        .map_err(|error| Error::Results("results.json", error.to_string()))?;
    put(&provenance.file("results", "json"), &format!("{json}\n"))?;
    let title = "thousands of instructions for each packet, IPv4";
    chart::draw(results, title, &path(&chart))?;
    put(&provenance.file("results", "md"), &text)
}

/// Writes the breakdown: profile.md, which is returned.
pub fn write_profile(results: &Results, provenance: &Provenance) -> Result<PathBuf> {
    let text = format!(
        "<!-- Made by `make bench-profile`; README.md tells how. -->\n# Where the instructions go\n\n{}\n\n{}",
        provenance.line(),
        profile::sections(results).trim_end()
    );
    put(&provenance.file("profile", "md"), &format!("{text}\n"))
}

fn data(results: &Results, targets: &[Target], provenance: &Provenance) -> serde_json::Value {
    let cases: Vec<_> = results
        .cases
        .iter()
        .map(|((contender, case), figures)| {
            json!({
                "contender": contender,
                "link": case.link.name(),
                "traffic": case.traffic.to_string(),
                "family": case.family as u8,
                "kiloinstructions-per-packet": figures.cost,
                "usb-requests-per-megabyte": figures.requests,
                "acknowledgements-per-segment": figures.acknowledgements,
                "read-per-second": figures.rate,
                "reached-per-second": figures.reached,
                "lost": figures.lost,
                "missing": figures.missing,
            })
        })
        .collect();
    let memory: Vec<_> = results
        .memory
        .iter()
        .map(|((contender, link), figure)| {
            json!({ "contender": contender, "link": link.name(), "kibibytes": figure })
        })
        .collect();
    let targets: Vec<_> = targets
        .iter()
        .map(|target| json!({ "target": target, "verdict": target.verdict() }))
        .collect();
    json!({
        "measured-with": provenance,
        "cases": cases,
        "memory": memory,
        "text": results.text,
        "targets": targets,
    })
}

fn path(name: &str) -> PathBuf {
    Path::new(CHECKOUT).join(FOLDER).join(name)
}

/// Returns the file as it is called in the checkout.
fn put(name: &str, text: &str) -> Result<PathBuf> {
    let path = path(name);
    fs::write(&path, text).map_err(Error::file(&path))?;
    Ok(Path::new(FOLDER).join(name))
}
