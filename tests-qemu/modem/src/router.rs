// SPDX-License-Identifier: GPL-2.0-only
//! What the network does by itself, before its peer sees a packet: it forwards between the links of a unit, and tells hosts that
//! ask for routers (RFC 4861) their prefix, if it is told to.

use std::collections::VecDeque;

use smoltcp::time::Duration;
use smoltcp::wire::{NdiscPrefixInfoFlags, NdiscPrefixInformation, NdiscRepr, NdiscRouterFlags};

use crate::addresses::{AddressPlan, Addresses, IPV6_PREFIX, ROUTER};
use crate::link_layer::discovery::{self, ALL_NODES};
use crate::link_layer::IpFamily;

/// Packets that may wait for a link.
const MAX_WAITING: usize = 512;
/// How long what is advertised is good for.
const LIFETIME: Duration = Duration::from_secs(1800);

/// Packets that go back to the hosts without having been at the peer.
#[derive(Debug, Default)]
pub struct Router {
    /// Answers router solicitations.
    pub advertises: bool,
    /// Each with the mux id of its link.
    waiting: VecDeque<(u8, Vec<u8>)>,
}

impl Router {
    /// Takes a packet from the link of `mux`, or leaves it to the peer.
    pub fn take(&mut self, mux: u8, packet: Vec<u8>, plan: AddressPlan) -> Option<Vec<u8>> {
        let to = plan.mux_to(&packet);
        if to != 0 && to != mux {
            self.push(to, packet);
            return None;
        }
        if self.advertises && is_solicitation(&packet) {
            self.push(mux, advertisement(&plan.on(mux)));
            return None;
        }
        Some(packet)
    }

    /// The next packet for a host, with the mux id of its link.
    pub fn pop(&mut self) -> Option<(u8, Vec<u8>)> {
        self.waiting.pop_front()
    }

    /// A full queue loses packets, as those of routers do.
    fn push(&mut self, mux: u8, packet: Vec<u8>) {
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back((mux, packet));
        }
    }
}

fn is_solicitation(packet: &[u8]) -> bool {
    IpFamily::of(packet) == Some(IpFamily::V6)
        && matches!(
            discovery::parse(packet),
            Some((_, NdiscRepr::RouterSolicit { .. }))
        )
}

/// Tells the prefix of a link, and its MTU.
fn advertisement(addresses: &Addresses) -> Vec<u8> {
    let mut prefix = addresses.ipv6.octets();
    prefix[8..].fill(0);
    let message = NdiscRepr::RouterAdvert {
        hop_limit: 64,
        flags: NdiscRouterFlags::empty(),
        router_lifetime: LIFETIME,
        reachable_time: Duration::ZERO,
        retrans_time: Duration::ZERO,
        lladdr: None,
        mtu: Some(addresses.mtu.into()),
        prefix_info: Some(NdiscPrefixInformation {
            prefix_len: IPV6_PREFIX,
            flags: NdiscPrefixInfoFlags::ON_LINK | NdiscPrefixInfoFlags::ADDRCONF,
            valid_lifetime: LIFETIME,
            preferred_lifetime: LIFETIME,
            prefix: prefix.into(),
        }),
    };
    discovery::emit(ROUTER, ALL_NODES, message)
}

#[cfg(test)]
mod tests {
    use smoltcp::wire::Ipv6Address;

    use super::*;
    use crate::addresses::Network;

    fn plan() -> AddressPlan {
        AddressPlan::new(&Network::default(), 0)
    }

    fn packet_to(octets: [u8; 4]) -> Vec<u8> {
        let mut packet = vec![0x45; 16];
        packet.extend(octets);
        packet
    }

    #[test]
    fn what_is_for_another_link_goes_there() {
        let mut router = Router::default();
        let to_second = packet_to(plan().on(2).ipv4.octets());
        assert_eq!(router.take(1, to_second.clone(), plan()), None);
        assert_eq!(router.pop(), Some((2, to_second.clone())));
        assert_eq!(router.pop(), None);
        let kept = router.take(2, to_second.clone(), plan());
        assert_eq!(kept, Some(to_second), "a host's packet to itself");
        let out = packet_to([192, 0, 2, 1]);
        assert_eq!(router.take(1, out.clone(), plan()), Some(out));
    }

    #[test]
    fn the_queue_has_an_end() {
        let mut router = Router::default();
        for _ in 0..=MAX_WAITING {
            router.take(1, packet_to(plan().on(2).ipv4.octets()), plan());
        }
        assert_eq!(std::iter::from_fn(|| router.pop()).count(), MAX_WAITING);
    }

    #[test]
    fn who_asks_for_routers_gets_an_answer_if_there_is_one() {
        let asker = Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0, 9);
        let routers = Ipv6Address::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
        let message = NdiscRepr::RouterSolicit { lladdr: None };
        let bytes = discovery::emit(asker, routers, message);

        let mut router = Router::default();
        assert_eq!(router.take(3, bytes.clone(), plan()), Some(bytes.clone()));
        router.advertises = true;
        assert_eq!(router.take(3, bytes, plan()), None);
        let (mux, answer) = router.pop().unwrap();
        assert_eq!(mux, 3);
        assert_eq!(answer[8..10], [0xfe, 0x80]);
        assert_eq!(answer[40], 134, "a router advertisement");
    }
}
