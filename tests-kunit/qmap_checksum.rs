// SPDX-License-Identifier: GPL-2.0-only

//! Tests of what QMAP tells of checksums: headers, and trailers behind packets of each kind.

#![forbid(unsafe_code)]

use super::{
    expect,
    packet::{
        payloads,
        trailer,
        Ip,
        Kind,
        Packet,
        Transport,
        KINDS,
        TCP,
        UDP, //
    },
    random::Random, //
};
use crate::{
    kernel_ext::net::skbuff::Partial,
    qmap::checksum::{
        uplink_header_v4,
        uplink_header_v5,
        DownlinkHeader,
        DownlinkTrailer,
        Request, //
    }, //
};
use kernel::prelude::*;

const V4: Ip = Ip::V4 { options: 0 };
const PLAIN_TCP: Transport = Transport::Tcp { options: 0 };

/// Whether `packet` is found right by the trailer that belongs to it.
fn is_valid(packet: &[u8]) -> bool {
    DownlinkTrailer::parse(trailer(packet)).is_valid(packet)
}

/// Whether the bits `bits` of the octet at `at` are of no account for TCP and UDP over `kind`.
fn is_free(kind: Kind, at: usize, bits: u8) -> bool {
    match kind.ip {
        Ip::V4 { options } => match at {
            // Type of service, identification, time to live, header checksum; options.
            1 | 4 | 5 | 8 | 10 | 11 => true,
            // Reserved, and "don't fragment".
            6 => bits & 0x3f == 0,
            _ => (20..20 + usize::from(options)).contains(&at),
        },
        _ => match at {
            // Traffic class, flow label, hop limit.
            0 => bits & 0xf0 == 0,
            1..=3 | 7 => true,
            _ => false,
        },
    }
}

#[kunit_tests(qmi_wwan_rs_qmap_checksum)]
mod tests {
    use super::*;

    #[test]
    fn downlink_header_of_each_kind() -> Result {
        for kind in 0..=u8::MAX {
            for info in 0..=u8::MAX {
                for reserved in [0x00, 0xff] {
                    let header = DownlinkHeader::parse([kind, info, reserved, reserved]);
                    expect::equal(
                        (kind, info, reserved),
                        header.map(DownlinkHeader::is_valid),
                        (kind == 4).then_some(info >= 0x80),
                    )?;
                }
            }
        }
        Ok(())
    }

