// SPDX-License-Identifier: GPL-2.0-only

//! Filling a transfer to a device with packets.

use super::transmit::{
    Outgoing,
    Owner,
    Transfer,
    TransmitRing, //
};
use crate::kernel_ext::{
    net::skbuff::OwnedSkb,
    usb::bulk::Idle, //
};
use core::ops::Range;
use kernel::{
    prelude::*,
    sync::rcu, //
};

/// The smallest buffer, in bytes: that of a packet of the usual size.
const MIN_BUFFER: usize = 2048;

/// A transfer that is being filled. If it is not sent it goes back to the ring.
pub(crate) struct Filling<'a> {
    ring: &'a TransmitRing,
    transfer: Option<Transfer>,
    /// It waited for more packets before.
    has_waited: bool,
}

impl<'a> Filling<'a> {
    /// A transfer of `ring`, empty. [`None`] if none is idle. Does not sleep.
    pub(in crate::kernel_ext) fn take(
        ring: &'a TransmitRing,
        _rcu: &'a rcu::Guard,
    ) -> Option<Self> {
        Some(Self {
            ring,
            transfer: Some(ring.take()?),
            has_waited: false,
        })
    }

    /// The transfer of `ring` that waits for more, if there is one. Does not sleep.
    pub(in crate::kernel_ext) fn take_pending(
        ring: &'a TransmitRing,
        _rcu: &'a rcu::Guard,
    ) -> Option<Self> {
        Some(Self {
            ring,
            transfer: Some(ring.take_pending()?),
            has_waited: true,
        })
    }

    fn content(&mut self) -> Result<&mut Outgoing> {
        self.transfer.as_mut().map(Idle::content_mut).ok_or(ENODEV)
    }

    /// Length, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.transfer
            .as_ref()
            .map_or(0, |transfer| transfer.content().data.len())
    }

    /// How many packets it has.
    pub(crate) fn packets(&self) -> u32 {
        self.transfer
            .as_ref()
            .map_or(0, |transfer| transfer.content().packets)
    }

    /// What [`Self::set_format`] has told.
    pub(crate) fn format(&self) -> u8 {
        self.transfer
            .as_ref()
            .map_or(0, |transfer| transfer.content().format)
    }

    /// Tells in which format, by a number of the driver's own, packets are appended.
    pub(crate) fn set_format(&mut self, format: u8) -> Result {
        self.content()?.format = format;
        Ok(())
    }

    /// Provides for `len` bytes more. Does not sleep.
    pub(crate) fn reserve(&mut self, len: usize) -> Result {
        let data = &mut self.content()?.data;
        let capacity = data.len().checked_add(len).ok_or(EOVERFLOW)?;

        data.grow(capacity.max(MIN_BUFFER))
    }

    /// Appends `header`, the first `head` bytes of `skb`, and those of `payload`, as one packet,
    /// and returns the packet for changes, without `header`. If `sum` is set the second is the
    /// ones' complement sum of the payload, else 0. `ENOBUFS` if that was not provided for.
    pub(crate) fn append(
        &mut self,
        header: &[u8],
        skb: &OwnedSkb,
        head: usize,
        payload: Range<usize>,
        sum: bool,
    ) -> Result<(&mut [u8], u16)> {
        let content = self.content()?;
        let data = &mut content.data;
        let start = data.len();

        data.append(header)?;
        let packet = data.len();
        let copied = data.append_packet(skb, 0..head).and_then(|()| {
            if sum {
                data.append_and_sum(skb, payload)
            } else {
                data.append_packet(skb, payload).map(|()| 0)
            }
        });
        let sum = copied.inspect_err(|_| data.truncate(start))?;

        content.packets = content.packets.saturating_add(1);
        Ok((content.data.tail_mut(packet).ok_or(EINVAL)?, sum))
    }

    /// Sends the transfer. Does not sleep.
    pub(in crate::kernel_ext) fn submit(mut self, owner: &impl Owner) -> Result {
        let ring = self.ring;
        let transfer = self.transfer.take().ok_or(ENODEV)?;

        ring.submit(transfer, owner)
    }

    /// Has the transfer wait for more packets, if there is something in flight; else it is sent.
    /// Returns whether the time that it may wait begins. Does not sleep.
    pub(in crate::kernel_ext) fn hold(mut self, owner: &impl Owner) -> Result<bool> {
        let ring = self.ring;
        let transfer = self.transfer.take().ok_or(ENODEV)?;

        ring.hold(transfer, self.has_waited, owner)
    }
}

impl Drop for Filling<'_> {
    fn drop(&mut self) {
        if let Some(transfer) = self.transfer.take() {
            self.ring.give_back(transfer);
        }
    }
}
