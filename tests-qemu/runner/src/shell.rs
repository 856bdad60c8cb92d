// SPDX-License-Identifier: GPL-2.0-only
//! `shell`: a guest for a person at the terminal.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use crate::error::{Error, Result};
use crate::modem::Modems;
use crate::qemu::{self, Machine, Shell, ShellModem};
use crate::suite::Suite;

/// The profile that is plugged in if the user names none.
pub const DEFAULT_MODEM: &str = "raw-ip-hs";

/// Reads the value of MODEM; a device of the host's must be there.
pub fn choose(modem: &str) -> Result<ShellModem> {
    let modem = parse(modem)?;
    if let ShellModem::Host(vendor, product) = modem {
        check_attached(Path::new("/sys/bus/usb/devices"), vendor, product)?;
    }
    Ok(modem)
}

/// Opens the shell; true when the guest was left by `exit`.
pub fn run(suite: &Suite, modem: ShellModem) -> Result<bool> {
    let folder = suite.run.subfolder("guest")?;
    let mut modems = Modems::new(&suite.modem_program, &folder, &suite.children);
    if let ShellModem::Virtual(profile) = &modem {
        modems.check_profile(profile)?;
    }
    println!("Booting a guest with a modem; `exit` ends it.");
    // Without a terminal any size will do.
    let (rows, columns) = terminal_size().unwrap_or((24, 80));
    let machine = Machine {
        system: &suite.system,
        folder: &folder,
        settings: suite.run.settings(),
        shell: Some(Shell {
            modem,
            rows,
            columns,
        }),
        counted: None,
    };
    let qemu = machine.start(&suite.children)?;

    let kernel_log = folder.join("kernel.log");
    let mut log = File::create(&kernel_log).map_err(Error::file(&kernel_log))?;
    let mut kernel = qemu.kernel;
    thread::spawn(move || io::copy(&mut kernel, &mut log));

    let mut control = qemu.control;
    for line in BufReader::new(control.try_clone()?)
        .lines()
        .map_while(io::Result::ok)
    {
        let answer = match line.strip_prefix("plug ") {
            Some(profile) => match modems.plug(profile) {
                Ok(port) => format!("ok {port}"),
                Err(error) => format!("error {error}"),
            },
            None => format!("error a shell's guest cannot ask for {line}"),
        };
        writeln!(control, "{answer}").map_err(Error::GuestLost)?;
    }
    let status = qemu.process.wait()?;
    if suite.children.interrupted() {
        return Err(Error::Interrupted);
    }
    if !status.success() {
        let messages = fs::read_to_string(qemu::error_log(&folder)).unwrap_or_default();
        let last = messages.lines().last().unwrap_or("it gave no reason");
        return Err(Error::QemuEnded(last.to_owned()));
    }
    Ok(true)
}

/// Rows and columns of the terminal.
fn terminal_size() -> Option<(u16, u16)> {
    let output = Command::new("stty")
        .arg("size")
        .stdin(Stdio::inherit())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (rows, columns) = text.trim().split_once(' ')?;
    let known = |text: &str| text.parse().ok().filter(|&size| size > 0);
    Some((known(rows)?, known(columns)?))
}

fn parse(modem: &str) -> Result<ShellModem> {
    let bad = || Error::BadModem(modem.to_owned());
    let Some(ids) = modem.strip_prefix("usb:") else {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        let good = !modem.is_empty() && modem.chars().all(plain);
        return good
            .then(|| ShellModem::Virtual(modem.to_owned()))
            .ok_or_else(bad);
    };
    let id = |text: &str| {
        let hex = text.len() == 4 && text.chars().all(|c| c.is_ascii_hexdigit());
        hex.then(|| u16::from_str_radix(text, 16).ok())
            .flatten()
            .ok_or_else(bad)
    };
    let (vendor, product) = ids.split_once(':').ok_or_else(bad)?;
    Ok(ShellModem::Host(id(vendor)?, id(product)?))
}

/// Errors if no device under `devices` (sysfs) has these ids.
fn check_attached(devices: &Path, vendor: u16, product: u16) -> Result<()> {
    let id = |folder: &Path, file: &str| {
        let text = fs::read_to_string(folder.join(file)).ok()?;
        u16::from_str_radix(text.trim(), 16).ok()
    };
    let attached = fs::read_dir(devices)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| {
            let folder = entry.path();
            id(&folder, "idVendor") == Some(vendor) && id(&folder, "idProduct") == Some(product)
        });
    if attached {
        return Ok(());
    }
    Err(Error::NoUsbDevice(format!("{vendor:04x}:{product:04x}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modem_is_a_profile_or_a_usb_id() {
        assert_eq!(
            parse("raw-ip-hs").unwrap(),
            ShellModem::Virtual("raw-ip-hs".to_owned())
        );
        assert_eq!(
            parse("usb:2c7c:0125").unwrap(),
            ShellModem::Host(0x2c7c, 0x0125)
        );
        for bad in [
            "",
            "usb:",
            "usb:2c7c",
            "usb:2c7c:125",
            "usb:2c7c:01g5",
            "usb:+c7c:0125",
            "a b",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_device_is_found_by_its_ids() {
        let devices = tempfile::tempdir().unwrap();
        let folder = devices.path().join("1-1");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("idVendor"), "2c7c\n").unwrap();
        fs::write(folder.join("idProduct"), "0125\n").unwrap();
        assert!(check_attached(devices.path(), 0x2c7c, 0x0125).is_ok());
        assert!(check_attached(devices.path(), 0x2c7c, 0x0126).is_err());
    }
}
