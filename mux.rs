// SPDX-License-Identifier: GPL-2.0-only

//! Network devices for the channels of a modem that multiplexes by QMAP.

#![forbid(unsafe_code)]

use crate::{
    driver::QmiWwan,
    kernel_ext::{
        ethtool::TxAggregation,
        skbuff::OwnedSkb,
        stacked,
        sysfs,
        usbnet::Device, //
    },
    qmap::{
        self,
        Datagrams,
        MuxId,
        Version, //
    },
    rawip::IpVersion,
    statistics::Counter, //
};
use kernel::{
    fmt,
    prelude::*,
    str::Formatter,
    sync::rcu, //
};

/// What a mux device knows: its channel.
#[derive(Clone, Copy)]
pub(crate) struct Mux {
    id: MuxId,
}

impl Mux {
    /// The device of channel `id`.
    pub(crate) const fn new(id: MuxId) -> Self {
        Self { id }
    }
}

impl stacked::Driver for Mux {
    const NAME: &'static CStr = c"qmimux%d";
    const ATTRIBUTES: &'static sysfs::Group<stacked::Device<Self>> = &ATTRIBUTES;
    const HEADER_LEN: u16 = qmap::Header::MAX_LEN as u16;

    type Lower = Device<QmiWwan>;

    fn transmit(&self, lower: &Self::Lower, skb: OwnedSkb) -> Result {
        // In 802.3 mode such a packet could not be told from one of wwan0's own.
        if !lower.net().is_headerless() {
            return Err(ENETDOWN);
        }

        lower.uplink.send(lower, self.id, skb)
    }

    fn offloads(lower: &Self::Lower) -> stacked::Offloads {
        if lower.uplink.joins() {
            stacked::Offloads::Segmentation
        } else if lower.version() == Version::V1 {
            stacked::Offloads::None
        } else {
            stacked::Offloads::Checksum
        }
    }

    fn stop(lower: &Self::Lower) {
        lower.start_timer(0);
    }

    fn aggregation(lower: &Self::Lower) -> TxAggregation {
        lower.uplink.aggregation()
    }

    fn set_aggregation(lower: &Self::Lower, wanted: TxAggregation) -> Result {
        lower.uplink.set_aggregation(lower, wanted)
    }
}

/// Delivers the packets of `aggregate`, each to the device of its channel.
///
/// What has no device, is not IP, or is for a device that is down is lost, and no other packet with
/// it. Fails with `EPROTO` if the aggregate is shorter than its headers say.
pub(crate) fn receive(dev: &Device<QmiWwan>, aggregate: &[u8]) -> Result {
    let guard = rcu::read_lock();
    let mut batch = stacked::Batch::new();
    let statistics = &dev.statistics;
    let mut datagrams = 0_u64;
    let mut result = Ok(());

    for datagram in Datagrams::new(aggregate, dev.version()) {
        let Ok(datagram) = datagram else {
            statistics.count(Counter::RxDroppedMalformed, 1);
            result = Err(EPROTO);
            break;
        };
        datagrams = datagrams.wrapping_add(1);

        let Some(version) = IpVersion::of(datagram.packet) else {
            statistics.count(Counter::RxDroppedNotIp, 1);
            continue;
        };
        let Some(mux) = dev.stacked().get(datagram.mux_id, &guard) else {
            statistics.count(Counter::RxDroppedUnknownMux, 1);
            continue;
        };
        match batch.receive(
            mux,
            datagram.packet,
            version.ether_type(),
            datagram.checksum,
        ) {
            Ok(true) => statistics.count(Counter::RxChecksumRight, 1),
            Ok(false) => (),
            Err(ENETDOWN) => statistics.count(Counter::RxDroppedMuxDown, 1),
            Err(_) => statistics.count(Counter::RxDroppedNoMemory, 1),
        }
    }

    statistics.count(Counter::RxAggregates, 1);
    statistics.count(Counter::RxDatagrams, datagrams);
    result
}

static ATTRIBUTES: sysfs::Group<stacked::Device<Mux>> = sysfs::Group::new(
    c"qmap",
    &[
        sysfs::Entry::read_only::<MuxIdAttribute>(),
        sysfs::Entry::END,
    ],
);

/// `qmap/mux_id`: the channel. User space compares the first four bytes.
struct MuxIdAttribute;

impl sysfs::Attribute for MuxIdAttribute {
    type Parent = stacked::Device<Mux>;

    const NAME: &'static CStr = c"mux_id";

    fn show(dev: &Self::Parent, out: &mut Formatter<'_>) -> fmt::Result {
        fmt::Write::write_fmt(out, fmt!("0x{:02x}\n", dev.id.get()))
    }
}
