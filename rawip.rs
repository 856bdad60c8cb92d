// SPDX-License-Identifier: GPL-2.0-only

//! Link layers: what a received frame is, and which header it needs.
//!
//! A modem sends Ethernet frames (802.3) or bare IP packets (raw IP), as user space configured it
//! by QMI. Some firmware sends bare IP packets in 802.3 mode too, or addresses its frames wrongly.
//! The host's own address does not begin as an IP header does ([`distinguishable`]), but behind a
//! bridge or a macvlan there are addresses of any kind.

#![forbid(unsafe_code)]

use crate::inet::ip::IpVersion;

/// Length of an Ethernet address, in bytes.
pub(crate) const ETH_ALEN: usize = 6;

/// Length of an Ethernet header, in bytes.
pub(crate) const ETH_HLEN: usize = 14;

/// EtherType of QMAP aggregates (`ETH_P_MAP`), in host order.
pub(crate) const ETH_P_MAP: u16 = 0x00f9;

/// EtherTypes of ARP and of a VLAN tag (`ETH_P_ARP`, `ETH_P_8021Q`), in host order.
const ETH_P_ARP: u16 = 0x0806;
const ETH_P_8021Q: u16 = 0x8100;

/// The first fields of ARP for IPv4 over Ethernet: hardware type, protocol type, and the lengths of
/// their addresses (RFC 826).
const ARP_OF_IPV4: [u8; 6] = [0x00, 0x01, 0x08, 0x00, 6, 4];

/// An Ethernet address, in the order of transmission.
pub(crate) type EthAddr = [u8; ETH_ALEN];

/// Addresses that firmware reports as the host's although it uses them itself, or has in every
/// device.
const FIRMWARE_ADDRESSES: [EthAddr; 2] = [
    [0x02, 0x50, 0xf3, 0x00, 0x00, 0x00],
    [0x00, 0xa0, 0xc6, 0x00, 0x00, 0x00],
];

/// What a modem sent in 802.3 mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// An Ethernet frame to this address.
    Ethernet(EthAddr),
    /// An IP packet without an Ethernet header.
    Bare(IpVersion),
}

impl Frame {
    /// The kind of `frame`; [`None`] if it is too short to be an Ethernet frame.
    ///
    /// An address may begin as an IP header does. Then the frame is what the network stack would
    /// accept it as: a packet if its IP header is valid, unless there is a valid one behind an
    /// Ethernet header as well. All else is taken for an Ethernet frame.
    pub(crate) fn of(frame: &[u8]) -> Option<Self> {
        let (header, payload) = frame.split_first_chunk::<ETH_HLEN>()?;
        let [d0, d1, d2, d3, d4, d5, _, _, _, _, _, _, t0, t1] = *header;

        if let Some(version) = IpVersion::of(header) {
            if version.is_valid(frame) && !is_payload_of(u16::from_be_bytes([t0, t1]), payload) {
                return Some(Self::Bare(version));
            }
        }
        Some(Self::Ethernet([d0, d1, d2, d3, d4, d5]))
    }
}

/// Whether `payload` begins as a packet of `ether_type` (in host order) does, behind at most one
/// VLAN tag.
fn is_payload_of(ether_type: u16, payload: &[u8]) -> bool {
    let (ether_type, payload) = match payload.split_first_chunk() {
        Some((&[_, _, t0, t1], rest)) if ether_type == ETH_P_8021Q => {
            (u16::from_be_bytes([t0, t1]), rest)
        }
        _ => (ether_type, payload),
    };

    match ether_type {
        ETH_P_ARP => payload.starts_with(&ARP_OF_IPV4),
        _ => IpVersion::of(payload)
            .is_some_and(|version| version.ether_type() == ether_type && version.is_valid(payload)),
    }
}

/// Whether a frame to `destination`, which is not the host's address, is for the host.
///
/// Some firmware chooses an address itself. `reported` is the host's address by its descriptors. If
/// the host is `alone` on the link, so is every address that begins with a zero nibble, like those
/// that firmware chooses. Group addresses have the lowest bit of the first octet set (IEEE 802).
pub(crate) fn is_misaddressed(destination: EthAddr, reported: EthAddr, alone: bool) -> bool {
    let [first, ..] = destination;
    let is_known = destination == [0; ETH_ALEN]
        || destination == reported
        || FIRMWARE_ADDRESSES.contains(&destination);

    first & 1 == 0 && (is_known || (alone && first >> 4 == 0))
}

/// An Ethernet header to `destination`, with a zero source address, for a packet of `version`.
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

/// Changes `address` to one that is locally administered and unlike an IP header, if it is like
/// one.
pub(crate) const fn distinguishable(address: EthAddr) -> EthAddr {
    let [first, rest @ ..] = address;
    let [r1, r2, r3, r4, r5] = rest;

    if looks_like_ip(address) {
        [(first | 0x02) & 0xbf, r1, r2, r3, r4, r5]
    } else {
        address
    }
}
