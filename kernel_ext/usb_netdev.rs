// SPDX-License-Identifier: GPL-2.0-only

//! Network devices over the two bulk endpoints of a USB interface.
//!
//! The first interface to be suspended suspends the device, and the last to be resumed resumes it.
//! A packet to a suspended device is deferred, and resumes it.

mod adapter;
mod bind;
mod control;
mod deliver;
mod device;
mod ethtool;
mod link;
mod operations;
mod poll;
mod receive;
mod recovery;
mod ring;
mod transmit;
mod unregistered;
mod uppers;

pub(crate) use bind::BindContext;
pub(crate) use control::StartContext;
pub(crate) use deliver::RxContext;
pub(crate) use device::Device;
pub(crate) use ring::TxTransfer;
pub(crate) use transmit::{
    Sender,
    MAX_SEGMENTS, //
};

use super::{
    net::{
        skbuff::{
            OwnedSkb,
            SkBuff, //
        },
        upper, //
    },
    sysfs,
    usb::{
        self,
        DeviceId, //
    }, //
};
use core::marker::PhantomData;
use kernel::prelude::*;

/// Adapts a [`Driver`] to the network core and to the USB core.
pub(crate) struct Adapter<T>(PhantomData<T>);

/// An interface that a [`Driver`] probes.
pub(crate) type Probed<'a, T> = usb::Probed<'a, Adapter<T>>;

/// A driver of such network devices. Callbacks may sleep unless they say otherwise.
pub(crate) trait Driver: Sized + 'static {
    /// Name of the USB driver, as user space sees it.
    const NAME: &'static CStr;

    /// Template of the network devices' names.
    const DEVICE_NAME: &'static CStr;

    /// Kinds of devices, into which the entries of the id table have an index. The first one also
    /// serves ids that user space adds.
    const KINDS: &'static [DriverInfo<Self>];

    /// The quirks of a kind of device.
    type Quirks: Send + Sync + 'static;

    /// Names of the counters that ethtool shows.
    const STATISTICS: &'static [&'static CStr];

    /// Names of the flags that ethtool sets, from the lowest bit on; 32 at most.
    const FLAGS: &'static [&'static CStr];

    /// The smallest receive buffer, in bytes, whatever the MTU.
    const MIN_RECEIVE: u32;

    /// The driver's state of a device while it is bound.
    type State: Send + Sync;

    /// The upper devices of the network device.
    type Upper: upper::Driver<Lower = Device<Self>>;

    /// Attributes that a new network device gets.
    fn attributes() -> &'static sysfs::Group<Device<Self>>;

    /// Whether `intf`, which matched `id`, is one for this driver; `ENODEV` if not.
    fn accept(intf: &Probed<'_, Self>, id: &DeviceId) -> Result;

    /// Sets up a new device, and returns its state.
    fn bind(new: &BindContext<'_, Self>) -> Result<impl PinInit<Self::State>>;

    /// Starts what calls the driver back. The network device is not registered yet. If this fails
    /// what was started is stopped, and the state dropped.
    fn start(dev: &StartContext<'_, Self>) -> Result;

    /// Begins or ends a need that the device wakes the host (remote wakeup).
    fn manage_power(dev: &Device<Self>, on: bool);

    /// What transfers from the device hold, by the current settings.
    fn layout(dev: &Device<Self>) -> Layout;

    /// Processes a transfer that holds one frame or packet; an error drops it. Called in softirq
    /// context.
    fn receive_packet(dev: &Device<Self>, skb: &mut SkBuff) -> Result<Received>;

    /// Delivers the packets of an aggregate, from its beginning on, as long as the budget of `rx`
    /// lasts, and returns how many bytes were processed; an error drops the rest. Called in softirq
    /// context.
    fn receive_aggregate(
        dev: &Device<Self>,
        aggregate: &[u8],
        rx: &mut RxContext<'_, '_>,
    ) -> Result<usize>;

    /// Sends a packet of the network device. Does not sleep.
    fn transmit(dev: &Device<Self>, sender: &Sender<'_, Self>, skb: &OwnedSkb) -> Result;

    /// The timer of the device has expired. Called in softirq context.
    fn timer_expired(dev: &Device<Self>, sender: &Sender<'_, Self>);

    /// The counters that ethtool shows, in the order of their names. RTNL is held.
    fn statistics(dev: &Device<Self>) -> impl Iterator<Item = u64> + '_;

    /// The flags that ethtool shows, each with its bit. RTNL is held.
    fn flags(dev: &Device<Self>) -> u32;

    /// Sets the flags. RTNL is held.
    fn set_flags(dev: &Device<Self>, flags: u32) -> Result;

    /// Whether the network device may have the hardware address.
    fn check_address(address: [u8; 6]) -> Result;

    /// The device was resumed, and has lost its state. The character device and the network device
    /// are still suspended.
    fn reset_resume(dev: &Device<Self>);
}

/// What a transfer from a device holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One packet or frame, or an aggregate that is passed to the network stack as one.
    Packet,
    /// Many packets.
    Aggregate,
}

/// What a transfer that holds one packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// It is an Ethernet frame now, to be delivered.
    Frame,
    /// It is a packet now, with its protocol, to be delivered.
    Packet,
}

/// A kind of device.
pub(crate) struct DriverInfo<T: Driver> {
    description: &'static CStr,
    quirks: T::Quirks,
}

impl<T: Driver> DriverInfo<T> {
    /// A kind of device that user space sees as `description`.
    pub(crate) const fn new(description: &'static CStr, quirks: T::Quirks) -> Self {
        Self {
            description,
            quirks,
        }
    }
}
