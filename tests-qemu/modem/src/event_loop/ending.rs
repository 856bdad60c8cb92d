// SPDX-License-Identifier: GPL-2.0-only
//! How a connection ends, well or not.

use std::io;

use thiserror::Error;

use crate::redir::RedirError;
use crate::usbip::UsbIpError;

/// Why the connection could not be made or kept.
#[derive(Debug, Error)]
pub enum LinkError {
    /// QEMU did not listen in time.
    #[error("no connection to '{path}' after {seconds} s: {reason} (QEMU must listen there)")]
    Connect {
        /// The socket.
        path: String,
        /// How long it was tried.
        seconds: u64,
        /// The last failure.
        reason: io::Error,
    },
    /// It is impossible to listen there.
    #[error(
        "cannot listen at {address}: {reason} (--usbip takes another address, or port, behind it)"
    )]
    Listen {
        /// The address.
        address: String,
        /// The system's words.
        reason: io::Error,
    },
    /// Reading, writing or waiting failed.
    #[error("the connection broke: {0}")]
    Io(#[from] io::Error),
    /// The guest does not speak the protocol.
    #[error(transparent)]
    Protocol(#[from] RedirError),
    /// The host does not speak the other protocol.
    #[error(transparent)]
    UsbIp(#[from] UsbIpError),
}

/// How a connection ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// SIGTERM or SIGINT: the device was unplugged.
    Unplugged,
    /// The guest closed its end.
    GuestGone,
}
