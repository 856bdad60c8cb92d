// SPDX-License-Identifier: GPL-2.0-only

//! The NAPI poll of a device: what has completed, in both directions.

use super::{
    delivery::Datagrams,
    link::Geometry,
    receive::{
        Current,
        Reception, //
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
    Heads,
    Poll, //
};
use kernel::prelude::*;

/// Up to this length packets are copied at first, in bytes.
pub(super) const COPYBREAK: u32 = 256;

/// What polls work on.
pub(in crate::kernel_ext) struct Path {
    /// There while the link is up.
    pub(super) receive: Option<ReceiveRing>,
    /// There while the link is up.
    pub(super) transmit: Option<TransmitSet>,
    /// How the receive ring is laid out.
    pub(super) geometry: Option<Geometry>,
    heads: Heads,
    datagrams: Datagrams,
    /// An aggregate for which the budget did not last.
    current: Option<Current>,
}

impl Path {
    /// For a link that is down.
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            receive: None,
            transmit: None,
            geometry: None,
            heads: Heads::new()?,
            datagrams: Datagrams::new(),
            current: None,
        })
    }

    /// Takes the receive ring away, and drops what it brought. Sleeps.
    pub(super) fn remove_receive(&mut self) {
        self.current = None;
        self.geometry = None;
        self.datagrams.clear();
        self.heads.clear();
        if let Some(mut ring) = self.receive.take() {
            ring.kill();
        }
    }
}

impl<T: Driver> Poll for Device<T> {
    type Data = Path;

    fn poll(&self, path: &mut Path, gro: &mut Gro<'_>, budget: usize) -> usize {
        if let Some(set) = &mut path.transmit {
            // SAFETY: the set is there only while the link is up, and a `Gro` only in a poll, which
            // runs in softirq context.
            unsafe { self.complete_transmits(set) };
        }
        self.clear_throttle(path);

        let Path {
            receive: Some(ring),
            geometry: Some(Geometry { layout, .. }),
            heads,
            datagrams,
            current,
            ..
        } = path
        else {
            return 0;
        };
        let mut reception = Reception {
            dev: self,
            gro,
            heads,
            datagrams,
            left: budget,
            transfers: 0,
            bytes: 0,
        };

        while reception.left > 0 {
            let Some(aggregate) = current.take() else {
                match ring.next() {
                    None => break,
                    Some(Ok(arrival)) => match layout {
                        Layout::Packet => reception.packet(ring, arrival),
                        Layout::Aggregate => *current = reception.begin(ring, arrival),
                    },
                    Some(Err(err)) => reception.error(err),
                }
                continue;
            };
            *current = reception.aggregate(ring, aggregate);
        }

        reception.datagrams.end_poll(reception.gro);
        let Reception {
            left,
            transfers,
            bytes,
            ..
        } = reception;
        if transfers > 0 {
            // SAFETY: the ring is there only while the link is up, hence the device registered, and
            // a `Gro` only in a poll, which runs in softirq context.
            unsafe { self.net().count_received(transfers, bytes) };
            self.private().interface.device().mark_busy();
        }
        if !self.is_asleep() {
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
