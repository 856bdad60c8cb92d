// SPDX-License-Identifier: GPL-2.0-only
//! Messages of neighbour discovery (RFC 4861), in the IPv6 packets that carry them.

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    Icmpv6Packet, Icmpv6Repr, IpProtocol, Ipv6Address, Ipv6Packet, Ipv6Repr, NdiscRepr,
};

/// All hosts of a link, for those that have no address yet.
pub const ALL_NODES: Ipv6Address = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

/// It is between neighbours only (RFC 4861, 6.1): no router has lowered this.
const HOP_LIMIT: u8 = 255;

/// The sender of an IPv6 packet, and the message in it, if it is one.
pub fn parse(packet: &[u8]) -> Option<(Ipv6Address, NdiscRepr<'_>)> {
    let packet = Ipv6Packet::new_checked(packet).ok()?;
    if packet.next_header() != IpProtocol::Icmpv6 {
        return None;
    }
    let source = packet.src_addr();
    let message = Icmpv6Packet::new_checked(packet.payload()).ok()?;
    let checksums = ChecksumCapabilities::default();
    match Icmpv6Repr::parse(&source, &packet.dst_addr(), &message, &checksums).ok()? {
        Icmpv6Repr::Ndisc(message) => Some((source, message)),
        _ => None,
    }
}

/// The packet that carries a message.
pub fn emit(source: Ipv6Address, destination: Ipv6Address, message: NdiscRepr<'_>) -> Vec<u8> {
    let message = Icmpv6Repr::Ndisc(message);
    let header = Ipv6Repr {
        src_addr: source,
        dst_addr: destination,
        next_header: IpProtocol::Icmpv6,
        payload_len: message.buffer_len(),
        hop_limit: HOP_LIMIT,
    };
    let mut bytes = vec![0; header.buffer_len() + header.payload_len];
    let mut packet = Ipv6Packet::new_unchecked(&mut bytes);
    header.emit(&mut packet);
    message.emit(
        &source,
        &destination,
        &mut Icmpv6Packet::new_unchecked(packet.payload_mut()),
        &ChecksumCapabilities::default(),
    );
    bytes
}
