// SPDX-License-Identifier: GPL-2.0-only

//! Framing of QMAP: the packets of an aggregate from the modem, and the headers of packets to it.
//!
//! Each packet is preceded by a header of four bytes:
//!
//! | bits | field | meaning |
//! |---|---|---|
//! | 1 | C/D | 1: a command to the host's driver, not a packet |
//! | 1 | NEXT HEADER | version 5: a header for checksum offload follows; reserved in the others |
//! | 6 | PAD | bytes of padding at the end of the payload |
//! | 8 | MUX ID | the channel |
//! | 16 | LENGTH | of the payload with its padding, in bytes, big endian |
//!
//! Versions 4 and 5 have checksum offload, too: see `checksum.rs`. LENGTH does not count its
//! headers and trailers.
//!
//! Specification: Documentation/networking/device_drivers/cellular/qualcomm/rmnet.rst.

#![forbid(unsafe_code)]

use super::checksum;
use crate::kernel_ext::net::skbuff::Checksum;

/// Length of a header, in bytes.
const HEADER_LEN: usize = 4;

/// First octet: this is a command.
const COMMAND: u8 = 0x80;

/// First octet: a header for checksum offload follows.
const NEXT_HEADER: u8 = 0x40;

/// First octet: the length of the padding, in bytes.
const PAD_MASK: u8 = 0x3f;

/// How many commands or empty packets cost what a packet costs.
const SKIPPED_AS_ONE: usize = 16;

/// The id of a channel: 1 to 254.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MuxId(u8);

impl MuxId {
    /// The largest id.
    pub(crate) const MAX: u8 = 254;

    /// The id `id`; [`None`] if no channel can have it. 255 is for the whole modem, and rmnet does
    /// not take 0.
    pub(crate) const fn new(id: u8) -> Option<Self> {
        match id {
            1..=Self::MAX => Some(Self(id)),
            _ => None,
        }
    }

    /// The id as a number.
    pub(crate) const fn get(self) -> u8 {
        self.0
    }
}

/// A version of the protocol, which user space negotiates with the modem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// No checksum offload.
    V1,
    /// A header before each packet to the modem, and a trailer behind each one from it.
    V4,
    /// A header before each packet, in both directions.
    V5,
}

/// A packet of an aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Datagram<'a> {
    /// The channel, as the modem sent it.
    pub(crate) mux_id: u8,
    /// The packet, without padding.
    pub(crate) packet: &'a [u8],
    /// Where the packet begins in the aggregate, in bytes.
    pub(crate) offset: usize,
    /// The state of its checksum, by the modem.
    pub(crate) checksum: Checksum,
}

/// The rest of an aggregate is shorter than its header says, or has an unknown header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The packets of an aggregate, in their order.
///
/// Skips commands and empty packets. Ends after an error.
pub(crate) struct Datagrams<'a> {
    rest: &'a [u8],
    len: usize,
    /// Commands and empty packets that [`Self::take_skipped`] has not told of.
    skipped: usize,
    version: Version,
}

impl<'a> Datagrams<'a> {
    /// The packets of `aggregate`.
    pub(crate) const fn new(aggregate: &'a [u8], version: Version) -> Self {
        Self {
            rest: aggregate,
            len: aggregate.len(),
            skipped: 0,
            version,
        }
    }

    /// How many bytes of the aggregate were processed.
    pub(crate) const fn position(&self) -> usize {
        self.len.saturating_sub(self.rest.len())
    }

    /// As how many packets those count that were skipped since the last call: the budget of a poll
    /// should not last for any number of them.
    pub(crate) const fn take_skipped(&mut self) -> usize {
        let packets = self.skipped / SKIPPED_AS_ONE;

        self.skipped %= SKIPPED_AS_ONE;
        packets
    }

