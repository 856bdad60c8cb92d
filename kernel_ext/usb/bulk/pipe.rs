// SPDX-License-Identifier: GPL-2.0-only

//! Bulk endpoints.

use crate::kernel_ext::{
    bindings,
    usb::Interface, //
};
use core::slice;
use kernel::{
    error::to_result,
    ffi,
    prelude::*,
    sync::aref::ARef, //
};

/// A bulk endpoint, with its direction.
#[derive(Clone)]
pub(in crate::kernel_ext) struct Pipe {
    interface: ARef<Interface>,
    raw: u32,
    max_packet: u16,
}

/// The two bulk endpoints of an interface.
pub(in crate::kernel_ext) struct BulkPipes {
    /// From the device.
    pub(in crate::kernel_ext) receive: Pipe,
    /// To the device.
    pub(in crate::kernel_ext) transmit: Pipe,
}

impl Pipe {
    /// The pipe to the endpoint of `descriptor` (`usb_rcvbulkpipe()`, `usb_sndbulkpipe()`).
    fn new(interface: &Interface, descriptor: &bindings::usb_endpoint_descriptor) -> Self {
        /// Where `usb_pipetype()`, `usb_pipeendpoint()` and `usb_pipedevice()` find their numbers.
        const TYPE_SHIFT: u32 = 30;
        const ENDPOINT_SHIFT: u32 = 15;
        const DEVICE_SHIFT: u32 = 8;
        /// The bits of `wMaxPacketSize` that are the size (`USB_ENDPOINT_MAXP_MASK`).
        const MAXP: u16 = bindings::USB_ENDPOINT_MAXP_MASK as u16;

        // SAFETY: the device is valid as long as its interface; its number does not change.
        let device = unsafe { (*interface.device().as_raw()).devnum } as u32;
        let address = u32::from(descriptor.bEndpointAddress);

        Self {
            interface: interface.into(),
            raw: (bindings::PIPE_BULK << TYPE_SHIFT)
                | ((address & bindings::USB_ENDPOINT_NUMBER_MASK) << ENDPOINT_SHIFT)
                | (device << DEVICE_SHIFT)
                | (address & bindings::USB_ENDPOINT_DIR_MASK),
            max_packet: u16::from_le(descriptor.wMaxPacketSize) & MAXP,
        }
    }

    /// As URBs have it.
    pub(super) fn raw(&self) -> u32 {
        self.raw
    }

    /// The device.
    pub(super) fn device(&self) -> *mut bindings::usb_device {
        self.interface.device().as_raw()
    }

    /// The largest packet of the endpoint, in bytes; not 0.
    pub(in crate::kernel_ext) fn max_packet(&self) -> u16 {
        self.max_packet
    }

    /// Ends a halt of the endpoint. Nothing may be in flight. Sleeps, five seconds at most.
    pub(in crate::kernel_ext) fn clear_halt(&self) -> Result {
        // SAFETY: the device is valid as long as its interface.
        to_result(unsafe { bindings::usb_clear_halt(self.device(), self.raw as ffi::c_int) })
    }
}

impl BulkPipes {
    /// Finds the first alternate setting of `interface` with bulk endpoints in both directions, and
    /// selects it. `EINVAL` if there is none. Sleeps.
    pub(in crate::kernel_ext) fn find(interface: &Interface) -> Result<Self> {
        // SAFETY: the interface is valid.
        let first = unsafe { (*interface.as_raw()).altsetting };
        // SAFETY: as the line above: the interface is valid.
        let count = unsafe { (*interface.as_raw()).num_altsetting };
        // SAFETY: `altsetting` is an array of as many elements, which live, and are constant, as
        // long as the device's configuration, which the interface holds.
        let settings = unsafe { slice::from_raw_parts(first, count as usize) };

        for setting in settings {
            if let Some((receive, transmit)) = bulk_endpoints(setting) {
                // SAFETY: the device is valid as long as its interface.
                to_result(unsafe {
                    bindings::usb_set_interface(
                        interface.device().as_raw(),
                        setting.desc.bInterfaceNumber.into(),
                        setting.desc.bAlternateSetting.into(),
                    )
                })?;
                return Ok(Self {
                    receive: Pipe::new(interface, receive),
                    transmit: Pipe::new(interface, transmit),
                });
            }
        }
        Err(EINVAL)
    }
}

type Descriptor = bindings::usb_endpoint_descriptor;

/// The first bulk endpoint of `setting` in each direction that can carry data.
fn bulk_endpoints(setting: &bindings::usb_host_interface) -> Option<(&Descriptor, &Descriptor)> {
    let endpoints = match setting.desc.bNumEndpoints {
        0 => return None,
        // SAFETY: `endpoint` is an array of `bNumEndpoints` elements, which live as long as the
        // setting.
        count => unsafe { slice::from_raw_parts(setting.endpoint, count.into()) },
    };
    let find = |direction| {
        endpoints
            .iter()
            .map(|endpoint| &endpoint.desc)
            .find(|desc| {
                u32::from(desc.bmAttributes) == bindings::USB_ENDPOINT_XFER_BULK
                    && u32::from(desc.bEndpointAddress) & bindings::USB_ENDPOINT_DIR_MASK
                        == direction
                    && u16::from_le(desc.wMaxPacketSize) & bindings::USB_ENDPOINT_MAXP_MASK as u16
                        != 0
            })
    };

    Some((find(bindings::USB_DIR_IN)?, find(bindings::USB_DIR_OUT)?))
}
