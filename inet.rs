// SPDX-License-Identifier: GPL-2.0-only

//! Headers of IP, TCP and UDP: `ip.rs`, `checksum.rs`, and `gso.rs`, segmentation.

#![forbid(unsafe_code)]

pub(crate) mod checksum;
pub(crate) mod gso;
pub(crate) mod ip;
