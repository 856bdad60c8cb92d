// SPDX-License-Identifier: GPL-2.0-only

//! Tests of segmenting TCP and UDP: each segment must be what its sender would have sent.

#![forbid(unsafe_code)]

use super::{
    expect,
    inet_checksum::complete_whole,
    packet::{
        self,
        Ip,
        Kind,
        Packet,
        Transport,
        KINDS, //
    },
    random::Random, //
};
use crate::{
    inet::gso::{
        Segment,
        Segmentation, //
    },
    kernel_ext::net::skbuff::Partial, //
};
use core::num::NonZero;
use kernel::{
    fmt::Debug,
    prelude::*, //
};

/// Flags of TCP.
const FIN: u8 = 0x01;
const PSH: u8 = 0x08;
const CWR: u8 = 0x80;

const V4: Ip = Ip::V4 { options: 0 };
const TCP: Transport = Transport::Tcp { options: 0 };

fn tcp_kinds() -> impl Iterator<Item = Kind> {
    KINDS.into_iter().filter(|kind| kind.is_tcp())
}

fn size(size: usize) -> Result<NonZero<usize>> {
    NonZero::new(size).ok_or(EINVAL)
}

/// A large packet as the network stack gives it, without checksum and with all flags, its
/// identification and the number of its first byte.
struct Large {
    kind: Kind,
    packet: Packet,
    id: u16,
    number: u32,
}

impl Large {
    fn new(kind: Kind, payload: usize, random: &mut Random) -> Result<Self> {
        let packet = Packet::new(kind, payload, random)?;
        let start = packet.partial.start;
        let id = u16::from_be_bytes([packet.bytes[4], packet.bytes[5]]);
        let mut this = Self {
            kind,
            packet,
            id,
            number: 0,
        };

        if kind.is_tcp() {
            this.set_number(0x1234_5678);
            this.packet.bytes[start + 13] = 0xff;
        }
        this.packet.set_partial();
        Ok(this)
    }

    fn set_number(&mut self, number: u32) {
        let at = self.packet.partial.start + 4;

        self.packet.bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
        self.number = number;
    }

    fn set_id(&mut self, id: u16) {
        self.packet.put(4, id);
        self.packet.set_header_checksum();
        self.id = id;
    }

    fn segmentation(&self, size: NonZero<usize>) -> Option<Segmentation> {
        let partial = self.packet.partial;
        let data_offset = Segmentation::data_offset(partial).map_or(0, |at| self.packet.bytes[at]);

        Segmentation::new(self.packet.bytes.len(), size, partial, data_offset)
    }

    /// The headers and the payload of `segment`.
    fn copy(&self, segment: &Segment) -> Result<KVec<u8>> {
        let bytes = &self.packet.bytes;
        let mut copy = KVec::new();

        copy.extend_from_slice(&bytes[..segment.headers()], GFP_KERNEL)?;
        copy.extend_from_slice(&bytes[segment.payload()], GFP_KERNEL)?;
        Ok(copy)
    }

    /// Fails unless segments of up to `size` bytes are what they should be.
    fn check(&self, input: impl Debug + Copy, size: usize) -> Result {
        let whole = &self.packet.bytes;
        let mut segments = self
            .segmentation(self::size(size)?)
            .ok_or(EINVAL)?
            .segments();
        let mut index = 0;
        let mut at = self.kind.headers();

        while at < whole.len() {
            let segment = segments.next().ok_or(EINVAL)?;
            let payload = at..whole.len().min(at + size);
            let input = (input, "size", size, "segment", index);
            expect::equal(input, segment.headers(), self.kind.headers())?;
            expect::equal(input, segment.payload(), payload.clone())?;

            let mut copy = self.copy(&segment)?;
            expect::equal(input, segment.update_headers(&mut copy), Some(()))?;
            self.check_segment(input, &mut copy, index, at)?;
            index += 1;
            at = payload.end;
        }
        expect::equal((input, "size", size), segments.next(), None)
    }

