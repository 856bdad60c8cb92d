// SPDX-License-Identifier: GPL-2.0-only

//! Network devices for the channels of a modem that multiplexes by QMAP.

#![forbid(unsafe_code)]

use crate::{
    kernel_ext::{
        skbuff::OwnedSkb,
        stacked,
        sysfs, //
    },
    qmap::{
        self,
        Datagrams,
        MuxId, //
    },
    rawip::IpVersion, //
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

/// The mux devices of a modem, by mux id.
pub(crate) type Muxes = stacked::Table<Mux>;

impl Mux {
    /// The device of channel `id`.
    pub(crate) const fn new(id: MuxId) -> Self {
        Self { id }
    }
}

impl stacked::Driver for Mux {
    const NAME: &'static CStr = c"qmimux%d";
    const ATTRIBUTES: &'static sysfs::Group<stacked::Device<Self>> = &ATTRIBUTES;
    const HEADER_LEN: u16 = qmap::HEADER_LEN as u16;

    fn transmit(&self, skb: &mut OwnedSkb) -> Result {
        let header = qmap::header(self.id, skb.len()).ok_or(EMSGSIZE)?;

        skb.push_header(&header)
    }
}

/// Delivers the packets of `aggregate`, each to the device of its channel.
///
/// What has no device, is not IP, or is for a device that is down is lost, and no other packet with
/// it. Fails with `EPROTO` if the aggregate is shorter than its headers say.
pub(crate) fn receive(muxes: &Muxes, aggregate: &[u8]) -> Result {
    let guard = rcu::read_lock();

    for datagram in Datagrams::new(aggregate) {
        let datagram = datagram.map_err(|qmap::Truncated| EPROTO)?;

        if let (Some(mux), Some(version)) = (
            muxes.get(datagram.mux_id, &guard),
            IpVersion::of(datagram.packet),
        ) {
            // The device counts what it could not take.
            let _ = mux.receive(datagram.packet, version.ether_type());
        }
    }
    Ok(())
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
