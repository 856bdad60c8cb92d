// SPDX-License-Identifier: GPL-2.0-only

//! The state of a bound modem, and the changes to it: link layer, pass-through, mux devices,
//! version of QMAP. To read on: `receive.rs`, the packets of a transfer.

#![forbid(unsafe_code)]

use crate::{
    cdc_wdm_glue::ControlChannel,
    kernel_ext::{
        net::skbuff::OwnedSkb,
        usb::{
            cdc::DataTerminalReady,
            Interface, //
        },
        usb_netdev::Device, //
    },
    qmap::{
        aggregate::{
            Framing,
            Sent, //
        },
        framing::{
            MuxId,
            Version, //
        },
        mux::Mux,
        uplink::{
            self,
            Uplink, //
        }, //
    },
    rawip::{
        self,
        EthAddr, //
    },
    statistics::Statistics, //
};
use kernel::{
    prelude::*,
    sync::{
        aref::ARef,
        atomic::{
            Atomic,
            Relaxed, //
        }, //
    }, //
};

/// The driver.
pub(crate) struct QmiWwan;

/// A bound modem. The fields are dropped in their order.
#[pin_data]
pub(crate) struct Modem {
    #[pin]
    pub(crate) control: ControlChannel,
    pub(crate) dtr: Option<DataTerminalReady>,
    /// The host's address by the modem's descriptors; zeros if there is none.
    reported: EthAddr,
    /// User space has set the link layer to raw IP. Changes only while the link is down.
    raw_ip: Atomic<bool>,
    /// QMAP aggregates are passed to the network stack unchanged, for another driver. Implies
    /// `raw_ip`.
    pass_through: Atomic<bool>,
    /// The version of QMAP that user space has negotiated, as flags.
    flags: Atomic<u32>,
    uplink: Uplink,
    statistics: Statistics,
}

impl Modem {
    /// A modem with this control channel, in 802.3 mode, whose descriptors have the host's address
    /// `reported`.
    pub(crate) fn new(
        control: ARef<Interface>,
        dtr: Option<DataTerminalReady>,
        reported: EthAddr,
    ) -> impl PinInit<Self> {
        pin_init!(Self {
            control <- ControlChannel::new(control),
            dtr,
            reported,
            raw_ip: Atomic::new(false),
            pass_through: Atomic::new(false),
            flags: Atomic::new(0),
            uplink: Uplink::new(),
            statistics: Statistics::new(),
        })
    }

    /// Whether the link layer is raw IP, not 802.3.
    pub(crate) fn is_raw_ip(&self) -> bool {
        self.raw_ip.load(Relaxed)
    }

    /// Whether aggregates are passed through to another driver.
    pub(crate) fn is_pass_through(&self) -> bool {
        self.pass_through.load(Relaxed)
    }

    /// The counters.
    pub(crate) fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// The version of QMAP, as flags.
    pub(crate) fn flags(&self) -> u32 {
        self.flags.load(Relaxed)
    }
}

/// The private flags of ethtool, by their bits: versions of QMAP, except version 1.
pub(crate) const FLAGS: &[&CStr] = &[c"qmap-v4", c"qmap-v5"];
pub(crate) const FLAG_V4: u32 = 1 << 0;
pub(crate) const FLAG_V5: u32 = 1 << 1;

/// The new flags, if those of `before` are set and user space sets those of `wanted`: one or none,
/// because a modem has one version at a time. A flag that was not set before takes precedence.
pub(crate) fn choose_version(before: u32, wanted: u32) -> Result<u32> {
    let new = wanted & !before;

    match if new != 0 { new } else { wanted } {
        only @ (0 | FLAG_V4 | FLAG_V5) => Ok(only),
        _ => Err(EINVAL),
    }
}

impl uplink::MuxLower for Device<QmiWwan> {
    fn uplink(&self) -> &Uplink {
        &self.uplink
    }

    fn version(&self) -> Version {
        match self.flags() {
            FLAG_V4 => Version::V4,
            FLAG_V5 => Version::V5,
            _ => Version::V1,
        }
    }

    fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    fn send(&self, id: MuxId, skb: &OwnedSkb) -> Result<Sent> {
        self.with_sender(|sender| {
            uplink::send(sender, self, Framing::Qmap(self.version(), id), skb)
        })
    }

