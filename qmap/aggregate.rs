// SPDX-License-Identifier: GPL-2.0-only

//! Writing packets into transfers to a modem: one into each or, by QMAP and if user space has
//! enabled it, an aggregate of several.
//!
//! Packets are copied into the buffer of a transfer, where segmentation and checksums take place.

#![forbid(unsafe_code)]

use super::{
    checksum::Request,
    framing::{
        self,
        MuxId,
        Version, //
    }, //
};
use crate::{
    inet::{
        checksum,
        gso::{
            Segment,
            Segmentation, //
        }, //
    },
    kernel_ext::{
        net::{
            ethtool::TxAggregation,
            skbuff::{
                OwnedSkb,
                Partial, //
            }, //
        },
        usb_netdev::{
            self,
            Sender,
            TxTransfer, //
        }, //
    },
    statistics::{
        Counter,
        Statistics, //
    }, //
};
use core::ops::Range;
use kernel::prelude::*;

/// What was sent of a packet: its segments, or the packet itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    /// How many there are.
    pub(crate) packets: u64,
    /// Their bytes, without the headers of [`Framing`].
    pub(crate) bytes: u64,
}

/// The headers before a packet.
#[derive(Clone, Copy)]
pub(crate) enum Framing {
    /// None but the link layer's, which the network stack has written.
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

/// Writes packets of one device into transfers.
pub(super) struct Writer<'a, 'r, T: usb_netdev::Driver> {
    sender: &'a Sender<'r, T>,
    statistics: &'a Statistics,
    framing: Framing,
    limits: TxAggregation,
    transfer: Option<TxTransfer<'r>>,
    /// Length of the link layer's header, where a packet is segmented.
    prefix: usize,
    sent: Sent,
    requests: u64,
}

impl<'a, 'r, T: usb_netdev::Driver> Writer<'a, 'r, T> {
    /// A writer that begins with `transfer`, if there is one.
    pub(super) fn new(
        sender: &'a Sender<'r, T>,
        statistics: &'a Statistics,
        framing: Framing,
        limits: TxAggregation,
        transfer: Option<TxTransfer<'r>>,
    ) -> Self {
        Self {
            sender,
            statistics,
            framing,
            limits,
            transfer,
            prefix: 0,
            sent: Sent::default(),
            requests: 0,
        }
    }

    /// Appends `skb`, or its segments.
    pub(super) fn append_all(&mut self, skb: &OwnedSkb) -> Result {
        let partial = skb.partial_checksum();
        let Some(gso) = skb.gso() else {
            return self.append(skb, None, partial);
        };

        // Offsets and lengths of the skb count from the link layer's header; those of GSO count
        // from IP.
        self.prefix = skb.network_offset().ok_or(EINVAL)?;
        let partial = partial.ok_or(EINVAL)?;
        let octet = Segmentation::data_offset(partial).map_or(Ok(0), |at| skb.byte(at))?;
        let partial = Partial {
            start: partial.start.checked_sub(self.prefix).ok_or(EINVAL)?,
            offset: partial.offset,
        };
        let len = skb.len().checked_sub(self.prefix).ok_or(EINVAL)?;

        Segmentation::new(len, gso.size, partial, octet)
            .ok_or(EINVAL)?
            .with_fixed_id(gso.fixed_id)
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
            // The payload is summed while it is copied.
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
                let header = framing::Header::new(version, id, len, request).ok_or(EMSGSIZE)?;

                (Some(header), request)
            }
        };
        let header = header.as_ref().map_or(&[][..], framing::Header::bytes);
        let needed = header.len().checked_add(len).ok_or(EOVERFLOW)?;
        let framing = self.framing;

        let computes = partial.is_some() && request.is_none();

        let transfer = self.reserve(needed)?;
        let (packet, sum) = transfer.append(header, skb, head, payload, computes)?;
        let packet = packet.get_mut(prefix..).ok_or(EINVAL)?;
        let summed = head.saturating_sub(prefix);
        // A packet that is not what its skb says is sent unchanged; the network drops it.
        let _ = segment.map_or(Some(()), |segment| segment.update_headers(packet));
        let _ = match (partial, framing) {
            (None, _) | (Some(_), Framing::Qmap(Version::V5, _)) => Some(()),
            (Some(partial), Framing::Qmap(Version::V4, _)) => checksum::complement(packet, partial),
            (Some(partial), _) => checksum::complete(packet, partial, summed, sum),
        };

        self.sent.packets = self.sent.packets.wrapping_add(1);
        self.sent.bytes = self.sent.bytes.wrapping_add(len as u64);
        self.requests = self.requests.wrapping_add(u64::from(request.is_some()));
        self.finish_if_full()
    }

    /// Reserves `needed` bytes in a transfer, and returns that.
    fn reserve(&mut self, needed: usize) -> Result<&mut TxTransfer<'r>> {
        let max_bytes = self.limits.max_bytes as usize;

        if let Some(transfer) = &mut self.transfer {
            let is_full = transfer.packets() >= self.limits.max_frames
                || needed > max_bytes.saturating_sub(transfer.len());

            // The limits may have changed since the transfer was started.
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
                // larger than the limit has a transfer of its own.
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

    /// Sends the last transfer, or holds it back for more packets, and returns what was sent.
    pub(super) fn finish_all(self) -> Result<Sent> {
        self.count();
        match self.transfer {
            Some(transfer) if self.limits.max_frames > 1 && self.limits.time_usecs > 0 => {
                self.sender.hold(transfer, self.limits.time_usecs)?;
            }
            Some(transfer) => self.sender.submit(transfer)?,
            None => (),
        }
        Ok(self.sent)
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
