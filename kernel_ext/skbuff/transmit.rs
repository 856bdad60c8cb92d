// SPDX-License-Identifier: GPL-2.0-only

//! What the network stack leaves to who sends a packet.

use super::{
    shared_info,
    OwnedSkb, //
};
use crate::kernel_ext::bindings;
use core::num::NonZero;

/// The checksum of TCP or UDP is still to be computed (`CHECKSUM_PARTIAL`): it is that of all bytes
/// from `start` on, of which its own hold the sum of the pseudo header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Partial {
    /// Where the transport header begins, in bytes from the packet's beginning.
    pub(crate) start: usize,
    /// Where the checksum stands, in bytes from `start`.
    pub(crate) offset: usize,
}

/// The packet is still to be cut into segments of TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segmentation {
    /// The most bytes of payload that a segment may have.
    pub(crate) size: NonZero<usize>,
}

impl OwnedSkb {
    fn raw(&self) -> &bindings::sk_buff {
        // SAFETY: by the type invariant the buffer is valid; what sending changes of it is
        // changed by `&mut self`.
        unsafe { &*self.as_ptr() }
    }

    /// The checksum that is still to be computed.
    pub(crate) fn partial_checksum(&self) -> Option<Partial> {
        // SAFETY: `headers` and its anonymous twin are one and the same memory.
        let headers = unsafe { self.raw().__bindgen_anon_4.__bindgen_anon_1.as_ref() };
        if u32::from(headers.ip_summed()) != bindings::CHECKSUM_PARTIAL {
            return None;
        }

        // SAFETY: all bits of these fields are valid, whatever was written last.
        let place = unsafe { headers.__bindgen_anon_1.__bindgen_anon_1 };
        let headroom = (self.raw().data as usize).wrapping_sub(self.raw().head as usize);
        Some(Partial {
            start: usize::from(place.csum_start).checked_sub(headroom)?,
            offset: place.csum_offset.into(),
        })
    }

    /// Tells that no checksum is to be computed any more.
    pub(crate) fn set_checksum_done(&mut self) {
        // SAFETY: by the type invariant nobody else uses the buffer.
        let headers = unsafe { &mut (*self.as_ptr()).__bindgen_anon_4.__bindgen_anon_1 };

        // SAFETY: `headers` and its anonymous twin are one and the same memory.
        unsafe { headers.as_mut() }.set_ip_summed(bindings::CHECKSUM_NONE as u8);
    }

    /// How the packet is still to be cut.
    pub(crate) fn segmentation(&self) -> Option<Segmentation> {
        // SAFETY: it is valid as long as the buffer.
        let size = unsafe { (*shared_info(self.raw())).gso_size };
        Some(Segmentation {
            size: NonZero::new(size.into())?,
        })
    }
}
