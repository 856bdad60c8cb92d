// SPDX-License-Identifier: GPL-2.0-only

//! What is sent to a modem: each packet in a transfer of its own or, by QMAP and if user space
//! wants that, several in one.
//!
//! Packets are copied into the buffer of a transfer, and only there segmented and given checksums.

#![forbid(unsafe_code)]

use crate::{
    inet,
    kernel_ext::{
        ethtool::TxAggregation,
        skbuff::{
            OwnedSkb,
            Partial, //
        },
        stacked::Lower,
        usb::Filling,
        usb_netdev::{
            self,
            Sender, //
        }, //
    },
    offload::Request,
    qmap::{
        self,
        MuxId,
        Version, //
    },
    segment::{
        Cut,
        Segment, //
    },
    statistics::{
        Counter,
        Statistics, //
    }, //
};
use core::ops::Range;
use kernel::{
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    }, //
};

/// The limits that a modem may be given: bytes and packets as rmnet has them. A transfer may wait
/// for some milliseconds: more would have packets take it for lost.
const MAX_BYTES: u32 = 32768;
const MAX_FRAMES: u32 = 64;
const MAX_TIME_USECS: u32 = 10_000;

/// What user space has before it sets anything, as with rmnet: nothing is aggregated.
const DEFAULT: TxAggregation = TxAggregation {
    max_bytes: 4096,
    max_frames: 1,
    time_usecs: 800,
};

/// What a packet that is no aggregate may share a transfer with: nothing.
const ALONE: TxAggregation = TxAggregation {
    max_bytes: 0,
    max_frames: 1,
    time_usecs: 0,
};

/// The most segments that a packet may have.
pub(crate) const MAX_SEGMENTS: u32 = usb_netdev::MAX_SEGMENTS;

/// A modem, as its mux devices know it.
pub(crate) trait Modem: Lower + 'static {
    /// What they send by.
    fn uplink(&self) -> &Uplink;

    /// The version of QMAP that they speak.
    fn version(&self) -> Version;

    /// What is counted.
    fn statistics(&self) -> &Statistics;

    /// Sends a packet of channel `id`. Bottom halves are off.
    fn send(&self, id: MuxId, skb: &OwnedSkb) -> Result<Sent>;

    /// Has what waits sent in `usecs` microseconds, not when it was to be sent before. Does not
    /// sleep.
    fn start_timer(&self, usecs: u32);
}

/// How packets share transfers to a modem.
pub(crate) struct Uplink {
    max_bytes: Atomic<u32>,
    max_frames: Atomic<u32>,
    time_usecs: Atomic<u32>,
}

/// What a packet became: its segments, or itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    /// How many there are.
    pub(crate) packets: u64,
    /// Their bytes, without what [`Framing`] adds.
    pub(crate) bytes: u64,
}

/// What goes before a packet.
#[derive(Clone, Copy)]
pub(crate) enum Framing {
    /// Nothing but what the network stack has put there.
    Bare,
    /// A header of QMAP.
    Qmap(Version, MuxId),
}

impl Framing {
    /// A number for each format that packets of one transfer have in common.
    pub(crate) fn format(self) -> u8 {
        match self {
            Self::Bare => 0,
            Self::Qmap(Version::V1, _) => 1,
            Self::Qmap(Version::V4, _) => 4,
            Self::Qmap(Version::V5, _) => 5,
        }
    }
}

impl Uplink {
    /// Nothing is aggregated as yet.
    pub(crate) const fn new() -> Self {
        Self {
            max_bytes: Atomic::new(DEFAULT.max_bytes),
            max_frames: Atomic::new(DEFAULT.max_frames),
            time_usecs: Atomic::new(DEFAULT.time_usecs),
        }
    }

