// SPDX-License-Identifier: GPL-2.0-only
//! Builds what a guest needs, each time: what is up to date costs a second.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::children::Children;
use crate::error::{Error, Result};
use crate::kernel::{Arch, Driver};
use crate::run_folder::{outside, RunFolder};
use crate::setup::{Place, System, CHECKOUT, SDK};

/// What is needed to build programs for guests with another processor.
struct Cross {
    /// Rust's name of the processor.
    target: &'static str,
    linker: &'static str,
    /// What rustc is told, so that it finds its library, and the linker that of C.
    flags: &'static str,
}

impl Cross {
    fn to(arch: Arch) -> Option<Self> {
        match arch {
            Arch::Amd64 => None,
            Arch::Arm64 => Some(Self {
                target: "aarch64-unknown-linux-gnu",
                linker: "aarch64-linux-gnu-gcc-14",
                flags: "-L /sdk/guest-arm64/opt/libstd-rust-dev/usr/lib/rustlib/aarch64-unknown-linux-gnu/lib",
            }),
            // Another gcc would be another 200 MB; clang has all processors.
            Arch::Armhf => Some(Self {
                target: "armv7-unknown-linux-gnueabihf",
                linker: "clang",
                flags: "-L /sdk/guest-armhf/opt/libstd-rust-dev/usr/lib/rustlib/armv7-unknown-linux-gnueabihf/lib \
                        -C link-arg=--target=arm-linux-gnueabihf -C link-arg=--sysroot=/sdk/guest-armhf \
                        -C link-arg=-fuse-ld=lld",
            }),
        }
    }

    /// Has Cargo build for it.
    fn choose(&self, cargo: &mut Command) {
        let target = self.target.replace('-', "_").to_uppercase();
        let variable = |name| format!("CARGO_TARGET_{target}_{name}");
        cargo
            .args(["--target", self.target])
            .env(variable("LINKER"), self.linker)
            .env(variable("RUSTFLAGS"), self.flags);
    }
}

/// The helper that builds our module.
pub const BUILD_DRIVER: &str = "build-driver";

/// Runs helpers, with their output in the run's folder.
pub struct Builder<'a> {
    run: &'a RunFolder,
    children: &'a Children,
}

impl<'a> Builder<'a> {
    /// A builder for this run.
    pub fn new(run: &'a RunFolder, children: &'a Children) -> Self {
        Self { run, children }
    }

    /// Builds the virtual modem, and returns its program.
    pub fn modem(&self) -> Result<PathBuf> {
        self.cargo("qmi-modem", "qmi-modem", Arch::Amd64)
    }

    /// Builds what makes traffic in guests, and returns its program.
    pub fn traffic(&self, arch: Arch) -> Result<PathBuf> {
        self.cargo("traffic", "traffic", arch)
    }

    /// Builds what counts a guest's instructions, and returns the plugin of QEMU.
    pub fn counter(&self) -> Result<PathBuf> {
        self.cargo("qemu-counter", "libqemu_counter.so", Arch::Amd64)
    }

    /// Builds a package of the workspace, and returns its product.
    fn cargo(&self, package: &str, product: &str, arch: Arch) -> Result<PathBuf> {
        let manifest = Path::new(CHECKOUT).join("tests-qemu/Cargo.toml");
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--release", "--locked", "--package", package]);
        let cross = Cross::to(arch);
        if let Some(cross) = &cross {
            cross.choose(&mut cargo);
        }
        self.helper(
            &format!("build-{package}"),
            cargo.arg("--manifest-path").arg(manifest),
        )?;
        // Cargo puts all products of the workspace that are for one processor into one folder.
        let own = env::current_exe()?;
        Ok(match cross {
            None => own.with_file_name(product),
            Some(cross) => Path::new(SDK)
                .join("target")
                .join(cross.target)
                .join("release")
                .join(product),
        })
    }

    /// Bytes of a module's code.
    pub fn text_size(&self, system: &System, module: &str) -> Result<u64> {
        let program = Path::new(CHECKOUT).join("tests-qemu/guest/text-size");
        let mut command = Command::new(program);
        command
            .arg(&system.install_root)
            .arg(&system.kernel.release)
            .arg(module);
        let log = self.helper(&format!("text-size-{module}"), &mut command)?;
        let text = fs::read_to_string(&log).map_err(Error::file(&log))?;
        text.trim().parse().map_err(|_| Error::Helper {
            name: "text-size".to_owned(),
            status: Some(0),
            message: "no number".to_owned(),
            log: outside(&log),
        })
    }

    /// What a program says of its version, in one line.
    pub fn said_by(&self, name: &str, command: &mut Command) -> Result<String> {
        let log = self.helper(name, command)?;
        let text = fs::read_to_string(&log).map_err(Error::file(&log))?;
        Ok(text.lines().next().unwrap_or_default().to_owned())
    }

