// SPDX-License-Identifier: GPL-2.0-only
//! The data path: frames of the host on one side, the IP peer on the other, bearers between them.

use std::collections::VecDeque;
use std::os::fd::RawFd;
use std::time::Duration;

use serde_json::json;

use crate::addresses::AddressPlan;
use crate::bearer::{Bearers, Direction};
use crate::event_log::EventLog;
use crate::hostile::{frames, Cases};
use crate::link_layer::qmap::{self, Datagrams};
use crate::link_layer::{DataFormat, EthernetLink, IpFamily, Limits, LinkLayer, Received};
use crate::peer::Peer;
use crate::profile::Link;

/// The link without mux id.
const UNMUXED: u8 = 0;

/// Moves packets between the host's frames and the peer.
pub struct Network {
    plan: AddressPlan,
    ethernet: EthernetLink,
    peer: Box<dyn Peer>,
    answers: VecDeque<Vec<u8>>,
    /// A packet and its mux id, for which the last aggregate had no room.
    held: Option<(u8, Vec<u8>)>,
    /// Wrong transfers that are still to come.
    hostile: Cases,
    log: EventLog,
}

impl Network {
    /// A data path to `peer`.
    pub fn new(link: &Link, plan: AddressPlan, peer: Box<dyn Peer>, log: EventLog) -> Self {
        Self {
            plan,
            ethernet: EthernetLink::new(link, plan.on(UNMUXED)),
            peer,
            answers: VecDeque::new(),
            held: None,
            hostile: Cases::default(),
            log,
        }
    }

    /// Begins anew with another link.
    pub fn restart(&mut self, link: &Link) {
        self.ethernet = EthernetLink::new(link, self.plan.on(UNMUXED));
        self.answers.clear();
        self.held = None;
        self.hostile = Cases::default();
    }

    /// Takes a frame of the host.
    pub fn send(&mut self, frame: Vec<u8>, format: DataFormat, bearers: &mut Bearers) {
        match (format.layer, format.qmap) {
            (LinkLayer::RawIp, None) => self.send_packet(UNMUXED, frame, bearers),
            (LinkLayer::RawIp, Some(limits)) => {
                self.send_aggregate(&frame, limits.uplink, bearers);
            }
            (LinkLayer::Ethernet, _) => match self.ethernet.receive(&frame) {
                Received::Packet(packet) => self.send_packet(UNMUXED, packet, bearers),
                Received::Answered(answer) => self.answers.push_back(answer),
                Received::Ignored(reason) => self.drop(Direction::Up, reason, frame.len()),
            },
        }
    }

    fn send_packet(&mut self, mux: u8, packet: Vec<u8>, bearers: &mut Bearers) {
        if self.pass(Direction::Up, mux, &packet, bearers) {
            self.peer.send(packet);
        }
    }

    fn send_aggregate(&mut self, transfer: &[u8], limits: Limits, bearers: &mut Bearers) {
        if transfer.len() > limits.size {
            return self.drop(Direction::Up, "longer than agreed", transfer.len());
        }
        let mut room = limits.datagrams;
        for datagram in Datagrams::of(transfer) {
            match datagram {
                Err(reason) => self.drop(Direction::Up, reason, transfer.len()),
                Ok(datagram) if room == 0 => {
                    let reason = "more datagrams than agreed";
                    self.drop(Direction::Up, reason, datagram.packet.len());
                }
                Ok(datagram) => {
                    room -= 1;
                    self.send_packet(datagram.mux, datagram.packet.to_vec(), bearers);
                }
            }
        }
    }

    /// The next transfer to the host.
    pub fn receive(&mut self, format: DataFormat, bearers: &mut Bearers) -> Option<Vec<u8>> {
        if let Some(transfer) = self.peer.verbatim() {
            return Some(transfer);
        }
        if let Some(transfer) = self.hostile_transfer(format) {
            return Some(transfer);
        }
        if let Some(limits) = format.qmap {
            return self.receive_aggregate(limits.downlink, bearers);
        }
        self.held = None;
        if let Some(answer) = self.answers.pop_front() {
            return Some(answer);
        }
        loop {
            let (mux, packet) = self.receive_packet(bearers)?;
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

    fn receive_aggregate(&mut self, limits: Limits, bearers: &mut Bearers) -> Option<Vec<u8>> {
        let mut transfer = Vec::new();
        let mut room = limits.datagrams;
        while room > 0 {
            let held = self.held.take();
            let Some((mux, packet)) = held.or_else(|| self.receive_packet(bearers)) else {
                break;
            };
            let size = transfer.len() + qmap::size(packet.len());
            if size > limits.size && !transfer.is_empty() {
                self.held = Some((mux, packet));
                break;
            }
            if size > limits.size || !qmap::append(&mut transfer, mux, &packet) {
                self.drop(Direction::Down, "longer than agreed", packet.len());
                continue;
            }
            room -= 1;
        }
        (!transfer.is_empty()).then_some(transfer)
    }

    /// The next packet that a bearer carries, and its mux id.
    fn receive_packet(&mut self, bearers: &mut Bearers) -> Option<(u8, Vec<u8>)> {
        while let Some(packet) = self.peer.receive() {
            let mux = self.plan.mux_to(&packet);
            if self.pass(Direction::Down, mux, &packet, bearers) {
                return Some((mux, packet));
            }
        }
        None
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
        let open = bearers.carry(direction, mux, family, packet.len());
        if !open {
            let reason = match mux {
                UNMUXED => "no bearer of its family",
                _ => "no bearer of its family and mux id",
            };
            self.drop(direction, reason, packet.len());
        }
        open
    }

    fn drop(&self, direction: Direction, reason: &str, length: usize) {
        let direction = match direction {
            Direction::Up => "up",
            Direction::Down => "down",
        };
        self.log.event(
            "dropped",
            json!({ "direction": direction, "reason": reason, "length": length }),
        );
    }
}
