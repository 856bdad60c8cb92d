// SPDX-License-Identifier: GPL-2.0-only
//! The virtual machine: QEMU without KVM, so that it runs everywhere.

use std::fs::File;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use command_fds::{CommandFdExt, FdMapping};
use os_pipe::PipeReader;

use crate::children::{Child, Children};
use crate::error::{Error, Result};
use crate::kernel::Arch;
use crate::setup::{Settings, System};

/// USB ports that a modem can be plugged into, numbered from 1.
pub const MODEM_PORTS: usize = 4;

/// Kernel arguments for all guests. The kernel's stall detectors get the time that an emulated CPU on a busy machine may
/// need; a panic ends the guest at once; suites of KUnit wait to be started; there are no network devices but those of scenarios.
const KERNEL_ARGS: &str = "panic=-1 net.ifnames=0 mitigations=off \
    rcupdate.rcu_cpu_stall_timeout=120 watchdog_thresh=60 printk.devkmsg=on kunit.enable=1 \
    dummy.numdummies=0";

/// A card as plain as a modem: one packet at a time, and checksums are the guest's.
const PLAIN_CARD: &str = "virtio-net-pci,csum=off,gso=off,guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off,\
    guest_uso4=off,guest_uso6=off,host_tso4=off,host_tso6=off,host_ecn=off,host_ufo=off,host_uso=off,mrg_rxbuf=off";

/// A card that can sum up, gather and segment, even for a network that is but a socket.
const ROUTER_CARD: &str = "e1000e,romfile=";

/// Nanoseconds of the guest's time that an instruction takes, if they are counted.
pub const INSTRUCTION: u64 = 2;

/// What makes one guest differ from another.
pub struct Machine<'a> {
    /// Kernel and driver.
    pub system: &'a System,
    /// The guest's folder of the run; the guest can read it.
    pub folder: &'a Path,
    /// What scenarios are told.
    pub settings: Settings,
    /// A guest for a user at the terminal.
    pub shell: Option<Shell>,
    /// A guest whose instructions are counted.
    pub counted: Option<&'a Counted>,
}

/// How a guest's instructions are counted. It has one CPU then, whose clock goes with them.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The plugin that counts.
    pub plugin: PathBuf,
    /// The network card.
    pub card: Card,
}

/// A network card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    /// As plain as a modem.
    Plain,
    /// One with offloads, as a router has beside the modem.
    Router,
}

/// What a guest with a shell needs to know.
pub struct Shell {
    /// What is plugged in.
    pub modem: ShellModem,
    /// Rows of the terminal.
    pub rows: u16,
    /// Columns of the terminal.
    pub columns: u16,
}

/// What an interactive guest has plugged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShellModem {
    /// A virtual modem with this profile.
    Virtual(String),
    /// A USB device of the host, by vendor and product id.
    Host(u16, u16),
}

/// A running machine; dropping it ends it.
pub struct Qemu {
    /// The QEMU process.
    pub process: Child,
    /// The serial port with the kernel's log.
    pub kernel: PipeReader,
    /// The agent's requests and answers.
    pub control: UnixStream,
    /// What scenarios print.
    pub output: UnixStream,
}

/// Where a modem connects to be plugged into the port with this number.
pub fn redir_socket(folder: &Path, port: usize) -> PathBuf {
    folder.join(format!("redir{port}.sock"))
}

/// Where the network behind the card connects.
pub fn card_socket(folder: &Path) -> PathBuf {
    folder.join("card.sock")
}

/// Where the plugin that counts can be asked.
pub fn counter_socket(folder: &Path) -> PathBuf {
    folder.join("counter.sock")
}

/// What the guest has told of its kernel's symbols.
pub fn symbols_file(folder: &Path) -> PathBuf {
    folder.join("symbols")
}

/// QEMU's own messages.
pub fn error_log(folder: &Path) -> PathBuf {
    folder.join("qemu.log")
}

