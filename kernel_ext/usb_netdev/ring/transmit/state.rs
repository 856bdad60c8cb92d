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
        buffer::TxBuffer,
        Fault, //
    }, //
};
use kernel::prelude::*;

/// The driver's data of a transfer.
pub(in crate::kernel_ext) struct TxContent {
    pub(in crate::kernel_ext) data: TxBuffer,
    pub(in crate::kernel_ext) packets: u32,
    /// The format of its packets, by a number of the driver's own.
    pub(in crate::kernel_ext) format: u8,
}

impl Content for TxContent {
    type Handler = napi::Scheduler;
}

pub(in crate::kernel_ext) type Transfer = Idle<TxContent>;

/// The state of a ring.
#[derive(Clone, Copy)]
pub(in crate::kernel_ext) struct RingState {
    /// Transfers that are idle.
    pub(in crate::kernel_ext) available: usize,
    /// The fault, while nothing is submitted.
    pub(in crate::kernel_ext) fault: Option<Fault>,
}

pub(super) struct Inner {
    pub(super) is_open: bool,
    pub(super) is_suspended: bool,
    pub(super) fault: Option<Fault>,
    /// A stack: a buffer that has grown is used again first.
    pub(super) idle: KVec<Transfer>,
    /// Transfers that are submitted when the device is resumed, or a fault is cleared.
    pub(super) deferred: KVec<Transfer>,
    /// The pending transfer, which waits for more packets.
    pub(super) pending: Option<Transfer>,
    /// Pending transfers that senders have taken, to append to them.
    pub(super) taken: usize,
    /// Those of them that are to be submitted when they come back: they have waited long enough.
    pub(super) due: usize,
    /// Transfers that are in flight, deferred, or not processed yet. While there are any a
    /// reference of runtime PM is held.
    pub(super) in_flight: usize,
}

impl Inner {
    pub(super) fn state(&self) -> RingState {
        RingState {
            available: self.idle.len(),
            fault: self.fault,
        }
    }

    pub(super) fn defer(&mut self, transfer: Transfer) {
        // There is capacity for all transfers.
        let _ = self.deferred.push_within_capacity(transfer);
    }

    /// The pending transfer, if nothing is in flight: it need not wait any more.
    pub(super) fn take_pending_if_idle(&mut self) -> Option<Transfer> {
        if self.in_flight > 0 || !self.is_open || self.is_suspended {
            return None;
        }
        self.pending.take()
    }

    /// A transfer that was taken has come back. Returns whether it is due.
    pub(super) fn end_taken(&mut self) -> bool {
        let is_due = self.due > 0;

        self.taken = self.taken.saturating_sub(1);
        self.due = self.due.saturating_sub(1);
        is_due
    }

    pub(super) fn fail_deferred(&mut self) {
        while let Some(transfer) = self.deferred.pop() {
            transfer.fail(ESHUTDOWN);
        }
    }

    pub(super) fn record_error(&mut self, err: Error) {
        let fault = match err {
            EPIPE => Fault::Halt,
            EPROTO | ETIME | EILSEQ => Fault::Throttle,
            _ => return,
        };
        self.fault.get_or_insert(fault);
    }
}
