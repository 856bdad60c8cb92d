// SPDX-License-Identifier: GPL-2.0-only
//! What is measured: which contender with which traffic over which link.

use std::fmt;

use serde::Serialize;

use super::contender::{Contender, Link};
use super::traffic::{Direction, Family, Filter, Offloads, Traffic, FLOWS};

/// For how long datagrams are counted that come through an overload, in the guest's time.
const OVERLOAD_MILLISECONDS: u64 = 1000;

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
                let offloads = match offloads {
                    Offloads::On => "on",
                    Offloads::Off => "off",
                };
                format!(
                    "forward {} {offloads} {} {count}",
                    filter.word(),
                    way.word()
                )
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
