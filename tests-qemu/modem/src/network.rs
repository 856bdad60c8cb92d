// SPDX-License-Identifier: GPL-2.0-only
//! The data path: frames of the host on one side, the IP peer on the other, bearers between them.

use std::collections::VecDeque;
use std::os::fd::RawFd;
use std::time::Duration;

use serde_json::json;

use crate::addresses::AddressPlan;
use crate::bearer::{Bearers, Direction};
use crate::event_log::EventLog;
use crate::hostile::checksums::Checksums;
use crate::hostile::disorder::{Disorder, Next};
use crate::hostile::failures::{self, Failure, Failures, Pipe};
use crate::hostile::flood::{self, Flood};
use crate::hostile::{frames, Cases};
use crate::link_layer::checksum::{self, Request, Verdict};
use crate::link_layer::qmap::{self, Datagrams, Version};
use crate::link_layer::{DataFormat, EthernetLink, IpFamily, LinkLayer, Qmap, Received};
use crate::peer::Peer;
use crate::profile::Link;
use crate::router::Router;

/// The link without mux id.
const UNMUXED: u8 = 0;

/// A packet on its way to the host.
struct Outgoing {
    mux: u8,
    packet: Vec<u8>,
    /// What the modem says of its checksum, if it has corrupted that.
    verdict: Option<Verdict>,
}

/// Moves packets between the host's frames and the peer.
pub struct Network {
    plan: AddressPlan,
    ethernet: EthernetLink,
    peer: Box<dyn Peer>,
    router: Router,
    answers: VecDeque<Vec<u8>>,
    /// What did not fit into the last aggregate.
    held: Option<Outgoing>,
    /// Wrong transfers that are still to come.
    hostile: Cases,
    /// Corrupts the checksums of packets to the host.
    checksums: Option<Checksums>,
    /// Brings packets to the host out of order.
    disorder: Option<Disorder>,
    /// Leaves no request of the host without an answer.
    flood: Option<Flood>,
    /// Has transfers fail.
    failures: Failures,
    log: EventLog,
}

impl Network {
    /// A data path to `peer`.
    pub fn new(link: &Link, plan: AddressPlan, peer: Box<dyn Peer>, log: EventLog) -> Self {
        Self {
            plan,
            ethernet: link.ethernet(plan.on(UNMUXED)),
            peer,
            router: Router::default(),
            answers: VecDeque::new(),
            held: None,
            hostile: Cases::default(),
            checksums: None,
            disorder: None,
            flood: None,
            failures: Failures::default(),
            log,
        }
    }

    /// Begins anew with another link.
    pub fn restart(&mut self, link: &Link) {
        self.ethernet = link.ethernet(self.plan.on(UNMUXED));
        self.answers.clear();
        self.held = None;
        self.hostile = Cases::default();
        self.end_flood();
        self.failures = Failures::default();
    }

    /// Has `checksums` corrupt packets to the host from now on.
    pub fn set_checksums(&mut self, checksums: Checksums) {
        self.checksums = Some(checksums);
    }

    /// Has `disorder` bring packets to the host out of order from now on.
    pub fn set_disorder(&mut self, disorder: Disorder) {
        self.disorder = Some(disorder);
    }

    /// Has hosts that ask for routers get an answer from now on.
    pub fn advertise(&mut self) {
        self.router.advertises = true;
    }

    /// Takes a frame of the host.
    pub fn send(&mut self, frame: Vec<u8>, format: DataFormat, bearers: &mut Bearers) {
        match (format.layer, format.qmap) {
            (LinkLayer::RawIp, None) => self.send_packet(UNMUXED, frame, bearers),
            (LinkLayer::RawIp, Some(qmap)) => self.send_aggregate(&frame, qmap, bearers),
            (LinkLayer::Ethernet, _) => match self.ethernet.receive(&frame) {
                Received::Packet(packet) => self.send_packet(UNMUXED, packet, bearers),
                Received::Answered(answer) => self.answers.push_back(answer),
                Received::Ignored(reason) => self.drop(Direction::Up, reason, frame.len()),
            },
        }
    }

