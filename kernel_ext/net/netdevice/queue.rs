// SPDX-License-Identifier: GPL-2.0-only

//! The transmit queue of a network device: stopping and waking it, and its limits (BQL).
//!
//! C headers: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h),
//! [`include/linux/dynamic_queue_limits.h`](srctree/include/linux/dynamic_queue_limits.h)

use super::NetDevice;
use crate::kernel_ext::bindings;
use core::marker::PhantomData;
use kernel::{
    ffi,
    ptr::project, //
};

/// The driver stopped the queue.
const DRV_XOFF: ffi::c_ulong =
    bindings::netdev_queue_state_t___QUEUE_STATE_DRV_XOFF as ffi::c_ulong;

/// The limits are exceeded.
const STACK_XOFF: ffi::c_ulong =
    bindings::netdev_queue_state_t___QUEUE_STATE_STACK_XOFF as ffi::c_ulong;

/// The transmit queue of a device that has one.
///
/// # Invariants
///
/// The first queue of a valid device, during `'a`.
#[derive(Clone, Copy)]
pub(crate) struct TransmitQueue<'a>(*mut bindings::netdev_queue, PhantomData<&'a NetDevice>);

impl NetDevice {
    /// The transmit queue.
    pub(in crate::kernel_ext) fn queue(&self) -> TransmitQueue<'_> {
        let first = project!(self.as_raw(), ._tx);
        // SAFETY: by the type invariant the device is valid. It has its queues as long as it lives,
        // and the pointer does not change.
        let queue = unsafe { first.read() };

        // INVARIANT: a device has one queue at least.
        TransmitQueue(queue, PhantomData)
    }
}

