// SPDX-License-Identifier: GPL-2.0-only
//! Started data sessions: packets flow only over these.

use crate::link_layer::IpFamily;

/// A way of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the host to the network.
    Up,
    /// From the network to the host.
    Down,
}

/// Packets and bytes in one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counter {
    /// Packets carried.
    pub packets: u32,
    /// Bytes carried, with IP headers.
    pub bytes: u64,
    /// Packets that found no bearer of their family.
    pub dropped: u32,
}

/// One data session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bearer {
    /// Packet data handle; never 0.
    pub handle: u32,
    /// WDS client that started it.
    pub client: u8,
    /// What it carries.
    pub family: IpFamily,
}

/// All data sessions of the modem.
#[derive(Debug, Default)]
pub struct Bearers {
    active: Vec<Bearer>,
    started: u32,
    up: Counter,
    down: Counter,
}

impl Bearers {
    /// Starts a session, or returns `None` if the client has one already.
    pub fn start(&mut self, client: u8, family: IpFamily) -> Option<Bearer> {
        if self.of(client).is_some() {
            return None;
        }
        self.started = self.started.wrapping_add(1);
        let bearer = Bearer {
            handle: 0x8700_0000 | (self.started & 0xff_ffff),
            client,
            family,
        };
        self.active.push(bearer);
        Some(bearer)
    }

    /// The client's session.
    pub fn of(&self, client: u8) -> Option<Bearer> {
        self.active.iter().find(|b| b.client == client).copied()
    }

    /// Ends the client's session.
    pub fn stop(&mut self, client: u8) -> Option<Bearer> {
        let place = self.active.iter().position(|b| b.client == client)?;
        Some(self.active.remove(place))
    }

    /// Ends all sessions.
    pub fn stop_all(&mut self) {
        self.active.clear();
    }

    /// Whether a packet of `family` may pass; counts it either way.
    pub fn carry(&mut self, direction: Direction, family: IpFamily, length: usize) -> bool {
        let open = self.active.iter().any(|b| b.family == family);
        let counter = match direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        };
        if open {
            counter.packets = counter.packets.wrapping_add(1);
            counter.bytes = counter.bytes.wrapping_add(length as u64);
        } else {
            counter.dropped = counter.dropped.wrapping_add(1);
        }
        open
    }

    /// What went in `direction` so far.
    pub fn counter(&self, direction: Direction) -> Counter {
        match direction {
            Direction::Up => self.up,
            Direction::Down => self.down,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_pass_only_on_a_bearer_of_their_family() {
        let mut bearers = Bearers::default();
        assert!(!bearers.carry(Direction::Up, IpFamily::V4, 100));
        let bearer = bearers.start(3, IpFamily::V4).unwrap();
        assert_ne!(bearer.handle, 0);
        assert_eq!(bearers.start(3, IpFamily::V6), None);
        assert!(bearers.carry(Direction::Up, IpFamily::V4, 100));
        assert!(!bearers.carry(Direction::Up, IpFamily::V6, 100));
        let count = bearers.counter(Direction::Up);
        assert_eq!((count.packets, count.bytes, count.dropped), (1, 100, 2));
        assert_eq!(bearers.stop(3), Some(bearer));
        assert_eq!(bearers.stop(3), None);
    }
}
