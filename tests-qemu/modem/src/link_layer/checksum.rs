// SPDX-License-Identifier: GPL-2.0-only
//! The checksums of TCP and UDP, as a modem sees them that computes and verifies them for its host.
//!
//! Like the hardware it knows packets that are whole and have TCP or UDP directly after the IP header, and no others.

use smoltcp::wire::{IpAddress, IpProtocol, Ipv4Packet, Ipv6Packet};

/// Offset of the checksum in the header, in bytes.
const TCP_FIELD: usize = 16;
const UDP_FIELD: usize = 6;

/// Changes any checksum to another: its bits are neither none nor all.
const SPOILING: [u16; 2] = [0xa5a5, 0x5aa5];

/// What a host wants computed for one packet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Request {
    /// Nothing: the checksum is there.
    #[default]
    Nothing,
    /// QMAPv4: the host says where. The field holds the complement of the pseudo header's sum.
    At {
        /// Where the sum starts: offset of the TCP or UDP header in the packet, in bytes.
        start: usize,
        /// Offset of the checksum behind the start, in bytes.
        field: usize,
        /// A sum of 0 is written as 0xffff, because 0 means that there is none.
        udp: bool,
    },
    /// QMAPv5: the modem knows where. The field holds the pseudo header's sum.
    Anywhere,
}

/// What a modem tells of the checksum of a packet to its host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The complement of the sum over the packet with its IP header, if the modem verifies packets of this kind.
    pub sum: Option<u16>,
    /// The checksum is right.
    pub right: bool,
}

impl Verdict {
    /// An honest one.
    pub fn of(packet: &[u8]) -> Self {
        let Some(transport) = Transport::of(packet) else {
            return Self::default();
        };
        if transport.is_udp && transport.read_field(packet) == 0 {
            return Self::default(); // RFC 768: there is none
        }
        let sum = fold(transport.pseudo + add(&packet[transport.start..]));
        Self {
            sum: Some(!fold(add(packet))),
            right: sum == u16::MAX,
        }
    }
}

/// Computes what the host wants.
///
/// # Errors
/// The reason, if it cannot be done, or if the checksum's field does not hold what it must.
pub fn complete(packet: &mut [u8], request: Request) -> Result<(), &'static str> {
    if request == Request::Nothing {
        return Ok(());
    }
    let transport =
        Transport::of(packet).ok_or("a checksum is wanted of neither whole TCP nor UDP")?;
    let prepared = match request {
        Request::At { start, field, udp } => {
            if (start, start + field) != (transport.start, transport.field) {
                return Err("a checksum is wanted where none belongs");
            }
            if udp != transport.is_udp {
                return Err("a checksum is wanted with the wrong UDP flag");
            }
            !transport.read_field(packet)
        }
        _ => transport.read_field(packet),
    };
    if !is_same(prepared, fold(transport.pseudo)) {
        return Err("a checksum is wanted, but its field does not hold the pseudo header's sum");
    }
    transport.write_field(packet, 0);
    let sum = !fold(transport.pseudo + add(&packet[transport.start..]));
    let sum = if transport.is_udp && sum == 0 {
        u16::MAX
    } else {
        sum
    };
    transport.write_field(packet, sum);
    Ok(())
}

/// Makes the checksum wrong, and nothing else. False, and nothing changes, if there is none that the modem knows.
pub fn corrupt(packet: &mut [u8]) -> bool {
    let Some(transport) = Transport::of(packet) else {
        return false;
    };
    let right = transport.read_field(packet);
    let wrong = SPOILING.map(|bits| right ^ bits);
    // 0 would mean that there is no checksum.
    let wrong = if wrong[0] == 0 { wrong[1] } else { wrong[0] };
    transport.write_field(packet, wrong);
    true
}

/// Where TCP or UDP is in a packet.
struct Transport {
    /// Offset of its header.
    start: usize,
    /// Offset of its checksum.
    field: usize,
    is_udp: bool,
    /// Sum over the pseudo header (RFC 9293, 3.1; RFC 8200, 8.1), not folded.
    pseudo: u32,
}

impl Transport {
    fn of(packet: &[u8]) -> Option<Self> {
        let (start, protocol, addresses) = match packet.first()? >> 4 {
            4 => {
                let header = Ipv4Packet::new_checked(packet).ok()?;
                let whole = !header.more_frags() && header.frag_offset() == 0;
                let right = whole && usize::from(header.total_len()) == packet.len();
                let addresses = [header.src_addr(), header.dst_addr()].map(IpAddress::from);
                let start = usize::from(header.header_len());
                right.then_some((start, header.next_header(), addresses))?
            }
            6 => {
                let header = Ipv6Packet::new_checked(packet).ok()?;
                let addresses = [header.src_addr(), header.dst_addr()].map(IpAddress::from);
                let right = header.total_len() == packet.len();
                right.then_some((header.header_len(), header.next_header(), addresses))?
            }
            _ => return None,
        };
        let field = match protocol {
            IpProtocol::Tcp => TCP_FIELD,
            IpProtocol::Udp => UDP_FIELD,
            _ => return None,
        };
        let length = u32::try_from(packet.len().checked_sub(start + field + 2)?).ok()?;
        let length = length + field as u32 + 2;
        let addresses = addresses.map(|address| match address {
            IpAddress::Ipv4(address) => add(&address.octets()),
            IpAddress::Ipv6(address) => add(&address.octets()),
        });
        Some(Self {
            start,
            field: start + field,
            is_udp: protocol == IpProtocol::Udp,
            pseudo: addresses[0] + addresses[1] + u32::from(u8::from(protocol)) + length,
        })
    }

