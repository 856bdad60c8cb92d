// SPDX-License-Identifier: GPL-2.0-only
//! A flood: each request of the host for a transfer is answered at once, with packets that it did not ask for. What the network has
//! for the host goes first, so that a ping beside the flood waits in the host only.

use std::net::Ipv4Addr;

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{IpAddress, IpProtocol, Ipv4Packet, Ipv4Repr, UdpPacket, UdpRepr};

use super::order;
use crate::addresses::{AddressPlan, Addresses};
use crate::link_layer::checksum::Verdict;
use crate::link_layer::qmap::{self, Version};
use crate::link_layer::{DataFormat, LinkLayer};

/// The UDP port that takes orders, and the source of the packets.
const PORT: u16 = 21;

/// Bytes of the headers of IPv4 and UDP.
const HEADERS: usize = 28;

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Transfers until the flood ends by itself; 0 ends one that is under way.
    pub transfers: u64,
    /// Bytes of each packet. What is too short for a datagram is the beginning of an IPv4 header.
    size: usize,
    /// Port of the host.
    port: u16,
    /// The packets go to these links in turn; they are links of mux ids.
    muxes: Vec<u8>,
}

impl Order {
    /// What the host asks for, if this packet is for the port that takes orders: "TRANSFERS [SIZE PORT [MUX...]]". Without a mux
    /// id it is the link without one.
    pub fn of(packet: &[u8]) -> Option<Self> {
        Self::parse(order(packet, PORT)?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let transfers = words.next()?.parse().ok()?;
        let size = words.next().unwrap_or("1").parse().ok()?;
        let port = words.next().unwrap_or("0").parse().ok()?;
        let muxes: Result<Vec<u8>, _> = words.map(str::parse).collect();
        let mut muxes = muxes.ok()?;
        if muxes.is_empty() {
            muxes.push(0);
        }
        let fits = (1..=1500).contains(&size);
        fits.then_some(Self {
            transfers,
            size,
            port,
            muxes,
        })
    }

    fn packet(&self, addresses: &Addresses) -> Vec<u8> {
        let mut packet = datagram(addresses, self.port, self.size.saturating_sub(HEADERS));
        packet.truncate(self.size);
        packet
    }
}

/// A datagram to the host, with a right checksum: the host is not to drop it for that.
fn datagram(addresses: &Addresses, port: u16, payload: usize) -> Vec<u8> {
    let (from, to): (Ipv4Addr, Ipv4Addr) = (addresses.ipv4_gateway, addresses.ipv4);
    let checksums = ChecksumCapabilities::default();
    let header = Ipv4Repr {
        src_addr: from,
        dst_addr: to,
        next_header: IpProtocol::Udp,
        payload_len: HEADERS - 20 + payload,
        hop_limit: 64,
    };
    let mut bytes = vec![0; HEADERS + payload];
    let mut packet = Ipv4Packet::new_unchecked(&mut bytes);
    header.emit(&mut packet, &checksums);
    let udp = UdpRepr {
        src_port: PORT,
        dst_port: port,
    };
    udp.emit(
        &mut UdpPacket::new_unchecked(packet.payload_mut()),
        &IpAddress::Ipv4(from),
        &IpAddress::Ipv4(to),
        payload,
        |bytes| bytes.fill(0),
        &checksums,
    );
    bytes
}

/// What was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Transfers.
    pub transfers: u64,
    /// Packets in them.
    pub packets: u64,
}

/// A flood under way. All its transfers are the same, made once for a format.
#[derive(Debug)]
pub struct Flood {
    order: Order,
    prepared: Option<Prepared>,
    sent: Sent,
}

#[derive(Debug)]
struct Prepared {
    format: DataFormat,
    transfer: Vec<u8>,
    packets: u64,
}

impl Flood {
    /// A flood as ordered.
    pub fn new(order: Order) -> Self {
        Self {
            order,
            prepared: None,
            sent: Sent::default(),
        }
    }

    /// What was sent so far.
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// The next transfer; `None` after the last. `wrap` makes a packet an Ethernet frame.
    pub fn next(
        &mut self,
        format: DataFormat,
        plan: AddressPlan,
        wrap: impl Fn(Vec<u8>) -> Vec<u8>,
    ) -> Option<Vec<u8>> {
        if self.sent.transfers >= self.order.transfers {
            return None;
        }
        let order = &self.order;
        let prepared = self.prepared.take_if(|prepared| prepared.format == format);
        let prepared = prepared.unwrap_or_else(|| prepare(order, format, plan, wrap));
        self.sent.transfers += 1;
        self.sent.packets += prepared.packets;
        let transfer = prepared.transfer.clone();
        self.prepared = Some(prepared);
        Some(transfer)
    }
}

fn prepare(
    order: &Order,
    format: DataFormat,
    plan: AddressPlan,
    wrap: impl Fn(Vec<u8>) -> Vec<u8>,
) -> Prepared {
    let packet = |mux| order.packet(&plan.on(mux));
    let (transfer, packets) = match (format.layer, format.qmap) {
        (LinkLayer::Ethernet, _) => (wrap(packet(0)), 1),
        (LinkLayer::RawIp, None) => (packet(0), 1),
        (LinkLayer::RawIp, Some(qmap)) => {
            let packets = order.muxes.iter().map(|&mux| (mux, packet(mux)));
            aggregate(
                &packets.collect::<Vec<_>>(),
                qmap.version,
                qmap.downlink.size,
            )
        }
    };
    Prepared {
        format,
        transfer,
        packets,
    }
}

