// SPDX-License-Identifier: GPL-2.0-only

//! The NAPI poll of a device: what has completed, in both directions.

use super::{
    delivery::{
        self,
        Datagrams,
        Delivery,
        Source, //
    },
    link::Geometry,
    Device,
    Driver,
    Layout,
    Received, //
};
use crate::kernel_ext::{
    bindings,
    compat::{
        ECONNRESET,
        ESHUTDOWN, //
    },
    napi::{
        Gro,
        Poll, //
    },
    netdevice::NetError,
    page::Buffer,
    skbuff::{
        Heads,
        NewSkb, //
    },
    usb::bulk::{
        Arrival,
        Fault,
        Processed,
        ReceiveRing,
        TransmitSet, //
    }, //
};
use kernel::{
    prelude::*,
    sync::{
        atomic::Relaxed,
        rcu, //
    }, //
};

/// Up to this length packets are copied at first, in bytes.
pub(super) const COPYBREAK: u32 = 256;

/// What is smaller than a page by this factor is copied: it should not keep a whole page in use.
const SMALL: usize = 4;

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

/// An aggregate that is being taken apart.
struct Current {
    source: Source,
    processed: Processed,
    /// The buffer that is to be submitted next, where the aggregate's own is shared.
    replacement: Option<Buffer>,
    position: usize,
    len: usize,
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

/// What a poll receives.
struct Reception<'a, 'g, T: Driver> {
    dev: &'a Device<T>,
    gro: &'a mut Gro<'g>,
    heads: &'a mut Heads,
    datagrams: &'a mut Datagrams,
    /// What is left of the budget, in packets.
    left: usize,
    transfers: u64,
    bytes: u64,
}

impl<T: Driver> Reception<'_, '_, T> {
    fn use_budget(&mut self, packets: usize) {
        self.left = self.left.saturating_sub(packets);
    }

    fn count(&mut self, bytes: usize) {
        self.transfers = self.transfers.wrapping_add(1);
        self.bytes = self.bytes.wrapping_add(bytes as u64);
    }

    fn copybreak(&self) -> usize {
        self.dev.private().copybreak.load(Relaxed) as usize
    }

    /// A transfer that failed.
    fn error(&mut self, err: Error) {
        self.use_budget(1);
        if matches!(err, ECONNRESET | ENOENT | ESHUTDOWN) {
            // It was ended from this side.
            return;
        }
        self.dev.net().count_error(NetError::Receive);
        if err == EOVERFLOW {
            self.dev.net().count_error(NetError::ReceiveOver);
        }
    }

    /// A transfer that holds one packet.
    fn packet(&mut self, ring: &mut ReceiveRing, arrival: Arrival) {
        self.use_budget(1);
        let len = arrival.len;
        let headroom = ring.headroom();
        let (buffer, processed) = arrival.split();

        if len < bindings::ETH_HLEN as usize {
            self.dev.net().count_error(NetError::Receive);
            self.dev.net().count_error(NetError::ReceiveLength);
            return ring.resubmit(processed, buffer);
        }

        let replacement = if len > self.copybreak() {
            ring.pool().take()
        } else {
            None
        };
        let skb = match replacement {
            Some(replacement) => {
                ring.resubmit(processed, replacement);
                NewSkb::build(self.gro, buffer, headroom, len)
            }
            None => {
                let packet = buffer
                    .bytes()
                    .split_at_checked(headroom)
                    .and_then(|(_, packet)| packet.split_at_checked(len))
                    .map_or(&[][..], |(packet, _)| packet);
                let skb = self.heads.copy(self.gro, packet);

                ring.resubmit(processed, buffer);
                skb
            }
        };
        let Ok(mut skb) = skb else {
            return self.dev.net().count_receive_dropped();
        };

        match T::receive_packet(self.dev, skb.get()) {
            Ok(Received::Frame) => {
                if skb.get().take_ethernet_header(self.dev.net()).is_err() {
                    return self.dev.net().count_error(NetError::Receive);
                }
            }
            Ok(Received::Packet) => (),
            Err(_) => return self.dev.net().count_error(NetError::Receive),
        }
        self.count(skb.get().len());
        let skb = skb.finish(self.dev.net());
        delivery::deliver(self.gro, self.datagrams, skb, self.dev.net());
    }

    /// A transfer that holds an aggregate: its packets share its buffer, if there is another one to
    /// be submitted instead, and if it is not too small for that.
    fn begin(&mut self, ring: &mut ReceiveRing, arrival: Arrival) -> Option<Current> {
        let len = arrival.len;
        let (buffer, processed) = arrival.split();
        let replacement = if len.saturating_mul(SMALL) >= buffer.bytes().len() {
            ring.pool().take()
        } else {
            None
        };
        let source = match &replacement {
            Some(_) => Source::Shared(buffer.share()),
            None => Source::Copied(buffer),
        };

        Some(Current {
            source,
            processed,
            replacement,
            position: 0,
            len,
        })
    }

    /// Takes an aggregate apart as far as the budget lasts, and returns it if there is more.
    fn aggregate(&mut self, ring: &mut ReceiveRing, mut current: Current) -> Option<Current> {
        let copybreak = self.copybreak();
        let rcu = rcu::read_lock();
        let rest = current
            .source
            .bytes()
            .get(current.position..current.len)
            .unwrap_or(&[]);
        let mut delivery = Delivery {
            gro: self.gro,
            heads: self.heads,
            datagrams: self.datagrams,
            source: &current.source,
            start: current.position,
            len: current.len,
            copybreak,
            left: self.left,
            rcu: &rcu,
        };
        let taken = T::receive_aggregate(self.dev, rest, &mut delivery);

        // At least one, so that an aggregate without packets counts, too.
        let packets = self.left.saturating_sub(delivery.left).max(1);
        let is_exhausted = delivery.left == 0;
        self.use_budget(packets);
        match taken {
            Ok(taken) => {
                current.position = current.position.saturating_add(taken);
                if is_exhausted && current.position < current.len && taken > 0 {
                    return Some(current);
                }
                self.count(current.len);
            }
            Err(_) => self.dev.net().count_error(NetError::Receive),
        }

        let Current {
            source,
            processed,
            replacement,
            ..
        } = current;
        match (source, replacement) {
            (Source::Copied(buffer), _) => ring.resubmit(processed, buffer),
            (Source::Shared(_), Some(replacement)) => ring.resubmit(processed, replacement),
            // There is a replacement wherever a buffer is shared.
            (Source::Shared(_), None) => (),
        }
        None
    }
}