    /// Fails unless `segment`, number `index`, with updated headers, begins with the payload at
    /// `at`.
    fn check_segment(
        &self,
        input: impl Debug + Copy,
        segment: &mut KVec<u8>,
        index: usize,
        at: usize,
    ) -> Result {
        let whole = &self.packet.bytes;
        let (start, headers) = (self.packet.partial.start, self.kind.headers());
        let payload = segment.len() - headers;
        let mut wanted = KVec::new();
        wanted.extend_from_slice(&whole[..headers], GFP_KERNEL)?;
        wanted.extend_from_slice(&whole[at..at + payload], GFP_KERNEL)?;
        let mut put = |at: usize, bytes: &[u8]| wanted[at..at + bytes.len()].copy_from_slice(bytes);

        // CAST: all of these are modulo their size.
        if self.kind.is_v4() {
            put(2, &(segment.len() as u16).to_be_bytes());
            put(4, &self.id.wrapping_add(index as u16).to_be_bytes());
            put(10, &segment[10..12]);
            expect::equal((input, "header"), packet::sum(&[&segment[..start]]), 0xffff)?;
        } else {
            put(4, &((segment.len() - 40) as u16).to_be_bytes());
        }
        if self.kind.is_tcp() {
            let number = self.number.wrapping_add((at - headers) as u32);
            put(start + 4, &number.to_be_bytes());
            let mut flags = 0xff;
            if index > 0 {
                flags &= !CWR;
            }
            if at + payload < whole.len() {
                flags &= !(FIN | PSH);
            }
            put(start + 13, &[flags]);
        } else {
            put(start + 4, &((8 + payload) as u16).to_be_bytes());
        }

        let partial = self.packet.partial;
        expect::equal(input, complete_whole(segment, partial), Some(()))?;
        let sum = packet::transport_sum(segment, start, self.kind.protocol());
        expect::equal((input, "transport"), sum, 0xffff)?;
        let checksum = self.packet.checksum_at();
        put(checksum, &segment[checksum..checksum + 2]);
        expect::equal(input, &**segment, &*wanted)
    }
}

#[kunit_tests(qmi_wwan_rs_inet_gso)]
mod tests {
    use super::*;

    #[test]
    fn each_payload_in_each_size() -> Result {
        for kind in KINDS {
            for payload in 1..=24 {
                let large = Large::new(kind, payload, &mut Random::new(payload as u64))?;

                for size in 1..=26 {
                    large.check((kind, "payload", payload), size)?;
                }
            }
        }
        Ok(())
    }

    #[test]
    fn usual_sizes() -> Result {
        for kind in KINDS {
            for payload in [2800, 2801, 4200, 60_000, 65_535 - kind.headers()] {
                let large = Large::new(kind, payload, &mut Random::new(payload as u64))?;

                for size in [536, 1220, 1399, 1400, 1460] {
                    large.check((kind, "payload", payload), size)?;
                }
            }
        }
        Ok(())
    }

    #[test]
    fn one_segment_is_the_packet() -> Result {
        for kind in KINDS {
            let large = Large::new(kind, 100, &mut Random::new(1))?;

            for size in [100, 101, usize::MAX] {
                let segmentation = large.segmentation(super::size(size)?).ok_or(EINVAL)?;
                let mut segments = segmentation.segments();
                let segment = segments.next().ok_or(EINVAL)?;
                let mut copy = large.copy(&segment)?;

                expect::equal((kind, size), segment.update_headers(&mut copy), Some(()))?;
                expect::equal((kind, size), segments.next(), None)?;
                expect::equal((kind, size), &*copy, &*large.packet.bytes)?;
            }
        }
        Ok(())
    }

    #[test]
    fn last_segment_is_short() -> Result {
        for kind in KINDS {
            for last in 1..=7 {
                let large = Large::new(kind, 14 + last, &mut Random::new(last as u64))?;
                let segmentation = large.segmentation(super::size(7)?).ok_or(EINVAL)?;
                let mut lens = segmentation
                    .segments()
                    .map(|segment| segment.payload().len());
                let found = [lens.next(), lens.next(), lens.next(), lens.next()];

                expect::equal((kind, last), found, [Some(7), Some(7), Some(last), None])?;
                large.check((kind, "last", last), 7)?;
            }
        }
        Ok(())
    }

