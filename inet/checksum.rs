// SPDX-License-Identifier: GPL-2.0-only

//! Checksums of IP, TCP and UDP.
//!
//! Sums are in the order in which their bytes lie in memory (RFC 1071): they are not converted, and
//! only compared and stored.

#![forbid(unsafe_code)]

use super::ip::IpVersion;
use crate::kernel_ext::net::{
    checksum,
    skbuff::Partial, //
};

/// Length of an IPv4 header without options, and of an IPv6 header, in bytes.
const IPV4_LEN: usize = 20;
const IPV6_LEN: usize = 40;

/// Protocol numbers of TCP and UDP.
const TCP: u8 = 6;
const UDP: u8 = 17;

/// The offset of the checksum in a TCP or UDP header, in bytes.
pub(crate) const TCP_CHECKSUM: usize = 16;
pub(crate) const UDP_CHECKSUM: usize = 6;

/// Sum of two sums, in ones' complement.
pub(crate) const fn add(a: u16, b: u16) -> u16 {
    let (sum, carry) = a.overflowing_add(b);

    // After a carry the sum is not the largest number.
    sum.wrapping_add(carry as u16)
}

/// Difference of two sums, in ones' complement.
pub(crate) const fn subtract(a: u16, b: u16) -> u16 {
    add(a, !b)
}

/// The sum of a pseudo header without its addresses: a length in bytes, and a protocol.
fn pseudo_len_and_protocol(len: usize, protocol: u8) -> u16 {
    // CAST: no packet is longer.
    add((len as u16).to_be(), u16::from(protocol).to_be())
}

/// The sums of the headers before TCP or UDP in a packet.
pub(crate) struct Transport {
    /// Sum of the IP header.
    pub(crate) header_sum: u16,
    /// Sum of the pseudo header.
    pub(crate) pseudo_sum: u16,
    /// Whether the packet has a checksum: UDP over IPv4 need not have one.
    pub(crate) has_checksum: bool,
}

impl Transport {
    /// For `packet`; [`None`] if it is neither TCP nor UDP, a fragment, or its headers are
    /// malformed.
    pub(crate) fn of(packet: &[u8]) -> Option<Self> {
        match IpVersion::of(packet)? {
            IpVersion::V4 => Self::of_v4(packet),
            IpVersion::V6 => Self::of_v6(packet),
        }
    }

    fn of_v4(packet: &[u8]) -> Option<Self> {
        let fixed: &[u8; IPV4_LEN] = packet.first_chunk()?;
        let [first, _, len0, len1, _, _, frag0, frag1, _, protocol, _, _, addresses @ ..] = *fixed;
        let header_len = usize::from(first & 0x0f).checked_mul(4)?;
        let len = usize::from(u16::from_be_bytes([len0, len1]));
        // More fragments, or not the first one.
        let is_fragment = frag0 & 0x3f != 0 || frag1 != 0;
        let (header, payload) = packet.split_at_checked(header_len)?;

        if header_len < IPV4_LEN || len != packet.len() || is_fragment {
            return None;
        }
        let checksum = checksum_of(payload, protocol)?;
        Some(Self {
            header_sum: checksum::sum(header),
            pseudo_sum: add(
                checksum::sum(&addresses),
                pseudo_len_and_protocol(payload.len(), protocol),
            ),
            has_checksum: protocol == TCP || checksum != 0,
        })
    }

    fn of_v6(packet: &[u8]) -> Option<Self> {
        let (header, payload) = packet.split_first_chunk::<IPV6_LEN>()?;
        let [_, _, _, _, len0, len1, protocol, _, addresses @ ..] = *header;

        if usize::from(u16::from_be_bytes([len0, len1])) != payload.len() {
            return None;
        }
        checksum_of(payload, protocol)?;
        Some(Self {
            header_sum: checksum::sum(header),
            pseudo_sum: add(
                checksum::sum(&addresses),
                pseudo_len_and_protocol(payload.len(), protocol),
            ),
            has_checksum: true,
        })
    }
}

/// The checksum in the TCP or UDP header of `payload`.
fn checksum_of(payload: &[u8], protocol: u8) -> Option<u16> {
    let offset = match protocol {
        TCP => TCP_CHECKSUM,
        UDP => UDP_CHECKSUM,
        _ => return None,
    };
    let (_, rest) = payload.split_at_checked(offset)?;

    rest.first_chunk().copied().map(u16::from_ne_bytes)
}

/// The two bytes of `packet` where `partial` has its checksum.
fn checksum_field(packet: &mut [u8], partial: Partial) -> Option<&mut [u8; 2]> {
    let (_, rest) = packet.split_at_mut_checked(partial.start.checked_add(partial.offset)?)?;

    rest.first_chunk_mut()
}

/// Computes the checksum of `packet`. `sum` is that of its bytes from `summed` on, which is even,
/// and not before the transport header. [`None`] if the checksum would not be within the packet.
pub(crate) fn complete(packet: &mut [u8], partial: Partial, summed: usize, sum: u16) -> Option<()> {
    let header = packet.get(partial.start..summed)?;
    let checksum = match !add(checksum::sum(header), sum) {
        // In UDP, 0 means that there is no checksum; in ones' complement 0xffff is the same number.
        0 => u16::MAX,
        other => other,
    };

    *checksum_field(packet, partial)? = checksum.to_ne_bytes();
    Some(())
}

/// Replaces the sum of the pseudo header, which is where the checksum of `packet` will be, by its
/// complement: as version 4 of QMAP requires.
pub(crate) fn complement(packet: &mut [u8], partial: Partial) -> Option<()> {
    let field = checksum_field(packet, partial)?;

    *field = (!u16::from_ne_bytes(*field)).to_ne_bytes();
    Some(())
}

/// Updates the sum of the pseudo header of `packet` for another length of TCP or UDP, in bytes.
pub(crate) fn replace_length(
    packet: &mut [u8],
    partial: Partial,
    old: usize,
    new: usize,
) -> Option<()> {
    let field = checksum_field(packet, partial)?;
    let sum = u16::from_ne_bytes(*field);

    // CAST: no packet is longer.
    let sum = add(subtract(sum, (old as u16).to_be()), (new as u16).to_be());
    *field = sum.to_ne_bytes();
    Some(())
}
