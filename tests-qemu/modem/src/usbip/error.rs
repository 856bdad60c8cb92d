// SPDX-License-Identifier: GPL-2.0-only
//! Why a connection ends.

use thiserror::Error;

/// Why a connection cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UsbIpError {
    /// Not the version that there is.
    #[error("USB/IP: version 0x{0:04x}, not 0x0111")]
    Version(u16),
    /// Neither a request for the list nor for a device.
    #[error("USB/IP: unknown operation 0x{0:04x}")]
    Call(u16),
    /// Not a request.
    #[error("USB/IP: unknown command {0}")]
    Command(u32),
    /// A request for another device.
    #[error("USB/IP: a request for device 0x{0:x}")]
    Device(u32),
    /// A number has no meaning.
    #[error("USB/IP: {what} {value} in a request")]
    Field {
        /// Which.
        what: &'static str,
        /// The number.
        value: u32,
    },
    /// More requests than any driver has.
    #[error("USB/IP: more than {0} requests wait for an answer")]
    Pending(usize),
}
