// SPDX-License-Identifier: GPL-2.0-only
//! The modem as an Ethernet neighbour: it answers ARP and neighbour solicitations for the gateway,
//! and puts headers on and takes them off.

use std::collections::HashMap;
use std::net::IpAddr;

use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetAddress, EthernetFrame, EthernetProtocol,
    EthernetRepr, Ipv4Packet, Ipv6Packet, NdiscNeighborFlags, NdiscRepr,
};

use super::discovery;
use super::mac::MacAddress;
use super::protocol::IpFamily;
use crate::addresses::{Addresses, ROUTER};

const HEADER: usize = 14;
/// EtherType of a VLAN tag, and bytes of a tag.
const VLAN: u16 = 0x8100;
const TAG: usize = 4;
/// Stations that are remembered; behind a bridge there may be several.
const MAX_STATIONS: usize = 64;

/// The sender of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Station {
    address: EthernetAddress,
    /// The two bytes behind a VLAN tag's type, if its frames have one.
    vlan: Option<[u8; 2]>,
}

/// Firmware faults on an 802.3 link.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quirks {
    /// Packets go to the host without header.
    pub bare_ip: bool,
    /// Destination of every frame to the host, in place of the host's address.
    pub destination: Option<MacAddress>,
}

/// What a frame from the host was.
#[derive(Debug, PartialEq, Eq)]
pub enum Received {
    /// An IP packet for the network.
    Packet(Vec<u8>),
    /// A question to the modem, and the frame that answers it.
    Answered(Vec<u8>),
    /// Nothing for the modem; the reason.
    Ignored(&'static str),
}

/// The modem's end of an 802.3 link.
#[derive(Debug)]
pub struct EthernetLink {
    own: EthernetAddress,
    /// The last sender: what is for no known station goes there.
    host: Station,
    stations: HashMap<IpAddr, Station>,
    addresses: Addresses,
    quirks: Quirks,
}

impl EthernetLink {
    /// A link to a host whose address is not known yet: it is learnt from the host's frames.
    pub fn new(own: MacAddress, quirks: Quirks, addresses: Addresses) -> Self {
        Self {
            own: EthernetAddress(own.0),
            host: Station {
                address: EthernetAddress::BROADCAST,
                vlan: None,
            },
            stations: HashMap::new(),
            addresses,
            quirks,
        }
    }

    /// Takes a frame from the host, or from a station behind it.
    pub fn receive(&mut self, bytes: &[u8]) -> Received {
        match untagged(bytes) {
            Some((vlan, frame)) => self.receive_from(Some(vlan), &frame),
            None => self.receive_from(None, bytes),
        }
    }

    fn receive_from(&mut self, vlan: Option<[u8; 2]>, bytes: &[u8]) -> Received {
        let Ok(frame) = EthernetFrame::new_checked(bytes) else {
            return Received::Ignored("shorter than an Ethernet header");
        };
        if frame.src_addr().is_unicast() {
            self.host = Station {
                address: frame.src_addr(),
                vlan,
            };
            self.remember(sender(&frame));
        }
        match frame.ethertype() {
            EthernetProtocol::Arp => match self.answer_arp(frame.payload()) {
                Some(answer) => Received::Answered(answer),
                None => Received::Ignored("ARP that is not for the gateway"),
            },
            EthernetProtocol::Ipv6 => match self.answer_solicitation(frame.payload()) {
                Some(answer) => Received::Answered(answer),
                None => Received::Packet(frame.payload().to_vec()),
            },
            EthernetProtocol::Ipv4 => Received::Packet(frame.payload().to_vec()),
            EthernetProtocol::Unknown(_) => Received::Ignored("neither IP nor ARP"),
        }
    }

    fn remember(&mut self, ip: Option<IpAddr>) {
        let Some(ip) = ip.filter(|ip| !ip.is_unspecified()) else {
            return;
        };
        if self.stations.len() < MAX_STATIONS || self.stations.contains_key(&ip) {
            self.stations.insert(ip, self.host);
        }
    }

