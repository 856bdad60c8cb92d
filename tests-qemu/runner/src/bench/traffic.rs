// SPDX-License-Identifier: GPL-2.0-only
//! Which traffic is measured.

use std::fmt;

use serde::Serialize;

/// Connections at the same time.
pub const FLOWS: usize = 16;
/// Where packets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To the guest.
    Down,
    /// From the guest.
    Up,
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Traffic {
    /// TCP in bulk.
    Tcp(Direction),
    /// The same in many connections.
    Flows(Direction),
    /// A TCP download, with a thread for NAPI.
    Threaded,
    /// A TCP download, with RPS.
    Steered,
    /// Datagrams with so many bytes of payload.
    Udp(u16, Direction),
    /// Datagrams to the modem with so many bytes of payload, many of which the kernel gets as one.
    Segmented(u16),
    /// More datagrams than the guest can take, with so many bytes of payload.
    Overload(u16),
    /// Pings, one after the other.
    Ping,
    /// TCP between a network card and the modem.
    Forward(Direction, Filter, Offloads),
}

/// What a router does with packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    /// Changes their addresses.
    Masquerade,
    /// The same, and lets those of known connections take a short cut.
    Flowtable,
}

/// Whether a router's card sums up, gathers and segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Offloads {
    /// It does.
    On,
    /// The router has to.
    Off,
}

/// IP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Family {
    /// IPv4.
    V4 = 4,
    /// IPv6.
    V6 = 6,
}

impl Traffic {
    /// The direction of TCP in bulk.
    pub fn direction(self) -> Option<Direction> {
        match self {
            Self::Tcp(direction) | Self::Flows(direction) | Self::Forward(direction, ..) => {
                Some(direction)
            }
            Self::Threaded | Self::Steered => Some(Direction::Down),
            Self::Udp(..) | Self::Segmented(_) | Self::Overload(_) | Self::Ping => None,
        }
    }

    /// Whether the guest is a router.
    pub fn is_forwarded(self) -> bool {
        matches!(self, Self::Forward(..))
    }
}

impl Filter {
    /// Its name in the names of steps.
    pub fn word(self) -> &'static str {
        match self {
            Self::Masquerade => "masquerade",
            Self::Flowtable => "flowtable",
        }
    }
}

impl Direction {
    /// Its name in the names of steps.
    pub fn word(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Up => "up",
        }
    }
}

impl Family {
    /// Bytes of payload in a segment of TCP.
    pub fn segment(self) -> f64 {
        match self {
            Self::V4 => 1460.0,
            Self::V6 => 1440.0,
        }
    }
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(Direction::Down) => write!(f, "TCP download"),
            Self::Tcp(Direction::Up) => write!(f, "TCP upload"),
            Self::Flows(Direction::Down) => write!(f, "{FLOWS} TCP downloads"),
            Self::Flows(Direction::Up) => write!(f, "{FLOWS} TCP uploads"),
            Self::Threaded => write!(f, "TCP download with threaded NAPI"),
            Self::Steered => write!(f, "TCP download with RPS"),
            Self::Udp(bytes, Direction::Down) => write!(f, "UDP {bytes} download"),
            Self::Udp(bytes, Direction::Up) => write!(f, "UDP {bytes} upload"),
            Self::Segmented(bytes) => write!(f, "UDP {bytes} upload by UDP_SEGMENT"),
            Self::Overload(bytes) => write!(f, "UDP {bytes} overload"),
            Self::Ping => write!(f, "ping"),
            Self::Forward(way, filter, offloads) => {
                let card = match offloads {
                    Offloads::On => "",
                    Offloads::Off => ", plain card",
                };
                write!(f, "forwarded {}, {}{card}", way.word(), filter.word())
            }
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IPv{}", *self as u8)
    }
}
