// SPDX-License-Identifier: GPL-2.0-only
//! The modem's services, by their ports, and its counters.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use crate::error::{Error, Result};

/// TCP: takes all, and answers the end with a line.
pub const SINK: u16 = 9;
/// TCP: takes a line with a number and sends so many bytes.
pub const SOURCE: u16 = 19;
/// UDP: counts datagrams.
pub const COUNT: u16 = 9;
/// UDP: takes "COUNT SIZE" and sends so many datagrams, or "stop".
pub const FLOOD: u16 = 20;
/// UDP: takes "down BYTES ADDRESS" or "up BYTES ADDRESS" and is the client of the source or sink there.
pub const CLIENT: u16 = 23;
/// How long to wait for what should be there at once.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How long a question may remain unanswered before it is asked again.
const ANSWER: Duration = Duration::from_secs(5);
/// How often a question is asked.
const TRIES: usize = 5;

/// What the modem has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams that came since the last question.
    pub datagrams: u64,
    /// Bulk transfers to the host.
    pub inward: u64,
    /// Bulk transfers from the host.
    pub outward: u64,
    /// Segments of TCP to the host.
    pub down: Segments,
    /// Segments of TCP from the host.
    pub up: Segments,
}

/// Segments of TCP in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segments {
    /// With payload.
    pub data: u64,
    /// Without.
    pub empty: u64,
}

impl Counters {
    fn parse(text: &str) -> Option<Self> {
        let numbers: Vec<u64> = text
            .split_whitespace()
            .map_while(|word| word.parse().ok())
            .collect();
        let [datagrams, inward, outward, segments @ ..]: [u64; 7] = numbers.try_into().ok()?;
        let [down, down_empty, up, up_empty] = segments;
        let segments = |data, empty| Segments { data, empty };
        Some(Self {
            datagrams,
            inward,
            outward,
            down: segments(down, down_empty),
            up: segments(up, up_empty),
        })
    }

    /// Asks the modem.
    pub fn ask(address: IpAddr) -> Result<Self> {
        Self::ask_over(&socket(address, COUNT)?, address)
    }

    /// Asks over a socket of the counting service: behind the datagrams that were sent over it before.
    pub fn ask_over(socket: &UdpSocket, address: IpAddr) -> Result<Self> {
        socket.set_read_timeout(Some(ANSWER))?;
        let mut answer = [0; 100];
        for _ in 0..TRIES {
            socket
                .send(b"count\n")
                .map_err(Error::network("asking", address))?;
            let text = socket.recv(&mut answer).ok();
            let text = text.and_then(|length| std::str::from_utf8(&answer[..length]).ok());
            if let Some(counters) = text.and_then(Self::parse) {
                return Ok(counters);
            }
        }
        Err(Error::Silent(address))
    }
}

/// A UDP socket for this service.
pub fn socket(address: IpAddr, port: u16) -> Result<UdpSocket> {
    let any: IpAddr = match address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket
        .connect(SocketAddr::from((address, port)))
        .map_err(Error::network("connecting to", address))?;
    Ok(socket)
}

/// What each of `parts` links gets of `count`: together exactly that.
pub fn share(count: u64, parts: usize) -> impl Iterator<Item = u64> {
    let parts = parts as u64;
    (0..parts).map(move |part| count / parts + u64::from(part < count % parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        let shares: Vec<_> = share(10, 4).collect();
        assert_eq!(shares, [3, 3, 2, 2]);
        assert_eq!(share(7, 1).collect::<Vec<_>>(), [7]);
    }

    #[test]
    fn the_answer_has_seven_numbers() {
        let counters = Counters::parse("1 22 3 4 5 6 7\n").unwrap();
        assert_eq!((counters.inward, counters.outward), (22, 3));
        assert_eq!(counters.down, Segments { data: 4, empty: 5 });
        assert_eq!(counters.up, Segments { data: 6, empty: 7 });
        assert_eq!(Counters::parse("1 2 3 4 5 6"), None);
        assert_eq!(Counters::parse("1 2 3 4 5 6 x"), None);
    }
}
