// SPDX-License-Identifier: GPL-2.0-only

//! A transfer to a device, while packets are appended.

use super::transmit::{
    QueueOwner,
    Transfer,
    TransmitRing,
    TxContent, //
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

/// A transfer to a device that is being filled. If it is not submitted it is returned to the ring.
pub(crate) struct TxTransfer<'a> {
    ring: &'a TransmitRing,
    transfer: Option<Transfer>,
    /// It was the pending one, which waited for more packets.
    was_pending: bool,
}

impl<'a> TxTransfer<'a> {
    /// A transfer of `ring`, empty. [`None`] if none is idle. Does not sleep.
    pub(in crate::kernel_ext) fn take(
        ring: &'a TransmitRing,
        _rcu: &'a rcu::Guard,
    ) -> Option<Self> {
        // SAFETY: the result borrows the RCU guard, and returns, submits or holds the transfer, at
        // the latest when it is dropped.
        let transfer = unsafe { ring.take() }?;

        Some(Self {
            ring,
            transfer: Some(transfer),
            was_pending: false,
        })
    }

    /// The transfer of `ring` that waits for more, if there is one. Does not sleep.
    pub(in crate::kernel_ext) fn take_pending(
        ring: &'a TransmitRing,
        _rcu: &'a rcu::Guard,
    ) -> Option<Self> {
        // SAFETY: the result borrows the RCU guard, and returns, submits or holds the transfer, at
        // the latest when it is dropped.
        let transfer = unsafe { ring.take_pending() }?;

        Some(Self {
            ring,
            transfer: Some(transfer),
            was_pending: true,
        })
    }

    fn content(&mut self) -> Result<&mut TxContent> {
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

    /// The format that [`Self::set_format`] has set.
    pub(crate) fn format(&self) -> u8 {
        self.transfer
            .as_ref()
            .map_or(0, |transfer| transfer.content().format)
    }

    /// Sets the format of the packets, by a number of the driver's own.
    pub(crate) fn set_format(&mut self, format: u8) -> Result {
        self.content()?.format = format;
        Ok(())
    }

    /// Reserves memory for `len` bytes more. Does not sleep.
    pub(crate) fn reserve(&mut self, len: usize) -> Result {
        let data = &mut self.content()?.data;
        let capacity = data.len().checked_add(len).ok_or(EOVERFLOW)?;

        data.grow(capacity.max(MIN_BUFFER))
    }

    /// Appends `header`, the first `head` bytes of `skb`, and those of `payload`, as one packet,
    /// and returns the packet for changes, without `header`. If `sum` is set the second is the
    /// ones' complement sum of the payload, else 0. `ENOBUFS` if the capacity does not suffice.
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
    pub(in crate::kernel_ext) fn submit(mut self, owner: &impl QueueOwner) -> Result {
        let ring = self.ring;
        let transfer = self.transfer.take().ok_or(ENODEV)?;

        ring.submit(transfer, self.was_pending, owner)
    }

    /// Holds the transfer back for more packets, if there is something in flight; else it is sent.
    /// Returns whether the timer is to be started. Does not sleep.
    pub(in crate::kernel_ext) fn hold(mut self, owner: &impl QueueOwner) -> Result<bool> {
        let ring = self.ring;
        let transfer = self.transfer.take().ok_or(ENODEV)?;

        ring.hold(transfer, self.was_pending, owner)
    }
}

impl Drop for TxTransfer<'_> {
    fn drop(&mut self) {
        if let Some(transfer) = self.transfer.take() {
            self.ring.return_idle(transfer, self.was_pending);
        }
    }
}
