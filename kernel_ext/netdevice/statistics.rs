// SPDX-License-Identifier: GPL-2.0-only

//! Statistics of network devices: packets and bytes for each processor, in 64 bits.
//!
//! C headers: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h),
//! [`include/linux/u64_stats_sync.h`](srctree/include/linux/u64_stats_sync.h)

use super::NetDevice;
use crate::kernel_ext::bindings;
use core::mem::offset_of;
use kernel::sync::atomic::{
    Atomic,
    Relaxed, //
};

/// The counters of one processor.
type PerCpu = bindings::pcpu_sw_netstats;

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
    /// Counts packets that were received. Bottom halves are off, and one context counts at a time.
    pub(in crate::kernel_ext) fn count_received(&self, packets: u64, bytes: u64) {
        self.count(
            offset_of!(PerCpu, rx_packets),
            offset_of!(PerCpu, rx_bytes),
            packets,
            bytes,
        );
    }

    /// Counts packets that were sent. Bottom halves are off, and one context counts at a time.
    pub(in crate::kernel_ext) fn count_sent(&self, packets: u64, bytes: u64) {
        self.count(
            offset_of!(PerCpu, tx_packets),
            offset_of!(PerCpu, tx_bytes),
            packets,
            bytes,
        );
    }

    fn count(&self, packets_at: usize, bytes_at: usize, packets: u64, bytes: u64) {
        // SAFETY: by the type invariant the device is valid.
        let counters = unsafe { (*self.as_raw()).__bindgen_anon_2 };
        // SAFETY: all members of the union are pointers of the same size.
        let counters = unsafe { counters.tstats };
        if counters.is_null() {
            return;
        }
        let mine = this_cpu(counters);

        sequence(mine);
        for (at, value) in [(packets_at, packets), (bytes_at, bytes)] {
            // CAST: a `u64_stats_t` is a `u64` and nothing else.
            let counter = mine.wrapping_byte_add(at).cast::<u64>();

            // SAFETY: the counter is valid while the device is registered, and this processor's:
            // only bottom halves write it, which are off.
            let total = unsafe { counter.read_volatile() }.wrapping_add(value);
            // SAFETY: the counter is valid while the device is registered, and this processor's.
            unsafe { counter.write_volatile(total) };
        }
        sequence(mine);
    }

    /// Counts a packet that was received and dropped.
    pub(in crate::kernel_ext) fn count_receive_dropped(&self) {
        self.count_dropped(offset_of!(bindings::net_device_core_stats, rx_dropped));
    }

    /// Counts a packet that was to be sent and dropped.
    pub(in crate::kernel_ext) fn count_transmit_dropped(&self) {
        self.count_dropped(offset_of!(bindings::net_device_core_stats, tx_dropped));
    }

    fn count_dropped(&self, at: usize) {
        // CAST: the structure is small.
        // SAFETY: by the type invariant the device is valid, and `at` is that of a counter.
        unsafe { bindings::netdev_core_stats_inc(self.as_raw(), at as u32) };
    }

    /// Counts an error.
    pub(in crate::kernel_ext) fn count_error(&self, error: NetError) {
        // SAFETY: by the type invariant the device is valid.
        let stats = unsafe { &raw mut (*self.as_raw()).stats };
        let at = match error {
            NetError::Receive => offset_of!(bindings::net_device_stats, __bindgen_anon_5),
            NetError::Transmit => offset_of!(bindings::net_device_stats, __bindgen_anon_6),
            NetError::ReceiveLength => offset_of!(bindings::net_device_stats, __bindgen_anon_11),
            NetError::ReceiveOver => offset_of!(bindings::net_device_stats, __bindgen_anon_12),
        };
        // CAST: a counter is a word, and the same word for atomic operations.
        let counter = stats.wrapping_byte_add(at).cast::<usize>();

        // SAFETY: `counter` is valid as long as the device, and changed by atomic operations.
        unsafe { Atomic::from_ptr(counter) }.add(1, Relaxed);
    }
}

/// This processor's part of what each processor has one of. Bottom halves are off.
#[cfg(CONFIG_SMP)]
fn this_cpu<T>(per_cpu: *mut T) -> *mut T {
    // SAFETY: there is nothing to observe.
    let cpu = unsafe { bindings::raw_smp_processor_id() } as usize;
    // CAST: the array is as long as there are processors.
    let offset = (&raw const bindings::__per_cpu_offset)
        .cast::<kernel::ffi::c_ulong>()
        .wrapping_add(cpu);

    // SAFETY: the array has an element for each processor, and does not change.
    per_cpu.wrapping_byte_add(unsafe { offset.read() } as usize)
}

#[cfg(not(CONFIG_SMP))]
fn this_cpu<T>(per_cpu: *mut T) -> *mut T {
    per_cpu
}

/// Tells readers that a change begins, or has ended: 64 bits are two words.
#[cfg(not(CONFIG_64BIT))]
fn sequence(counters: *mut PerCpu) {
    // SAFETY: the counters are valid, and this processor's.
    let sequence = unsafe { &raw mut (*counters).syncp.seq.sequence };

    // SAFETY: there is nothing to observe.
    unsafe { bindings::smp_wmb() };
    // SAFETY: the number is valid, and written by this processor alone.
    let number = unsafe { sequence.read_volatile() }.wrapping_add(1);
    // SAFETY: the number is valid, and written by this processor alone.
    unsafe { sequence.write_volatile(number) };
    // SAFETY: there is nothing to observe.
    unsafe { bindings::smp_wmb() };
}

#[cfg(CONFIG_64BIT)]
fn sequence(_counters: *mut PerCpu) {}