    /// The frame that brings an IP packet to the host, or to the station that has its address.
    pub fn wrap(&self, packet: Vec<u8>) -> Vec<u8> {
        if self.quirks.bare_ip {
            return packet;
        }
        let (ethertype, destination) = match IpFamily::of(&packet) {
            Some(IpFamily::V6) => (
                EthernetProtocol::Ipv6,
                Ipv6Packet::new_checked(&packet)
                    .ok()
                    .map(|packet| packet.dst_addr().into()),
            ),
            _ => (
                EthernetProtocol::Ipv4,
                Ipv4Packet::new_checked(&packet)
                    .ok()
                    .map(|packet| packet.dst_addr().into()),
            ),
        };
        let station = destination.and_then(|ip| self.stations.get(&ip));
        self.frame(
            *station.unwrap_or(&self.host),
            ethertype,
            packet.len(),
            |payload| {
                payload.copy_from_slice(&packet);
            },
        )
    }

    fn frame(
        &self,
        station: Station,
        ethertype: EthernetProtocol,
        length: usize,
        fill: impl FnOnce(&mut [u8]),
    ) -> Vec<u8> {
        let mut bytes = vec![0; HEADER + length];
        let mut frame = EthernetFrame::new_unchecked(&mut bytes);
        EthernetRepr {
            src_addr: self.own,
            dst_addr: self
                .quirks
                .destination
                .map_or(station.address, |mac| EthernetAddress(mac.0)),
            ethertype,
        }
        .emit(&mut frame);
        fill(frame.payload_mut());
        if let Some(vlan) = station.vlan {
            let type_at = HEADER - 2;
            bytes.splice(type_at..type_at, VLAN.to_be_bytes().into_iter().chain(vlan));
        }
        bytes
    }

    fn answer_arp(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let packet = ArpPacket::new_checked(bytes).ok()?;
        let ArpRepr::EthernetIpv4 {
            operation: ArpOperation::Request,
            source_hardware_addr,
            source_protocol_addr,
            target_protocol_addr,
            ..
        } = ArpRepr::parse(&packet).ok()?
        else {
            return None;
        };
        if target_protocol_addr != self.addresses.ipv4_gateway {
            return None;
        }
        let answer = ArpRepr::EthernetIpv4 {
            operation: ArpOperation::Reply,
            source_hardware_addr: self.own,
            source_protocol_addr: target_protocol_addr,
            target_hardware_addr: source_hardware_addr,
            target_protocol_addr: source_protocol_addr,
        };
        Some(self.frame(
            self.host,
            EthernetProtocol::Arp,
            answer.buffer_len(),
            |payload| {
                answer.emit(&mut ArpPacket::new_unchecked(payload));
            },
        ))
    }