    fn read_field(&self, packet: &[u8]) -> u16 {
        u16::from_be_bytes([packet[self.field], packet[self.field + 1]])
    }

    fn write_field(&self, packet: &mut [u8], value: u16) {
        packet[self.field..self.field + 2].copy_from_slice(&value.to_be_bytes());
    }
}

/// Sum of the 16-bit words of at most 64 KiB.
fn add(bytes: &[u8]) -> u32 {
    let words = bytes.chunks(2).map(|word| match *word {
        [high, low] => u16::from_be_bytes([high, low]),
        [high, ..] => u16::from_be_bytes([high, 0]),
        [] => 0,
    });
    words.map(u32::from).sum()
}

/// The ones' complement sum (RFC 1071).
fn fold(sum: u32) -> u16 {
    let sum = (sum & 0xffff) + (sum >> 16);
    ((sum & 0xffff) + (sum >> 16)) as u16
}

/// Whether two ones' complement numbers are equal: there are two zeros.
fn is_same(a: u16, b: u16) -> bool {
    a % u16::MAX == b % u16::MAX
}

#[cfg(test)]
mod tests {
    use smoltcp::phy::ChecksumCapabilities;
    use smoltcp::wire::{
        IpRepr, Ipv4Address, Ipv4Repr, Ipv6Address, Ipv6Repr, TcpPacket, TcpRepr, TcpSeqNumber,
        UdpPacket, UdpRepr,
    };

    use super::*;

    const V4: [Ipv4Address; 2] = [
        Ipv4Address::new(10, 64, 0, 2),
        Ipv4Address::new(10, 64, 0, 1),
    ];

    fn v6(host: u16) -> Ipv6Address {
        Ipv6Address::new(0x2001, 0xdb8, 0x64, 0, 0, 0, 0, host)
    }

    fn ip(version: u8, protocol: IpProtocol, length: usize) -> IpRepr {
        match version {
            4 => IpRepr::Ipv4(Ipv4Repr {
                src_addr: V4[0],
                dst_addr: V4[1],
                next_header: protocol,
                payload_len: length,
                hop_limit: 64,
            }),
            _ => IpRepr::Ipv6(Ipv6Repr {
                src_addr: v6(2),
                dst_addr: v6(1),
                next_header: protocol,
                payload_len: length,
                hop_limit: 64,
            }),
        }
    }

    /// A right packet of smoltcp's.
    fn packet(version: u8, protocol: IpProtocol, payload: &[u8]) -> Vec<u8> {
        let all = ChecksumCapabilities::default();
        let tcp = TcpRepr {
            src_port: 4000,
            dst_port: 9,
            control: smoltcp::wire::TcpControl::Psh,
            seq_number: TcpSeqNumber(1),
            ack_number: Some(TcpSeqNumber(2)),
            window_len: 1000,
            window_scale: None,
            max_seg_size: None,
            sack_permitted: false,
            sack_ranges: [None; 3],
            timestamp: None,
            payload,
        };
        let udp = UdpRepr {
            src_port: 4000,
            dst_port: 7,
        };
        let length = match protocol {
            IpProtocol::Tcp => tcp.buffer_len(),
            _ => udp.header_len() + payload.len(),
        };
        let header = ip(version, protocol, length);
        let mut bytes = vec![0; header.buffer_len()];
        header.emit(&mut bytes[..], &all);
        let (from, to) = (header.src_addr(), header.dst_addr());
        let rest = &mut bytes[header.header_len()..];
        match protocol {
            IpProtocol::Tcp => tcp.emit(&mut TcpPacket::new_unchecked(rest), &from, &to, &all),
            _ => udp.emit(
                &mut UdpPacket::new_unchecked(rest),
                &from,
                &to,
                payload.len(),
                |buffer| buffer.copy_from_slice(payload),
                &all,
            ),
        }
        bytes
    }

    /// Packets of both versions and protocols, with payloads of even and odd lengths.
    fn packets() -> impl Iterator<Item = Vec<u8>> {
        let payloads: [&[u8]; 4] = [b"", b"x", b"xy", &[0xff; 1399]];
        [4, 6].into_iter().flat_map(move |version| {
            [IpProtocol::Tcp, IpProtocol::Udp]
                .into_iter()
                .flat_map(move |protocol| {
                    payloads.map(|payload| packet(version, protocol, payload))
                })
        })
    }