    /// How packets are aggregated.
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

/// Whether packets may be aggregated so.
pub(crate) fn is_permitted(wanted: TxAggregation) -> bool {
    (1..=MAX_FRAMES).contains(&wanted.max_frames)
        && wanted.max_bytes <= MAX_BYTES
        && wanted.time_usecs <= MAX_TIME_USECS
}

/// Sends `skb`, or its segments, with `framing`. Does not sleep.
pub(crate) fn send<T: usb_netdev::Driver>(
    sender: &Sender<'_, T>,
    modem: &impl Modem,
    framing: Framing,
    skb: &OwnedSkb,
) -> Result<Sent> {
    let limits = match framing {
        Framing::Bare => ALONE,
        Framing::Qmap(..) => modem.uplink().aggregation(),
    };
    let aggregates = limits.max_frames > 1;
    let pending = if aggregates {
        sender.take_pending()
    } else {
        None
    };
    let transfer = match pending {
        // User space has changed the version since.
        Some(other) if other.format() != framing.format() => {
            // What is dropped here was counted as sent by its device, as what is lost on the bus.
            let _ = sender.submit(other);
            None
        }
        pending => pending,
    };
    let mut writer = Writer {
        sender,
        statistics: modem.statistics(),
        framing,
        limits,
        transfer,
        prefix: 0,
        sent: Sent::default(),
        requests: 0,
    };
    let result = writer.append_all(skb);

    writer.count();
    let sent = writer.sent;
    match writer.transfer {
        Some(transfer) if aggregates && limits.time_usecs > 0 => {
            sender.hold(transfer, limits.time_usecs)?;
        }
        Some(transfer) => sender.submit(transfer)?,
        None => (),
    }
    result.map(|()| sent)
}

/// Sends what waits. Does not sleep.
pub(crate) fn flush<T: usb_netdev::Driver>(sender: &Sender<'_, T>, statistics: &Statistics) {
    if let Some(transfer) = sender.take_pending() {
        statistics.count(Counter::TxTimer, 1);
        // What is dropped here was counted as sent by its device, as what is lost on the bus.
        let _ = sender.submit(transfer);
    }
}

/// Writes packets of one device into transfers.
struct Writer<'a, 'r, T: usb_netdev::Driver> {
    sender: &'a Sender<'r, T>,
    statistics: &'a Statistics,
    framing: Framing,
    limits: TxAggregation,
    transfer: Option<Filling<'r>>,
    /// Length of the link layer's header, where a packet is segmented.
    prefix: usize,
    sent: Sent,
    requests: u64,
}

impl<'r, T: usb_netdev::Driver> Writer<'_, 'r, T> {
    fn append_all(&mut self, skb: &OwnedSkb) -> Result {
        let partial = skb.partial_checksum();
        let Some(segmentation) = skb.segmentation() else {
            return self.append(skb, None, partial);
        };

        // Checksums and lengths are told from the packet's beginning, and wanted from that of IP.
        self.prefix = skb.network_offset().ok_or(EINVAL)?;
        let partial = partial.ok_or(EINVAL)?;
        let octet = Cut::data_offset(partial).map_or(Ok(0), |at| skb.byte(at))?;
        let partial = Partial {
            start: partial.start.checked_sub(self.prefix).ok_or(EINVAL)?,
            offset: partial.offset,
        };
        let len = skb.len().checked_sub(self.prefix).ok_or(EINVAL)?;

        Cut::new(len, segmentation.size, partial, octet)
            .ok_or(EINVAL)?
            .with_id(segmentation.keeps_id)
            .segments()
            .try_for_each(|segment| self.append(skb, Some(segment), Some(partial)))
    }

