// SPDX-License-Identifier: GPL-2.0-only

//! KUnit suites, one for each module.
//!
//! A case that tries many inputs returns a [`Result`], and [`expect`] names the input that failed.

#![forbid(unsafe_code)]

mod aggregate;
mod attributes;
mod driver;
mod expect;
mod inet_checksum;
mod inet_gso;
mod modem;
mod packet;
mod page;
mod qmap_checksum;
mod qmap_framing;
mod qmap_uplink;
mod random;
mod rawip;
mod statistics;
mod usb_cdc;
mod usb_ids;
