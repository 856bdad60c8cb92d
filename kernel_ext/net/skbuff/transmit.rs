// SPDX-License-Identifier: GPL-2.0-only

//! What the network stack leaves to the driver that sends a packet: checksum, segmentation,
//! timestamp.

use super::{
    shared_info,
    OwnedSkb, //
};
use crate::kernel_ext::bindings;
use core::{
    num::NonZero,
    ptr, //
};
use kernel::ptr::project;

/// The checksum of TCP or UDP is still to be computed (`CHECKSUM_PARTIAL`): it is that of all bytes
/// from `start` on, of which its own hold the sum of the pseudo header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Partial {
    /// Offset of the transport header, in bytes from the beginning of the packet (`csum_start`
    /// counts from the head of the buffer).
    pub(crate) start: usize,
    /// Offset of the checksum, in bytes from `start` (`csum_offset`).
    pub(crate) offset: usize,
}

/// The packet is still to be segmented, as one of TCP or UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gso {
    /// The most bytes of payload that a segment may have.
    pub(crate) size: NonZero<usize>,
    /// All segments have the same identification of IPv4 (`SKB_GSO_TCP_FIXEDID`).
    pub(crate) fixed_id: bool,
}

impl OwnedSkb {
    /// The checksum that is still to be computed.
    pub(crate) fn partial_checksum(&self) -> Option<Partial> {
        // SAFETY: `struct_group()` declares `headers` and the anonymous struct over the same
        // memory: it is initialised.
        let headers = unsafe { self.raw().__bindgen_anon_4.__bindgen_anon_1.as_ref() };
        if u32::from(headers.ip_summed()) != bindings::CHECKSUM_PARTIAL {
            return None;
        }

        // SAFETY: both members of the union are initialised numbers, whichever was written last.
        let place = unsafe { headers.__bindgen_anon_1.__bindgen_anon_1 };
        let headroom = (self.raw().data as usize).wrapping_sub(self.raw().head as usize);
        Some(Partial {
            start: usize::from(place.csum_start).checked_sub(headroom)?,
            offset: place.csum_offset.into(),
        })
    }

    /// Reports the time of transmission, if it was requested (`skb_tx_timestamp()`).
    pub(in crate::kernel_ext) fn tx_timestamp(&self) {
        // CAST: the flags are eight bits.
        const WANTED: u8 =
            (bindings::SKBTX_SW_TSTAMP | bindings::RUST_CONST_HELPER_SKBTX_BPF) as u8;

        let flags = project!(shared_info(self.raw()), .tx_flags);
        // SAFETY: by the type invariant the buffer is valid, and so is what its users share. One of
        // them may change the flags at any time.
        let flags = unsafe { flags.read_volatile() };
        if flags & WANTED != 0 {
            // SAFETY: by the type invariant the buffer is valid. The function clones it for the
            // requester; NULL means that there is no hardware timestamp.
            unsafe { bindings::skb_tstamp_tx(self.as_ptr(), ptr::null_mut()) };
        }
    }

    /// Frees the buffer after its packet was sent (`consume_skb()`): no drop is reported.
    pub(in crate::kernel_ext) fn consume(self) {
        // SAFETY: by the type invariant the buffer is valid and belongs to `self`, which is given
        // away.
        unsafe {
            bindings::sk_skb_reason_drop(
                ptr::null_mut(),
                self.into_raw(),
                bindings::skb_drop_reason_SKB_CONSUMED,
            )
        };
    }

    /// How the packet is still to be segmented.
    pub(crate) fn gso(&self) -> Option<Gso> {
        // CAST: a bit is a bit, whatever integer holds the C enum.
        const FIXED_ID: u32 = bindings::SKB_GSO_TCP_FIXEDID as u32;

        let info = shared_info(self.raw());
        let size = project!(info, .gso_size);
        // SAFETY: by the type invariant the buffer is valid, and so is what its users share. Nobody
        // changes this of a packet that others have, too.
        let size = unsafe { size.read_volatile() };
        let kind = project!(info, .gso_type);
        // SAFETY: by the type invariant the buffer is valid, and so is what its users share. Nobody
        // changes this of a packet that others have, too.
        let kind = unsafe { kind.read_volatile() };

        Some(Gso {
            size: NonZero::new(size.into())?,
            fixed_id: kind & FIXED_ID != 0,
        })
    }
}
