// SPDX-License-Identifier: GPL-2.0-only

//! Tests of the checksums of the Internet, against sums that are computed byte by byte.

#![forbid(unsafe_code)]

use super::{
    expect,
    packet::{
        self,
        Ip,
        Kind,
        Packet,
        Transport as Layer,
        KINDS, //
    },
    random::Random, //
};
use crate::{
    inet::checksum::{
        add,
        complement,
        complete,
        replace_length,
        subtract,
        Transport, //
    },
    kernel_ext::net::{
        checksum,
        skbuff::Partial, //
    }, //
};
use kernel::prelude::*;

/// Numbers at which sums carry.
const EDGES: [u16; 9] = [0, 1, 0x00ff, 0x0100, 0x7fff, 0x8000, 0xff00, 0xfffe, 0xffff];

/// Places that do not lie within a packet of `len` bytes, or not with both of their bytes.
fn places_outside(len: usize) -> [Partial; 9] {
    [
        (len, 0),
        (len - 1, 0),
        (len - 2, 1),
        (len + 1, 0),
        (0, len),
        (0, len - 1),
        (0, usize::MAX),
        (usize::MAX, 0),
        (usize::MAX, usize::MAX),
    ]
    .map(|(start, offset)| Partial { start, offset })
}

/// Fails unless `change` refuses all places outside of a packet, and leaves that as it is.
fn refuses_places_outside(change: impl Fn(&mut [u8], Partial) -> Option<()>) -> Result {
    for len in 2..64 {
        let packet = Random::new(len as u64).bytes(len)?;

        for partial in places_outside(len) {
            let mut changed = [0; 64];
            let changed = &mut changed[..len];
            changed.copy_from_slice(&packet);
            expect::equal((partial, len), change(changed, partial), None)?;
            expect::equal((partial, len), &*changed, &*packet)?;
        }
    }
    Ok(())
}

/// Computes the checksum that `packet` lacks, of which no sum is known.
pub(super) fn complete_whole(packet: &mut [u8], partial: Partial) -> Option<()> {
    let len = packet.len();

    complete(packet, partial, len, 0)
}

#[kunit_tests(qmi_wwan_rs_inet_checksum)]
mod tests {
    use super::*;

    #[test]
    fn sum_of_two() -> Result {
        for a in 0..=u16::MAX {
            for b in EDGES {
                let wanted = packet::sum(&[&a.to_be_bytes(), &b.to_be_bytes()]);
                expect::equal((a, b), add(a, b), wanted)?;
                expect::equal((b, a), add(b, a), wanted)?;
            }
        }
        Ok(())
    }

    #[test]
    fn difference_of_two() -> Result {
        for a in 0..=u16::MAX {
            for b in EDGES {
                // Zero and all ones are the same number.
                let back = add(subtract(a, b), b);
                expect::equal((a, b), back % 0xffff, a % 0xffff)?;
            }
        }
        Ok(())
    }

