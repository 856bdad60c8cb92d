// SPDX-License-Identifier: GPL-2.0-only

//! What mux devices send: each packet in a transfer of its own or, if user space wants that,
//! several in one.
//!
//! Packets that are joined are copied into the buffer of the transfer, and only there cut into
//! segments and given checksums. The buffer keeps them until it is sent, so that sockets do not
//! send more than they may.

#![forbid(unsafe_code)]

use crate::{
    inet,
    kernel_ext::{
        ethtool::TxAggregation,
        skbuff::{
            OwnedSkb,
            Partial,
            Queue, //
        },
        stacked::Lower, //
    },
    offload::Request,
    qmap::{
        self,
        MuxId,
        Version, //
    },
    rawip::ETH_P_MAP,
    segment::{
        Cut,
        Segment, //
    },
    statistics::{
        Counter,
        Statistics, //
    }, //
};
use kernel::{
    new_spinlock,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        SpinLock, //
    }, //
};

/// The limits that a modem may be given, as rmnet has them.
const MAX_BYTES: u32 = 32768;
const MAX_FRAMES: u32 = 64;

/// What user space has before it sets anything, as with rmnet: nothing is joined.
const DEFAULT: TxAggregation = TxAggregation {
    max_bytes: 4096,
    max_frames: 1,
    time_usecs: 800,
};

/// A modem, as its mux devices know it.
pub(crate) trait Modem: Lower + 'static {
    /// What they send by.
    fn uplink(&self) -> &Uplink;

    /// The version of QMAP that they speak.
    fn version(&self) -> Version;

    /// What is counted.
    fn statistics(&self) -> &Statistics;

    /// Has [`Uplink::flush`] called in `usecs` microseconds, not when it was to be called before.
    /// Does not sleep.
    fn start_timer(&self, usecs: u32);
}

/// The way to a modem for all of its mux devices.
#[pin_data]
pub(crate) struct Uplink {
    max_bytes: Atomic<u32>,
    max_frames: Atomic<u32>,
    time_usecs: Atomic<u32>,
    /// Taken with bottom halves off only: by who sends, and by the timer.
    #[pin]
    pending: SpinLock<Option<Aggregate>>,
}

/// A transfer that has room for more.
struct Aggregate {
    buffer: OwnedSkb,
    frames: u32,
}

impl Uplink {
    /// Nothing is joined as yet.
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            max_bytes: Atomic::new(DEFAULT.max_bytes),
            max_frames: Atomic::new(DEFAULT.max_frames),
            time_usecs: Atomic::new(DEFAULT.time_usecs),
            pending <- new_spinlock!(None),
        })
    }

    /// How packets are joined.
    pub(crate) fn aggregation(&self) -> TxAggregation {
        TxAggregation {
            max_bytes: self.max_bytes.load(Relaxed),
            max_frames: self.max_frames.load(Relaxed),
            time_usecs: self.time_usecs.load(Relaxed),
        }
    }

    /// Changes that; what waits by then does not wait any more. `EINVAL` if it is not within the
    /// limits.
    pub(crate) fn set_aggregation(&self, modem: &impl Modem, wanted: TxAggregation) -> Result {
        if !(1..=MAX_FRAMES).contains(&wanted.max_frames) || wanted.max_bytes > MAX_BYTES {
            return Err(EINVAL);
        }

        self.max_bytes.store(wanted.max_bytes, Relaxed);
        self.max_frames.store(wanted.max_frames, Relaxed);
        self.time_usecs.store(wanted.time_usecs, Relaxed);
        modem.start_timer(0);
        Ok(())
    }

    /// Whether packets are joined.
    pub(crate) fn joins(&self) -> bool {
        self.max_frames.load(Relaxed) > 1
    }

    /// Sends `skb` to the channel `id`. Bottom halves are off.
    pub(crate) fn send(&self, modem: &impl Modem, id: MuxId, mut skb: OwnedSkb) -> Result {
        let version = modem.version();
        let request = skb.partial_checksum().map(Request);
        // Version 4 wants to find the checksum changed, and that is done in a copy.
        let wants_copy = version == Version::V4 && request.is_some();

        if self.joins() || wants_copy || skb.segmentation().is_some() {
            return self.join(modem, id, version, skb);
        }

        let header = qmap::Header::new(version, id, skb.len(), request).ok_or(EMSGSIZE)?;
        if version != Version::V1 && request.is_some() {
            skb.set_checksum_done();
            modem.statistics().count(Counter::TxChecksumRequested, 1);
        }
        skb.push_header(header.bytes())?;
        skb.transmit(modem.net())
    }

    /// Copies `skb` into one transfer or several, and sends those that are full.
    fn join(&self, modem: &impl Modem, id: MuxId, version: Version, skb: OwnedSkb) -> Result {
        let mut full = Queue::new();
        let result = self.append_all(modem, id, version, skb, &mut full);

        // Without the lock: what lies below may come back to a mux device.
        while let Some(skb) = full.pop() {
            // The device counts what it drops, as it does with all that waits in its queue.
            let _ = skb.transmit(modem.net());
        }
        result
    }

    fn append_all(
        &self,
        modem: &impl Modem,
        id: MuxId,
        version: Version,
        skb: OwnedSkb,
        full: &mut Queue,
    ) -> Result {
        let partial = skb.partial_checksum();
        let limits = self.aggregation();
        let mut pending = self.pending.lock();
        let waited = pending.is_some();
        let mut writer = Writer {
            modem,
            id,
            version,
            limits,
            pending: &mut pending,
            full,
        };

        let result = match (skb.segmentation(), partial) {
            (Some(segmentation), Some(partial)) => {
                let octet = skb.byte(Cut::data_offset(partial).ok_or(EINVAL)?)?;

                Cut::new(skb.len(), segmentation.size, partial, octet)
                    .ok_or(EINVAL)?
                    .segments()
                    .try_for_each(|segment| writer.append(&skb, Some(segment), Some(partial)))
            }
            (Some(_), None) => Err(EINVAL),
            (None, partial) => writer.append(&skb, None, partial),
        };

        if limits.time_usecs == 0 {
            if let Some(aggregate) = pending.take() {
                modem.statistics().count(Counter::TxTimer, 1);
                full.push(aggregate.buffer);
            }
        }
        match &mut *pending {
            Some(aggregate) => {
                aggregate.buffer.keep(skb);
                if !waited || !full.is_empty() {
                    modem.start_timer(limits.time_usecs);
                }
            }
            None => full.keep_with_last(skb),
        }
        result
    }

    /// Sends what waits. Called in softirq context.
    pub(crate) fn flush(&self, modem: &impl Modem) {
        let waiting = self.pending.lock().take();

        if let Some(aggregate) = waiting {
            modem.statistics().count(Counter::TxTimer, 1);
            // As in `join`.
            let _ = aggregate.buffer.transmit(modem.net());
        }
    }
}

