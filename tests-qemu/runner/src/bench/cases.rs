// SPDX-License-Identifier: GPL-2.0-only
//! What is measured: who carries packets, over which link, and which traffic.

use std::fmt;

use serde::Serialize;

use crate::setup::Driver;

/// Who carries the packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contender {
    /// The kernel's own driver.
    C,
    /// This project's.
    Ours,
    /// The kernel's own, with rmnet above it.
    Rmnet,
    /// A virtio network card, the reference.
    Virtio,
}

/// How packets travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// One packet in a transfer.
    RawIp,
    /// One frame in a transfer.
    #[serde(rename = "802.3")]
    Ethernet,
    /// QMAP with one mux device.
    #[serde(rename = "qmap-1")]
    Qmap1,
    /// The same, with uplink aggregation.
    #[serde(rename = "qmap-1-aggregated")]
    Qmap1Aggregated,
    /// QMAP with four mux devices, all busy.
    #[serde(rename = "qmap-4")]
    Qmap4,
    /// A network card.
    Card,
}

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
    /// Datagrams with so many bytes of payload.
    Udp(u16, Direction),
    /// Pings, one after the other.
    Ping,
}

/// IP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Family {
    /// IPv4.
    V4 = 4,
    /// IPv6.
    V6 = 6,
}

/// One measurement of a contender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Case {
    /// Over which link.
    pub link: Link,
    /// What is sent.
    pub traffic: Traffic,
    /// Over which IP.
    pub family: Family,
}

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All.
    Full,
    /// What tells most, once.
    Quick,
    /// What a breakdown by function is made of.
    Profile,
}

impl Contender {
    /// All, in the order of tables.
    pub const ALL: [Self; 4] = [Self::C, Self::Ours, Self::Rmnet, Self::Virtio];

    /// Its name in tables.
    pub fn label(self) -> &'static str {
        match self {
            Self::C => "C driver",
            Self::Ours => "ours",
            Self::Rmnet => "rmnet",
            Self::Virtio => "virtio-net",
        }
    }

    /// Its name in paths.
    pub fn key(self) -> &'static str {
        match self {
            Self::C => "c",
            Self::Ours => "ours",
            Self::Rmnet => "rmnet",
            Self::Virtio => "virtio",
        }
    }

    /// The driver that its guests have.
    pub fn driver(self) -> Driver {
        match self {
            Self::Ours => Driver::Rs,
            _ => Driver::C,
        }
    }

    /// The modules whose code is its own.
    pub fn modules(self) -> &'static [&'static str] {
        match self {
            Self::C => &["qmi_wwan"],
            Self::Ours => &["qmi_wwan_rs"],
            Self::Rmnet => &["qmi_wwan", "rmnet"],
            Self::Virtio => &["virtio_net"],
        }
    }

    /// What `scenarios/bench.sh` calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::C | Self::Ours => "driver",
            Self::Rmnet => "rmnet",
            Self::Virtio => "card",
        }
    }

    fn links(self) -> &'static [Link] {
        match self {
            Self::C => &[Link::RawIp, Link::Ethernet, Link::Qmap1, Link::Qmap4],
            Self::Ours => &[
                Link::RawIp,
                Link::Ethernet,
                Link::Qmap1,
                Link::Qmap1Aggregated,
                Link::Qmap4,
            ],
            Self::Rmnet => &[Link::Qmap1, Link::Qmap1Aggregated, Link::Qmap4],
            Self::Virtio => &[Link::Card],
        }
    }
}

impl Link {
    /// Its name, also in `scenarios/bench.sh`.
    pub fn name(self) -> &'static str {
        match self {
            Self::RawIp => "raw-ip",
            Self::Ethernet => "802.3",
            Self::Qmap1 => "qmap-1",
            Self::Qmap1Aggregated => "qmap-1-aggregated",
            Self::Qmap4 => "qmap-4",
            Self::Card => "card",
        }
    }

    /// Whether `extent` has it.
    fn is_in(self, extent: Extent) -> bool {
        match extent {
            Extent::Full => true,
            Extent::Quick | Extent::Profile => {
                matches!(self, Self::RawIp | Self::Qmap1 | Self::Qmap1Aggregated)
            }
        }
    }
}