    fn answer_solicitation(&self, packet: &[u8]) -> Option<Vec<u8>> {
        let (asker, NdiscRepr::NeighborSolicit { target_addr, .. }) = discovery::parse(packet)?
        else {
            return None;
        };
        if target_addr != self.addresses.ipv6_gateway && target_addr != ROUTER {
            return None;
        }
        // To an asker without address the answer goes to all nodes (RFC 4861, 7.2.4).
        let (destination, solicited) = if asker.is_unspecified() {
            (discovery::ALL_NODES, NdiscNeighborFlags::empty())
        } else {
            (asker, NdiscNeighborFlags::SOLICITED)
        };
        let flags = NdiscNeighborFlags::ROUTER | NdiscNeighborFlags::OVERRIDE | solicited;
        let answer = NdiscRepr::NeighborAdvert {
            flags,
            target_addr,
            lladdr: Some(self.own.into()),
        };
        let packet = discovery::emit(target_addr, destination, answer);
        Some(
            self.frame(self.host, EthernetProtocol::Ipv6, packet.len(), |payload| {
                payload.copy_from_slice(&packet);
            }),
        )
    }
}

/// A frame without its VLAN tag, and the tag, if it has one.
fn untagged(bytes: &[u8]) -> Option<([u8; 2], Vec<u8>)> {
    let (addresses, rest) = bytes.split_at_checked(HEADER - 2)?;
    let (&[t0, t1, v0, v1], rest) = rest.split_first_chunk::<TAG>()?;
    (u16::from_be_bytes([t0, t1]) == VLAN).then(|| ([v0, v1], [addresses, rest].concat()))
}

/// The IP address that a frame was sent by.
fn sender(frame: &EthernetFrame<&[u8]>) -> Option<IpAddr> {
    match frame.ethertype() {
        EthernetProtocol::Arp => {
            match ArpRepr::parse(&ArpPacket::new_checked(frame.payload()).ok()?) {
                Ok(ArpRepr::EthernetIpv4 {
                    source_protocol_addr,
                    ..
                }) => Some(source_protocol_addr.into()),
                _ => None,
            }
        }
        EthernetProtocol::Ipv4 => Some(
            Ipv4Packet::new_checked(frame.payload())
                .ok()?
                .src_addr()
                .into(),
        ),
        EthernetProtocol::Ipv6 => Some(
            Ipv6Packet::new_checked(frame.payload())
                .ok()?
                .src_addr()
                .into(),
        ),
        EthernetProtocol::Unknown(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addresses::{AddressPlan, Network};

    const HOST: [u8; 6] = [0x02, 1, 2, 3, 4, 5];
    const MODEM: MacAddress = MacAddress([0x02, 0x50, 0xf3, 0, 0, 0]);

    fn link(quirks: Quirks) -> EthernetLink {
        let addresses = AddressPlan::new(&Network::default(), 0).on(0);
        EthernetLink::new(MODEM, quirks, addresses)
    }

    fn arp_request(target: [u8; 4]) -> Vec<u8> {
        let mut frame = vec![0xff; 6];
        frame.extend(HOST);
        frame.extend([8, 6, 0, 1, 8, 0, 6, 4, 0, 1]);
        frame.extend(HOST);
        frame.extend([10, 64, 0, 2]);
        frame.extend([0; 6]);
        frame.extend(target);
        frame
    }

    #[test]
    fn arp_is_answered_for_the_gateway_only() {
        let mut link = link(Quirks::default());
        let Received::Answered(answer) = link.receive(&arp_request([10, 64, 0, 1])) else {
            panic!("no answer");
        };
        assert_eq!(answer[..6], HOST);
        assert_eq!(answer[21], 2, "a reply");
        assert_eq!(answer[28..32], [10, 64, 0, 1]);
        let other = link.receive(&arp_request([10, 64, 0, 2]));
        assert!(matches!(other, Received::Ignored(_)));
    }

    #[test]
    fn headers_come_and_go() {
        let mut link = link(Quirks::default());
        let packet = vec![0x45, 0, 0, 20];
        assert_eq!(link.wrap(packet.clone())[..6], [0xff; 6], "host unknown");
        let mut frame = link.wrap(packet.clone());
        frame[6..12].copy_from_slice(&HOST);
        assert_eq!(link.receive(&frame), Received::Packet(packet.clone()));
        let frame = link.wrap(packet);
        assert_eq!(frame[..6], HOST);
        assert_eq!(frame[12..14], [8, 0]);
        assert!(matches!(link.receive(&[0; 13]), Received::Ignored(_)));
    }

    /// A frame from `station` with an IPv4 header that says `from`.
    fn packet_from(station: [u8; 6], tag: &[u8], from: [u8; 4]) -> Vec<u8> {
        let mut frame = vec![0xff; 6];
        frame.extend(station);
        frame.extend(tag);
        frame.extend([8, 0, 0x45, 0, 0, 20, 0, 0, 0, 0, 64, 1, 0, 0]);
        frame.extend(from);
        frame.extend([10, 64, 0, 1]);
        frame
    }

    #[test]
    fn each_station_gets_its_own() {
        let mut link = link(Quirks::default());
        let tagged = [0x42, 0, 0, 0, 0, 1];
        let tag = [0x81, 0, 0, 5];
        link.receive(&packet_from(tagged, &tag, [10, 64, 0, 9]));
        link.receive(&packet_from(HOST, &[], [10, 64, 0, 2]));
        let to = |last| {
            let mut packet = vec![0x45, 0, 0, 20, 0, 0, 0, 0, 64, 1, 0, 0, 10, 64, 0, 1];
            packet.extend([10, 64, 0, last]);
            link.wrap(packet)
        };
        assert_eq!(to(2)[..6], HOST);
        assert_eq!(to(77)[..6], HOST, "unknown: the last sender");
        assert_eq!(to(9)[..6], tagged);
        assert_eq!(to(9)[12..18], [0x81, 0, 0, 5, 8, 0]);
    }

    #[test]
    fn faults_are_as_ordered() {
        let bare = link(Quirks {
            bare_ip: true,
            ..Quirks::default()
        });
        assert_eq!(bare.wrap(vec![0x60, 1]), [0x60, 1]);
        let fixed = link(Quirks {
            destination: Some(MacAddress([0, 0xa0, 0xc6, 0, 0, 0])),
            ..Quirks::default()
        });
        let frame = fixed.wrap(vec![0x60, 1]);
        assert_eq!(frame[..6], [0, 0xa0, 0xc6, 0, 0, 0]);
        assert_eq!(frame[12..14], [0x86, 0xdd]);
    }
}
