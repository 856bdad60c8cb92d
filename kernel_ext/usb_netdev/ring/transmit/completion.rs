// SPDX-License-Identifier: GPL-2.0-only

//! Transfers to a device that have completed.

use super::{
    state::{
        Outgoing,
        State, //
    },
    Owner,
    TransmitRing,
    TransmitSet, //
};
use crate::kernel_ext::{
    bindings,
    usb::bulk::DoneList, //
};
use kernel::prelude::*;

/// What became of a transfer.
pub(in crate::kernel_ext) struct Outcome {
    /// Bytes of the transfer.
    pub(in crate::kernel_ext) bytes: usize,
    /// How it ended.
    pub(in crate::kernel_ext) result: Result,
}

impl TransmitRing {
    /// Takes back what has completed, and tells `each` what became of it. Returns how the ring is
    /// then, if anything has.
    pub(in crate::kernel_ext) fn complete(
        &self,
        set: &mut TransmitSet,
        owner: &impl Owner,
        mut each: impl FnMut(Outcome),
    ) -> Option<State> {
        let mut bytes = 0_usize;
        let done: DoneList<Outgoing> = set.0.take_done();
        let mut inner = None;

        for done in done {
            let result = done.result().map(|_| ());
            let transfer = done.into_idle();
            let len = transfer.content().data.len();

            let inner = inner.get_or_insert_with(|| self.inner.lock());
            if let Err(err) = result {
                inner.note(err);
            }
            self.put_back(inner, transfer);
            inner.in_flight = inner.in_flight.saturating_sub(1);
            bytes = bytes.saturating_add(len);
            each(Outcome { bytes: len, result });
        }
        let mut inner = inner?;
        let pending = inner.take_pending_if_quiet();
        let is_quiet = inner.in_flight == 0;
        let state = inner.state();

        drop(inner);
        owner.queue().completed(bytes);
        if let Some(pending) = pending {
            // What it returns is an error of a packet that is dropped.
            let _ = self.submit(pending, owner);
        }
        if is_quiet {
            // SAFETY: the interface is valid, for the ring holds a reference to it. The reference
            // of runtime PM that is given up was taken by `submit`, for the first transfer in
            // flight.
            unsafe { bindings::usb_autopm_put_interface_async(self.interface.as_raw()) };
        }
        Some(state)
    }
}
