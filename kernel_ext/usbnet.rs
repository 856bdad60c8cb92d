// SPDX-License-Identifier: GPL-2.0-only

//! Minidrivers of usbnet, the framework for network devices over USB.
//!
//! C header: [`include/linux/usb/usbnet.h`](srctree/include/linux/usb/usbnet.h)

mod adapter;
mod binding;
mod device;
mod ethtool;

pub(crate) use adapter::Adapter;
pub(crate) use binding::Binding;
pub(crate) use device::Device;

use super::{
    bindings,
    skbuff::SkBuff,
    stacked,
    sysfs,
    usb::{
        DeviceId,
        Interface,
        PmMessage, //
    }, //
};
use kernel::{
    ffi,
    prelude::*, //
};

/// A usbnet minidriver. All callbacks but [`Driver::rx_fixup`] may sleep.
pub(crate) trait Driver: Sized + 'static {
    /// Name of the USB driver, as user space sees it.
    const NAME: &'static CStr;

    /// For ids that user space adds.
    const DEFAULT_INFO: &'static DriverInfo<Self>;

    /// Attributes of the network device.
    const ATTRIBUTES: &'static sysfs::Group<Device<Self>>;

    /// What a kind of device needs.
    type Quirks: Send + Sync + 'static;

    /// Names of the counters that ethtool shows.
    const STATISTICS: &'static [&'static CStr];

    /// Names of the flags that ethtool sets, from the lowest bit on; 32 at most.
    const FLAGS: &'static [&'static CStr];

    /// What the driver keeps for a device while it is bound.
    type State: Send + Sync;

    /// Devices that may lie above the network device.
    type Stacked: stacked::Driver<Lower = Device<Self>>;

    /// Whether `intf`, which matched `id`, is one for this driver; `ENODEV` if not.
    fn accept(intf: &Interface, id: &DeviceId) -> Result;

    /// Sets up a new device, and makes its state.
    fn bind(new: &mut Binding<'_, Self>) -> Result<impl PinInit<Self::State>>;

    /// Starts what may call back into the driver. The network device is not registered yet. If this
    /// fails the state is dropped; nothing may use it by then.
    fn start(dev: &Device<Self>) -> Result;

    /// Stops what may call back into the driver, before the state is dropped. The network device is
    /// not registered any more.
    fn stop(dev: &Device<Self>);

    /// The network device goes up. RTNL is held.
    fn open(dev: &Device<Self>);

    /// Somebody begins, or ends, to need that the device wakes the host.
    fn manage_power(dev: &Device<Self>, on: bool);

    /// A transfer arrived. The driver makes a frame or packet of it, or delivers its content
    /// itself; an error drops it. Called in softirq context.
    fn rx_fixup(dev: &Device<Self>, skb: &mut SkBuff) -> Result<Received>;

    /// The timer of the device fired. Called in softirq context.
    fn timer_expired(dev: &Device<Self>);

    /// The counters that ethtool shows, in the order of their names. RTNL is held.
    fn statistics(dev: &Device<Self>) -> impl Iterator<Item = u64> + '_;

    /// The flags that ethtool shows, each with its bit. RTNL is held.
    fn flags(dev: &Device<Self>) -> u32;

    /// Sets the flags. RTNL is held.
    fn set_flags(dev: &Device<Self>, flags: u32) -> Result;

    /// Whether the network device may have the hardware address.
    fn check_address(address: [u8; 6]) -> Result;

    /// `intf` is suspended; usbnet is already.
    fn suspend(dev: &Device<Self>, intf: &Interface, message: PmMessage) -> Result;

    /// `intf` is resumed; usbnet is not yet.
    fn resume(dev: &Device<Self>, intf: &Interface) -> Result;

    /// As [`Self::resume`], and the device has lost its state.
    fn reset_resume(dev: &Device<Self>, intf: &Interface) -> Result;
}

/// What became of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// It is an Ethernet frame now, to be delivered.
    Frame,
    /// It is a packet now, with its protocol, to be delivered.
    Packet,
    /// Its content is delivered.
    Delivered,
}

/// A kind of device: `struct driver_info`.
#[repr(C)]
pub(crate) struct DriverInfo<T: Driver> {
    raw: bindings::driver_info,
    quirks: T::Quirks,
}

// SAFETY: it is constant.
unsafe impl<T: Driver> Sync for DriverInfo<T> {}

impl<T: Driver> DriverInfo<T> {
    /// A kind of cellular modem: its network devices are named `wwan%d`, may have a larger MTU than
    /// the device told, and end transfers with a zero length packet where it needs one.
    pub(crate) const fn wwan(description: &'static CStr, quirks: T::Quirks) -> Self {
        Self {
            raw: bindings::driver_info {
                description: kernel::str::as_char_ptr_in_const_context(description).cast_mut(),
                // With RX_ASSEMBLE usbnet leaves it to the driver to count what it does not get.
                flags: (bindings::FLAG_WWAN
                    | bindings::FLAG_NOMAXMTU
                    | bindings::FLAG_RX_ASSEMBLE
                    | bindings::FLAG_SEND_ZLP) as ffi::c_int,
                bind: Some(Adapter::<T>::bind_callback),
                unbind: Some(Adapter::<T>::unbind_callback),
                reset: Some(Adapter::<T>::reset_callback),
                manage_power: Some(Adapter::<T>::manage_power_callback),
                rx_fixup: Some(Adapter::<T>::rx_fixup_callback),
                ..pin_init::zeroed()
            },
            quirks,
        }
    }
}
