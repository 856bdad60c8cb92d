// SPDX-License-Identifier: GPL-2.0-only
//! Packets for the host in bursts, as a radio delivers them: so that how many come at once does not depend on which of
//! the host's processes runs first.

use std::collections::VecDeque;
use std::os::fd::RawFd;
use std::time::{Duration, Instant};

use super::api::Peer;
use crate::hostile::Cases;

/// Packets of a burst.
const PACKETS: usize = 32;
/// Bytes of a burst: ten full packets.
const BYTES: usize = 15_000;
/// How long a packet waits for others.
const SLOT: Duration = Duration::from_millis(1);

/// A peer whose packets to the host are held until a burst is complete, or the first has waited long enough.
pub struct Bursts {
    peer: Box<dyn Peer>,
    held: VecDeque<Vec<u8>>,
    /// When the first of those that are held came.
    since: Option<Instant>,
    /// How many of those that are held may go.
    released: usize,
    /// The host wanted what is held before it was due, and will not ask again by itself.
    refused: bool,
}

impl Bursts {
    /// Holds what `peer` sends.
    pub fn new(peer: Box<dyn Peer>) -> Self {
        Self {
            peer,
            held: VecDeque::new(),
            since: None,
            released: 0,
            refused: false,
        }
    }

    fn is_complete(&self) -> bool {
        self.held.len() >= PACKETS || self.held.iter().map(Vec::len).sum::<usize>() >= BYTES
    }

    fn gather(&mut self) {
        while !self.is_complete() {
            let Some(packet) = self.peer.receive() else {
                return;
            };
            self.since.get_or_insert_with(Instant::now);
            self.held.push_back(packet);
        }
    }

    fn is_due(&self) -> bool {
        self.is_complete() || self.since.is_some_and(|since| since.elapsed() >= SLOT)
    }
}

impl Peer for Bursts {
    fn send(&mut self, packet: Vec<u8>) {
        self.peer.send(packet);
    }

    fn receive(&mut self) -> Option<Vec<u8>> {
        if self.released == 0 {
            self.gather();
            self.refused = !self.is_due();
            if self.refused {
                return None;
            }
            self.released = self.held.len();
            self.since = None;
        }
        let packet = self.held.pop_front()?;
        self.released -= 1;
        Some(packet)
    }

    fn verbatim(&mut self) -> Option<Vec<u8>> {
        self.peer.verbatim()
    }

    fn hostile(&mut self) -> Option<Cases> {
        self.peer.hostile()
    }

    fn poll(&mut self) {
        self.peer.poll();
        // Now it is for the host to take it, and it does so when it can.
        self.refused &= !self.is_due();
    }

    fn deadline(&mut self) -> Option<Duration> {
        let slot = self.since.filter(|_| self.refused);
        let slot = slot.map(|since| SLOT.saturating_sub(since.elapsed()));
        [slot, self.peer.deadline()].into_iter().flatten().min()
    }

    fn readable(&self) -> Option<RawFd> {
        self.peer.readable()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Has these packets.
    struct Fixed(VecDeque<Vec<u8>>);

    impl Peer for Fixed {
        fn send(&mut self, packet: Vec<u8>) {
            self.0.push_back(packet);
        }

        fn receive(&mut self) -> Option<Vec<u8>> {
            self.0.pop_front()
        }

        fn poll(&mut self) {}
    }

    fn bursts(count: usize, length: usize) -> Bursts {
        Bursts::new(Box::new(Fixed(VecDeque::from(vec![
            vec![0; length];
            count
        ]))))
    }

    fn now(bursts: &mut Bursts) -> usize {
        std::iter::from_fn(|| bursts.receive()).count()
    }

    #[test]
    fn what_is_complete_goes_at_once() {
        assert_eq!(now(&mut bursts(25, 1500)), 20);
        assert_eq!(now(&mut bursts(70, 60)), 64);
    }

    #[test]
    fn what_is_not_waits_for_a_slot() {
        let mut bursts = bursts(1, 60);
        assert_eq!(bursts.deadline(), None);
        assert_eq!(now(&mut bursts), 0);
        let wait = bursts.deadline().unwrap_or_default();
        assert!(wait <= SLOT);
        std::thread::sleep(SLOT);
        assert_eq!(bursts.deadline(), Some(Duration::ZERO));
        bursts.poll();
        assert_eq!(bursts.deadline(), None, "it waits for the host now");
        assert_eq!(now(&mut bursts), 1);
        assert_eq!(bursts.deadline(), None);
    }
}
