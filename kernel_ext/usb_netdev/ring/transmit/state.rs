// SPDX-License-Identifier: GPL-2.0-only

//! What the lock of a transmit ring protects.

use crate::kernel_ext::{
    compat::{
        EILSEQ,
        EPROTO,
        ESHUTDOWN,
        ETIME, //
    },
    net::napi,
    usb::bulk::{
        Content,
        Idle, //
    },
    usb_netdev::ring::{
        data::Data,
        Fault, //
    }, //
};
use kernel::prelude::*;

/// What goes along with a transfer.
pub(in crate::kernel_ext) struct Outgoing {
    pub(in crate::kernel_ext) data: Data,
    pub(in crate::kernel_ext) packets: u32,
    /// The format of its packets, by a number of the driver's own.
    pub(in crate::kernel_ext) format: u8,
}

impl Content for Outgoing {
    type Completion = napi::Scheduler;
}

pub(in crate::kernel_ext) type Transfer = Idle<Outgoing>;

/// How a ring is.
#[derive(Clone, Copy)]
pub(in crate::kernel_ext) struct State {
    /// Transfers that are idle.
    pub(in crate::kernel_ext) available: usize,
    /// Why nothing is submitted.
    pub(in crate::kernel_ext) fault: Option<Fault>,
}

pub(super) struct Inner {
    pub(super) is_open: bool,
    pub(super) is_asleep: bool,
    pub(super) fault: Option<Fault>,
    /// Taken from the end: a buffer that has grown is used again first.
    pub(super) idle: KVec<Transfer>,
    /// What is sent when the device is awake again, or a fault was dealt with.
    pub(super) deferred: KVec<Transfer>,
    /// A transfer that waits for more packets.
    pub(super) pending: Option<Transfer>,
    /// Transfers that are in flight, deferred, or not processed yet. While there are any the
    /// interface is kept from being suspended.
    pub(super) in_flight: usize,
}

impl Inner {
    pub(super) fn state(&self) -> State {
        State {
            available: self.idle.len(),
            fault: self.fault,
        }
    }

    pub(super) fn defer(&mut self, transfer: Transfer) {
        // There is capacity for all transfers.
        let _ = self.deferred.push_within_capacity(transfer);
    }

    /// The transfer that waits for more, if it need not wait any more: nothing is in flight.
    pub(super) fn take_pending_if_quiet(&mut self) -> Option<Transfer> {
        if self.in_flight > 0 || !self.is_open || self.is_asleep {
            return None;
        }
        self.pending.take()
    }

    pub(super) fn fail_deferred(&mut self) {
        while let Some(transfer) = self.deferred.pop() {
            transfer.fail(ESHUTDOWN);
        }
    }

    pub(super) fn note(&mut self, err: Error) {
        let fault = match err {
            EPIPE => Fault::Halt,
            EPROTO | ETIME | EILSEQ => Fault::Throttle,
            _ => return,
        };
        self.fault.get_or_insert(fault);
    }
}