    #[test]
    fn numbers_wrap() -> Result {
        for kind in tcp_kinds() {
            let mut large = Large::new(kind, 50, &mut Random::new(2))?;

            for before in 0..=51 {
                large.set_number(0_u32.wrapping_sub(before));
                large.packet.set_partial();
                large.check((kind, "bytes before zero", before), 7)?;
            }
        }
        Ok(())
    }

    #[test]
    fn identifications_wrap() -> Result {
        for kind in KINDS.into_iter().filter(|kind| kind.is_v4()) {
            let mut large = Large::new(kind, 50, &mut Random::new(3))?;

            for before in 0..=9 {
                large.set_id(0_u16.wrapping_sub(before));
                large.check((kind, "segments before zero", before), 7)?;
            }
        }
        Ok(())
    }

    #[test]
    fn identifications_are_kept() -> Result {
        for kind in KINDS.into_iter().filter(|kind| kind.is_v4()) {
            let large = Large::new(kind, 50, &mut Random::new(8))?;
            let segmentation = large.segmentation(super::size(7)?).ok_or(EINVAL)?;

            for segment in segmentation.with_fixed_id(true).segments() {
                let input = (kind, segment.payload().start);
                let mut copy = large.copy(&segment)?;
                expect::equal(input, segment.update_headers(&mut copy), Some(()))?;
                expect::equal(input, &copy[4..6], &large.id.to_be_bytes()[..])?;
                let header = &copy[..large.packet.partial.start];
                expect::equal(input, packet::sum(&[header]), 0xffff)?;
            }
        }
        Ok(())
    }

    #[test]
    fn each_combination_of_flags() -> Result {
        let kind = Kind::new(V4, TCP);
        let mut large = Large::new(kind, 3, &mut Random::new(4))?;
        let at = large.packet.partial.start + 13;

        for flags in 0..=u8::MAX {
            large.packet.bytes[at] = flags;
            let segmentation = large.segmentation(super::size(1)?).ok_or(EINVAL)?;
            let masks = [!(FIN | PSH), !(FIN | PSH | CWR), !CWR];

            for (segment, mask) in segmentation.segments().zip(masks) {
                let mut copy = large.copy(&segment)?;
                expect::equal(flags, segment.update_headers(&mut copy), Some(()))?;
                expect::equal((flags, segment.payload()), copy[at], flags & mask)?;
            }
        }
        Ok(())
    }

