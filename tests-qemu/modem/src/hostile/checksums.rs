// SPDX-License-Identifier: GPL-2.0-only
//! Packets to the host with a wrong checksum of TCP or UDP. A case is one such packet, and how many right ones are before it.

use super::{Cases, Pace, Wrong};
use crate::link_layer::checksum::{corrupt, Verdict};

/// What the modem says of a packet that it has corrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statement {
    /// That its checksum is wrong.
    Honest,
    /// That it is right.
    Feigned,
}

/// Corrupts packets.
#[derive(Debug)]
pub struct Checksums {
    pace: Pace,
    statement: Statement,
}

impl Checksums {
    /// One packet for each case.
    pub fn new(cases: Cases, statement: Statement) -> Self {
        Self {
            pace: Pace::new(cases),
            statement,
        }
    }

    /// Corrupts the packet if it is its turn: the case's number, what is wrong, and what the modem says of it.
    pub fn corrupt(&mut self, packet: &mut [u8]) -> Option<(u64, Wrong, Verdict)> {
        let right = Verdict::of(packet);
        right.sum?;
        let number = self.pace.due()?.number;
        self.pace.draw();
        corrupt(packet);
        let (what, verdict) = match self.statement {
            Statement::Honest => ("found wrong", Verdict::of(packet)),
            Statement::Feigned => ("called right", right),
        };
        let wrong = Wrong {
            kind: "checksum",
            what: what.to_owned(),
        };
        Some((number, wrong, verdict))
    }
}

#[cfg(test)]
mod tests {
    use smoltcp::phy::ChecksumCapabilities;
    use smoltcp::wire::{IpProtocol, Ipv4Address, Ipv4Packet, Ipv4Repr, UdpPacket, UdpRepr};

    use super::*;
    use crate::hostile::Case;

    const FIRST: Case = Case { seed: 1, number: 7 };

    fn packet(protocol: IpProtocol) -> Vec<u8> {
        let all = ChecksumCapabilities::default();
        let [src_addr, dst_addr] = [1, 2].map(|host| Ipv4Address::new(10, 64, 0, host));
        let header = Ipv4Repr {
            src_addr,
            dst_addr,
            next_header: protocol,
            payload_len: 12,
            hop_limit: 64,
        };
        let mut bytes = vec![0; 32];
        header.emit(&mut Ipv4Packet::new_unchecked(&mut bytes), &all);
        let (src_port, dst_port) = (7, 4000);
        UdpRepr { src_port, dst_port }.emit(
            &mut UdpPacket::new_unchecked(&mut bytes[20..]),
            &src_addr.into(),
            &dst_addr.into(),
            4,
            |payload| payload.fill(1),
            &all,
        );
        bytes
    }

    /// The cases in which something happened, and what was said.
    fn run(statement: Statement, protocol: IpProtocol) -> Vec<(u64, Verdict, bool)> {
        let mut checksums = Checksums::new(Cases::new(FIRST, 10), statement);
        let right = packet(protocol);
        let most = 10 * (Pace::MOST + 1);
        let outcomes = (0..most).filter_map(|_| {
            let mut packet = right.clone();
            let outcome = checksums.corrupt(&mut packet);
            assert_eq!(outcome.is_some(), packet != right);
            outcome.map(|(number, _, verdict)| (number, verdict, Verdict::of(&packet).right))
        });
        outcomes.collect()
    }

    #[test]
    fn there_is_one_for_each_case_and_then_no_more() {
        for statement in [Statement::Honest, Statement::Feigned] {
            let outcomes = run(statement, IpProtocol::Udp);
            let numbers: Vec<u64> = outcomes.iter().map(|outcome| outcome.0).collect();
            assert_eq!(numbers, (7..17).collect::<Vec<_>>());
            for (_, verdict, right) in outcomes {
                assert!(!right);
                assert_eq!(verdict.right, statement == Statement::Feigned);
            }
        }
    }

    #[test]
    fn other_protocols_are_spared() {
        assert_eq!(run(Statement::Honest, IpProtocol::Icmp), []);
    }
}
