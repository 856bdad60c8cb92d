// SPDX-License-Identifier: GPL-2.0-only

//! Devices with a private part that are not registered: not yet, or not any more.

use super::{
    device::{
        Device,
        Private, //
    },
    BindContext,
    Driver, //
};
use crate::kernel_ext::{
    net::netdevice::Unregistered,
    usb::Interface, //
};
use core::{
    marker::PhantomData,
    mem,
    ptr::{
        self,
        NonNull, //
    }, //
};
use kernel::prelude::*;

/// The network device as the data of an interface, which is cleared when this is dropped.
///
/// # Invariants
///
/// A callback of the driver that `.0` is bound to runs as long as this exists.
pub(super) struct InterfaceData<'a>(&'a Interface);

impl<'a> InterfaceData<'a> {
    /// # Safety
    ///
    /// A callback of the driver of `intf` must run for as long as the result exists.
    pub(super) unsafe fn new(intf: &'a Interface) -> Self {
        // INVARIANT: by the requirement of the function.
        Self(intf)
    }

    fn clear(&self) {
        // SAFETY: by the type invariant a callback of the interface's driver runs; NULL is valid
        // data for it.
        unsafe { self.0.set_data(ptr::null_mut()) };
    }
}

impl Drop for InterfaceData<'_> {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A device that is not registered, and has its private part. Dropping it drops that, and frees the
/// device.
///
/// # Invariants
///
/// The private part of `net` is a `Private<T>`, which only this drops. A probe or disconnect
/// callback of the driver runs, for an interface of the device.
pub(super) struct UnregisteredDevice<'a, T: Driver> {
    data: InterfaceData<'a>,
    net: Unregistered<'a>,
    _phantom: PhantomData<T>,
}

impl<'a, T: Driver> UnregisteredDevice<'a, T> {
    /// The device that `context` has set up.
    ///
    /// # Safety
    ///
    /// The private part of the network device of `context` must be a `Private<T>`.
    pub(super) unsafe fn new(context: BindContext<'a, T>) -> Self {
        let BindContext { data, net, .. } = context;

        // INVARIANT: the interface of `context` is being probed; the rest by the requirement of the
        // function.
        Self {
            data,
            net,
            _phantom: PhantomData,
        }
    }

    /// The device that was `dev`, whose interface is `intf`.
    ///
    /// # Safety
    ///
    /// `dev` must have been registered, and not be so any more; nobody may use it or refer to it.
    /// The disconnect callback of the driver must run for as long as the result exists, for an
    /// interface of the device.
    pub(super) unsafe fn from_unregistered(dev: NonNull<Device<T>>, intf: &'a Interface) -> Self {
        // INVARIANT: a `Device<T>` has its private part; the rest by the requirement of the
        // function.
        Self {
            // SAFETY: by the requirement of the function a callback of the driver of the interface
            // runs, as long as the result exists, which has this.
            data: unsafe { InterfaceData::new(intf) },
            // SAFETY: by the requirement of the function the device is not registered any more, and
            // given away.
            net: unsafe { Unregistered::from_raw(dev.cast()) },
            _phantom: PhantomData,
        }
    }

    fn private(&self) -> *mut Private<T> {
        self.net.private().cast()
    }

    /// The device.
    pub(super) fn device(&self) -> &Device<T> {
        // SAFETY: by the type invariant the private part is initialised, and dropped with `self`.
        unsafe { Device::from_raw(self.net.as_raw()) }
    }

    /// Registers the network device. Disconnect finds it as the data of its interface.
    pub(super) fn register(self) -> Result<&'a Device<T>> {
        // SAFETY: by the type invariant the private part is what the callbacks expect. It is
        // dropped after the device was unregistered; if this succeeds, `self` is forgotten.
        unsafe { self.net.register() }?;

        // SAFETY: the device is registered, and cannot be disconnected before the probe callback
        // has returned, during which the interface was borrowed.
        let dev = unsafe { Device::from_raw(self.net.as_raw()) };
        mem::forget(self);
        Ok(dev)
    }
}

impl<T: Driver> Drop for UnregisteredDevice<'_, T> {
    fn drop(&mut self) {
        if let Some(subdriver) = self.device().private().subdriver.as_ref() {
            // Its callback uses all of the device.
            subdriver.disconnect();
        }
        // No callback may find it from now on.
        self.data.clear();
        // SAFETY: by the type invariant the private part is initialised. The network device is not
        // registered and cdc-wdm disconnected, so that nobody uses it any more.
        unsafe { ptr::drop_in_place(self.private()) };
    }
}