    /// In numbers that were worked out elsewhere: an IPv4 and a TCP header of 20 bytes, and what
    /// they carry.
    #[test]
    fn known_packet() -> Result {
        let partial = Partial {
            start: 20,
            offset: 16,
        };
        let whole: [u8; 45] = [
            0x45, 0x00, 0x00, 0x2d, 0xff, 0xff, 0x40, 0x00, 0x40, 0x06, 0x4e, 0x94, 0xc0, 0x00,
            0x02, 0x01, 0xc6, 0x33, 0x64, 0x02, 0x04, 0x00, 0x00, 0x50, 0xff, 0xff, 0xff, 0xfe,
            0x00, 0x00, 0x00, 0x01, 0x50, 0x99, 0x01, 0x00, 0xec, 0x56, 0x00, 0x00, 0x61, 0x62,
            0x63, 0x64, 0x65,
        ];
        let first: [u8; 43] = [
            0x45, 0x00, 0x00, 0x2b, 0xff, 0xff, 0x40, 0x00, 0x40, 0x06, 0x4e, 0x96, 0xc0, 0x00,
            0x02, 0x01, 0xc6, 0x33, 0x64, 0x02, 0x04, 0x00, 0x00, 0x50, 0xff, 0xff, 0xff, 0xfe,
            0x00, 0x00, 0x00, 0x01, 0x50, 0x90, 0x01, 0x00, 0xf9, 0x67, 0x00, 0x00, 0x61, 0x62,
            0x63,
        ];
        let last: [u8; 42] = [
            0x45, 0x00, 0x00, 0x2a, 0x00, 0x00, 0x40, 0x00, 0x40, 0x06, 0x4e, 0x97, 0xc0, 0x00,
            0x02, 0x01, 0xc6, 0x33, 0x64, 0x02, 0x04, 0x00, 0x00, 0x50, 0x00, 0x00, 0x00, 0x01,
            0x00, 0x00, 0x00, 0x01, 0x50, 0x19, 0x01, 0x00, 0x59, 0xdb, 0x00, 0x00, 0x64, 0x65,
        ];

        let segmentation =
            Segmentation::new(45, super::size(3)?, partial, whole[32]).ok_or(EINVAL)?;
        for (segment, wanted) in segmentation.segments().zip([&first[..], &last[..]]) {
            let input = segment.payload();
            let mut copy = KVec::new();
            copy.extend_from_slice(&whole[..40], GFP_KERNEL)?;
            copy.extend_from_slice(&whole[segment.payload()], GFP_KERNEL)?;
            segment.update_headers(&mut copy).ok_or(EINVAL)?;
            complete_whole(&mut copy, partial).ok_or(EINVAL)?;
            expect::equal(input, &*copy, wanted)?;
        }
        Ok(())
    }

