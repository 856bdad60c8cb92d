// SPDX-License-Identifier: GPL-2.0-only
//! What can go wrong on the host's side.

use std::io;
use std::path::PathBuf;

use crate::kernel::Kernel;

/// Why a command could not do its work. A test that fails is not an error but
/// a [`Failure`](crate::outcome::Failure).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that the SDK or the checkout should have.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The SDK's version file lacks an entry.
    #[error("{path} has no {key}; it should have a line {key}=VALUE")]
    NoVersion {
        /// The version file.
        path: PathBuf,
        /// The missing key.
        key: &'static str,
    },
    /// A document has no place for a table.
    #[error("{path} has no lines '<!-- {place} -->' and '<!-- end -->'; restore them")]
    NoPlace {
        /// The document.
        path: PathBuf,
        /// The table.
        place: &'static str,
    },
    /// Most of the SDK's kernels are made only when asked for.
    #[error("the SDK has no {0} kernel yet; make it: make {made_by}", made_by = .0.made_by())]
    NoKernel(Kernel),
    /// No kernel's name matches.
    #[error("no kernel of the matrix is named like {names}; there are: {known}")]
    NotInMatrix {
        /// What was asked for.
        names: String,
        /// All names, separated by blanks.
        known: String,
    },
    /// A scenario says by no regular expression what it shows or permits.
    #[error("a scenario's line 'Shows:' or 'Permits:' is wrong: {0}")]
    Pattern(#[from] regex::Error),
    /// A program could not be started.
    #[error("cannot start {program}: {source}; run this inside the SDK (scripts/in-sdk)")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// A program that prepares something failed.
    #[error("{name} failed: {message} (all output: {log})")]
    Helper {
        /// What it was to do.
        name: String,
        /// Its exit status, unless a signal has ended it.
        status: Option<i32>,
        /// The last line of its output.
        message: String,
        /// The file with all of it.
        log: PathBuf,
    },
    /// QEMU ended before the guest was up.
    #[error("QEMU ended during boot: {0}")]
    QemuEnded(String),
    /// The guest did not report in time.
    #[error("the guest did not boot within {0} s; see kernel.log there")]
    BootTimeout(u64),
    /// The guest cannot be talked to any more.
    #[error("lost the guest: {0}")]
    GuestLost(io::Error),
    /// No such modem profile.
    #[error("no modem profile {name}; there are: {known}")]
    NoProfile {
        /// The name that was asked for.
        name: String,
        /// All names, separated by blanks.
        known: String,
    },
    /// All USB ports for modems are taken.
    #[error("no free USB port: unplug a modem first")]
    NoFreePort,
    /// No modem in this port.
    #[error("no modem {0} is plugged in")]
    NoModem(String),
    /// A value of MODEM that is no profile and no USB id.
    #[error(
        "{0}: give a profile's name, or usb:VVVV:PPPP with the four hex digits that lsusb shows"
    )]
    BadModem(String),
    /// The USB device is not attached to the host.
    #[error("no USB device {0} on this machine; lsusb lists those that are there")]
    NoUsbDevice(String),
    /// No scenario's name matches.
    #[error("no scenario or check is named like {0}; `list` shows all")]
    NoScenario(String),
    /// Two scenarios have the same name.
    #[error("{0} and {1} have the same name; rename one")]
    SameName(PathBuf, PathBuf),
    /// The plugin that counts instructions answers strangely.
    #[error("the counter in QEMU answered '{0}'")]
    Counter(String),
    /// A chart or a file of results could not be made.
    #[error("cannot write {0}: {1}")]
    Results(&'static str, String),
    /// The user stopped the program.
    #[error("interrupted")]
    Interrupted,
    /// The terminal or a signal handler could not be set up.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Error {
    /// An error at a file.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

/// Shorthand for this crate's results.
pub type Result<T> = std::result::Result<T, Error>;
