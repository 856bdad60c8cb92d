// SPDX-License-Identifier: GPL-2.0-only

//! Tests of the rules for hardware addresses.

#![forbid(unsafe_code)]

use super::expect;
use crate::{
    kernel_ext::{
        compat::EADDRNOTAVAIL,
        usb_netdev::Driver as _, //
    },
    modem::QmiWwan,
    rawip::{
        distinguishable,
        ethernet_header,
        is_usable_address,
        looks_like_ip,
        EthAddr,
        Frame,
        IpVersion, //
    }, //
};
use kernel::prelude::*;

/// An address with each first octet.
fn addresses() -> impl Iterator<Item = EthAddr> {
    (0..=u8::MAX).map(|first| [first, 0x11, 0x22, 0x33, 0x44, 0x55])
}

#[kunit_tests(qmi_wwan_rs_mac)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_no_address() {
        assert!(!is_usable_address([0; 6]));
        assert!(is_usable_address([0, 0, 0, 0, 0, 1]));
    }

    #[test]
    fn groups_are_no_host() -> Result {
        for address in addresses() {
            let is_group = address[0] % 2 == 1;
            expect::equal(address, is_usable_address(address), !is_group)?;
        }
        Ok(())
    }

    #[test]
    fn addresses_of_firmware_are_refused_and_no_others() -> Result {
        for own in [
            [0x02, 0x50, 0xf3, 0x00, 0x00, 0x00],
            [0x00, 0xa0, 0xc6, 0x00, 0x00, 0x00],
        ] {
            expect::equal(own, is_usable_address(own), false)?;

            for at in 0..own.len() {
                let mut other = own;
                other[at] ^= 0x10;
                expect::equal(other, is_usable_address(other), true)?;
            }
        }
        Ok(())
    }

    #[test]
    fn what_looks_like_ip() -> Result {
        for address in addresses() {
            let wanted = matches!(address[0], 0x40..=0x4f | 0x60..=0x6f);
            expect::equal(address, looks_like_ip(address), wanted)?;
        }
        Ok(())
    }

    #[test]
    fn distinguishable_addresses() -> Result {
        for address in addresses() {
            let changed = distinguishable(address);
            let differs = looks_like_ip(address);

            expect::that(address, "is no IP header then", !looks_like_ip(changed))?;
            expect::equal(address, changed != address, differs)?;
            expect::equal(address, changed[1..].iter().eq(&address[1..]), true)?;
            expect::equal(address, changed[0] & 1, address[0] & 1)?;
            expect::that(
                address,
                "is locally administered if it was changed",
                !differs || changed[0] & 2 != 0,
            )?;
        }
        Ok(())
    }

    #[test]
    fn frames_to_the_host_are_no_packets() -> Result {
        for address in addresses() {
            let destination = distinguishable(address);
            let frame = ethernet_header(destination, IpVersion::V4);

            expect::equal(
                address,
                Frame::of(&frame),
                Some(Frame::Ethernet(destination)),
            )?;
        }
        Ok(())
    }

    #[test]
    fn user_space_cannot_set_what_looks_like_ip() -> Result {
        for address in addresses() {
            let wanted = if looks_like_ip(address) {
                Err(EADDRNOTAVAIL)
            } else {
                Ok(())
            };

            expect::equal(address, QmiWwan::check_address(address), wanted)?;
        }
        Ok(())
    }
}
