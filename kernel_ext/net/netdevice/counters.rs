// SPDX-License-Identifier: GPL-2.0-only

//! Per-CPU counters without a device, for tests.

use super::statistics::{
    count_received,
    count_sent,
    PerCpu, //
};
use crate::kernel_ext::bindings;
use core::ptr::NonNull;
use kernel::{
    interrupt::local_interrupt_disable,
    prelude::*, //
};

/// The counters that each processor has of a device.
///
/// # Invariants
///
/// The counters of each processor, which belong to this.
pub(crate) struct Counters(NonNull<PerCpu>);

impl Counters {
    /// All zero. Sleeps.
    pub(crate) fn new() -> Result<Self> {
        // SAFETY: the size is not zero, and the alignment is that of a type. The counters are
        // zeroed, which is how they begin.
        let counters = unsafe {
            bindings::pcpu_alloc_noprof(
                size_of::<PerCpu>(),
                align_of::<PerCpu>(),
                false,
                bindings::GFP_KERNEL,
            )
        };

        // INVARIANT: they were just allocated.
        NonNull::new(counters.cast()).map(Self).ok_or(ENOMEM)
    }

    /// Counts packets that were received.
    pub(crate) fn count_received(&mut self, packets: u64, bytes: u64) {
        let _interrupts = local_interrupt_disable();

        // SAFETY: by the type invariant the counters are there, and no interrupt is processed.
        unsafe { count_received(self.0.as_ptr(), packets, bytes) };
    }

    /// Counts packets that were sent.
    pub(crate) fn count_sent(&mut self, packets: u64, bytes: u64) {
        let _interrupts = local_interrupt_disable();

        // SAFETY: by the type invariant the counters are there, and no interrupt is processed.
        unsafe { count_sent(self.0.as_ptr(), packets, bytes) };
    }

    /// Packets and bytes that were received, and those that were sent, as user space sees them.
    pub(crate) fn totals(&self) -> [u64; 4] {
        let mut totals = bindings::rtnl_link_stats64::default();

        // SAFETY: by the type invariant the counters are valid, and `totals` is.
        unsafe { bindings::dev_fetch_sw_netstats(&mut totals, self.0.as_ptr()) };
        [
            totals.rx_packets,
            totals.rx_bytes,
            totals.tx_packets,
            totals.tx_bytes,
        ]
    }
}

impl Drop for Counters {
    fn drop(&mut self) {
        // SAFETY: by the type invariant the counters belong to this.
        unsafe { bindings::free_percpu(self.0.as_ptr().cast()) };
    }
}
