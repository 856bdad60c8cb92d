// SPDX-License-Identifier: GPL-2.0-only
//! Scenarios: shell scripts that run inside a guest.

use std::path::Path;
use std::time::Duration;

use clap::ValueEnum;

use crate::error::{Error, Result};
use crate::kernel::{Driver, Kernel};
use crate::script::{self, Script};
use crate::setup::CHECKOUT;

/// For a scenario that does not say how long it may take.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(180);

/// Where they are, in the checkout.
const FOLDER: &str = "tests-qemu/scenarios";

/// The subfolder of what scenarios share.
const LIBRARY: &str = "lib";

/// The script that a benchmark runs.
const BENCH: &str = "bench";

/// A script of a subfolder of `tests-qemu/scenarios`, described by the comments at its top:
/// the first one after the licence is its title; `Timeout: SECONDS` and
/// `Driver: rs` (or `c`: only for this driver), `Kernel: stock` (only on kernels of
/// Debian), `Kernel: rt` or `debug` (only on this kernel), `Best: debug` (rather there than on the stock kernel,
/// if there is time for one only), `Also: kcsan arm64` (if there is time for all, there too),
/// `Full: yes` (only if asked for, because it takes long),
/// `Defect: D1 TEXT` (one of the C driver, which it shows by failing),
/// `Client: PROGRAM of PACKAGE` (which it runs),
/// `Shared: D7 TEXT` (one of the modules that both drivers use, which it shows
/// by succeeding), `Shows: REGEX` (a fault of the kernel that it shows and
/// therefore wants) and `Permits: REGEX` (what the kernel may say of a device
/// that does wrong) are optional.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The file's name without its ending.
    pub name: String,
    /// The folder that it is in, such as `mux`.
    pub folder: String,
    /// What it shows, in one line.
    pub title: String,
    /// When to give the guest up.
    pub timeout: Duration,
    /// Whether it takes so long that it must be asked for.
    pub full: bool,
    /// The kernel that it runs on if there is time for one only.
    pub best_on: Kernel,
    /// Of the kernels that are for some scenarios only, those that this one is for.
    pub also_on: Vec<Kernel>,
    /// What it shows of the C driver, or of the modules that both drivers use.
    pub defects: Vec<Defect>,
    /// The program that it is about.
    pub client: Option<Client>,
    /// The fault that the kernel must log, and no other.
    pub shows: Option<String>,
    /// What is no fault of the kernel here.
    pub permits: Option<String>,
    only: Option<Driver>,
    only_on: Option<Kernel>,
}

/// A program that people use modems with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its name.
    pub program: String,
    /// Debian's package of it.
    pub package: String,
}

impl Client {
    fn parse(value: &str) -> Option<Self> {
        let (program, package) = value.rsplit_once(" of ")?;
        Some(Self {
            program: program.to_owned(),
            package: package.to_owned(),
        })
    }
}

/// Something that the C driver gets wrong, or both do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Its number in the list of all.
    pub number: u32,
    /// What goes wrong.
    pub text: String,
    /// Whether it is in a module that both drivers use.
    pub shared: bool,
}

impl Defect {
    fn parse(value: &str, shared: bool) -> Option<Self> {
        let (number, text) = value.strip_prefix('D')?.split_once(' ')?;
        Some(Self {
            number: number.parse().ok()?,
            text: text.to_owned(),
            shared,
        })
    }
}

impl Scenario {
    fn new(script: &Script) -> Self {
        let mut scenario = Self {
            name: script.name.clone(),
            folder: script.folder.clone(),
            title: String::new(),
            timeout: DEFAULT_TIMEOUT,
            full: false,
            only_on: None,
            best_on: Kernel::Stock,
            also_on: Vec::new(),
            defects: Vec::new(),
            client: None,
            shows: None,
            permits: None,
            only: None,
        };
        for comment in script.comments() {
            match comment.split_once(": ") {
                Some(("Timeout", value)) => {
                    let seconds = value.parse().map(Duration::from_secs);
                    scenario.timeout = seconds.unwrap_or(DEFAULT_TIMEOUT);
                }
                Some(("Full", "yes")) => scenario.full = true,
                Some(("Defect", value)) => scenario.defects.extend(Defect::parse(value, false)),
                Some(("Client", value)) => scenario.client = Client::parse(value),
                Some(("Shared", value)) => scenario.defects.extend(Defect::parse(value, true)),
                Some(("Shows", value)) => scenario.shows = Some(value.to_owned()),
                Some(("Permits", value)) => scenario.permits = Some(value.to_owned()),
                Some(("Driver", "rs")) => scenario.only = Some(Driver::Rs),
                Some(("Driver", "c")) => scenario.only = Some(Driver::C),
                Some(("Kernel", name)) => {
                    scenario.only_on = Kernel::from_str(name, false).ok();
                    scenario.best_on = scenario.only_on.unwrap_or(scenario.best_on);
                }
                Some(("Best", "debug")) => scenario.best_on = Kernel::Debug,
                Some(("Also", names)) => {
                    let names = names.split(' ');
                    let kernels = names.filter_map(|name| Kernel::from_str(name, false).ok());
                    scenario.also_on.extend(kernels);
                }
                _ if scenario.title.is_empty() => scenario.title = comment.to_owned(),
                _ => {}
            }
        }
        scenario
    }

