// SPDX-License-Identifier: GPL-2.0-only

//! The pending transfer, which waits for more packets. While a sender appends to it, others begin
//! another one; what was begun first is submitted first.

use super::{
    state::{
        Inner,
        Transfer, //
    },
    QueueOwner,
    TransmitRing, //
};
use kernel::prelude::*;

impl TransmitRing {
    /// The pending transfer, if there is one, for more packets. Does not sleep.
    ///
    /// # Safety
    ///
    /// The caller must hold the RCU read lock until the transfer is returned, submitted or held, by
    /// this ring: [`Self::close`] frees it after a grace period.
    pub(in crate::kernel_ext::usb_netdev::ring) unsafe fn take_pending(&self) -> Option<Transfer> {
        let mut inner = self.inner.lock();
        let transfer = inner.pending.take()?;

        inner.taken = inner.taken.saturating_add(1);
        Some(transfer)
    }

    /// Submits the pending transfer, and returns whether there was one. If a sender has it, that
    /// submits it. Does not sleep.
    pub(in crate::kernel_ext) fn submit_pending(&self, owner: &impl QueueOwner) -> bool {
        let mut inner = self.inner.lock();

        match inner.pending.take() {
            Some(transfer) => {
                // An error drops the transfer's packets.
                let _ = self.submit_locked(&mut inner, transfer, owner);
                true
            }
            None => {
                inner.due = inner.taken;
                false
            }
        }
    }

    /// Submits the pending transfer if nothing is in flight: it need not wait any more.
    pub(super) fn submit_pending_if_idle(&self, inner: &mut Inner, owner: &impl QueueOwner) {
        if let Some(pending) = inner.take_pending_if_idle() {
            // An error drops the transfer's packets.
            let _ = self.submit_locked(inner, pending, owner);
        }
    }

    /// Makes `transfer` the pending one, and returns whether the timer is to be started. It is
    /// submitted instead if nothing is in flight, or if a newer one is pending already, so that
    /// packets keep their order. `was_pending` if it comes from [`Self::take_pending`]. Does not
    /// sleep.
    pub(in crate::kernel_ext::usb_netdev::ring) fn hold(
        &self,
        transfer: Transfer,
        was_pending: bool,
        owner: &impl QueueOwner,
    ) -> Result<bool> {
        let mut inner = self.inner.lock();
        let is_due = was_pending && (inner.end_taken() || inner.pending.is_some());

        if is_due || inner.in_flight == 0 && !inner.is_suspended && inner.taken == 0 {
            self.submit_locked(&mut inner, transfer, owner)?;
            return Ok(false);
        }
        if let Some(before) = inner.pending.replace(transfer) {
            self.submit_locked(&mut inner, before, owner)?;
        }
        // While the device is suspended only the timer sends it, which resumes the device.
        Ok(!was_pending || inner.is_suspended)
    }
}
