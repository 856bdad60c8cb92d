// SPDX-License-Identifier: GPL-2.0-only

//! Tests of the link layers: what a frame is, and which header it needs.

#![forbid(unsafe_code)]

use super::expect;
use crate::rawip::{
    ethernet_header,
    IpVersion,
    Repair,
    ETH_HLEN, //
};
use kernel::prelude::*;

/// The longest frame that is tried, in bytes; what comes after the header decides nothing.
const MAX_LEN: usize = 20;

#[kunit_tests(qmi_wwan_rs_rawip)]
mod tests {
    use super::*;

    #[test]
    fn version_of_each_first_octet() -> Result {
        for first in 0..=u8::MAX {
            let wanted = match first {
                0x40..=0x4f => Some(IpVersion::V4),
                0x60..=0x6f => Some(IpVersion::V6),
                _ => None,
            };

            for len in 1..=MAX_LEN {
                let mut packet = [0x66; MAX_LEN];
                packet[0] = first;
                expect::equal((first, len), IpVersion::of(&packet[..len]), wanted)?;
            }
        }
        Ok(())
    }

    #[test]
    fn nothing_has_no_version() {
        assert_eq!(IpVersion::of(&[]), None);
    }

    #[test]
    fn repair_of_each_first_octet_and_length() -> Result {
        for first in 0..=u8::MAX {
            let wanted = match first {
                0x40..=0x4f => Repair::Header(IpVersion::V4),
                0x60..=0x6f => Repair::Header(IpVersion::V6),
                0x00 | 0x02 | 0x04 | 0x06 | 0x08 | 0x0a | 0x0c | 0x0e => Repair::Destination,
                _ => Repair::None,
            };

            for len in 0..=MAX_LEN {
                let mut frame = [0x45; MAX_LEN];
                frame[0] = first;
                expect::equal(
                    (first, len),
                    Repair::of(&frame[..len]),
                    (len >= ETH_HLEN).then_some(wanted),
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn only_the_first_octet_decides() -> Result {
        for first in 0..=u8::MAX {
            let mut zeros = [0x00; ETH_HLEN];
            let mut ones = [0xff; ETH_HLEN];
            zeros[0] = first;
            ones[0] = first;
            expect::equal(first, Repair::of(&zeros), Repair::of(&ones))?;
        }
        Ok(())
    }

    #[test]
    fn group_addresses_stay() -> Result {
        let groups = [
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], // broadcast
            [0x01, 0x00, 0x5e, 0x00, 0x00, 0x01], // IPv4 multicast
            [0x33, 0x33, 0x00, 0x00, 0x00, 0x01], // IPv6 multicast
            [0x03, 0x00, 0x00, 0x00, 0x00, 0x01], // locally administered
        ];

        for group in groups {
            let frame = ethernet_header(group, IpVersion::V4);
            expect::equal(group, Repair::of(&frame), Some(Repair::None))?;
        }
        Ok(())
    }

    #[test]
    fn addresses_that_firmware_makes_up_are_replaced() -> Result {
        let bogus = [
            [0x00, 0x00, 0x00, 0x00, 0x00, 0x00],
            [0x00, 0xa0, 0xc6, 0x00, 0x00, 0x00],
            [0x02, 0x50, 0xf3, 0x00, 0x00, 0x00],
        ];

        for destination in bogus {
            let frame = ethernet_header(destination, IpVersion::V6);
            expect::equal(destination, Repair::of(&frame), Some(Repair::Destination))?;
        }
        Ok(())
    }

    #[test]
    fn other_addresses_stay() {
        let frame = ethernet_header([0x1a, 0x2b, 0x3c, 0x4d, 0x5e, 0x6f], IpVersion::V4);

        assert_eq!(Repair::of(&frame), Some(Repair::None));
    }

    #[test]
    fn header_for_a_bare_packet() {
        let host = [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc];
        let v4 = [
            0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0, 0, 0, 0, 0, 0, 0x08, 0x00,
        ];
        let v6 = [
            0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0, 0, 0, 0, 0, 0, 0x86, 0xdd,
        ];

        assert_eq!(ethernet_header(host, IpVersion::V4), v4);
        assert_eq!(ethernet_header(host, IpVersion::V6), v6);
    }
}
