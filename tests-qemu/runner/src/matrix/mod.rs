// SPDX-License-Identifier: GPL-2.0-only
//! `matrix`: on which kernels the driver builds, loads and works, as a table for the documentation.

mod candidate;
mod document;
mod verdict;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::children::Children;
use crate::error::{Error, Result};
use crate::kernel::Driver;
use crate::prepare::{Builder, BUILD_DRIVER};
use crate::run_folder::RunFolder;
use crate::scenario::{self, Scenario};
use crate::setup::{Place, CHECKOUT, SDK};
use crate::suite::Suite;

use candidate::Candidate;
use document::{key, known, row};
use verdict::{compilers_reason, failure, reason, Verdict, YES};

/// Where the table goes, in the checkout.
const DOCUMENT: &str = "Documentation/kernels.md";

/// Tells which kernels there are, and makes them.
const KERNELS: &str = "scripts/matrix-kernels";

/// With this status it says that a kernel is not to be had for now.
const NOT_TO_BE_HAD: i32 = 75;

/// The scenario that shows whether the module loads.
const LOADS: &str = "module-loads";

/// Those that show whether it works: a connection, and mux devices.
const WORKS: [&str; 4] = [
    "connect-raw-ip-hs",
    "mux-one",
    "mux-four",
    "mux-aggregation",
];

/// Tries all kernels, or those whose name contains one of the patterns, and writes the document after each, unless this is but a
/// check; true if all that were tried are good.
pub fn run(run: &RunFolder, children: &Children, check: bool, patterns: &[String]) -> Result<bool> {
    let path = Path::new(CHECKOUT).join(DOCUMENT);
    let builder = Builder::new(run, children);
    println!("asking the archive for its kernels");
    let candidates = candidates(&builder)?;
    let known = known(&fs::read_to_string(&path).unwrap_or_default());
    for candidate in &candidates {
        if !known.contains_key(&key(&candidate.release)) {
            println!("new: {}, not in {DOCUMENT} yet", candidate.name());
        }
    }
    let chosen: Vec<_> = candidates
        .iter()
        .filter(|candidate| {
            let name = candidate.name();
            patterns.is_empty() || patterns.iter().any(|part| name.contains(part))
        })
        .collect();
    if chosen.is_empty() {
        let names: Vec<_> = candidates.iter().map(Candidate::name).collect();
        return Err(Error::NotInMatrix {
            names: patterns.join(" "),
            known: names.join(" "),
        });
    }
    let scenarios = scenarios()?;
    let mut rows = known;
    if patterns.is_empty() {
        rows.retain(|key, _| {
            candidates
                .iter()
                .any(|candidate| candidate.release == key.1)
        });
    }
    let (mut good, mut untried, mut missing) = (0, 0, Vec::new());
    for candidate in &chosen {
        print!("{:<44} ", candidate.name());
        io::stdout().flush()?;
        let verdict = judge(candidate, &builder, run, children, &scenarios)?;
        println!("{}", verdict.words());
        good += usize::from(verdict.is_good());
        if !verdict.was_tried() {
            untried += 1;
            if candidate.is_certain() {
                missing.push(candidate.name());
            }
            // What was seen of it before still holds.
            if rows.contains_key(&key(&candidate.release)) {
                continue;
            }
        }
        rows.insert(key(&candidate.release), row(candidate, verdict));
        if !check {
            let text = document::text(&rows);
            fs::write(&path, text).map_err(Error::file(&path))?;
        }
    }
    println!("\n{}\n", document::table(&rows));
    if !check {
        println!("written to {DOCUMENT}");
    }
    let tried = chosen.len() - untried;
    println!("{tried} kernels were tried, {untried} were not: {good} are good");
    for name in &missing {
        println!("{name} must be tried; see above what it lacks");
    }
    Ok(good == tried && good > 0 && missing.is_empty())
}

fn candidates(builder: &Builder<'_>) -> Result<Vec<Candidate>> {
    let log = builder.helper("list-kernels", Command::new(KERNELS).arg("list"))?;
    let text = fs::read_to_string(&log).map_err(Error::file(&log))?;
    Ok(text.lines().filter_map(Candidate::parse).collect())
}

