// SPDX-License-Identifier: GPL-2.0-only
//! Why a connection ends.

use thiserror::Error;

/// Why the connection cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RedirError {
    /// Something came before the hello, or a second hello.
    #[error("usb-redir: packet type {0} out of order; is it QEMU's usb-redir that listens there?")]
    Order(u32),
    /// The other side is too old.
    #[error("usb-redir: the other side lacks capabilities 0x{0:x}; QEMU 1.3 or later has them")]
    Capabilities(u32),
    /// Not a packet of this protocol, or one for the other side.
    #[error("usb-redir: unknown packet type {0}")]
    Type(u32),
    /// The length does not fit the type.
    #[error("usb-redir: packet type {kind} of {length} bytes")]
    Length {
        /// Packet type.
        kind: u32,
        /// Bytes after the header.
        length: usize,
    },
    /// The guest has no port for a device of this speed, or a filter keeps it out.
    #[error("usb-redir: QEMU refuses the device; is there a free port of its speed?")]
    Rejected,
}
