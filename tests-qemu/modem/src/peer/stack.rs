// SPDX-License-Identifier: GPL-2.0-only
//! An IP peer inside the process: it answers pings and has small services to measure with.

use std::time::Duration;

use smoltcp::iface::{Config, Interface, PollResult, SocketSet};
use smoltcp::wire::{HardwareAddress, IpCidr};

use super::api::Peer;
use super::clock::Clock;
use super::queue::Queue;
use super::services::Services;
use super::tally::Tally;
use crate::addresses::{Addresses, IPV4_PREFIX, IPV6_PREFIX};
use crate::event_log::EventLog;
use crate::hostile::Cases;

/// A stack that owns the gateway's addresses and takes packets to any other.
pub struct Stack {
    queue: Queue,
    interface: Interface,
    sockets: SocketSet<'static>,
    services: Services,
    clock: Clock,
    tally: Tally,
}

impl Stack {
    /// A stack with its services; `seed` determines what the source sends.
    pub fn new(addresses: &Addresses, seed: u64, log: EventLog) -> Self {
        Self::with_clock(addresses, seed, log, Clock::usual())
    }

    /// A stack with another clock than the host's.
    pub fn with_clock(addresses: &Addresses, seed: u64, log: EventLog, clock: Clock) -> Self {
        let mut queue = Queue::new(addresses.mtu);
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = seed;
        let mut interface = Interface::new(config, &mut queue, clock.now());
        let own = [
            IpCidr::new(addresses.ipv4_gateway.into(), IPV4_PREFIX),
            IpCidr::new(addresses.ipv6_gateway.into(), IPV6_PREFIX),
        ];
        interface.update_ip_addrs(|list| {
            for address in own {
                // Two addresses always fit: the stack is built for eight.
                let _ = list.push(address);
            }
        });
        // Routes through itself make the stack take packets for any address: the Internet, so to say.
        interface.set_any_ip(true);
        let routes = interface.routes_mut();
        let _ = routes.add_default_ipv4_route(addresses.ipv4_gateway);
        let _ = routes.add_default_ipv6_route(addresses.ipv6_gateway);
        let mut sockets = SocketSet::new(Vec::new());
        let mut services = Services::new(&mut sockets, addresses, seed, log, clock);
        // Now they listen.
        services.serve(&mut sockets, interface.context(), Tally::default());
        Self {
            queue,
            interface,
            sockets,
            services,
            clock,
            tally: Tally::default(),
        }
    }
}

impl Peer for Stack {
    fn send(&mut self, packet: Vec<u8>) {
        self.tally.up.count(&packet);
        self.queue.up.push_back(packet);
    }

    fn receive(&mut self) -> Option<Vec<u8>> {
        let packet = self.queue.down.pop_front()?;
        self.tally.down.count(&packet);
        Some(packet)
    }

    fn verbatim(&mut self) -> Option<Vec<u8>> {
        self.services.verbatim(&mut self.sockets)
    }

    fn hostile(&mut self) -> Option<Cases> {
        self.services.hostile(&mut self.sockets)
    }

    fn poll(&mut self) {
        // A service that has acted may have given the stack something to send, and the other way round.
        loop {
            let now = self.clock.now();
            let stack = self.interface.poll(now, &mut self.queue, &mut self.sockets);
            let context = self.interface.context();
            let acted = self.services.serve(&mut self.sockets, context, self.tally);
            if stack == PollResult::None && !acted {
                break;
            }
        }
    }

