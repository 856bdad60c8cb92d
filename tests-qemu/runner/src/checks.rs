// SPDX-License-Identifier: GPL-2.0-only
//! Checks that need no guest: builds, lints and unit tests.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::children::Children;
use crate::error::{Error, Result};
use crate::report::{details, Report};
use crate::run_folder::{outside, RunFolder};
use crate::setup::CHECKOUT;

/// Lines of a failed check's output that are shown.
const TAIL: usize = 20;

/// A command that passes if it ends with status 0.
pub struct Check {
    /// Its name among the tests.
    pub name: &'static str,
    /// What it shows, in one line.
    pub title: &'static str,
    /// Program, relative to the checkout, and arguments.
    command: &'static [&'static str],
}

/// In the order in which they run: what most often fails comes first.
pub const ALL: &[Check] = &[Check {
    name: "check-format",
    title: "Rust sources are formatted",
    command: &["scripts/check", "format"],
}];

impl Check {
    /// Runs it, and prints the result.
    pub fn run(&self, children: &Children, run: &RunFolder, report: &mut Report) -> Result<()> {
        let start = Instant::now();
        let log = run.subfolder(self.name)?.join("output.log");
        let output = File::create(&log).map_err(Error::file(&log))?;
        let (program, arguments) = self.command.split_first().unwrap_or((&"false", &[]));
        let status = children
            .spawn(
                Command::new(Path::new(CHECKOUT).join(program))
                    .args(arguments)
                    .current_dir(CHECKOUT)
                    .stdin(Stdio::null())
                    .stdout(output.try_clone()?)
                    .stderr(output),
            )?
            .wait()?;
        if children.interrupted() {
            return Err(Error::Interrupted);
        }
        if status.success() {
            report.line(self.name, start.elapsed(), None);
            return Ok(());
        }
        report.line(self.name, start.elapsed(), Some(&status.to_string()));
        let text = fs::read_to_string(&log).map_err(Error::file(&log))?;
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        details("its last lines", &lines[lines.len().saturating_sub(TAIL)..]);
        println!("      all output: {}", outside(&log).display());
        Ok(())
    }
}