    /// Makes a system of a kernel and a driver.
    pub fn system(&self, kernel: Place, driver: Driver) -> Result<System> {
        let install_root = self.modules(&kernel)?;
        if driver == Driver::Rs {
            self.install(&kernel, &install_root)?;
        }
        Ok(System {
            driver,
            initramfs: self.initramfs(&kernel, &install_root)?,
            install_root,
            kernel,
        })
    }

    /// A root folder with the kernel's own modules, and some that Debian leaves out.
    fn modules(&self, kernel: &Place) -> Result<PathBuf> {
        let root = self.run.subfolder("install")?;
        let modules = root.join("lib/modules");
        fs::create_dir_all(&modules).map_err(Error::file(&modules))?;
        let mut copy = Command::new("cp");
        copy.args(["--archive", "--link"])
            .arg(kernel.modules.join(&kernel.release));
        if let Some(source) = &kernel.source {
            let args = [
                &source.to_string_lossy(),
                &*kernel.build_folder.to_string_lossy(),
                &kernel.release,
            ];
            let more = self.made_by("make-modules", &args, "modules")?;
            copy.arg(more.join("."));
        }
        self.helper("copy-modules", copy.arg(&modules))?;
        let mut index = Command::new("depmod");
        index.arg("-b").arg(&root).arg(&kernel.release);
        self.helper("index-modules", &mut index)?;
        Ok(root)
    }

    /// Builds our module and installs it, as a user would, beside the kernel's own modules.
    fn install(&self, kernel: &Place, root: &Path) -> Result<()> {
        let mut module = make("module", kernel.tree.as_deref());
        let mut install = make("install", None);
        install
            .env("DESTDIR", root)
            .env("KERNELRELEASE", &kernel.release);
        if let Some(copy) = &kernel.driver {
            let program = Path::new(CHECKOUT).join("tests-qemu/guest/copy-driver");
            self.helper("copy-driver", Command::new(program).arg(copy))?;
            module
                .arg("-C")
                .arg(copy)
                .arg(format!("KDIR={}", kernel.build_folder.display()));
            if kernel.clang {
                module.arg("LLVM=1");
            }
            // Debian's headers say it themselves.
            if kernel.arch == Arch::Armhf {
                module.arg("ARCH=arm");
            }
            if let Some(flags) = kernel.rust_flags {
                module.arg(format!("KRUSTFLAGS={flags}"));
            }
            install.arg("-C").arg(copy);
        }
        self.helper(BUILD_DRIVER, &mut module)?;
        self.helper("install-driver", &mut install)?;
        Ok(())
    }

    fn initramfs(&self, kernel: &Place, root: &Path) -> Result<PathBuf> {
        let busybox = kernel.arch.guest().join("usr/bin/busybox");
        let args = [
            &kernel.release,
            &*root.to_string_lossy(),
            &*busybox.to_string_lossy(),
        ];
        self.made_by("make-initramfs", &args, "initramfs")
    }

    /// Runs a script of the guest's folder that makes a file in a folder of the SDK, unless it is there, and prints its path.
    fn made_by(&self, script: &str, args: &[&str], cache: &str) -> Result<PathBuf> {
        let program = Path::new(CHECKOUT).join("tests-qemu/guest").join(script);
        let cache = Path::new(SDK).join(cache);
        let log = self.helper(script, Command::new(program).args(args).arg(cache))?;
        let path = fs::read_to_string(&log).map_err(Error::file(log))?;
        Ok(PathBuf::from(path.trim_end()))
    }

    /// Runs a command to its end; returns the file with all that it printed.
    pub fn helper(&self, name: &str, command: &mut Command) -> Result<PathBuf> {
        let log = self.run.subfolder("prepare")?.join(format!("{name}.log"));
        let output = File::create(&log).map_err(Error::file(&log))?;
        command
            .current_dir(CHECKOUT)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let status = self.children.spawn(command)?.wait()?;
        if self.children.interrupted() {
            return Err(Error::Interrupted);
        }
        if status.success() {
            return Ok(log);
        }
        let text = fs::read(&log).map_err(Error::file(&log))?;
        Err(Error::Helper {
            name: name.to_owned(),
            status: status.code(),
            message: String::from_utf8_lossy(&text)
                .lines()
                .last()
                .unwrap_or("no message")
                .to_owned(),
            log: outside(&log),
        })
    }
}

/// A command that makes a target, with the compilers of a tree.
fn make(target: &str, tree: Option<&Path>) -> Command {
    let mut command = match tree {
        None => Command::new("make"),
        Some(tree) => {
            let mut enter = Command::new("unshare");
            enter
                .args(["--mount", "--propagation", "unchanged", "--"])
                .arg(Path::new(CHECKOUT).join("scripts/lib/enter"))
                .arg("--tree")
                .arg(tree)
                .args([SDK, "make"]);
            enter
        }
    };
    command.arg(target);
    command
}