impl Machine<'_> {
    /// Switches the machine on.
    pub fn start(&self, children: &Children) -> Result<Qemu> {
        // A pipe, because a socket's buffer is full after a few hundred single bytes, and QEMU then drops some.
        let (kernel, kernel_end) = os_pipe::pipe()?;
        let (control, control_end) = UnixStream::pair()?;
        let (output, output_end) = UnixStream::pair()?;
        let errors = error_log(self.folder);
        let mut command = self.command();
        command
            .stderr(File::create(&errors).map_err(Error::file(&errors))?)
            .fd_mappings(vec![
                FdMapping {
                    parent_fd: kernel_end.into(),
                    child_fd: 3,
                },
                FdMapping {
                    parent_fd: control_end.into(),
                    child_fd: 4,
                },
                FdMapping {
                    parent_fd: output_end.into(),
                    child_fd: 5,
                },
            ])
            .map_err(std::io::Error::other)?;
        if self.shell.is_none() {
            command.stdin(Stdio::null()).stdout(Stdio::null());
        }
        tracing::debug!(?command, "starting");
        Ok(Qemu {
            process: children.spawn(&mut command)?,
            kernel,
            control,
            output,
        })
    }

    fn command(&self) -> Command {
        let kernel = &self.system.kernel;
        let arch = kernel.arch;
        let (machine, cpu) = match arch {
            Arch::Amd64 => ("q35", "qemu64"),
            // An older one has no pages of that size.
            Arch::Arm64 if kernel.has_large_pages() => ("virt", "cortex-a76"),
            Arch::Arm64 => ("virt", "cortex-a72"),
            // Without LPAE the kernel reaches 32 bits of addresses.
            Arch::Armhf => ("virt,highmem=off", "cortex-a15"),
        };
        let mut qemu = Command::new(arch.qemu());
        qemu.args([
            "-machine",
            machine,
            "-accel",
            // A race wants two processors at once. Otherwise a thread for both is cheaper.
            if kernel.races {
                "tcg,thread=multi"
            } else {
                "tcg,thread=single"
            },
            "-cpu",
            cpu,
            "-smp",
            if self.counted.is_some() { "1" } else { "2" },
        ]);
        qemu.arg("-m").arg(kernel.memory.to_string());
        qemu.args([
            "-nodefaults",
            "-no-user-config",
            "-no-reboot",
            "-display",
            "none",
        ]);
        qemu.arg("-kernel").arg(&kernel.image);
        qemu.arg("-initrd").arg(&self.system.initramfs);
        qemu.arg("-append").arg(self.kernel_args());

        qemu.args([
            "-chardev",
            "file,id=kernel,path=/dev/fd/3",
            "-serial",
            "chardev:kernel",
        ]);
        // Virtio devices that keep their state while suspended, as PCI Express functions may: the root file system must survive
        // a suspend of the guest.
        qemu.args(["-device", "pcie-root-port,id=virtio"]);
        qemu.args(["-device", &virtio("serial", 0)]);
        for (name, fd) in [("control", 4), ("output", 5)] {
            qemu.arg("-chardev")
                .arg(format!("socket,id={name},fd={fd}"));
            qemu.arg("-device")
                .arg(format!("virtserialport,chardev={name},name={name}"));
        }

        let shares = [
            ("tree", arch.guest()),
            ("install", &self.system.install_root),
            ("run", self.folder),
        ];
        for ((tag, path), function) in shares.into_iter().zip(1..) {
            qemu.arg("-fsdev").arg(format!(
                "local,id={tag},path={},security_model=none,readonly=on,multidevs=remap",
                path.display()
            ));
            qemu.arg("-device").arg(format!(
                "{},fsdev={tag},mount_tag={tag}",
                virtio("9p", function)
            ));
        }

        // The same port number on both speeds, so that 1-1 or 2-1 is the first modem's name in sysfs.
        qemu.args(["-device", "qemu-xhci,id=usb,p2=8,p3=8"]);
        for port in 1..=MODEM_PORTS {
            let socket = redir_socket(self.folder, port);
            qemu.arg("-chardev").arg(format!(
                "socket,id=redir{port},path={},server=on,wait=off",
                socket.display()
            ));
            qemu.arg("-device").arg(format!(
                "usb-redir,chardev=redir{port},bus=usb.0,port={port},suppress-remote-wake=off"
            ));
        }

        if let Some(counted) = self.counted {
            self.count(&mut qemu, counted);
        }
        if let Some(shell) = &self.shell {
            qemu.args(["-chardev", "stdio,id=terminal,signal=off"]);
            qemu.args(["-device", "virtconsole,chardev=terminal"]);
            if let ShellModem::Host(vendor, product) = shell.modem {
                qemu.arg("-device").arg(format!(
                    "usb-host,bus=usb.0,port={},vendorid={vendor:#06x},productid={product:#06x}",
                    MODEM_PORTS + 1
                ));
            }
        }
        qemu
    }

    fn count(&self, qemu: &mut Command, counted: &Counted) {
        qemu.args(["-icount", "shift=1"]); // as INSTRUCTION says
        qemu.arg("-plugin").arg(format!(
            "{},socket={}",
            counted.plugin.display(),
            counter_socket(self.folder).display()
        ));
        qemu.arg("-chardev").arg(format!(
            "file,id=symbols,path={}",
            symbols_file(self.folder).display()
        ));
        qemu.args(["-device", "virtserialport,chardev=symbols,name=symbols"]);
        qemu.arg("-netdev").arg(format!(
            "stream,id=card,server=on,addr.type=unix,addr.path={}",
            card_socket(self.folder).display()
        ));
        let device = match counted.card {
            Card::Plain => PLAIN_CARD,
            Card::Router => ROUTER_CARD,
        };
        qemu.arg("-device").arg(format!("{device},netdev=card"));
    }

    fn kernel_args(&self) -> String {
        let console = match self.system.kernel.arch {
            Arch::Amd64 => "ttyS0",
            Arch::Arm64 | Arch::Armhf => "ttyAMA0",
        };
        let driver = self.system.driver.module();
        let shell = self.shell.as_ref().map(|shell| {
            let modem = match &shell.modem {
                ShellModem::Virtual(profile) => profile,
                ShellModem::Host(..) => "host",
            };
            let Shell { rows, columns, .. } = shell;
            format!(" QMI_SHELL={modem} QMI_ROWS={rows} QMI_COLUMNS={columns}")
        });
        let shell = shell.unwrap_or_default();
        let Settings { seed, full } = self.settings;
        let full = if full { "yes" } else { "" };
        format!("console={console} {KERNEL_ARGS} QMI_DRIVER={driver} QMI_SEED={seed} QMI_FULL={full}{shell}")
    }
}

/// A virtio device as a function of the card in the root port.
fn virtio(kind: &str, function: u8) -> String {
    format!("virtio-{kind}-pci,bus=virtio,addr=0.{function},multifunction=on,x-pcie-pm-no-soft-reset=on")
}
