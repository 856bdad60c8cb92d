// SPDX-License-Identifier: GPL-2.0-only
//! One line for each test, details for those that fail, and a closing line.

use std::time::Duration;

use crate::outcome::Outcome;
use crate::run_folder::outside;

/// Counts and prints results as they come.
#[derive(Debug, Default)]
pub struct Report {
    passed: usize,
    failed: usize,
}

impl Report {
    /// Prints the line of a test that passed; `note` is what it counted, if anything.
    pub fn passed(&mut self, name: &str, duration: Duration, note: &str) {
        self.passed += 1;
        let line = format!("pass  {name:<36} {:>6.1} s  {note}", duration.as_secs_f32());
        println!("{}", line.trim_end());
    }

    /// Prints the line of a test that failed, and why.
    pub fn failed(&mut self, name: &str, reason: &str) {
        self.failed += 1;
        println!("FAIL  {name:<36} {reason}");
    }

    /// Prints the line of a scenario, and what helps to understand a failure.
    pub fn scenario(&mut self, name: &str, outcome: &Outcome) {
        match &outcome.failure {
            None => self.passed(name, outcome.duration, &outcome.note()),
            Some(failure) => {
                self.failed(name, &failure.to_string());
                details("its last lines", &outcome.tail);
                details("the kernel's log", &outcome.kernel_excerpt);
                println!("      all logs: {}", outside(&outcome.folder).display());
            }
        }
    }

    /// Whether nothing ran so far.
    pub fn is_empty(&self) -> bool {
        self.passed + self.failed == 0
    }

    /// Prints the closing line; true if all is well, which takes at least one test.
    pub fn close(&self) -> bool {
        println!("{} passed, {} failed", self.passed, self.failed);
        self.failed == 0 && self.passed > 0
    }
}

/// Prints lines with a heading, indented; nothing if there are none.
pub fn details(heading: &str, lines: &[String]) {
    if !lines.is_empty() {
        println!("      {heading}:");
        for line in lines {
            println!("      | {line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_run_is_not_well() {
        assert!(!Report::default().close());
    }

    #[test]
    fn one_failure_spoils_it() {
        let mut report = Report::default();
        report.passed("a", Duration::ZERO, "");
        assert!(report.close());
        report.failed("b", "broken");
        assert!(!report.close());
    }
}
