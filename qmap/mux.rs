// SPDX-License-Identifier: GPL-2.0-only

//! Mux devices: the network device of each channel of a modem.

#![forbid(unsafe_code)]

use super::{
    framing::{
        self,
        Datagrams,
        MuxId, //
    },
    uplink::{
        self,
        MuxLower, //
    }, //
};
use crate::{
    inet::ip::IpVersion,
    kernel_ext::{
        compat::{
            ENETDOWN,
            EPROTO, //
        },
        net::{
            ethtool::TxAggregation,
            skbuff::OwnedSkb,
            upper, //
        },
        sysfs,
        usb_netdev::RxContext, //
    },
    statistics::Counter, //
};
use core::marker::PhantomData;
use kernel::{
    fmt,
    prelude::*,
    str::Formatter, //
};

/// The private data of a mux device of an `M`: its channel.
pub(crate) struct Mux<M> {
    id: MuxId,
    _modem: PhantomData<fn(&M)>,
}

/// The mux devices of an `M`, by mux id.
pub(crate) type Muxes<M> = upper::Table<Mux<M>>;

impl<M> Mux<M> {
    /// The device of channel `id`.
    pub(crate) const fn new(id: MuxId) -> Self {
        Self {
            id,
            _modem: PhantomData,
        }
    }
}

impl<M: MuxLower> upper::Driver for Mux<M> {
    const NAME: &'static CStr = c"qmimux%d";
    const ATTRIBUTES: &'static sysfs::Group<upper::Device<Self>> = &sysfs::Group::new(
        c"qmap",
        &[
            sysfs::Entry::read_only::<MuxIdAttribute<M>>(),
            sysfs::Entry::END,
        ],
    );
    const MAX_SEGMENTS: u32 = uplink::MAX_SEGMENTS;
    const MAX_MTU: u32 = framing::MAX_PACKET;

    type Lower = M;

    fn transmit(&self, modem: &M, skb: &OwnedSkb) -> Result<(u64, u64)> {
        // In 802.3 mode such a packet could not be distinguished from one of wwan0's own.
        if !modem.net().is_headerless() {
            return Err(ENETDOWN);
        }

        let sent = modem.send(self.id, skb)?;
        Ok((sent.packets, sent.bytes))
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

/// Delivers the packets of `aggregate`, each to the device of its channel, as long as the budget of
/// `rx` lasts, and returns how many bytes were processed.
///
/// Drops packets that have no device, are not IP, or are for a device that is down. Fails with
/// `EPROTO` if the aggregate is shorter than its headers say: its rest is dropped.
pub(crate) fn receive<M: MuxLower>(
    modem: &M,
    muxes: &Muxes<M>,
    aggregate: &[u8],
    rx: &mut RxContext<'_, '_>,
) -> Result<usize> {
    let statistics = modem.statistics();
    let mut datagrams = Datagrams::new(aggregate, modem.version());
    let mut count = 0_u64;
    let mut valid = 0_u64;
    let mut result = Ok(aggregate.len());

    while let Some(datagram) = datagrams.next() {
        let Ok(datagram) = datagram else {
            statistics.count(Counter::RxDroppedMalformed, 1);
            result = Err(EPROTO);
            break;
        };
        count = count.wrapping_add(1);

        match IpVersion::of(datagram.packet) {
            None => statistics.count(Counter::RxDroppedNotIp, 1),
            Some(version) => match muxes.get(datagram.mux_id, rx.rcu()) {
                None => statistics.count(Counter::RxDroppedUnknownMux, 1),
                // Too short for a header.
                Some(mux) if datagram.packet.len() < version.header_len() => {
                    statistics.count(Counter::RxDroppedNotIp, 1);
                    mux.count_receive_dropped();
                }
                Some(mux) => match rx.deliver(
                    mux,
                    datagram.packet,
                    datagram.offset,
                    version.ether_type(),
                    datagram.checksum,
                ) {
                    Ok(is_valid) => valid = valid.wrapping_add(is_valid.into()),
                    Err(ENETDOWN) => statistics.count(Counter::RxDroppedMuxDown, 1),
                    Err(_) => statistics.count(Counter::RxDroppedNoMemory, 1),
                },
            },
        }
        if !rx.use_budget(datagrams.take_skipped().saturating_add(1)) {
            result = Ok(datagrams.position());
            break;
        }
    }
    rx.use_budget(datagrams.take_skipped());

    statistics.count(Counter::RxDatagrams, count);
    if valid > 0 {
        statistics.count(Counter::RxChecksumRight, valid);
    }
    if result.map_or(true, |taken| taken == aggregate.len()) {
        statistics.count(Counter::RxAggregates, 1);
    }
    result
}

/// `qmap/mux_id`: the channel. User space compares the first four bytes.
struct MuxIdAttribute<M>(PhantomData<M>);

impl<M: MuxLower> sysfs::Attribute for MuxIdAttribute<M> {
    type Parent = upper::Device<Mux<M>>;

    const NAME: &'static CStr = c"mux_id";

    fn show(dev: &Self::Parent, out: &mut Formatter<'_>) -> fmt::Result {
        fmt::Write::write_fmt(out, fmt!("0x{:02x}\n", dev.id.get()))
    }
}
