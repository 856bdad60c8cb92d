// SPDX-License-Identifier: GPL-2.0-only

//! Devices that are being bound.

use super::{
    Driver,
    DriverInfo, //
};
use crate::kernel_ext::{
    bindings,
    netdevice::{
        NetDevice,
        Unregistered, //
    },
    usb::{
        ClaimedInterface,
        Interface, //
    }, //
};
use core::{
    marker::PhantomData,
    ptr, //
};
use kernel::{
    error::to_result,
    prelude::*, //
};

/// A device that is being bound: usbnet has it, and nobody else.
pub(crate) struct Binding<'a, T: Driver> {
    dev: &'a mut bindings::usbnet,
    intf: &'a Interface,
    _phantom: PhantomData<T>,
}

impl<'a, T: Driver> Binding<'a, T> {
    /// # Safety
    ///
    /// `dev` must be a new device of `T`, which only usbnet knows, and does not use during `'a`.
    /// `intf` must be its interface, in the driver's probe callback.
    pub(super) unsafe fn new(dev: *mut bindings::usbnet, intf: &'a Interface) -> Self {
        Self {
            // SAFETY: by the requirement of the function.
            dev: unsafe { &mut *dev },
            intf,
            _phantom: PhantomData,
        }
    }

    /// The interface that was probed.
    pub(crate) fn interface(&self) -> &Interface {
        self.intf
    }

    /// What this kind of device needs.
    pub(crate) fn quirks(&self) -> &'static T::Quirks {
        // CAST: all ids of `T` carry a `DriverInfo<T>`, which begins with a `driver_info`.
        let info = self.dev.driver_info.cast::<DriverInfo<T>>();

        // SAFETY: the `driver_info` of an id is a static.
        unsafe { &(*info).quirks }
    }

    /// The network device, not registered yet.
    pub(crate) fn net(&self) -> Unregistered<'_> {
        // SAFETY: usbnet allocated the device with `alloc_etherdev()`, and it lives as long as
        // `usbnet`, which is its private part.
        let net = unsafe { NetDevice::from_raw(self.dev.net) };

        // SAFETY: until the driver is bound only usbnet knows the device, and this borrows it.
        unsafe { Unregistered::new(net) }
    }

    /// Claims `intf` as well, another interface of the same device.
    pub(crate) fn claim(&self, intf: &Interface) -> Result<ClaimedInterface> {
        // SAFETY: the probed interface is in its driver's probe callback.
        unsafe { ClaimedInterface::new(self.intf, intf) }
    }

    /// Sets the network device's address to that in the device's string descriptor `index`.
    pub(crate) fn read_address(&mut self, index: u8) -> Result {
        // SAFETY: `dev` is valid, and nobody else uses it.
        to_result(unsafe { bindings::usbnet_get_ethernet_addr(self.dev, index.into()) })
    }

    /// Sets the size of the largest frame, in bytes with its header.
    pub(crate) fn set_max_frame(&mut self, size: u16) {
        self.dev.hard_mtu = size.into();
    }

    /// Finds the bulk endpoints of `data`, and selects the alternate setting that has them. usbnet
    /// leaves the interrupt endpoint beside them alone.
    pub(crate) fn collect_endpoints(&mut self, data: &Interface) -> Result {
        // SAFETY: both are valid.
        to_result(unsafe { bindings::usbnet_get_endpoints(self.dev, data.as_raw()) })?;

        self.dev.status = ptr::null_mut();
        Ok(())
    }
}
