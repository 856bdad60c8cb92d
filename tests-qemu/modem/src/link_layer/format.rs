// SPDX-License-Identifier: GPL-2.0-only
//! The layout of frames on the bulk endpoints, and how host and modem agree on one.

use serde::Deserialize;

use super::protocol::LinkLayer;
use super::qmap::{self, Version};

/// What one transfer may hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Datagrams; at least 1.
    pub datagrams: usize,
    /// Bytes, with headers and padding.
    pub size: usize,
}

/// QMAP as host and modem agreed on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Qmap {
    /// The same in both directions.
    pub version: Version,
    /// What a transfer from the host may hold.
    pub uplink: Limits,
    /// What one to the host may hold.
    pub downlink: Limits,
}

/// What a modem can do of QMAP.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QmapAbilities {
    /// Versions; version 1 takes the place of any other that is asked for.
    #[serde(default = "first_version")]
    pub versions: Vec<Version>,
    /// The largest limits from the host.
    pub uplink: Limits,
    /// The largest limits to the host.
    pub downlink: Limits,
}

fn first_version() -> Vec<Version> {
    vec![Version::V1]
}

/// The layout in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataFormat {
    /// What a packet is.
    pub layer: LinkLayer,
    /// Packets go in QMAP aggregates within these limits. Only ever with raw IP.
    pub qmap: Option<Qmap>,
}

/// Limits that a host asks for.
#[derive(Debug, Clone, Copy, Default)]
pub struct WantedLimits {
    /// Datagrams.
    pub datagrams: Option<usize>,
    /// Bytes.
    pub size: Option<usize>,
}

/// What a host asks for. What is `None` stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// The link layer.
    pub layer: Option<LinkLayer>,
    /// WDA's number of the uplink's and the downlink's aggregation protocol.
    pub protocols: [Option<u32>; 2],
    /// Limits of the uplink.
    pub uplink: WantedLimits,
    /// Limits of the downlink.
    pub downlink: WantedLimits,
}

/// What a modem can do.
#[derive(Debug, Clone)]
pub struct Abilities {
    /// Link layers.
    pub layers: Vec<LinkLayer>,
    /// Its QMAP, if it has any.
    pub qmap: Option<QmapAbilities>,
    /// Bytes of the longest packet, which must fit into a transfer.
    pub mtu: usize,
}

impl DataFormat {
    /// WDA's number of the aggregation protocol in force, the same in both directions; 0 is none.
    pub fn protocol(&self) -> u32 {
        self.qmap.map_or(0, |qmap| qmap.version as u32)
    }
}

impl Abilities {
    /// What comes of `wanted` while `current` is in force: the nearest that the modem can do.
    pub fn agree(&self, current: DataFormat, wanted: Wanted) -> DataFormat {
        let layer = wanted
            .layer
            .filter(|layer| self.layers.contains(layer))
            .unwrap_or(current.layer);
        let qmap = self
            .qmap
            .as_ref()
            .filter(|_| layer == LinkLayer::RawIp)
            .and_then(|able| {
                let version = able.version(current, wanted)?;
                let now = current.qmap;
                let least = qmap::size(version, self.mtu);
                let limit = |now: Option<Limits>, wanted, most| {
                    limit(now.unwrap_or(most), wanted, least, most)
                };
                Some(Qmap {
                    version,
                    uplink: limit(now.map(|q| q.uplink), wanted.uplink, able.uplink),
                    downlink: limit(now.map(|q| q.downlink), wanted.downlink, able.downlink),
                })
            });
        DataFormat { layer, qmap }
    }
}

impl QmapAbilities {
    /// `None` unless both directions are to have some version.
    fn version(&self, current: DataFormat, wanted: Wanted) -> Option<Version> {
        let [up, down] = wanted
            .protocols
            .map(|protocol| Version::from_wda(protocol.unwrap_or(current.protocol())));
        let (up, down) = (up?, down?);
        let can = up == down && self.versions.contains(&up);
        Some(if can { up } else { Version::V1 })
    }
}