impl Traffic {
    const ALL: [Self; 7] = [
        Self::Tcp(Direction::Down),
        Self::Tcp(Direction::Up),
        Self::Udp(64, Direction::Down),
        Self::Udp(64, Direction::Up),
        Self::Udp(1400, Direction::Down),
        Self::Udp(1400, Direction::Up),
        Self::Ping,
    ];

    /// Whether packets go up: aggregation in the uplink makes no difference to others.
    fn goes_up(self) -> bool {
        matches!(self, Self::Tcp(Direction::Up) | Self::Udp(_, Direction::Up))
    }

    fn is_in(self, extent: Extent) -> bool {
        match extent {
            Extent::Full => true,
            Extent::Quick => matches!(self, Self::Tcp(_) | Self::Udp(64, Direction::Down)),
            Extent::Profile => {
                matches!(
                    self,
                    Self::Tcp(_) | Self::Udp(64, Direction::Down) | Self::Ping
                )
            }
        }
    }

    /// The direction of TCP in bulk.
    pub fn direction(self) -> Option<Direction> {
        match self {
            Self::Tcp(direction) => Some(direction),
            _ => None,
        }
    }

    /// How many packets there are.
    pub fn count(self, extent: Extent) -> u64 {
        match (self, extent) {
            (Self::Ping, Extent::Quick) => 200,
            (Self::Ping, _) => 1000,
            (_, Extent::Quick) => 3000,
            (Self::Tcp(_), _) => 12_000,
            (Self::Udp(..), _) => 6000,
        }
    }

    /// What the program that makes the traffic is called with.
    pub fn arguments(self, extent: Extent) -> String {
        let count = self.count(extent);
        let way = |direction| match direction {
            Direction::Down => "down",
            Direction::Up => "up",
        };
        match self {
            Self::Tcp(direction) => format!("tcp-{} --count {count}", way(direction)),
            Self::Udp(bytes, direction) => {
                format!("udp-{} --bytes {bytes} --count {count}", way(direction))
            }
            Self::Ping => format!("ping --count {count}"),
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
            Self::Udp(bytes, Direction::Down) => write!(f, "UDP {bytes} download"),
            Self::Udp(bytes, Direction::Up) => write!(f, "UDP {bytes} upload"),
            Self::Ping => write!(f, "ping"),
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IPv{}", *self as u8)
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, {}", self.link.name(), self.traffic, self.family)
    }
}

/// All cases of a contender, those of a link behind each other.
pub fn of(contender: Contender, extent: Extent) -> Vec<Case> {
    let links = contender
        .links()
        .iter()
        .filter(|link| link.is_in(extent) || **link == Link::Card);
    let mut cases = Vec::new();
    for &link in links {
        for family in [Family::V4, Family::V6] {
            if family == Family::V6 && extent != Extent::Full {
                continue;
            }
            let traffic = Traffic::ALL.into_iter().filter(|traffic| {
                traffic.is_in(extent) && (link != Link::Qmap1Aggregated || traffic.goes_up())
            });
            cases.extend(traffic.map(|traffic| Case {
                link,
                traffic,
                family,
            }));
        }
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aggregation_is_measured_going_up_only() {
        let cases = of(Contender::Ours, Extent::Full);
        let aggregated = |case: &&Case| case.link == Link::Qmap1Aggregated;
        assert_eq!(cases.iter().filter(aggregated).count(), 6);
        assert_eq!(cases.len(), 4 * 14 + 6);
        assert!(of(Contender::C, Extent::Full)
            .iter()
            .all(|case| case.link != Link::Qmap1Aggregated));
    }

    #[test]
    fn quick_is_a_part_of_all() {
        for contender in Contender::ALL {
            let all = of(contender, Extent::Full);
            let quick = of(contender, Extent::Quick);
            assert!(quick.iter().all(|case| all.contains(case)));
            assert!(quick.len() < all.len());
        }
    }
}
