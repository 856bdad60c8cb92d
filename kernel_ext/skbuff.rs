// SPDX-License-Identifier: GPL-2.0-only

//! Socket buffers.
//!
//! C header: [`include/linux/skbuff.h`](srctree/include/linux/skbuff.h)

use super::bindings;
use core::slice;
use kernel::{
    prelude::*,
    types::Opaque, //
};

/// A socket buffer that somebody else owns: `struct sk_buff`, lent.
///
/// # Invariants
///
/// A valid buffer that nobody else uses, and whose head is not shared with a clone, as long as the
/// borrow lasts. Its headers are not set; its data begins where its packet does.
#[repr(transparent)]
pub(crate) struct SkBuff(Opaque<bindings::sk_buff>);

impl SkBuff {
    /// # Safety
    ///
    /// `ptr` must be a valid buffer that nobody else uses during `'a`, and no clone.
    pub(super) unsafe fn from_raw<'a>(ptr: *mut bindings::sk_buff) -> &'a mut Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: `ptr` is valid and not shared during `'a`; `Self` is a transparent wrapper.
        unsafe { &mut *ptr.cast() }
    }

    fn raw(&self) -> &bindings::sk_buff {
        // SAFETY: by the type invariant the buffer is valid, and only `&mut self` changes it.
        unsafe { &*self.0.get() }
    }

    fn raw_mut(&mut self) -> &mut bindings::sk_buff {
        // SAFETY: by the type invariant the buffer is valid, and nobody else uses it.
        unsafe { &mut *self.0.get() }
    }

    /// Bytes in the linear part.
    fn headlen(&self) -> usize {
        self.raw().len.saturating_sub(self.raw().data_len) as usize
    }

    /// The packet, as far as it lies in the linear part.
    pub(crate) fn data(&self) -> &[u8] {
        // SAFETY: `headlen` initialised bytes lie at `data`, and `self` borrows them.
        unsafe { slice::from_raw_parts(self.raw().data, self.headlen()) }
    }

    /// As [`Self::data`], to write.
    pub(crate) fn data_mut(&mut self) -> &mut [u8] {
        // SAFETY: `headlen` initialised bytes lie at `data`; `self` borrows them, and by the type
        // invariant no clone shares them.
        unsafe { slice::from_raw_parts_mut(self.raw().data, self.headlen()) }
    }

    /// Puts `header` before the packet. `ENOMEM` if there is no room for it.
    pub(crate) fn push(&mut self, header: &[u8]) -> Result {
        let raw = self.raw_mut();
        let headroom = (raw.data as usize).wrapping_sub(raw.head as usize);
        let len = u32::try_from(header.len())?;

        if header.len() > headroom {
            return Err(ENOMEM);
        }
        raw.len = raw.len.checked_add(len).ok_or(EOVERFLOW)?;
        // There are `headroom` bytes between the head of the buffer and its data.
        raw.data = raw.data.wrapping_sub(header.len());

        if let Some((room, _)) = self.data_mut().split_at_mut_checked(header.len()) {
            room.copy_from_slice(header);
        }
        Ok(())
    }

    /// Tells that the link layer's header begins, or would begin, with the packet.
    pub(crate) fn reset_mac_header(&mut self) {
        let raw = self.raw_mut();
        let offset = (raw.data as usize).wrapping_sub(raw.head as usize);

        // SAFETY: `headers` and its anonymous twin are one and the same memory.
        let headers = unsafe { raw.__bindgen_anon_4.__bindgen_anon_1.as_mut() };
        // CAST: as in C; a buffer's head is never that large.
        headers.mac_header = offset as u16;
    }

    /// Sets the protocol of the packet to `ether_type`, in host order.
    pub(crate) fn set_protocol(&mut self, ether_type: u16) {
        // SAFETY: `headers` and its anonymous twin are one and the same memory.
        let headers = unsafe { self.raw_mut().__bindgen_anon_4.__bindgen_anon_1.as_mut() };

        headers.protocol = ether_type.to_be();
    }
}