    fn send_packet(&mut self, mux: u8, packet: Vec<u8>, bearers: &mut Bearers) {
        if !self.pass(Direction::Up, mux, &packet, bearers) {
            return;
        }
        if let Some(order) = flood::Order::of(&packet) {
            self.begin_flood(order);
        } else if let Some(order) = failures::Order::of(&packet) {
            self.failures.take(order);
        } else if let Some(packet) = self.router.take(mux, packet, self.plan) {
            self.peer.send(packet);
        }
    }

    /// How the pipe's next transfer fails, if it does.
    pub fn failure(&mut self, pipe: Pipe) -> Option<Failure> {
        self.failures.next(pipe)
    }

    fn begin_flood(&mut self, order: flood::Order) {
        self.end_flood();
        if order.transfers > 0 {
            self.flood = Some(Flood::new(order));
        }
    }

    /// Notes what was sent, if there is a flood.
    fn end_flood(&mut self) {
        let Some(flood) = self.flood.take() else {
            return;
        };
        let sent = flood.sent();
        self.log.event(
            "flood",
            json!({ "transfers": sent.transfers, "packets": sent.packets }),
        );
    }

    /// The next transfer of a flood.
    fn flooded(&mut self, format: DataFormat) -> Option<Vec<u8>> {
        let wrap = |packet| self.ethernet.wrap(packet);
        let transfer = self.flood.as_mut()?.next(format, self.plan, wrap);
        if transfer.is_none() {
            self.end_flood();
        }
        transfer
    }

    fn send_aggregate(&mut self, transfer: &[u8], qmap: Qmap, bearers: &mut Bearers) {
        let datagrams: Vec<_> = Datagrams::of(transfer, qmap.version).collect();
        let asked = datagrams.iter().flatten();
        let asked = asked.filter(|datagram| datagram.request != Request::Nothing);
        self.note_aggregate(
            Direction::Up,
            transfer.len(),
            datagrams.len(),
            asked.count(),
        );
        if transfer.len() > qmap.uplink.size {
            return self.drop(Direction::Up, "longer than agreed", transfer.len());
        }
        if datagrams.len() > qmap.uplink.datagrams {
            let reason = "more datagrams than agreed";
            return self.drop(Direction::Up, reason, transfer.len());
        }
        for datagram in datagrams {
            match datagram {
                Err(reason) => self.drop(Direction::Up, reason, transfer.len()),
                Ok(datagram) => {
                    let mut packet = datagram.packet.to_vec();
                    match checksum::complete(&mut packet, datagram.request) {
                        Ok(()) => self.send_packet(datagram.mux, packet, bearers),
                        Err(reason) => self.drop(Direction::Up, reason, packet.len()),
                    }
                }
            }
        }
    }

    /// The next transfer to the host.
    pub fn receive(&mut self, format: DataFormat, bearers: &mut Bearers) -> Option<Vec<u8>> {
        let wanted = self.receive_wanted(format, bearers);
        wanted.or_else(|| self.flooded(format))
    }

    fn receive_wanted(&mut self, format: DataFormat, bearers: &mut Bearers) -> Option<Vec<u8>> {
        if let Some(transfer) = self.peer.verbatim() {
            return Some(transfer);
        }
        if let Some(transfer) = self.hostile_transfer(format) {
            return Some(transfer);
        }
        if let Some(qmap) = format.qmap {
            return self.receive_aggregate(qmap, bearers);
        }
        self.held = None;
        if let Some(answer) = self.answers.pop_front() {
            return Some(answer);
        }
        loop {
            let Outgoing { mux, packet, .. } = self.receive_packet(bearers)?;
            if mux != UNMUXED {
                self.drop(Direction::Down, "a mux id, but no QMAP", packet.len());
                continue;
            }
            return Some(match format.layer {
                LinkLayer::RawIp => packet,
                LinkLayer::Ethernet => self.ethernet.wrap(packet),
            });
        }
    }

    /// The next wrong transfer.
    fn hostile_transfer(&mut self, format: DataFormat) -> Option<Vec<u8>> {
        if let Some(cases) = self.peer.hostile() {
            self.hostile = cases;
        }
        let case = self.hostile.next()?;
        let (transfer, wrongs) = frames::make(case, format, |packet| self.ethernet.wrap(packet));
        self.log.hostile(case.number, &wrongs);
        Some(transfer)
    }

