// SPDX-License-Identifier: GPL-2.0-only

//! Packets that the lower device received for stacked ones.

use super::{
    Device,
    Driver, //
};
use crate::kernel_ext::{
    netdevice::Features,
    skbuff::{
        Checksum,
        Queue, //
    }, //
};
use core::{
    mem,
    ptr, //
};
use kernel::prelude::*;

/// Packets that are delivered together as long as they are for the same device. What is left is
/// delivered when this is dropped.
pub(crate) struct Batch<'rcu, T: Driver> {
    dev: Option<&'rcu Device<T>>,
    packets: u64,
    bytes: u64,
    queue: Queue,
}

impl<'rcu, T: Driver> Batch<'rcu, T> {
    /// No packets.
    pub(crate) const fn new() -> Self {
        Self {
            dev: None,
            packets: 0,
            bytes: 0,
            queue: Queue::new(),
        }
    }

    /// Adds a copy of `packet`, of the protocol `ether_type` in host order, for `dev`, and returns
    /// whether what is told of its checksum was believed.
    ///
    /// Fails with `ENETDOWN` if the device is down, with `ENOBUFS` if the network stack does not keep
    /// up; that costs this packet and no other. Called in softirq context.
    pub(crate) fn receive(
        &mut self,
        dev: &'rcu Device<T>,
        packet: &[u8],
        ether_type: u16,
        checksum: Checksum,
    ) -> Result<bool> {
        if !self.dev.is_some_and(|current| ptr::eq(current, dev)) {
            self.deliver();
            self.dev = Some(dev);
        }

        let checksum = if dev.0.has_any(Features::RECEIVED_CHECKSUM) {
            checksum
        } else {
            Checksum::Unknown
        };
        self.add(dev, packet, ether_type, checksum)
            .inspect_err(|_| dev.private().received.count_dropped())?;
        Ok(checksum == Checksum::Right)
    }

    fn add(
        &mut self,
        dev: &Device<T>,
        packet: &[u8],
        ether_type: u16,
        checksum: Checksum,
    ) -> Result {
        if !dev.0.is_up() {
            return Err(ENETDOWN);
        }

        let receiver = &dev.private().receiver;
        // Before the copy: what is dropped should cost little.
        receiver.reserve()?;
        let filled = receiver.alloc(packet.len()).and_then(|mut skb| {
            skb.fill(packet, ether_type, checksum)?;
            Ok(skb)
        });
        self.queue.push(filled.inspect_err(|_| receiver.release())?);
        self.packets = self.packets.wrapping_add(1);
        self.bytes = self.bytes.wrapping_add(packet.len() as u64);
        Ok(())
    }

    fn deliver(&mut self) {
        if let (Some(dev), false) = (self.dev, self.queue.is_empty()) {
            let private = dev.private();

            private
                .received
                .count(mem::take(&mut self.packets), mem::take(&mut self.bytes));
            private
                .receiver
                .receive_all(mem::replace(&mut self.queue, Queue::new()));
        }
    }
}

impl<T: Driver> Drop for Batch<'_, T> {
    fn drop(&mut self) {
        self.deliver();
    }
}