/// As many packets as fit into `size` bytes, however many the host has agreed to, and how many those are.
fn aggregate(packets: &[(u8, Vec<u8>)], version: Version, size: usize) -> (Vec<u8>, u64) {
    let mut transfer = Vec::with_capacity(size);
    let mut count = 0;
    for (mux, packet) in packets.iter().cycle() {
        let before = transfer.len();
        append(&mut transfer, version, *mux, packet);
        if transfer.len() > size {
            transfer.truncate(before);
            break;
        }
        count += 1;
    }
    (transfer, count)
}

/// Without padding where there need be none: tiny packets are to be as many as a transfer can hold.
fn append(transfer: &mut Vec<u8>, version: Version, mux: u8, packet: &[u8]) {
    match (version, u16::try_from(packet.len())) {
        (Version::V1, Ok(length)) => {
            let [high, low] = length.to_be_bytes();
            transfer.extend([0, mux, high, low]);
            transfer.extend(packet);
        }
        _ => {
            qmap::append(transfer, version, mux, packet, Verdict::of(packet));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addresses::Network;
    use crate::link_layer::qmap::Datagrams;
    use crate::link_layer::{Limits, Qmap};

    fn plan() -> AddressPlan {
        AddressPlan::new(&Network::default(), 0)
    }

    fn raw_ip(version: Option<Version>) -> DataFormat {
        DataFormat {
            layer: LinkLayer::RawIp,
            qmap: version.map(|version| Qmap {
                version,
                downlink: Limits {
                    size: 16_384,
                    datagrams: 10,
                },
                ..Qmap::default()
            }),
        }
    }

    fn flood(text: &str, format: DataFormat) -> (Vec<u8>, Sent) {
        let mut flood = Flood::new(Order::parse(text).unwrap());
        let transfer = flood.next(format, plan(), |packet| packet).unwrap();
        (transfer, flood.sent())
    }

    #[test]
    fn orders_come_as_datagrams() {
        let addresses = plan().on(0);
        let text = b"3 64 4000 1 2\n";
        let mut packet = datagram(&addresses, PORT, text.len());
        // The stack would verify the checksum; the modem does not.
        packet[HEADERS..].copy_from_slice(text);
        let order = Order::of(&packet).unwrap();
        assert_eq!(order.transfers, 3);
        assert_eq!((order.size, order.port), (64, 4000));
        assert_eq!(order.muxes, [1, 2]);
        assert_eq!(Order::of(&datagram(&addresses, 7, 0)), None);
        assert_eq!(Order::of(&[0x45]), None);
    }

    #[test]
    fn what_makes_no_sense_is_no_order() {
        for text in ["", "many", "1 0 9", "1 1501 9", "1 64 65536", "1 64 9 256"] {
            assert_eq!(Order::parse(text), None, "{text}");
        }
        assert_eq!(Order::parse("0\n").unwrap().transfers, 0);
    }

    #[test]
    fn it_ends_after_its_transfers() {
        let mut flood = Flood::new(Order::parse("2 64 9").unwrap());
        let mut next = || flood.next(raw_ip(None), plan(), |packet| packet);
        let first = next().unwrap();
        assert_eq!((first.len(), next(), next()), (64, Some(first), None));
        let sent = Sent {
            transfers: 2,
            packets: 2,
        };
        assert_eq!(flood.sent(), sent);
    }

    #[test]
    fn packets_are_datagrams_if_they_can_be() {
        for size in [28, 64, 1500] {
            let (packet, _) = flood(&format!("1 {size} 4000"), raw_ip(None));
            assert_eq!(packet.len(), size);
            let packet = Ipv4Packet::new_checked(&packet[..]).unwrap();
            assert!(packet.verify_checksum());
            let datagram = UdpPacket::new_checked(packet.payload()).unwrap();
            let (from, to) = (packet.src_addr().into(), packet.dst_addr().into());
            assert!(datagram.verify_checksum(&from, &to));
            assert_eq!(datagram.dst_port(), 4000);
        }
        assert_eq!(flood("1 5 9", raw_ip(None)).0[0], 0x45);
    }

    #[test]
    fn an_aggregate_is_full_and_goes_to_its_links_in_turn() {
        for version in Version::ALL {
            let format = raw_ip(Some(version));
            let size = format.qmap.unwrap().downlink.size;
            let (transfer, sent) = flood("1 64 9 1 3", format);
            assert!(transfer.len() <= size && transfer.len() > size - 100);
            assert_eq!(
                sent.packets as usize,
                transfer.len() / qmap::size(version, 64)
            );
        }
        let (transfer, sent) = flood("1 64 9 1 3", raw_ip(Some(Version::V1)));
        let muxes: Vec<u8> = Datagrams::of(&transfer, Version::V1)
            .map(|datagram| datagram.unwrap().mux)
            .collect();
        assert_eq!(muxes[..4], [1, 3, 1, 3]);
        assert_eq!(muxes.len() as u64, sent.packets);
    }

    #[test]
    fn tiny_packets_have_no_padding() {
        let (transfer, _) = flood("1 1 9 1", raw_ip(Some(Version::V1)));
        assert_eq!(transfer[..6], [0, 1, 0, 1, 0x45, 0]);
    }
}