    #[test]
    fn uplink_header_of_version_5() -> Result {
        expect::equal("no request", uplink_header_v5(None), [4, 0, 0, 0])?;
        for start in [20, 40, 60] {
            for offset in [6, 16] {
                expect::equal(
                    (start, offset),
                    uplink_header_v5(Some(Request(Partial { start, offset }))),
                    [4, 0x80, 0, 0],
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn uplink_header_of_version_4() -> Result {
        expect::equal("no request", uplink_header_v4(None), [0; 4])?;
        for start in 0..=u16::MAX {
            let [start0, start1] = start.to_be_bytes();
            for (offset, flags) in [(6, 0xc0), (16, 0x80)] {
                let request = Request(Partial {
                    start: start.into(),
                    offset,
                });
                expect::equal(
                    (start, offset),
                    uplink_header_v4(Some(request)),
                    // CAST: it is one of the above.
                    [start0, start1, flags, offset as u8],
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn right_packets_of_each_kind_and_length() -> Result {
        for kind in KINDS {
            for payload in payloads() {
                let mut random = Random::new(payload as u64);
                let packet = Packet::new(kind, payload, &mut random)?;
                expect::that((kind, payload), "it is right", is_valid(&packet.bytes))?;
            }
        }
        Ok(())
    }

    #[test]
    fn trailer_must_be_valid() -> Result {
        for kind in KINDS {
            let packet = Packet::new(kind, 33, &mut Random::new(1))?.bytes;
            let mut trailer = trailer(&packet);

            for flags in 0..=u8::MAX {
                trailer[1] = flags;
                expect::equal(
                    (kind, flags),
                    DownlinkTrailer::parse(trailer).is_valid(&packet),
                    flags & 1 != 0,
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn trailer_of_each_value() -> Result {
        for kind in KINDS {
            let packet = Packet::new(kind, 32, &mut Random::new(2))?.bytes;
            let mut trailer = trailer(&packet);
            let right = [trailer[6], trailer[7]];

            for value in 0..=u16::MAX {
                let value = value.to_be_bytes();
                trailer[6..].copy_from_slice(&value);
                expect::equal(
                    (kind, value),
                    DownlinkTrailer::parse(trailer).is_valid(&packet),
                    value == right,
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn range_and_reserved_octet_of_the_trailer_mean_nothing() -> Result {
        for kind in KINDS {
            let mut random = Random::new(3);
            let packet = Packet::new(kind, 31, &mut random)?.bytes;
            let mut trailer = trailer(&packet);

            for at in [0, 2, 3, 4, 5] {
                trailer[at] = random.byte();
                expect::that(
                    (kind, at),
                    "it is right",
                    DownlinkTrailer::parse(trailer).is_valid(&packet),
                )?;
            }
        }
        Ok(())
    }

    /// The modem has summed up what it sends: a packet that is not what it was when its checksum
    /// was computed.
    #[test]
    fn each_changed_bit() -> Result {
        for kind in KINDS {
            let mut packet = Packet::new(kind, 21, &mut Random::new(4))?.bytes;

            for at in 0..packet.len() {
                for bit in 0..8 {
                    packet[at] ^= 1 << bit;
                    expect::equal(
                        (kind, "octet", at, "bit", bit),
                        is_valid(&packet),
                        is_free(kind, at, 1 << bit),
                    )?;
                    packet[at] ^= 1 << bit;
                }
            }
        }
        Ok(())
    }

    #[test]
    fn udp_over_ipv4_without_a_checksum() -> Result {
        for options in [0, 4] {
            let kind = Kind::new(Ip::V4 { options }, Transport::Udp);
            let mut packet = Packet::new(kind, 32, &mut Random::new(6))?;
            packet.put(packet.checksum_at(), 0);

            // The trailer's value is such that all would sum up rightly.
            let mut trailer = trailer(&packet.bytes);
            trailer[6..].copy_from_slice(&packet.pseudo_sum().to_be_bytes());
            expect::that(
                kind,
                "nothing is known",
                !DownlinkTrailer::parse(trailer).is_valid(&packet.bytes),
            )?;
            expect::that(kind, "nothing is known", !is_valid(&packet.bytes))?;
        }
        Ok(())
    }

    #[test]
    fn udp_over_ipv6_without_a_checksum() -> Result {
        let kind = Kind::new(Ip::V6, Transport::Udp);
        let mut packet = Packet::new(kind, 32, &mut Random::new(7))?;

        packet.put(packet.checksum_at(), 0);
        expect::that(kind, "it is not right", !is_valid(&packet.bytes))
    }

    #[test]
    fn udp_whose_checksum_would_be_zero() -> Result {
        for ip in [V4, Ip::V6] {
            let kind = Kind::new(ip, Transport::Udp);
            let mut packet = Packet::new(kind, 32, &mut Random::new(8))?;
            let last = packet.bytes.len() - 2;

            // The sum without checksum becomes all ones.
            packet.put(packet.checksum_at(), 0);
            packet.put(last, 0);
            packet.put(last, !packet.transport_sum());
            packet.set_checksum();
            let at = packet.checksum_at();
            expect::equal(kind, &packet.bytes[at..at + 2], &[0xff, 0xff])?;
            expect::that(kind, "it is right", is_valid(&packet.bytes))?;
        }
        Ok(())
    }

    #[test]
    fn fragments() -> Result {
        for transport in [PLAIN_TCP, Transport::Udp] {
            let kind = Kind::new(V4, transport);
            let mut packet = Packet::new(kind, 2, &mut Random::new(9))?;

            for word in 0..=u16::MAX {
                packet.put(6, word);
                packet.set_header_checksum();
                expect::equal(
                    (kind, word),
                    is_valid(&packet.bytes),
                    // The reserved bit, and "don't fragment".
                    word & 0x3fff == 0,
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn lengths_that_lie() -> Result {
        for kind in KINDS {
            let packet = Packet::new(kind, 10, &mut Random::new(10))?.bytes;
            let (mut bytes, at) = (packet, if kind.is_v4() { 2 } else { 4 });
            let right = [bytes[at], bytes[at + 1]];

            for len in 0..=u16::MAX {
                let len = len.to_be_bytes();
                bytes[at..at + 2].copy_from_slice(&len);
                expect::equal((kind, len), is_valid(&bytes), len == right)?;
            }
        }
        Ok(())
    }

    #[test]
    fn bytes_behind_the_packet() -> Result {
        for kind in KINDS {
            let mut packet = Packet::new(kind, 10, &mut Random::new(11))?.bytes;

            for len in 1..=8 {
                packet.push(0, GFP_KERNEL)?;
                expect::that((kind, len), "nothing is known", !is_valid(&packet))?;
            }
        }
        Ok(())
    }

    #[test]
    fn packets_cut_at_each_byte() -> Result {
        for kind in KINDS {
            let packet = Packet::new(kind, 10, &mut Random::new(12))?.bytes;

            for len in 0..packet.len() {
                let truncated = &packet[..len];
                expect::that((kind, len), "nothing is known", !is_valid(truncated))?;
            }
        }
        Ok(())
    }

    #[test]
    fn extension_headers() -> Result {
        for transport in [PLAIN_TCP, Transport::Udp] {
            for number in 0..=u8::MAX {
                if matches!(number, TCP | UDP) {
                    continue;
                }
                let kind = Kind::new(Ip::V6Extended { number }, transport);
                let packet = Packet::new(kind, 24, &mut Random::new(13))?.bytes;
                expect::that(kind, "nothing is known", !is_valid(&packet))?;
            }
        }
        Ok(())
    }

    #[test]
    fn other_protocols() -> Result {
        for ip in [V4, Ip::V6] {
            let kind = Kind::new(ip, PLAIN_TCP);

            for protocol in 0..=u8::MAX {
                let packet = Packet::of_protocol(kind, protocol, 8, &mut Random::new(14))?;
                expect::equal(
                    (kind, protocol),
                    is_valid(&packet.bytes),
                    matches!(protocol, TCP | UDP),
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn what_is_not_ip() -> Result {
        for kind in KINDS {
            let mut packet = Packet::new(kind, 8, &mut Random::new(15))?.bytes;
            let low = packet[0] & 0x0f;
            let right = packet[0] >> 4;

            for version in 0..=0x0f {
                packet[0] = version << 4 | low;
                expect::equal((kind, version), is_valid(&packet), version == right)?;
            }
        }
        Ok(())
    }

    #[test]
    fn random_bytes_are_not_right() -> Result {
        for seed in 0..2000 {
            let mut random = Random::new(seed);
            let len = random.below(128);
            let mut bytes = random.bytes(len)?;
            if let Some(first) = bytes.first_mut() {
                *first = [0x45, 0x4f, 0x60, *first][random.below(4)];
            }
            expect::that(("seed", seed), "nothing is known", !is_valid(&bytes))?;
        }
        Ok(())
    }
}
