// SPDX-License-Identifier: GPL-2.0-only

//! Bound devices.

use super::Driver;
use crate::kernel_ext::{
    bindings,
    netdevice::NetDevice,
    rtnl::Rtnl,
    stacked,
    sysfs,
    usb::Interface, //
};
use core::{
    marker::PhantomData,
    ops::Deref, //
};
use kernel::{
    ffi,
    prelude::*,
    types::{
        ForeignOwnable,
        Opaque, //
    }, //
};

/// What usbnet keeps for the driver.
#[pin_data]
pub(super) struct Private<T: Driver> {
    #[pin]
    state: T::State,
    #[pin]
    stacked: stacked::Table<T::Stacked>,
}

impl<T: Driver> Private<T> {
    pub(super) fn new(state: impl PinInit<T::State>) -> impl PinInit<Self> {
        pin_init!(Self {
            state <- state,
            stacked <- stacked::Table::new(),
        })
    }
}

/// A bound device: `struct usbnet`.
///
/// # Invariants
///
/// A valid device of a [`Driver`] `T`, whose `driver_priv` is a `Pin<KBox<Private<T>>>`.
#[repr(transparent)]
pub(crate) struct Device<T: Driver>(Opaque<bindings::usbnet>, PhantomData<T>);

impl<T: Driver> Device<T> {
    /// # Safety
    ///
    /// `ptr` must be a valid device of `T` that has a state during `'a`.
    pub(super) unsafe fn from_raw<'a>(ptr: *mut bindings::usbnet) -> &'a Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: `ptr` is valid during `'a`, and `Self` is a transparent wrapper.
        unsafe { &*ptr.cast() }
    }

    /// # Safety
    ///
    /// As for [`Self::from_raw`], with the network device of the device.
    pub(super) unsafe fn from_net<'a>(net: *mut bindings::net_device) -> &'a Self {
        // SAFETY: by the requirement of the function.
        let dev = unsafe { NetDevice::private(net) };

        // SAFETY: the private part of usbnet's network devices is a `usbnet`.
        unsafe { Self::from_raw(dev.cast()) }
    }

    /// The device that `intf` is part of; [`None`] while it is being bound, and once it is unbound.
    ///
    /// # Safety
    ///
    /// `intf` must be bound to `T`, and `T::stop` must not return during `'a`.
    pub(in crate::kernel_ext) unsafe fn of<'a>(intf: &Interface) -> Option<&'a Self> {
        let dev = intf.data().cast::<bindings::usbnet>();
        if dev.is_null() {
            return None;
        }

        // SAFETY: the data of an interface of `T` is its `usbnet`, which lives until after `stop`.
        if unsafe { (*dev).driver_priv }.is_null() {
            return None;
        }

        // SAFETY: the state is there, and is dropped only after `stop` returned.
        Some(unsafe { Self::from_raw(dev) })
    }

    fn as_raw(&self) -> *mut bindings::usbnet {
        self.0.get()
    }

    /// The network device.
    pub(crate) fn net(&self) -> &NetDevice {
        // SAFETY: by the type invariant the device is valid; usbnet sets the pointer once.
        let net = unsafe { (*self.as_raw()).net };

        // SAFETY: usbnet allocated it with `alloc_etherdev()`; it lives as long as `self`.
        unsafe { NetDevice::from_raw(net) }
    }

    fn private(&self) -> &Private<T> {
        // SAFETY: by the type invariant the device is valid, and its private part set.
        let private = unsafe { (*self.as_raw()).driver_priv };

        // SAFETY: by the type invariant this is what `into_foreign` returned.
        unsafe { Pin::<KBox<Private<T>>>::borrow(private) }.get_ref()
    }

    /// The devices above the network device.
    pub(crate) fn stacked(&self) -> &stacked::Table<T::Stacked> {
        &self.private().stacked
    }

    /// Adds a device with `number` above the network device.
    ///
    /// Fails with `EEXIST` if there is one, with `ENODEV` if the modem goes away. Sleeps.
    pub(crate) fn add_stacked(&self, number: u8, driver: T::Stacked, rtnl: &Rtnl) -> Result {
        // SAFETY: the table is this device's, and closed before the device is disconnected.
        unsafe { self.stacked().add(number, driver, self.net(), rtnl) }
    }

    /// Tells usbnet that the size of headers has changed, so that it computes its buffers anew.
    ///
    /// That fails where usbnet does not like the sum of MTU and header, and then the size of the
    /// receive buffers stays, as user space knows it: it sets that size by the MTU, and expects it
    /// to survive a change of the link layer.
    pub(crate) fn update_buffers(&self, rtnl: &Rtnl) {
        let mtu = self.net().mtu(rtnl) as ffi::c_int;

        // SAFETY: the device is valid, and `rtnl` shows that RTNL is held.
        unsafe { bindings::usbnet_change_mtu(self.net().as_raw(), mtu) };
    }

    /// Tells whether received IP headers are to be aligned as if an Ethernet header came first.
    ///
    /// usbnet forgets this when the network device goes down.
    pub(crate) fn set_ip_align(&self, align: bool) {
        let bit = bindings::EVENT_NO_IP_ALIGN as ffi::c_ulong;
        // SAFETY: by the type invariant the device is valid.
        let flags = unsafe { &raw mut (*self.as_raw()).flags };

        if align {
            // SAFETY: `flags` is a bitmap that is changed by atomic operations.
            unsafe { bindings::clear_bit(bit, flags) };
        } else {
            // SAFETY: as above.
            unsafe { bindings::set_bit(bit, flags) };
        }
    }
}

impl<T: Driver> Deref for Device<T> {
    type Target = T::State;

    fn deref(&self) -> &T::State {
        &self.private().state
    }
}

// SAFETY: the device that the attributes are put on is the network device of a `usbnet`, which has
// its state while that is registered.
unsafe impl<T: Driver> sysfs::Parent for Device<T> {
    unsafe fn from_device<'a>(dev: *mut bindings::device) -> &'a Self {
        // SAFETY: as above.
        unsafe { Self::from_net(NetDevice::ptr_from_device(dev)) }
    }
}
