// SPDX-License-Identifier: GPL-2.0-only
//! What a guest is made of, and where it lies in the SDK's tree.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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

    /// The root of the file tree whose modules and modprobe rules the guest uses.
    fn install_root(self) -> PathBuf {
        match self {
            Self::Rs => Path::new(SDK).join("guest"),
            Self::C => PathBuf::from("/"),
        }
    }
}

/// A kernel with a driver for it: what a guest boots.
#[derive(Clone, Debug)]
pub struct System {
    /// The driver under test.
    pub driver: Driver,
    /// The kernel's image.
    pub image: PathBuf,
    /// What leads from the image to the root file system.
    pub initramfs: PathBuf,
    /// Holds `lib/modules` and, with our driver, `etc/modprobe.d`.
    pub install_root: PathBuf,
}

impl System {
    /// Debian's kernel as it is.
    pub fn stock(driver: Driver) -> Result<Self> {
        let release = version("KERNEL_RELEASE")?;
        Ok(Self {
            driver,
            image: PathBuf::from(format!("/boot/vmlinuz-{release}")),
            initramfs: initramfs(&release, Path::new("/"))?,
            install_root: driver.install_root(),
        })
    }
}

/// The folder of the scenarios' scripts.
pub fn scenarios() -> PathBuf {
    Path::new(CHECKOUT).join("tests-qemu/scenarios")
}

/// The virtual modem, which cargo puts beside this program.
pub fn modem_program() -> Result<PathBuf> {
    Ok(env::current_exe()?.with_file_name("qmi-modem"))
}

fn version(key: &'static str) -> Result<String> {
    let path = Path::new(CHECKOUT).join("scripts/versions");
    let text = fs::read_to_string(&path).map_err(Error::file(&path))?;
    text.lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
        .map(str::to_owned)
        .ok_or(Error::NoVersion { path, key })
}

fn initramfs(release: &str, modules_root: &Path) -> Result<PathBuf> {
    let script = Path::new(CHECKOUT).join("tests-qemu/guest/make-initramfs");
    let output = Command::new(&script)
        .arg(release)
        .arg(modules_root)
        .arg(Path::new(SDK).join("initramfs"))
        .output()
        .map_err(|source| Error::Start {
            program: script.display().to_string(),
            source,
        })?;
    if output.status.success() {
        Ok(PathBuf::from(
            String::from_utf8_lossy(&output.stdout).trim(),
        ))
    } else {
        let message = String::from_utf8_lossy(&output.stderr);
        Err(Error::Helper {
            program: script.display().to_string(),
            message: message.lines().last().unwrap_or("no message").to_owned(),
        })
    }
}
