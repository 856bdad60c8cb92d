// SPDX-License-Identifier: GPL-2.0-only

//! Device management over CDC: a character device for the messages of a control interface.
//!
//! C header: [`include/linux/usb/cdc-wdm.h`](srctree/include/linux/usb/cdc-wdm.h)

use super::{
    HostEndpoint,
    Interface,
    PmMessage, //
};
use crate::kernel_ext::bindings;
use core::ptr::NonNull;
use kernel::{
    error::{
        from_err_ptr,
        to_result, //
    },
    ffi,
    prelude::*,
    sync::{
        aref::ARef,
        atomic::{
            Acquire,
            Atomic,
            Full, //
        }, //
    }, //
};

/// The type of a port of the WWAN subsystem.
pub(crate) use bindings::wwan_port_type as PortType;

/// The port type of a control channel that speaks QMI.
pub(crate) const PORT_QMI: PortType = bindings::wwan_port_type_WWAN_PORT_QMI;

/// Called when the users of a character device change.
pub(in crate::kernel_ext) trait ManagePower {
    /// The first user has opened the character device (`on`), or the last one has closed it.
    /// Sleeps.
    ///
    /// # Safety
    ///
    /// `intf` must be an interface that a [`Subdriver`] for this type serves.
    unsafe fn manage_power(intf: &Interface, on: bool);
}

/// The cdc-wdm driver, serving the control interface of a function with a network device.
///
/// # Invariants
///
/// `driver` is cdc-wdm's, and it serves `control` while `connected` is true. That changes in
/// callbacks of the driver of `control`, which come one after the other.
pub(in crate::kernel_ext) struct Subdriver {
    driver: NonNull<bindings::usb_driver>,
    control: ARef<Interface>,
    connected: Atomic<bool>,
}

// SAFETY: cdc-wdm's callbacks may be called from any thread, one after the other, as they are by
// the type invariant; the driver is constant.
unsafe impl Send for Subdriver {}

// SAFETY: what `&Subdriver` does to cdc-wdm is unsafe, or done once, by the atomic flag.
unsafe impl Sync for Subdriver {}

impl Subdriver {
    /// Registers `control` with cdc-wdm.
    ///
    /// `endpoint` is the one for notifications; messages have `max_message` bytes at most. User
    /// space may open the character device before this returns. Sleeps.
    ///
    /// # Safety
    ///
    /// A callback of the driver of `control` must run, and another one when the result is dropped
    /// or disconnected. Until then it must be sound to call `U::manage_power` for `control`.
    pub(in crate::kernel_ext) unsafe fn register<U: ManagePower>(
        control: &Interface,
        endpoint: &HostEndpoint,
        max_message: u16,
        port: PortType,
    ) -> Result<Self> {
        // SAFETY: interface and endpoint are valid, and of the latter only the descriptor is
        // copied. The callback is there as long as the module, and by the requirement of the
        // function it may be called until cdc-wdm is disconnected.
        let driver = from_err_ptr(unsafe {
            bindings::usb_cdc_wdm_register(
                control.as_raw().cast(),
                endpoint.descriptor().cast(),
                max_message.into(),
                port,
                Some(manage_power_callback::<U>),
            )
        })?;

        // INVARIANT: cdc-wdm has taken the interface, and returned its driver.
        Ok(Self {
            driver: NonNull::new(driver.cast()).ok_or(ENODEV)?,
            control: control.into(),
            connected: Atomic::new(true),
        })
    }

    fn driver(&self) -> &bindings::usb_driver {
        // SAFETY: by the type invariant this is cdc-wdm's driver. It lives as long as that module,
        // which this one depends on; the callbacks that are read of it do not change.
        unsafe { self.driver.as_ref() }
    }

    /// Suspends the character device. `EBUSY` if it is in use and the suspend can wait.
    ///
    /// # Safety
    ///
    /// The suspend callback of the driver of the interface must run, for the interface.
    pub(in crate::kernel_ext) unsafe fn suspend(&self, message: PmMessage) -> Result {
        let Some(suspend) = self.driver().suspend else {
            return Ok(());
        };
        if !self.connected.load(Acquire) {
            return Ok(());
        }

        // SAFETY: by the type invariant cdc-wdm serves the interface, and continues until this
        // callback has returned, which by the requirement of the function runs.
        to_result(unsafe { suspend(self.control.as_raw(), message.0) })
    }

    /// Resumes the character device.
    ///
    /// # Safety
    ///
    /// The resume callback of the driver of the interface must run, for the interface.
    pub(in crate::kernel_ext) unsafe fn resume(&self) -> Result {
        let Some(resume) = self.driver().resume else {
            return Ok(());
        };
        if !self.connected.load(Acquire) {
            return Ok(());
        }

        // SAFETY: by the type invariant cdc-wdm serves the interface, and continues until this
        // callback has returned, which by the requirement of the function runs.
        to_result(unsafe { resume(self.control.as_raw()) })
    }

    /// Takes the interface back. Users of the character device get `ENODEV` from then on, and no
    /// callback runs after this returned. Sleeps. Once is enough.
    pub(in crate::kernel_ext) fn disconnect(&self) {
        let Some(disconnect) = self.driver().disconnect else {
            return;
        };

        if self.connected.xchg(false, Full) {
            // SAFETY: by the type invariant cdc-wdm served the interface until now, and no other
            // callback of it runs.
            unsafe { disconnect(self.control.as_raw()) };
        }
    }
}

impl Drop for Subdriver {
    fn drop(&mut self) {
        self.disconnect();
    }
}

/// # Safety
///
/// To be called by cdc-wdm only, for an interface that was registered for `U`.
unsafe extern "C" fn manage_power_callback<U: ManagePower>(
    intf: *mut bindings::usb_interface,
    on: ffi::c_int,
) -> ffi::c_int {
    // SAFETY: cdc-wdm passes the interface that it was given, which is valid until cdc-wdm is
    // disconnected.
    let intf = unsafe { Interface::from_raw(intf) };

    // SAFETY: by the requirement of the function the interface was registered for `U`. It still is,
    // for cdc-wdm does not call this once it was disconnected, and waits for a call that runs.
    unsafe { U::manage_power(intf, on != 0) };
    0
}