impl TransmitQueue<'_> {
    fn state(&self) -> *mut ffi::c_ulong {
        project!(mut self.0, .state)
    }

    /// Stops the queue (`netif_tx_stop_queue()`).
    pub(in crate::kernel_ext) fn stop(self) {
        // SAFETY: by the type invariant the queue is valid; its state is a bitmap that is changed
        // by atomic operations.
        unsafe { bindings::set_bit(DRV_XOFF, self.state()) };
    }

    /// Wakes the queue (`netif_tx_wake_queue()`).
    pub(in crate::kernel_ext) fn wake(self) {
        if self.has_qdisc() {
            // SAFETY: by the type invariant the queue is valid, and it has a qdisc to schedule.
            unsafe { bindings::netif_tx_wake_queue(self.0) };
        }
    }

    /// Whether there is a qdisc: there is always one from the first registration on.
    fn has_qdisc(self) -> bool {
        let qdisc = project!(self.0, .qdisc);

        // SAFETY: by the type invariant the queue is valid. The pointer changes at any time, but
        // never to NULL.
        !unsafe { qdisc.read_volatile() }.is_null()
    }

    /// Whether nothing is sent, for whatever reason (`netif_xmit_stopped()`).
    pub(in crate::kernel_ext) fn is_stopped(self) -> bool {
        // SAFETY: by the type invariant the queue is valid. Its state changes at any time, by
        // atomic operations on the whole word, which is read as a whole.
        let state = unsafe { self.state().read_volatile() };

        state & (1 << DRV_XOFF | 1 << STACK_XOFF) != 0
    }

    /// Forgets what was counted (`netdev_tx_reset_queue()`): what is in flight must not be passed
    /// to [`Self::completed`] any more.
    pub(in crate::kernel_ext) fn reset(self) {
        #[cfg(CONFIG_BQL)]
        {
            // SAFETY: by the type invariant the queue is valid; its state is a bitmap that is
            // changed by atomic operations.
            unsafe { bindings::clear_bit(STACK_XOFF, self.state()) };
            let limits = project!(mut self.0, .dql);
            // SAFETY: by the type invariant the queue is valid, and its limits are as long.
            unsafe { bindings::dql_reset(limits) };
        }
    }

    /// Counts `bytes` that are about to be sent, and stops the queue if that is more than the
    /// limits permit (`netdev_tx_sent_queue()`). The calls for one queue must be serialised.
    pub(in crate::kernel_ext) fn sent(self, bytes: usize) {
        let jiffies = &raw const bindings::jiffies;
        // SAFETY: the variable is there as long as the kernel; it changes at any time.
        let now = unsafe { jiffies.read_volatile() };
        let started = project!(mut self.0, .trans_start);
        // SAFETY: by the type invariant the queue is valid; the watchdog sees a change late.
        unsafe { started.write_volatile(now) };

        #[cfg(CONFIG_BQL)]
        {
            let last = project!(mut self.0, .dql.last_obj_cnt);
            let queued = project!(mut self.0, .dql.num_queued);

            // CAST: no transfer is as large.
            let count = bytes as ffi::c_uint;
            // SAFETY: by the type invariant the queue is valid; the completion path sees the change
            // late.
            unsafe { last.write_volatile(count) };
            // SAFETY: by the type invariant the queue is valid. The calls are serialised; if they
            // were not, a count would be lost.
            let total = unsafe { queued.read_volatile() }.wrapping_add(count);
            // SAFETY: by the type invariant the queue is valid; the completion path sees the change
            // late.
            unsafe { queued.write_volatile(total) };
            if self.is_within_limits() {
                return;
            }

            // SAFETY: by the type invariant the queue is valid; its state is a bitmap that is
            // changed by atomic operations.
            unsafe { bindings::set_bit(STACK_XOFF, self.state()) };
            // SAFETY: a barrier may be anywhere.
            unsafe { bindings::smp_mb() };
            // Another processor may just have completed what was in the way.
            if self.is_within_limits() {
                // SAFETY: by the type invariant the queue is valid; its state is a bitmap that is
                // changed by atomic operations.
                unsafe { bindings::clear_bit(STACK_XOFF, self.state()) };
            }
        }
        #[cfg(not(CONFIG_BQL))]
        let _ = bytes;
    }

    /// Counts `bytes` that were sent, or dropped instead, and lets the network stack send again if
    /// the limits permit it (`netdev_tx_completed_queue()`).
    ///
    /// # Safety
    ///
    /// The bytes must have been counted by [`Self::sent`], and neither completed nor reset since.
    /// The calls for one queue must be serialised, and so must those of [`Self::sent`].
    pub(in crate::kernel_ext) unsafe fn completed(self, bytes: usize) {
        #[cfg(CONFIG_BQL)]
        {
            if bytes == 0 {
                return;
            }
            let limits = project!(mut self.0, .dql);
            // CAST: no more than that was counted as sent.
            // SAFETY: by the type invariant the queue is valid, and its limits are as long. The
            // function stops the kernel if more is completed than was sent, which by the
            // requirement of this one is not so.
            unsafe { bindings::dql_completed(limits, bytes as ffi::c_uint) };
            // SAFETY: a barrier may be anywhere.
            unsafe { bindings::smp_mb() };
            if !self.is_within_limits() {
                return;
            }

            // SAFETY: by the type invariant the queue is valid. Its state changes at any time, by
            // atomic operations on the whole word, which is read as a whole.
            let state = unsafe { self.state().read_volatile() };
            if state & (1 << STACK_XOFF) != 0 && self.has_qdisc() {
                // SAFETY: by the type invariant the queue is valid; its state is a bitmap that is
                // changed by atomic operations.
                unsafe { bindings::clear_bit(STACK_XOFF, self.state()) };
                // SAFETY: by the type invariant the queue is valid, and it has a qdisc to schedule.
                unsafe { bindings::netif_schedule_queue(self.0) };
            }
        }
        #[cfg(not(CONFIG_BQL))]
        let _ = bytes;
    }

    /// Whether the limits permit to send more (`dql_avail()`).
    #[cfg(CONFIG_BQL)]
    fn is_within_limits(self) -> bool {
        let limit = project!(self.0, .dql.adj_limit);
        let queued = project!(self.0, .dql.num_queued);

        // SAFETY: by the type invariant the queue is valid; the field changes at any time.
        let limit = unsafe { limit.read_volatile() };
        // SAFETY: by the type invariant the queue is valid; the field changes at any time.
        let queued = unsafe { queued.read_volatile() };
        // CAST: the difference of two counters that wrap around.
        (limit.wrapping_sub(queued) as ffi::c_int) >= 0
    }
}
