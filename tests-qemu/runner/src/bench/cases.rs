// SPDX-License-Identifier: GPL-2.0-only
//! What is measured: who carries packets, over which link, and which traffic.

use std::fmt;

use serde::Serialize;

use crate::kernel::Driver;

/// Connections at the same time.
const FLOWS: usize = 16;
/// For how long datagrams are counted that come through an overload, in the guest's time.
const OVERLOAD_MILLISECONDS: u64 = 1000;

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
    /// QMAP version 5 with one mux device: checksums are the modem's.
    #[serde(rename = "qmap-1-v5")]
    Qmap1V5,
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

    /// What `scenarios/bench/bench.sh` calls it.
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
                Link::Qmap1V5,
                Link::Qmap4,
            ],
            Self::Rmnet => &[
                Link::Qmap1,
                Link::Qmap1Aggregated,
                Link::Qmap1V5,
                Link::Qmap4,
            ],
            Self::Virtio => &[Link::Card],
        }
    }
}

impl Link {
    /// Its name, also in `scenarios/bench/bench.sh`.
    pub fn name(self) -> &'static str {
        match self {
            Self::RawIp => "raw-ip",
            Self::Ethernet => "802.3",
            Self::Qmap1 => "qmap-1",
            Self::Qmap1Aggregated => "qmap-1-aggregated",
            Self::Qmap1V5 => "qmap-1-v5",
            Self::Qmap4 => "qmap-4",
            Self::Card => "card",
        }
    }

    /// Whether `extent` has it.
    fn is_in(self, extent: Extent) -> bool {
        match self {
            Self::RawIp | Self::Qmap1 | Self::Qmap1Aggregated | Self::Qmap1V5 | Self::Card => true,
            Self::Ethernet | Self::Qmap4 => extent == Extent::Full,
        }
    }
}

impl Traffic {
    const ALL: [Self; 19] = [
        Self::Tcp(Direction::Down),
        Self::Tcp(Direction::Up),
        Self::Flows(Direction::Down),
        Self::Flows(Direction::Up),
        Self::Threaded,
        Self::Steered,
        Self::Udp(64, Direction::Down),
        Self::Udp(64, Direction::Up),
        Self::Udp(1400, Direction::Down),
        Self::Udp(1400, Direction::Up),
        Self::Segmented(1400),
        Self::Overload(64),
        Self::Ping,
        Self::Forward(Direction::Down, Filter::Masquerade, Offloads::On),
        Self::Forward(Direction::Up, Filter::Masquerade, Offloads::On),
        Self::Forward(Direction::Down, Filter::Flowtable, Offloads::On),
        Self::Forward(Direction::Up, Filter::Flowtable, Offloads::On),
        Self::Forward(Direction::Down, Filter::Flowtable, Offloads::Off),
        Self::Forward(Direction::Up, Filter::Flowtable, Offloads::Off),
    ];

    fn is_in(self, extent: Extent) -> bool {
        match extent {
            Extent::Full => true,
            Extent::Quick => matches!(
                self,
                Self::Tcp(_)
                    | Self::Udp(64, Direction::Down)
                    | Self::Overload(_)
                    | Self::Forward(_, Filter::Flowtable, Offloads::On)
            ),
            Extent::Profile => matches!(
                self,
                Self::Tcp(_)
                    | Self::Udp(64, Direction::Down)
                    | Self::Ping
                    | Self::Forward(_, Filter::Flowtable, Offloads::On)
            ),
        }
    }

    /// Whether it is measured over this link with IPv4.
    fn suits(self, link: Link) -> bool {
        match (self, link) {
            (Self::Forward(..), _) => matches!(
                link,
                Link::RawIp | Link::Qmap1 | Link::Qmap1Aggregated | Link::Qmap1V5
            ),
            // Aggregation in the uplink makes no difference to others.
            (Self::Tcp(way) | Self::Flows(way) | Self::Udp(_, way), Link::Qmap1Aggregated) => {
                way == Direction::Up
            }
            (Self::Flows(_), _) => matches!(link, Link::Qmap1 | Link::Card),
            (Self::Threaded | Self::Steered, _) => link == Link::Qmap1,
            (Self::Segmented(_), _) => matches!(
                link,
                Link::RawIp | Link::Qmap1 | Link::Qmap1Aggregated | Link::Card
            ),
            // With a packet in a transfer, neither the modem nor the host's USB keeps the guest busy.
            (Self::Overload(_), _) => link == Link::Qmap1,
            (Self::Tcp(_) | Self::Udp(_, Direction::Down), Link::Qmap1V5) => true,
            (_, Link::Qmap1Aggregated | Link::Qmap1V5) => false,
            _ => true,
        }
    }

