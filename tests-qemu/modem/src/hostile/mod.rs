// SPDX-License-Identifier: GPL-2.0-only
//! What a modem can do wrong. A seed and a number determine what it is; each wrong has a name, and says what it did.

pub mod checksums;
pub mod control;
pub mod descriptors;
pub mod disorder;
pub mod failures;
pub mod flood;
pub mod frames;
pub mod presence;

use std::fmt;

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use smoltcp::wire::{IpProtocol, Ipv4Packet, UdpPacket};

/// The generator of all choices: portable, so that a seed means the same everywhere.
pub type Random = ChaCha8Rng;

/// One case: what is done wrong in it depends on nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Case {
    /// The run's seed.
    pub seed: u64,
    /// The case's number.
    pub number: u64,
}

impl Case {
    /// Where this case's choices come from.
    pub fn random(self) -> Random {
        let mut random = Random::seed_from_u64(self.seed);
        random.set_stream(self.number);
        random
    }
}

/// Cases with successive numbers; none by default.
#[derive(Debug, Clone, Default)]
pub struct Cases {
    next: Case,
    left: u64,
}

impl Cases {
    /// `count` cases, beginning with `first`.
    pub fn new(first: Case, count: u64) -> Self {
        Self {
            next: first,
            left: count,
        }
    }
}

impl Iterator for Cases {
    type Item = Case;

    fn next(&mut self) -> Option<Case> {
        self.left = self.left.checked_sub(1)?;
        let case = self.next;
        self.next.number = case.number.wrapping_add(1);
        Some(case)
    }
}

/// Cases among packets: before each, a number of packets of its choice stay as they are.
#[derive(Debug)]
struct Pace {
    cases: Cases,
    /// The next case, and the packets that are still to come before it.
    next: Option<(Case, u64)>,
}

impl Pace {
    /// Packets before a case are at most as many.
    const MOST: u64 = 20;

    fn new(cases: Cases) -> Self {
        let mut pace = Self { cases, next: None };
        pace.draw();
        pace
    }

    /// Counts a packet; the case, if it is this packet's turn, which then lasts until the next is drawn.
    fn due(&mut self) -> Option<Case> {
        let (case, before) = self.next.as_mut()?;
        if *before > 0 {
            *before -= 1;
            return None;
        }
        Some(*case)
    }

    fn draw(&mut self) {
        let case = self.cases.next();
        self.next = case.map(|case| (case, case.random().random_range(0..=Self::MOST)));
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Which of the kinds.
    pub kind: &'static str,
    /// What exactly.
    pub what: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.what)
    }
}

/// Makes one thing wrong and says what; `None` if `T` has nothing that could be wrong in this way.
type Change<T> = fn(&mut T, &mut Random) -> Option<String>;

/// A [`Change`] and its name.
type Kind<T> = (&'static str, Change<T>);

/// Makes one of `kinds` wrong, if there is one that can be.
fn change<T>(kinds: &[Kind<T>], target: &mut T, random: &mut Random) -> Option<Wrong> {
    // Almost every kind fits; one that does not is drawn again.
    (0..kinds.len()).find_map(|_| {
        let (kind, change) = kinds.choose(random)?;
        let what = change(target, random)?;
        Some(Wrong { kind, what })
    })
}

/// One of `values`.
fn any<T: Copy>(values: &[T], random: &mut Random) -> T {
    values[random.random_range(0..values.len())]
}

/// `length` bytes without meaning.
fn noise(length: usize, random: &mut Random) -> Vec<u8> {
    let mut bytes = vec![0; length];
    random.fill(&mut bytes[..]);
    bytes
}

/// The text of a datagram over IPv4 to this port: an order to the modem itself, not to the network behind it.
fn order(packet: &[u8], port: u16) -> Option<&str> {
    let packet = Ipv4Packet::new_checked(packet).ok()?;
    if packet.next_header() != IpProtocol::Udp {
        return None;
    }
    let datagram = UdpPacket::new_checked(packet.payload()).ok()?;
    if datagram.dst_port() != port {
        return None;
    }
    std::str::from_utf8(datagram.payload()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_always_the_same_and_like_no_other() {
        let draw = |seed, number| Case { seed, number }.random().random::<u64>();
        assert_eq!(draw(1, 2), draw(1, 2));
        assert_ne!(draw(1, 2), draw(1, 3));
        assert_ne!(draw(1, 2), draw(2, 2));
        // A seed that was noted must not change its meaning with the library.
        assert_eq!(draw(1, 2), 16166618085559792950);
    }

    #[test]
    fn cases_come_at_the_pace_of_their_choice() {
        let mut pace = Pace::new(Cases::new(Case { seed: 1, number: 7 }, 3));
        let mut seen = Vec::new();
        for packet in 0..100 {
            if let Some(case) = pace.due() {
                assert_eq!(pace.due(), Some(case), "it lasts");
                pace.draw();
                seen.push((case.number, packet));
            }
        }
        let numbers: Vec<u64> = seen.iter().map(|seen| seen.0).collect();
        assert_eq!(numbers, [7, 8, 9]);
        assert!(seen[2].1 <= 3 * (Pace::MOST + 1), "{seen:?}");
    }

    #[test]
    fn cases_are_numbered() {
        let first = Case { seed: 1, number: 7 };
        let numbers: Vec<u64> = Cases::new(first, 3).map(|case| case.number).collect();
        assert_eq!(numbers, [7, 8, 9]);
    }
}
