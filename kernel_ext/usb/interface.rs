// SPDX-License-Identifier: GPL-2.0-only

//! USB interfaces, with their device and their endpoints.

use crate::kernel_ext::bindings;
use core::{
    mem::offset_of,
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
    fmt,
    prelude::*,
    sync::aref::{
        ARef,
        AlwaysRefCounted, //
    },
    types::Opaque, //
};

/// `bInterfaceClass` of a vendor specific interface (USB class codes).
pub(crate) const CLASS_VENDOR_SPEC: u8 = 0xff;

/// An endpoint: `struct usb_host_endpoint`.
///
/// # Invariants
///
/// A valid endpoint of an alternate setting; it lives as long as the device's configuration.
#[repr(transparent)]
pub(crate) struct HostEndpoint(Opaque<bindings::usb_host_endpoint>);

impl HostEndpoint {
    pub(in crate::kernel_ext) fn descriptor(&self) -> *mut bindings::usb_endpoint_descriptor {
        // SAFETY: by the type invariant the endpoint is valid.
        unsafe { &raw mut (*self.0.get()).desc }
    }

    fn is_notification(&self) -> bool {
        /// The bits of `wMaxPacketSize` that are the size, in bytes.
        const MAXP: u16 = 0x07ff;

        // SAFETY: by the type invariant the endpoint is valid; its descriptor does not change.
        let descriptor = unsafe { *self.descriptor() };

        u32::from(descriptor.bEndpointAddress) & bindings::USB_ENDPOINT_DIR_MASK
            == bindings::USB_DIR_IN
            && u32::from(descriptor.bmAttributes) & bindings::USB_ENDPOINT_XFERTYPE_MASK
                == bindings::USB_ENDPOINT_XFER_INT
            && u16::from_le(descriptor.wMaxPacketSize) & MAXP != 0
    }
}

/// A USB device: `struct usb_device`.
///
/// # Invariants
///
/// A valid device.
#[repr(transparent)]
pub(crate) struct Device(Opaque<bindings::usb_device>);

impl Device {
    pub(in crate::kernel_ext) fn as_raw(&self) -> *mut bindings::usb_device {
        self.0.get()
    }

    fn descriptor(&self) -> bindings::usb_device_descriptor {
        // SAFETY: by the type invariant the device is valid; its descriptor does not change.
        unsafe { (*self.as_raw()).descriptor }
    }

    /// `idVendor` and `idProduct`.
    pub(crate) fn ids(&self) -> (u16, u16) {
        let descriptor = self.descriptor();

        (
            u16::from_le(descriptor.idVendor),
            u16::from_le(descriptor.idProduct),
        )
    }

    /// Whether the device runs at super speed or faster.
    pub(in crate::kernel_ext) fn is_super_speed(&self) -> bool {
        // SAFETY: by the type invariant the device is valid; its speed does not change.
        let speed = unsafe { (*self.as_raw()).speed };

        speed >= bindings::usb_device_speed_USB_SPEED_SUPER
    }

    /// Tells that the device was used just now (`usb_mark_last_busy()`). Called in any context.
    pub(in crate::kernel_ext) fn mark_busy(&self) {
        #[cfg(CONFIG_PM)]
        {
            // SAFETY: by the type invariant the device is valid.
            let last = unsafe { &raw mut (*self.as_raw()).dev.power.last_busy };
            // SAFETY: there is nothing to observe.
            let now = unsafe { bindings::ktime_get_mono_fast_ns() };

            // SAFETY: the field is valid; readers see a change late.
            unsafe { last.write_volatile(now) };
        }
    }

    /// The device's string descriptor `index`, as far as there are less than `N` characters of it.
    /// Sleeps.
    pub(in crate::kernel_ext) fn string<const N: usize>(&self, index: u8) -> Result<KVec<u8>> {
        let mut text = KVec::from_elem(0_u8, N, GFP_KERNEL)?;

        // SAFETY: the device is valid, and `text` as long as told.
        let len = unsafe {
            bindings::usb_string(self.as_raw(), index.into(), text.as_mut_ptr().cast(), N)
        };
        text.truncate(to_len(len)?);
        Ok(text)
    }

