// SPDX-License-Identifier: GPL-2.0-only
//! Packets to the host that come twice, or behind the next one.

use rand::Rng;

use super::{Cases, Pace, Wrong};

/// A packet for the host.
#[derive(Debug)]
pub struct Next {
    /// The packet.
    pub packet: Vec<u8>,
    /// The number of the case that begins with it, and what is wrong.
    pub wrong: Option<(u64, Wrong)>,
}

impl Next {
    fn in_order(packet: Vec<u8>) -> Self {
        Self {
            packet,
            wrong: None,
        }
    }
}

/// Brings packets out of order.
#[derive(Debug)]
pub struct Disorder {
    pace: Pace,
    /// What comes next in any case.
    late: Option<Vec<u8>>,
}

impl Disorder {
    /// One packet for each case.
    pub fn new(cases: Cases) -> Self {
        Self {
            pace: Pace::new(cases),
            late: None,
        }
    }

    /// The next packet of those that `source` has.
    pub fn next(&mut self, mut source: impl FnMut() -> Option<Vec<u8>>) -> Option<Next> {
        if let Some(packet) = self.late.take() {
            return Some(Next::in_order(packet));
        }
        let packet = source()?;
        let Some(case) = self.pace.due() else {
            return Some(Next::in_order(packet));
        };
        let mut random = case.random();
        // The case's first number was how many packets come before.
        let _: u64 = random.random();
        let (packet, late, what) = if random.random() {
            (packet.clone(), packet, "twice")
        } else if let Some(next) = source() {
            (next, packet, "behind the next")
        } else {
            // Nothing is there to overtake it: the next packet may have its turn.
            return Some(Next::in_order(packet));
        };
        self.late = Some(late);
        self.pace.draw();
        let wrong = Wrong {
            kind: "order",
            what: what.to_owned(),
        };
        Some(Next {
            packet,
            wrong: Some((case.number, wrong)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hostile::Case;

    /// The numbers of packets, in the order in which they come, and what was said.
    fn run(count: u8, cases: u64) -> (Vec<u8>, Vec<String>) {
        let mut disorder = Disorder::new(Cases::new(Case { seed: 1, number: 0 }, cases));
        let mut source = (0..count).map(|number| vec![number]);
        let (mut order, mut said) = (Vec::new(), Vec::new());
        while let Some(next) = disorder.next(|| source.next()) {
            order.extend(next.packet);
            said.extend(next.wrong.map(|(_, wrong)| wrong.what));
        }
        (order, said)
    }

    #[test]
    fn nothing_is_lost_and_what_is_said_is_true() {
        let (order, said) = run(250, 10);
        assert_eq!(said.len(), 10);
        let twice = said.iter().filter(|what| *what == "twice").count();
        assert!((1..10).contains(&twice), "{said:?}");
        assert_eq!(order.len(), 250 + twice);
        let late = order.windows(2).filter(|pair| pair[1] < pair[0]).count();
        assert_eq!(late, 10 - twice);
        let mut all = order;
        all.sort_unstable();
        all.dedup();
        assert_eq!(all, (0..250).collect::<Vec<_>>());
    }

    #[test]
    fn without_cases_all_is_in_order() {
        assert_eq!(run(100, 0), ((0..100).collect(), Vec::new()));
    }
}
