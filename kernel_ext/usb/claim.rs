// SPDX-License-Identifier: GPL-2.0-only

//! USB functions that consist of two interfaces.

use super::Interface;
use crate::kernel_ext::bindings;
use core::ptr::{
    self,
    NonNull, //
};
use kernel::{
    error::to_result,
    prelude::*,
    sync::aref::ARef, //
};

/// An interface that a driver holds beside the one it was probed for.
///
/// Either of the two may be unbound first, by the device or by user space; dropping this takes the
/// other along.
///
/// # Invariants
///
/// `claimed` was claimed by the driver that `probed` is bound to.
pub(crate) struct ClaimedInterface {
    probed: ARef<Interface>,
    claimed: ARef<Interface>,
    driver: NonNull<bindings::usb_driver>,
}

// SAFETY: the USB core locks what it needs for a release from any thread; a driver outlives its
// interfaces.
unsafe impl Send for ClaimedInterface {}

// SAFETY: `&ClaimedInterface` gives access to nothing but `&Interface`.
unsafe impl Sync for ClaimedInterface {}

impl ClaimedInterface {
    /// Claims `intf` for the driver that probes `probed`, with the data that `probed` has.
    ///
    /// Fails with `EBUSY` if another driver has it.
    ///
    /// # Safety
    ///
    /// `probed` must be in its driver's probe callback.
    pub(in crate::kernel_ext) unsafe fn new(probed: &Interface, intf: &Interface) -> Result<Self> {
        // SAFETY: `probed` is being probed.
        let driver = unsafe { probed.driver() };

        // SAFETY: both are valid, and the USB core holds the device's lock during probe.
        to_result(unsafe {
            bindings::usb_driver_claim_interface(driver, intf.as_raw(), probed.data())
        })?;

        // INVARIANT: it was claimed just now.
        Ok(Self {
            probed: probed.into(),
            claimed: intf.into(),
            driver: NonNull::new(driver).ok_or(ENODEV)?,
        })
    }

    /// The interface that was claimed.
    pub(crate) fn interface(&self) -> &Interface {
        &self.claimed
    }
}

impl Drop for ClaimedInterface {
    fn drop(&mut self) {
        for intf in [&self.claimed, &self.probed] {
            // Its disconnect callback must find nothing left to do.
            intf.set_data(ptr::null_mut());

            // SAFETY: both are valid and, by the type invariant, the driver's. The function leaves
            // an interface alone that is just being probed or unbound.
            unsafe {
                bindings::usb_driver_release_interface(self.driver.as_ptr(), intf.as_raw());
            }
        }
    }
}
