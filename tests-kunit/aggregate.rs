// SPDX-License-Identifier: GPL-2.0-only

//! Aggregates of QMAP as modems send them, and what is to be found in them.

#![forbid(unsafe_code)]

use super::{
    expect,
    packet::{
        self,
        Packet, //
    },
    random::Random, //
};
use crate::{
    kernel_ext::net::skbuff::Checksum,
    qmap::framing::{
        Datagram,
        Datagrams,
        Malformed,
        MuxId,
        Version, //
    }, //
};
use core::ops::Range;
use kernel::{
    fmt::Debug,
    prelude::*, //
};

/// Length of the header that each part begins with, in bytes.
pub(super) const HEADER_LEN: usize = 4;

/// First octet: a command; a header for checksum offload follows; the largest padding.
pub(super) const COMMAND: u8 = 0x80;
pub(super) const NEXT_HEADER: u8 = 0x40;
pub(super) const MAX_PAD: u8 = 0x3f;

pub(super) const VERSIONS: [Version; 3] = [Version::V1, Version::V4, Version::V5];

/// What a modem tells of a packet's checksum, if the version has words for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ModemChecksum {
    None,
    Invalid,
    Valid,
}

/// A packet that an aggregate holds: its channel, and where in it things begin and end.
struct Place {
    mux_id: u8,
    packet: Range<usize>,
    /// Behind padding and trailer.
    end: usize,
    checksum: Checksum,
}

impl Place {
    /// What is to be found of `aggregate`, whose first `start` bytes are left out.
    fn datagram<'a>(&self, aggregate: &'a [u8], start: usize) -> Result<Datagram<'a>> {
        Ok(Datagram {
            mux_id: self.mux_id,
            packet: aggregate.get(self.packet.clone()).ok_or(EINVAL)?,
            offset: self.packet.start.checked_sub(start).ok_or(EINVAL)?,
            checksum: self.checksum,
        })
    }
}

/// An aggregate, and the packets that it holds.
pub(super) struct Aggregate {
    version: Version,
    pub(super) bytes: KVec<u8>,
    packets: KVec<Place>,
    parts: KVec<Range<usize>>,
}

impl Aggregate {
    /// Nothing as yet.
    pub(super) const fn new(version: Version) -> Self {
        Self {
            version,
            bytes: KVec::new(),
            packets: KVec::new(),
            parts: KVec::new(),
        }
    }

    /// Adds a header with `flags` and `len` as they are, and then `payload`.
    pub(super) fn raw(&mut self, flags: u8, mux_id: u8, len: usize, payload: &[u8]) -> Result {
        let [len0, len1] = u16::try_from(len)?.to_be_bytes();

        self.bytes
            .extend_from_slice(&[flags, mux_id, len0, len1], GFP_KERNEL)?;
        Ok(self.bytes.extend_from_slice(payload, GFP_KERNEL)?)
    }

    /// Adds `payload` with `flags`, which ends with as much padding as these say, and what the
    /// version wants besides. Returns where the payload begins.
    pub(super) fn part(
        &mut self,
        flags: u8,
        mux_id: u8,
        payload: &[u8],
        csum: ModemChecksum,
    ) -> Result<usize> {
        let begin = self.bytes.len();
        let is_command = flags & COMMAND != 0;

        if self.version == Version::V5 && !is_command && csum != ModemChecksum::None {
            let info = if csum == ModemChecksum::Valid {
                0x80
            } else {
                0
            };

            self.raw(flags | NEXT_HEADER, mux_id, payload.len(), &[4, info, 0, 0])?;
        } else {
            self.raw(flags, mux_id, payload.len(), &[])?;
        }

        let start = self.bytes.len();
        self.bytes.extend_from_slice(payload, GFP_KERNEL)?;
        if self.version == Version::V4 {
            let pad = usize::from(flags & MAX_PAD).min(payload.len());
            let mut trailer = packet::trailer(&payload[..payload.len() - pad]);

            match csum {
                ModemChecksum::None => trailer[1] = 0,
                ModemChecksum::Invalid => trailer[7] ^= 1,
                ModemChecksum::Valid => (),
            }
            self.bytes.extend_from_slice(&trailer, GFP_KERNEL)?;
        }
        self.parts.push(begin..self.bytes.len(), GFP_KERNEL)?;
        Ok(start)
    }

