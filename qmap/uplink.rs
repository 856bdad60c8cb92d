// SPDX-License-Identifier: GPL-2.0-only

//! Transmission to a modem, and the limits of aggregation. `aggregate.rs` writes the transfers.

#![forbid(unsafe_code)]

use super::{
    aggregate::{
        Framing,
        Sent,
        Writer, //
    },
    framing::{
        MuxId,
        Version, //
    }, //
};
use crate::{
    kernel_ext::{
        net::{
            ethtool::TxAggregation,
            skbuff::OwnedSkb,
            upper::Lower, //
        },
        usb_netdev::{
            self,
            Sender, //
        }, //
    },
    statistics::{
        Counter,
        Statistics, //
    }, //
};
use kernel::{
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    }, //
};

/// The largest limits of aggregation: bytes and packets as in rmnet. A transfer may wait for some
/// milliseconds: a longer delay would look like loss.
const MAX_BYTES: u32 = 32768;
const MAX_FRAMES: u32 = 64;
const MAX_TIME_USECS: u32 = 10_000;

/// The defaults, as in rmnet: no aggregation.
const DEFAULT: TxAggregation = TxAggregation {
    max_bytes: 4096,
    max_frames: 1,
    time_usecs: 800,
};

/// The limits of a packet without QMAP, which shares no transfer.
const NO_AGGREGATION: TxAggregation = TxAggregation {
    max_bytes: 0,
    max_frames: 1,
    time_usecs: 0,
};

/// The most segments that a packet may have.
pub(crate) const MAX_SEGMENTS: u32 = usb_netdev::MAX_SEGMENTS;

/// A modem, as the lower device of its mux devices.
pub(crate) trait MuxLower: Lower + 'static {
    /// The limits of aggregation.
    fn uplink(&self) -> &Uplink;

    /// The version of QMAP of their packets.
    fn version(&self) -> Version;

    /// The counters.
    fn statistics(&self) -> &Statistics;

    /// Sends a packet of channel `id`. Bottom halves are off.
    fn send(&self, id: MuxId, skb: &OwnedSkb) -> Result<Sent>;

    /// Starts or restarts the timer: what waits is sent in `usecs` microseconds. Does not sleep.
    fn start_timer(&self, usecs: u32);
}

/// The limits of aggregation of a modem.
pub(crate) struct Uplink {
    max_bytes: Atomic<u32>,
    max_frames: Atomic<u32>,
    time_usecs: Atomic<u32>,
}

impl Uplink {
    /// The defaults.
    pub(crate) const fn new() -> Self {
        Self {
            max_bytes: Atomic::new(DEFAULT.max_bytes),
            max_frames: Atomic::new(DEFAULT.max_frames),
            time_usecs: Atomic::new(DEFAULT.time_usecs),
        }
    }

    /// The limits.
    pub(crate) fn aggregation(&self) -> TxAggregation {
        TxAggregation {
            max_bytes: self.max_bytes.load(Relaxed),
            max_frames: self.max_frames.load(Relaxed),
            time_usecs: self.time_usecs.load(Relaxed),
        }
    }

    /// Sets the limits, and sends a pending transfer. `EINVAL` if they are too large.
    pub(crate) fn set_aggregation(&self, modem: &impl MuxLower, wanted: TxAggregation) -> Result {
        if !is_permitted(wanted) {
            return Err(EINVAL);
        }

        self.max_bytes.store(wanted.max_bytes, Relaxed);
        self.max_frames.store(wanted.max_frames, Relaxed);
        self.time_usecs.store(wanted.time_usecs, Relaxed);
        modem.start_timer(0);
        Ok(())
    }
}

/// Whether `wanted` is within the largest limits.
pub(crate) fn is_permitted(wanted: TxAggregation) -> bool {
    (1..=MAX_FRAMES).contains(&wanted.max_frames)
        && wanted.max_bytes <= MAX_BYTES
        && wanted.time_usecs <= MAX_TIME_USECS
}

/// Sends `skb`, or its segments, with `framing`. Does not sleep.
pub(crate) fn send<T: usb_netdev::Driver>(
    sender: &Sender<'_, T>,
    modem: &impl MuxLower,
    framing: Framing,
    skb: &OwnedSkb,
) -> Result<Sent> {
    let limits = match framing {
        Framing::Bare => NO_AGGREGATION,
        Framing::Qmap(..) => modem.uplink().aggregation(),
    };
    let pending = if limits.max_frames > 1 {
        sender.take_pending()
    } else {
        None
    };
    let transfer = match pending {
        // User space has changed the version meanwhile.
        Some(other) if other.format() != framing.format() => {
            // A packet that is dropped here was counted as sent, like one that is lost on the bus.
            let _ = sender.submit(other);
            None
        }
        pending => pending,
    };
    let mut writer = Writer::new(sender, modem.statistics(), framing, limits, transfer);
    let result = writer.append_all(skb);
    // What was appended before an error is sent.
    let sent = writer.finish_all()?;

    result.map(|()| sent)
}

/// Sends a pending transfer. Does not sleep.
pub(crate) fn flush<T: usb_netdev::Driver>(sender: &Sender<'_, T>, statistics: &Statistics) {
    if sender.submit_pending() {
        statistics.count(Counter::TxTimer, 1);
    }
}