    #[test]
    fn data_offset_of_each_value() -> Result {
        let partial = Partial {
            start: 20,
            offset: 16,
        };

        for octet in 0..=u8::MAX {
            // Lower bits are flags.
            let headers = 20 + usize::from(octet >> 4) * 4;

            for len in [
                0,
                19,
                20,
                39,
                40,
                41,
                headers - 1,
                headers,
                headers + 1,
                65535,
            ] {
                expect::equal(
                    (octet, len),
                    Segmentation::new(len, super::size(1)?, partial, octet).is_some(),
                    octet >= 0x50 && len > headers,
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn headers_that_end_beyond_the_packet() -> Result {
        for start in [
            0,
            20,
            99,
            100,
            101,
            usize::MAX - 60,
            usize::MAX - 20,
            usize::MAX,
        ] {
            for octet in [0x00, 0x50, 0xf0] {
                let partial = Partial { start, offset: 16 };
                let fits = start
                    .checked_add(usize::from(octet >> 4) * 4)
                    .is_some_and(|end| end < 100);
                expect::equal(
                    (start, octet),
                    Segmentation::new(100, super::size(1)?, partial, octet).is_some(),
                    octet >= 0x50 && fits,
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn checksums_of_other_protocols() -> Result {
        for offset in [0..=100, usize::MAX..=usize::MAX].into_iter().flatten() {
            let partial = Partial { start: 20, offset };
            expect::equal(
                offset,
                Segmentation::new(100, super::size(1)?, partial, 0x50).is_some(),
                offset == 16 || offset == 6,
            )?;
        }
        Ok(())
    }

    #[test]
    fn place_of_the_data_offset() -> Result {
        for (start, wanted) in [
            (0, Some(12)),
            (20, Some(32)),
            (40, Some(52)),
            (usize::MAX - 12, Some(usize::MAX)),
            (usize::MAX - 11, None),
            (usize::MAX, None),
        ] {
            let partial = Partial { start, offset: 16 };
            expect::equal(start, Segmentation::data_offset(partial), wanted)?;

            let partial = Partial { start, offset: 6 };
            expect::equal((start, "UDP"), Segmentation::data_offset(partial), None)?;
        }
        Ok(())
    }

    #[test]
    fn copies_cut_at_each_byte() -> Result {
        for kind in KINDS {
            let large = Large::new(kind, 10, &mut Random::new(5))?;
            let segmentation = large.segmentation(super::size(5)?).ok_or(EINVAL)?;

            for segment in segmentation.segments() {
                let copy = large.copy(&segment)?;
                for len in 0..=copy.len() {
                    let mut short = large.copy(&segment)?;
                    short.truncate(len);
                    expect::equal(
                        (kind, segment.payload(), len),
                        segment.update_headers(&mut short).is_some(),
                        // Up to the checksum.
                        len >= large.packet.checksum_at() + 2,
                    )?;
                }
            }
        }
        Ok(())
    }

    #[test]
    fn copies_that_are_too_long() -> Result {
        for (kind, most) in [
            (Kind::new(V4, TCP), 0xffff),
            (Kind::new(Ip::V6, TCP), 0x1_0027),
            (Kind::new(V4, Transport::Udp), 0xffff),
            (Kind::new(Ip::V6, Transport::Udp), 0x1_0027),
        ] {
            let large = Large::new(kind, 10, &mut Random::new(6))?;
            let segmentation = large.segmentation(super::size(5)?).ok_or(EINVAL)?;
            let segment = segmentation.segments().next().ok_or(EINVAL)?;

            for len in [most - 1, most, most + 1, most + 2] {
                let mut copy = large.copy(&segment)?;
                copy.resize(len, 0, GFP_KERNEL)?;
                expect::equal(
                    (kind, len),
                    segment.update_headers(&mut copy).is_some(),
                    len <= most,
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn each_first_octet() -> Result {
        for kind in KINDS {
            let large = Large::new(kind, 10, &mut Random::new(7))?;
            let segmentation = large.segmentation(super::size(5)?).ok_or(EINVAL)?;
            let start = large.packet.partial.start;

            for segment in segmentation.segments() {
                for first in 0..=u8::MAX {
                    let mut copy = large.copy(&segment)?;
                    copy[0] = first;
                    let wanted = match first {
                        0x40..=0x4f => (20..=start).contains(&(usize::from(first & 0x0f) * 4)),
                        // As long as its header.
                        0x60..=0x6f => copy.len() >= 40,
                        _ => false,
                    };
                    expect::equal(
                        (kind, segment.payload(), first),
                        segment.update_headers(&mut copy).is_some(),
                        wanted,
                    )?;
                }
            }
        }
        Ok(())
    }

    #[test]
    fn random_packets_in_random_sizes() -> Result {
        for seed in 0..200 {
            let mut random = Random::new(seed);
            let kinds = [
                Kind::new(V4, TCP),
                Kind::new(V4, Transport::Udp),
                Kind::new(Ip::V4 { options: 8 }, Transport::Tcp { options: 12 }),
                Kind::new(Ip::V6, Transport::Tcp { options: 12 }),
                Kind::new(Ip::V6Extended { number: 60 }, TCP),
            ];
            let kind = kinds[random.below(kinds.len())];
            let payload = 1 + random.below(20_000);
            let large = Large::new(kind, payload, &mut random)?;
            let size = 1 + payload / (1 + random.below(50));

            large.check(("seed", seed), size)?;
        }
        Ok(())
    }

    #[test]
    fn random_headers_do_no_harm() -> Result {
        for seed in 0..2000 {
            let mut random = Random::new(seed);
            let partial = Partial {
                start: random.below(64),
                offset: if random.below(2) == 0 { 6 } else { 16 },
            };
            let len = random.below(300);
            let Some(segmentation) = Segmentation::new(
                len,
                super::size(1 + random.below(100))?,
                partial,
                random.byte(),
            ) else {
                continue;
            };

            let mut end = None;
            for segment in segmentation.segments() {
                let payload = segment.payload();
                expect::that(("seed", seed), "it has payload", !payload.is_empty())?;
                expect::that(("seed", seed), "it lies within", payload.end <= len)?;
                expect::equal(
                    ("seed", seed),
                    payload.start,
                    end.unwrap_or(segment.headers()),
                )?;
                end = Some(payload.end);

                let some = random.below(200);
                let mut copy = random.bytes(some)?;
                let _ = segment.update_headers(&mut copy);
                expect::equal(("seed", seed), copy.len(), some)?;
            }
            expect::equal(("seed", seed), end, Some(len))?;
        }
        Ok(())
    }
}
