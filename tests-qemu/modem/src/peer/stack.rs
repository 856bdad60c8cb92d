// SPDX-License-Identifier: GPL-2.0-only
//! An IP peer inside the process: it answers pings and has small services to measure with.

use std::time::Duration;

use smoltcp::iface::{Config, Interface, PollResult, SocketSet};
use smoltcp::time::Instant;
use smoltcp::wire::{HardwareAddress, IpCidr};

use super::queue::Queue;
use super::services::Services;
use super::Peer;
use crate::addresses::{Addresses, IPV4_PREFIX, IPV6_PREFIX};
use crate::event_log::EventLog;

/// A stack that owns the gateway's addresses and takes packets to any other.
pub struct Stack {
    queue: Queue,
    interface: Interface,
    sockets: SocketSet<'static>,
    services: Services,
}

impl Stack {
    /// A stack with its services; `seed` determines what the source sends.
    pub fn new(addresses: &Addresses, seed: u64, log: EventLog) -> Self {
        let mut queue = Queue::new(addresses.mtu);
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = seed;
        let mut interface = Interface::new(config, &mut queue, Instant::now());
        let own = [
            IpCidr::new(addresses.ipv4_gateway.into(), IPV4_PREFIX),
            IpCidr::new(addresses.ipv6_gateway.into(), IPV6_PREFIX),
        ];
        interface.update_ip_addrs(|list| {
            for address in own {
                // Two addresses always fit: the stack is built with room for eight.
                let _ = list.push(address);
            }
        });
        // Routes through itself make the stack take packets for any address: the Internet, so to say.
        interface.set_any_ip(true);
        let routes = interface.routes_mut();
        let _ = routes.add_default_ipv4_route(addresses.ipv4_gateway);
        let _ = routes.add_default_ipv6_route(addresses.ipv6_gateway);
        let mut sockets = SocketSet::new(Vec::new());
        let services = Services::new(&mut sockets, seed, log);
        Self {
            queue,
            interface,
            sockets,
            services,
        }
    }
}

impl Peer for Stack {
    fn send(&mut self, packet: Vec<u8>) {
        self.queue.up.push_back(packet);
    }

    fn receive(&mut self) -> Option<Vec<u8>> {
        self.queue.down.pop_front()
    }

    fn poll(&mut self) {
        // A service that has acted may have given the stack something to send, and the other way round.
        loop {
            let now = Instant::now();
            let stack = self.interface.poll(now, &mut self.queue, &mut self.sockets);
            let acted = self.services.serve(&mut self.sockets);
            if stack == PollResult::None && !acted {
                break;
            }
        }
    }

    fn deadline(&mut self) -> Option<Duration> {
        self.interface
            .poll_delay(Instant::now(), &self.sockets)
            .map(Into::into)
    }
}
