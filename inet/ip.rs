// SPDX-License-Identifier: GPL-2.0-only

//! Headers of IP.

#![forbid(unsafe_code)]

use crate::kernel_ext::net::checksum;

/// Version of an IP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IpVersion {
    V4,
    V6,
}

impl IpVersion {
    /// Reads the version field of an IP header; [`None`] if `packet` is empty or not IP.
    pub(crate) fn of(packet: &[u8]) -> Option<Self> {
        match packet.first()? >> 4 {
            4 => Some(Self::V4),
            6 => Some(Self::V6),
            _ => None,
        }
    }

    /// Length of the shortest header of this version, in bytes.
    pub(crate) const fn header_len(self) -> usize {
        match self {
            Self::V4 => 20,
            Self::V6 => 40,
        }
    }

    /// Whether `packet` begins with a header of this version with valid lengths and, for IPv4, a
    /// valid checksum.
    pub(crate) fn is_valid(self, packet: &[u8]) -> bool {
        match self {
            Self::V4 => {
                let Some(&[first, _, len0, len1, ..]) = packet.first_chunk::<4>() else {
                    return false;
                };
                let header_len = usize::from(first & 0x0f).saturating_mul(4);
                let len = usize::from(u16::from_be_bytes([len0, len1]));

                (self.header_len()..=len).contains(&header_len)
                    && len <= packet.len()
                    && packet
                        .get(..header_len)
                        .is_some_and(|header| checksum::sum(header) == u16::MAX)
            }
            Self::V6 => {
                let Some((&[_, _, _, _, len0, len1, ..], payload)) =
                    packet.split_first_chunk::<40>()
                else {
                    return false;
                };

                usize::from(u16::from_be_bytes([len0, len1])) <= payload.len()
            }
        }
    }

    /// The EtherType of this version (`ETH_P_IP`, `ETH_P_IPV6`), in host order.
    pub(crate) const fn ether_type(self) -> u16 {
        match self {
            Self::V4 => 0x0800,
            Self::V6 => 0x86dd,
        }
    }
}
