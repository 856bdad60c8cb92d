// SPDX-License-Identifier: GPL-2.0-only
//! Scenarios: shell scripts that run inside a guest.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::setup::Driver;

/// For a scenario that does not say how long it may take.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(180);

/// A script of the scenarios' folder, described by the comments at its top:
/// the first one after the licence is its title; `Timeout: SECONDS` and
/// `Driver: rs` (or `c`: only for this driver) are optional.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The file's name without its ending.
    pub name: String,
    /// What it shows, in one line.
    pub title: String,
    /// When to give the guest up.
    pub timeout: Duration,
    only: Option<Driver>,
}

impl Scenario {
    /// Reads the script's description; `name` is the file's name without `.sh`.
    fn parse(name: &str, script: &str) -> Self {
        let mut scenario = Self {
            name: name.to_owned(),
            title: String::new(),
            timeout: DEFAULT_TIMEOUT,
            only: None,
        };
        let comments = script
            .lines()
            .map_while(|line| line.strip_prefix('#'))
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('!') && !line.starts_with("SPDX"));
        for comment in comments {
            match comment.split_once(": ") {
                Some(("Timeout", value)) => {
                    if let Ok(seconds) = value.parse() {
                        scenario.timeout = Duration::from_secs(seconds);
                    }
                }
                Some(("Driver", "rs")) => scenario.only = Some(Driver::Rs),
                Some(("Driver", "c")) => scenario.only = Some(Driver::C),
                _ if scenario.title.is_empty() => scenario.title = comment.to_owned(),
                _ => {}
            }
        }
        scenario
    }

    /// Whether the scenario has a meaning with this driver.
    pub fn suits(&self, driver: Driver) -> bool {
        self.only.is_none_or(|only| only == driver)
    }
}

/// All scenarios of a folder, sorted by name.
pub fn all(folder: &Path) -> Result<Vec<Scenario>> {
    let mut scenarios = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file(folder))? {
        let path = entry?.path();
        let (Some(stem), Some("sh")) = (
            path.file_stem().and_then(|stem| stem.to_str()),
            path.extension().and_then(|ending| ending.to_str()),
        ) else {
            continue;
        };
        if stem != "lib" {
            let script = fs::read_to_string(&path).map_err(Error::file(&path))?;
            scenarios.push(Scenario::parse(stem, &script));
        }
    }
    scenarios.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(scenarios)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comments_describe_it() {
        let script = "#!/bin/sh\n# SPDX-License-Identifier: X\n#\n# A title: with a colon\n\
                      # Timeout: 7\n# Driver: rs\n. lib.sh\n# Timeout: 9\n";
        let scenario = Scenario::parse("a", script);
        assert_eq!(scenario.title, "A title: with a colon");
        assert_eq!(scenario.timeout, Duration::from_secs(7));
        assert!(scenario.suits(Driver::Rs) && !scenario.suits(Driver::C));
    }

    #[test]
    fn a_bare_script_suits_both_drivers() {
        let scenario = Scenario::parse("a", "#!/bin/sh\ntrue\n");
        assert_eq!(scenario.timeout, DEFAULT_TIMEOUT);
        assert!(scenario.suits(Driver::Rs) && scenario.suits(Driver::C));
    }
}
