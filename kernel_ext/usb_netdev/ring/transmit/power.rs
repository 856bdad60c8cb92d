// SPDX-License-Identifier: GPL-2.0-only

//! When a transmit ring submits nothing: while its device is suspended, and after faults.

use super::{
    state::Inner,
    Owner,
    TransmitRing, //
};
use crate::kernel_ext::usb_netdev::ring::Fault;
use kernel::prelude::*;

impl TransmitRing {
    /// The device is about to be suspended: what is sent from now on waits. `EBUSY` if something is
    /// in flight and the suspend can wait.
    pub(in crate::kernel_ext) fn suspend(&self, can_wait: bool) -> Result {
        let mut inner = self.inner.lock();

        if can_wait && (inner.in_flight > 0 || inner.pending.is_some()) {
            return Err(EBUSY);
        }
        inner.is_asleep = true;
        Ok(())
    }

    /// The device is awake again: sends what has waited.
    pub(in crate::kernel_ext) fn resume(&self, owner: &impl Owner) {
        let pending = {
            let mut inner = self.inner.lock();

            inner.is_asleep = false;
            self.send_deferred(&mut inner);
            inner.take_pending_if_quiet()
        };
        if let Some(pending) = pending {
            // What it returns is an error of a packet that is dropped.
            let _ = self.submit(pending, owner);
        }
    }

    fn send_deferred(&self, inner: &mut Inner) {
        while inner.fault.is_none() {
            let Ok(transfer) = inner.deferred.remove(0) else {
                return;
            };
            self.send(inner, transfer);
        }
    }

    /// Why nothing is submitted.
    pub(in crate::kernel_ext) fn fault(&self) -> Option<Fault> {
        self.inner.lock().fault
    }

    /// Has nothing submitted until [`Self::clear_fault`], because of `fault`.
    pub(in crate::kernel_ext) fn set_fault(&self, fault: Fault) {
        self.inner.lock().fault = Some(fault);
    }

    /// Lets transfers be submitted again, after a fault was dealt with.
    pub(in crate::kernel_ext) fn clear_fault(&self) {
        let mut inner = self.inner.lock();

        inner.fault = None;
        if !inner.is_asleep {
            self.send_deferred(&mut inner);
        }
    }
}
