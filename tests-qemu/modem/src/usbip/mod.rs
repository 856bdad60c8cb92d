// SPDX-License-Identifier: GPL-2.0-only
//! The USB/IP protocol, the side that has the device ("server" in its words).
//!
//! Source: `Documentation/usb/usbip_protocol.rst` of Linux. The kernel's `vhci_hcd` is the other side. It is written here because
//! the crates for it serve one request after the other (`usbip` 0.9.0, which also lets the other side choose how much memory it
//! takes) or belong to a framework for firmware (`usbip-device` 0.2.0): this device has requests that wait, and are unlinked.

mod call;
mod codec;
mod error;
mod host;

pub use call::{Answer, Call, BUS_ID};
pub use codec::{Codec, FromHost, ToHost, MAX_TRANSFER};
pub use error::UsbIpError;
pub use host::{Host, MAX_OUTPUT, MAX_PENDING};
