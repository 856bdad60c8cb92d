// SPDX-License-Identifier: GPL-2.0-only
//! The layout of frames on the bulk endpoints, and how host and modem agree on one.

use serde::Deserialize;

use super::LinkLayer;

/// Aggregation protocols that a host may ask for, as WDA numbers them: QMAP, and the later versions of it for which QMAP is
/// the nearest that this modem has.
const QMAP: u32 = 5;
const QMAP_FAMILY: [u32; 3] = [QMAP, 8, 9];

/// What one transfer may hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Datagrams; at least 1.
    pub datagrams: usize,
    /// Bytes, with headers and padding.
    pub size: usize,
}

/// Limits in both directions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Qmap {
    /// From the host.
    pub uplink: Limits,
    /// To the host.
    pub downlink: Limits,
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
    /// The largest limits of its aggregates, if it can do QMAP.
    pub qmap: Option<Qmap>,
    /// Bytes that a transfer must have room for.
    pub least_size: usize,
}

impl DataFormat {
    /// WDA's number of the aggregation protocol in force, the same in both directions; 0 is none.
    pub fn protocol(&self) -> u32 {
        self.qmap.map_or(0, |_| QMAP)
    }
}

impl Abilities {
    /// What comes of `wanted` while `current` is in force: the nearest that the modem can do.
    pub fn agree(&self, current: DataFormat, wanted: Wanted) -> DataFormat {
        let layer = wanted
            .layer
            .filter(|layer| self.layers.contains(layer))
            .unwrap_or(current.layer);
        let aggregates = wanted
            .protocols
            .iter()
            .all(|protocol| protocol.map_or(current.qmap.is_some(), |p| QMAP_FAMILY.contains(&p)));
        let qmap = self
            .qmap
            .filter(|_| aggregates && layer == LinkLayer::RawIp)
            .map(|most| {
                let now = current.qmap.unwrap_or(most);
                Qmap {
                    uplink: self.limit(now.uplink, wanted.uplink, most.uplink),
                    downlink: self.limit(now.downlink, wanted.downlink, most.downlink),
                }
            });
        DataFormat { layer, qmap }
    }

    /// A wanted 0 leaves the choice to the modem.
    fn limit(&self, now: Limits, wanted: WantedLimits, most: Limits) -> Limits {
        let choose = |now, wanted, least: usize, most| match wanted {
            None => now,
            Some(0) => most,
            Some(wanted) => usize::clamp(wanted, least.min(most), most),
        };
        Limits {
            datagrams: choose(now.datagrams, wanted.datagrams, 1, most.datagrams),
            size: choose(now.size, wanted.size, self.least_size, most.size),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: Limits = Limits {
        datagrams: 32,
        size: 16_384,
    };
    const PLAIN: DataFormat = DataFormat {
        layer: LinkLayer::Ethernet,
        qmap: None,
    };

    fn abilities() -> Abilities {
        Abilities {
            layers: vec![LinkLayer::Ethernet, LinkLayer::RawIp],
            qmap: Some(Qmap {
                uplink: MOST,
                downlink: MOST,
            }),
            least_size: 1504,
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
        let version_5 = wanted(LinkLayer::RawIp, 9);
        assert_eq!(abilities().agree(PLAIN, version_5).protocol(), QMAP);
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
