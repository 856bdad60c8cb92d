// SPDX-License-Identifier: GPL-2.0-only
//! Contenders: drivers that carry packets, and over which link.

use serde::Serialize;

use crate::kernel::Driver;

/// What carries the packets.
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
}