/// A wanted 0 leaves the choice to the modem. `least` is in bytes.
fn limit(now: Limits, wanted: WantedLimits, least: usize, most: Limits) -> Limits {
    let choose = |now, wanted, least: usize, most| match wanted {
        None => now,
        Some(0) => most,
        Some(wanted) => usize::clamp(wanted, least.min(most), most),
    };
    Limits {
        datagrams: choose(now.datagrams, wanted.datagrams, 1, most.datagrams),
        size: choose(now.size, wanted.size, least, most.size),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: Limits = Limits {
        datagrams: 32,
        size: 16_384,
    };
    const QMAP: u32 = Version::V1 as u32;
    const PLAIN: DataFormat = DataFormat {
        layer: LinkLayer::Ethernet,
        qmap: None,
    };

    fn abilities() -> Abilities {
        Abilities {
            layers: vec![LinkLayer::Ethernet, LinkLayer::RawIp],
            qmap: Some(QmapAbilities {
                versions: vec![Version::V1],
                uplink: MOST,
                downlink: MOST,
            }),
            mtu: 1500,
        }
    }

    fn wanted(layer: LinkLayer, protocol: u32) -> Wanted {
        Wanted {
            layer: Some(layer),
            protocols: [Some(protocol); 2],
            ..Wanted::default()
        }
    }

    fn qmap() -> DataFormat {
        abilities().agree(PLAIN, wanted(LinkLayer::RawIp, QMAP))
    }

    #[test]
    fn qmap_comes_with_raw_ip_only() {
        assert_eq!(qmap().protocol(), QMAP);
        for (layer, protocol) in [(LinkLayer::Ethernet, QMAP), (LinkLayer::RawIp, 3)] {
            let format = abilities().agree(qmap(), wanted(layer, protocol));
            assert_eq!((format.layer, format.protocol()), (layer, 0));
        }
        let mut plain = abilities();
        plain.qmap = None;
        let format = plain.agree(PLAIN, wanted(LinkLayer::RawIp, QMAP));
        assert_eq!((format.layer, format.protocol()), (LinkLayer::RawIp, 0));
    }

    #[test]
    fn both_directions_aggregate_or_none() {
        let mut half = wanted(LinkLayer::RawIp, QMAP);
        half.protocols[0] = Some(0);
        assert_eq!(abilities().agree(PLAIN, half).protocol(), 0);
    }

    #[test]
    fn a_version_that_is_not_offered_becomes_the_first() {
        let mut able = abilities();
        let ask = |able: &Abilities, protocols| {
            let wanted = Wanted {
                protocols,
                ..wanted(LinkLayer::RawIp, QMAP)
            };
            able.agree(PLAIN, wanted).protocol()
        };
        for protocol in [8, 9] {
            assert_eq!(ask(&able, [Some(protocol); 2]), QMAP);
        }
        able.qmap.as_mut().unwrap().versions = vec![Version::V1, Version::V5];
        assert_eq!(ask(&able, [Some(8); 2]), QMAP);
        assert_eq!(ask(&able, [Some(9); 2]), 9);
        assert_eq!(ask(&able, [Some(8), Some(9)]), QMAP);
        assert_eq!(ask(&able, [Some(0), Some(9)]), 0);
    }

    #[test]
    fn a_version_stays_and_has_room_for_a_packet() {
        let mut able = abilities();
        able.qmap.as_mut().unwrap().versions = Version::ALL.to_vec();
        for (protocol, least) in [(5, 1504), (8, 1512), (9, 1508)] {
            let format = able.agree(qmap(), wanted(LinkLayer::RawIp, protocol));
            let small = Wanted {
                uplink: WantedLimits {
                    datagrams: None,
                    size: Some(1),
                },
                ..Wanted::default()
            };
            let format = able.agree(format, small);
            assert_eq!(format.protocol(), protocol);
            assert_eq!(format.qmap.unwrap().uplink.size, least);
        }
    }

    #[test]
    fn limits_are_clamped_and_kept() {
        assert_eq!(qmap().qmap.unwrap().downlink, MOST);
        let ask = |size, datagrams| {
            let wanted = Wanted {
                downlink: WantedLimits {
                    datagrams: Some(datagrams),
                    size: Some(size),
                },
                ..Wanted::default()
            };
            let format = abilities().agree(qmap(), wanted);
            let same = abilities().agree(format, Wanted::default());
            assert_eq!(format, same);
            let limits = format.qmap.unwrap();
            assert_eq!(limits.uplink, MOST);
            (limits.downlink.size, limits.downlink.datagrams)
        };
        assert_eq!(ask(4096, 10), (4096, 10));
        assert_eq!(ask(1, 1), (1504, 1));
        assert_eq!(ask(99_999, 99), (16_384, 32));
        assert_eq!(ask(0, 0), (16_384, 32));
    }
}
