// SPDX-License-Identifier: GPL-2.0-only
//! More datagrams than the guest can take: how many of them a program gets in a given time, and how many its socket.

use std::fs;
use std::io;
use std::net::{IpAddr, UdpSocket};
use std::time::{Duration, Instant};

use nix::sys::socket::setsockopt;
use nix::sys::socket::sockopt::RcvBuf;

use crate::datagrams::{receive_batch, BATCH, SILENCE};
use crate::error::{Error, Result};
use crate::modem::{socket, FLOOD};

/// Bytes that may wait in the socket, half of what the kernel makes of it: its own default, not that of other measurements.
const BUFFER: usize = 106_496;
/// Datagrams whose last one is not waited for.
const MANY: u64 = 100_000_000;
/// Time until all queues are full.
const WARM_UP: Duration = Duration::from_millis(50);

/// A socket to which the modem sends without end.
pub struct Overload {
    address: IpAddr,
    socket: UdpSocket,
    buffer: Vec<u8>,
    size: usize,
}

/// What came.
pub struct Received {
    /// Datagrams that were read.
    pub read: u64,
    /// Datagrams that the socket got, or dropped.
    pub reached: u64,
}

impl Overload {
    /// Has the modem send datagrams of `size` bytes.
    pub fn begin(address: IpAddr, size: usize) -> Result<Self> {
        let socket = socket(address, FLOOD)?;
        setsockopt(&socket, RcvBuf, &BUFFER).map_err(io::Error::from)?;
        socket.set_read_timeout(Some(SILENCE))?;
        let mut overload = Self {
            address,
            socket,
            buffer: vec![0; BATCH * size],
            size,
        };
        overload.say(&format!("{MANY} {size}\n"))?;
        overload.count(WARM_UP)?;
        Ok(overload)
    }

    /// Counts what comes in this time.
    pub fn count(&mut self, time: Duration) -> Result<Received> {
        let start = Instant::now();
        let before = reached()?;
        let mut read = 0;
        while start.elapsed() < time {
            let fail = Error::network("receiving from", self.address);
            read += self.receive().map_err(fail)?;
        }
        Ok(Received {
            read,
            reached: reached()? - before,
        })
    }

    /// Has the modem stop, and waits until it has.
    pub fn end(mut self) -> Result<()> {
        loop {
            self.say("stop\n")?;
            match self.receive() {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(Error::network("receiving from", self.address)(error)),
            }
        }
    }

    fn receive(&mut self) -> io::Result<u64> {
        receive_batch(&self.socket, &mut self.buffer, self.size)
    }

    fn say(&self, order: &str) -> Result<()> {
        let fail = Error::network("sending to", self.address);
        self.socket.send(order.as_bytes()).map_err(fail)?;
        Ok(())
    }
}

/// Datagrams that have reached any socket of IPv4 so far, read or not.
fn reached() -> Result<u64> {
    let text = fs::read_to_string("/proc/net/snmp")?;
    of(&text).ok_or(Error::NoFigure("/proc/net/snmp", "Udp"))
}

fn of(text: &str) -> Option<u64> {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("Udp:"));
    let (names, values) = (lines.next()?, lines.next()?);
    let value = |wanted| {
        let mut both = names.split_whitespace().zip(values.split_whitespace());
        let (_, value) = both.find(|(name, _)| *name == wanted)?;
        value.parse::<u64>().ok()
    };
    Some(value("InDatagrams")? + value("RcvbufErrors")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_without_room_have_reached_the_socket() {
        let text = "Tcp: InSegs\nTcp: 7\nUdp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors\nUdp: 30 1 5 9 4\n";
        assert_eq!(of(text), Some(34));
        assert_eq!(of("Udp: InDatagrams\nUdp: 30\n"), None);
    }
}
