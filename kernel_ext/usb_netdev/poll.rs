// SPDX-License-Identifier: GPL-2.0-only

//! The NAPI poll of a device: completed transfers in both directions.

use super::{
    deliver::UdpGro,
    link::RingGeometry,
    receive::{
        CurrentAggregate,
        RxPoll, //
    },
    ring::{
        Fault,
        ReceiveRing,
        TransmitSet, //
    },
    Device,
    Driver,
    Layout, //
};
use crate::kernel_ext::net::napi::{
    Gro,
    HeadPool,
    Poll, //
};
use kernel::prelude::*;

/// The default of `rx-copybreak`: packets up to this length are copied, in bytes.
pub(super) const COPYBREAK: u32 = 256;

/// The data of polls.
pub(in crate::kernel_ext) struct DataPath {
    /// Present while the link is up.
    pub(super) receive: Option<ReceiveRing>,
    /// Present while the link is up.
    pub(super) transmit: Option<TransmitSet>,
    /// The geometry of the receive ring.
    pub(super) geometry: Option<RingGeometry>,
    heads: HeadPool,
    udp_gro: UdpGro,
    /// An aggregate for which the budget did not last.
    current: Option<CurrentAggregate>,
}

impl DataPath {
    /// For a link that is down.
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            receive: None,
            transmit: None,
            geometry: None,
            heads: HeadPool::new()?,
            udp_gro: UdpGro::new(),
            current: None,
        })
    }

    /// Removes the receive ring, and drops what it has received. Sleeps.
    pub(super) fn remove_receive_ring(&mut self) {
        self.current = None;
        self.geometry = None;
        self.udp_gro.clear();
        if let Some(mut ring) = self.receive.take() {
            ring.kill();
        }
    }

    /// Releases the heads that no packet uses: the link is down.
    pub(super) fn clear_heads(&mut self) {
        self.heads.clear();
    }
}

impl<T: Driver> Poll for Device<T> {
    type Data = DataPath;

    fn poll(&self, data: &mut DataPath, gro: &mut Gro<'_>, budget: usize) -> usize {
        if let Some(set) = &mut data.transmit {
            // SAFETY: the set is there only while the link is up, and a `Gro` only in a poll, which
            // runs in softirq context.
            unsafe { self.complete_transmits(set) };
        }
        self.clear_throttle(data);

        let DataPath {
            receive: Some(ring),
            geometry: Some(RingGeometry { layout, .. }),
            heads,
            udp_gro,
            current,
            ..
        } = data
        else {
            return 0;
        };
        let mut rx = RxPoll {
            dev: self,
            gro,
            heads,
            udp_gro,
            left: budget,
            transfers: 0,
            bytes: 0,
        };

        while rx.left > 0 {
            let Some(aggregate) = current.take() else {
                match ring.next() {
                    None => break,
                    Some(Ok(transfer)) => match layout {
                        Layout::Packet => rx.packet(ring, transfer, true),
                        // There was no memory for another ring: this one has no room around a
                        // packet, which is copied.
                        Layout::Aggregate if T::layout(self) == Layout::Packet => {
                            rx.packet(ring, transfer, false);
                        }
                        Layout::Aggregate => *current = rx.begin(ring, transfer),
                    },
                    Some(Err(err)) => rx.error(err),
                }
                continue;
            };
            *current = rx.aggregate(ring, aggregate);
        }

        rx.udp_gro.end_poll(rx.gro);
        let RxPoll {
            left,
            transfers,
            bytes,
            ..
        } = rx;
        if transfers > 0 {
            // SAFETY: the ring is there only while the link is up, hence the device registered, and
            // a `Gro` only in a poll, which runs in softirq context.
            unsafe { self.net().count_received(transfers, bytes) };
            self.private().interface.device().mark_last_busy();
        }
        if !self.is_suspended() {
            ring.refill();
        }
        match ring.fault() {
            None | Some(Fault::Gone) => (),
            Some(Fault::Halt) => self.recover_from_halt(),
            Some(Fault::Throttle) => self.throttle(),
        }
        budget.saturating_sub(left)
    }
}
