// SPDX-License-Identifier: GPL-2.0-only
//! The addresses that the network gives to a modem's host, and its own.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::profile::Network;

/// One unit's addresses. Units differ, so that several modems fit into one host.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// For the host.
    pub ipv4: Ipv4Addr,
    /// The network's end of the same /30.
    pub ipv4_gateway: Ipv4Addr,
    /// Mask of the /30.
    pub ipv4_mask: Ipv4Addr,
    /// Domain name servers.
    pub ipv4_dns: [Ipv4Addr; 2],
    /// For the host.
    pub ipv6: Ipv6Addr,
    /// The network's end of the same /64.
    pub ipv6_gateway: Ipv6Addr,
    /// Domain name servers.
    pub ipv6_dns: [Ipv6Addr; 2],
    /// Largest packet in bytes.
    pub mtu: u16,
}

/// Prefix length of the IPv4 subnet.
pub const IPV4_PREFIX: u8 = 30;
/// Prefix length of the IPv6 subnet.
pub const IPV6_PREFIX: u8 = 64;

impl Addresses {
    /// Addresses of unit number `unit`.
    pub fn new(network: &Network, unit: u8) -> Self {
        let subnet = u32::from(network.ipv4) | (u32::from(unit) << 8);
        let v4 = |host| Ipv4Addr::from(subnet | host);
        let prefix = u128::from(network.ipv6) | (u128::from(unit) << 64);
        let v6 = |host| Ipv6Addr::from(prefix | host);
        Self {
            ipv4: v4(2),
            ipv4_gateway: v4(1),
            ipv4_mask: Ipv4Addr::new(255, 255, 255, 252),
            ipv4_dns: [v4(1), Ipv4Addr::new(192, 0, 2, 53)],
            ipv6: v6(2),
            ipv6_gateway: v6(1),
            ipv6_dns: [v6(1), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x53)],
            mtu: network.mtu,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_do_not_overlap() {
        let first = Addresses::new(&Network::default(), 0);
        let second = Addresses::new(&Network::default(), 1);
        assert_eq!(first.ipv4.to_string(), "10.64.0.2");
        assert_eq!(second.ipv4.to_string(), "10.64.1.2");
        assert_eq!(second.ipv6_gateway.to_string(), "2001:db8:64:1::1");
    }
}
