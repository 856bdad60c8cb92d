// SPDX-License-Identifier: GPL-2.0-only
//! `matrix`: on which kernels the driver builds, loads and works, as a table for the documentation.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use comfy_table::Table;

use crate::children::Children;
use crate::error::{Error, Result};
use crate::kernel::{Arch, Driver};
use crate::markdown;
use crate::outcome::Outcome;
use crate::prepare::{Workshop, BUILD_DRIVER};
use crate::run_folder::RunFolder;
use crate::scenario::{self, Scenario};
use crate::setup::{Place, CHECKOUT, SDK};
use crate::suite::Hall;

/// Where the table goes, in the checkout.
const DOCUMENT: &str = "Documentation/kernels.md";

/// Tells which kernels there are, and makes them.
const KERNELS: &str = "scripts/matrix-kernels";

/// The scenario that shows whether the module loads.
const LOADS: &str = "module-loads";

/// Those that show whether it works: the main job, and mux devices.
const WORKS: [&str; 4] = [
    "connect-raw-ip-hs",
    "mux-one",
    "mux-four",
    "mux-aggregation",
];

/// What holds.
const YES: &str = "yes";

/// Characters of a reason that go into the table.
const REASON: usize = 100;

const INTRODUCTION: &str = "\
<!-- Made by `make matrix`. -->
# Kernels

On which kernels the driver was tried. It is built for each of them from the same source; what differs between kernels is probed
when it is built. The kernels are those that the archive had when it was asked; that called `source` is the oldest one that the
driver is for, built from its own source. *Loads* is the scenario `module-loads`; *works* is the main job, `connect-raw-ip-hs`,
and mux devices: `mux-one`, `mux-four` and `mux-aggregation`. [testing.md](testing.md#the-matrix) tells more.
";

/// A kernel that may be tried.
struct Candidate {
    /// Which archive has it.
    from: String,
    /// The version of its packages.
    version: String,
    /// What `uname -r` says there.
    release: String,
    /// Debian's word for what it is for.
    flavour: String,
}

impl Candidate {
    fn parse(line: &str) -> Option<Self> {
        let words: Vec<_> = line.strip_prefix("kernel ")?.split(' ').collect();
        let [from, version, release, flavour] = words[..] else {
            return None;
        };
        Some(Self {
            from: from.to_owned(),
            version: version.to_owned(),
            release: release.to_owned(),
            flavour: flavour.to_owned(),
        })
    }

    fn name(&self) -> String {
        format!("{}/{}", self.from, self.release)
    }

    fn arch(&self) -> Arch {
        if self.flavour.starts_with("arm64") {
            Arch::Arm64
        } else {
            Arch::Amd64
        }
    }
}

/// What was seen of a kernel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Verdict {
    compilers: String,
    builds: String,
    loads: String,
    works: String,
}

impl Verdict {
    fn not_tried(reason: &str) -> Self {
        Self {
            builds: format!("not tried: {reason}"),
            ..Self::default()
        }
    }

    fn was_tried(&self) -> bool {
        !self.builds.starts_with("not tried")
    }

    fn is_good(&self) -> bool {
        [&self.builds, &self.loads, &self.works]
            .iter()
            .all(|seen| *seen == YES)
    }

    /// In one line.
    fn words(&self) -> String {
        if self.is_good() {
            return "builds, loads, works".to_owned();
        }
        let seen = [
            ("builds", &self.builds),
            ("loads", &self.loads),
            ("works", &self.works),
        ];
        let words: Vec<_> = seen
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(what, value)| format!("{what}: {value}"))
            .collect();
        words.join(", ")
    }
}

/// The rows of the document, sorted by release.
type Rows = BTreeMap<(Vec<u32>, String), Vec<String>>;

/// Tries all kernels, or those whose name contains one of the patterns, and writes the document after each, unless this is but a
/// check; true if all that were tried are good.
pub fn run(run: &RunFolder, children: &Children, check: bool, patterns: &[String]) -> Result<bool> {
    let path = Path::new(CHECKOUT).join(DOCUMENT);
    let workshop = Workshop::new(run, children);
    println!("asking the archive for its kernels");
    let candidates = candidates(&workshop)?;
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
    let (mut good, mut untried) = (0, 0);
    for candidate in &chosen {
        print!("{:<44} ", candidate.name());
        io::stdout().flush()?;
        let verdict = judge(candidate, &workshop, run, children, &scenarios)?;
        println!("{}", verdict.words());
        good += usize::from(verdict.is_good());
        untried += usize::from(!verdict.was_tried());
        rows.insert(key(&candidate.release), row(candidate, verdict));
        if !check {
            let text = format!("{INTRODUCTION}\n{}\n", table(&rows));
            fs::write(&path, text).map_err(Error::file(&path))?;
        }
    }
    println!("\n{}\n", table(&rows));
    if !check {
        println!("written to {DOCUMENT}");
    }
    let tried = chosen.len() - untried;
    println!("{tried} kernels were tried, {untried} were not: {good} are good");
    Ok(good == tried && good > 0)
}

