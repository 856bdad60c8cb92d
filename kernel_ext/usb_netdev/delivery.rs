// SPDX-License-Identifier: GPL-2.0-only

//! Packets on their way to the network stack.

use crate::kernel_ext::{
    bindings,
    compat::ENETDOWN,
    net::{
        napi::{
            Gro,
            Heads, //
        },
        netdevice::{
            Features,
            NetDevice, //
        },
        skbuff::{
            Checksum,
            OwnedSkb, //
        },
        upper, //
    },
    page::{
        Buffer,
        SharedBuffer, //
    }, //
};
use kernel::{
    prelude::*,
    sync::rcu, //
};

/// Headers of IP and UDP are at most so long, in bytes, unless they have options.
const DATAGRAM_HEADERS: usize = 48;

/// Where an aggregate is.
pub(super) enum Source {
    /// In a buffer that its packets share.
    Shared(SharedBuffer),
    /// In a buffer that is submitted again: its packets are copied.
    Copied(Buffer),
}

impl Source {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Shared(buffer) => buffer.bytes(),
            Self::Copied(buffer) => buffer.bytes(),
        }
    }
}

/// What is done with datagrams of UDP, which GRO merges only for who asks for it, but would look at
/// all the same, at a cost: the last one of each poll tells whether there is somebody.
pub(super) struct Datagrams {
    /// GRO gets them, because somebody asks.
    are_merged: bool,
    /// Somebody did so in this poll.
    is_asked: bool,
    /// The last one, if GRO has not got it.
    last: Option<OwnedSkb>,
}

impl Datagrams {
    /// Nobody asks as yet.
    pub(super) const fn new() -> Self {
        Self {
            are_merged: false,
            is_asked: false,
            last: None,
        }
    }

    fn receive(&mut self, gro: &mut Gro<'_>, skb: OwnedSkb) {
        if self.are_merged {
            self.is_asked |= gro.receive_datagram(skb);
        } else if let Some(before) = self.last.replace(skb) {
            gro.receive_unmerged(before);
        }
    }

    /// The poll ends. GRO gets the last one behind all others, so that their order is kept.
    pub(super) fn end_poll(&mut self, gro: &mut Gro<'_>) {
        if let Some(last) = self.last.take() {
            self.is_asked = gro.receive_datagram(last);
        }
        self.are_merged = self.is_asked;
        self.is_asked = false;
    }

    /// Drops what a poll that did not come to its end has left.
    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }
}

/// Delivers packets of an aggregate.
pub(crate) struct Delivery<'a, 'g> {
    pub(super) gro: &'a mut Gro<'g>,
    pub(super) datagrams: &'a mut Datagrams,
    pub(super) heads: &'a mut Heads,
    pub(super) source: &'a Source,
    /// Where in the buffer what the driver was given begins, in bytes.
    pub(super) start: usize,
    /// Length of the whole aggregate, in bytes.
    pub(super) len: usize,
    pub(super) copybreak: usize,
    /// What is left of the budget, in packets.
    pub(super) left: usize,
    pub(super) rcu: &'a rcu::Guard,
}