    fn receive_aggregate(&mut self, qmap: Qmap, bearers: &mut Bearers) -> Option<Vec<u8>> {
        let limits = qmap.downlink;
        let mut transfer = Vec::new();
        let mut left = limits.datagrams;
        let mut right = 0;
        while left > 0 {
            let held = self.held.take();
            let Some(next) = held.or_else(|| self.receive_packet(bearers)) else {
                break;
            };
            let size = transfer.len() + qmap::size(qmap.version, next.packet.len());
            if size > limits.size && !transfer.is_empty() {
                self.held = Some(next);
                break;
            }
            let Outgoing { mux, packet, .. } = &next;
            let verdict = match qmap.version {
                Version::V1 => Verdict::default(),
                _ => next.verdict.unwrap_or_else(|| Verdict::of(packet)),
            };
            if size > limits.size
                || !qmap::append(&mut transfer, qmap.version, *mux, packet, verdict)
            {
                self.drop(Direction::Down, "longer than agreed", packet.len());
                continue;
            }
            left -= 1;
            right += usize::from(verdict.right);
        }
        if transfer.is_empty() {
            return None;
        }
        let count = limits.datagrams - left;
        self.note_aggregate(Direction::Down, transfer.len(), count, right);
        Some(transfer)
    }

    /// The next packet that a bearer carries.
    fn receive_packet(&mut self, bearers: &mut Bearers) -> Option<Outgoing> {
        while let Some((mux, mut packet)) = self.next_packet() {
            if self.pass(Direction::Down, mux, &packet, bearers) {
                let verdict = self.corrupt(&mut packet);
                return Some(Outgoing {
                    mux,
                    packet,
                    verdict,
                });
            }
        }
        None
    }

    /// The next packet for a host, and its mux id.
    fn next_packet(&mut self) -> Option<(u8, Vec<u8>)> {
        if let Some(next) = self.router.pop() {
            return Some(next);
        }
        let packet = self.next_of_peer()?;
        Some((self.plan.mux_to(&packet), packet))
    }

    fn next_of_peer(&mut self) -> Option<Vec<u8>> {
        let Some(disorder) = &mut self.disorder else {
            return self.peer.receive();
        };
        let Next { packet, wrong } = disorder.next(|| self.peer.receive())?;
        if let Some((number, wrong)) = wrong {
            self.log.hostile(number, &[wrong]);
        }
        Some(packet)
    }

    /// Corrupts the packet's checksum, if that is due, and tells what the modem says of it.
    fn corrupt(&mut self, packet: &mut [u8]) -> Option<Verdict> {
        let (number, wrong, verdict) = self.checksums.as_mut()?.corrupt(packet)?;
        self.log.hostile(number, &[wrong]);
        Some(verdict)
    }

    /// Lets the peer do what is due.
    pub fn poll(&mut self) {
        self.peer.poll();
    }

    /// How long until `poll` is due.
    pub fn deadline(&mut self) -> Option<Duration> {
        self.peer.deadline()
    }

    /// A file descriptor whose readability makes `poll` due.
    pub fn readable(&self) -> Option<RawFd> {
        self.peer.readable()
    }

    fn pass(&self, direction: Direction, mux: u8, packet: &[u8], bearers: &mut Bearers) -> bool {
        let Some(family) = IpFamily::of(packet) else {
            self.drop(direction, "not an IP packet", packet.len());
            return false;
        };
        let carried = bearers.carry(direction, mux, family, packet.len());
        if let Err(reason) = carried {
            self.drop(direction, reason, packet.len());
        }
        carried.is_ok()
    }

    /// `checksums`: that the modem is to compute, or that it found right.
    fn note_aggregate(
        &self,
        direction: Direction,
        length: usize,
        datagrams: usize,
        checksums: usize,
    ) {
        self.log.event(
            "aggregate",
            json!({
                "direction": direction.name(),
                "length": length,
                "datagrams": datagrams,
                "checksums": checksums,
            }),
        );
    }

    fn drop(&self, direction: Direction, reason: &str, length: usize) {
        self.log.event(
            "dropped",
            json!({ "direction": direction.name(), "reason": reason, "length": length }),
        );
    }
}
