// SPDX-License-Identifier: GPL-2.0-only
//! What passes between a port and the protocol that it is reached by.

use crate::hostile::failures::Failure;
use crate::usb::{Setup, Stall};

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Done.
    Done,
    /// At the host's wish.
    Cancelled,
    /// The bus had an error.
    Error,
    /// The device refused.
    Stall,
    /// The device sent more than was asked for.
    Babble,
}

impl From<Result<(), Stall>> for Status {
    fn from(result: Result<(), Stall>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(Stall) => Self::Stall,
        }
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Stall => Self::Stall,
            // A device that is silent has no status; it is as if the bus were broken.
            Failure::Error | Failure::Silence => Self::Error,
            Failure::Babble => Self::Babble,
        }
    }
}

/// What becomes of requests that wait behind one that has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// They get no answer: the host cancels them.
    Abandoned,
    /// Their turn comes.
    Served,
}

/// How a transfer to the device ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With its last packet.
    AsItIs,
    /// With an empty packet, if the last one is full.
    Empty,
}

/// What the host is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A control transfer has ended.
    Control {
        /// The request's number.
        id: u64,
        /// What was asked.
        setup: Setup,
        /// How it went.
        status: Status,
        /// IN data, at most wLength bytes.
        data: Vec<u8>,
    },
    /// A bulk or interrupt transfer has ended.
    Transfer {
        /// The request's number.
        id: u64,
        /// Endpoint address.
        endpoint: u8,
        /// How it went.
        status: Status,
        /// Bytes transferred.
        length: usize,
        /// IN data.
        data: Vec<u8>,
    },
    /// A polled interrupt endpoint had something, without a request of its own.
    Notification {
        /// Endpoint address.
        endpoint: u8,
        /// How it went.
        status: Status,
        /// What it had.
        data: Vec<u8>,
    },
    /// The device has left the bus and starts anew; requests before this have no answer.
    Restarted,
}

/// A request that was cancelled before it had ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// A control transfer.
    Control,
    /// A transfer of the endpoint with this address.
    Transfer(u8),
}
