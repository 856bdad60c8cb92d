// SPDX-License-Identifier: GPL-2.0-only

//! When a transmit ring submits nothing: while its device is suspended, and after faults.

use super::{
    state::Inner,
    QueueOwner,
    TransmitRing, //
};
use crate::kernel_ext::usb_netdev::ring::Fault;
use kernel::prelude::*;

impl TransmitRing {
    /// The device is about to be suspended: transfers are deferred from now on. `EBUSY` if
    /// something is in flight and the suspend can wait.
    pub(in crate::kernel_ext) fn suspend(&self, can_wait: bool) -> Result {
        let mut inner = self.inner.lock();

        if can_wait && (inner.in_flight > 0 || inner.pending.is_some()) {
            return Err(EBUSY);
        }
        inner.is_suspended = true;
        Ok(())
    }

    /// The device is resumed: submits what was deferred.
    pub(in crate::kernel_ext) fn resume(&self, owner: &impl QueueOwner) {
        let mut inner = self.inner.lock();

        inner.is_suspended = false;
        self.send_deferred(&mut inner);
        self.submit_pending_if_idle(&mut inner, owner);
    }

    fn send_deferred(&self, inner: &mut Inner) {
        while inner.fault.is_none() {
            let Ok(transfer) = inner.deferred.remove(0) else {
                return;
            };
            self.send(inner, transfer);
        }
    }

    /// The fault, while nothing is submitted.
    pub(in crate::kernel_ext) fn fault(&self) -> Option<Fault> {
        self.inner.lock().fault
    }

    /// Submits nothing until [`Self::clear_fault`], because of `fault`.
    pub(in crate::kernel_ext) fn set_fault(&self, fault: Fault) {
        self.inner.lock().fault = Some(fault);
    }

    /// Clears the fault: transfers are submitted again.
    pub(in crate::kernel_ext) fn clear_fault(&self) {
        let mut inner = self.inner.lock();

        inner.fault = None;
        if !inner.is_suspended {
            self.send_deferred(&mut inner);
        }
    }
}