    /// Appends `skb`, or a segment of it.
    fn append(
        &mut self,
        skb: &OwnedSkb,
        segment: Option<Segment>,
        partial: Option<Partial>,
    ) -> Result {
        let prefix = self.prefix;
        let (head, payload) = match &segment {
            Some(segment) => {
                let Range { start, end } = segment.payload();

                (
                    prefix.saturating_add(segment.headers()),
                    prefix.saturating_add(start)..prefix.saturating_add(end),
                )
            }
            // What is to be summed is summed while it is copied.
            None => {
                let head = partial.map_or(0, |partial| partial.start);

                (head, head..skb.len())
            }
        };
        let len = payload
            .end
            .saturating_sub(payload.start)
            .checked_add(head)
            .ok_or(EOVERFLOW)?;
        let (header, request) = match self.framing {
            Framing::Bare => (None, None),
            Framing::Qmap(version, id) => {
                let request = partial.filter(|_| version != Version::V1).map(Request);
                let header = qmap::Header::new(version, id, len, request).ok_or(EMSGSIZE)?;

                (Some(header), request)
            }
        };
        let header = header.as_ref().map_or(&[][..], qmap::Header::bytes);
        let needed = header.len().checked_add(len).ok_or(EOVERFLOW)?;
        let framing = self.framing;

        let computes = partial.is_some() && request.is_none();

        let transfer = self.room(needed)?;
        let (packet, sum) = transfer.append(header, skb, head, payload, computes)?;
        let packet = packet.get_mut(prefix..).ok_or(EINVAL)?;
        let summed = head.saturating_sub(prefix);
        // A packet that is not what its sender told goes out as it is, for the network to judge.
        let _ = segment.map_or(Some(()), |segment| segment.mend(packet));
        let _ = match (partial, framing) {
            (None, _) | (Some(_), Framing::Qmap(Version::V5, _)) => Some(()),
            (Some(partial), Framing::Qmap(Version::V4, _)) => inet::complement(packet, partial),
            (Some(partial), _) => inet::complete(packet, partial, summed, sum),
        };

        self.sent.packets = self.sent.packets.wrapping_add(1);
        self.sent.bytes = self.sent.bytes.wrapping_add(len as u64);
        self.requests = self.requests.wrapping_add(u64::from(request.is_some()));
        self.finish_if_full()
    }

    /// A transfer with room for `needed` bytes more.
    fn room(&mut self, needed: usize) -> Result<&mut Filling<'r>> {
        let max_bytes = self.limits.max_bytes as usize;

        if let Some(transfer) = &mut self.transfer {
            let is_full = transfer.packets() >= self.limits.max_frames
                || needed > max_bytes.saturating_sub(transfer.len());

            // The limits may have changed since the transfer was begun.
            if is_full || transfer.reserve(needed).is_err() {
                self.finish()?;
            }
        }

        let transfer = match self.transfer.take() {
            Some(transfer) => transfer,
            None => {
                let mut transfer = self.sender.take()?;

                transfer.set_format(self.framing.format())?;

                // Where there is no memory for many, there may be some for one. A packet that is
                // larger than a transfer may be goes alone.
                if self.limits.max_frames <= 1 || transfer.reserve(needed.max(max_bytes)).is_err() {
                    transfer.reserve(needed)?;
                }
                if self.limits.max_frames > 1 {
                    self.statistics.count(Counter::TxAggregates, 1);
                }
                transfer
            }
        };
        Ok(self.transfer.insert(transfer))
    }

    fn finish_if_full(&mut self) -> Result {
        let is_full = self.transfer.as_ref().is_some_and(|transfer| {
            transfer.packets() >= self.limits.max_frames
                || transfer.len() >= self.limits.max_bytes as usize
        });

        if is_full {
            self.finish()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result {
        if let Some(transfer) = self.transfer.take() {
            if self.limits.max_frames > 1 {
                self.statistics.count(Counter::TxFull, 1);
            }
            self.sender.submit(transfer)?;
        }
        Ok(())
    }

    fn count(&self) {
        if matches!(self.framing, Framing::Qmap(..)) {
            self.statistics
                .count(Counter::TxDatagrams, self.sent.packets);
        }
        if self.requests > 0 {
            self.statistics
                .count(Counter::TxChecksumRequested, self.requests);
        }
    }
}
