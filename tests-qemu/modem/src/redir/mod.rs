// SPDX-License-Identifier: GPL-2.0-only
//! The usb-redir protocol, the device's side ("usb-host" in its words).
//!
//! Source: usb-redirection-protocol 0.7 and `usbredirproto.h`. QEMU's `hw/usb/redirect.c` is the other side.

mod codec;
mod decode;
mod encode;
mod error;
mod host;
pub mod packet;

pub use codec::Codec;
pub use error::RedirError;
pub use host::Host;
