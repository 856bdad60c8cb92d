// SPDX-License-Identifier: GPL-2.0-only
//! The drivers, processors and kernels that guests may have, by name.

use std::fmt;
use std::path::Path;

use clap::ValueEnum;

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
    /// That of smaller ones: ARMv7, 32 bits.
    Armhf,
}

impl Arch {
    /// Debian's kernel, as users have it; for armhf, one that is built of the same source.
    pub fn stock(self) -> Kernel {
        match self {
            Self::Amd64 => Kernel::Stock,
            Self::Arm64 => Kernel::Arm64,
            Self::Armhf => Kernel::Armhf,
        }
    }

    /// The emulator's program.
    pub fn qemu(self) -> &'static str {
        match self {
            Self::Amd64 => "qemu-system-x86_64",
            Self::Arm64 => "qemu-system-aarch64",
            Self::Armhf => "qemu-system-arm",
        }
    }

    /// The root file system of guests, with the checkout in it.
    pub fn guest(self) -> &'static Path {
        Path::new(match self {
            Self::Amd64 => "/",
            Self::Arm64 => "/sdk/guest-arm64",
            Self::Armhf => "/sdk/guest-armhf",
        })
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
            Self::Armhf => "armhf",
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
    /// For ARMv7, of the same source: `scripts/kernels/armhf.config`.
    Armhf,
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
            Self::Armhf => Arch::Armhf,
            _ => Arch::Amd64,
        }
    }

    /// Whether Debian built it.
    pub fn is_debians(self) -> bool {
        !matches!(self, Self::Armhf | Self::Debug | Self::Kcsan)
    }

    /// What makes it.
    pub fn made_by(self) -> &'static str {
        match self {
            Self::Stock => "sdk",
            Self::Debug => "sdk-test",
            Self::Arm64 => "sdk-arm64",
            Self::Arm64With16k => "sdk-arm64-test",
            Self::Armhf => "sdk-armhf",
            Self::Rt => "sdk-matrix",
            Self::Kcsan => "sdk-full",
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
            Self::Armhf => "armhf",
            Self::Debug => "debug",
            Self::Kcsan => "kcsan",
        })
    }
}
