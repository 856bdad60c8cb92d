// SPDX-License-Identifier: GPL-2.0-only

//! Reception: the packets or frames of a transfer, by link layer. To read on: `rawip.rs`, link
//! layers without QMAP; `qmap.rs`, QMAP.

#![forbid(unsafe_code)]

use crate::{
    inet::ip::IpVersion,
    kernel_ext::{
        compat::EPROTO,
        net::skbuff::SkBuff,
        usb_netdev::{
            Device,
            Received,
            RxContext, //
        }, //
    },
    modem::QmiWwan,
    qmap::mux,
    rawip::{
        self,
        Frame,
        ETH_P_MAP, //
    },
    statistics::Counter, //
};
use kernel::prelude::*;

/// Receives a transfer that is one packet, for the network device of `dev`: in pass-through, raw IP
/// or 802.3. `EPROTO` if it is not a valid one.
pub(crate) fn packet(dev: &Device<QmiWwan>, skb: &mut SkBuff) -> Result<Received> {
    if dev.is_pass_through() {
        skb.reset_mac_header();
        skb.set_protocol(ETH_P_MAP);
        return Ok(Received::Packet);
    }

    if dev.is_raw_ip() {
        let Some(version) = IpVersion::of(skb.data()) else {
            dev.statistics().count(Counter::RxDroppedNotIp, 1);
            return Err(EPROTO);
        };

        skb.reset_mac_header();
        skb.set_protocol(version.ether_type());
        return Ok(Received::Packet);
    }

    let own = dev.net().address();
    match Frame::of(skb.data()) {
        None => {
            dev.statistics().count(Counter::RxDroppedNotIp, 1);
            return Err(EPROTO);
        }
        Some(Frame::Bare(version)) => skb.push(&rawip::ethernet_header(own, version))?,
        Some(Frame::Ethernet(destination)) => {
            if destination == own || !dev.is_misaddressed(destination) {
                return Ok(Received::Frame);
            }
            *skb.data_mut().first_chunk_mut().ok_or(EPROTO)? = own;
        }
    }
    dev.statistics().count(Counter::RxRepaired, 1);
    Ok(Received::Frame)
}

/// Delivers the packets of an aggregate, as long as the budget of `rx` lasts, and returns how many
/// bytes were processed. `EPROTO` if the rest is dropped.
pub(crate) fn aggregate(
    dev: &Device<QmiWwan>,
    aggregate: &[u8],
    rx: &mut RxContext<'_, '_>,
) -> Result<usize> {
    // The last mux device may have been removed just now.
    if !dev.uses_qmap() {
        return Err(EPROTO);
    }
    mux::receive(dev, dev.uppers(), aggregate, rx)
}
