// SPDX-License-Identifier: GPL-2.0-only
//! What a guest is made of, and where it lies in the SDK's tree.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::error::{Error, Result};

/// The checkout, inside the SDK's tree.
pub const CHECKOUT: &str = "/src";
/// The SDK's cache, inside its tree.
pub const SDK: &str = "/sdk";

/// The driver under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Driver {
    /// This project's.
    Rs,
    /// The kernel's own, for comparison.
    C,
}

impl Driver {
    /// The module's name.
    pub fn module(self) -> &'static str {
        match self {
            Self::Rs => "qmi_wwan_rs",
            Self::C => "qmi_wwan",
        }
    }
}

/// A guest's processor, as Debian calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Arch {
    /// That of the SDK's own programs.
    Amd64,
    /// That of routers.
    Arm64,
}

impl Arch {
    /// Debian's kernel, as users have it.
    pub fn stock(self) -> Kernel {
        match self {
            Self::Amd64 => Kernel::Stock,
            Self::Arm64 => Kernel::Arm64,
        }
    }

    /// The emulator's program.
    pub fn qemu(self) -> &'static str {
        match self {
            Self::Amd64 => "qemu-system-x86_64",
            Self::Arm64 => "qemu-system-aarch64",
        }
    }

    /// The root file system of guests, with the checkout in it.
    pub fn guest(self) -> &'static Path {
        Path::new(match self {
            Self::Amd64 => "/",
            Self::Arm64 => "/sdk/guest-arm64",
        })
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        })
    }
}

/// The kernel that a guest boots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kernel {
    /// Debian's, as users have it.
    Stock,
    /// Debian's real-time flavour of it.
    Rt,
    /// Debian's for arm64.
    Arm64,
    /// Debian's for arm64 with pages of 16 KiB.
    #[value(name = "arm64-16k")]
    Arm64With16k,
    /// Of the same source, built to show faults: `scripts/kernels/debug.config`.
    Debug,
    /// Of the same source, built to show data races: `scripts/kernels/kcsan.config`.
    Kcsan,
}

impl Kernel {
    /// The processor that it is for.
    pub fn arch(self) -> Arch {
        match self {
            Self::Arm64 | Self::Arm64With16k => Arch::Arm64,
            _ => Arch::Amd64,
        }
    }

    /// How many times longer than on the stock kernel things may take.
    pub fn patience(self) -> u32 {
        match self {
            Self::Stock => 1,
            Self::Rt => 2,
            Self::Arm64 | Self::Arm64With16k | Self::Debug | Self::Kcsan => 4,
        }
    }

    /// The guest's memory, in MiB. KASAN takes its share.
    pub fn memory(self) -> u32 {
        match self {
            Self::Stock | Self::Rt | Self::Arm64 | Self::Arm64With16k => 512,
            Self::Debug | Self::Kcsan => 1024,
        }
    }

    /// Whether Debian built it.
    pub fn is_debians(self) -> bool {
        self.unpacked().is_some()
    }

    /// Where Debian's is unpacked.
    pub fn unpacked(self) -> Option<&'static Path> {
        match self {
            Self::Stock => Some(Path::new("/sdk/kernel")),
            Self::Rt => Some(Path::new("/sdk/kernel-rt")),
            Self::Arm64 => Some(Path::new("/sdk/kernel-arm64")),
            Self::Arm64With16k => Some(Path::new("/sdk/kernel-arm64-16k")),
            Self::Debug | Self::Kcsan => None,
        }
    }

    /// Its folder in the SDK, which other modules can be built against.
    pub fn build_folder(self) -> &'static str {
        match self {
            Self::Stock => "/sdk/linux",
            Self::Rt => "/sdk/linux-rt",
            Self::Arm64 => "/sdk/linux-arm64",
            Self::Arm64With16k => "/sdk/linux-arm64-16k",
            Self::Debug => "/sdk/debug",
            Self::Kcsan => "/sdk/kcsan",
        }
    }

    /// Flags of rustc for modules, which the kernel's own build does not give to them.
    pub fn rust_flags(self) -> Option<&'static str> {
        // As scripts/Makefile.kcsan has them for C.
        (self == Self::Kcsan).then_some(
            "-Zsanitizer=thread -Cllvm-args=-tsan-compound-read-before-write=1 \
             -Cllvm-args=-tsan-distinguish-volatile=1 \
             -Cllvm-args=-tsan-instrument-func-entry-exit=0",
        )
    }

    /// What makes it.
    pub fn made_by(self) -> &'static str {
        match self {
            Self::Stock => "sdk",
            Self::Debug => "sdk-test",
            Self::Arm64 => "sdk-arm64",
            Self::Arm64With16k => "sdk-arm64-test",
            Self::Rt | Self::Kcsan => "sdk-full",
        }
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stock => "stock",
            Self::Rt => "rt",
            Self::Arm64 => "arm64",
            Self::Arm64With16k => "arm64-16k",
            Self::Debug => "debug",
            Self::Kcsan => "kcsan",
        })
    }
}

/// What all scenarios of a run are told.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// What they start from when they choose at random.
    pub seed: u32,
    /// Whether they may take long, for the sake of trying more.
    pub full: bool,
}

/// A kernel with a driver for it: what a guest boots.
#[derive(Clone, Debug)]
pub struct System {
    /// The kernel.
    pub kernel: Kernel,
    /// Its release.
    pub release: String,
    /// The driver under test.
    pub driver: Driver,
    /// The kernel's image.
    pub image: PathBuf,
    /// What leads from the image to the root file system.
    pub initramfs: PathBuf,
    /// Holds `lib/modules` and, with our driver, `etc/modprobe.d`.
    pub install_root: PathBuf,
}

/// Reads a line KEY=VALUE of the versions that the SDK was made of.
pub fn version(key: &'static str) -> Result<String> {
    let path = Path::new(SDK).join("pin/versions");
    let text = fs::read_to_string(&path).map_err(Error::file(&path))?;
    text.lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
        .map(str::to_owned)
        .ok_or(Error::NoVersion { path, key })
}
