// SPDX-License-Identifier: GPL-2.0-only

//! Socket buffers.
//!
//! C header: [`include/linux/skbuff.h`](srctree/include/linux/skbuff.h)

mod owned;
mod receive;
mod transmit;

pub(crate) use owned::OwnedSkb;
pub(in crate::kernel_ext) use receive::{
    buffer_len,
    NewSkb,
    HEADROOM, //
};
pub(crate) use transmit::Partial;

use crate::kernel_ext::bindings;
use core::slice;
use kernel::{
    prelude::*,
    types::Opaque, //
};

/// The state of the checksum of a received packet (`ip_summed`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checksum {
    /// `CHECKSUM_NONE`: the network stack computes it.
    None,
    /// `CHECKSUM_UNNECESSARY`: that of TCP or UDP is valid.
    Unnecessary,
}

/// A borrowed socket buffer: `struct sk_buff`.
///
/// # Invariants
///
/// A valid buffer that nobody else uses, and whose data no clone shares, as long as the borrow
/// lasts. Its data begins where its packet does.
#[repr(transparent)]
pub(crate) struct SkBuff(Opaque<bindings::sk_buff>);

impl SkBuff {
    /// # Safety
    ///
    /// `ptr` must be a valid buffer that nobody else uses during `'a`, and no clone.
    pub(in crate::kernel_ext) unsafe fn from_raw<'a>(ptr: *mut bindings::sk_buff) -> &'a mut Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: `ptr` is valid and not shared during `'a`; `Self` is a transparent wrapper.
        unsafe { &mut *ptr.cast() }
    }

    /// The C structure.
    pub(in crate::kernel_ext) fn as_raw(&self) -> *mut bindings::sk_buff {
        self.0.get()
    }

    fn raw(&self) -> &bindings::sk_buff {
        // SAFETY: by the type invariant the buffer is valid and nobody else uses it, and only
        // `&mut self` changes it.
        unsafe { &*self.0.get() }
    }

    fn raw_mut(&mut self) -> &mut bindings::sk_buff {
        // SAFETY: by the type invariant the buffer is valid and nobody else uses it; `self` is
        // borrowed mutably.
        unsafe { &mut *self.0.get() }
    }

    /// Bytes in the linear part (`skb_headlen()`).
    fn headlen(&self) -> usize {
        self.raw().len.saturating_sub(self.raw().data_len) as usize
    }

    /// The packet, as far as it lies in the linear part.
    pub(crate) fn data(&self) -> &[u8] {
        // SAFETY: a valid buffer has `headlen` initialised bytes at `data`. By the type invariant
        // nobody else changes them, and `self` borrows them.
        unsafe { slice::from_raw_parts(self.raw().data, self.headlen()) }
    }

    /// The linear part of the packet, mutably.
    pub(crate) fn data_mut(&mut self) -> &mut [u8] {
        // SAFETY: a valid buffer has `headlen` initialised bytes at `data`. By the type invariant
        // no clone shares them, and `self` borrows them mutably.
        unsafe { slice::from_raw_parts_mut(self.raw().data, self.headlen()) }
    }

    /// Bytes before the packet (`skb_headroom()`).
    fn headroom(&self) -> usize {
        (self.raw().data as usize).wrapping_sub(self.raw().head as usize)
    }

    /// Puts `header` before the packet (`skb_push()`). `ENOMEM` if the headroom does not suffice.
    pub(crate) fn push(&mut self, header: &[u8]) -> Result {
        let headroom = self.headroom();
        let raw = self.raw_mut();
        let len = u32::try_from(header.len())?;

        if header.len() > headroom {
            return Err(ENOMEM);
        }
        raw.len = raw.len.checked_add(len).ok_or(EOVERFLOW)?;
        // There are `headroom` bytes between the head of the buffer and its data.
        raw.data = raw.data.wrapping_sub(header.len());

        if let Some((start, _)) = self.data_mut().split_at_mut_checked(header.len()) {
            start.copy_from_slice(header);
        }
        Ok(())
    }

    /// Sets the MAC header to the beginning of the packet (`skb_reset_mac_header()`).
    pub(crate) fn reset_mac_header(&mut self) {
        let offset = self.headroom();

        // SAFETY: `struct_group()` declares `headers` and the anonymous struct over the same
        // memory: it is initialised.
        let headers = unsafe { self.raw_mut().__bindgen_anon_4.__bindgen_anon_1.as_mut() };
        // CAST: as in C; a buffer's head is never that large.
        headers.mac_header = offset as u16;
    }

    /// Sets the protocol of the packet to `ether_type`, in host order.
    pub(crate) fn set_protocol(&mut self, ether_type: u16) {
        // SAFETY: `struct_group()` declares `headers` and the anonymous struct over the same
        // memory: it is initialised.
        let headers = unsafe { self.raw_mut().__bindgen_anon_4.__bindgen_anon_1.as_mut() };

        headers.protocol = ether_type.to_be();
    }

    /// Sets the state of the packet's checksum (`ip_summed`).
    pub(in crate::kernel_ext) fn set_checksum(&mut self, checksum: Checksum) {
        // SAFETY: `struct_group()` declares `headers` and the anonymous struct over the same
        // memory: it is initialised.
        let headers = unsafe { self.raw_mut().__bindgen_anon_4.__bindgen_anon_1.as_mut() };

        headers.set_ip_summed(match checksum {
            Checksum::None => bindings::CHECKSUM_NONE,
            Checksum::Unnecessary => bindings::CHECKSUM_UNNECESSARY,
        } as u8);
    }

    /// Length of the packet, in bytes.
    pub(in crate::kernel_ext) fn len(&self) -> usize {
        self.raw().len as usize
    }
}

/// The end of the data of `skb`, where the shared info begins (`skb_end_pointer()`).
fn end_pointer(skb: &bindings::sk_buff) -> *mut u8 {
    #[cfg(target_pointer_width = "64")]
    return skb.head.wrapping_add(skb.end as usize);
    #[cfg(not(target_pointer_width = "64"))]
    return skb.end;
}

/// The shared info of `skb`, behind the end of its data (`skb_shinfo()`).
fn shared_info(skb: &bindings::sk_buff) -> *mut bindings::skb_shared_info {
    end_pointer(skb).cast()
}
