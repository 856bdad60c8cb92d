// SPDX-License-Identifier: GPL-2.0-only
//! Pings, one after the other, through the kernel's own sockets for that: a program like `ping` would cost more than they.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};

use nix::sys::socket::sockopt::ReceiveTimeout;
use nix::sys::socket::{
    connect, recvmsg, send, setsockopt, socket, AddressFamily, MsgFlags, SockFlag, SockProtocol,
    SockType, SockaddrStorage,
};
use nix::sys::time::{TimeVal, TimeValLike};

use crate::error::{Error, Result};

/// Type, code, checksum, identifier and sequence number; the kernel fills in the checksum and the identifier.
const HEADER: usize = 8;
/// Bytes behind the header, as `ping` sends.
const PAYLOAD: usize = 56;
/// Echo request of ICMP and of ICMPv6.
const REQUEST_V4: u8 = 8;
const REQUEST_V6: u8 = 128;
/// Seconds to wait for an answer.
const PATIENCE: i64 = 5;

/// A socket for pings.
pub struct Echo {
    address: IpAddr,
    socket: OwnedFd,
}

impl Echo {
    /// A socket to this address.
    pub fn new(address: IpAddr) -> Result<Self> {
        let (family, protocol) = match address {
            IpAddr::V4(_) => (AddressFamily::Inet, SockProtocol::Icmp),
            IpAddr::V6(_) => (AddressFamily::Inet6, SockProtocol::IcmpV6),
        };
        let open = || {
            let socket = socket(family, SockType::Datagram, SockFlag::empty(), protocol)?;
            let to = SockaddrStorage::from(SocketAddr::from((address, 0)));
            connect(socket.as_raw_fd(), &to)?;
            setsockopt(&socket, ReceiveTimeout, &TimeVal::seconds(PATIENCE))?;
            Ok(socket)
        };
        let socket =
            open().map_err(|error: nix::Error| Error::network("pinging", address)(error.into()))?;
        Ok(Self { address, socket })
    }

    /// Sends so many pings, each when the one before was answered; how many were.
    pub fn ping(&self, count: u64) -> Result<u64> {
        let mut packet = [0; HEADER + PAYLOAD];
        packet[0] = match self.address {
            IpAddr::V4(_) => REQUEST_V4,
            IpAddr::V6(_) => REQUEST_V6,
        };
        let mut answered = 0;
        for number in 0..count {
            // The number wraps around, as it does with any ping.
            packet[6..HEADER].copy_from_slice(&(number as u16).to_be_bytes());
            match self.one(&packet) {
                Ok(()) => answered += 1,
                Err(nix::Error::EAGAIN) => {}
                Err(error) => {
                    return Err(Error::network("pinging", self.address)(io::Error::from(
                        error,
                    )))
                }
            }
        }
        Ok(answered)
    }

    fn one(&self, packet: &[u8]) -> nix::Result<()> {
        let fd = self.socket.as_raw_fd();
        send(fd, packet, MsgFlags::empty())?;
        let mut answer = [0; HEADER + PAYLOAD];
        let mut slices = [IoSliceMut::new(&mut answer)];
        recvmsg::<SockaddrStorage>(fd, &mut slices, None, MsgFlags::empty())?;
        Ok(())
    }
}
