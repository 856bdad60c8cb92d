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
pub struct Check {
    /// Its name among the tests.
    pub name: String,
    /// What it shows, in one line.
    pub title: String,
    path: PathBuf,
}

/// All checks, sorted by name.
pub fn all() -> Result<Vec<Check>> {
    let scripts = script::all(&Path::new(CHECKOUT).join("scripts/checks"), "")?;
    let describe = |script: &Script| Check {
        name: format!("check-{}", script.name),
        title: script.comments().next().unwrap_or_default().to_owned(),
        path: script.path.clone(),
    };
    Ok(scripts.iter().map(describe).collect())
}

impl Check {
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
