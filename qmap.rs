// SPDX-License-Identifier: GPL-2.0-only

//! QMAP, the Qualcomm Multiplexing and Aggregation Protocol: many packets in one buffer, each with
//! the id of the channel that it belongs to.
//!
//! Specification: Documentation/networking/device_drivers/cellular/qualcomm/rmnet.rst.

#![forbid(unsafe_code)]

pub(crate) mod aggregate;
pub(crate) mod checksum;
pub(crate) mod framing;
pub(crate) mod mux;
pub(crate) mod uplink;
