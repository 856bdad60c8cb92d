// SPDX-License-Identifier: GPL-2.0-only
//! What a frame on the bulk endpoints is: an Ethernet frame, an IP packet by itself, or several in a QMAP aggregate.

pub mod checksum;
pub mod discovery;
mod ethernet;
mod format;
mod mac;
mod protocol;
pub mod qmap;

pub use ethernet::{EthernetLink, Quirks, Received};
pub use format::{Abilities, DataFormat, Limits, Qmap, QmapAbilities, Wanted, WantedLimits};
pub use mac::MacAddress;
pub use protocol::{IpFamily, LinkLayer};
