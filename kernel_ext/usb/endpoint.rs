// SPDX-License-Identifier: GPL-2.0-only

//! USB endpoints.

use crate::kernel_ext::bindings;
use kernel::{
    ptr::project,
    types::Opaque, //
};

/// An endpoint: `struct usb_host_endpoint`.
///
/// # Invariants
///
/// A valid endpoint of an alternate setting. Its descriptor does not change; what else it holds is
/// the USB core's.
#[repr(transparent)]
pub(crate) struct HostEndpoint(Opaque<bindings::usb_host_endpoint>);

impl HostEndpoint {
    pub(in crate::kernel_ext) fn descriptor(&self) -> *mut bindings::usb_endpoint_descriptor {
        project!(mut self.0.get(), .desc)
    }

    /// A copy of the descriptor.
    pub(super) fn read_descriptor(&self) -> bindings::usb_endpoint_descriptor {
        // SAFETY: by the type invariant the endpoint is valid, and its descriptor does not change.
        unsafe { self.descriptor().read() }
    }

    /// Whether the endpoint can carry notifications: interrupt IN, of a packet size that is not
    /// zero.
    pub(super) fn is_notification(&self) -> bool {
        let descriptor = self.read_descriptor();

        u32::from(descriptor.bmAttributes) & bindings::USB_ENDPOINT_XFERTYPE_MASK
            == bindings::USB_ENDPOINT_XFER_INT
            && carries(&descriptor, bindings::USB_DIR_IN)
    }

    /// Whether the endpoint can carry bulk transfers in `direction` (`USB_DIR_*`): its packet size
    /// is not zero.
    pub(super) fn is_bulk(&self, direction: u32) -> bool {
        let descriptor = self.read_descriptor();

        u32::from(descriptor.bmAttributes) == bindings::USB_ENDPOINT_XFER_BULK
            && carries(&descriptor, direction)
    }
}

fn carries(descriptor: &bindings::usb_endpoint_descriptor, direction: u32) -> bool {
    u32::from(descriptor.bEndpointAddress) & bindings::USB_ENDPOINT_DIR_MASK == direction
        && max_packet(descriptor) != 0
}

/// The size of the packets of an endpoint, in bytes (`usb_endpoint_maxp()`).
pub(super) fn max_packet(descriptor: &bindings::usb_endpoint_descriptor) -> u16 {
    u16::from_le(descriptor.wMaxPacketSize) & bindings::USB_ENDPOINT_MAXP_MASK as u16
}
