// SPDX-License-Identifier: GPL-2.0-only
//! What the modem asks of a peer.

use std::os::fd::RawFd;
use std::time::Duration;

use crate::hostile::Cases;

/// An IP network, seen from the modem.
pub trait Peer {
    /// Takes a packet from the host.
    fn send(&mut self, packet: Vec<u8>);

    /// The next packet for the host.
    fn receive(&mut self) -> Option<Vec<u8>>;

    /// Bytes that the host gets as one transfer, just as they are.
    fn verbatim(&mut self) -> Option<Vec<u8>> {
        None
    }

    /// Wrong transfers that the host is to get.
    fn hostile(&mut self) -> Option<Cases> {
        None
    }

    /// Does what is due: timers, replies, reading from the kernel.
    fn poll(&mut self);

    /// How long until `poll` has something to do even if no packet comes.
    fn deadline(&mut self) -> Option<Duration> {
        None
    }

    /// A file descriptor whose readability calls for `poll`.
    fn readable(&self) -> Option<RawFd> {
        None
    }
}
