// SPDX-License-Identifier: GPL-2.0-only

//! Adding and removing upper devices.

use super::{
    Device,
    Driver, //
};
use crate::kernel_ext::net::rtnl::Rtnl;
use kernel::prelude::*;

impl<T: Driver> Device<T> {
    /// Does `change` to the devices above, for a task that writes an attribute, with RTNL held.
    ///
    /// `EPERM` as by `NetDevice::lock_for_writer`. `ENODEV` if the device is being removed:
    /// disconnect waits for the tasks in here before it takes RTNL, which they need.
    pub(crate) fn configure(&self, change: impl FnOnce(&Uppers<'_, T>) -> Result) -> Result {
        let is_open = self.private().is_open_to_writers.lock();

        if !*is_open {
            return Err(ENODEV);
        }
        let rtnl = self.net().lock_for_writer()?;
        // INVARIANT: the lock was taken just now, and is released before the mutex.
        change(&Uppers {
            dev: self,
            rtnl: &rtnl,
        })
    }
}

/// The upper devices of a device, while they may be changed.
///
/// # Invariants
///
/// RTNL is held, and released before the device can be freed: what was removed is freed by then.
pub(crate) struct Uppers<'a, T: Driver> {
    dev: &'a Device<T>,
    rtnl: &'a Rtnl,
}

impl<T: Driver> Uppers<'_, T> {
    /// RTNL.
    pub(crate) fn rtnl(&self) -> &Rtnl {
        self.rtnl
    }

    /// Adds a device with `number`.
    ///
    /// Fails with `EEXIST` if there is one, with `ENODEV` if the device is being removed. Sleeps.
    pub(crate) fn add(&self, number: u8, driver: T::Upper) -> Result {
        // SAFETY: the table is this device's, and is closed before it is unregistered. By the type
        // invariant RTNL is released before that, too.
        unsafe { self.dev.uppers().add(number, driver, self.dev, self.rtnl) }
    }

    /// Removes the device with `number`. Fails with `EINVAL` if there is none. Sleeps.
    pub(crate) fn remove(&self, number: u8) -> Result {
        self.dev.uppers().remove(number, self.rtnl)
    }
}
