// SPDX-License-Identifier: GPL-2.0-only

//! Statistics of network devices: packets and bytes for each processor, in 64 bits.
//!
//! C headers: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h),
//! [`include/linux/u64_stats_sync.h`](srctree/include/linux/u64_stats_sync.h)

use super::NetDevice;
use crate::kernel_ext::bindings;
use core::mem::offset_of;
use kernel::{
    ptr::project,
    sync::atomic::{
        Atomic,
        Relaxed, //
    }, //
};

/// The counters of one processor.
pub(super) type PerCpu = bindings::pcpu_sw_netstats;

/// What went wrong with a transfer or packet, as `ip -s -s link` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel_ext) enum NetError {
    /// `rx_errors`.
    Receive,
    /// `rx_length_errors`, beside that.
    ReceiveLength,
    /// `rx_over_errors`, beside that.
    ReceiveOver,
    /// `tx_errors`.
    Transmit,
}

impl NetDevice {
    /// Counts packets that were received. One context counts at a time.
    ///
    /// # Safety
    ///
    /// The device must be registered until this returns, and bottom halves be off.
    pub(in crate::kernel_ext) unsafe fn count_received(&self, packets: u64, bytes: u64) {
        // SAFETY: by the requirement of the function the device has its counters until this
        // returns, and bottom halves are off.
        unsafe { count_received(self.per_cpu(), packets, bytes) };
    }

    /// Counts packets that were sent. One context counts at a time.
    ///
    /// # Safety
    ///
    /// The device must be registered until this returns, and bottom halves be off.
    pub(in crate::kernel_ext) unsafe fn count_sent(&self, packets: u64, bytes: u64) {
        // SAFETY: by the requirement of the function the device has its counters until this
        // returns, and bottom halves are off.
        unsafe { count_sent(self.per_cpu(), packets, bytes) };
    }

    /// The per-CPU counters. The pointer does not change while the device is registered, and the
    /// counters are there until then; it is NULL if nothing is counted.
    fn per_cpu(&self) -> *mut PerCpu {
        let counters = project!(self.as_raw(), .__bindgen_anon_2.tstats);

        // SAFETY: by the type invariant the device is valid, and its per-CPU counters are this
        // member of the union.
        unsafe { counters.read() }
    }

    /// Counts a packet that was received and dropped.
    pub(in crate::kernel_ext) fn count_receive_dropped(&self) {
        const AT: usize = offset_of!(bindings::net_device_core_stats, rx_dropped);

        // SAFETY: by the type invariant the device is valid; it has these counters, which the
        // function allocates, until it is freed. `AT` is that of one, and small.
        unsafe { bindings::netdev_core_stats_inc(self.as_raw(), AT as u32) };
    }

    /// Counts a packet that was to be sent and dropped.
    pub(in crate::kernel_ext) fn count_transmit_dropped(&self) {
        const AT: usize = offset_of!(bindings::net_device_core_stats, tx_dropped);

        // SAFETY: by the type invariant the device is valid; it has these counters, which the
        // function allocates, until it is freed. `AT` is that of one, and small.
        unsafe { bindings::netdev_core_stats_inc(self.as_raw(), AT as u32) };
    }

    /// Counts an error.
    pub(in crate::kernel_ext) fn count_error(&self, error: NetError) {
        let stats = project!(mut self.as_raw(), .stats);
        let at = match error {
            NetError::Receive => offset_of!(bindings::net_device_stats, __bindgen_anon_5),
            NetError::Transmit => offset_of!(bindings::net_device_stats, __bindgen_anon_6),
            NetError::ReceiveLength => offset_of!(bindings::net_device_stats, __bindgen_anon_11),
            NetError::ReceiveOver => offset_of!(bindings::net_device_stats, __bindgen_anon_12),
        };
        // CAST: a counter is a word, and the same word for atomic operations.
        let counter = stats.wrapping_byte_add(at).cast::<usize>();

        // SAFETY: by the type invariant the device is valid, and the counter is part of it, which
        // all change by atomic operations.
        unsafe { Atomic::from_ptr(counter) }.add(1, Relaxed);
    }
}

/// Counts packets that were received.
///
/// # Safety
///
/// As for [`count`].
pub(super) unsafe fn count_received(counters: *mut PerCpu, packets: u64, bytes: u64) {
    const PACKETS: usize = offset_of!(PerCpu, rx_packets);
    const BYTES: usize = offset_of!(PerCpu, rx_bytes);

    // SAFETY: by the requirement of the function; these are counters.
    unsafe { count(counters, [(PACKETS, packets), (BYTES, bytes)]) };
}

