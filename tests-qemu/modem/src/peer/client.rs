// SPDX-License-Identifier: GPL-2.0-only
//! A client behind a router: it uses the services of another peer, as the router itself tells it.

use std::net::IpAddr;

use smoltcp::iface::{Context, SocketHandle, SocketSet};
use smoltcp::socket::{tcp, udp};

use super::clock::Clock;
use super::sockets::{half_closed, small, stream_socket, SINK, SOURCE};

const PORT: u16 = 23;
/// Own ports, taken in turn.
const FIRST_PORT: u16 = 40_000;
const LAST_PORT: u16 = 49_999;

/// Takes "down BYTES ADDRESS" or "up BYTES ADDRESS", downloads so much from the source at the address, or uploads it to the
/// sink there, and answers "done BYTES" with the bytes that came, or that the sink has acknowledged. One after the other.
pub struct Client {
    orders: SocketHandle,
    connection: SocketHandle,
    job: Option<Job>,
    own_port: u16,
}

struct Job {
    asker: udp::UdpMetadata,
    down: bool,
    server: IpAddr,
    bytes: u64,
    /// The source has been told how much to send.
    asked: bool,
    /// Bytes that were sent or received.
    moved: u64,
    /// The sink has said that it has all.
    acknowledged: bool,
}

impl Client {
    /// Takes orders in a socket of its own.
    pub fn new(sockets: &mut SocketSet<'static>, clock: Clock) -> Self {
        Self {
            orders: sockets.add(small(PORT)),
            connection: sockets.add(stream_socket(clock)),
            job: None,
            own_port: FIRST_PORT,
        }
    }

    /// Does what can be done; whether it was anything.
    pub fn serve(&mut self, sockets: &mut SocketSet<'static>, context: &mut Context) -> bool {
        let Some(job) = &mut self.job else {
            return self.begin(sockets, context);
        };
        let socket = sockets.get_mut(self.connection);
        let acted = if job.down {
            job.download(socket)
        } else {
            job.upload(socket)
        };
        if socket.may_send() || socket.may_recv() || socket.state() == tcp::State::SynSent {
            return acted;
        }
        let answer = format!("done {}\n", job.result());
        let orders: &mut udp::Socket = sockets.get_mut(self.orders);
        // The one that asked sees that no answer comes.
        let _ = orders.send_slice(answer.as_bytes(), job.asker);
        self.job = None;
        true
    }

    fn begin(&mut self, sockets: &mut SocketSet<'static>, context: &mut Context) -> bool {
        let orders: &mut udp::Socket = sockets.get_mut(self.orders);
        let Ok((data, asker)) = orders.recv() else {
            return false;
        };
        let Some(job) = Job::ordered(data, asker) else {
            return true;
        };
        self.own_port = match self.own_port {
            LAST_PORT => FIRST_PORT,
            port => port + 1,
        };
        let socket: &mut tcp::Socket = sockets.get_mut(self.connection);
        // Of the last one, if that has not ended.
        socket.abort();
        let port = if job.down { SOURCE } else { SINK };
        let connected = socket.connect(context, (job.server, port), self.own_port);
        self.job = connected.is_ok().then_some(job);
        true
    }
}

impl Job {
    fn ordered(data: &[u8], asker: udp::UdpMetadata) -> Option<Self> {
        let words = std::str::from_utf8(data).ok()?.split_whitespace();
        let [way, bytes, server] = words.collect::<Vec<_>>()[..].try_into().ok()?;
        Some(Self {
            asker,
            down: match way {
                "down" => true,
                "up" => false,
                _ => return None,
            },
            server: server.parse().ok()?,
            bytes: bytes.parse().ok()?,
            asked: false,
            moved: 0,
            acknowledged: false,
        })
    }

    fn result(&self) -> u64 {
        match self.down || self.acknowledged {
            true => self.moved,
            false => 0,
        }
    }

    fn download(&mut self, socket: &mut tcp::Socket) -> bool {
        if !self.asked {
            let order = format!("{}\n", self.bytes);
            self.asked = socket.may_send() && socket.send_slice(order.as_bytes()).is_ok();
            return self.asked;
        }
        let taken = socket.recv(|data| (data.len(), data.len())).unwrap_or(0);
        self.moved += taken as u64;
        if half_closed(socket) {
            socket.close();
            return true;
        }
        taken > 0
    }

    fn upload(&mut self, socket: &mut tcp::Socket) -> bool {
        let rest = self.bytes - self.moved;
        if rest > 0 {
            let sent = socket.send(|buffer| {
                let length = buffer
                    .len()
                    .min(usize::try_from(rest).unwrap_or(usize::MAX));
                buffer[..length].fill(0);
                (length, length)
            });
            let sent = sent.unwrap_or(0) as u64;
            self.moved += sent;
            if self.moved == self.bytes {
                socket.close();
            }
            return sent > 0;
        }
        let taken = socket.recv(|data| {
            self.acknowledged |= data.ends_with(b"\n");
            (data.len(), data.len())
        });
        taken.is_ok_and(|length| length > 0)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use smoltcp::wire::{Ipv4Packet, UdpPacket};

    use super::*;
    use crate::addresses::AddressPlan;
    use crate::addresses::Network;
    use crate::event_log::EventLog;
    use crate::peer::{testing, Peer, Stack};

    const ROUTER: Ipv4Addr = Ipv4Addr::new(10, 64, 8, 2);
    const CLIENT: Ipv4Addr = Ipv4Addr::new(10, 64, 8, 1);

    fn stack(unit: u8) -> Stack {
        let addresses = AddressPlan::new(&Network::default(), unit).on(0);
        Stack::new(&addresses, 1, EventLog::none())
    }

    /// Carries packets between both until nothing is sent any more; what the client has answered to the router.
    fn carried_out(text: &str) -> Vec<String> {
        let (mut client, mut server) = (stack(8), stack(0));
        let mut answers = Vec::new();
        client.send(testing::datagram(ROUTER, CLIENT, PORT, text.as_bytes()));
        loop {
            client.poll();
            let mut idle = true;
            while let Some(bytes) = client.receive() {
                idle = false;
                let packet = Ipv4Packet::new_checked(&bytes).unwrap();
                if packet.dst_addr() == ROUTER {
                    let datagram = UdpPacket::new_checked(packet.payload()).unwrap();
                    answers.push(String::from_utf8(datagram.payload().to_vec()).unwrap());
                } else {
                    server.send(bytes);
                }
            }
            server.poll();
            while let Some(bytes) = server.receive() {
                idle = false;
                client.send(bytes);
            }
            if idle && !answers.is_empty() {
                return answers;
            }
        }
    }

    #[test]
    fn it_downloads_and_uploads() {
        for way in ["down", "up"] {
            let answers = carried_out(&format!("{way} 300000 10.64.0.1\n"));
            assert_eq!(answers, ["done 300000\n"], "{way}");
        }
    }
}
