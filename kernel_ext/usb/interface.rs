// SPDX-License-Identifier: GPL-2.0-only

//! USB interfaces.

use super::{
    Device,
    HostEndpoint, //
};
use crate::kernel_ext::bindings;
use core::{
    ptr::{
        self,
        NonNull, //
    },
    slice, //
};
use kernel::{
    device,
    error::to_result,
    ffi,
    prelude::*,
    ptr::project,
    sync::aref::{
        ARef,
        AlwaysRefCounted, //
    },
    types::Opaque, //
};

#[cfg(not(CONFIG_PM))]
compile_error!("devices must be able to suspend; configure the kernel with PM");

/// `bInterfaceClass` of a vendor specific interface.
pub(crate) const CLASS_VENDOR_SPEC: u8 = bindings::USB_CLASS_VENDOR_SPEC as u8;

/// A USB interface: `struct usb_interface`.
///
/// # Invariants
///
/// A valid, reference counted interface. It holds a reference to its device and to its alternate
/// settings, of which what is read here does not change.
#[repr(transparent)]
pub(crate) struct Interface(Opaque<bindings::usb_interface>);

// SAFETY: an interface is reference counted, and may be released from any thread.
unsafe impl Send for Interface {}

// SAFETY: what `&Interface` reads does not change, but for single words, which are read as such;
// and the functions of the USB core that it calls may be called from any thread.
unsafe impl Sync for Interface {}

// SAFETY: `usb_get_intf()` and `usb_put_intf()` count the references to an interface.
unsafe impl AlwaysRefCounted for Interface {
    fn inc_ref(&self) {
        // SAFETY: by the type invariant the interface is valid.
        unsafe { bindings::usb_get_intf(self.as_raw()) };
    }

    unsafe fn dec_ref(obj: NonNull<Self>) {
        // SAFETY: by the requirement of this function the count is not zero.
        unsafe { bindings::usb_put_intf(obj.cast().as_ptr()) };
    }
}

impl AsRef<device::Device> for Interface {
    fn as_ref(&self) -> &device::Device {
        // SAFETY: by the type invariant the interface is valid, and so is the device that is
        // embedded in it.
        unsafe { device::Device::from_raw(self.dev()) }
    }
}

