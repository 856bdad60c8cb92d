// SPDX-License-Identifier: GPL-2.0-only
//! What a guest is made of, and where it lies in the SDK's tree.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::kernel::{Arch, Driver, Kernel};

/// The checkout, inside the SDK's tree.
pub const CHECKOUT: &str = "/src";
/// The SDK's cache, inside its tree.
pub const SDK: &str = "/sdk";

impl Kernel {
    /// Its folders in the SDK: for building, and, if it is Debian's, where that is unpacked.
    fn folders(self) -> (PathBuf, Option<PathBuf>) {
        let (build, unpacked) = match self {
            Self::Stock => ("linux", Some("kernel")),
            Self::Rt => ("linux-rt", Some("kernel-rt")),
            Self::Arm64 => ("linux-arm64", Some("kernel-arm64")),
            Self::Arm64With16k => ("linux-arm64-16k", Some("kernel-arm64-16k")),
            Self::Armhf => ("armhf", None),
            Self::Debug => ("debug", None),
            Self::Kcsan => ("kcsan", None),
        };
        let sdk = Path::new(SDK);
        (sdk.join(build), unpacked.map(|name| sdk.join(name)))
    }

    /// Where it lies in the SDK.
    pub fn place(self) -> Result<Place> {
        let sdk = Path::new(SDK);
        let (build_folder, unpacked) = self.folders();
        let file = build_folder.join("include/config/kernel.release");
        let release = fs::read_to_string(&file).map_err(|_| Error::NoKernel(self))?;
        let release = release.trim_end().to_owned();
        let (image, modules) = match unpacked {
            Some(unpacked) => (
                unpacked.join(format!("boot/vmlinuz-{release}")),
                unpacked.join("modules"),
            ),
            None => (
                build_folder.join(match self.arch() {
                    Arch::Armhf => "arch/arm/boot/zImage",
                    _ => "arch/x86/boot/bzImage",
                }),
                build_folder.join("lib/modules"),
            ),
        };
        Ok(Place {
            release,
            arch: self.arch(),
            image,
            modules,
            build_folder,
            tree: None,
            source: self.is_debians().then(|| sdk.join("source")),
            driver: (self != Self::Stock).then(|| sdk.join(format!("{self}-module"))),
            clang: !self.is_debians(),
            // As scripts/Makefile.kcsan has them for C.
            rust_flags: (self == Self::Kcsan).then_some(
                "-Zsanitizer=thread -Cllvm-args=-tsan-compound-read-before-write=1 \
                 -Cllvm-args=-tsan-distinguish-volatile=1 \
                 -Cllvm-args=-tsan-instrument-func-entry-exit=0",
            ),
            patience: match self {
                Self::Stock => 1,
                Self::Rt => 2,
                Self::Arm64 | Self::Arm64With16k | Self::Armhf | Self::Debug | Self::Kcsan => 4,
            },
            // KASAN takes its share.
            memory: match self {
                Self::Debug | Self::Kcsan => 1024,
                _ => 512,
            },
            races: self == Self::Kcsan,
        })
    }
}

/// Where a kernel lies in the SDK, and what a guest that boots it needs.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its release.
    pub release: String,
    /// The processor that it is for.
    pub arch: Arch,
    /// Its image.
    pub image: PathBuf,
    /// The folder that has a folder of its modules, called like its release.
    pub modules: PathBuf,
    /// What other modules can be built against.
    pub build_folder: PathBuf,
    /// The tree with the compilers that built it, if those are not the SDK's own.
    pub tree: Option<PathBuf>,
    /// Its source, if modules that it lacks are to be made from that.
    pub source: Option<PathBuf>,
    /// Where our module is built for it, if not in the checkout.
    pub driver: Option<PathBuf>,
    /// Whether clang built it.
    pub clang: bool,
    /// Flags of rustc for modules, which the kernel's own build does not give to them.
    pub rust_flags: Option<&'static str>,
    /// How many times longer than on the stock kernel things may take.
    pub patience: u32,
    /// The guest's memory, in MiB.
    pub memory: u32,
    /// Whether it looks for races, which want two processors at once.
    pub races: bool,
}

impl Place {
    /// Whether its pages are larger than 4 KiB.
    pub fn has_large_pages(&self) -> bool {
        self.release.ends_with("-16k")
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
    pub kernel: Place,
    /// The driver under test.
    pub driver: Driver,
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
