// SPDX-License-Identifier: GPL-2.0-only
//! The aliases by which `modprobe` knows a driver for a USB device, and a profile made to match one.

use std::collections::BTreeMap;
use std::str::FromStr;

use thiserror::Error;

use crate::profile::{Functional, Interface, Profile};

/// What an alias asks of a device and its interface (the kernel's `scripts/mod/file2alias.c`); what may be anything is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    vendor: Option<u16>,
    product: Option<u16>,
    device_class: [Option<u8>; 3],
    interface_class: [Option<u8>; 3],
    interface_number: Option<u8>,
}

/// Not an alias of a USB driver.
#[derive(Debug, Error)]
#[error("'{0}' is no alias of a USB driver, as modinfo prints them")]
pub struct AliasError(String);

impl FromStr for Alias {
    type Err = AliasError;

    fn from_str(text: &str) -> Result<Self, AliasError> {
        let bad = || AliasError(text.to_owned());
        let fields = fields(text.strip_prefix("usb:").ok_or_else(bad)?).ok_or_else(bad)?;
        let value = |key| fields.get(key).copied().flatten();
        let word = |key| value(key).map(u16::try_from).transpose();
        let byte = |key| value(key).map(u8::try_from).transpose();
        let parse = || -> Result<Self, std::num::TryFromIntError> {
            Ok(Self {
                vendor: word("v")?,
                product: word("p")?,
                device_class: [byte("dc")?, byte("dsc")?, byte("dp")?],
                interface_class: [byte("ic")?, byte("isc")?, byte("ip")?],
                interface_number: byte("in")?,
            })
        };
        parse().map_err(|_| bad())
    }
}

/// Splits `v2C7Cp0125d*...`: names are small letters, values hexadecimal capitals or `*` for anything.
fn fields(mut text: &str) -> Option<BTreeMap<&str, Option<u32>>> {
    const NAMES: [&str; 10] = ["v", "p", "d", "dc", "dsc", "dp", "ic", "isc", "ip", "in"];
    let mut fields = BTreeMap::new();
    for name in NAMES {
        let rest = text.strip_prefix(name)?;
        let end = rest
            .find(|c: char| c.is_ascii_lowercase())
            .unwrap_or(rest.len());
        let (value, rest) = rest.split_at(end);
        let number = match value.trim_end_matches('*') {
            "" if value.is_empty() => return None,
            "" => None,
            digits => Some(u32::from_str_radix(digits, 16).ok()?),
        };
        fields.insert(name, number);
        text = rest;
    }
    text.is_empty().then_some(fields)
}

impl Profile {
    /// The same modem, but with ids and an interface for QMI that `alias` matches. An interface that had the number before
    /// gets that of the one for QMI.
    pub fn matching(mut self, alias: &Alias) -> Self {
        let device = &mut self.device;
        device.vendor = alias.vendor.unwrap_or(device.vendor);
        device.product = alias.product.unwrap_or(device.product);
        replace(&mut device.class, alias.device_class);
        if let Some(control) = self.interfaces.iter_mut().find(|i| i.role.is_control()) {
            replace(&mut control.class, alias.interface_class);
            let old = control.number;
            let new = alias.interface_number.unwrap_or(old);
            swap_numbers(&mut self.interfaces, old, new);
        }
        self
    }
}

fn replace(class: &mut [u8; 3], wanted: [Option<u8>; 3]) {
    for (byte, wanted) in class.iter_mut().zip(wanted) {
        *byte = wanted.unwrap_or(*byte);
    }
}

fn swap_numbers(interfaces: &mut [Interface], one: u8, other: u8) {
    let swap = |number: &mut u8| {
        if *number == one {
            *number = other;
        } else if *number == other {
            *number = one;
        }
    };
    for interface in &mut *interfaces {
        swap(&mut interface.number);
        for functional in &mut interface.functional {
            if let Functional::Union { control, data } = functional {
                swap(control);
                data.iter_mut().for_each(swap);
            }
        }
    }
    interfaces.sort_by_key(|interface| interface.number);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(name: &str, alias: &str) -> Profile {
        Profile::load(name)
            .unwrap()
            .matching(&alias.parse().unwrap())
    }

    #[test]
    fn an_interface_number() {
        let modem = profile("raw-ip-hs", "usb:v1199p68A2d*dc*dsc*dp*ic*isc*ip*in02*");
        assert_eq!(
            (modem.device.vendor, modem.device.product),
            (0x1199, 0x68a2)
        );
        let control = modem.control_of(0).unwrap();
        assert_eq!((control.number, control.class), (2, [0xff; 3]));
        let numbers: Vec<u8> = modem.interfaces.iter().map(|i| i.number).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4], "each still there, in order");
    }

    #[test]
    fn a_class_of_a_vendor() {
        let before = Profile::load("union-802-3").unwrap();
        let modem = profile("union-802-3", "usb:v12D1p*d*dc*dsc*dp*icFFisc01ip09in*");
        assert_eq!(modem.device.vendor, 0x12d1);
        assert_eq!(modem.device.product, before.device.product);
        let control = modem.control_of(0).unwrap();
        assert_eq!(control.class, [0xff, 0x01, 0x09]);
        assert_eq!(control.number, before.control_of(0).unwrap().number);
    }

    #[test]
    fn a_union_follows() {
        let modem = profile("union-802-3", "usb:v1199p68A2d*dc*dsc*dp*ic*isc*ip*in0B*");
        let control = modem.control_of(0).unwrap();
        let names_itself = |f: &Functional| matches!(f, Functional::Union { control: 11, .. });
        assert!(control.functional.iter().any(names_itself));
    }

    #[test]
    fn what_is_no_alias() {
        for text in [
            "",
            "usb:",
            "pci:v00008086d*",
            "usb:v2C7Cp0125d*dc*dsc*dp*ic*isc*ip*",
            "usb:v2C7Cp0125d*dc*dsc*dp*ic*isc*ip*in",
            "usb:v2C7C0p0125d*dc*dsc*dp*ic*isc*ip*in*",
            "usb:v2C7Cp0125d*dc*dsc*dp*ic*isc*ip*in04x",
        ] {
            assert!(text.parse::<Alias>().is_err(), "{text}");
        }
    }
}
