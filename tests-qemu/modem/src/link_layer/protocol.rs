// SPDX-License-Identifier: GPL-2.0-only
//! Which protocol a frame, or a packet, is of.

use serde::Deserialize;

/// The link layer protocol, numbered as in WDA's TLV 0x11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum LinkLayer {
    /// Ethernet frames.
    #[serde(rename = "802.3")]
    Ethernet = 1,
    /// Bare IP packets.
    #[serde(rename = "raw-ip")]
    RawIp = 2,
}

impl LinkLayer {
    /// The protocol that WDA numbers so.
    pub fn from_wda(value: u32) -> Option<Self> {
        [Self::Ethernet, Self::RawIp]
            .into_iter()
            .find(|layer| *layer as u32 == value)
    }

    /// Its name in profiles and in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ethernet => "802.3",
            Self::RawIp => "raw-ip",
        }
    }
}

/// IP version, told by the first half-byte of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IpFamily {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl IpFamily {
    /// The family of a bare IP packet, or `None` if it is not one.
    pub fn of(packet: &[u8]) -> Option<Self> {
        match packet.first()? >> 4 {
            4 => Some(Self::V4),
            6 => Some(Self::V6),
            _ => None,
        }
    }
}