    /// Whether the scenario has a meaning with this driver on this kernel.
    pub fn suits(&self, driver: Driver, kernel: Kernel) -> bool {
        self.only.is_none_or(|only| only == driver)
            && self.only_on.is_none_or(|only| match only {
                Kernel::Stock => kernel.is_debians(),
                only => only == kernel,
            })
    }

    /// Whether `part` is contained in its name with the kernel, `KERNEL/NAME`; or, if `part` has the folder with a slash behind it,
    /// in `KERNEL/FOLDER/NAME`.
    pub fn is_named(&self, part: &str, kernel: Kernel) -> bool {
        let folder = format!("{}/", self.folder);
        format!("{kernel}/{}", self.name).contains(part)
            || part.contains(&folder) && format!("{kernel}/{folder}{}", self.name).contains(part)
    }

    /// Whether it runs on this kernel if no kernels were chosen, and there is time for one only, or for all if `full`.
    pub fn is_for(&self, kernel: Kernel, full: bool) -> bool {
        match kernel {
            Kernel::Kcsan | Kernel::Arm64 | Kernel::Arm64With16k | Kernel::Armhf => {
                full && self.also_on.contains(&kernel)
            }
            _ => full || self.best_on == kernel,
        }
    }
}

/// All scenarios, sorted by name.
pub fn all() -> Result<Vec<Scenario>> {
    let scripts = scripts()?;
    let scenarios = scripts.iter().filter(|script| script.name != BENCH);
    Ok(scenarios.map(Scenario::new).collect())
}

/// What a benchmark runs in its guests: no test.
pub fn bench() -> Result<Scenario> {
    let scripts = scripts()?;
    let script = scripts.iter().find(|script| script.name == BENCH);
    let missing = || Error::NoScenario(BENCH.to_owned());
    script.map(Scenario::new).ok_or_else(missing)
}

fn scripts() -> Result<Vec<Script>> {
    script::in_subfolders(&Path::new(CHECKOUT).join(FOLDER), LIBRARY, ".sh")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comments_describe_it() {
        let script =
            Script::of("# A title: with a colon\n# Timeout: 7\n# Full: yes\n# Driver: rs\n# Kernel: debug\n:\n");
        let scenario = Scenario::new(&script);
        assert_eq!(scenario.title, "A title: with a colon");
        assert_eq!(scenario.timeout, Duration::from_secs(7));
        assert!(scenario.full);
        assert!(scenario.suits(Driver::Rs, Kernel::Debug));
        assert!(!scenario.suits(Driver::C, Kernel::Debug));
        assert!(!scenario.suits(Driver::Rs, Kernel::Stock));
    }

    #[test]
    fn kernels_are_chosen() {
        let kernels = |comments: &str, full: bool| {
            let scenario = Scenario::new(&Script::of(&format!("# A\n{comments}:\n")));
            let all = Kernel::value_variants().iter();
            let chosen = all.filter(|&&kernel| {
                scenario.suits(Driver::Rs, kernel) && scenario.is_for(kernel, full)
            });
            chosen.map(Kernel::to_string).collect::<Vec<_>>().join(" ")
        };
        for (comments, usual, full) in [
            ("", "stock", "stock rt debug"),
            ("# Best: debug\n", "debug", "stock rt debug"),
            ("# Also: kcsan\n", "stock", "stock rt debug kcsan"),
            (
                "# Also: arm64 arm64-16k\n",
                "stock",
                "stock rt arm64 arm64-16k debug",
            ),
            ("# Kernel: stock\n", "stock", "stock rt"),
            ("# Kernel: rt\n", "rt", "rt"),
            ("# Kernel: debug\n", "debug", "debug"),
        ] {
            assert_eq!(kernels(comments, false), usual, "{comments}");
            assert_eq!(kernels(comments, true), full, "{comments}");
        }
    }

    #[test]
    fn a_name_may_have_kernel_and_folder() {
        let scenario = Scenario::new(&Script::of(""));
        for part in [
            "a",
            "stock/a",
            "stock/",
            "b/",
            "stock/b/",
            "stock/b/a",
            "b/a",
        ] {
            assert!(scenario.is_named(part, Kernel::Stock), "{part}");
        }
        for part in ["b", "stock/b", "debug/b/", "c/", "b/c"] {
            assert!(!scenario.is_named(part, Kernel::Stock), "{part}");
        }
    }

    #[test]
    fn defects_are_numbered() {
        let scenario = Scenario::new(&Script::of(
            "# A\n# Defect: D12 Too many: all\n# Defect: x\n# Shared: D7 Few\n",
        ));
        let defect = |number, text: &str, shared| Defect {
            number,
            text: text.to_owned(),
            shared,
        };
        let wanted = [defect(12, "Too many: all", false), defect(7, "Few", true)];
        assert_eq!(scenario.defects, wanted);
    }

    #[test]
    fn a_bare_script_suits_both_drivers() {
        let scenario = Scenario::new(&Script::of("true\n"));
        assert!(!scenario.full);
        assert_eq!(scenario.timeout, DEFAULT_TIMEOUT);
        for &kernel in Kernel::value_variants() {
            assert!(scenario.suits(Driver::Rs, kernel) && scenario.suits(Driver::C, kernel));
        }
    }
}
