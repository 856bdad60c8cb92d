// SPDX-License-Identifier: GPL-2.0-only
//! Scenarios: shell scripts that run inside a guest.

use std::path::Path;
use std::time::Duration;

use crate::error::Result;
use crate::script::{self, Script};
use crate::setup::{Driver, CHECKOUT};

/// For a scenario that does not say how long it may take.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(180);

/// A script of the scenarios' folder, described by the comments at its top:
/// the first one after the licence is its title; `Timeout: SECONDS` and
/// `Driver: rs` (or `c`: only for this driver) and `Full: yes` (only if
/// asked for, because it takes long) are optional.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The file's name without its ending.
    pub name: String,
    /// What it shows, in one line.
    pub title: String,
    /// When to give the guest up.
    pub timeout: Duration,
    /// Whether it takes so long that it must be asked for.
    pub full: bool,
    only: Option<Driver>,
}

impl Scenario {
    fn new(script: &Script) -> Self {
        let mut scenario = Self {
            name: script.name.clone(),
            title: String::new(),
            timeout: DEFAULT_TIMEOUT,
            full: false,
            only: None,
        };
        for comment in script.comments() {
            match comment.split_once(": ") {
                Some(("Timeout", value)) => {
                    let seconds = value.parse().map(Duration::from_secs);
                    scenario.timeout = seconds.unwrap_or(DEFAULT_TIMEOUT);
                }
                Some(("Full", "yes")) => scenario.full = true,
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

/// All scenarios, sorted by name.
pub fn all() -> Result<Vec<Scenario>> {
    let scripts = script::all(&Path::new(CHECKOUT).join("tests-qemu/scenarios"), ".sh")?;
    let scenarios = scripts.iter().filter(|script| script.name != "lib");
    Ok(scenarios.map(Scenario::new).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comments_describe_it() {
        let script =
            Script::of("# A title: with a colon\n# Timeout: 7\n# Full: yes\n# Driver: rs\n:\n");
        let scenario = Scenario::new(&script);
        assert_eq!(scenario.title, "A title: with a colon");
        assert_eq!(scenario.timeout, Duration::from_secs(7));
        assert!(scenario.full);
        assert!(scenario.suits(Driver::Rs) && !scenario.suits(Driver::C));
    }

    #[test]
    fn a_bare_script_suits_both_drivers() {
        let scenario = Scenario::new(&Script::of("true\n"));
        assert!(!scenario.full);
        assert_eq!(scenario.timeout, DEFAULT_TIMEOUT);
        assert!(scenario.suits(Driver::Rs) && scenario.suits(Driver::C));
    }
}
