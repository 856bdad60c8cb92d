// SPDX-License-Identifier: GPL-2.0-only
//! The stack's network device: two queues of packets.

use std::collections::VecDeque;

use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;

/// Packets that may wait for the host before the stack has to pause.
const LIMIT: usize = 256;

/// Packets on their way between host and stack.
#[derive(Debug)]
pub struct Queue {
    /// From the host.
    pub up: VecDeque<Vec<u8>>,
    /// To the host.
    pub down: VecDeque<Vec<u8>>,
    mtu: usize,
}

impl Queue {
    /// Empty queues for packets of at most `mtu` bytes.
    pub fn new(mtu: u16) -> Self {
        Self {
            up: VecDeque::new(),
            down: VecDeque::new(),
            mtu: mtu.into(),
        }
    }

    /// Whether the stack has to pause until the host has taken something.
    pub fn is_full(&self) -> bool {
        self.down.len() >= LIMIT
    }
}

/// A packet from the host.
pub struct Arrived(Vec<u8>);

impl RxToken for Arrived {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

/// Leave to queue a packet for the host.
pub struct Transmit<'a>(&'a mut VecDeque<Vec<u8>>);

impl TxToken for Transmit<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, f: F) -> R {
        let mut packet = vec![0; length];
        let result = f(&mut packet);
        self.0.push_back(packet);
        result
    }
}

impl Device for Queue {
    type RxToken<'a> = Arrived;
    type TxToken<'a> = Transmit<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Arrived, Transmit<'_>)> {
        if self.is_full() {
            return None;
        }
        let packet = self.up.pop_front()?;
        Some((Arrived(packet), Transmit(&mut self.down)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Transmit<'_>> {
        (!self.is_full()).then_some(Transmit(&mut self.down))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = self.mtu;
        capabilities
    }
}
