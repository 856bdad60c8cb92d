// SPDX-License-Identifier: GPL-2.0-only

//! Socket buffers that belong to their holder.

use super::SkBuff;
use crate::kernel_ext::{
    bindings,
    net::checksum, //
};
use core::{
    mem::{
        ManuallyDrop,
        MaybeUninit, //
    },
    ptr::{
        self,
        NonNull, //
    },
    slice, //
};
use kernel::{
    error::to_result,
    prelude::*, //
};

/// A socket buffer that belongs to its holder.
///
/// # Invariants
///
/// A valid buffer that nobody else uses. A clone may share its data.
pub(crate) struct OwnedSkb(NonNull<bindings::sk_buff>);

// SAFETY: a buffer may be used and freed from any thread, and by the type invariant nobody else
// uses this one.
unsafe impl Send for OwnedSkb {}

impl OwnedSkb {
    /// # Safety
    ///
    /// `ptr` must be a valid buffer that nobody else uses, which the caller gives away.
    pub(in crate::kernel_ext) unsafe fn from_raw(ptr: *mut bindings::sk_buff) -> Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: a valid pointer is not NULL.
        Self(unsafe { NonNull::new_unchecked(ptr) })
    }

    pub(in crate::kernel_ext) fn into_raw(self) -> *mut bindings::sk_buff {
        ManuallyDrop::new(self).0.as_ptr()
    }

    pub(in crate::kernel_ext) fn as_ptr(&self) -> *mut bindings::sk_buff {
        self.0.as_ptr()
    }

    pub(super) fn raw(&self) -> &bindings::sk_buff {
        // SAFETY: by the type invariant the buffer is valid and nobody else uses it. What changes
        // it here has `&mut self`, or calls C while no such reference is used.
        unsafe { self.0.as_ref() }
    }

    /// The buffer, to be changed.
    ///
    /// # Safety
    ///
    /// No clone may share the data.
    pub(super) unsafe fn as_skb(&mut self) -> &mut SkBuff {
        // SAFETY: by the type invariant nobody else uses the buffer, and by the requirement of the
        // function nobody its data.
        unsafe { SkBuff::from_raw(self.0.as_ptr()) }
    }

    /// Length of the packet, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.raw().len as usize
    }

    /// Offset of the network header from the beginning of the packet, which is the length of the
    /// link layer's header. [`None`] if it was not set.
    pub(crate) fn network_offset(&self) -> Option<usize> {
        // SAFETY: `struct_group()` declares `headers` and the anonymous struct over the same
        // memory: it is initialised.
        let headers = unsafe { self.raw().__bindgen_anon_4.__bindgen_anon_1.as_ref() };
        let headroom = (self.raw().data as usize).wrapping_sub(self.raw().head as usize);

        usize::from(headers.network_header).checked_sub(headroom)
    }

    /// The EtherType of the packet, in host order.
    pub(crate) fn protocol(&self) -> u16 {
        // SAFETY: `struct_group()` declares `headers` and the anonymous struct over the same
        // memory: it is initialised.
        let headers = unsafe { self.raw().__bindgen_anon_4.__bindgen_anon_1.as_ref() };

        u16::from_be(headers.protocol)
    }

    /// Copies the bytes of the packet from `offset` on to all of `to`. `EFAULT` if the packet has
    /// not as many.
    pub(in crate::kernel_ext) fn copy_to(
        &self,
        offset: usize,
        to: &mut [MaybeUninit<u8>],
    ) -> Result {
        // SAFETY: by the type invariant the buffer is valid; `to` has the length that is passed,
        // and the function fails if the buffer has not as many bytes.
        to_result(unsafe {
            bindings::skb_copy_bits(
                self.0.as_ptr(),
                offset.try_into()?,
                to.as_mut_ptr().cast(),
                to.len().try_into()?,
            )
        })
    }

    /// As [`Self::copy_to`], and returns the ones' complement sum of the bytes, as 16-bit words in
    /// the order in which they lie in memory.
    pub(in crate::kernel_ext) fn copy_and_sum_to(
        &self,
        offset: usize,
        to: &mut [MaybeUninit<u8>],
    ) -> Result<u16> {
        // The C function cannot fail, and would be a bug there.
        if to.len() > self.len().saturating_sub(offset) {
            return Err(EFAULT);
        }

        // SAFETY: by the type invariant the buffer is valid. It has as many bytes as are copied, as
        // was checked above, and `to` has the length that is passed.
        let sum = unsafe {
            bindings::skb_copy_and_csum_bits(
                self.0.as_ptr(),
                offset.try_into()?,
                to.as_mut_ptr().cast(),
                to.len().try_into()?,
            )
        };
        Ok(checksum::fold(sum))
    }

    /// The byte at `offset` of the packet.
    pub(crate) fn byte(&self, offset: usize) -> Result<u8> {
        let mut byte = 0_u8;

        // SAFETY: by the type invariant the buffer is valid; `byte` has the length that is passed,
        // and the function fails if the buffer has no such byte.
        to_result(unsafe {
            bindings::skb_copy_bits(
                self.0.as_ptr(),
                offset.try_into()?,
                (&raw mut byte).cast(),
                1,
            )
        })?;
        Ok(byte)
    }

    /// The packet, as far as it lies in the linear part.
    pub(in crate::kernel_ext) fn linear(&self) -> &[u8] {
        let skb = self.raw();
        let len = skb.len.saturating_sub(skb.data_len) as usize;

        // SAFETY: a valid buffer has as many initialised bytes at `data`. Nobody changes them while
        // it is borrowed: a clone that shares them copies them before a write.
        unsafe { slice::from_raw_parts(skb.data, len) }
    }
}

impl Drop for OwnedSkb {
    fn drop(&mut self) {
        // SAFETY: by the type invariant the buffer is valid, and belongs to `self`.
        unsafe {
            bindings::sk_skb_reason_drop(
                ptr::null_mut(),
                self.0.as_ptr(),
                bindings::skb_drop_reason_SKB_DROP_REASON_NOT_SPECIFIED,
            )
        };
    }
}
