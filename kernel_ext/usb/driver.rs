// SPDX-License-Identifier: GPL-2.0-only

//! USB drivers and their registration.

use super::{
    Bound,
    DeviceId,
    IdTable,
    Interface,
    Probed, //
};
use crate::kernel_ext::bindings;
use core::marker::PhantomData;
use kernel::{
    error::{
        from_result,
        to_result, //
    },
    ffi,
    prelude::*,
    types::Opaque,
    ThisModule, //
};

/// The reason for a suspend: `pm_message_t`.
#[derive(Clone, Copy)]
pub(crate) struct PmMessage(pub(in crate::kernel_ext) bindings::pm_message);

impl PmMessage {
    /// Whether the device alone is suspended, because it is idle (`PMSG_IS_AUTO()`).
    pub(in crate::kernel_ext) fn is_auto(self) -> bool {
        self.0.event as u32 & bindings::PM_EVENT_AUTO != 0
    }
}

/// A driver of USB interfaces. All callbacks may sleep. The device's lock is held in `probe` and
/// `disconnect`, and the device awake.
pub(crate) trait Driver: Sized {
    /// Name of the driver, as user space sees it.
    const NAME: &'static CStr;

    /// A new interface matched `id`. `ENODEV` declines it.
    fn probe(intf: &Probed<'_, Self>, id: &DeviceId) -> Result;

    /// The interface is removed, or user space unbinds it.
    fn disconnect(intf: &Bound<'_, Self>);

    /// The device is about to be suspended. Must not fail for a system sleep.
    fn suspend(intf: &Bound<'_, Self>, message: PmMessage) -> Result;

    /// The device was resumed.
    fn resume(intf: &Bound<'_, Self>) -> Result;

    /// The device was resumed, and a reset has cleared its state.
    fn reset_resume(intf: &Bound<'_, Self>) -> Result;
}

/// The registration of a [`Driver`]; dropping it unbinds all interfaces.
#[pin_data(PinnedDrop)]
pub(crate) struct Registration<T: Driver> {
    #[pin]
    driver: Opaque<bindings::usb_driver>,
    _phantom: PhantomData<T>,
}

// SAFETY: a driver may be unregistered from any thread; there is no `T` in it.
unsafe impl<T: Driver> Send for Registration<T> {}

// SAFETY: `&Registration` gives access to nothing.
unsafe impl<T: Driver> Sync for Registration<T> {}

impl<T: Driver + 'static> Registration<T> {
    /// Registers `T` for the ids of `table`. Fails with `EBUSY` if a driver has the name already.
    pub(crate) fn new<const N: usize>(
        table: &'static IdTable<N>,
        module: &'static ThisModule,
    ) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            driver <- Opaque::try_ffi_init(|slot: *mut bindings::usb_driver| {
                let mut driver = bindings::usb_driver {
                    name: T::NAME.as_char_ptr(),
                    probe: Some(Self::probe_callback),
                    disconnect: Some(Self::disconnect_callback),
                    suspend: Some(Self::suspend_callback),
                    resume: Some(Self::resume_callback),
                    reset_resume: Some(Self::reset_resume_callback),
                    id_table: table.as_ptr(),
                    ..pin_init::zeroed()
                };
                driver.set_supports_autosuspend(1);
                driver.set_disable_hub_initiated_lpm(1);

                // SAFETY: `try_ffi_init` gives a pointer that is valid for writes.
                unsafe { slot.write(driver) };

                // SAFETY: `slot` is initialised, and pinned until it is unregistered on drop.
                to_result(unsafe {
                    bindings::usb_register_driver(slot, module.as_ptr(), T::NAME.as_char_ptr())
                })
            }),
            _phantom: PhantomData,
        })
    }

    /// # Safety
    ///
    /// To be called by the USB core only, as `usb_driver.probe`.
    unsafe extern "C" fn probe_callback(
        intf: *mut bindings::usb_interface,
        id: *const bindings::usb_device_id,
    ) -> ffi::c_int {
        // SAFETY: the USB core passes an interface that is valid while it is here.
        let intf = unsafe { Interface::from_raw(intf) };
        // SAFETY: this is the probe callback of `T`'s driver.
        let intf = unsafe { Probed::new(intf) };

        // SAFETY: the USB core passes an id that is valid, and does not change, while it is here;
        // `DeviceId` is a transparent wrapper.
        let id = unsafe { &*id.cast::<DeviceId>() };

        from_result(|| T::probe(&intf, id).map(|()| 0))
    }

    /// # Safety
    ///
    /// To be called by the USB core only, as `usb_driver.disconnect`.
    unsafe extern "C" fn disconnect_callback(intf: *mut bindings::usb_interface) {
        // SAFETY: the USB core passes an interface that is valid while it is here.
        let intf = unsafe { Interface::from_raw(intf) };

        // SAFETY: this is a callback of `T`'s driver, for the interface.
        T::disconnect(&unsafe { Bound::new(intf) });
    }

    /// # Safety
    ///
    /// To be called by the USB core only, as `usb_driver.suspend`.
    unsafe extern "C" fn suspend_callback(
        intf: *mut bindings::usb_interface,
        message: bindings::pm_message_t,
    ) -> ffi::c_int {
        // SAFETY: the USB core passes an interface that is valid while it is here.
        let intf = unsafe { Interface::from_raw(intf) };
        // SAFETY: this is a callback of `T`'s driver, for the interface.
        let intf = unsafe { Bound::new(intf) };

        from_result(|| T::suspend(&intf, PmMessage(message)).map(|()| 0))
    }

    /// # Safety
    ///
    /// To be called by the USB core only, as `usb_driver.resume`.
    unsafe extern "C" fn resume_callback(intf: *mut bindings::usb_interface) -> ffi::c_int {
        // SAFETY: the USB core passes an interface that is valid while it is here.
        let intf = unsafe { Interface::from_raw(intf) };
        // SAFETY: this is a callback of `T`'s driver, for the interface.
        let intf = unsafe { Bound::new(intf) };

        from_result(|| T::resume(&intf).map(|()| 0))
    }

    /// # Safety
    ///
    /// To be called by the USB core only, as `usb_driver.reset_resume`.
    unsafe extern "C" fn reset_resume_callback(intf: *mut bindings::usb_interface) -> ffi::c_int {
        // SAFETY: the USB core passes an interface that is valid while it is here.
        let intf = unsafe { Interface::from_raw(intf) };
        // SAFETY: this is a callback of `T`'s driver, for the interface.
        let intf = unsafe { Bound::new(intf) };

        from_result(|| T::reset_resume(&intf).map(|()| 0))
    }
}

#[pinned_drop]
impl<T: Driver> PinnedDrop for Registration<T> {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: a `Registration` exists only if its driver was registered.
        unsafe { bindings::usb_deregister(self.driver.get()) };
    }
}
