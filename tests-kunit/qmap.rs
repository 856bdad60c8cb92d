// SPDX-License-Identifier: GPL-2.0-only

//! Tests of QMAP: taking aggregates apart, and headers to build them from.

#![forbid(unsafe_code)]

use super::{
    expect,
    random::Random, //
};
use crate::qmap::{
    header,
    Datagram,
    Datagrams,
    MuxId,
    Truncated,
    HEADER_LEN, //
};
use kernel::{
    fmt::Debug,
    prelude::*, //
};

/// First octet: a command; a bit without meaning; the largest padding.
const COMMAND: u8 = 0x80;
const RESERVED: u8 = 0x40;
const MAX_PAD: u8 = 0x3f;

/// A packet that an aggregate holds: its channel, and where in it things begin and end.
struct Place {
    mux_id: u8,
    start: usize,
    end: usize,
    end_of_padding: usize,
}

/// An aggregate, and the packets that it holds.
#[derive(Default)]
struct Aggregate {
    bytes: KVec<u8>,
    packets: KVec<Place>,
}

impl Aggregate {
    /// Adds a header with `flags` and `len` as they are, and then `payload`.
    fn raw(&mut self, flags: u8, mux_id: u8, len: usize, payload: &[u8]) -> Result {
        let [len0, len1] = u16::try_from(len)?.to_be_bytes();

        self.bytes
            .extend_from_slice(&[flags, mux_id, len0, len1], GFP_KERNEL)?;
        Ok(self.bytes.extend_from_slice(payload, GFP_KERNEL)?)
    }

    /// Adds `packet` as a driver does, with `pad` bytes of padding.
    fn packet(&mut self, mux_id: MuxId, packet: &[u8], pad: u8) -> Result {
        let len = packet.len() + usize::from(pad);
        let [flags, rest @ ..] = header(mux_id, len).ok_or(EMSGSIZE)?;

        self.bytes.push(flags | pad, GFP_KERNEL)?;
        self.bytes.extend_from_slice(&rest, GFP_KERNEL)?;
        let start = self.bytes.len();
        self.bytes.extend_from_slice(packet, GFP_KERNEL)?;
        self.bytes.resize(start + len, 0xaa, GFP_KERNEL)?;
        if !packet.is_empty() {
            let place = Place {
                mux_id: mux_id.get(),
                start,
                end: start + packet.len(),
                end_of_padding: start + len,
            };
            self.packets.push(place, GFP_KERNEL)?;
        }
        Ok(())
    }

    /// Adds what a modem may send: packets for the most part, with padding or none, for any of its
    /// channels; commands; nothing but a header or padding.
    fn any(&mut self, random: &mut Random) -> Result {
        let len = random.below(1500);
        let pad = random.byte() & MAX_PAD;
        let mux_id = MuxId::new(random.byte()).ok_or(EINVAL);

        match (random.below(10), mux_id) {
            (0, _) | (_, Err(_)) => {
                let payload = random.bytes(len)?;
                self.raw(COMMAND | pad, random.byte(), len, &payload)
            }
            (1, Ok(mux_id)) => self.packet(mux_id, &[], pad),
            (2..=5, Ok(mux_id)) => self.packet(mux_id, &random.bytes(len)?, pad),
            (_, Ok(mux_id)) => self.packet(mux_id, &random.bytes(len)?, 0),
        }
    }

    /// An aggregate of up to 20 parts that `seed` decides.
    fn random(seed: u64) -> Result<Self> {
        let mut random = Random::new(seed);
        let mut this = Self::default();

        for _ in 0..=random.below(20) {
            this.any(&mut random)?;
        }
        Ok(this)
    }

