// SPDX-License-Identifier: GPL-2.0-only

//! What `ethtool -S` shows of a modem's network device.

#![forbid(unsafe_code)]

use kernel::{
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    }, //
};

/// Declares the counters, each with the name that user space reads.
macro_rules! counters {
    ($($(#[$doc:meta])* $counter:ident = $name:literal,)*) => {
        /// A counter.
        #[derive(Clone, Copy)]
        pub(crate) enum Counter {
            $($(#[$doc])* $counter,)*
        }

        impl Counter {
            /// The names of all counters, in their order.
            pub(crate) const NAMES: &'static [&'static CStr] = &[$($name,)*];

            const COUNT: usize = Self::NAMES.len();
        }
    };
}

counters! {
    /// Transfers that were QMAP aggregates.
    RxAggregates = c"rx_aggregates",
    /// Packets that were in them, for whatever device.
    RxDatagrams = c"rx_datagrams",
    /// Frames whose Ethernet header was mended or missing.
    RxRepaired = c"rx_repaired",
    /// Aggregates whose end was shorter than their headers say, or of no known kind.
    RxDroppedMalformed = c"rx_dropped_malformed",
    /// Packets of channels that have no device.
    RxDroppedUnknownMux = c"rx_dropped_unknown_mux",
    /// Packets, or transfers, that are neither IPv4 nor IPv6, or too short for a frame.
    RxDroppedNotIp = c"rx_dropped_not_ip",
    /// Packets for mux devices that are down.
    RxDroppedMuxDown = c"rx_dropped_mux_down",
    /// Packets for which there was no memory.
    RxDroppedNoMemory = c"rx_dropped_no_memory",
    /// Packets whose checksum the modem found right, and was believed.
    RxChecksumRight = c"rx_csum_right",
    /// Transfers that were sent for mux devices while aggregation is on.
    TxAggregates = c"tx_aggregates",
    /// Packets, or segments of such, that were in them.
    TxDatagrams = c"tx_datagrams",
    /// Aggregates that were sent because nothing more would have been allowed in them.
    TxFull = c"tx_full",
    /// Aggregates that were sent because they had waited long enough, or should not wait any more.
    TxTimer = c"tx_timer",
    /// Packets whose checksum the modem was asked to compute.
    TxChecksumRequested = c"tx_csum_requested",
}

/// The counters of a modem.
pub(crate) struct Statistics([Atomic<u64>; Counter::COUNT]);

impl Statistics {
    /// All zero.
    pub(crate) const fn new() -> Self {
        Self([const { Atomic::new(0) }; Counter::COUNT])
    }

    /// Adds `n` to a counter.
    pub(crate) fn count(&self, counter: Counter, n: u64) {
        // The array has an element for each counter.
        if let Some(count) = self.0.get(counter as usize) {
            count.add(n, Relaxed);
        }
    }

    /// The counters, in the order of their names.
    pub(crate) fn values(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().map(|count| count.load(Relaxed))
    }
}
