// SPDX-License-Identifier: GPL-2.0-only

//! Link layers: what a received frame is, and which header it wants.
//!
//! A modem sends Ethernet frames (802.3) or bare IP packets (raw IP), as user space told it through
//! QMI. Some firmware sends bare IP packets in 802.3 mode too, or addresses its frames wrongly;
//! both can be told from the first octets, because the only protocols on these links are IPv4, IPv6
//! and ARP, and because [`distinguishable`] keeps the host's address apart from an IP header.

#![forbid(unsafe_code)]

/// Length of an Ethernet address, in bytes.
pub(crate) const ETH_ALEN: usize = 6;

/// Length of an Ethernet header, in bytes.
pub(crate) const ETH_HLEN: usize = 14;

/// EtherType of QMAP aggregates (`ETH_P_MAP`), in host order.
pub(crate) const ETH_P_MAP: u16 = 0x00f9;

/// An Ethernet address, in the order of transmission.
pub(crate) type EthAddr = [u8; ETH_ALEN];

/// Addresses that firmware reports as the host's although it uses them itself, or gives to every
/// device that it runs on.
const FIRMWARE_ADDRESSES: [EthAddr; 2] = [
    [0x02, 0x50, 0xf3, 0x00, 0x00, 0x00],
    [0x00, 0xa0, 0xc6, 0x00, 0x00, 0x00],
];

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

    /// The EtherType of this version (`ETH_P_IP`, `ETH_P_IPV6`), in host order.
    pub(crate) const fn ether_type(self) -> u16 {
        match self {
            Self::V4 => 0x0800,
            Self::V6 => 0x86dd,
        }
    }
}

/// What a frame that arrived in 802.3 mode needs before it can be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repair {
    /// Nothing.
    None,
    /// The host's address as destination: what stands there may be another one.
    Destination,
    /// A whole Ethernet header: this is a bare IP packet.
    Header(IpVersion),
}

impl Repair {
    /// Decides for `frame`; [`None`] if it is too short to be an Ethernet frame.
    pub(crate) fn of(frame: &[u8]) -> Option<Self> {
        let (header, _) = frame.split_first_chunk::<ETH_HLEN>()?;
        let [first, ..] = *header;

        if let Some(version) = IpVersion::of(header) {
            return Some(Self::Header(version));
        }

        // Host addresses that firmware makes up begin with a zero nibble. Group addresses have the
        // lowest bit of the first octet set (IEEE 802), and stay.
        Some(if first >> 4 == 0 && first & 1 == 0 {
            Self::Destination
        } else {
            Self::None
        })
    }
}

/// An Ethernet header from nobody to `destination`, for a packet of `version`.
pub(crate) const fn ethernet_header(destination: EthAddr, version: IpVersion) -> [u8; ETH_HLEN] {
    let [d0, d1, d2, d3, d4, d5] = destination;
    let [t0, t1] = version.ether_type().to_be_bytes();

    [d0, d1, d2, d3, d4, d5, 0, 0, 0, 0, 0, 0, t0, t1]
}

/// Whether the host can have `address`: one for a single device, and not known to be the modem's.
pub(crate) fn is_usable_address(address: EthAddr) -> bool {
    let [first, ..] = address;

    address != [0; ETH_ALEN] && first & 1 == 0 && !FIRMWARE_ADDRESSES.contains(&address)
}

/// Whether a frame to `address` could be taken for a bare IP packet.
pub(crate) const fn looks_like_ip(address: EthAddr) -> bool {
    let [first, ..] = address;

    first & 0xd0 == 0x40
}

/// `address`, made locally administered and unlike an IP header if it looked like one.
pub(crate) const fn distinguishable(address: EthAddr) -> EthAddr {
    let [first, rest @ ..] = address;
    let [r1, r2, r3, r4, r5] = rest;

    if looks_like_ip(address) {
        [(first | 0x02) & 0xbf, r1, r2, r3, r4, r5]
    } else {
        address
    }
}