impl Interface {
    /// # Safety
    ///
    /// `ptr` must be a valid interface during `'a`.
    pub(in crate::kernel_ext) unsafe fn from_raw<'a>(
        ptr: *mut bindings::usb_interface,
    ) -> &'a Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: `ptr` is valid during `'a`, and `Self` is a transparent wrapper.
        unsafe { &*ptr.cast() }
    }

    pub(in crate::kernel_ext) fn as_raw(&self) -> *mut bindings::usb_interface {
        self.0.get()
    }

    fn altsetting(&self) -> *const bindings::usb_host_interface {
        let setting = project!(self.as_raw(), .cur_altsetting);

        // SAFETY: by the type invariant the interface is valid. The pointer changes when another
        // setting is selected; it is never NULL.
        unsafe { setting.read_volatile() }
    }

    fn descriptor(&self) -> bindings::usb_interface_descriptor {
        let descriptor = project!(self.altsetting(), .desc);

        // SAFETY: by the type invariant the interface holds its settings, whose descriptors do not
        // change.
        unsafe { descriptor.read() }
    }

    /// `bInterfaceNumber`.
    pub(crate) fn number(&self) -> u8 {
        self.descriptor().bInterfaceNumber
    }

    /// `bInterfaceClass` of the current alternate setting.
    pub(crate) fn class(&self) -> u8 {
        self.descriptor().bInterfaceClass
    }

    /// `bNumEndpoints` of the current alternate setting.
    pub(crate) fn num_endpoints(&self) -> u8 {
        self.descriptor().bNumEndpoints
    }

    /// The first endpoint of the current alternate setting that can carry notifications: interrupt
    /// IN, of a packet size that is not zero.
    pub(crate) fn notification_endpoint(&self) -> Option<&HostEndpoint> {
        // SAFETY: by the type invariant the interface holds its settings during the borrow.
        unsafe { endpoints(self.altsetting()) }
            .iter()
            .find(|endpoint| endpoint.is_notification())
    }

    /// The numbers and endpoints of each alternate setting.
    pub(super) fn settings(
        &self,
    ) -> impl Iterator<Item = (bindings::usb_interface_descriptor, &[HostEndpoint])> {
        let first = project!(self.as_raw(), .altsetting);
        // SAFETY: by the type invariant the interface is valid; the pointer does not change.
        let first = unsafe { first.read() }.cast_const();
        let count = project!(self.as_raw(), .num_altsetting);
        // SAFETY: by the type invariant the interface is valid; the number does not change.
        let count = unsafe { count.read() };

        (0..count as usize).map(move |index| {
            let setting = first.wrapping_add(index);
            let descriptor = project!(setting, .desc);

            // SAFETY: by the type invariant the interface holds its settings, an array of `count`
            // elements, whose descriptors do not change.
            let descriptor = unsafe { descriptor.read() };
            // SAFETY: by the type invariant the interface holds its settings during the borrow.
            (descriptor, unsafe { endpoints(setting) })
        })
    }

    /// The class specific descriptors that follow the interface descriptor, in bytes as the device
    /// sent them.
    pub(crate) fn extra(&self) -> &[u8] {
        let setting = self.altsetting();
        let start = project!(setting, .extra);
        // SAFETY: by the type invariant the interface holds its settings; the pointer does not
        // change.
        let start = unsafe { start.read() };
        let len = project!(setting, .extralen);
        // SAFETY: by the type invariant the interface holds its settings; the length does not
        // change.
        let len = unsafe { len.read() };

        match usize::try_from(len) {
            Ok(len) if len > 0 => {
                // SAFETY: `extra` points to `extralen` bytes of the descriptors that the device has
                // sent. They do not change, and live as long as the USB device, which by the type
                // invariant the interface holds.
                unsafe { slice::from_raw_parts(start, len) }
            }
            _ => &[],
        }
    }

    /// The device that the interface belongs to.
    pub(crate) fn device(&self) -> &Device {
        // SAFETY: by the type invariant the interface is valid.
        let udev = unsafe { bindings::interface_to_usbdev(self.as_raw()) };

        // SAFETY: by the type invariant the interface holds a reference to its device, during the
        // borrow at least.
        unsafe { Device::from_raw(udev) }
    }

    fn dev(&self) -> *mut bindings::device {
        project!(mut self.as_raw(), .dev)
    }

    /// The driver's data (`usb_get_intfdata()`).
    pub(in crate::kernel_ext) fn data(&self) -> *mut ffi::c_void {
        // SAFETY: by the type invariant the interface is valid, and so is the device that is
        // embedded in it.
        unsafe { bindings::dev_get_drvdata(self.dev()) }
    }

    /// Sets the driver's data (`usb_set_intfdata()`).
    ///
    /// # Safety
    ///
    /// The interface must be bound to the driver that calls this, or have been so just now. `data`
    /// must be NULL, or of the type that the driver expects, and valid until it is replaced.
    pub(in crate::kernel_ext) unsafe fn set_data(&self, data: *mut ffi::c_void) {
        // SAFETY: by the type invariant the interface is valid, and so is the device that is
        // embedded in it; by the requirement of the function its data is the caller's.
        unsafe { bindings::dev_set_drvdata(self.dev(), data) };
    }

    /// Resumes the device if it is suspended, and keeps it awake until the result is dropped.
    /// Sleeps.
    pub(in crate::kernel_ext) fn autopm_get(&self) -> Result<AutopmGuard> {
        // SAFETY: by the type invariant the interface is valid.
        to_result(unsafe { bindings::usb_autopm_get_interface(self.as_raw()) })?;

        // INVARIANT: the reference was taken just now.
        Ok(AutopmGuard(self.into()))
    }

    /// Sets whether the device must be able to wake the host while it is suspended
    /// (`needs_remote_wakeup`).
    ///
    /// Sleeps: it may have to resume the device.
    pub(crate) fn set_needs_remote_wakeup(&self, on: bool) {
        // The USB core looks at the flag when a reference is put.
        let _autopm = self.autopm_get();

        // SAFETY: by the type invariant the interface is valid. The flag is the driver's; those
        // beside it are written as they were read, and change under the lock of the device.
        unsafe {
            bindings::usb_interface::set_needs_remote_wakeup_raw(self.as_raw(), on.into());
        }
    }

    /// Sends a class request without data to the interface, on the default control pipe.
    ///
    /// `request` is `bRequest`, `value` is `wValue`. Sleeps, five seconds at most. The device must
    /// not be suspended; this does not resume it, and so may be used while it is being resumed.
    pub(crate) fn class_request(&self, request: u8, value: u16) -> Result {
        const HOST_TO_INTERFACE: u32 = bindings::USB_TYPE_CLASS | bindings::USB_RECIP_INTERFACE;

        // SAFETY: by the type invariant of `Device` the device is valid. There is no data, nor a
        // need for memory to hold it.
        to_result(unsafe {
            bindings::usb_control_msg_send(
                self.device().as_raw(),
                0,
                request,
                HOST_TO_INTERFACE as u8,
                value,
                self.number().into(),
                ptr::null(),
                0,
                bindings::USB_CTRL_SET_TIMEOUT as ffi::c_int,
                bindings::GFP_KERNEL,
            )
        })
    }
}

/// An interface whose device is kept awake.
///
/// # Invariants
///
/// A reference of runtime PM to the interface was taken for this.
pub(in crate::kernel_ext) struct AutopmGuard(ARef<Interface>);

impl Drop for AutopmGuard {
    fn drop(&mut self) {
        // SAFETY: the interface is valid, for this holds a reference to it; by the type invariant
        // the reference that is given up was taken for this.
        unsafe { bindings::usb_autopm_put_interface(self.0.as_raw()) };
    }
}

/// The endpoints of `setting`.
///
/// # Safety
///
/// `setting` must be a valid alternate setting during `'a`.
unsafe fn endpoints<'a>(setting: *const bindings::usb_host_interface) -> &'a [HostEndpoint] {
    let count = project!(setting, .desc.bNumEndpoints);
    // SAFETY: by the requirement of the function the setting is valid; the number does not change.
    let count = unsafe { count.read() };
    let first = project!(setting, .endpoint);
    // SAFETY: by the requirement of the function the setting is valid; the pointer does not change.
    let first = unsafe { first.read() };
    if count == 0 {
        return &[];
    }

    // INVARIANT: these are endpoints of an alternate setting.
    // SAFETY: `endpoint` is an array of `bNumEndpoints` elements, which live as long as the
    // setting; `HostEndpoint` is a transparent wrapper, for what others may change meanwhile.
    unsafe { slice::from_raw_parts(first.cast(), count.into()) }
}
