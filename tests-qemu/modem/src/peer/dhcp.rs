// SPDX-License-Identifier: GPL-2.0-only
//! A DHCP server with one address to give (RFC 2131), as modems have it on an 802.3 link.

use std::net::Ipv4Addr;

use smoltcp::socket::udp;
use smoltcp::wire::{DhcpMessageType, DhcpPacket, DhcpRepr, IpEndpoint, DHCP_CLIENT_PORT};

use crate::addresses::Addresses;

/// Seconds for which the address is given.
const LEASE: u32 = 3600;

/// Answers all that has come; whether there was anything.
pub fn serve(socket: &mut udp::Socket, addresses: &Addresses) -> bool {
    let mut acted = false;
    while socket.can_send() {
        let Ok((data, _)) = socket.recv() else {
            break;
        };
        acted = true;
        let Some(answer) = answer(data, addresses) else {
            continue;
        };
        // The client has no address yet.
        let client = IpEndpoint::new(Ipv4Addr::BROADCAST.into(), DHCP_CLIENT_PORT);
        let from = udp::UdpMetadata {
            local_address: Some(addresses.ipv4_gateway.into()),
            ..client.into()
        };
        // An answer that does not fit is lost; the client asks again.
        let _ = socket.send_slice(&answer, from);
    }
    acted
}

fn answer(data: &[u8], addresses: &Addresses) -> Option<Vec<u8>> {
    let packet = DhcpPacket::new_checked(data).ok()?;
    let question = DhcpRepr::parse(&packet).ok()?;
    let message_type = match question.message_type {
        DhcpMessageType::Discover => DhcpMessageType::Offer,
        DhcpMessageType::Request => DhcpMessageType::Ack,
        _ => return None,
    };
    let answer = DhcpRepr {
        message_type,
        your_ip: addresses.ipv4,
        server_ip: addresses.ipv4_gateway,
        router: Some(addresses.ipv4_gateway),
        subnet_mask: Some(addresses.ipv4_mask),
        server_identifier: Some(addresses.ipv4_gateway),
        lease_duration: Some(LEASE),
        dns_servers: Some(addresses.ipv4_dns.into_iter().collect()),
        requested_ip: None,
        client_identifier: None,
        parameter_request_list: None,
        max_size: None,
        ..question
    };
    let mut bytes = vec![0; answer.buffer_len()];
    answer
        .emit(&mut DhcpPacket::new_unchecked(&mut bytes))
        .ok()?;
    Some(bytes)
}
