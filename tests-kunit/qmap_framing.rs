// SPDX-License-Identifier: GPL-2.0-only

//! Tests of QMAP: taking aggregates apart, and headers to build them from.

#![forbid(unsafe_code)]

use super::{
    aggregate::{
        first_two,
        Aggregate,
        ModemChecksum,
        COMMAND,
        HEADER_LEN,
        MAX_PAD,
        NEXT_HEADER,
        VERSIONS, //
    },
    expect,
    packet::{
        Ip,
        Kind,
        Packet,
        Transport, //
    },
    random::Random, //
};
use crate::{
    kernel_ext::net::skbuff::{
        Checksum,
        Partial, //
    },
    qmap::{
        checksum::Request,
        framing::{
            Datagram,
            Datagrams,
            Header,
            Malformed,
            MuxId,
            Version,
            MAX_PACKET, //
        }, //
    }, //
};
use kernel::prelude::*;

/// What the modem is asked to do for a packet of TCP over IPv4.
const REQUEST: Request = Request(Partial {
    start: 20,
    offset: 16,
});

/// A datagram that begins at `offset`, of whose checksum nothing is known.
const fn datagram(mux_id: u8, offset: usize, packet: &[u8]) -> Datagram<'_> {
    Datagram {
        mux_id,
        packet,
        offset,
        checksum: Checksum::None,
    }
}

/// A packet with a right checksum.
fn small_packet() -> Result<Packet> {
    let kind = Kind::new(Ip::V4 { options: 0 }, Transport::Tcp { options: 0 });

    Packet::new(kind, 5, &mut Random::new(1))
}

#[kunit_tests(qmi_wwan_rs_qmap_framing)]
mod tests {
    use super::*;

    #[test]
    fn mux_ids() -> Result {
        for id in 0..=u8::MAX {
            let wanted = (1..=254).contains(&id).then_some(id);
            expect::equal(id, MuxId::new(id).map(MuxId::get), wanted)?;
        }
        Ok(())
    }

