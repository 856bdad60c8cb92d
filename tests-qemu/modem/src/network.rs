// SPDX-License-Identifier: GPL-2.0-only
//! The data path: frames of the host on one side, the IP peer on the other, bearers between them.

use std::collections::VecDeque;
use std::os::fd::RawFd;
use std::time::Duration;

use serde_json::json;

use crate::addresses::Addresses;
use crate::bearer::{Bearers, Direction};
use crate::event_log::EventLog;
use crate::link_layer::{EthernetLink, IpFamily, LinkLayer, Received};
use crate::peer::Peer;
use crate::profile::Link;

/// Moves packets between the host's frames and the peer.
pub struct Network {
    ethernet: EthernetLink,
    peer: Box<dyn Peer>,
    answers: VecDeque<Vec<u8>>,
    log: EventLog,
}

impl Network {
    /// A data path to `peer`.
    pub fn new(link: &Link, addresses: Addresses, peer: Box<dyn Peer>, log: EventLog) -> Self {
        Self {
            ethernet: EthernetLink::new(link, addresses),
            peer,
            answers: VecDeque::new(),
            log,
        }
    }

    /// Takes a frame of the host.
    pub fn send(&mut self, frame: Vec<u8>, layer: LinkLayer, bearers: &mut Bearers) {
        let packet = match layer {
            LinkLayer::RawIp => frame,
            LinkLayer::Ethernet => match self.ethernet.receive(&frame) {
                Received::Packet(packet) => packet,
                Received::Answered(answer) => return self.answers.push_back(answer),
                Received::Ignored(reason) => return self.drop(Direction::Up, reason, frame.len()),
            },
        };
        if self.pass(Direction::Up, &packet, bearers) {
            self.peer.send(packet);
        }
    }

    /// The next frame for the host.
    pub fn receive(&mut self, layer: LinkLayer, bearers: &mut Bearers) -> Option<Vec<u8>> {
        if let Some(answer) = self.answers.pop_front() {
            return Some(answer);
        }
        while let Some(packet) = self.peer.receive() {
            if self.pass(Direction::Down, &packet, bearers) {
                return Some(match layer {
                    LinkLayer::RawIp => packet,
                    LinkLayer::Ethernet => self.ethernet.wrap(packet),
                });
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

    fn pass(&self, direction: Direction, packet: &[u8], bearers: &mut Bearers) -> bool {
        let Some(family) = IpFamily::of(packet) else {
            self.drop(direction, "not an IP packet", packet.len());
            return false;
        };
        let open = bearers.carry(direction, family, packet.len());
        if !open {
            self.drop(direction, "no bearer of its family", packet.len());
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