    /// Adds `packet` with `pad` bytes of padding. If its checksum is valid, it must be
    /// one of TCP or UDP, and so. Returns where the packet begins.
    pub(super) fn packet(
        &mut self,
        mux_id: MuxId,
        packet: &[u8],
        pad: u8,
        csum: ModemChecksum,
    ) -> Result<usize> {
        let mut payload = KVec::new();

        payload.extend_from_slice(packet, GFP_KERNEL)?;
        payload.resize(packet.len() + usize::from(pad), 0xaa, GFP_KERNEL)?;
        let start = self.part(pad, mux_id.get(), &payload, csum)?;
        if !packet.is_empty() {
            let place = Place {
                mux_id: mux_id.get(),
                packet: start..start + packet.len(),
                end: self.bytes.len(),
                checksum: match (self.version, csum) {
                    (Version::V4 | Version::V5, ModemChecksum::Valid) => Checksum::Unnecessary,
                    _ => Checksum::None,
                },
            };
            self.packets.push(place, GFP_KERNEL)?;
        }
        Ok(start)
    }

    /// Adds what a modem may send: packets for the most part, with padding or none, for any of its
    /// channels, with any checksum; commands; nothing but a header or padding.
    fn any(&mut self, random: &mut Random) -> Result<usize> {
        let len = random.below(1400);
        let pad = random.byte() & MAX_PAD;
        let mux_id = MuxId::new(random.byte()).ok_or(EINVAL);
        let csum = [
            ModemChecksum::None,
            ModemChecksum::Invalid,
            ModemChecksum::Valid,
        ][random.below(3)];

        match (random.below(10), mux_id) {
            (0, _) | (_, Err(_)) => {
                let payload = random.bytes(len)?;
                self.part(COMMAND | pad, random.byte(), &payload, csum)
            }
            (1, Ok(mux_id)) => self.packet(mux_id, &[], pad, csum),
            (2..=5, Ok(mux_id)) => self.packet(mux_id, &any_packet(random, len)?, pad, csum),
            (6, Ok(mux_id)) if csum != ModemChecksum::Valid => {
                self.packet(mux_id, &random.bytes(len)?, pad, csum)
            }
            (_, Ok(mux_id)) => self.packet(mux_id, &any_packet(random, len)?, 0, csum),
        }
    }

    /// An aggregate of up to 20 parts that `seed` decides.
    pub(super) fn random(version: Version, seed: u64) -> Result<Self> {
        let mut random = Random::new(seed);
        let mut this = Self::new(version);

        for _ in 0..=random.below(20) {
            this.any(&mut random)?;
        }
        Ok(this)
    }

    /// Fails unless the first `len` bytes are taken apart into the packets that lie within them, in
    /// order, and then nothing; or an error and then nothing, where bytes behind a header are
    /// missing.
    pub(super) fn check(&self, input: impl Debug + Copy, len: usize) -> Result {
        let aggregate = self.bytes.get(..len).ok_or(EINVAL)?;
        let mut found = Datagrams::new(aggregate, self.version);

        for place in self.packets.iter().take_while(|place| place.end <= len) {
            expect::equal(input, found.next(), Some(Ok(place.datagram(aggregate, 0)?)))?;
            expect::equal(input, found.position(), place.end)?;
        }

        let is_cut = |part: &Range<usize>| part.start + HEADER_LEN < len && len < part.end;
        let wanted = self.parts.iter().any(is_cut).then_some(Err(Malformed));
        expect::equal(input, found.next(), wanted)?;
        expect::equal(input, found.next(), None)?;
        expect::equal(input, found.position(), len)
    }

    /// Fails unless what is found from behind each packet on is the same as when all is taken apart
    /// at once.
    pub(super) fn check_resumed(&self, input: impl Debug + Copy) -> Result {
        for (count, last) in self.packets.iter().enumerate() {
            let rest = self.bytes.get(last.end..).ok_or(EINVAL)?;
            let mut found = Datagrams::new(rest, self.version);

            for place in self.packets.iter().skip(count + 1) {
                let wanted = place.datagram(&self.bytes, last.end)?;
                expect::equal((input, count), found.next(), Some(Ok(wanted)))?;
                expect::equal((input, count), found.position(), place.end - last.end)?;
            }
            expect::equal((input, count), found.next(), None)?;
        }
        Ok(())
    }

    /// What [`Datagrams`] finds first, and after that.
    pub(super) fn first_two(&self) -> [Option<Result<Datagram<'_>, Malformed>>; 2] {
        first_two(self.version, &self.bytes)
    }
}

/// A packet of any kind with `len` bytes of payload.
fn any_packet(random: &mut Random, len: usize) -> Result<KVec<u8>> {
    let kind = packet::KINDS[random.below(packet::KINDS.len())];

    Ok(Packet::new(kind, len, random)?.bytes)
}

/// What [`Datagrams`] finds in `bytes` first, and after that.
pub(super) fn first_two(
    version: Version,
    bytes: &[u8],
) -> [Option<Result<Datagram<'_>, Malformed>>; 2] {
    let mut datagrams = Datagrams::new(bytes, version);

    [datagrams.next(), datagrams.next()]
}