    /// Fails unless the first `len` bytes are taken apart into the packets that lie within them, in
    /// order, and then nothing; or an error and then nothing, where bytes are missing.
    fn check(&self, input: impl Debug + Copy, len: usize) -> Result {
        let aggregate = self.bytes.get(..len).ok_or(EINVAL)?;
        let mut found = Datagrams::new(aggregate);

        for place in self
            .packets
            .iter()
            .take_while(|place| place.end_of_padding <= len)
        {
            let datagram = Datagram {
                mux_id: place.mux_id,
                packet: aggregate.get(place.start..place.end).ok_or(EINVAL)?,
            };
            expect::equal(input, found.next(), Some(Ok(datagram)))?;
        }

        if len < self.bytes.len() && found.next() == Some(Err(Truncated)) {
            return expect::equal(input, found.next(), None);
        }
        expect::equal(input, found.next(), None)
    }
}

/// What [`Datagrams`] finds in `bytes` first, and after that.
fn first_two(bytes: &[u8]) -> [Option<Result<Datagram<'_>, Truncated>>; 2] {
    let mut datagrams = Datagrams::new(bytes);

    [datagrams.next(), datagrams.next()]
}

#[kunit_tests(qmi_wwan_rs_qmap)]
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
            let bytes = [0, 0x81, (len >> 8) as u8, len as u8];
            expect::equal(len, header(mux_id, len), (len <= 0xffff).then_some(bytes))?;
        }
        Ok(())
    }

    #[test]
    fn header_of_each_channel() -> Result {
        for id in 1..=MuxId::MAX {
            let mux_id = MuxId::new(id).ok_or(EINVAL)?;
            expect::equal(id, header(mux_id, 0x1234), Some([0, id, 0x12, 0x34]))?;
        }
        Ok(())
    }

    #[test]
    fn less_than_a_header_is_nothing() -> Result {
        for len in 0..HEADER_LEN {
            expect::equal(len, first_two(&[0xff; HEADER_LEN][..len]), [None, None])?;
        }
        Ok(())
    }

    #[test]
    fn a_header_alone_is_nothing() -> Result {
        for len in 0..=u16::MAX {
            let [len0, len1] = len.to_be_bytes();
            expect::equal(len, first_two(&[0, 1, len0, len1]), [None, None])?;
        }
        Ok(())
    }

    #[test]
    fn payload_of_each_length() -> Result {
        let mux_id = MuxId::new(1).ok_or(EINVAL)?;
        let bytes = Random::new(1).bytes(0xffff)?;

        for len in [0..=300, 1400..=1600, 0xfff8..=0xffff]
            .into_iter()
            .flatten()
        {
            let mut aggregate = Aggregate::default();
            aggregate.packet(mux_id, &bytes[..len], 0)?;
            aggregate.packet(mux_id, &bytes[..1], 0)?;
            aggregate.check(len, aggregate.bytes.len())?;
        }
        Ok(())
    }

    #[test]
    fn payload_that_is_too_short() -> Result {
        let mut bytes = [0x45; 64];

        for len in 2..=u16::MAX {
            let [len0, len1] = len.to_be_bytes();
            bytes[..HEADER_LEN].copy_from_slice(&[0, 1, len0, len1]);

            for there in [1, 2, usize::from(len) - 1] {
                let there = there
                    .min(usize::from(len) - 1)
                    .min(bytes.len() - HEADER_LEN);
                expect::equal(
                    (len, there),
                    first_two(&bytes[..HEADER_LEN + there]),
                    [Some(Err(Truncated)), None],
                )?;
            }
        }
        Ok(())
    }

    #[test]
    fn rest_behind_the_last_packet() -> Result {
        let packet = Datagram {
            mux_id: 1,
            packet: &[0x45],
        };

        for len in 0..=HEADER_LEN {
            let mut aggregate = Aggregate::default();
            aggregate.raw(0, 1, 1, &[0x45])?;
            aggregate
                .bytes
                .resize(HEADER_LEN + 1 + len, 0xff, GFP_KERNEL)?;
            expect::equal(len, first_two(&aggregate.bytes), [Some(Ok(packet)), None])?;
        }
        Ok(())
    }

    #[test]
    fn each_padding_of_each_length() -> Result {
        let mut aggregate = Aggregate::default();

        for pad in 0..=MAX_PAD {
            for len in 0..=70_u8 {
                aggregate.bytes.clear();
                let payload = [0x45; 70];
                let payload = &payload[..len.into()];
                aggregate.raw(pad, 7, len.into(), payload)?;
                aggregate.raw(0, 8, 1, &[0x60])?;

                let second = Some(Ok(Datagram {
                    mux_id: 8,
                    packet: &[0x60],
                }));
                let wanted = match len.checked_sub(pad) {
                    None | Some(0) => [second, None],
                    Some(len) => {
                        let packet = &payload[..len.into()];
                        [Some(Ok(Datagram { mux_id: 7, packet })), second]
                    }
                };
                expect::equal((pad, len), first_two(&aggregate.bytes), wanted)?;
            }
        }
        Ok(())
    }

    #[test]
    fn commands_are_skipped() -> Result {
        let packet = Datagram {
            mux_id: 2,
            packet: &[0x45, 0x00],
        };

        for flags in COMMAND..=u8::MAX {
            let mut aggregate = Aggregate::default();
            aggregate.raw(flags, 1, 12, &[0x01; 12])?;
            aggregate.raw(0, 2, 2, &[0x45, 0x00])?;
            aggregate.raw(flags, 1, 12, &[0x01; 12])?;
            expect::equal(flags, first_two(&aggregate.bytes), [Some(Ok(packet)), None])?;
        }
        Ok(())
    }

    #[test]
    fn truncated_command() -> Result {
        let mut aggregate = Aggregate::default();

        aggregate.raw(COMMAND, 1, 12, &[0x01; 11])?;
        expect::equal(
            "command",
            first_two(&aggregate.bytes),
            [Some(Err(Truncated)), None],
        )
    }

    #[test]
    fn reserved_bit_means_nothing() -> Result {
        let packet = Datagram {
            mux_id: 1,
            packet: &[0x45],
        };
        let mut aggregate = Aggregate::default();

        aggregate.raw(RESERVED | 2, 1, 3, &[0x45, 0, 0])?;
        expect::equal(
            "reserved",
            first_two(&aggregate.bytes),
            [Some(Ok(packet)), None],
        )
    }

    #[test]
    fn channels_keep_their_order() -> Result {
        let mut aggregate = Aggregate::default();

        for i in 0..=u8::MAX {
            // 85 has no factor in common with 254, so that all ids come, in no order.
            let id = 1 + (u32::from(i) * 85 % 254) as u8;
            let mux_id = MuxId::new(id).ok_or(EINVAL)?;
            aggregate.packet(mux_id, &[0x45, id], id & 3)?;
        }
        aggregate.check("all ids", aggregate.bytes.len())
    }

    #[test]
    fn what_is_built_is_parsed() -> Result {
        for seed in 0..200 {
            let aggregate = Aggregate::random(seed)?;
            aggregate.check(("seed", seed), aggregate.bytes.len())?;
        }
        Ok(())
    }

    #[test]
    fn what_is_built_and_truncated() -> Result {
        for seed in 0..200 {
            let aggregate = Aggregate::random(seed)?;
            let len = Random::new(!seed).below(aggregate.bytes.len());
            aggregate.check(("seed", seed, "length", len), len)?;
        }
        Ok(())
    }

    #[test]
    fn random_bytes_end() -> Result {
        for seed in 0..200 {
            let mut random = Random::new(seed);
            let len = random.below(4096);
            let bytes = random.bytes(len)?;
            let mut left = bytes.len();

            for datagram in Datagrams::new(&bytes).map_while(Result::ok) {
                let used = HEADER_LEN + datagram.packet.len();
                expect::that(("seed", seed), "packets fit", used <= left)?;
                expect::that(
                    ("seed", seed),
                    "packets are not empty",
                    !datagram.packet.is_empty(),
                )?;
                left -= used;
            }
        }
        Ok(())
    }
}