    /// Where the device is, as `usb_make_path()` tells it.
    pub(in crate::kernel_ext) fn path(&self) -> Path<'_> {
        Path(self)
    }

    /// `bcdUSB`: the USB release that the device was made for, in binary-coded decimal.
    pub(crate) fn bcd_usb(&self) -> u16 {
        u16::from_le(self.descriptor().bcdUSB)
    }
}

/// Where a device is: its bus and the ports that lead to it.
pub(in crate::kernel_ext) struct Path<'a>(&'a Device);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: the device is valid.
        let bus = unsafe { (*self.0.as_raw()).bus };
        // SAFETY: the bus is valid as long as the device.
        let bus = unsafe { (*bus).bus_name };
        // SAFETY: the device is valid.
        let ports = unsafe { &raw const (*self.0.as_raw()).devpath };

        for (before, mut text) in [("usb-", bus.cast::<u8>()), ("-", ports.cast())] {
            f.write_str(before)?;
            loop {
                // SAFETY: both are strings, which end with a zero, and do not change.
                let byte = unsafe { text.read() };

                if byte == 0 {
                    break;
                }
                fmt::Write::write_char(f, byte.into())?;
                text = text.wrapping_add(1);
            }
        }
        Ok(())
    }
}

/// A length, or an error where it is negative.
fn to_len(ret: ffi::c_int) -> Result<usize> {
    usize::try_from(ret).map_err(|_| Error::from_errno(ret))
}

/// A USB interface: `struct usb_interface`.
///
/// # Invariants
///
/// A valid, reference counted interface of a device.
#[repr(transparent)]
pub(crate) struct Interface(Opaque<bindings::usb_interface>);

// SAFETY: an interface is reference counted, and may be released from any thread.
unsafe impl Send for Interface {}

