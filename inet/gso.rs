// SPDX-License-Identifier: GPL-2.0-only

//! Segmenting large packets of TCP and UDP: each segment is a packet of its own.
//!
//! A segment begins with a copy of the packet's headers, of which some fields are updated.

#![forbid(unsafe_code)]

use super::{
    checksum,
    ip::IpVersion, //
};
use crate::kernel_ext::net::skbuff::Partial;
use core::{
    iter,
    num::NonZero,
    ops::Range, //
};

/// Shortest TCP header, and the UDP header, in bytes.
const TCP_LEN: usize = 20;
const UDP_LEN: usize = 8;

/// Flags of TCP, in the octet that has them: those of the last segment alone, and of the first.
const FIN_PSH: u8 = 0x09;
const CWR: u8 = 0x80;

/// How a packet is segmented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segmentation {
    /// Length of the headers up to that of TCP or UDP, in bytes.
    headers: usize,
    /// Length of the whole packet, in bytes.
    len: usize,
    /// Most bytes of payload in a segment.
    size: NonZero<usize>,
    partial: Partial,
    /// All segments have the identification of the packet, which must not be fragmented then.
    fixed_id: bool,
}

impl Segmentation {
    /// How a packet of `len` bytes is divided into segments of `size` bytes of payload.
    /// `data_offset` is the octet at [`Self::data_offset`], if there is one. [`None`] if the packet
    /// is neither TCP nor UDP, by the offset of its checksum, or too short for its headers.
    pub(crate) fn new(
        len: usize,
        size: NonZero<usize>,
        partial: Partial,
        data_offset: u8,
    ) -> Option<Self> {
        let transport = match partial.offset {
            checksum::TCP_CHECKSUM => usize::from(data_offset >> 4)
                .checked_mul(4)
                .filter(|&tcp| tcp >= TCP_LEN)?,
            checksum::UDP_CHECKSUM => UDP_LEN,
            _ => return None,
        };
        let headers = partial.start.checked_add(transport)?;

        (headers < len).then_some(Self {
            headers,
            len,
            size,
            partial,
            fixed_id: false,
        })
    }

    /// The same, but all segments have the identification of the packet if `fixed_id` is set.
    pub(crate) fn with_fixed_id(self, fixed_id: bool) -> Self {
        Self { fixed_id, ..self }
    }

    /// The offset of TCP's data offset field, in bytes from the packet's start. [`None`] if it is
    /// not TCP.
    pub(crate) fn data_offset(partial: Partial) -> Option<usize> {
        if partial.offset == checksum::TCP_CHECKSUM {
            partial.start.checked_add(12)
        } else {
            None
        }
    }

    /// The segments, in their order.
    pub(crate) fn segments(self) -> impl Iterator<Item = Segment> {
        let mut start = self.headers;
        let mut index = 0_usize;

        iter::from_fn(move || {
            if start >= self.len {
                return None;
            }
            let segment = Segment {
                segmentation: self,
                index,
                payload: start..start.saturating_add(self.size.get()).min(self.len),
            };

            start = segment.payload.end;
            index = index.wrapping_add(1);
            Some(segment)
        })
    }
}

/// A segment of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    segmentation: Segmentation,
    index: usize,
    payload: Range<usize>,
}

impl Segment {
    /// Length of the headers, in bytes: the packet begins with them, and so does the segment.
    pub(crate) fn headers(&self) -> usize {
        self.segmentation.headers
    }

    /// The range of its payload in the packet.
    pub(crate) fn payload(&self) -> Range<usize> {
        self.payload.clone()
    }

    /// Updates the headers of `copy`, which is the segment. The checksum of TCP or UDP is left as
    /// the sum of the pseudo header. [`None`] if the headers are malformed.
    pub(crate) fn update_headers(&self, copy: &mut [u8]) -> Option<()> {
        let start = self.segmentation.partial.start;
        let len = copy.len();

        let (ip, transport) = copy.split_at_mut_checked(start)?;
        match IpVersion::of(ip)? {
            IpVersion::V4 if self.segmentation.fixed_id => update_v4(ip, len, 0)?,
            IpVersion::V4 => update_v4(ip, len, self.index)?,
            IpVersion::V6 => update_v6(ip, len)?,
        }
        if self.segmentation.partial.offset == checksum::TCP_CHECKSUM {
            self.update_tcp(transport)?;
        } else {
            update_udp(transport)?;
        }

        let old = self.segmentation.len.checked_sub(start)?;
        checksum::replace_length(
            copy,
            self.segmentation.partial,
            old,
            len.checked_sub(start)?,
        )
    }

    fn update_tcp(&self, tcp: &mut [u8]) -> Option<()> {
        let [_, _, _, _, s0, s1, s2, s3, _, _, _, _, _, flags] = tcp.first_chunk_mut()?;
        let sent = self.payload.start.checked_sub(self.segmentation.headers)?;
        // CAST: numbers of TCP are modulo 2^32.
        let number = u32::from_be_bytes([*s0, *s1, *s2, *s3]).wrapping_add(sent as u32);

        [*s0, *s1, *s2, *s3] = number.to_be_bytes();
        if self.payload.end < self.segmentation.len {
            *flags &= !FIN_PSH;
        }
        if self.index > 0 {
            *flags &= !CWR;
        }
        Some(())
    }
}

/// Updates the length.
fn update_udp(udp: &mut [u8]) -> Option<()> {
    let len = u16::try_from(udp.len()).ok()?;
    let [_, _, _, _, l0, l1] = udp.first_chunk_mut()?;

    [*l0, *l1] = len.to_be_bytes();
    Some(())
}

/// Updates length, identification, to which it adds `later`, and checksum.
fn update_v4(header: &mut [u8], len: usize, later: usize) -> Option<()> {
    const MIN_LEN: usize = 20;

    let [first, _, l0, l1, i0, i1, _, _, _, _, c0, c1] = header.first_chunk_mut()?;
    let header_len = usize::from(*first & 0x0f).checked_mul(4)?;
    if header_len < MIN_LEN {
        return None;
    }

    [*l0, *l1] = u16::try_from(len).ok()?.to_be_bytes();
    // CAST: identifications are modulo 2^16.
    [*i0, *i1] = u16::from_be_bytes([*i0, *i1])
        .wrapping_add(later as u16)
        .to_be_bytes();
    [*c0, *c1] = [0; 2];

    let (summed, _) = header.split_at_checked(header_len)?;
    let checksum = !crate::kernel_ext::net::checksum::sum(summed);
    let [_, _, _, _, _, _, _, _, _, _, c0, c1] = header.first_chunk_mut()?;
    [*c0, *c1] = checksum.to_ne_bytes();
    Some(())
}

/// Updates the payload length.
fn update_v6(header: &mut [u8], len: usize) -> Option<()> {
    const HEADER_LEN: usize = 40;

    let [_, _, _, _, l0, l1] = header.first_chunk_mut()?;
    [*l0, *l1] = u16::try_from(len.checked_sub(HEADER_LEN)?)
        .ok()?
        .to_be_bytes();
    Some(())
}