impl<'a> Delivery<'a, '_> {
    /// Under which devices are found that packets are delivered to.
    pub(crate) fn rcu(&self) -> &'a rcu::Guard {
        self.rcu
    }

    /// Counts a packet, and returns whether another one may be delivered after it. To be called
    /// once for each packet, delivered or not.
    pub(crate) fn may_go_on(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }

    /// Delivers `packet`, which begins `offset` bytes behind the start of what the driver was
    /// given, of the protocol `ether_type` in host order, as one of `dev`, and returns whether what
    /// is told of its checksum was believed.
    ///
    /// Fails with `ENETDOWN` if the device is down; that costs this packet and no other.
    pub(crate) fn deliver<T: upper::Driver>(
        &mut self,
        dev: &upper::Device<T>,
        packet: &[u8],
        offset: usize,
        ether_type: u16,
        checksum: Checksum,
    ) -> Result<bool> {
        let net = dev.net();
        let checksum = if net.has_any(Features::RECEIVED_CHECKSUM) {
            checksum
        } else {
            Checksum::Unknown
        };

        self.add(dev, packet, offset, ether_type, checksum)
            .inspect_err(|_| net.count_receive_dropped())?;
        Ok(checksum == Checksum::Right)
    }

    fn add<T: upper::Driver>(
        &mut self,
        dev: &upper::Device<T>,
        packet: &[u8],
        offset: usize,
        ether_type: u16,
        checksum: Checksum,
    ) -> Result {
        let net = dev.net();
        if !net.is_up() {
            return Err(ENETDOWN);
        }

        let kind = Kind::of(packet, net);
        let mut skb = match self.source {
            Source::Shared(buffer) if packet.len() > self.copybreak => {
                let start = self.start.checked_add(offset).ok_or(EOVERFLOW)?;
                // GRO looks at headers where they are, and moves fragments.
                let linear = match kind {
                    Kind::Datagram if !self.datagrams.are_merged => {
                        DATAGRAM_HEADERS.min(packet.len())
                    }
                    _ => 0,
                };
                // All of the buffer is charged to its packets, each by its length.
                let truesize = buffer
                    .bytes()
                    .len()
                    .saturating_mul(packet.len())
                    .checked_div(self.len)
                    .unwrap_or(packet.len());

                self.heads.share(
                    self.gro,
                    buffer,
                    (start, packet.len()),
                    linear,
                    truesize as u32,
                )?
            }
            _ => self.heads.copy(self.gro, packet)?,
        };
        skb.describe(ether_type, checksum);
        // SAFETY: whoever has a reference to a stacked device is waited for before it loses what it
        // counts. Packets are delivered in softirq context.
        unsafe { net.count_received(1, packet.len() as u64) };

        kind.deliver(self.gro, self.datagrams, net.own(skb));
        Ok(())
    }
}

/// How a packet goes to the network stack.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Through GRO.
    Packet,
    /// As [`Datagrams`] say.
    Datagram,
}

impl Kind {
    /// For `packet` of `net`, which begins with its IP header.
    fn of(packet: &[u8], net: &NetDevice) -> Self {
        /// Protocols of IP: UDP, and a fragment, which can be part of it.
        const UDP: u8 = bindings::IPPROTO_UDP as u8;
        const FRAGMENT: u8 = bindings::IPPROTO_FRAGMENT as u8;

        let protocol = match packet.first().map(|first| first >> 4) {
            Some(4) => packet.get(9),
            Some(6) => packet.get(6),
            _ => None,
        };
        if matches!(protocol, Some(&(UDP | FRAGMENT))) && !net.has_any(Features::UDP_MERGING) {
            Self::Datagram
        } else {
            Self::Packet
        }
    }

    fn deliver(self, gro: &mut Gro<'_>, datagrams: &mut Datagrams, skb: OwnedSkb) {
        match self {
            Self::Packet => gro.receive(skb),
            Self::Datagram => datagrams.receive(gro, skb),
        }
    }
}

/// Delivers `skb`, a packet of `net` that begins with its network header.
pub(super) fn deliver(
    gro: &mut Gro<'_>,
    datagrams: &mut Datagrams,
    skb: OwnedSkb,
    net: &NetDevice,
) {
    /// EtherTypes of IP (`ETH_P_IP`, `ETH_P_IPV6`).
    const IPV4: u16 = bindings::ETH_P_IP as u16;
    const IPV6: u16 = bindings::ETH_P_IPV6 as u16;

    let kind = match skb.protocol() {
        IPV4 | IPV6 => Kind::of(skb.linear(), net),
        _ => Kind::Packet,
    };
    kind.deliver(gro, datagrams, skb);
}