/// Writes packets of one channel into transfers.
struct Writer<'a, M> {
    modem: &'a M,
    id: MuxId,
    version: Version,
    limits: TxAggregation,
    pending: &'a mut Option<Aggregate>,
    full: &'a mut Queue,
}

impl<M: Modem> Writer<'_, M> {
    /// Appends `skb`, or a segment of it.
    fn append(
        &mut self,
        skb: &OwnedSkb,
        segment: Option<Segment>,
        partial: Option<Partial>,
    ) -> Result {
        let (head, payload) = match &segment {
            Some(segment) => (segment.headers(), segment.payload()),
            None => (0, 0..skb.len()),
        };
        let len = payload
            .end
            .saturating_sub(payload.start)
            .checked_add(head)
            .ok_or(EOVERFLOW)?;
        let version = self.version;
        let request = partial.filter(|_| version != Version::V1).map(Request);
        let header = qmap::Header::new(version, self.id, len, request).ok_or(EMSGSIZE)?;
        let needed = header.bytes().len().checked_add(len).ok_or(EOVERFLOW)?;

        let buffer = self.room(needed)?;
        buffer.append(header.bytes())?;
        let packet = buffer.append_parts(skb, head, payload)?;

        // A packet that is not what its sender told goes out as it is, for the network to judge.
        let _ = segment.map_or(Some(()), |segment| segment.mend(packet));
        let _ = match (partial, version) {
            (None, _) | (Some(_), Version::V5) => Some(()),
            (Some(partial), Version::V4) => inet::complement(packet, partial),
            (Some(partial), Version::V1) => inet::complete(packet, partial),
        };
        if request.is_some() {
            self.modem
                .statistics()
                .count(Counter::TxChecksumRequested, 1);
        }
        self.modem.statistics().count(Counter::TxDatagrams, 1);
        self.finish_if_full();
        Ok(())
    }

    /// A buffer with room for `needed` bytes more.
    fn room(&mut self, needed: usize) -> Result<&mut OwnedSkb> {
        let max_bytes = self.limits.max_bytes as usize;

        if let Some(Aggregate { buffer, .. }) = self.pending.as_ref() {
            // The limits may have changed since the buffer was made.
            if needed > max_bytes.saturating_sub(buffer.len()).min(buffer.room()) {
                self.finish();
            }
        }

        let aggregate = match self.pending.take() {
            Some(aggregate) => aggregate,
            None => {
                // A packet that is larger than a transfer may be goes alone.
                let size = needed.max(max_bytes);
                let buffer = OwnedSkb::with_room(self.modem.net(), size, ETH_P_MAP)?;

                self.modem.statistics().count(Counter::TxAggregates, 1);
                Aggregate { buffer, frames: 0 }
            }
        };
        let aggregate = self.pending.insert(aggregate);

        aggregate.frames = aggregate.frames.saturating_add(1);
        Ok(&mut aggregate.buffer)
    }

    fn finish_if_full(&mut self) {
        let is_full = self.pending.as_ref().is_some_and(|aggregate| {
            aggregate.frames >= self.limits.max_frames
                || aggregate.buffer.len() >= self.limits.max_bytes as usize
        });

        if is_full {
            self.finish();
        }
    }

    fn finish(&mut self) {
        if let Some(aggregate) = self.pending.take() {
            self.modem.statistics().count(Counter::TxFull, 1);
            self.full.push(aggregate.buffer);
        }
    }
}
