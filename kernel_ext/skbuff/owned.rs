// SPDX-License-Identifier: GPL-2.0-only

//! Socket buffers that belong to their holder.

use super::SkBuff;
use crate::kernel_ext::{
    bindings,
    checksum,
    netdevice::NetDevice,
    usb::bulk::Data, //
};
use core::{
    mem::{
        ManuallyDrop,
        MaybeUninit, //
    },
    ops::Range,
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

// SAFETY: a buffer may be used and freed from any thread.
unsafe impl Send for OwnedSkb {}

impl OwnedSkb {
    /// # Safety
    ///
    /// `ptr` must be a valid buffer, which the caller gives away.
    pub(in crate::kernel_ext) unsafe fn from_raw(ptr: *mut bindings::sk_buff) -> Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: a valid pointer is not NULL.
        Self(unsafe { NonNull::new_unchecked(ptr) })
    }

    pub(in crate::kernel_ext) fn into_raw(self) -> *mut bindings::sk_buff {
        ManuallyDrop::new(self).0.as_ptr()
    }

    pub(super) fn as_ptr(&self) -> *mut bindings::sk_buff {
        self.0.as_ptr()
    }

    pub(super) fn raw(&self) -> &bindings::sk_buff {
        // SAFETY: by the type invariant the buffer is valid, and only `&mut self` changes it.
        unsafe { self.0.as_ref() }
    }

    /// The buffer, which no clone may share.
    ///
    /// # Safety
    ///
    /// No clone may share the data.
    pub(super) unsafe fn lend(&mut self) -> &mut SkBuff {
        // SAFETY: by the type invariant nobody else uses the buffer, and by the requirement of the
        // function nobody its data.
        unsafe { SkBuff::from_raw(self.0.as_ptr()) }
    }

    /// Length of the packet, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.raw().len as usize
    }

    /// Where the network header stands, in bytes from the packet's beginning: how long the header
    /// of the link layer is. [`None`] if nobody has told.
    pub(crate) fn network_offset(&self) -> Option<usize> {
        // SAFETY: `headers` and its anonymous twin are one and the same memory.
        let headers = unsafe { self.raw().__bindgen_anon_4.__bindgen_anon_1.as_ref() };
        let headroom = (self.raw().data as usize).wrapping_sub(self.raw().head as usize);

        usize::from(headers.network_header).checked_sub(headroom)
    }

    /// The EtherType of the packet, in host order.
    pub(crate) fn protocol(&self) -> u16 {
        // SAFETY: `headers` and its anonymous twin are one and the same memory.
        let headers = unsafe { self.raw().__bindgen_anon_4.__bindgen_anon_1.as_ref() };

        u16::from_be(headers.protocol)
    }

    /// Appends the bytes `part` of the packet to `to`. `ENOBUFS` if that was not provided for,
    /// `EFAULT` if the packet has not as many bytes.
    pub(in crate::kernel_ext) fn copy_into(&self, part: Range<usize>, to: &mut Data) -> Result {
        let len = part.end.saturating_sub(part.start);
        if len == 0 {
            return Ok(());
        }

        let copy = |room: &mut [MaybeUninit<u8>]| {
            // SAFETY: by the type invariant the buffer is valid; there are as many bytes to write
            // to.
            to_result(unsafe {
                bindings::skb_copy_bits(
                    self.0.as_ptr(),
                    part.start.try_into()?,
                    room.as_mut_ptr().cast(),
                    room.len().try_into()?,
                )
            })
        };
        // SAFETY: if the C function succeeds it has written all bytes.
        unsafe { to.append_with(len, copy) }
    }

    /// As [`Self::copy_into`], and returns the ones' complement sum of the bytes, as 16-bit words
    /// in the order in which they lie in memory.
    pub(in crate::kernel_ext) fn copy_and_sum_into(
        &self,
        part: Range<usize>,
        to: &mut Data,
    ) -> Result<u16> {
        let len = part.end.saturating_sub(part.start);

        // The C function cannot fail, and would be a bug there.
        if part.end > self.len() {
            return Err(EFAULT);
        }
        if len == 0 {
            return Ok(0);
        }
        let copy = |room: &mut [MaybeUninit<u8>]| {
            // SAFETY: by the type invariant the buffer is valid, and has as many bytes as are to be
            // written.
            Ok(unsafe {
                bindings::skb_copy_and_csum_bits(
                    self.0.as_ptr(),
                    part.start.try_into()?,
                    room.as_mut_ptr().cast(),
                    room.len().try_into()?,
                )
            })
        };
        // SAFETY: the C function writes all bytes.
        unsafe { to.append_with(len, copy) }.map(checksum::fold)
    }

    /// The byte at `offset` of the packet.
    pub(crate) fn byte(&self, offset: usize) -> Result<u8> {
        let mut byte = 0_u8;

        // SAFETY: by the type invariant the buffer is valid; `byte` is as long as told.
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

        // SAFETY: as many initialised bytes lie at `data`, and nobody changes them.
        unsafe { slice::from_raw_parts(skb.data, len) }
    }

    /// Tells which device the packet is of.
    pub(in crate::kernel_ext) fn set_device(&mut self, dev: &NetDevice) {
        // SAFETY: by the type invariant nobody else uses the buffer.
        let links = unsafe { &raw mut (*self.0.as_ptr()).__bindgen_anon_1 };
        // CAST: `dev` is a field of the first of the structures that share this memory.
        let links = links.cast::<bindings::sk_buff__bindgen_ty_1__bindgen_ty_1>();
        // SAFETY: by the type invariant nobody else uses the buffer.
        let link = unsafe { &mut (*links).__bindgen_anon_1 };

        link.dev = dev.as_raw().cast();
    }
}

impl Drop for OwnedSkb {
    fn drop(&mut self) {
        // SAFETY: by the type invariant the buffer is valid, and belongs to `self`.
        unsafe {
            bindings::sk_skb_reason_drop(
                ptr::null(),
                self.0.as_ptr(),
                bindings::skb_drop_reason_SKB_DROP_REASON_NOT_SPECIFIED,
            )
        };
    }
}