// SAFETY: what `&Interface` reads is constant while a driver is bound, or locked by the USB core.
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
        // SAFETY: the embedded device is valid as long as the interface.
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

    fn altsetting(&self) -> &bindings::usb_host_interface {
        // SAFETY: by the type invariant the interface is valid.
        let setting = unsafe { (*self.as_raw()).cur_altsetting };

        // SAFETY: the current setting is never NULL; the settings live, and are constant, as long
        // as the device's configuration, which the interface holds.
        unsafe { &*setting }
    }

    /// `bInterfaceNumber`.
    pub(crate) fn number(&self) -> u8 {
        self.altsetting().desc.bInterfaceNumber
    }

    /// `bInterfaceClass` of the current alternate setting.
    pub(crate) fn class(&self) -> u8 {
        self.altsetting().desc.bInterfaceClass
    }

    /// `bNumEndpoints` of the current alternate setting.
    pub(crate) fn num_endpoints(&self) -> u8 {
        self.altsetting().desc.bNumEndpoints
    }

    /// The first endpoint of the current alternate setting that can bring notifications: interrupt
    /// IN, of a packet size that is not zero.
    pub(crate) fn notification_endpoint(&self) -> Option<&HostEndpoint> {
        let endpoints = match self.num_endpoints() {
            0 => &[],
            count => {
                // CAST: `HostEndpoint` is a transparent wrapper.
                let first = self.altsetting().endpoint.cast::<HostEndpoint>();

                // INVARIANT: these are endpoints of the current alternate setting.
                // SAFETY: `endpoint` is an array of `bNumEndpoints` elements.
                unsafe { slice::from_raw_parts(first, count.into()) }
            }
        };

        endpoints.iter().find(|endpoint| endpoint.is_notification())
    }

    /// The class specific descriptors that follow the interface descriptor, in bytes as the device
    /// sent them.
    pub(crate) fn extra(&self) -> &[u8] {
        let setting = self.altsetting();

        match usize::try_from(setting.extralen) {
            Ok(len) if len > 0 => {
                // SAFETY: `extra` points to `extralen` bytes of the configuration's descriptors.
                unsafe { slice::from_raw_parts(setting.extra, len) }
            }
            _ => &[],
        }
    }

    /// The device that the interface belongs to.
    pub(crate) fn device(&self) -> &Device {
        // SAFETY: by the type invariant the interface is valid.
        let udev = unsafe { bindings::interface_to_usbdev(self.as_raw()) };

        // INVARIANT: the device is the parent of the interface, hence valid as long as it.
        // SAFETY: as above, and `Device` is a transparent wrapper.
        unsafe { &*udev.cast() }
    }

    /// `bNumInterfaces` of the device's active configuration.
    pub(crate) fn num_interfaces(&self) -> u8 {
        // SAFETY: the device is valid.
        let config = unsafe { (*self.device().as_raw()).actconfig };

        // SAFETY: the device has an active configuration: that which has this interface.
        unsafe { (*config).desc.bNumInterfaces }
    }

    /// The interface of the same device and configuration that has `number`.
    pub(crate) fn sibling(&self, number: u8) -> Option<&Interface> {
        // SAFETY: the device is valid.
        let intf = unsafe { bindings::usb_ifnum_to_if(self.device().as_raw(), number.into()) };

        // SAFETY: a pointer that is not NULL is an interface of the same configuration as `self`,
        // hence valid as long as it.
        NonNull::new(intf).map(|intf| unsafe { Self::from_raw(intf.as_ptr()) })
    }

    fn dev(&self) -> *mut bindings::device {
        // SAFETY: by the type invariant the interface is valid.
        unsafe { &raw mut (*self.as_raw()).dev }
    }

    /// The driver's data (`usb_get_intfdata()`).
    pub(in crate::kernel_ext) fn data(&self) -> *mut ffi::c_void {
        // SAFETY: the embedded device is valid as long as the interface.
        unsafe { bindings::dev_get_drvdata(self.dev()) }
    }

    /// Sets the driver's data (`usb_set_intfdata()`).
    pub(in crate::kernel_ext) fn set_data(&self, data: *mut ffi::c_void) {
        // SAFETY: the embedded device is valid as long as the interface.
        unsafe { bindings::dev_set_drvdata(self.dev(), data) };
    }

    /// The USB driver that the interface is bound to.
    ///
    /// # Safety
    ///
    /// The interface must be bound to a driver, or being probed by one.
    pub(super) unsafe fn driver(&self) -> *mut bindings::usb_driver {
        // SAFETY: by the type invariant the interface is valid.
        let driver = unsafe { (*self.as_raw()).dev.driver };

        // CAST: drivers of USB interfaces are embedded in a `usb_driver`.
        driver
            .wrapping_byte_sub(offset_of!(bindings::usb_driver, driver))
            .cast()
    }

    /// Resumes the device if it is suspended, and keeps it awake until the result is dropped.
    /// Sleeps.
    pub(in crate::kernel_ext) fn keep_awake(&self) -> Result<Awake> {
        // SAFETY: by the type invariant the interface is valid.
        to_result(unsafe { bindings::usb_autopm_get_interface(self.as_raw()) })?;

        Ok(Awake(self.into()))
    }

    /// Tells whether the device must be able to wake the host while it is suspended.
    ///
    /// Sleeps: it may have to resume the device.
    pub(crate) fn set_needs_remote_wakeup(&self, on: bool) {
        // The USB core looks at the flag when a reference is put.
        //
        // SAFETY: by the type invariant the interface is valid.
        let awake = unsafe { bindings::usb_autopm_get_interface(self.as_raw()) } == 0;

        // SAFETY: as above.
        unsafe {
            bindings::usb_interface::set_needs_remote_wakeup_raw(self.as_raw(), on.into());
        }

        if awake {
            // SAFETY: as above, and the reference was taken here.
            unsafe { bindings::usb_autopm_put_interface(self.as_raw()) };
        }
    }

    /// Sends a class request without data to the interface, on the default control pipe.
    ///
    /// `request` is `bRequest`, `value` is `wValue`. Sleeps, five seconds at most. The device must
    /// not be suspended; this does not resume it, and so may be used while it is being resumed.
    pub(crate) fn class_request(&self, request: u8, value: u16) -> Result {
        const HOST_TO_INTERFACE: u32 = bindings::USB_TYPE_CLASS | bindings::USB_RECIP_INTERFACE;

        // SAFETY: the device is valid, and there is no data, nor a need for memory to hold it.
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
pub(in crate::kernel_ext) struct Awake(ARef<Interface>);

impl Drop for Awake {
    fn drop(&mut self) {
        // SAFETY: the interface is valid, and the reference was taken when this was made.
        unsafe { bindings::usb_autopm_put_interface(self.0.as_raw()) };
    }
}
