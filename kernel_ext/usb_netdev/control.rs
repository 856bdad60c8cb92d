// SPDX-License-Identifier: GPL-2.0-only

//! The control channel: a character device, which cdc-wdm serves.

use super::{
    Device,
    Driver, //
};
use crate::kernel_ext::usb::{
    cdc_wdm::{
        ManagePower,
        PortType,
        Subdriver, //
    },
    Bound,
    HostEndpoint,
    Interface,
    PmMessage, //
};
use core::{
    ops::Deref,
    ptr, //
};
use kernel::{
    prelude::*,
    types::NotThreadSafe, //
};

/// The context of [`Driver::start`]: the device is set up, and not registered.
///
/// # Invariants
///
/// The probe callback of its driver runs, for the interface that the device has.
pub(crate) struct StartContext<'a, T: Driver>(&'a Device<T>, NotThreadSafe);

impl<T: Driver> Deref for StartContext<'_, T> {
    type Target = Device<T>;

    fn deref(&self) -> &Device<T> {
        self.0
    }
}

impl<'a, T: Driver> StartContext<'a, T> {
    /// # Safety
    ///
    /// The probe callback of the driver must run during `'a`, for the interface that `dev` has.
    pub(super) unsafe fn new(dev: &'a Device<T>) -> Self {
        // INVARIANT: by the requirement of the function.
        Self(dev, NotThreadSafe)
    }

    /// Registers the probed interface with cdc-wdm, until the device is unbound.
    ///
    /// `endpoint` is the one for notifications; messages have `max_message` bytes at most. User
    /// space may open the character device before this returns. [`Driver::manage_power`] is called
    /// when the first user opens it and the last one closes it. Fails with `EBUSY` if there is a
    /// character device. Sleeps.
    pub(crate) fn open_control(
        &self,
        endpoint: &HostEndpoint,
        max_message: u16,
        port: PortType,
    ) -> Result {
        let private = self.private();

        if private.subdriver.as_ref().is_some() {
            return Err(EBUSY);
        }
        // SAFETY: by the type invariant the probe callback runs. The result becomes part of the
        // private part, which is disconnected from it in the same or in the disconnect callback,
        // before anything of the device is dropped; until then the interface's data is this device.
        let subdriver = unsafe {
            Subdriver::register::<Device<T>>(&private.interface, endpoint, max_message, port)
        }?;
        // There is one start of a device: this succeeds.
        private.subdriver.populate(subdriver);
        Ok(())
    }
}

impl<T: Driver> ManagePower for Device<T> {
    unsafe fn manage_power(intf: &Interface, on: bool) {
        // SAFETY: by the requirement of the trait cdc-wdm serves the interface for this type, so
        // its data is a device of `T`. The device is disconnected from cdc-wdm before it is freed,
        // which waits for this callback.
        if let Some(dev) = unsafe { Self::from_interface(intf) } {
            T::manage_power(dev, on);
        }
    }
}

impl<T: Driver> Device<T> {
    /// The subdriver of `intf`, if that is the interface that was probed.
    fn subdriver_of(&self, intf: &Interface) -> Option<&Subdriver> {
        self.private()
            .subdriver
            .as_ref()
            .filter(|_| self.was_probed_as(intf))
    }

    /// Whether `intf` is the interface that was probed, not the one that was claimed.
    pub(super) fn was_probed_as(&self, intf: &Interface) -> bool {
        ptr::eq(intf, &*self.private().interface)
    }

    /// Suspends the character device, if `intf` is its interface, whose suspend callback runs.
    pub(super) fn suspend_control<D>(&self, intf: &Bound<'_, D>, message: PmMessage) -> Result {
        self.subdriver_of(intf).map_or(Ok(()), |subdriver| {
            // SAFETY: by the type invariant of `Bound` a callback of the interface's driver runs,
            // and no other one.
            unsafe { subdriver.suspend(message) }
        })
    }

    /// Resumes the character device, if `intf` is its interface, whose resume callback runs.
    pub(super) fn resume_control<D>(&self, intf: &Bound<'_, D>) -> Result {
        self.subdriver_of(intf).map_or(Ok(()), |subdriver| {
            // SAFETY: by the type invariant of `Bound` a callback of the interface's driver runs,
            // and no other one.
            unsafe { subdriver.resume() }
        })
    }
}
