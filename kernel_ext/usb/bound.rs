// SPDX-License-Identifier: GPL-2.0-only

//! USB interfaces in callbacks of their driver.

use super::Interface;
use crate::kernel_ext::bindings;
use core::{
    marker::PhantomData,
    mem::offset_of,
    ops::Deref,
    ptr::NonNull, //
};
use kernel::{
    ptr::project,
    sync::aref::ARef,
    types::NotThreadSafe, //
};

/// An interface in a callback of its driver, `T`.
///
/// # Invariants
///
/// During `'a` the interface is bound to the driver that was registered for `T`, or being probed by
/// it, and a callback of that runs. The USB core calls them one after the other.
pub(crate) struct Bound<'a, T>(&'a Interface, PhantomData<T>, NotThreadSafe);

impl<T> Deref for Bound<'_, T> {
    type Target = Interface;

    fn deref(&self) -> &Interface {
        self.0
    }
}

impl<'a, T> Bound<'a, T> {
    /// # Safety
    ///
    /// A callback of the driver that was registered for `T` must run during `'a`, for `intf`.
    pub(super) unsafe fn new(intf: &'a Interface) -> Self {
        // INVARIANT: by the requirement of the function.
        Self(intf, PhantomData, NotThreadSafe)
    }

    /// The driver.
    pub(super) fn driver(&self) -> *mut bindings::usb_driver {
        let driver = project!(self.as_raw(), .dev.driver);
        // SAFETY: the interface is valid; the driver core writes the field before it has the driver
        // called, and when that is over.
        let driver = unsafe { driver.read() };

        // CAST: drivers of USB interfaces are embedded in a `usb_driver`.
        driver
            .wrapping_byte_sub(offset_of!(bindings::usb_driver, driver))
            .cast()
    }
}

/// An interface that is being probed by `T`.
///
/// # Invariants
///
/// During `'a` the USB core holds the lock of the interface's device.
pub(crate) struct Probed<'a, T>(Bound<'a, T>);

impl<'a, T> Deref for Probed<'a, T> {
    type Target = Bound<'a, T>;

    fn deref(&self) -> &Bound<'a, T> {
        &self.0
    }
}

impl<'a, T> Probed<'a, T> {
    /// # Safety
    ///
    /// The probe callback of the driver that was registered for `T` must run during `'a`, for
    /// `intf`.
    pub(super) unsafe fn new(intf: &'a Interface) -> Self {
        // INVARIANT: the USB core holds the lock of the device while it has an interface probed.
        // SAFETY: by the requirement of the function a callback of the driver runs, for `intf`.
        Self(unsafe { Bound::new(intf) })
    }

    /// `bNumInterfaces` of the device's active configuration; 0 if it has none any more.
    pub(crate) fn num_interfaces(&self) -> u8 {
        let config = project!(self.device().as_raw(), .actconfig);
        // SAFETY: the device is valid, and has its configuration changed under its lock only, which
        // by the type invariant is held.
        let config = unsafe { config.read() };
        if config.is_null() {
            return 0;
        }

        let count = project!(config, .desc.bNumInterfaces);
        // SAFETY: the active configuration lives as long as the device, and stays the active one
        // while the lock is held; its descriptor does not change.
        unsafe { count.read() }
    }

    /// The interface of the same device and configuration that has `number`.
    pub(crate) fn sibling(&self, number: u8) -> Option<ARef<Interface>> {
        // SAFETY: the device is valid, and has its configuration changed under its lock only, which
        // by the type invariant is held.
        let intf = unsafe { bindings::usb_ifnum_to_if(self.device().as_raw(), number.into()) };
        let intf = NonNull::new(intf)?;

        // SAFETY: this is an interface of the active configuration, which has a reference to it
        // while the lock is held.
        Some(unsafe { Interface::from_raw(intf.as_ptr()) }.into())
    }
}
