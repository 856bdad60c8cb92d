// SPDX-License-Identifier: GPL-2.0-only

//! USB devices.

use crate::kernel_ext::bindings;
use kernel::{
    ffi,
    fmt,
    prelude::*,
    ptr::project,
    types::Opaque, //
};

/// A USB device: `struct usb_device`.
///
/// # Invariants
///
/// A valid device, to which an interface of it holds a reference.
#[repr(transparent)]
pub(crate) struct Device(Opaque<bindings::usb_device>);

impl Device {
    /// # Safety
    ///
    /// `ptr` must be a valid device during `'a`.
    pub(super) unsafe fn from_raw<'a>(ptr: *mut bindings::usb_device) -> &'a Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: `ptr` is valid during `'a`, and `Self` is a transparent wrapper.
        unsafe { &*ptr.cast() }
    }

    pub(in crate::kernel_ext) fn as_raw(&self) -> *mut bindings::usb_device {
        self.0.get()
    }

    fn descriptor(&self) -> bindings::usb_device_descriptor {
        let descriptor = project!(self.as_raw(), .descriptor);

        // SAFETY: by the type invariant the device is valid. Its descriptor does not change: after
        // a reset it is compared with, and the device taken for a new one if it is another.
        unsafe { descriptor.read() }
    }

    /// `idVendor` and `idProduct`.
    pub(crate) fn ids(&self) -> (u16, u16) {
        let descriptor = self.descriptor();

        (
            u16::from_le(descriptor.idVendor),
            u16::from_le(descriptor.idProduct),
        )
    }

    /// The number of the device on its bus, which is part of a pipe.
    pub(super) fn number(&self) -> u32 {
        let number = project!(self.as_raw(), .devnum);

        // SAFETY: by the type invariant the device is valid; a disconnect changes the number.
        unsafe { number.read_volatile() as u32 }
    }

    /// Whether the device runs at super speed or faster.
    pub(in crate::kernel_ext) fn is_super_speed(&self) -> bool {
        let speed = project!(self.as_raw(), .speed);

        // SAFETY: by the type invariant the device is valid. A reset finds the same speed again.
        let speed = unsafe { speed.read_volatile() };
        speed >= bindings::usb_device_speed_USB_SPEED_SUPER
    }

    /// Marks the device busy (`usb_mark_last_busy()`). Called in any context.
    pub(in crate::kernel_ext) fn mark_last_busy(&self) {
        #[cfg(CONFIG_PM)]
        {
            let last = project!(mut self.as_raw(), .dev.power.last_busy);
            // SAFETY: this clock may be read in any context.
            let now = unsafe { bindings::ktime_get_mono_fast_ns() };

            // SAFETY: by the type invariant the device is valid; readers see a change late.
            unsafe { last.write_volatile(now) };
        }
    }

    /// The device's string descriptor `index`, as far as there are less than `N` characters of it.
    /// Sleeps.
    pub(in crate::kernel_ext) fn string<const N: usize>(&self, index: u8) -> Result<KVec<u8>> {
        let mut text = KVec::from_elem(0_u8, N, GFP_KERNEL)?;

        // SAFETY: by the type invariant the device is valid; `text` has the length that is passed.
        let len = unsafe {
            bindings::usb_string(self.as_raw(), index.into(), text.as_mut_ptr().cast(), N)
        };
        text.truncate(to_len(len)?);
        Ok(text)
    }

    /// The path of the device, as by `usb_make_path()`.
    pub(in crate::kernel_ext) fn path(&self) -> Path<'_> {
        Path(self)
    }

    /// `bcdUSB`: the USB release that the device conforms to, in binary-coded decimal.
    pub(crate) fn bcd_usb(&self) -> u16 {
        u16::from_le(self.descriptor().bcdUSB)
    }
}

/// Where a device is: its bus and the ports that lead to it.
pub(in crate::kernel_ext) struct Path<'a>(&'a Device);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bus = project!(self.0.as_raw(), .bus);
        // SAFETY: by the type invariant the device is valid; the pointer does not change.
        let bus = unsafe { bus.read() };
        let name = project!(bus, .bus_name);
        // SAFETY: a device holds a reference to its bus; the pointer does not change.
        let name = unsafe { name.read() };
        let ports = project!(self.0.as_raw(), .devpath);

        for (before, mut text) in [("usb-", name.cast::<u8>()), ("-", ports.cast())] {
            f.write_str(before)?;
            loop {
                // SAFETY: the bus and the device, which are valid, each have a string here that
                // does not change. It ends with a zero, behind which nothing is read.
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