/// Counts packets that were sent.
///
/// # Safety
///
/// As for [`count`].
pub(super) unsafe fn count_sent(counters: *mut PerCpu, packets: u64, bytes: u64) {
    const PACKETS: usize = offset_of!(PerCpu, tx_packets);
    const BYTES: usize = offset_of!(PerCpu, tx_bytes);

    // SAFETY: by the requirement of the function; these are counters.
    unsafe { count(counters, [(PACKETS, packets), (BYTES, bytes)]) };
}

/// Adds to counters that readers see change together.
///
/// # Safety
///
/// `counters` must be NULL, or the counters of each processor, which must be there until this
/// returns. What is to be added to must be one of them, by its offset. Bottom halves must be off.
unsafe fn count(counters: *mut PerCpu, additions: [(usize, u64); 2]) {
    if counters.is_null() {
        return;
    }
    // With PREEMPT_RT bottom halves may be preempted, by others that count, and by readers, which
    // would wait for the end of this (`preempt_disable_nested()`).
    #[cfg(all(CONFIG_PREEMPT_RT, not(CONFIG_64BIT)))]
    let _interrupts = kernel::interrupt::local_interrupt_disable();
    // SAFETY: by the requirement of the function bottom halves are off.
    let mine = unsafe { this_cpu(counters) };

    // SAFETY: by the requirement of the function the counters are valid, and this processor's: no
    // one else writes them while bottom halves are off.
    unsafe { u64_stats_update(mine) };
    for (at, value) in additions {
        // CAST: a `u64_stats_t` is a `u64` and nothing else.
        let counter = mine.wrapping_byte_add(at).cast::<u64>();

        // SAFETY: by the requirement of the function the counters are valid, and `at` is that of
        // one. It is this processor's: no one else writes it while bottom halves are off.
        let total = unsafe { counter.read_volatile() }.wrapping_add(value);
        // SAFETY: by the requirement of the function the counters are valid, and `at` is that of
        // one. Readers see the change late.
        unsafe { counter.write_volatile(total) };
    }
    // SAFETY: by the requirement of the function the counters are valid, and this processor's: no
    // one else writes them while bottom halves are off.
    unsafe { u64_stats_update(mine) };
}

/// This processor's instance of a per-CPU variable (`this_cpu_ptr()`).
///
/// # Safety
///
/// Bottom halves must be off, so that it stays the one of this processor.
#[cfg(CONFIG_SMP)]
unsafe fn this_cpu<T>(per_cpu: *mut T) -> *mut T {
    // SAFETY: by the requirement of the function the task stays on its processor.
    let cpu = unsafe { bindings::raw_smp_processor_id() } as usize;
    // CAST: the array is as long as there are processors.
    let offset = (&raw const bindings::__per_cpu_offset)
        .cast::<kernel::ffi::c_ulong>()
        .wrapping_add(cpu);

    // SAFETY: the array has an element for each processor, and does not change once it runs.
    per_cpu.wrapping_byte_add(unsafe { offset.read() } as usize)
}

/// The only instance: there is one processor.
///
/// # Safety
///
/// None; it is unsafe where there are more.
#[cfg(not(CONFIG_SMP))]
unsafe fn this_cpu<T>(per_cpu: *mut T) -> *mut T {
    per_cpu
}

/// Begins or ends an update for readers (`u64_stats_update_begin()`): 64 bits are two words.
///
/// # Safety
///
/// The counters must be valid, and nobody else write to them.
#[cfg(not(CONFIG_64BIT))]
unsafe fn u64_stats_update(counters: *mut PerCpu) {
    let sequence = project!(mut counters, .syncp.seq.sequence);

    // SAFETY: a barrier may be anywhere.
    unsafe { bindings::smp_wmb() };
    // SAFETY: by the requirement of the function the number is valid, and nobody else writes it.
    let number = unsafe { sequence.read_volatile() }.wrapping_add(1);
    // SAFETY: by the requirement of the function the number is valid, and nobody else writes it.
    unsafe { sequence.write_volatile(number) };
    // SAFETY: a barrier may be anywhere.
    unsafe { bindings::smp_wmb() };
}

/// Readers need no sequence count: 64 bits are one word.
///
/// # Safety
///
/// None; it is unsafe where words are shorter.
#[cfg(CONFIG_64BIT)]
unsafe fn u64_stats_update(_counters: *mut PerCpu) {}
