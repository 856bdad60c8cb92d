// SPDX-License-Identifier: GPL-2.0-only

//! Reception in a poll: transfers that hold a packet, or an aggregate of packets.

use super::{
    deliver::{
        self,
        AggregateBuffer,
        RxContext,
        UdpGro, //
    },
    ring::{
        EmptyTransfer,
        ReceiveRing,
        RxTransfer, //
    },
    Device,
    Driver,
    Received, //
};
use crate::kernel_ext::{
    bindings,
    compat::{
        ECONNRESET,
        ESHUTDOWN, //
    },
    net::{
        napi::{
            Gro,
            HeadPool, //
        },
        netdevice::NetError, //
    },
    page::Buffer, //
};
use kernel::{
    prelude::*,
    sync::{
        atomic::Relaxed,
        rcu, //
    }, //
};

/// An aggregate that is smaller than its page by this factor is copied: it should not keep a whole
/// page in use.
const SMALL: usize = 4;

/// An aggregate that is being deaggregated.
pub(super) struct CurrentAggregate {
    buffer: AggregateBuffer,
    empty: EmptyTransfer,
    /// The buffer that is to be submitted next, where the aggregate's own is shared.
    replacement: Option<Buffer>,
    position: usize,
    len: usize,
}

/// The state of reception in a poll.
pub(super) struct RxPoll<'a, 'g, T: Driver> {
    pub(super) dev: &'a Device<T>,
    pub(super) gro: &'a mut Gro<'g>,
    pub(super) heads: &'a mut HeadPool,
    pub(super) udp_gro: &'a mut UdpGro,
    /// The rest of the budget, in packets.
    pub(super) left: usize,
    pub(super) transfers: u64,
    pub(super) bytes: u64,
}

impl<T: Driver> RxPoll<'_, '_, T> {
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
    pub(super) fn error(&mut self, err: Error) {
        self.use_budget(1);
        if matches!(err, ECONNRESET | ENOENT | ESHUTDOWN) {
            // This side has ended it.
            return;
        }
        self.dev.net().count_error(NetError::Receive);
        if err == EOVERFLOW {
            self.dev.net().count_error(NetError::ReceiveOver);
        }
    }

    /// A transfer that holds one packet. With `builds` the packet may be built on its buffer, which
    /// has headroom and tailroom then; else it is copied.
    pub(super) fn packet(&mut self, ring: &mut ReceiveRing, transfer: RxTransfer, builds: bool) {
        self.use_budget(1);
        let len = transfer.len;
        let headroom = ring.headroom();
        let (buffer, empty) = transfer.split();

        if len < bindings::ETH_HLEN as usize {
            self.dev.net().count_error(NetError::Receive);
            self.dev.net().count_error(NetError::ReceiveLength);
            return ring.resubmit(empty, buffer);
        }

        let replacement = if builds && len > self.copybreak() {
            ring.take_buffer()
        } else {
            None
        };
        let skb = match replacement {
            Some(replacement) => {
                ring.resubmit(empty, replacement);
                self.gro.build(buffer, headroom, len)
            }
            None => {
                let packet = buffer
                    .bytes()
                    .split_at_checked(headroom)
                    .and_then(|(_, packet)| packet.split_at_checked(len))
                    .map_or(&[][..], |(packet, _)| packet);
                // Behind a header of Ethernet, IP is aligned.
                let skb = self
                    .heads
                    .copy(self.gro, packet, self.dev.net().hard_header_len() > 0);

                ring.resubmit(empty, buffer);
                skb
            }
        };
        let Ok(mut skb) = skb else {
            return self.dev.net().count_receive_dropped();
        };

        match T::receive_packet(self.dev, skb.get()) {
            Ok(Received::Frame) => {
                if self.dev.net().eth_type_trans(skb.get()).is_err() {
                    return self.dev.net().count_error(NetError::Receive);
                }
            }
            Ok(Received::Packet) => (),
            Err(_) => return self.dev.net().count_error(NetError::Receive),
        }
        self.count(skb.get().len());
        let skb = self.dev.net().set_skb_dev(skb);
        deliver::deliver(self.gro, self.udp_gro, skb, self.dev.net());
    }

    /// A transfer that holds an aggregate: its packets share its buffer, if there is another one to
    /// be submitted instead, and if it is not too small for that.
    pub(super) fn begin(
        &mut self,
        ring: &mut ReceiveRing,
        transfer: RxTransfer,
    ) -> Option<CurrentAggregate> {
        let len = transfer.len;
        let (buffer, empty) = transfer.split();
        let replacement = if len.saturating_mul(SMALL) >= buffer.bytes().len() {
            ring.take_buffer()
        } else {
            None
        };
        let buffer = match &replacement {
            Some(_) => AggregateBuffer::Shared(buffer.share()),
            None => AggregateBuffer::Copied(buffer),
        };

        Some(CurrentAggregate {
            buffer,
            empty,
            replacement,
            position: 0,
            len,
        })
    }

    /// Deaggregates as long as the budget lasts, and returns the aggregate if there is more.
    pub(super) fn aggregate(
        &mut self,
        ring: &mut ReceiveRing,
        mut current: CurrentAggregate,
    ) -> Option<CurrentAggregate> {
        let copybreak = self.copybreak();
        let rcu = rcu::read_lock();
        let rest = current
            .buffer
            .bytes()
            .get(current.position..current.len)
            .unwrap_or(&[]);
        let mut rx = RxContext {
            gro: self.gro,
            heads: self.heads,
            udp_gro: self.udp_gro,
            buffer: &current.buffer,
            start: current.position,
            len: current.len,
            copybreak,
            left: self.left,
            rcu: &rcu,
        };
        let taken = T::receive_aggregate(self.dev, rest, &mut rx);

        // At least one, so that an aggregate without packets counts, too.
        let packets = self.left.saturating_sub(rx.left).max(1);
        let is_exhausted = rx.left == 0;
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

        let CurrentAggregate {
            buffer,
            empty,
            replacement,
            ..
        } = current;
        match (buffer, replacement) {
            (AggregateBuffer::Copied(buffer), _) => ring.resubmit(empty, buffer),
            (AggregateBuffer::Shared(_), Some(replacement)) => ring.resubmit(empty, replacement),
            // There is a replacement wherever a buffer is shared.
            (AggregateBuffer::Shared(_), None) => (),
        }
        None
    }
}
