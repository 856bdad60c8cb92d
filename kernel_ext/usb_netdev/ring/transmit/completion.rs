// SPDX-License-Identifier: GPL-2.0-only

//! Transfers to a device that have completed.

use super::{
    state::{
        RingState,
        TxContent, //
    },
    QueueOwner,
    TransmitRing,
    TransmitSet, //
};
use crate::kernel_ext::{
    bindings,
    usb::bulk::DoneList, //
};
use kernel::prelude::*;

/// The status of a completed transfer.
pub(in crate::kernel_ext) struct TxStatus {
    /// Bytes of the transfer.
    pub(in crate::kernel_ext) bytes: usize,
    /// Its result.
    pub(in crate::kernel_ext) result: Result,
}

impl TransmitRing {
    /// Takes back completed transfers, and calls `each` with their status. Returns the state of the
    /// ring, if there were any.
    pub(in crate::kernel_ext) fn complete(
        &self,
        set: &mut TransmitSet,
        owner: &impl QueueOwner,
        mut each: impl FnMut(TxStatus),
    ) -> Option<RingState> {
        let mut bytes = 0_usize;
        let done: DoneList<TxContent> = set.0.take_done();
        let mut inner = None;

        for done in done {
            let result = done.result().map(|_| ());
            let transfer = done.into_idle();
            let len = transfer.content().data.len();

            let inner = inner.get_or_insert_with(|| self.inner.lock());
            if let Err(err) = result {
                inner.record_error(err);
            }
            self.put_back(inner, transfer);
            inner.in_flight = inner.in_flight.saturating_sub(1);
            bytes = bytes.saturating_add(len);
            each(TxStatus { bytes: len, result });
        }
        let mut inner = inner?;
        let is_idle = inner.in_flight == 0;

        // Before others can submit what is newer.
        self.submit_pending_if_idle(&mut inner, owner);
        let state = inner.state();
        drop(inner);
        // SAFETY: `submit` has counted these bytes for the owner, under the lock. One context at a
        // time has the set. The queue is reset only by `open`, before anything is submitted.
        unsafe { owner.queue().completed(bytes) };
        if is_idle {
            // SAFETY: the interface is valid, for the ring holds a reference to it. The reference
            // of runtime PM that is given up was taken by `submit`, for the first transfer in
            // flight.
            unsafe { bindings::usb_autopm_put_interface_async(self.interface.as_raw()) };
        }
        Some(state)
    }
}
