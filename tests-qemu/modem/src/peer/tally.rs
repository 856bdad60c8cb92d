// SPDX-License-Identifier: GPL-2.0-only
//! Counts segments of TCP on their way between host and stack.

use std::fmt;

use smoltcp::wire::{IpProtocol, Ipv4Packet, Ipv6Packet, TcpPacket};

use crate::link_layer::IpFamily;

/// Segments in one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Segments {
    /// With payload, each time that they were sent.
    pub data: u64,
    /// Without: acknowledgements, nearly all.
    pub empty: u64,
}

/// Segments in both directions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// To the host.
    pub down: Segments,
    /// From the host.
    pub up: Segments,
}

impl Segments {
    /// Counts a packet, if it is a segment.
    pub fn count(&mut self, packet: &[u8]) {
        match payload(packet) {
            Some(0) => self.empty += 1,
            Some(_) => self.data += 1,
            None => {}
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { down, up } = self;
        write!(f, "{} {} {} {}", down.data, down.empty, up.data, up.empty)
    }
}

/// Bytes of a segment's payload, or `None` if the packet is no TCP.
fn payload(packet: &[u8]) -> Option<usize> {
    let inside = match IpFamily::of(packet)? {
        IpFamily::V4 => {
            let packet = Ipv4Packet::new_checked(packet).ok()?;
            (packet.next_header() == IpProtocol::Tcp).then_some(packet.payload())
        }
        IpFamily::V6 => {
            let packet = Ipv6Packet::new_checked(packet).ok()?;
            (packet.next_header() == IpProtocol::Tcp).then_some(packet.payload())
        }
    };
    let segment = TcpPacket::new_checked(inside?).ok()?;
    Some(segment.payload().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A segment of IPv4 with `length` bytes.
    fn segment(length: usize) -> Vec<u8> {
        let total = (40 + length) as u16;
        let [high, low] = total.to_be_bytes();
        let mut packet = vec![0x45, 0, high, low, 0, 0, 0, 0, 64, 6, 0, 0];
        packet.extend([10, 64, 0, 1, 10, 64, 0, 2]);
        packet.extend([0, 9, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0x10, 0, 0]);
        packet.resize(total.into(), 0);
        packet
    }

    #[test]
    fn segments_are_told_by_their_payload() {
        let mut segments = Segments::default();
        segments.count(&segment(0));
        segments.count(&segment(1));
        segments.count(&segment(1460));
        let mut datagram = segment(100);
        datagram[9] = 17;
        segments.count(&datagram);
        segments.count(&[]);
        assert_eq!(segments, Segments { data: 2, empty: 1 });
    }
}
