// SPDX-License-Identifier: GPL-2.0-only
//! Services for measurements: datagrams in great numbers, both ways.

use std::collections::VecDeque;

use smoltcp::socket::udp;

use super::tally::Tally;
use crate::event_log::{EventLog, Transfers};

/// What a client asks the counting service.
const QUESTION: &[u8] = b"count\n";
/// Longest datagram that the flood sends, in bytes.
const MAX_SIZE: usize = 1452;

/// Counts datagrams. `count` and a newline is a question instead: the answer has the datagrams since the last question,
/// and since the modem was plugged in its bulk transfers to and from the host, and the segments of TCP with payload and without
/// to the host, and from it.
#[derive(Debug, Default)]
pub struct Count {
    datagrams: u64,
}

impl Count {
    /// Takes what has come; whether anything had.
    pub fn serve(&mut self, socket: &mut udp::Socket, log: &EventLog, tally: Tally) -> bool {
        let mut acted = false;
        while let Ok((data, from)) = socket.recv() {
            acted = true;
            if data != QUESTION {
                self.datagrams += 1;
                continue;
            }
            let datagrams = std::mem::take(&mut self.datagrams);
            let Transfers { inward, outward } = log.transfers();
            let answer = format!("{datagrams} {inward} {outward} {tally}\n");
            // The client asks again if no answer comes.
            let _ = socket.send_slice(answer.as_bytes(), from);
        }
        acted
    }
}

/// What ends all orders.
const STOP: &[u8] = b"stop\n";

/// Takes "COUNT SIZE" and sends that many datagrams of so many bytes, as fast as the host takes them, until it gets "stop".
#[derive(Debug, Default)]
pub struct Flood {
    orders: VecDeque<Order>,
}

#[derive(Debug)]
struct Order {
    to: udp::UdpMetadata,
    rest: u64,
    size: usize,
}

impl Flood {
    /// Takes orders and sends what fits into the socket; whether it did anything.
    pub fn serve(&mut self, socket: &mut udp::Socket) -> bool {
        let mut acted = false;
        while let Ok((data, to)) = socket.recv() {
            acted = true;
            if data == STOP {
                self.orders.clear();
            }
            self.orders.extend(order(data, to));
        }
        // In turn, so that several links are busy at once.
        while socket.can_send() {
            let Some(mut order) = self.orders.pop_front() else {
                break;
            };
            let sent = socket.send(order.size, order.to).map(|data| data.fill(0));
            // The datagram does not fit into the socket: later.
            if sent.is_err() {
                self.orders.push_front(order);
                break;
            }
            acted = true;
            order.rest -= 1;
            if order.rest > 0 {
                self.orders.push_back(order);
            }
        }
        acted
    }
}

fn order(data: &[u8], to: udp::UdpMetadata) -> Option<Order> {
    let (count, size) = std::str::from_utf8(data).ok()?.trim().split_once(' ')?;
    let rest = count.parse().ok().filter(|&count| count > 0)?;
    let size = size.parse().ok().filter(|&size| size <= MAX_SIZE)?;
    Some(Order { to, rest, size })
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use smoltcp::wire::{Ipv4Packet, UdpPacket};

    use crate::addresses::AddressPlan;
    use crate::addresses::Network;
    use crate::event_log::EventLog;
    use crate::peer::{testing, Peer, Stack};

    const HOST: Ipv4Addr = Ipv4Addr::new(10, 64, 0, 2);
    const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 64, 0, 1);

    fn stack(log: EventLog) -> Stack {
        let addresses = AddressPlan::new(&Network::default(), 0).on(0);
        Stack::new(&addresses, 1, log)
    }

    fn datagram(port: u16, payload: &[u8]) -> Vec<u8> {
        testing::datagram(HOST, GATEWAY, port, payload)
    }

    /// Payloads of all that the stack sends, in the end.
    fn answers(stack: &mut Stack) -> Vec<Vec<u8>> {
        let mut answers = Vec::new();
        stack.poll();
        while let Some(bytes) = stack.receive() {
            let packet = Ipv4Packet::new_checked(&bytes).unwrap();
            let datagram = UdpPacket::new_checked(packet.payload()).unwrap();
            answers.push(datagram.payload().to_vec());
            stack.poll();
        }
        answers
    }

    #[test]
    fn a_flood_loses_nothing() {
        let mut stack = stack(EventLog::none());
        stack.send(datagram(20, b"2000 64\n"));
        let flood = answers(&mut stack);
        assert_eq!(flood.len(), 2000);
        assert!(flood.iter().all(|payload| payload.len() == 64));
    }

    #[test]
    fn a_flood_can_be_stopped() {
        let mut stack = stack(EventLog::none());
        stack.send(datagram(20, b"1000000 64\n"));
        stack.poll();
        assert!(stack.receive().is_some());
        stack.send(datagram(20, b"stop\n"));
        assert!(answers(&mut stack).len() < 1000);
    }

    #[test]
    fn what_is_no_order_is_ignored() {
        let mut stack = stack(EventLog::none());
        for order in ["0 64", "5", "5 9999", "many 64", "-1 1"] {
            stack.send(datagram(20, order.as_bytes()));
        }
        assert!(answers(&mut stack).is_empty());
    }

    #[test]
    fn questions_are_not_counted() {
        let log = EventLog::none();
        log.bulk(true, &[], |_, _| serde_json::Value::Null);
        let mut stack = stack(log);
        for _ in 0..1500 {
            stack.send(datagram(9, &[0; 64]));
        }
        stack.send(datagram(9, b"count\n"));
        stack.send(datagram(9, b"count\n"));
        let wanted = ["1500 1 0 0 0 0 0\n", "0 1 0 0 0 0 0\n"].map(|text| text.as_bytes().to_vec());
        assert_eq!(answers(&mut stack), wanted);
    }
}
