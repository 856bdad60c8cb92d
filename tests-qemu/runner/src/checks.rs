// SPDX-License-Identifier: GPL-2.0-only
//! Checks that need no guest: builds, lints and unit tests.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::children::Children;
use crate::error::{Error, Result};
use crate::report::{details, Report};
use crate::run_folder::{outside, RunFolder};
use crate::script::{self, Script};
use crate::setup::CHECKOUT;

/// Lines of a failed check's output that are shown.
const TAIL: usize = 20;

/// A script of `scripts/checks`.
///
/// The comments at its top describe it: its title, and `Full: yes` if it takes so long that it must be
/// asked for.
pub struct Check {
    /// Its name among the tests.
    pub name: String,
    /// What it shows, in one line.
    pub title: String,
    /// Whether it takes so long that it must be asked for.
    pub full: bool,
    path: PathBuf,
}

/// All checks, sorted by name.
pub fn all() -> Result<Vec<Check>> {
    let scripts = script::all(&Path::new(CHECKOUT).join("scripts/checks"), "")?;
    Ok(scripts.iter().map(Check::new).collect())
}

impl Check {
    fn new(script: &Script) -> Self {
        Self {
            name: format!("check-{}", script.name),
            title: script.comments().next().unwrap_or_default().to_owned(),
            full: script.comments().any(|comment| comment == "Full: yes"),
            path: script.path.clone(),
        }
    }

    /// Runs it, and prints the result.
    pub fn run(&self, children: &Children, run: &RunFolder, report: &mut Report) -> Result<()> {
        let start = Instant::now();
        let log = run.subfolder(&self.name)?.join("output.log");
        let output = File::create(&log).map_err(Error::file(&log))?;
        let status = children
            .spawn(
                Command::new(&self.path)
                    .current_dir(CHECKOUT)
                    .stdin(Stdio::null())
                    .stdout(output.try_clone()?)
                    .stderr(output),
            )?
            .wait()?;
        if children.interrupted() {
            return Err(Error::Interrupted);
        }
        let text = fs::read_to_string(&log).map_err(Error::file(&log))?;
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        if status.success() {
            let note = lines.last().map_or("", String::as_str);
            report.passed(&self.name, start.elapsed(), note);
            return Ok(());
        }
        report.failed(&self.name, &status.to_string());
        details("its last lines", &lines[lines.len().saturating_sub(TAIL)..]);
        println!("      all output: {}", outside(&log).display());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comments_describe_it() {
        let check = Check::new(&Script::of("#!/bin/sh\n# A title\n# Full: yes\n:\n"));
        assert_eq!(
            (check.name.as_str(), check.title.as_str()),
            ("check-a", "A title")
        );
        assert!(check.full);
        assert!(!Check::new(&Script::of("# A title\n")).full);
    }
}