    /// Splits the parts of a datagram off `rest`, which follows its header with `flags` and `len`:
    /// the header for checksum offload, the payload, the trailer.
    fn split(&mut self, flags: u8, len: usize, rest: &'a [u8]) -> Option<Parts<'a>> {
        let is_command = flags & COMMAND != 0;
        let (header, rest) = match self.version {
            Version::V5 if !is_command && flags & NEXT_HEADER != 0 => {
                let (header, rest) = rest.split_first_chunk()?;

                (Some(checksum::DownlinkHeader::parse(*header)?), rest)
            }
            _ => (None, rest),
        };
        let offset = self.len.checked_sub(rest.len())?;
        let (payload, rest) = rest.split_at_checked(len)?;
        let (trailer, rest) = match self.version {
            Version::V4 => {
                let (trailer, rest) = rest.split_first_chunk()?;

                (Some(checksum::DownlinkTrailer::parse(*trailer)), rest)
            }
            _ => (None, rest),
        };

        self.rest = rest;
        Some(Parts {
            header,
            offset,
            payload,
            trailer,
        })
    }
}

/// The parts of a datagram behind its first header.
struct Parts<'a> {
    header: Option<checksum::DownlinkHeader>,
    offset: usize,
    payload: &'a [u8],
    trailer: Option<checksum::DownlinkTrailer>,
}

impl<'a> Iterator for Datagrams<'a> {
    type Item = Result<Datagram<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // A header without payload at the end is padding, too.
            let (&[flags, mux_id, len0, len1], rest) =
                core::mem::take(&mut self.rest).split_first_chunk()?;
            if rest.is_empty() {
                return None;
            }

            let len = u16::from_be_bytes([len0, len1]).into();
            let Some(parts) = self.split(flags, len, rest) else {
                return Some(Err(Malformed));
            };
            if flags & COMMAND != 0 {
                self.skipped = self.skipped.saturating_add(1);
                continue;
            }

            match parts.payload.len().checked_sub((flags & PAD_MASK).into()) {
                None | Some(0) => self.skipped = self.skipped.saturating_add(1),
                Some(len) => {
                    let (packet, _padding) = parts.payload.split_at_checked(len)?;
                    let is_valid = parts.header.is_some_and(|header| header.is_valid())
                        || parts
                            .trailer
                            .is_some_and(|trailer| trailer.is_valid(packet));

                    return Some(Ok(Datagram {
                        mux_id,
                        packet,
                        offset: parts.offset,
                        checksum: if is_valid {
                            Checksum::Unnecessary
                        } else {
                            Checksum::None
                        },
                    }));
                }
            }
        }
    }
}

/// The largest packet that devices send, in bytes: with its headers it does not exceed LENGTH.
pub(crate) const MAX_PACKET: u32 = u16::MAX as u32 - Header::MAX_LEN as u32;

/// The headers before a packet to the modem.
pub(crate) struct Header {
    bytes: [u8; Self::MAX_LEN],
    len: usize,
}

impl Header {
    /// The largest length of the headers before a packet.
    pub(crate) const MAX_LEN: usize = HEADER_LEN + checksum::UPLINK_HEADER_LEN;

    /// The header for a packet of `len` bytes without padding; [`None`] if it is too long for one.
    /// From version 4 on it has `request`.
    pub(crate) fn new(
        version: Version,
        mux_id: MuxId,
        len: usize,
        request: Option<checksum::Request>,
    ) -> Option<Self> {
        let [len0, len1] = u16::try_from(len).ok()?.to_be_bytes();
        let id = mux_id.get();
        let (flags, offload, len) = match version {
            Version::V1 => (0, [0; checksum::UPLINK_HEADER_LEN], HEADER_LEN),
            Version::V4 => (0, checksum::uplink_header_v4(request), Self::MAX_LEN),
            Version::V5 => (
                NEXT_HEADER,
                checksum::uplink_header_v5(request),
                Self::MAX_LEN,
            ),
        };
        let [a0, a1, a2, a3] = offload;

        Some(Self {
            bytes: [flags, id, len0, len1, a0, a1, a2, a3],
            len,
        })
    }

    /// The header, as it is sent.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&[])
    }
}
