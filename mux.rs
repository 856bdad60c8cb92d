// SPDX-License-Identifier: GPL-2.0-only

//! Network devices for the channels of a modem that multiplexes by QMAP.

#![forbid(unsafe_code)]

use crate::{
    kernel_ext::{
        ethtool::TxAggregation,
        skbuff::OwnedSkb,
        stacked,
        sysfs, //
    },
    qmap::{
        self,
        Datagrams,
        MuxId,
        Version, //
    },
    rawip::IpVersion,
    statistics::Counter,
    uplink::Modem, //
};
use core::marker::PhantomData;
use kernel::{
    fmt,
    prelude::*,
    str::Formatter,
    sync::rcu, //
};

/// What a mux device of an `M` knows: its channel.
pub(crate) struct Mux<M> {
    id: MuxId,
    _modem: PhantomData<fn(&M)>,
}

/// The mux devices of an `M`, by mux id.
pub(crate) type Muxes<M> = stacked::Table<Mux<M>>;

impl<M> Mux<M> {
    /// The device of channel `id`.
    pub(crate) const fn new(id: MuxId) -> Self {
        Self {
            id,
            _modem: PhantomData,
        }
    }
}

impl<M: Modem> stacked::Driver for Mux<M> {
    const NAME: &'static CStr = c"qmimux%d";
    const ATTRIBUTES: &'static sysfs::Group<stacked::Device<Self>> = &sysfs::Group::new(
        c"qmap",
        &[
            sysfs::Entry::read_only::<MuxIdAttribute<M>>(),
            sysfs::Entry::END,
        ],
    );
    const HEADER_LEN: u16 = qmap::Header::MAX_LEN as u16;

    type Lower = M;

    fn transmit(&self, modem: &M, skb: OwnedSkb) -> Result {
        // In 802.3 mode such a packet could not be told from one of wwan0's own.
        if !modem.net().is_headerless() {
            return Err(ENETDOWN);
        }

        modem.uplink().send(modem, self.id, skb)
    }

    fn offloads(modem: &M) -> stacked::Offloads {
        if modem.uplink().joins() {
            stacked::Offloads::Segmentation
        } else if modem.version() == Version::V1 {
            stacked::Offloads::None
        } else {
            stacked::Offloads::Checksum
        }
    }

    fn stop(modem: &M) {
        modem.start_timer(0);
    }

    fn aggregation(modem: &M) -> TxAggregation {
        modem.uplink().aggregation()
    }

    fn set_aggregation(modem: &M, wanted: TxAggregation) -> Result {
        modem.uplink().set_aggregation(modem, wanted)
    }
}

/// Delivers the packets of `aggregate`, each to the device of its channel.
///
/// What has no device, is not IP, or is for a device that is down is lost, and no other packet with
/// it. Fails with `EPROTO` if the aggregate is shorter than its headers say.
pub(crate) fn receive<M: Modem>(modem: &M, muxes: &Muxes<M>, aggregate: &[u8]) -> Result {
    let guard = rcu::read_lock();
    let mut batch = stacked::Batch::new();
    let statistics = modem.statistics();
    let mut datagrams = 0_u64;
    let mut result = Ok(());

    for datagram in Datagrams::new(aggregate, modem.version()) {
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
        let Some(mux) = muxes.get(datagram.mux_id, &guard) else {
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
            Err(ENOBUFS) => statistics.count(Counter::RxDroppedOverload, 1),
            Err(ENETDOWN) => statistics.count(Counter::RxDroppedMuxDown, 1),
            Err(_) => statistics.count(Counter::RxDroppedNoMemory, 1),
        }
    }

    statistics.count(Counter::RxAggregates, 1);
    statistics.count(Counter::RxDatagrams, datagrams);
    result
}

/// `qmap/mux_id`: the channel. User space compares the first four bytes.
struct MuxIdAttribute<M>(PhantomData<M>);

impl<M: Modem> sysfs::Attribute for MuxIdAttribute<M> {
    type Parent = stacked::Device<Mux<M>>;

    const NAME: &'static CStr = c"mux_id";

    fn show(dev: &Self::Parent, out: &mut Formatter<'_>) -> fmt::Result {
        fmt::Write::write_fmt(out, fmt!("0x{:02x}\n", dev.id.get()))
    }
}