fn candidates(workshop: &Workshop<'_>) -> Result<Vec<Candidate>> {
    let log = workshop.helper("list-kernels", Command::new(KERNELS).arg("list"))?;
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
    workshop: &Workshop<'_>,
    run: &RunFolder,
    children: &Children,
    scenarios: &[Scenario],
) -> Result<Verdict> {
    let mut make = Command::new(KERNELS);
    make.args(["make", &candidate.from, &candidate.version])
        .args([&candidate.release, &candidate.flavour]);
    let made = workshop.helper(&format!("make-{}", candidate.release), &mut make);
    let (place, compilers) = match made.and_then(|_| place(candidate)) {
        Ok(found) => found,
        Err(Error::Interrupted) => return Err(Error::Interrupted),
        Err(error) => return Ok(Verdict::not_tried(&reason(&error))),
    };
    let part = run.part(&candidate.release)?;
    let log = part
        .subfolder("prepare")?
        .join(format!("{BUILD_DRIVER}.log"));
    let hall = match Hall::prepare(place, Driver::Rs, part, children.clone()) {
        Ok(hall) => hall,
        Err(Error::Interrupted) => return Err(Error::Interrupted),
        Err(error) => {
            let builds = match &error {
                Error::Helper { name, .. } if name == BUILD_DRIVER => {
                    let text = fs::read_to_string(&log).unwrap_or_default();
                    let reason = compilers_reason(&text).unwrap_or_else(|| reason(&error));
                    format!("no: {reason}")
                }
                _ => return Ok(Verdict::not_tried(&reason(&error))),
            };
            return Ok(Verdict {
                compilers,
                builds,
                ..Verdict::default()
            });
        }
    };
    let mut loads = YES.to_owned();
    let mut failures = Vec::new();
    hall.run_all(scenarios.to_vec(), 1, |name, result| {
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
        // Nobody waits for a machine that is slow.
        patience: 4,
        memory: 512,
        races: false,
    };
    Ok((place, value("COMPILERS")?.to_owned()))
}

/// Why a scenario failed, if it did.
fn failure(result: Result<Outcome>) -> Option<String> {
    match result {
        Ok(outcome) => outcome.failure.map(|failure| short(&failure.to_string())),
        Err(error) => Some(reason(&error)),
    }
}

/// What an error says, without where its log is.
fn reason(error: &Error) -> String {
    match error {
        Error::Helper { message, .. } => {
            // A script's last line begins with its own name.
            let (name, rest) = message.split_once(": ").unwrap_or(("", message));
            short(if name.contains(' ') { message } else { rest })
        }
        error => short(&error.to_string()),
    }
}

/// What compilers complain of in the output of a build.
fn compilers_reason(output: &str) -> Option<String> {
    let mut errors = output.lines().filter_map(|line| {
        let (_, what) = line.strip_prefix("error")?.split_once(": ")?;
        (!what.starts_with("aborting")).then_some(what)
    });
    let first = errors.next()?;
    Some(match errors.count() {
        0 => short(first),
        more => short(&format!("{} errors, such as: {first}", more + 1)),
    })
}

/// The beginning of a text, for a table.
fn short(text: &str) -> String {
    if text.chars().count() <= REASON {
        return text.to_owned();
    }
    text.chars().take(REASON).chain(['…']).collect()
}

/// What rows are sorted by: the numbers of the release, then all of it.
fn key(release: &str) -> (Vec<u32>, String) {
    let version = release.split(['-', '+']).next().unwrap_or_default();
    let numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
    (numbers.collect(), release.to_owned())
}

fn row(candidate: &Candidate, verdict: Verdict) -> Vec<String> {
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

fn table(rows: &Rows) -> Table {
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
fn known(document: &str) -> Rows {
    let rows = document.lines().filter_map(|line| {
        let cells = markdown::cells(line)?;
        let is_row = cells.len() == 8 && cells[0].starts_with(|c: char| c.is_ascii_digit());
        is_row.then(|| (key(&cells[0]), cells))
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate() -> Candidate {
        Candidate::parse("kernel sid 7.2.13-1 7.2.13+deb14-amd64 amd64").unwrap()
    }

    #[test]
    fn candidates_are_parsed() {
        assert_eq!(candidate().name(), "sid/7.2.13+deb14-amd64");
        assert_eq!(candidate().arch(), Arch::Amd64);
        assert!(Candidate::parse("W: no such archive").is_none());
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
        let text = format!("{INTRODUCTION}\n{}\n", table(&rows));
        let again = known(&text);
        assert_eq!(again, rows);
        let first = again.keys().next().unwrap();
        assert_eq!(first.1, "7.2.13+deb14-amd64");
    }

    #[test]
    fn only_what_holds_is_good() {
        assert!(!Verdict::not_tried("no network").is_good());
        assert!(!Verdict::not_tried("no network").was_tried());
        let good = Verdict {
            builds: YES.to_owned(),
            loads: YES.to_owned(),
            works: YES.to_owned(),
            ..Verdict::default()
        };
        assert!(good.is_good() && good.was_tried());
        assert_eq!(good.words(), "builds, loads, works");
    }

    #[test]
    fn compilers_complain() {
        let output = "error: no rules expected `:`\n  --> a.rs\nerror[E0412]: cannot find it\nerror: aborting due to 2";
        let reason = "2 errors, such as: no rules expected `:`";
        assert_eq!(compilers_reason(output).unwrap(), reason);
        assert!(compilers_reason("make: *** [x] Error 2").is_none());
    }

    #[test]
    fn reasons_are_short() {
        let error = Error::Helper {
            name: "make".to_owned(),
            message: "matrix-kernels: no such kernel".to_owned(),
            log: PathBuf::new(),
        };
        assert_eq!(reason(&error), "no such kernel");
        assert_eq!(short(&"x".repeat(500)).chars().count(), REASON + 1);
    }
}
