// SPDX-License-Identifier: GPL-2.0-only

//! The counters of a modem, for `ethtool -S`.

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
            /// All counters.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$counter,)*];

            /// Their names, in the same order.
            pub(crate) const NAMES: &'static [&'static CStr] = &[$($name,)*];
        }
    };
}

counters! {
    /// Transfers that were QMAP aggregates.
    RxAggregates = c"rx_aggregates",
    /// Packets in them, for all devices.
    RxDatagrams = c"rx_datagrams",
    /// Frames whose Ethernet header was corrected or added.
    RxRepaired = c"rx_repaired",
    /// Aggregates that end before their headers say, or have an unknown header.
    RxDroppedMalformed = c"rx_dropped_malformed",
    /// Packets of channels that have no device.
    RxDroppedUnknownMux = c"rx_dropped_unknown_mux",
    /// Packets, or transfers, that are neither IPv4 nor IPv6, or shorter than their header.
    RxDroppedNotIp = c"rx_dropped_not_ip",
    /// Packets for mux devices that are down.
    RxDroppedMuxDown = c"rx_dropped_mux_down",
    /// Packets for which there was no memory.
    RxDroppedNoMemory = c"rx_dropped_no_memory",
    /// Packets whose checksum is valid by the modem, with RXCSUM enabled.
    RxChecksumRight = c"rx_csum_right",
    /// Transfers that were sent for mux devices while aggregation is on.
    TxAggregates = c"tx_aggregates",
    /// Packets, or segments, in them.
    TxDatagrams = c"tx_datagrams",
    /// Aggregates that were sent because a limit was reached.
    TxFull = c"tx_full",
    /// Aggregates that were sent because the timer expired or the settings changed.
    TxTimer = c"tx_timer",
    /// Packets whose checksum the modem was asked to compute.
    TxChecksumRequested = c"tx_csum_requested",
}

impl Counter {
    /// How many are of reception: those before the first of transmission.
    const RECEIVED: usize = Self::TxAggregates as usize;

    /// How many are of transmission.
    const SENT: usize = Self::ALL.len() - Self::RECEIVED;
}

/// As long as a cache line, or two that are fetched together, in bytes.
const CACHE_LINES: usize = 128;

/// The counters of a modem. Those of one direction share no cache line with the others, because
/// both directions may run on different processors.
#[repr(C)]
pub(crate) struct Statistics {
    _before: [u8; CACHE_LINES],
    received: [Atomic<u64>; Counter::RECEIVED],
    _between: [u8; CACHE_LINES],
    sent: [Atomic<u64>; Counter::SENT],
    _behind: [u8; CACHE_LINES],
}

impl Statistics {
    /// All zero.
    pub(crate) const fn new() -> Self {
        Self {
            _before: [0; CACHE_LINES],
            received: [const { Atomic::new(0) }; Counter::RECEIVED],
            _between: [0; CACHE_LINES],
            sent: [const { Atomic::new(0) }; Counter::SENT],
            _behind: [0; CACHE_LINES],
        }
    }

    fn get(&self, counter: Counter) -> Option<&Atomic<u64>> {
        let number = counter as usize;

        match number.checked_sub(Counter::RECEIVED) {
            None => self.received.get(number),
            Some(number) => self.sent.get(number),
        }
    }

    /// Adds `n` to a counter.
    pub(crate) fn count(&self, counter: Counter, n: u64) {
        // There is one for each.
        if let Some(count) = self.get(counter) {
            count.add(n, Relaxed);
        }
    }

    /// The counters, in the order of their names.
    pub(crate) fn values(&self) -> impl Iterator<Item = u64> + '_ {
        Counter::ALL
            .iter()
            .map(|&counter| self.get(counter).map_or(0, |count| count.load(Relaxed)))
    }
}
