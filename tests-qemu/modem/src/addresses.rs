// SPDX-License-Identifier: GPL-2.0-only
//! The addresses that the network gives to a modem's host, and its own.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Deserialize;

/// Addresses of the mobile network, the same for each modem but for its unit number and the mux ids of its links.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Network {
    /// A /16 that holds one /30 for each unit: gateway .1, host .2. The mux id is added to the second octet.
    pub ipv4: Ipv4Addr,
    /// A /48 that holds one /64 for each mux id and unit: gateway ::1, host ::2.
    pub ipv6: Ipv6Addr,
    /// Largest packet in bytes.
    pub mtu: u16,
    /// It is not the SIM card's home.
    pub roaming: bool,
    /// The same for access points that have one of their own. A larger packet does not pass there.
    pub apn_mtu: BTreeMap<String, u16>,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            ipv4: Ipv4Addr::new(10, 64, 0, 0),
            ipv6: Ipv6Addr::new(0x2001, 0xdb8, 0x64, 0, 0, 0, 0, 0),
            mtu: 1500,
            roaming: false,
            apn_mtu: BTreeMap::new(),
        }
    }
}

/// All that one unit can give out: different units, and different links of a unit, have different addresses.
#[derive(Debug, Clone, Copy)]
pub struct AddressPlan {
    ipv4: Ipv4Addr,
    ipv6: Ipv6Addr,
    mtu: u16,
}

/// The addresses on one link.
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

/// The router's own address on each link.
pub const ROUTER: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
/// How far apart the addresses of a unit's functions are, counted in units.
const FUNCTION: u8 = 64;
/// Prefix length of the IPv4 subnet.
pub const IPV4_PREFIX: u8 = 30;
/// Prefix length of the IPv6 subnet.
pub const IPV6_PREFIX: u8 = 64;

impl AddressPlan {
    /// The plan of unit number `unit`.
    pub fn new(network: &Network, unit: u8) -> Self {
        Self {
            ipv4: Ipv4Addr::from(u32::from(network.ipv4) | (u32::from(unit) << 8)),
            ipv6: Ipv6Addr::from(u128::from(network.ipv6) | (u128::from(unit) << 64)),
            mtu: network.mtu,
        }
    }

    /// The plan of one of the unit's QMI functions, counted from 0: the first one has the unit's own.
    pub fn of_function(mut self, function: usize) -> Self {
        let function = u8::try_from(function).unwrap_or(u8::MAX);
        let distance = function.wrapping_mul(FUNCTION);
        let (mut ipv4, mut ipv6) = (self.ipv4.octets(), self.ipv6.octets());
        ipv4[2] = ipv4[2].wrapping_add(distance);
        ipv6[7] = ipv6[7].wrapping_add(distance);
        self.ipv4 = ipv4.into();
        self.ipv6 = ipv6.into();
        self
    }

    /// The addresses on the link of mux id `mux`; 0 is the link without one.
    pub fn on(&self, mux: u8) -> Addresses {
        let [a, b, c, _] = self.ipv4.octets();
        let v4 = |host| Ipv4Addr::new(a, b.wrapping_add(mux), c, host);
        let prefix = u128::from(self.ipv6) | (u128::from(mux) << 72);
        let v6 = |host| Ipv6Addr::from(prefix | host);
        Addresses {
            ipv4: v4(2),
            ipv4_gateway: v4(1),
            ipv4_mask: Ipv4Addr::new(255, 255, 255, 252),
            ipv4_dns: [v4(1), Ipv4Addr::new(192, 0, 2, 53)],
            ipv6: v6(2),
            ipv6_gateway: v6(1),
            ipv6_dns: [v6(1), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x53)],
            mtu: self.mtu,
        }
    }

    /// The mux id of the link that leads to a packet's destination; 0 if that is no host's address.
    pub fn mux_to(&self, packet: &[u8]) -> u8 {
        let mux = match packet.first().map(|byte| byte >> 4) {
            Some(4) => self.mux_to_ipv4(packet),
            Some(6) => self.mux_to_ipv6(packet),
            _ => None,
        };
        mux.unwrap_or(0)
    }

    fn mux_to_ipv4(&self, packet: &[u8]) -> Option<u8> {
        let octets: [u8; 4] = packet.get(16..20)?.try_into().ok()?;
        let mux = octets[1].wrapping_sub(self.ipv4.octets()[1]);
        (self.on(mux).ipv4.octets() == octets).then_some(mux)
    }

    fn mux_to_ipv6(&self, packet: &[u8]) -> Option<u8> {
        let octets: [u8; 16] = packet.get(24..40)?.try_into().ok()?;
        let mux = octets[6];
        let Addresses {
            ipv6, ipv6_gateway, ..
        } = self.on(mux);
        // A host may have given itself any address of its prefix.
        let is_host = octets[..8] == ipv6.octets()[..8] && octets != ipv6_gateway.octets();
        is_host.then_some(mux)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(unit: u8) -> AddressPlan {
        AddressPlan::new(&Network::default(), unit)
    }

    #[test]
    fn units_and_links_do_not_overlap() {
        let first = plan(0).on(0);
        let second = plan(1).on(0);
        assert_eq!(first.ipv4.to_string(), "10.64.0.2");
        assert_eq!(second.ipv4.to_string(), "10.64.1.2");
        assert_eq!(second.ipv6_gateway.to_string(), "2001:db8:64:1::1");
        let muxed = plan(1).on(0xfe);
        assert_eq!(muxed.ipv4.to_string(), "10.62.1.2");
        assert_eq!(muxed.ipv6.to_string(), "2001:db8:64:fe01::2");
    }

    #[test]
    fn functions_of_a_unit_do_not_overlap() {
        let second = plan(1).of_function(1);
        assert_eq!(plan(1).of_function(0).on(0).ipv4, plan(1).on(0).ipv4);
        assert_eq!(second.on(0).ipv4.to_string(), "10.64.65.2");
        assert_eq!(second.on(2).ipv6.to_string(), "2001:db8:64:241::2");
    }

    #[test]
    fn destinations_tell_the_link() {
        let plan = plan(3);
        for mux in 0..=u8::MAX {
            let mut packet = vec![0x45; 20];
            packet[16..].copy_from_slice(&plan.on(mux).ipv4.octets());
            assert_eq!(plan.mux_to(&packet), mux);
            let mut packet = vec![0x60; 40];
            packet[24..].copy_from_slice(&plan.on(mux).ipv6.octets());
            assert_eq!(plan.mux_to(&packet), mux);
        }
        let mut packet = vec![0x60; 40];
        packet[24..].copy_from_slice(&plan.on(5).ipv6.octets());
        packet[39] = 77;
        assert_eq!(plan.mux_to(&packet), 5, "any host of the prefix");
        packet[39] = 1;
        assert_eq!(plan.mux_to(&packet), 0, "its gateway");
        assert_eq!(plan.mux_to(&[0x45; 20]), 0);
        assert_eq!(plan.mux_to(&[0x60; 12]), 0);
        assert_eq!(plan.mux_to(&[]), 0);
    }
}