    #[test]
    fn header_of_each_length() -> Result {
        let mux_id = MuxId::new(0x81).ok_or(EINVAL)?;

        for len in [0..=0x1_0100, usize::MAX..=usize::MAX]
            .into_iter()
            .flatten()
        {
            // CAST: the low bytes, in the order of the wire.
            let (len0, len1) = ((len >> 8) as u8, len as u8);
            let headers: [(_, _, &[u8]); 5] = [
                (Version::V1, None, &[0, 0x81, len0, len1]),
                (Version::V4, None, &[0, 0x81, len0, len1, 0, 0, 0, 0]),
                (
                    Version::V4,
                    Some(REQUEST),
                    &[0, 0x81, len0, len1, 0, 20, 0x80, 16],
                ),
                (Version::V5, None, &[0x40, 0x81, len0, len1, 4, 0, 0, 0]),
                (
                    Version::V5,
                    Some(REQUEST),
                    &[0x40, 0x81, len0, len1, 4, 0x80, 0, 0],
                ),
            ];

            for (version, request, bytes) in headers {
                let header = Header::new(version, mux_id, len, request);
                expect::equal(
                    (version, request, len),
                    header.as_ref().map(Header::bytes),
                    (len <= 0xffff).then_some(bytes),
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn header_of_each_channel() -> Result {
        for id in 1..=MuxId::MAX {
            let mux_id = MuxId::new(id).ok_or(EINVAL)?;

            for version in VERSIONS {
                let header = Header::new(version, mux_id, 0x1234, None).ok_or(EINVAL)?;
                expect::equal(
                    (version, id),
                    header.bytes().get(1..HEADER_LEN),
                    Some(&[id, 0x12, 0x34][..]),
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn no_header_is_longer_than_the_longest() -> Result {
        let mux_id = MuxId::new(1).ok_or(EINVAL)?;

        for (version, wanted) in VERSIONS.into_iter().zip([4, 8, 8]) {
            let header = Header::new(version, mux_id, 1, None).ok_or(EINVAL)?;
            expect::equal(version, header.bytes().len(), wanted)?;
            expect::that(version, "it fits", wanted <= Header::MAX_LEN)?;
        }
        Ok(())
    }

    #[test]
    fn the_largest_packet_has_a_header() -> Result {
        let mux_id = MuxId::new(1).ok_or(EINVAL)?;
        let len = MAX_PACKET as usize;

        for version in VERSIONS {
            let header = Header::new(version, mux_id, len, Some(REQUEST)).ok_or(EINVAL)?;
            expect::that(version, "both fit", header.bytes().len() + len <= 0xffff)?;
        }
        expect::equal("the rest", len + Header::MAX_LEN, 0xffff)
    }

    #[test]
    fn version_1_asks_for_nothing() -> Result {
        let mux_id = MuxId::new(1).ok_or(EINVAL)?;
        let header = Header::new(Version::V1, mux_id, 9, Some(REQUEST)).ok_or(EINVAL)?;

        expect::equal("header", header.bytes(), &[0, 1, 0, 9])
    }

    #[test]
    fn what_is_skipped_uses_budget() -> Result {
        // Empty packets, and commands of one byte, before each of two packets.
        for skipped in [&[0, 1, 0, 0][..], &[COMMAND, 1, 0, 1, 0]] {
            for count in [0_usize, 15, 16, 100] {
                let mut aggregate = KVec::new();
                for _ in 0..2 {
                    for _ in 0..count {
                        aggregate.extend_from_slice(skipped, GFP_KERNEL)?;
                    }
                    aggregate.extend_from_slice(&[0, 1, 0, 1, 0x45], GFP_KERNEL)?;
                }

                let mut datagrams = Datagrams::new(&aggregate, Version::V1);
                for wanted in [count / 16, (count % 16 + count) / 16] {
                    expect::that(count, "a packet", matches!(datagrams.next(), Some(Ok(_))))?;
                    expect::equal(count, datagrams.take_skipped(), wanted)?;
                    expect::equal(count, datagrams.take_skipped(), 0)?;
                }
                expect::equal(count, datagrams.next(), None)?;
            }
        }
        Ok(())
    }

    #[test]
    fn less_than_a_header_is_nothing() -> Result {
        for version in VERSIONS {
            for len in 0..HEADER_LEN {
                expect::equal(
                    (version, len),
                    first_two(version, &[0xff; HEADER_LEN][..len]),
                    [None, None],
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn a_header_alone_is_nothing() -> Result {
        for version in VERSIONS {
            for len in 0..=u16::MAX {
                let [len0, len1] = len.to_be_bytes();
                for flags in [0, NEXT_HEADER, COMMAND] {
                    expect::equal(
                        (version, flags, len),
                        first_two(version, &[flags, 1, len0, len1]),
                        [None, None],
                    )?;
                }
            }
        }
        Ok(())
    }

    #[test]
    fn payload_of_each_length() -> Result {
        let mux_id = MuxId::new(1).ok_or(EINVAL)?;
        let bytes = Random::new(1).bytes(0xffff)?;

        for version in VERSIONS {
            for len in [0..=300, 1400..=1600, 0xfff8..=0xffff]
                .into_iter()
                .flatten()
            {
                let mut aggregate = Aggregate::new(version);
                aggregate.packet(mux_id, &bytes[..len], 0, ModemChecksum::Invalid)?;
                aggregate.packet(mux_id, &bytes[..1], 0, ModemChecksum::None)?;
                aggregate.check((version, len), aggregate.bytes.len())?;
            }
        }
        Ok(())
    }

    #[test]
    fn payload_that_is_too_short() -> Result {
        let mut bytes = [0x45; 64];

        for version in VERSIONS {
            for len in 2..=u16::MAX {
                let [len0, len1] = len.to_be_bytes();
                bytes[..HEADER_LEN].copy_from_slice(&[0, 1, len0, len1]);

                for there in [1, 2, usize::from(len) - 1] {
                    let there = there
                        .min(usize::from(len) - 1)
                        .min(bytes.len() - HEADER_LEN);
                    expect::equal(
                        (version, len, there),
                        first_two(version, &bytes[..HEADER_LEN + there]),
                        [Some(Err(Malformed)), None],
                    )?;
                }
            }
        }
        Ok(())
    }

    #[test]
    fn rest_behind_the_last_packet() -> Result {
        let mux_id = MuxId::new(1).ok_or(EINVAL)?;

        for version in VERSIONS {
            for len in 0..=HEADER_LEN {
                let mut aggregate = Aggregate::new(version);
                let start = aggregate.packet(mux_id, &[0x45], 0, ModemChecksum::Invalid)?;
                let end = aggregate.bytes.len();
                aggregate.bytes.resize(end + len, 0xff, GFP_KERNEL)?;
                expect::equal(
                    (version, len),
                    aggregate.first_two(),
                    [Some(Ok(datagram(1, start, &[0x45]))), None],
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn each_padding_of_each_length() -> Result {
        for version in VERSIONS {
            for pad in 0..=MAX_PAD {
                for len in 0..=70_u8 {
                    let mut aggregate = Aggregate::new(version);
                    let payload = [0x45; 70];
                    let payload = &payload[..len.into()];
                    let first = aggregate.part(pad, 7, payload, ModemChecksum::Invalid)?;
                    let second = aggregate.part(0, 8, &[0x60], ModemChecksum::None)?;

                    let second = Some(Ok(datagram(8, second, &[0x60])));
                    let wanted = match len.checked_sub(pad) {
                        None | Some(0) => [second, None],
                        Some(len) => {
                            let payload = &payload[..len.into()];

                            [Some(Ok(datagram(7, first, payload))), second]
                        }
                    };
                    expect::equal((version, pad, len), aggregate.first_two(), wanted)?;
                }
            }
        }
        Ok(())
    }

    /// In version 4 a trailer follows them, too. In version 5 they have no second header, whatever
    /// their flags say.
    #[test]
    fn commands_are_skipped() -> Result {
        for version in VERSIONS {
            for flags in COMMAND..=u8::MAX {
                let mut aggregate = Aggregate::new(version);
                aggregate.part(flags, 1, &[0x01; 12], ModemChecksum::None)?;
                let start = aggregate.part(0, 2, &[0x45, 0x00], ModemChecksum::None)?;
                aggregate.part(flags, 1, &[0x01; 12], ModemChecksum::None)?;
                expect::equal(
                    (version, flags),
                    aggregate.first_two(),
                    [Some(Ok(datagram(2, start, &[0x45, 0x00]))), None],
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn truncated_command() -> Result {
        for version in VERSIONS {
            let mut aggregate = Aggregate::new(version);
            aggregate.part(COMMAND, 1, &[0x01; 12], ModemChecksum::None)?;

            for len in HEADER_LEN + 1..aggregate.bytes.len() {
                expect::equal(
                    (version, len),
                    first_two(version, &aggregate.bytes[..len]),
                    [Some(Err(Malformed)), None],
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn version_4_has_a_trailer_behind_each_command() -> Result {
        let mut aggregate = Aggregate::new(Version::V4);

        aggregate.raw(COMMAND, 1, 12, &[0x01; 12])?;
        expect::equal("alone", aggregate.first_two(), [Some(Err(Malformed)), None])?;

        // Eight bytes of the next packet are taken for the trailer.
        aggregate.raw(0, 2, 12, &[0x45; 12])?;
        expect::equal(
            "with a packet behind it",
            aggregate.first_two(),
            [Some(Err(Malformed)), None],
        )
    }

    #[test]
    fn reserved_bit_means_nothing() -> Result {
        for version in [Version::V1, Version::V4] {
            let mut aggregate = Aggregate::new(version);
            aggregate.part(NEXT_HEADER | 2, 1, &[0x45, 0, 0], ModemChecksum::None)?;
            expect::equal(
                version,
                aggregate.first_two(),
                [Some(Ok(datagram(1, HEADER_LEN, &[0x45]))), None],
            )?;
        }
        Ok(())
    }

    #[test]
    fn version_1_knows_nothing_of_checksums() -> Result {
        let packet = small_packet()?.bytes;
        let mut aggregate = Aggregate::new(Version::V1);

        aggregate.part(0, 1, &packet, ModemChecksum::Valid)?;
        expect::equal(
            "packet",
            aggregate.first_two(),
            [Some(Ok(datagram(1, HEADER_LEN, &packet))), None],
        )
    }

    #[test]
    fn what_is_told_of_a_packet_holds_for_it_alone() -> Result {
        let mux_id = MuxId::new(1).ok_or(EINVAL)?;
        let packet = small_packet()?.bytes;
        let all = [
            ModemChecksum::None,
            ModemChecksum::Invalid,
            ModemChecksum::Valid,
        ];

        for version in VERSIONS {
            for (first, second) in all.iter().flat_map(|a| all.iter().map(move |b| (*a, *b))) {
                for pad in [0, 3, MAX_PAD] {
                    let mut aggregate = Aggregate::new(version);
                    aggregate.packet(mux_id, &packet, pad, first)?;
                    aggregate.packet(mux_id, &packet, pad, second)?;
                    aggregate.check((version, first, second, pad), aggregate.bytes.len())?;
                }
            }
        }
        Ok(())
    }

    #[test]
    fn each_version_cut_at_each_byte() -> Result {
        let mux_id = MuxId::new(1).ok_or(EINVAL)?;
        let packet = small_packet()?.bytes;

        for version in VERSIONS {
            for csum in [ModemChecksum::None, ModemChecksum::Valid] {
                let mut aggregate = Aggregate::new(version);
                aggregate.packet(mux_id, &packet, 0, csum)?;
                aggregate.part(COMMAND, 1, &[0x01; 12], ModemChecksum::None)?;
                aggregate.packet(mux_id, &[], 2, csum)?;
                aggregate.packet(mux_id, &[], 0, csum)?;
                aggregate.packet(mux_id, &packet, 3, csum)?;

                for len in 0..=aggregate.bytes.len() {
                    aggregate.check((version, csum, len), len)?;
                }
            }
        }
        Ok(())
    }

    #[test]
    fn version_5_knows_one_kind_of_header() -> Result {
        let packet = [0x45; 6];

        for kind in 0..=u8::MAX {
            for info in [0x00, 0x7f, 0x80, 0xff] {
                let mut aggregate = Aggregate::new(Version::V5);
                aggregate.raw(NEXT_HEADER, 1, 6, &[kind, info, 0xff, 0xff])?;
                aggregate.bytes.extend_from_slice(&packet, GFP_KERNEL)?;
                let second = aggregate.part(0, 2, &packet, ModemChecksum::None)?;

                let checksum = match info {
                    0x80.. => Checksum::Unnecessary,
                    _ => Checksum::None,
                };
                let first = Datagram {
                    mux_id: 1,
                    packet: &packet,
                    offset: Header::MAX_LEN,
                    checksum,
                };
                let wanted = match kind {
                    4 => [Some(Ok(first)), Some(Ok(datagram(2, second, &packet)))],
                    _ => [Some(Err(Malformed)), None],
                };
                expect::equal((kind, info), aggregate.first_two(), wanted)?;
            }
        }
        Ok(())
    }

    #[test]
    fn version_5_does_without_a_header() -> Result {
        // What looks like one is the packet.
        let packet = [4, 0x80, 0, 0, 0x45];
        let mut aggregate = Aggregate::new(Version::V5);

        aggregate.raw(0, 1, 5, &packet)?;
        expect::equal(
            "packet",
            aggregate.first_two(),
            [Some(Ok(datagram(1, HEADER_LEN, &packet))), None],
        )
    }

    #[test]
    fn channels_keep_their_order() -> Result {
        for version in VERSIONS {
            let mut aggregate = Aggregate::new(version);

            for i in 0..=u8::MAX {
                // 85 has no factor in common with 254, so that all ids come, in no order.
                let id = 1 + (u32::from(i) * 85 % 254) as u8;
                let mux_id = MuxId::new(id).ok_or(EINVAL)?;
                aggregate.packet(mux_id, &[0x45, id], id & 3, ModemChecksum::Invalid)?;
            }
            aggregate.check(("all ids", version), aggregate.bytes.len())?;
        }
        Ok(())
    }

    /// In versions 1 and 5 the header is the same in both directions, but for what its bit means.
    #[test]
    fn what_is_sent_is_parsed() -> Result {
        for seed in 0..200 {
            let mut random = Random::new(seed);
            let mux_id = MuxId::new(1 + random.byte() % MuxId::MAX).ok_or(EINVAL)?;
            let len = 1 + random.below(1500);
            let packet = random.bytes(len)?;

            for (version, request, checksum) in [
                (Version::V1, None, Checksum::None),
                (Version::V5, None, Checksum::None),
                (Version::V5, Some(REQUEST), Checksum::Unnecessary),
            ] {
                let header = Header::new(version, mux_id, len, request).ok_or(EINVAL)?;
                let mut bytes = KVec::new();
                bytes.extend_from_slice(header.bytes(), GFP_KERNEL)?;
                bytes.extend_from_slice(&packet, GFP_KERNEL)?;

                let datagram = Datagram {
                    mux_id: mux_id.get(),
                    packet: &packet,
                    offset: header.bytes().len(),
                    checksum,
                };
                expect::equal(
                    ("seed", seed, version, request),
                    first_two(version, &bytes),
                    [Some(Ok(datagram)), None],
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn what_is_built_is_parsed() -> Result {
        for version in VERSIONS {
            for seed in 0..200 {
                let aggregate = Aggregate::random(version, seed)?;
                aggregate.check((version, "seed", seed), aggregate.bytes.len())?;
            }
        }
        Ok(())
    }

    #[test]
    fn what_is_built_and_truncated() -> Result {
        for version in VERSIONS {
            for seed in 0..200 {
                let aggregate = Aggregate::random(version, seed)?;
                let len = Random::new(!seed).below(aggregate.bytes.len());
                aggregate.check((version, "seed", seed, "length", len), len)?;
            }
        }
        Ok(())
    }

    #[test]
    fn each_aggregate_goes_on_where_it_was_left() -> Result {
        for version in VERSIONS {
            for seed in 0..100 {
                let aggregate = Aggregate::random(version, seed)?;
                aggregate.check_resumed((version, "seed", seed))?;
            }
        }
        Ok(())
    }

    #[test]
    fn nothing_is_left_behind_the_end() -> Result {
        for version in VERSIONS {
            // Nothing; less than a header; a header alone; a packet that is too short.
            for bytes in [&[][..], &[0, 1], &[0, 1, 0, 9], &[0, 1, 0, 9, 0x45]] {
                let mut datagrams = Datagrams::new(bytes, version);

                expect::equal((version, bytes, "before"), datagrams.position(), 0)?;
                while datagrams.next().is_some() {}
                expect::equal((version, bytes, "after"), datagrams.position(), bytes.len())?;
            }
        }
        Ok(())
    }

    #[test]
    fn random_bytes_end() -> Result {
        for version in VERSIONS {
            for seed in 0..200 {
                let mut random = Random::new(seed);
                let len = random.below(4096);
                let bytes = random.bytes(len)?;
                let mut left = bytes.len();

                for datagram in Datagrams::new(&bytes, version).map_while(Result::ok) {
                    let end = datagram.offset + datagram.packet.len();
                    expect::equal(
                        (version, "seed", seed),
                        bytes.get(datagram.offset..end),
                        Some(datagram.packet),
                    )?;
                    let used = HEADER_LEN + datagram.packet.len();
                    expect::that((version, "seed", seed), "packets fit", used <= left)?;
                    expect::that(
                        (version, "seed", seed),
                        "packets are not empty",
                        !datagram.packet.is_empty(),
                    )?;
                    left -= used;
                }
            }
        }
        Ok(())
    }
}
