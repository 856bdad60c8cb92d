// SPDX-License-Identifier: GPL-2.0-only
//! Started data sessions: packets flow only over these.

use crate::link_layer::IpFamily;

/// Client ids begin with 1.
const NO_CLIENT: u8 = 0;

/// A way of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the host to the network.
    Up,
    /// From the network to the host.
    Down,
}

impl Direction {
    /// Its name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// Packets and bytes in one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counter {
    /// Packets carried.
    pub packets: u32,
    /// Bytes carried, with IP headers.
    pub bytes: u64,
}

/// One data session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bearer {
    /// Packet data handle; never 0.
    pub handle: u32,
    /// WDS client that started it.
    pub client: u8,
    /// Mux id of its link; 0 is the link without one.
    pub mux: u8,
    /// What it carries.
    pub family: IpFamily,
    /// What went to the network.
    pub up: Counter,
    /// What came from it.
    pub down: Counter,
}

/// All data sessions of the modem.
#[derive(Debug, Default)]
pub struct Bearers {
    active: Vec<Bearer>,
    started: u32,
}

impl Bearers {
    /// What a modem has that connects by itself: an IPv4 session that no client started, on the link without mux id.
    pub fn autoconnected() -> Self {
        let mut bearers = Self::default();
        bearers.start(NO_CLIENT, 0, IpFamily::V4);
        bearers
    }

    /// Starts a session on a link, or returns `None` if the client has one already.
    pub fn start(&mut self, client: u8, mux: u8, family: IpFamily) -> Option<Bearer> {
        if self.of(client).is_some() {
            return None;
        }
        self.started = self.started.wrapping_add(1);
        let bearer = Bearer {
            handle: 0x8700_0000 | (self.started & 0xff_ffff),
            client,
            mux,
            family,
            up: Counter::default(),
            down: Counter::default(),
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
    pub fn stop_all(&mut self) -> Vec<Bearer> {
        std::mem::take(&mut self.active)
    }

    /// Whether a packet of `length` bytes may pass on the link: there is a bearer of its family, which counts it.
    pub fn carry(
        &mut self,
        direction: Direction,
        mux: u8,
        family: IpFamily,
        length: usize,
    ) -> bool {
        let mut bearers = self.active.iter_mut();
        let Some(bearer) = bearers.find(|b| b.mux == mux && b.family == family) else {
            return false;
        };
        let counter = match direction {
            Direction::Up => &mut bearer.up,
            Direction::Down => &mut bearer.down,
        };
        counter.packets = counter.packets.wrapping_add(1);
        counter.bytes = counter.bytes.wrapping_add(length as u64);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_pass_only_on_a_bearer_of_their_link_and_family() {
        let mut bearers = Bearers::default();
        let up = |bearers: &mut Bearers, mux, family| bearers.carry(Direction::Up, mux, family, 10);
        assert!(!up(&mut bearers, 0, IpFamily::V4));
        let bearer = bearers.start(3, 0, IpFamily::V4).unwrap();
        assert_ne!(bearer.handle, 0);
        assert_eq!(bearers.start(3, 0, IpFamily::V6), None);
        assert!(up(&mut bearers, 0, IpFamily::V4));
        assert!(!up(&mut bearers, 0, IpFamily::V6));
        assert!(!up(&mut bearers, 1, IpFamily::V4));
        assert!(bearers.stop(3).is_some());
        assert!(bearers.stop(3).is_none());
        assert!(!up(&mut bearers, 0, IpFamily::V4));
    }

    #[test]
    fn a_modem_may_connect_by_itself() {
        let mut bearers = Bearers::autoconnected();
        assert!(bearers.carry(Direction::Up, 0, IpFamily::V4, 10));
        assert!(!bearers.carry(Direction::Up, 0, IpFamily::V6, 10));
        assert!(bearers.start(1, 0, IpFamily::V6).is_some());
    }

    #[test]
    fn two_families_share_a_link_and_count_apart() {
        let mut bearers = Bearers::default();
        bearers.start(1, 7, IpFamily::V4).unwrap();
        bearers.start(2, 7, IpFamily::V6).unwrap();
        assert!(bearers.carry(Direction::Up, 7, IpFamily::V4, 100));
        assert!(bearers.carry(Direction::Down, 7, IpFamily::V6, 60));
        let count = |packets, bytes| Counter { packets, bytes };
        let (v4, v6) = (bearers.of(1).unwrap(), bearers.of(2).unwrap());
        assert_eq!((v4.up, v4.down), (count(1, 100), count(0, 0)));
        assert_eq!((v6.up, v6.down), (count(0, 0), count(1, 60)));
    }
}