    #[test]
    fn sum_of_each_length_and_alignment() -> Result {
        let bytes = Random::new(1).bytes(320)?;

        for start in 0..9 {
            for end in start..bytes.len() {
                let data = &bytes[start..end];
                expect::equal(
                    (start, end),
                    u16::from_be(checksum::sum(data)),
                    packet::sum(&[data]),
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn sum_of_what_carries() -> Result {
        for byte in [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff] {
            let mut bytes = KVec::new();
            bytes.resize(0xffff, byte, GFP_KERNEL)?;

            for len in [0..=70, 1500..=1500, 0x8000..=0x8000, 0xfffe..=0xffff]
                .into_iter()
                .flatten()
            {
                let data = &bytes[..len];
                expect::equal(
                    (byte, len),
                    u16::from_be(checksum::sum(data)),
                    packet::sum(&[data]),
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn sum_of_a_mebibyte_at_most() -> Result {
        const MOST: usize = 1 << 20;

        let mut random = Random::new(2);
        let mut bytes = VVec::with_capacity(MOST + 3, GFP_KERNEL)?;

        for _ in 0..MOST + 3 {
            bytes.push(random.byte(), GFP_KERNEL)?;
        }
        for len in [MOST - 1, MOST, MOST + 1, MOST + 3] {
            expect::equal(
                len,
                u16::from_be(checksum::sum(&bytes[..len])),
                packet::sum(&[&bytes[..len.min(MOST)]]),
            )?;
        }
        Ok(())
    }

    #[test]
    fn sums_of_each_kind_and_length() -> Result {
        for kind in KINDS {
            for payload in packet::payloads() {
                let packet = Packet::new(kind, payload, &mut Random::new(payload as u64))?;
                let found = Transport::of(&packet.bytes).ok_or(EINVAL)?;
                let header = &packet.bytes[..packet.partial.start];

                expect::equal(
                    (kind, payload, "header"),
                    u16::from_be(found.header_sum),
                    packet::sum(&[header]),
                )?;
                expect::equal(
                    (kind, payload, "pseudo header"),
                    u16::from_be(found.pseudo_sum),
                    packet.pseudo_sum(),
                )?;
                expect::that((kind, payload), "it has a checksum", found.has_checksum)?;
            }
        }
        Ok(())
    }

    #[test]
    fn only_udp_over_ipv4_does_without_a_checksum() -> Result {
        for kind in KINDS {
            let mut packet = Packet::new(kind, 8, &mut Random::new(3))?;
            packet.put(packet.checksum_at(), 0);
            expect::equal(
                kind,
                Transport::of(&packet.bytes).map(|found| found.has_checksum),
                Some(!kind.is_v4() || kind.is_tcp()),
            )?;
        }
        Ok(())
    }

    #[test]
    fn each_length_of_the_ipv4_header() -> Result {
        for layer in [Layer::Udp, Layer::Tcp { options: 0 }] {
            let kind = Kind::new(Ip::V4 { options: 40 }, layer);
            let mut packet = Packet::new(kind, 0, &mut Random::new(4))?.bytes;

            for words in 0..=0x0f {
                packet[0] = 0x40 | words;
                expect::equal((kind, words), Transport::of(&packet).is_some(), words >= 5)?;
            }
        }
        Ok(())
    }

    /// Their IP header says how much is there.
    #[test]
    fn packets_too_short_for_a_checksum() -> Result {
        for kind in KINDS {
            let packet = Packet::new(kind, 4, &mut Random::new(5))?;

            for len in packet.partial.start..=packet.bytes.len() {
                let mut truncated = KVec::new();
                truncated.extend_from_slice(&packet.bytes[..len], GFP_KERNEL)?;
                let (at, value) = if kind.is_v4() {
                    (2, len)
                } else {
                    (4, len - 40)
                };
                truncated[at..at + 2].copy_from_slice(&u16::try_from(value)?.to_be_bytes());
                expect::equal(
                    (kind, len),
                    Transport::of(&truncated).is_some(),
                    len >= packet.checksum_at() + 2,
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn random_bytes_are_looked_at() -> Result {
        for seed in 0..2000 {
            let mut random = Random::new(seed);
            let len = random.below(128);
            let mut bytes = random.bytes(len)?;
            let is_ip = seed % 2 == 0 && bytes.len() > 6;
            if is_ip {
                bytes[0] = [0x40, 0x60][random.below(2)] | bytes[0] & 0x0f;
            }

            if let Some(found) = Transport::of(&bytes) {
                // What is found can only come from a header that says so.
                let start = if bytes[0] >> 4 == 4 {
                    usize::from(bytes[0] & 0x0f) * 4
                } else {
                    40
                };
                let sum = packet::sum(&[&bytes[..start]]);
                expect::equal(("seed", seed), u16::from_be(found.header_sum), sum)?;
            }
        }
        Ok(())
    }

    #[test]
    fn completed_packets_of_each_kind_and_length() -> Result {
        for kind in KINDS {
            for payload in packet::payloads() {
                let mut packet = Packet::new(kind, payload, &mut Random::new(payload as u64))?;
                let mut whole = KVec::new();
                whole.extend_from_slice(&packet.bytes, GFP_KERNEL)?;

                packet.set_partial();
                let partial = packet.partial;
                expect::equal(
                    (kind, payload),
                    complete_whole(&mut packet.bytes, partial),
                    Some(()),
                )?;
                expect::equal((kind, payload), packet.transport_sum(), 0xffff)?;
                expect::equal((kind, payload), &*packet.bytes, &*whole)?;
            }
        }
        Ok(())
    }

    #[test]
    fn completed_with_a_sum_that_is_known() -> Result {
        for kind in KINDS {
            for payload in [0, 1, 2, 63] {
                let mut packet = Packet::new(kind, payload, &mut Random::new(payload as u64))?;
                let mut whole = KVec::new();
                whole.extend_from_slice(&packet.bytes, GFP_KERNEL)?;

                packet.set_partial();
                let partial = packet.partial;
                for summed in (partial.start..=packet.bytes.len()).step_by(2) {
                    let mut bytes = KVec::new();
                    bytes.extend_from_slice(&packet.bytes, GFP_KERNEL)?;
                    let sum = checksum::sum(&bytes[summed..]);
                    expect::equal(
                        (kind, payload, summed),
                        complete(&mut bytes, partial, summed, sum),
                        Some(()),
                    )?;
                    expect::equal((kind, payload, summed), &*bytes, &*whole)?;
                }
            }
        }
        Ok(())
    }

    #[test]
    fn nothing_is_completed_from_outside() -> Result {
        let partial = Partial {
            start: 20,
            offset: 16,
        };

        for summed in [0, 18, 41, usize::MAX] {
            let mut bytes = [0x45; 40];
            expect::equal(summed, complete(&mut bytes, partial, summed, 0), None)?;
            expect::equal(summed, bytes, [0x45; 40])?;
        }
        Ok(())
    }

    #[test]
    fn completed_checksum_is_never_zero() -> Result {
        for kind in KINDS {
            let mut packet = Packet::new(kind, 32, &mut Random::new(6))?;
            let (at, last) = (packet.checksum_at(), packet.bytes.len() - 2);

            // The sum without checksum becomes all ones.
            packet.put(at, 0);
            packet.put(last, 0);
            packet.put(last, !packet.transport_sum());
            packet.set_partial();
            let partial = packet.partial;
            expect::equal(kind, complete_whole(&mut packet.bytes, partial), Some(()))?;
            expect::equal(kind, &packet.bytes[at..at + 2], &[0xff, 0xff])?;
            expect::equal(kind, packet.transport_sum(), 0xffff)?;
        }
        Ok(())
    }

    #[test]
    fn completed_behind_an_extension_header() -> Result {
        for layer in [Layer::Udp, Layer::Tcp { options: 12 }] {
            let kind = Kind::new(Ip::V6Extended { number: 60 }, layer);
            let mut packet = Packet::new(kind, 33, &mut Random::new(7))?;

            packet.set_partial();
            let partial = packet.partial;
            expect::equal(kind, complete_whole(&mut packet.bytes, partial), Some(()))?;
            expect::equal(kind, packet.transport_sum(), 0xffff)?;
        }
        Ok(())
    }

    #[test]
    fn complement_of_each_kind() -> Result {
        for kind in KINDS {
            let mut packet = Packet::new(kind, 32, &mut Random::new(8))?;
            let mut wanted = Packet::new(kind, 32, &mut Random::new(8))?;
            packet.set_partial();
            wanted.put(wanted.checksum_at(), !wanted.pseudo_sum());

            let partial = packet.partial;
            expect::equal(kind, complement(&mut packet.bytes, partial), Some(()))?;
            expect::equal(kind, &*packet.bytes, &*wanted.bytes)?;
        }
        Ok(())
    }

    #[test]
    fn length_replaced_by_each_other() -> Result {
        let lens = [20, 21, 32, 0x00ff, 0x0100, 1400, 0x8000, 0xfffe, 0xffff];

        for kind in KINDS.into_iter().filter(|kind| kind.is_tcp()) {
            let mut packet = Packet::new(kind, 8, &mut Random::new(9))?;
            let (at, partial) = (packet.checksum_at(), packet.partial);

            for (old, new) in lens.iter().flat_map(|a| lens.iter().map(move |b| (*a, *b))) {
                let sum = |len| packet::pseudo_sum(&packet.bytes, len, packet::TCP);
                let (before, wanted) = (sum(old), sum(new));

                packet.put(at, before);
                let found = replace_length(&mut packet.bytes, partial, old, new);
                expect::equal((kind, old, new), found, Some(()))?;
                let after = u16::from_be_bytes([packet.bytes[at], packet.bytes[at + 1]]);
                // Zero and all ones are the same number.
                expect::equal((kind, old, new), after % 0xffff, wanted % 0xffff)?;
            }
        }
        Ok(())
    }

    #[test]
    fn places_outside_of_the_packet() -> Result {
        refuses_places_outside(complete_whole)?;
        refuses_places_outside(complement)?;
        refuses_places_outside(|packet, partial| replace_length(packet, partial, 1, 2))
    }

    #[test]
    fn places_at_the_end_of_the_packet() -> Result {
        for len in 2..64 {
            let mut bytes = Random::new(len as u64).bytes(len)?;
            let zeroed = |bytes: &[u8]| packet::sum(&[&bytes[..len - 2]]);
            let wanted = match !zeroed(&bytes) {
                0 => u16::MAX,
                other => other,
            };

            bytes[len - 2..].fill(0);
            let partial = Partial {
                start: 0,
                offset: len - 2,
            };
            expect::equal(len, complete_whole(&mut bytes, partial), Some(()))?;
            expect::equal(len, &bytes[len - 2..], &wanted.to_be_bytes())?;
        }
        Ok(())
    }
}