    fn start_timer(&self, usecs: u32) {
        self.start_timer(usecs);
    }
}

impl Device<QmiWwan> {
    /// Whether all transfers, in both directions, are aggregates of QMAP for mux devices.
    pub(crate) fn uses_qmap(&self) -> bool {
        self.is_raw_ip() && !self.is_pass_through() && !self.uppers().is_empty()
    }

    /// Whether a frame to `destination`, which is not the host's address, is for the host.
    pub(crate) fn is_misaddressed(&self, destination: EthAddr) -> bool {
        rawip::is_misaddressed(
            destination,
            self.reported,
            !self.net().has_other_receivers(),
        )
    }

    /// Sets the link layer to raw IP, or to 802.3. `EBUSY` while the link is up; `EINVAL` in
    /// pass-through, which requires raw IP. Sleeps.
    pub(crate) fn set_raw_ip(&self, enable: bool) -> Result {
        // Clients write the current value, and expect success in any state.
        if enable == self.is_raw_ip() {
            return Ok(());
        }

        let net = self.net();
        let rtnl = net.lock_for_writer()?;

        if !enable && self.is_pass_through() {
            dev_err!(net.as_ref(), "raw_ip: pass_through needs it\n");
            return Err(EINVAL);
        }
        let down = net
            .down(&rtnl)
            .inspect_err(|_| dev_err!(net.as_ref(), "raw_ip: the link must be down\n"))?;

        down.change_type(|down| {
            self.raw_ip.store(enable, Relaxed);
            if enable {
                down.setup_headerless();
            } else {
                down.setup_ethernet();
            }
        })
        .inspect_err(|_| dev_err!(net.as_ref(), "raw_ip: another driver refuses the change\n"))
    }

    /// Enables or disables pass-through: aggregates are for another driver, such as rmnet. `EINVAL`
    /// unless the link layer is raw IP; `EBUSY` while there are mux devices. Sleeps.
    pub(crate) fn set_pass_through(&self, enable: bool) -> Result {
        if enable == self.is_pass_through() {
            return Ok(());
        }

        let rtnl = self.net().lock_for_writer()?;

        if !self.is_raw_ip() {
            dev_err!(self.net().as_ref(), "pass_through: raw_ip must be set\n");
            return Err(EINVAL);
        }
        if enable && !self.uppers().is_empty() {
            dev_err!(self.net().as_ref(), "pass_through: there are mux devices\n");
            return Err(EBUSY);
        }
        self.pass_through.store(enable, Relaxed);
        self.update_buffers(&rtnl)
            .inspect_err(|_| self.pass_through.store(!enable, Relaxed))
    }

    /// Adds the network device of channel `id`. `EINVAL` if it is there; `EBUSY` in pass-through.
    /// Sleeps.
    pub(crate) fn add_mux(&self, id: MuxId) -> Result {
        self.configure(|uppers| {
            if self.is_pass_through() {
                dev_err!(self.net().as_ref(), "add_mux: pass_through is set\n");
                return Err(EBUSY);
            }
            match uppers.add(id.get(), Mux::new(id)) {
                Err(EEXIST) => {
                    dev_err!(self.net().as_ref(), "add_mux: {} is there\n", id.get());
                    return Err(EINVAL);
                }
                other => other?,
            }
            self.update_buffers(uppers.rtnl()).inspect_err(|_| {
                // It would receive nothing. It was added just now, so this does not fail.
                let _ = uppers.remove(id.get());
            })
        })
    }

    /// Removes the network device of channel `id`. `EINVAL` if there is none. Sleeps.
    pub(crate) fn remove_mux(&self, id: MuxId) -> Result {
        self.configure(|uppers| {
            uppers.remove(id.get()).inspect_err(|_| {
                dev_err!(self.net().as_ref(), "del_mux: no {}\n", id.get());
            })?;
            // The device is gone. Without memory for another ring, packets are copied.
            let _ = self.update_buffers(uppers.rtnl());
            Ok(())
        })
    }

    /// Sets the version of QMAP to that of `wanted`, one of [`FLAGS`] or none.
    pub(crate) fn set_version(&self, wanted: u32) -> Result {
        let flags = choose_version(self.flags(), wanted)?;

        self.flags.store(flags, Relaxed);
        // A pending transfer has the old version: no packet is added to it any more.
        self.start_timer(0);
        Ok(())
    }
}