    /// As a host leaves it that wants the checksum computed.
    fn prepare(packet: &mut [u8], complemented: bool) -> Request {
        let transport = Transport::of(packet).unwrap();
        let sum = fold(transport.pseudo);
        transport.write_field(packet, if complemented { !sum } else { sum });
        match complemented {
            false => Request::Anywhere,
            true => Request::At {
                start: transport.start,
                field: transport.field - transport.start,
                udp: transport.is_udp,
            },
        }
    }

    #[test]
    fn what_is_wanted_is_what_smoltcp_computes() {
        for right in packets() {
            for complemented in [false, true] {
                let mut packet = right.clone();
                let request = prepare(&mut packet, complemented);
                assert_ne!(packet, right);
                assert_eq!(complete(&mut packet, request), Ok(()));
                assert_eq!(packet, right);
            }
        }
    }

    #[test]
    fn a_sum_of_nothing_is_written_as_all_ones_in_udp() {
        let found = (0..=u16::MAX).find_map(|number| {
            let mut packet = packet(4, IpProtocol::Udp, &number.to_be_bytes());
            let request = prepare(&mut packet, false);
            complete(&mut packet, request).unwrap();
            (packet[26..28] == [0xff; 2]).then_some(packet)
        });
        assert!(Verdict::of(&found.unwrap()).right);
    }

    #[test]
    fn nothing_is_touched_unless_it_is_wanted() {
        let mut packet = packet(4, IpProtocol::Tcp, b"x");
        corrupt(&mut packet);
        let before = packet.clone();
        assert_eq!(complete(&mut packet, Request::Nothing), Ok(()));
        assert_eq!(packet, before);
    }

    #[test]
    fn what_the_host_prepared_wrongly_is_refused() {
        for right in packets() {
            let mut packet = right.clone();
            assert!(complete(&mut packet, Request::Anywhere).is_err());
            let Request::At { start, field, udp } = prepare(&mut packet, true) else {
                panic!("no place");
            };
            for (start, field, udp) in [
                (start + 1, field, udp),
                (start, field + 2, udp),
                (start, field, !udp),
                (0, start + field, udp),
            ] {
                // The last is the right place, counted from a wrong start.
                let request = Request::At { start, field, udp };
                assert!(complete(&mut packet, request).is_err(), "{request:?}");
            }
            assert!(complete(&mut packet, Request::Anywhere).is_err());
        }
    }

    #[test]
    fn what_is_not_whole_tcp_or_udp_has_no_verdict() {
        let mut ping = packet(4, IpProtocol::Udp, b"abcd");
        ping[9] = 1;
        let mut fragment = packet(4, IpProtocol::Udp, b"abcd");
        fragment[6] = 0x20;
        let mut last = packet(4, IpProtocol::Udp, b"abcd");
        last[7] = 1;
        let mut extended = packet(6, IpProtocol::Udp, b"abcd");
        extended[6] = 0;
        let mut truncated = packet(6, IpProtocol::Tcp, b"");
        truncated.truncate(50);
        let mut short = packet(4, IpProtocol::Tcp, b"");
        short.truncate(37);
        short[3] = 37;
        for mut packet in [
            ping,
            fragment,
            last,
            extended,
            truncated,
            short,
            vec![0x45],
            vec![],
        ] {
            assert_eq!(Verdict::of(&packet), Verdict::default());
            assert!(complete(&mut packet, Request::Anywhere).is_err());
            assert!(!corrupt(&mut packet));
        }
    }

    #[test]
    fn udp_may_have_no_checksum() {
        let mut packet = packet(4, IpProtocol::Udp, b"abcd");
        assert!(Verdict::of(&packet).right);
        packet[26..28].fill(0);
        assert_eq!(Verdict::of(&packet), Verdict::default());
    }

    #[test]
    fn the_sum_of_a_right_packet_is_that_of_its_pseudo_header() {
        for packet in packets() {
            let verdict = Verdict::of(&packet);
            assert!(verdict.right);
            let transport = Transport::of(&packet).unwrap();
            let header = u32::from(fold(add(&packet[..transport.start])));
            let wanted = fold(transport.pseudo + u32::from(!fold(header)));
            assert!(is_same(verdict.sum.unwrap(), wanted));
        }
    }

    #[test]
    fn a_corrupted_packet_is_found_wrong() {
        for right in packets() {
            let mut packet = right.clone();
            assert!(corrupt(&mut packet));
            let verdict = Verdict::of(&packet);
            assert!(verdict.sum.is_some() && !verdict.right);
            let differences = right.iter().zip(&packet).filter(|(a, b)| a != b).count();
            assert!((1..=2).contains(&differences));
        }
    }
}