    /// Whether it is measured over this link with IPv6 too.
    fn suits_ipv6(self, link: Link) -> bool {
        matches!(
            link,
            Link::RawIp | Link::Qmap1 | Link::Qmap1Aggregated | Link::Card
        ) && matches!(
            self,
            Self::Tcp(_) | Self::Udp(64, Direction::Down) | Self::Ping
        )
    }

    /// Whether it can be measured with this contender at all.
    fn suits_contender(self, contender: Contender) -> bool {
        // The others have no NAPI of the modem's.
        self != Self::Threaded || contender == Contender::Ours
    }

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

    /// How many packets there are.
    fn count(self, extent: Extent) -> u64 {
        match (self, extent) {
            (Self::Ping, Extent::Quick) => 200,
            (Self::Ping, _) => 1000,
            (_, Extent::Quick) => 3000,
            (Self::Udp(..) | Self::Segmented(_) | Self::Forward(..), _) => 6000,
            _ => 12_000,
        }
    }
}

impl Direction {
    fn word(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Up => "up",
        }
    }
}

impl Case {
    /// What `scenarios/bench/bench.sh` is called with.
    pub fn step(self, extent: Extent) -> String {
        let family = self.family as u8;
        let count = self.traffic.count(extent);
        match self.traffic {
            Traffic::Tcp(way) => format!("traffic {family} tcp-{} --count {count}", way.word()),
            Traffic::Flows(way) => {
                let way = way.word();
                format!("traffic {family} tcp-{way} --flows {FLOWS} --count {count}")
            }
            Traffic::Threaded => format!("threaded {family} tcp-down --count {count}"),
            Traffic::Steered => format!("steered {family} tcp-down --count {count}"),
            Traffic::Udp(bytes, way) => {
                let way = way.word();
                format!("traffic {family} udp-{way} --bytes {bytes} --count {count}")
            }
            Traffic::Segmented(bytes) => {
                format!("traffic {family} udp-up --segmented --bytes {bytes} --count {count}")
            }
            Traffic::Overload(bytes) => format!(
                "traffic {family} overload --bytes {bytes} --milliseconds {OVERLOAD_MILLISECONDS}"
            ),
            Traffic::Ping => format!("traffic {family} ping --count {count}"),
            Traffic::Forward(way, filter, offloads) => {
                let filter = match filter {
                    Filter::Masquerade => "masquerade",
                    Filter::Flowtable => "flowtable",
                };
                let offloads = match offloads {
                    Offloads::On => "on",
                    Offloads::Off => "off",
                };
                format!("forward {filter} {offloads} {} {count}", way.word())
            }
        }
    }

    /// Whether `extent` has it, for this contender.
    fn is_of(self, contender: Contender, extent: Extent) -> bool {
        let Self {
            link,
            traffic,
            family,
        } = self;
        let of_family = match family {
            Family::V4 => traffic.suits(link),
            Family::V6 => extent == Extent::Full && traffic.suits(link) && traffic.suits_ipv6(link),
        };
        of_family && traffic.is_in(extent) && traffic.suits_contender(contender)
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
                let filter = match filter {
                    Filter::Masquerade => "masquerade",
                    Filter::Flowtable => "flowtable",
                };
                let card = match offloads {
                    Offloads::On => "",
                    Offloads::Off => ", plain card",
                };
                write!(f, "forwarded {}, {filter}{card}", way.word())
            }
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
    let links = contender.links().iter();
    let mut cases = Vec::new();
    for &link in links.filter(|link| link.is_in(extent)) {
        for family in [Family::V4, Family::V6] {
            let all = Traffic::ALL.into_iter().map(|traffic| Case {
                link,
                traffic,
                family,
            });
            cases.extend(all.filter(|case| case.is_of(contender, extent)));
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
        let aggregated = |case: &Case| case.link == Link::Qmap1Aggregated;
        let (forwarded, others): (Vec<Case>, Vec<Case>) = cases
            .into_iter()
            .filter(aggregated)
            .partition(|case| case.traffic.is_forwarded());
        assert_eq!(forwarded.len(), 6);
        assert_eq!(others.len(), 6);
        assert!(others
            .iter()
            .all(|case| case.traffic.direction() != Some(Direction::Down)));
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
