// SPDX-License-Identifier: GPL-2.0-only

//! Abstractions that the `kernel` crate lacks, written as if they were part of it. They are named
//! after the kernel's subsystems: `net.rs`, `usb.rs`, and `usb_netdev.rs`, which needs both: a
//! network device over the bulk endpoints of a USB interface.
//!
//! This is the only module with `unsafe` code. It has no code for the QMI or QMAP protocols.

#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]
#![deny(clippy::multiple_unsafe_ops_per_block)]

#[doc(hidden)]
mod bindings;
pub(crate) mod compat;
pub(crate) mod kstrtox;
pub(crate) mod net;
pub(crate) mod page;
pub(crate) mod sysfs;
mod time;
pub(crate) mod usb;
pub(crate) mod usb_netdev;
mod workqueue;
