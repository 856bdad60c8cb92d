// SPDX-License-Identifier: GPL-2.0-only
//! What can go wrong.

use std::io;
use std::net::IpAddr;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A connection to the modem.
    #[error("{what} {address}: {source}")]
    Network {
        /// What was being done.
        what: &'static str,
        /// The modem's address.
        address: IpAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The modem does not answer a question.
    #[error("{0} does not answer")]
    Silent(IpAddr),
    /// The stream ended too early, or is too long.
    #[error("{address}: {got} bytes in place of {wanted}")]
    Length {
        /// The modem's address.
        address: IpAddr,
        /// Bytes that came.
        got: u64,
        /// Bytes that should have come.
        wanted: u64,
    },
    /// The host does not answer at the control port as it should.
    #[error("the host answered '{0}'")]
    Host(String),
    /// The client that is to talk through the guest does not.
    #[error("nothing is forwarded: '{0}'")]
    Forward(String),
    /// The kernel's figures.
    #[error("{0} has no {1}")]
    NoFigure(&'static str, &'static str),
    /// Something else of the system.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Error {
    /// An error of a connection to this address.
    pub fn network(what: &'static str, address: IpAddr) -> impl Fn(io::Error) -> Self {
        move |source| Self::Network {
            what,
            address,
            source,
        }
    }
}

/// Shorthand for this crate's results.
pub type Result<T> = std::result::Result<T, Error>;
