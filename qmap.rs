// SPDX-License-Identifier: GPL-2.0-only

//! QMAP, the Qualcomm Multiplexing and Aggregation Protocol: many packets in one buffer, each with
//! the id of the channel that it belongs to.
//!
//! Each packet is preceded by a header of four bytes:
//!
//! | bits | field | meaning |
//! |---|---|---|
//! | 1 | C/D | 1: a command to the host's driver, not a packet |
//! | 1 | | reserved |
//! | 6 | PAD | bytes of padding at the end of the payload |
//! | 8 | MUX ID | the channel |
//! | 16 | LENGTH | of the payload with its padding, in bytes, big endian |
//!
//! Specification: Documentation/networking/device_drivers/cellular/qualcomm/rmnet.rst, MAPv1.

#![forbid(unsafe_code)]

/// Length of a header, in bytes.
pub(crate) const HEADER_LEN: usize = 4;

/// First octet: this is a command.
const COMMAND: u8 = 0x80;

/// First octet: the length of the padding, in bytes.
const PAD_MASK: u8 = 0x3f;

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

/// A packet of an aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Datagram<'a> {
    /// The channel, as the modem sent it.
    pub(crate) mux_id: u8,
    /// The packet, without padding.
    pub(crate) packet: &'a [u8],
}

/// The rest of an aggregate is shorter than its header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Truncated;

/// The packets of an aggregate, in their order.
///
/// Skips commands, and what is empty but for its padding. After an error there is nothing more.
pub(crate) struct Datagrams<'a>(&'a [u8]);

impl<'a> Datagrams<'a> {
    /// The packets of `aggregate`.
    pub(crate) const fn new(aggregate: &'a [u8]) -> Self {
        Self(aggregate)
    }
}

impl<'a> Iterator for Datagrams<'a> {
    type Item = Result<Datagram<'a>, Truncated>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // A header without payload at the end is padding, too.
            let (&[flags, mux_id, len0, len1], rest) =
                core::mem::take(&mut self.0).split_first_chunk()?;
            if rest.is_empty() {
                return None;
            }

            let Some((payload, rest)) =
                rest.split_at_checked(u16::from_be_bytes([len0, len1]).into())
            else {
                return Some(Err(Truncated));
            };
            self.0 = rest;

            if flags & COMMAND != 0 {
                continue;
            }
            match payload.len().checked_sub((flags & PAD_MASK).into()) {
                None | Some(0) => (),
                Some(len) => {
                    let (packet, _padding) = payload.split_at_checked(len)?;

                    return Some(Ok(Datagram { mux_id, packet }));
                }
            }
        }
    }
}

/// The header for a packet of `len` bytes without padding; [`None`] if it is too long for one.
pub(crate) fn header(mux_id: MuxId, len: usize) -> Option<[u8; HEADER_LEN]> {
    let [len0, len1] = u16::try_from(len).ok()?.to_be_bytes();

    Some([0, mux_id.get(), len0, len1])
}
