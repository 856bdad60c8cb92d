// SPDX-License-Identifier: GPL-2.0-only

//! Delivering packets to the network stack.

use crate::kernel_ext::{
    bindings,
    compat::ENETDOWN,
    net::{
        napi::{
            Gro,
            HeadPool, //
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
use core::mem;
use kernel::{
    prelude::*,
    sync::rcu, //
};

/// Protocols of IP: TCP, UDP, and a fragment, which can be part of either.
const TCP: u8 = bindings::IPPROTO_TCP as u8;
const UDP: u8 = bindings::IPPROTO_UDP as u8;
const FRAGMENT: u8 = bindings::IPPROTO_FRAGMENT as u8;

/// Lengths of headers without options, in bytes.
const IPV4_LEN: usize = mem::size_of::<bindings::iphdr>();
const IPV6_LEN: usize = mem::size_of::<bindings::ipv6hdr>();
const TCP_LEN: usize = mem::size_of::<bindings::tcphdr>();
const UDP_LEN: usize = mem::size_of::<bindings::udphdr>();

/// How much of other packets filters may want to read, in bytes.
const HEADERS: usize = 128;

/// The buffer of an aggregate.
pub(super) enum AggregateBuffer {
    /// Its packets share the buffer.
    Shared(SharedBuffer),
    /// Its packets are copied, and the buffer is submitted again.
    Copied(Buffer),
}

impl AggregateBuffer {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Shared(buffer) => buffer.bytes(),
            Self::Copied(buffer) => buffer.bytes(),
        }
    }
}

/// When datagrams of UDP are passed to GRO, which merges them only for a receiver that asks for it,
/// but at a cost for each: the last datagram of each poll finds out whether there is such a
/// receiver.
pub(super) struct UdpGro {
    /// They are passed to GRO: a receiver asks for it.
    are_merged: bool,
    /// A receiver asked for it in this poll.
    is_asked: bool,
    /// The last one, unless it was passed to GRO.
    last: Option<OwnedSkb>,
}

impl UdpGro {
    /// No receiver has asked yet.
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
            gro.receive_without_gro(before);
        }
    }

    /// The poll ends. The last one is passed to GRO behind all others, so that their order is kept.
    pub(super) fn end_poll(&mut self, gro: &mut Gro<'_>) {
        if let Some(last) = self.last.take() {
            self.is_asked = gro.receive_datagram(last);
        }
        self.are_merged = self.is_asked;
        self.is_asked = false;
    }

    /// Drops the packet of a poll that has not ended.
    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }
}

/// The context in which the packets of an aggregate are delivered.
pub(crate) struct RxContext<'a, 'g> {
    pub(super) gro: &'a mut Gro<'g>,
    pub(super) udp_gro: &'a mut UdpGro,
    pub(super) heads: &'a mut HeadPool,
    pub(super) buffer: &'a AggregateBuffer,
    /// The offset of the driver's slice in the buffer, in bytes.
    pub(super) start: usize,
    /// Length of the whole aggregate, in bytes.
    pub(super) len: usize,
    pub(super) copybreak: usize,
    /// The rest of the budget, in packets.
    pub(super) left: usize,
    pub(super) rcu: &'a rcu::Guard,
}

