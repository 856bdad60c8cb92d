// SPDX-License-Identifier: GPL-2.0-only
//! The host's own kernel as peer, through a TUN device.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsRawFd, RawFd};

use tappers::{AddAddressV4, AddAddressV6, Interface};
use thiserror::Error;
use tracing::warn;

use super::api::Peer;
use crate::addresses::{Addresses, IPV4_PREFIX, IPV6_PREFIX};

/// Packets that may wait for the modem's host; the kernel keeps the rest.
const LIMIT: usize = 256;
const MAX_PACKET: usize = 65_536;

/// Why the TUN device could not be set up.
#[derive(Debug, Error)]
#[error("cannot set up TUN device '{name}': {reason} (it needs root and /dev/net/tun)")]
pub struct TunError {
    name: String,
    reason: io::Error,
}

/// A TUN device with the gateway's addresses.
pub struct Tun {
    device: tappers::Tun,
    down: VecDeque<Vec<u8>>,
    buffer: Vec<u8>,
}

impl Tun {
    /// Creates the device, gives it the gateway's addresses and sets it up.
    ///
    /// # Errors
    /// If the kernel refuses any of it.
    pub fn new(name: &str, addresses: &Addresses) -> Result<Self, TunError> {
        Self::open(name, addresses).map_err(|reason| TunError {
            name: name.to_owned(),
            reason,
        })
    }

    fn open(name: &str, addresses: &Addresses) -> io::Result<Self> {
        let mut device = tappers::Tun::new_named(Interface::new(name)?)?;
        device.set_nonblocking(true)?;
        let mut ipv4 = AddAddressV4::new(addresses.ipv4_gateway);
        ipv4.set_netmask(IPV4_PREFIX);
        device.add_addr(ipv4)?;
        let mut ipv6 = AddAddressV6::new(addresses.ipv6_gateway);
        ipv6.set_netmask(IPV6_PREFIX);
        device.add_addr(ipv6)?;
        device.set_up()?;
        Ok(Self {
            device,
            down: VecDeque::new(),
            buffer: vec![0; MAX_PACKET],
        })
    }
}

impl Peer for Tun {
    fn send(&mut self, packet: Vec<u8>) {
        if let Err(reason) = self.device.send(&packet) {
            warn!("the TUN device refused a packet: {reason}");
        }
    }

    fn receive(&mut self) -> Option<Vec<u8>> {
        self.down.pop_front()
    }

    fn poll(&mut self) {
        while self.down.len() < LIMIT {
            match self.device.recv(&mut self.buffer) {
                Ok(length) => self.down.push_back(self.buffer[..length].to_vec()),
                Err(reason) if reason.kind() == io::ErrorKind::WouldBlock => break,
                Err(reason) => {
                    warn!("the TUN device gave no packet: {reason}");
                    break;
                }
            }
        }
    }

    fn readable(&self) -> Option<RawFd> {
        Some(self.device.as_raw_fd())
    }
}
