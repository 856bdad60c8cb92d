// SPDX-License-Identifier: GPL-2.0-only
//! Services for measurements: datagrams in great numbers, both ways.

use std::collections::VecDeque;

use smoltcp::socket::udp;

use crate::event_log::EventLog;

/// What a client asks the counting service.
const QUESTION: &[u8] = b"count\n";
/// Longest datagram that the flood sends, in bytes.
const MAX_SIZE: usize = 1452;

/// Counts datagrams. `count` and a newline is a question instead: the answer has the datagrams since the last question,
/// and the modem's bulk transfers to and from the host since it was plugged in.
#[derive(Debug, Default)]
pub struct Count {
    datagrams: u64,
}

impl Count {
    /// Takes what has come; whether anything had.
    pub fn serve(&mut self, socket: &mut udp::Socket, log: &EventLog) -> bool {
        let mut acted = false;
        while let Ok((data, from)) = socket.recv() {
            acted = true;
            if data != QUESTION {
                self.datagrams += 1;
                continue;
            }
            let datagrams = std::mem::take(&mut self.datagrams);
            let transfers = log.transfers();
            let answer = format!("{datagrams} {} {}\n", transfers.inward, transfers.outward);
            // The client asks again if it hears nothing.
            let _ = socket.send_slice(answer.as_bytes(), from);
        }
        acted
    }
}

/// Takes "COUNT SIZE" and sends that many datagrams of so many bytes, as fast as the host takes them.
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
    /// Takes orders and sends what there is room for; whether it did anything.
    pub fn serve(&mut self, socket: &mut udp::Socket) -> bool {
        let mut acted = false;
        while let Ok((data, to)) = socket.recv() {
            acted = true;
            self.orders.extend(order(data, to));
        }
        // In turn, so that several links are busy at once.
        while socket.can_send() {
            let Some(mut order) = self.orders.pop_front() else {
                break;
            };
            let sent = socket.send(order.size, order.to).map(|data| data.fill(0));
            // No room for as long a datagram as this one: later.
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
