// SPDX-License-Identifier: GPL-2.0-only

//! Socket buffers.
//!
//! C header: [`include/linux/skbuff.h`](srctree/include/linux/skbuff.h)

use super::{
    bindings,
    netdevice::NetDevice, //
};
use core::{
    mem::ManuallyDrop,
    ptr::{
        self,
        NonNull, //
    },
    slice, //
};
use kernel::{
    error::to_result,
    ffi,
    prelude::*,
    types::Opaque, //
};

/// A socket buffer that somebody else owns: `struct sk_buff`, lent.
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

    /// Bytes before the packet.
    fn headroom(&self) -> usize {
        (self.raw().data as usize).wrapping_sub(self.raw().head as usize)
    }

    /// Puts `header` before the packet. `ENOMEM` if there is no room for it.
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

        if let Some((room, _)) = self.data_mut().split_at_mut_checked(header.len()) {
            room.copy_from_slice(header);
        }
        Ok(())
    }

    /// Tells that the link layer's header begins, or would begin, with the packet.
    pub(crate) fn reset_mac_header(&mut self) {
        let offset = self.headroom();

        // SAFETY: `headers` and its anonymous twin are one and the same memory.
        let headers = unsafe { self.raw_mut().__bindgen_anon_4.__bindgen_anon_1.as_mut() };
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

/// A socket buffer that belongs to its holder.
///
/// # Invariants
///
/// A valid buffer that nobody else uses. A clone may share its data.
pub(crate) struct OwnedSkb(NonNull<bindings::sk_buff>);

impl OwnedSkb {
    /// # Safety
    ///
    /// `ptr` must be a valid buffer, which the caller gives away.
    pub(super) unsafe fn from_raw(ptr: *mut bindings::sk_buff) -> Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: a valid pointer is not NULL.
        Self(unsafe { NonNull::new_unchecked(ptr) })
    }

    fn into_raw(self) -> *mut bindings::sk_buff {
        ManuallyDrop::new(self).0.as_ptr()
    }

    /// A new buffer of `dev` that holds `packet`, of the protocol `ether_type` in host order.
    /// Does not sleep.
    pub(super) fn copied(dev: &NetDevice, packet: &[u8], ether_type: u16) -> Result<Self> {
        let len = u32::try_from(packet.len())?;

        // SAFETY: the device is valid.
        let skb =
            unsafe { bindings::__netdev_alloc_skb(dev.as_raw().cast(), len, bindings::GFP_ATOMIC) };
        // INVARIANT: the buffer is new.
        let this = Self(NonNull::new(skb).ok_or(ENOMEM)?);

        // SAFETY: the buffer has room for `len` bytes, and holds none yet.
        let room = unsafe { bindings::skb_put(skb, len) };
        // SAFETY: `room` is the room for `len` bytes.
        unsafe { ptr::copy_nonoverlapping(packet.as_ptr(), room.cast(), packet.len()) };

        // SAFETY: the buffer is new.
        let lent = unsafe { SkBuff::from_raw(skb) };
        lent.reset_mac_header();
        lent.set_protocol(ether_type);
        Ok(this)
    }

    /// Length of the packet, in bytes.
    pub(crate) fn len(&self) -> usize {
        // SAFETY: by the type invariant the buffer is valid.
        unsafe { self.0.as_ref() }.len as usize
    }

    /// Whether a clone may look at the bytes before the packet (`skb_header_cloned()`).
    fn is_head_shared(&self) -> bool {
        /// Halves of a count: all users of the data, and those of them that want no headers.
        const SHIFT: i32 = 16;
        const MASK: i32 = (1 << SHIFT) - 1;

        // SAFETY: by the type invariant the buffer is valid.
        let skb = unsafe { self.0.as_ref() };
        if skb.cloned() == 0 {
            return false;
        }

        let end = end_pointer(skb).cast::<bindings::skb_shared_info>();
        // SAFETY: what all users of the data share lies behind its end.
        let users = unsafe { (*end).dataref.counter };
        (users & MASK) - (users >> SHIFT) != 1
    }

    /// Puts `header` before the packet, in a copy if the bytes there are shared. Does not sleep.
    pub(crate) fn push_header(&mut self, header: &[u8]) -> Result {
        let skb = self.0.as_ptr();

        if self.is_head_shared() {
            let room = ffi::c_int::try_from(header.len())?;

            // SAFETY: by the type invariant nobody else uses the buffer.
            to_result(unsafe { bindings::pskb_expand_head(skb, room, 0, bindings::GFP_ATOMIC) })?;
        }
        // SAFETY: by the type invariant nobody else uses the buffer; its head is not shared.
        unsafe { SkBuff::from_raw(skb) }.push(header)
    }

    /// Hands the packet to the network stack. Does not sleep.
    pub(super) fn receive(self) -> Result {
        // SAFETY: the buffer is valid, and given away.
        match unsafe { bindings::netif_rx(self.into_raw()) } as u32 {
            bindings::NET_RX_SUCCESS => Ok(()),
            _ => Err(ENOBUFS),
        }
    }

    /// Has `dev` send the packet. Bottom halves are off.
    pub(super) fn transmit(self, dev: &NetDevice) -> Result {
        let skb = self.into_raw();

        // SAFETY: the buffer is valid, and given away with the next call.
        let links = unsafe { &raw mut (*skb).__bindgen_anon_1 };
        // CAST: `dev` is a field of the first of the structures that share this memory.
        let links = links.cast::<bindings::sk_buff__bindgen_ty_1__bindgen_ty_1>();
        // SAFETY: as above.
        let link = unsafe { &mut (*links).__bindgen_anon_1 };
        link.dev = dev.as_raw().cast();

        // SAFETY: as above; the device is valid.
        match unsafe { bindings::__dev_queue_xmit(skb, ptr::null_mut()) } as u32 {
            bindings::NET_XMIT_SUCCESS | bindings::NET_XMIT_CN => Ok(()),
            _ => Err(ENOBUFS),
        }
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

/// Where the data of `skb` ends, and what all of its users share begins (`skb_end_pointer()`).
fn end_pointer(skb: &bindings::sk_buff) -> *mut u8 {
    #[cfg(target_pointer_width = "64")]
    return skb.head.wrapping_add(skb.end as usize);
    #[cfg(not(target_pointer_width = "64"))]
    return skb.end;
}