    fn deadline(&mut self) -> Option<Duration> {
        if self.queue.is_full() {
            // Only the host can help now, and its requests are seen.
            return None;
        }
        self.interface
            .poll_delay(self.clock.now(), &self.sockets)
            .map(|delay| self.clock.on_host(delay))
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use sha2::{Digest, Sha256};
    use smoltcp::socket::tcp;
    use smoltcp::time::Instant;

    use super::*;
    use crate::addresses::AddressPlan;
    use crate::addresses::Network;
    use crate::hex;

    /// Rounds of packets to and fro before a test gives up.
    const PATIENCE: usize = 100_000;

    /// A stack in the place of the guest's, with one connection.
    struct Client {
        peer: Stack,
        queue: Queue,
        interface: Interface,
        sockets: SocketSet<'static>,
        connection: smoltcp::iface::SocketHandle,
    }

    impl Client {
        fn connect(own: IpAddr, gateway: IpAddr, port: u16) -> Self {
            let addresses = AddressPlan::new(&Network::default(), 0).on(0);
            let mut queue = Queue::new(addresses.mtu);
            let config = Config::new(HardwareAddress::Ip);
            let mut interface = Interface::new(config, &mut queue, Instant::now());
            interface.update_ip_addrs(|list| list.push(IpCidr::new(own.into(), 30)).unwrap());
            let buffer = || tcp::SocketBuffer::new(vec![0; 65_536]);
            let mut socket = tcp::Socket::new(buffer(), buffer());
            socket
                .connect(interface.context(), (gateway, port), 50_000)
                .unwrap();
            let mut sockets = SocketSet::new(Vec::new());
            Self {
                peer: Stack::new(&addresses, 7, EventLog::none()),
                queue,
                interface,
                connection: sockets.add(socket),
                sockets,
            }
        }

        /// Sends all of `data`, closes, and returns all that comes.
        fn exchange(&mut self, mut data: &[u8]) -> Vec<u8> {
            let mut received = Vec::new();
            for _ in 0..PATIENCE {
                let now = Instant::now();
                self.interface.poll(now, &mut self.queue, &mut self.sockets);
                while let Some(packet) = self.queue.down.pop_front() {
                    self.peer.send(packet);
                }
                self.peer.poll();
                while let Some(packet) = self.peer.receive() {
                    self.queue.up.push_back(packet);
                }
                let socket: &mut tcp::Socket = self.sockets.get_mut(self.connection);
                if socket.can_send() && !data.is_empty() {
                    let sent = socket.send_slice(data).unwrap();
                    data = &data[sent..];
                }
                while socket.can_recv() {
                    let part = socket.recv(|bytes| (bytes.len(), bytes.to_vec()));
                    received.extend(part.unwrap());
                }
                if data.is_empty() && socket.may_send() {
                    socket.close();
                }
                if !socket.may_recv() && socket.state() != tcp::State::SynSent {
                    return received;
                }
            }
            panic!("no end after {PATIENCE} rounds, {} bytes", received.len());
        }
    }

    fn over_ipv4(port: u16) -> Client {
        let own = IpAddr::from([10, 64, 0, 2]);
        Client::connect(own, IpAddr::from([10, 64, 0, 1]), port)
    }

    #[test]
    fn the_sink_answers_with_the_checksum() {
        let data: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
        let expected = format!("{}\n", hex::encode(&Sha256::digest(&data)));
        assert_eq!(over_ipv4(9).exchange(&data), expected.as_bytes());
    }

    #[test]
    fn the_source_sends_the_same_bytes_for_the_same_seed() {
        let long = over_ipv4(19).exchange(b"100001\n");
        let short = over_ipv4(19).exchange(b"50000\n");
        assert_eq!((long.len(), short.len()), (100_001, 50_000));
        assert_eq!(long[..50_000], short);
        assert!(over_ipv4(19).exchange(b"many\n").is_empty());
    }

    #[test]
    fn the_echo_works_over_ipv6_too() {
        let own = IpAddr::from([0x2001, 0xdb8, 0x64, 0, 0, 0, 0, 2]);
        let gateway = IpAddr::from([0x2001, 0xdb8, 0x64, 0, 0, 0, 0, 1]);
        let mut client = Client::connect(own, gateway, 7);
        assert_eq!(client.exchange(b"hello"), b"hello");
    }
}
