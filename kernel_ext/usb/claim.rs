// SPDX-License-Identifier: GPL-2.0-only

//! USB functions that consist of two interfaces.

use super::{
    Interface,
    Probed, //
};
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

/// An interface that a driver has claimed in addition to the one that it was probed for.
///
/// Either of the two may be unbound first, by the device or by user space; dropping this unbinds
/// the other one.
///
/// # Invariants
///
/// `claimed` was claimed by `driver`, which `probed` is bound to, or was until just now. This is
/// dropped in a callback of that driver, with the lock of their device held.
pub(in crate::kernel_ext) struct ClaimedInterface {
    probed: ARef<Interface>,
    claimed: ARef<Interface>,
    driver: NonNull<bindings::usb_driver>,
}

// SAFETY: by the type invariant this is dropped where the USB core holds what a release needs,
// whatever thread that is; a driver outlives its interfaces.
unsafe impl Send for ClaimedInterface {}

// SAFETY: `&ClaimedInterface` gives access to nothing.
unsafe impl Sync for ClaimedInterface {}

impl ClaimedInterface {
    /// Claims `intf` for the driver that probes `probed`, with the data that `probed` has.
    ///
    /// Fails with `EBUSY` if another driver has it, with `EINVAL` if it is not of the same device.
    ///
    /// # Safety
    ///
    /// The result must be dropped in a probe or disconnect callback of the driver, for one of the
    /// two interfaces. Whatever data `probed` gets must be right for both.
    pub(in crate::kernel_ext) unsafe fn new<T>(
        probed: &Probed<'_, T>,
        intf: &Interface,
    ) -> Result<Self> {
        let driver = probed.driver();

        if !ptr::eq(probed.device(), intf.device()) {
            return Err(EINVAL);
        }
        // SAFETY: both are valid interfaces of one device, whose lock is held while one of them is
        // probed; the driver is the one that probes it, and expects such data.
        to_result(unsafe {
            bindings::usb_driver_claim_interface(driver, intf.as_raw(), probed.data())
        })?;

        // INVARIANT: it was claimed just now; by the requirement of the function this is dropped
        // where it may be.
        Ok(Self {
            probed: (&***probed).into(),
            claimed: intf.into(),
            driver: NonNull::new(driver).ok_or(ENODEV)?,
        })
    }
}

impl Drop for ClaimedInterface {
    fn drop(&mut self) {
        for intf in [&self.claimed, &self.probed] {
            // Its disconnect callback must find nothing left to do.
            // SAFETY: by the type invariant the interface is the driver's, or was until just now.
            unsafe { intf.set_data(ptr::null_mut()) };

            // SAFETY: the interface is valid, for this holds a reference to it, and by the type
            // invariant the lock of its device is held. The function leaves an interface alone that
            // is another driver's, or that is just being probed or unbound.
            unsafe {
                bindings::usb_driver_release_interface(self.driver.as_ptr(), intf.as_raw());
            }
        }
    }
}
