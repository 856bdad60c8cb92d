// SPDX-License-Identifier: GPL-2.0-only

//! KUnit suites, one for each room.
//!
//! A case that tries many inputs returns a [`Result`], and [`expect`] names the input that failed.

#![forbid(unsafe_code)]

mod aggregate;
mod attributes;
mod cdc;
mod expect;
mod inet;
mod mac;
mod offload;
mod packet;
mod page;
mod qmap;
mod random;
mod rawip;
mod segment;
mod statistics;
mod uplink;
mod usb_ids;