impl<'a> RxContext<'a, '_> {
    /// The RCU read lock, under which devices are found that packets are delivered to.
    pub(crate) fn rcu(&self) -> &'a rcu::Guard {
        self.rcu
    }

    /// Uses the budget of `packets`, delivered or not, and returns whether any is left.
    pub(crate) fn use_budget(&mut self, packets: usize) -> bool {
        self.left = self.left.saturating_sub(packets);
        self.left > 0
    }

    /// Delivers `packet`, which begins `offset` bytes behind the start of the driver's slice, with
    /// the protocol `ether_type` in host order, as one of `dev`, and returns whether its checksum
    /// is known to be valid.
    ///
    /// Fails with `ENETDOWN` if the device is down. The packet is dropped then.
    pub(crate) fn deliver<T: upper::Driver>(
        &mut self,
        dev: &upper::Device<T>,
        packet: &[u8],
        offset: usize,
        ether_type: u16,
        checksum: Checksum,
    ) -> Result<bool> {
        let net = dev.net();
        let checksum = if net.has_any(Features::RXCSUM) {
            checksum
        } else {
            Checksum::None
        };

        self.add(dev, packet, offset, ether_type, checksum)
            .inspect_err(|_| net.count_receive_dropped())?;
        Ok(checksum == Checksum::Unnecessary)
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
        let mut skb = match self.buffer {
            AggregateBuffer::Shared(buffer) if packet.len() > self.copybreak => {
                let start = self.start.checked_add(offset).ok_or(EOVERFLOW)?;
                // The truesize of a packet is its share of the buffer, by length.
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
                    linear_len(packet, net),
                    truesize as u32,
                )?
            }
            _ => self.heads.copy(self.gro, packet, false)?,
        };
        skb.set_metadata(ether_type, checksum);
        // SAFETY: unregistering an upper device waits for all references before it frees the
        // statistics. Packets are delivered in softirq context.
        unsafe { net.count_received(1, packet.len() as u64) };

        kind.deliver(self.gro, self.udp_gro, net.set_skb_dev(skb));
        Ok(())
    }
}

/// How a packet is passed to the network stack.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Through GRO.
    Packet,
    /// As by [`UdpGro`].
    Datagram,
}

impl Kind {
    /// For `packet` of `net`, which begins with its IP header.
    fn of(packet: &[u8], net: &NetDevice) -> Self {
        let protocol = match packet.first().map(|first| first >> 4) {
            Some(4) => packet.get(9),
            Some(6) => packet.get(6),
            _ => None,
        };
        if matches!(protocol, Some(&(UDP | FRAGMENT))) && !net.has_any(Features::GRO_UDP_FWD) {
            Self::Datagram
        } else {
            Self::Packet
        }
    }

    fn deliver(self, gro: &mut Gro<'_>, udp_gro: &mut UdpGro, skb: OwnedSkb) {
        match self {
            Self::Packet => gro.receive(skb),
            Self::Datagram => udp_gro.receive(gro, skb),
        }
    }
}

/// How many bytes of `packet`, one of `net`, are copied into the linear part of its buffer: filters
/// expect its headers there. GRO reads the headers of TCP in the fragment, and moves them itself.
fn linear_len(packet: &[u8], net: &NetDevice) -> usize {
    let (ip_len, protocol) = match packet.first() {
        Some(0x45) => (IPV4_LEN, packet.get(9)),
        Some(0x60..=0x6f) => (IPV6_LEN, packet.get(6)),
        _ => (0, None),
    };
    let needed = match protocol {
        Some(&TCP) if net.has_any(Features::GRO) && has_tcp_header(packet, ip_len) => 0,
        Some(&UDP) => ip_len.saturating_add(UDP_LEN),
        _ => HEADERS,
    };

    needed.min(packet.len())
}

/// Whether there is a whole header of TCP behind `ip_len` bytes.
fn has_tcp_header(packet: &[u8], ip_len: usize) -> bool {
    let Some((_, tcp)) = packet.split_at_checked(ip_len) else {
        return false;
    };
    // The data offset, in words.
    let len = tcp.get(12).map_or(0, |&octet| usize::from(octet >> 4) * 4);

    (TCP_LEN..=tcp.len()).contains(&len)
}

/// Delivers `skb`, a packet of `net` that begins with its network header.
pub(super) fn deliver(gro: &mut Gro<'_>, udp_gro: &mut UdpGro, skb: OwnedSkb, net: &NetDevice) {
    /// EtherTypes of IP (`ETH_P_IP`, `ETH_P_IPV6`).
    const IPV4: u16 = bindings::ETH_P_IP as u16;
    const IPV6: u16 = bindings::ETH_P_IPV6 as u16;

    let kind = match skb.protocol() {
        IPV4 | IPV6 => Kind::of(skb.linear(), net),
        _ => Kind::Packet,
    };
    kind.deliver(gro, udp_gro, skb);
}
