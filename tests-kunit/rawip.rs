// SPDX-License-Identifier: GPL-2.0-only

//! Tests of the link layers: what a frame is, which header it needs, and which addresses there are.

#![forbid(unsafe_code)]

use super::{
    expect,
    packet::ethernet_addresses, //
};
use crate::{
    inet::ip::IpVersion,
    rawip::{
        distinguishable,
        ethernet_header,
        is_misaddressed,
        is_usable_address,
        looks_like_ip,
        EthAddr,
        Frame,
        ETH_HLEN, //
    }, //
};
use kernel::prelude::*;

/// The longest frame that is tried with each first octet, in bytes.
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

    /// An IPv4 header without options, for a packet of 40 bytes, with its checksum.
    const V4: [u8; 20] = [
        0x45, 0, 0, 40, 0, 0, 0, 0, 64, 17, 0x8e, 0x8f, 198, 51, 100, 1, 192, 0, 2, 1,
    ];

    /// A packet of `version` with a good header, of `len` bytes.
    fn packet(version: IpVersion, len: u8) -> [u8; 100] {
        let mut packet = [0; 100];

        match version {
            IpVersion::V4 => {
                packet[..20].copy_from_slice(&V4);
                packet[3] = len;
                // What the length got more, the checksum gets less.
                packet[11] = V4[11] + 40 - len;
            }
            IpVersion::V6 => {
                packet[0] = 0x60;
                packet[5] = len - 40;
            }
        }
        packet
    }

    const BOTH: [IpVersion; 2] = [IpVersion::V4, IpVersion::V6];

    #[test]
    fn good_packets_are_bare() -> Result {
        for version in BOTH {
            for len in [40, 60, 90] {
                let packet = packet(version, len);
                let whole = &packet[..usize::from(len)];

                expect::equal(whole, Frame::of(whole), Some(Frame::Bare(version)))?;
                // Padding is left to the network stack.
                expect::equal(whole, Frame::of(&packet), Some(Frame::Bare(version)))?;
                for short in ETH_HLEN..whole.len() {
                    let found = Frame::of(&whole[..short]);
                    expect::that(
                        short,
                        "a part is no packet",
                        found != Some(Frame::Bare(version)),
                    )?;
                }
            }
        }
        Ok(())
    }

    #[test]
    fn a_wrong_header_is_none() -> Result {
        for (at, bits) in [(0, 0x01), (3, 0xff), (8, 0x01), (10, 0x80)] {
            let mut frame = packet(IpVersion::V4, 40);

            frame[at] ^= bits;
            let wanted = Frame::Ethernet(*frame.first_chunk().ok_or(EINVAL)?);
            expect::equal((at, bits), Frame::of(&frame[..40]), Some(wanted))?;
        }
        Ok(())
    }

    #[test]
    fn frames_to_each_first_octet_of_each_length() -> Result {
        for first in 0..=u8::MAX {
            for len in 0..=MAX_LEN {
                let mut frame = [0x45; MAX_LEN];
                frame[0] = first;
                let wanted = Frame::Ethernet([first, 0x45, 0x45, 0x45, 0x45, 0x45]);
                expect::equal(
                    (first, len),
                    Frame::of(&frame[..len]),
                    (len >= ETH_HLEN).then_some(wanted),
                )?;
            }
        }
        Ok(())
    }

    /// Destinations that begin as a packet does whose lengths are right.
    const LIKE_PACKETS: [EthAddr; 3] = [
        [0x46, 0x00, 0x00, 0x20, 0x00, 0x00],
        [0x60, 0x00, 0x00, 0x00, 0x00, 0x00],
        [0x62, 0x11, 0x22, 0x33, 0x00, 0x10],
    ];

    #[test]
    fn what_is_behind_a_header_decides() -> Result {
        for destination in LIKE_PACKETS {
            for version in BOTH {
                let mut frame = [0; ETH_HLEN + 100];
                frame[..ETH_HLEN].copy_from_slice(&ethernet_header(destination, version));
                frame[ETH_HLEN..].copy_from_slice(&packet(version, 60));
                let wanted = Some(Frame::Ethernet(destination));
                expect::equal(destination, Frame::of(&frame), wanted)?;

                let mut tagged = [0; ETH_HLEN + 104];
                tagged[..ETH_HLEN].copy_from_slice(&frame[..ETH_HLEN]);
                tagged[12..ETH_HLEN].copy_from_slice(&[0x81, 0x00]);
                tagged[ETH_HLEN..ETH_HLEN + 2].copy_from_slice(&[0x00, 0x05]);
                tagged[ETH_HLEN + 2..].copy_from_slice(&frame[12..]);
                expect::equal((destination, "VLAN"), Frame::of(&tagged), wanted)?;
            }

            let mut arp = [0; 60];
            arp[..6].copy_from_slice(&destination);
            arp[12..22].copy_from_slice(&[0x08, 0x06, 0x00, 0x01, 0x08, 0x00, 6, 4, 0, 2]);
            let wanted = Some(Frame::Ethernet(destination));
            expect::equal((destination, "ARP"), Frame::of(&arp), wanted)?;
        }
        Ok(())
    }

    #[test]
    fn what_cannot_be_told_is_a_packet() {
        let mut frame = [0; 60];
        frame[..6].copy_from_slice(&[0x62, 0x11, 0x22, 0x33, 0x00, 0x10]);
        // A protocol that is not known.
        frame[12..14].copy_from_slice(&[0x88, 0x63]);

        assert_eq!(Frame::of(&frame), Some(Frame::Bare(IpVersion::V6)));
    }

    const REPORTED: EthAddr = [0x58, 0x2c, 0x80, 0x13, 0x92, 0x63];

    #[test]
    fn group_addresses_stay() -> Result {
        let groups = [
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], // broadcast
            [0x01, 0x00, 0x5e, 0x00, 0x00, 0x01], // IPv4 multicast
            [0x33, 0x33, 0x00, 0x00, 0x00, 0x01], // IPv6 multicast
            [0x03, 0x00, 0x00, 0x00, 0x00, 0x01], // locally administered
        ];

        for group in groups {
            for alone in [true, false] {
                expect::equal(group, is_misaddressed(group, REPORTED, alone), false)?;
                expect::equal(group, is_misaddressed(group, group, alone), false)?;
            }
        }
        Ok(())
    }

    #[test]
    fn addresses_known_of_firmware_are_replaced() -> Result {
        let bogus = [
            [0x00, 0x00, 0x00, 0x00, 0x00, 0x00],
            [0x00, 0xa0, 0xc6, 0x00, 0x00, 0x00],
            [0x02, 0x50, 0xf3, 0x00, 0x00, 0x00],
            REPORTED,
        ];

        for destination in bogus {
            for alone in [true, false] {
                let found = is_misaddressed(destination, REPORTED, alone);
                expect::equal((destination, alone), found, true)?;
            }
        }
        Ok(())
    }

    #[test]
    fn other_addresses_are_the_hosts_if_it_is_alone() -> Result {
        for first in 0..=u8::MAX {
            let destination = [first, 0x01, 0x02, 0x03, 0x04, 0x05];
            let is_made_up = first >> 4 == 0 && first & 1 == 0;

            for alone in [true, false] {
                let found = is_misaddressed(destination, REPORTED, alone);
                expect::equal((first, alone), found, alone && is_made_up)?;
            }
        }
        Ok(())
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

    #[test]
    fn nobody_has_no_address() {
        assert!(!is_usable_address([0; 6]));
        assert!(is_usable_address([0, 0, 0, 0, 0, 1]));
    }

    #[test]
    fn groups_are_no_host() -> Result {
        for address in ethernet_addresses() {
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
        for address in ethernet_addresses() {
            let wanted = matches!(address[0], 0x40..=0x4f | 0x60..=0x6f);
            expect::equal(address, looks_like_ip(address), wanted)?;
        }
        Ok(())
    }

    #[test]
    fn distinguishable_addresses() -> Result {
        for address in ethernet_addresses() {
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
        for address in ethernet_addresses() {
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
}
