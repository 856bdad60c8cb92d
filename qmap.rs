// SPDX-License-Identifier: GPL-2.0-only

//! QMAP, the Qualcomm Multiplexing and Aggregation Protocol: an aggregate has many packets, each
//! with the id of its channel. In the order of a packet to the modem: `mux.rs`, the network device
//! of each channel; `uplink.rs`, what is sent; `aggregate.rs`, its transfers; `framing.rs`, the
//! headers of its packets; `checksum.rs`, those for checksum offload. To read on:
//! `kernel_ext/mod.rs`, the abstractions.
//!
//! Specification: Documentation/networking/device_drivers/cellular/qualcomm/rmnet.rst.

#![forbid(unsafe_code)]

pub(crate) mod aggregate;
pub(crate) mod checksum;
pub(crate) mod framing;
pub(crate) mod mux;
pub(crate) mod uplink;
