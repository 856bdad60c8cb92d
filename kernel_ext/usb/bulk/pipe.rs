// SPDX-License-Identifier: GPL-2.0-only

//! Bulk endpoints.

use crate::kernel_ext::{
    bindings,
    usb::{
        endpoint::max_packet,
        HostEndpoint,
        Interface, //
    }, //
};
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
    /// The pipe to the bulk `endpoint` (`usb_rcvbulkpipe()`, `usb_sndbulkpipe()`).
    fn new(interface: &Interface, endpoint: &HostEndpoint) -> Self {
        const TYPE_SHIFT: u32 = bindings::RUST_CONST_HELPER_PIPE_TYPE_SHIFT;
        const ENDPOINT_SHIFT: u32 = bindings::RUST_CONST_HELPER_PIPE_ENDPOINT_SHIFT;
        const DEVICE_SHIFT: u32 = bindings::RUST_CONST_HELPER_PIPE_DEVICE_SHIFT;

        let descriptor = endpoint.read_descriptor();
        let address = u32::from(descriptor.bEndpointAddress);

        Self {
            interface: interface.into(),
            raw: (bindings::PIPE_BULK << TYPE_SHIFT)
                | ((address & bindings::USB_ENDPOINT_NUMBER_MASK) << ENDPOINT_SHIFT)
                | (interface.device().number() << DEVICE_SHIFT)
                | (address & bindings::USB_ENDPOINT_DIR_MASK),
            max_packet: max_packet(&descriptor),
        }
    }

    /// The pipe, as in `struct urb`.
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
        // SAFETY: the device is valid, for its interface, which `self` holds, has a reference to
        // it.
        to_result(unsafe { bindings::usb_clear_halt(self.device(), self.raw as ffi::c_int) })
    }
}

impl BulkPipes {
    /// Finds the first alternate setting of `interface` with bulk endpoints in both directions, and
    /// selects it. `EINVAL` if there is none. Sleeps.
    pub(in crate::kernel_ext) fn find(interface: &Interface) -> Result<Self> {
        for (setting, endpoints) in interface.settings() {
            let find = |direction| {
                endpoints
                    .iter()
                    .find(|endpoint| endpoint.is_bulk(direction))
            };

            if let (Some(receive), Some(transmit)) =
                (find(bindings::USB_DIR_IN), find(bindings::USB_DIR_OUT))
            {
                // SAFETY: the device is valid, for its interface holds a reference to it.
                to_result(unsafe {
                    bindings::usb_set_interface(
                        interface.device().as_raw(),
                        setting.bInterfaceNumber.into(),
                        setting.bAlternateSetting.into(),
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
