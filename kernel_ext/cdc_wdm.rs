// SPDX-License-Identifier: GPL-2.0-only

//! Device management over CDC: a character device for the messages of a control interface.
//!
//! C header: [`include/linux/usb/cdc-wdm.h`](srctree/include/linux/usb/cdc-wdm.h)

use super::{
    bindings,
    usb::{
        HostEndpoint,
        Interface,
        PmMessage, //
    },
    usb_netdev, //
};
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
            Atomic,
            Full, //
        }, //
    }, //
};

/// The WWAN port type of a control channel that speaks QMI.
pub(crate) const PORT_QMI: bindings::wwan_port_type = bindings::wwan_port_type_WWAN_PORT_QMI;

/// The cdc-wdm driver, serving the control interface of a function with a network device.
///
/// # Invariants
///
/// `driver` is cdc-wdm's, and it serves `control` until `connected` is taken back.
pub(crate) struct Subdriver {
    driver: NonNull<bindings::usb_driver>,
    control: ARef<Interface>,
    connected: Atomic<bool>,
}

// SAFETY: cdc-wdm's callbacks may be called from any thread.
unsafe impl Send for Subdriver {}

// SAFETY: cdc-wdm locks what its callbacks share.
unsafe impl Sync for Subdriver {}

impl Subdriver {
    /// Has cdc-wdm serve `control`, an interface of `dev`.
    ///
    /// `endpoint` is the one for notifications; messages have `max_message` bytes at most. User
    /// space may open the character device before this returns. `T::manage_power` is called when
    /// the first user comes and the last one goes. Sleeps.
    pub(crate) fn register<T: usb_netdev::Driver>(
        _dev: &usb_netdev::Device<T>,
        control: &Interface,
        endpoint: &HostEndpoint,
        max_message: u16,
        port: bindings::wwan_port_type,
    ) -> Result<Self> {
        // SAFETY: interface and endpoint are valid; the callback is there as long as the module.
        let driver = from_err_ptr(unsafe {
            bindings::usb_cdc_wdm_register(
                control.as_raw().cast(),
                endpoint.descriptor().cast(),
                max_message.into(),
                port,
                Some(manage_power_callback::<T>),
            )
        })?;

        // INVARIANT: cdc-wdm took the interface, and returned its driver.
        Ok(Self {
            driver: NonNull::new(driver.cast()).ok_or(ENODEV)?,
            control: control.into(),
            connected: Atomic::new(true),
        })
    }

    fn driver(&self) -> &bindings::usb_driver {
        // SAFETY: by the type invariant this is cdc-wdm's driver, and this module depends on that.
        unsafe { self.driver.as_ref() }
    }

    /// Suspends the character device. `EBUSY` if it is in use and the suspend can wait.
    pub(crate) fn suspend(&self, message: PmMessage) -> Result {
        let Some(suspend) = self.driver().suspend else {
            return Ok(());
        };

        // SAFETY: by the type invariant cdc-wdm serves the interface.
        to_result(unsafe { suspend(self.control.as_raw(), message.0) })
    }

    /// Resumes the character device.
    pub(crate) fn resume(&self) -> Result {
        let Some(resume) = self.driver().resume else {
            return Ok(());
        };

        // SAFETY: by the type invariant cdc-wdm serves the interface.
        to_result(unsafe { resume(self.control.as_raw()) })
    }

    /// Takes the interface back. Users of the character device get `ENODEV` from then on, and no
    /// callback runs after this returned. Sleeps. Once is enough.
    pub(crate) fn disconnect(&self) {
        let Some(disconnect) = self.driver().disconnect else {
            return;
        };

        if self.connected.xchg(false, Full) {
            // SAFETY: by the type invariant cdc-wdm served the interface until now.
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
/// To be called by cdc-wdm only, for an interface that was registered for `T`.
unsafe extern "C" fn manage_power_callback<T: usb_netdev::Driver>(
    intf: *mut bindings::usb_interface,
    on: ffi::c_int,
) -> ffi::c_int {
    // SAFETY: cdc-wdm passes the interface that it was given.
    let intf = unsafe { Interface::from_raw(intf) };

    // SAFETY: the interface is `T`'s, and `T::unbind` disconnects cdc-wdm before the state goes.
    if let Some(dev) = unsafe { usb_netdev::Device::<T>::of(intf) } {
        T::manage_power(dev, on != 0);
    }
    0
}
