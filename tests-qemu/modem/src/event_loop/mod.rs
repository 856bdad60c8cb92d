// SPDX-License-Identifier: GPL-2.0-only
//! What drives a modem: the connection to its host, by usb-redir or by USB/IP.

mod address;
mod ending;
pub mod redir;
pub mod usbip;

pub use address::{Address, AddressError, PORT};
pub use ending::{Ending, LinkError};
