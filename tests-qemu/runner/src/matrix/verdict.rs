// SPDX-License-Identifier: GPL-2.0-only
//! What was seen of a kernel, in words.

use crate::error::{Error, Result};
use crate::outcome::Outcome;

/// What holds.
pub const YES: &str = "yes";

/// Characters of a reason that go into the table.
const REASON: usize = 100;

/// What was seen of a kernel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub compilers: String,
    pub builds: String,
    pub loads: String,
    pub works: String,
}

impl Verdict {
    pub fn not_tried(reason: &str) -> Self {
        Self {
            builds: format!("not tried: {reason}"),
            ..Self::default()
        }
    }

    /// The module does not build, or what it needs of the kernel cannot be made.
    pub fn not_built(reason: &str) -> Self {
        Self {
            builds: format!("no: {reason}"),
            ..Self::default()
        }
    }

    pub fn was_tried(&self) -> bool {
        !self.builds.starts_with("not tried")
    }

    pub fn is_good(&self) -> bool {
        [&self.builds, &self.loads, &self.works]
            .iter()
            .all(|seen| *seen == YES)
    }

    /// In one line.
    pub fn words(&self) -> String {
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

/// Why a scenario failed, if it did.
pub fn failure(result: Result<Outcome>) -> Option<String> {
    match result {
        Ok(outcome) => outcome.failure.map(|failure| short(&failure.to_string())),
        Err(error) => Some(reason(&error)),
    }
}

/// What an error says, without where its log is.
pub fn reason(error: &Error) -> String {
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
pub fn compilers_reason(output: &str) -> Option<String> {
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
pub fn short(text: &str) -> String {
    if text.chars().count() <= REASON {
        return text.to_owned();
    }
    text.chars().take(REASON).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

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
            status: Some(1),
            message: "matrix-kernels: no such kernel".to_owned(),
            log: PathBuf::new(),
        };
        assert_eq!(reason(&error), "no such kernel");
        assert_eq!(short(&"x".repeat(500)).chars().count(), REASON + 1);
    }
}
