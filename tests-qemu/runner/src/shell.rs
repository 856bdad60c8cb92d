// SPDX-License-Identifier: GPL-2.0-only
//! `shell`: a guest for a person at the terminal.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::thread;

use crate::error::{Error, Result};
use crate::modem::Modems;
use crate::qemu::{self, Machine, Shell};
use crate::suite::Hall;

/// The profile that is plugged in if the user names none.
pub const DEFAULT_MODEM: &str = "raw-ip-hs";

/// Opens the shell; true when the guest was left by `exit`.
pub fn run(hall: &Hall, modem: &str) -> Result<bool> {
    let shell = parse(modem)?;
    if let Shell::Host(vendor, product) = shell {
        check_attached(Path::new("/sys/bus/usb/devices"), vendor, product)?;
    }
    let folder = hall.run.subfolder("guest")?;
    let mut modems = Modems::new(&hall.modem_program, &folder, &hall.children);
    if let Shell::Virtual(profile) = &shell {
        modems.check_profile(profile)?;
    }
    println!("Booting a guest with the modem {modem}; `exit` ends it.");
    let machine = Machine {
        system: &hall.system,
        folder: &folder,
        shell: Some(shell),
    };
    let qemu = machine.start(&hall.children)?;

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
    if hall.children.interrupted() {
        return Err(Error::Interrupted);
    }
    if !status.success() {
        let messages = fs::read_to_string(qemu::error_log(&folder)).unwrap_or_default();
        let last = messages.lines().last().unwrap_or("it gave no reason");
        return Err(Error::QemuEnded(last.to_owned()));
    }
    Ok(true)
}

/// Reads the value of MODEM.
fn parse(modem: &str) -> Result<Shell> {
    let bad = || Error::BadModem(modem.to_owned());
    let Some(ids) = modem.strip_prefix("usb:") else {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        let good = !modem.is_empty() && modem.chars().all(plain);
        return good
            .then(|| Shell::Virtual(modem.to_owned()))
            .ok_or_else(bad);
    };
    let id = |text: &str| {
        let hex = text.len() == 4 && text.chars().all(|c| c.is_ascii_hexdigit());
        hex.then(|| u16::from_str_radix(text, 16).ok())
            .flatten()
            .ok_or_else(bad)
    };
    let (vendor, product) = ids.split_once(':').ok_or_else(bad)?;
    Ok(Shell::Host(id(vendor)?, id(product)?))
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
            Shell::Virtual("raw-ip-hs".to_owned())
        );
        assert_eq!(parse("usb:2c7c:0125").unwrap(), Shell::Host(0x2c7c, 0x0125));
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
