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
    /// Bytes of the largest packet that passes; none if all do.
    pub mtu: Option<u16>,
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
        bearers.start(NO_CLIENT, 0, IpFamily::V4, None);
        bearers
    }

    /// Starts a session on a link, or returns `None` if the client has one already.
    pub fn start(
        &mut self,
        client: u8,
        mux: u8,
        family: IpFamily,
        mtu: Option<u16>,
    ) -> Option<Bearer> {
        if self.of(client).is_some() {
            return None;
        }
        self.started = self.started.wrapping_add(1);
        let bearer = Bearer {
            handle: 0x8700_0000 | (self.started & 0xff_ffff),
            client,
            mux,
            family,
            mtu,
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

    /// Has a packet of `length` bytes pass on the link: there is a bearer of its family, which counts it.
    ///
    /// # Errors
    /// Why it does not pass.
    pub fn carry(
        &mut self,
        direction: Direction,
        mux: u8,
        family: IpFamily,
        length: usize,
    ) -> Result<(), &'static str> {
        let mut bearers = self.active.iter_mut();
        let bearer = bearers.find(|b| b.mux == mux && b.family == family);
        let bearer = bearer.ok_or(match mux {
            0 => "no bearer of its family",
            _ => "no bearer of its family and mux id",
        })?;
        if bearer.mtu.is_some_and(|mtu| length > mtu.into()) {
            return Err("longer than the MTU");
        }
        let counter = match direction {
            Direction::Up => &mut bearer.up,
            Direction::Down => &mut bearer.down,
        };
        counter.packets = counter.packets.wrapping_add(1);
        counter.bytes = counter.bytes.wrapping_add(length as u64);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_pass_only_on_a_bearer_of_their_link_and_family() {
        let mut bearers = Bearers::default();
        let up = |bearers: &mut Bearers, mux, family| {
            let carried = bearers.carry(Direction::Up, mux, family, 10);
            carried.is_ok()
        };
        assert!(!up(&mut bearers, 0, IpFamily::V4));
        let bearer = bearers.start(3, 0, IpFamily::V4, None).unwrap();
        assert_ne!(bearer.handle, 0);
        assert_eq!(bearers.start(3, 0, IpFamily::V6, None), None);
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
        let mut carry = |family| bearers.carry(Direction::Up, 0, family, 10).is_ok();
        assert!(carry(IpFamily::V4));
        assert!(!carry(IpFamily::V6));
        assert!(bearers.start(1, 0, IpFamily::V6, None).is_some());
    }

    #[test]
    fn what_is_longer_than_the_mtu_does_not_pass() {
        let mut bearers = Bearers::default();
        bearers.start(1, 7, IpFamily::V6, Some(1280)).unwrap();
        let mut carry = |length| bearers.carry(Direction::Down, 7, IpFamily::V6, length);
        assert_eq!(carry(1280), Ok(()));
        assert_eq!(carry(1281), Err("longer than the MTU"));
        assert_eq!(bearers.of(1).unwrap().down.packets, 1);
    }

    #[test]
    fn two_families_share_a_link_and_count_apart() {
        let mut bearers = Bearers::default();
        bearers.start(1, 7, IpFamily::V4, None).unwrap();
        bearers.start(2, 7, IpFamily::V6, None).unwrap();
        let mut carry = |direction, family, length| bearers.carry(direction, 7, family, length);
        carry(Direction::Up, IpFamily::V4, 100).unwrap();
        carry(Direction::Down, IpFamily::V6, 60).unwrap();
        let count = |packets, bytes| Counter { packets, bytes };
        let (v4, v6) = (bearers.of(1).unwrap(), bearers.of(2).unwrap());
        assert_eq!((v4.up, v4.down), (count(1, 100), count(0, 0)));
        assert_eq!((v6.up, v6.down), (count(0, 0), count(1, 60)));
    }
}