/// The scenarios of all kernels, in their order.
fn scenarios() -> Result<Vec<Scenario>> {
    let all = scenario::all()?;
    let named = |name: &str| {
        let missing = || Error::NoScenario(name.to_owned());
        let found = all.iter().find(|scenario| scenario.name == name);
        found.cloned().ok_or_else(missing)
    };
    std::iter::once(LOADS).chain(WORKS).map(named).collect()
}

/// Makes the kernel, builds the module for it, and runs the scenarios. Whatever goes wrong is the verdict.
fn judge(
    candidate: &Candidate,
    builder: &Builder<'_>,
    run: &RunFolder,
    children: &Children,
    scenarios: &[Scenario],
) -> Result<Verdict> {
    let mut make = Command::new(KERNELS);
    make.args(["make", &candidate.from, &candidate.version])
        .args([&candidate.release, &candidate.flavour]);
    let made = builder.helper(&format!("make-{}", candidate.release), &mut make);
    let (place, compilers) = match made.and_then(|_| place(candidate)) {
        Ok(found) => found,
        Err(Error::Interrupted) => return Err(Error::Interrupted),
        Err(
            error @ Error::Helper {
                status: Some(NOT_TO_BE_HAD),
                ..
            },
        ) => return Ok(Verdict::not_tried(&reason(&error))),
        Err(error) => return Ok(Verdict::not_built(&reason(&error))),
    };
    let part = run.part(&candidate.release)?;
    let log = part
        .subfolder("prepare")?
        .join(format!("{BUILD_DRIVER}.log"));
    let suite = match Suite::prepare(place, Driver::Rs, part, children.clone()) {
        Ok(suite) => suite,
        Err(Error::Interrupted) => return Err(Error::Interrupted),
        Err(error) => {
            let reason = match &error {
                Error::Helper { name, .. } if name == BUILD_DRIVER => {
                    let text = fs::read_to_string(&log).unwrap_or_default();
                    compilers_reason(&text).unwrap_or_else(|| reason(&error))
                }
                _ => return Ok(Verdict::not_tried(&reason(&error))),
            };
            return Ok(Verdict {
                compilers,
                ..Verdict::not_built(&reason)
            });
        }
    };
    let mut loads = YES.to_owned();
    let mut failures = Vec::new();
    suite.run_all(scenarios.to_vec(), 1, |name, result| {
        let Some(why) = failure(result) else {
            return;
        };
        if name == LOADS {
            loads = format!("no: {why}");
        } else {
            failures.push(format!("{name}: {why}"));
        }
    })?;
    let works = if failures.is_empty() {
        YES.to_owned()
    } else {
        failures.join("; ")
    };
    Ok(Verdict {
        compilers,
        builds: YES.to_owned(),
        loads,
        works,
    })
}

/// Where the kernel lies, and what compiled it, as it was described when it was made.
fn place(candidate: &Candidate) -> Result<(Place, String)> {
    let folder = Path::new(SDK).join("matrix").join(&candidate.release);
    let file = folder.join("kernel");
    let text = fs::read_to_string(&file).map_err(Error::file(&file))?;
    let value = |key: &'static str| {
        let found = text
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        let path = file.clone();
        found.ok_or(Error::NoVersion { path, key })
    };
    let tree = value("TREE")?;
    let place = Place {
        release: candidate.release.clone(),
        arch: candidate.arch(),
        image: PathBuf::from(value("IMAGE")?),
        modules: PathBuf::from(value("MODULES")?),
        build_folder: PathBuf::from(value("BUILD")?),
        tree: (tree != "/").then(|| PathBuf::from(tree)),
        source: None,
        driver: Some(folder.join("driver")),
        clang: false,
        rust_flags: None,
        // A slow machine delays no one.
        patience: 4,
        memory: 512,
        races: false,
    };
    Ok((place, value("COMPILERS")?.to_owned()))
}
