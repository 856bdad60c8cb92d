// SPDX-License-Identifier: GPL-2.0-only

//! Socket buffers that belong to their holder.

use super::{
    end_pointer,
    shared_info,
    Checksum,
    SkBuff, //
};
use crate::kernel_ext::{
    bindings,
    netdevice::NetDevice, //
};
use core::{
    mem::ManuallyDrop,
    ops::Range,
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
    sync::atomic::{
        Acquire,
        Atomic, //
    }, //
};

/// A socket buffer that belongs to its holder.
///
/// # Invariants
///
/// A valid buffer that nobody else uses, but for who lent it and is about to let go of it. A clone
/// may share its data.
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

    /// A new, empty buffer of `dev` with room for `len` bytes, for the protocol `ether_type` in
    /// host order. Does not sleep.
    pub(crate) fn with_room(dev: &NetDevice, len: usize, ether_type: u16) -> Result<Self> {
        let len = u32::try_from(len)?;
        let flags = bindings::GFP_ATOMIC | bindings::__GFP_NOWARN;

        // SAFETY: the device is valid.
        let skb = unsafe { bindings::__netdev_alloc_skb(dev.as_raw().cast(), len, flags) };
        // INVARIANT: the buffer is new.
        let mut this = Self(NonNull::new(skb).ok_or(ENOMEM)?);

        let new = this.lend();
        new.reset_mac_header();
        new.set_protocol(ether_type);
        Ok(this)
    }

    /// Makes of a new buffer one that holds `packet`, of the protocol `ether_type` in host order.
    pub(in crate::kernel_ext) fn fill(
        &mut self,
        packet: &[u8],
        ether_type: u16,
        checksum: Checksum,
    ) -> Result {
        self.append(packet)?;

        let new = self.lend();
        new.reset_mac_header();
        new.set_protocol(ether_type);
        new.set_checksum(checksum);
        Ok(())
    }

    /// The buffer, which must be a new one.
    fn lend(&mut self) -> &mut SkBuff {
        // SAFETY: the buffer is new, so that nobody shares its data.
        unsafe { SkBuff::from_raw(self.0.as_ptr()) }
    }

    /// How many bytes can be appended.
    pub(crate) fn room(&self) -> usize {
        // SAFETY: by the type invariant the buffer is valid.
        let skb = unsafe { self.0.as_ref() };
        let tail = skb.data.wrapping_add(skb.len as usize);

        if skb.data_len != 0 || skb.cloned() != 0 {
            return 0;
        }
        (end_pointer(skb) as usize).wrapping_sub(tail as usize)
    }

    /// Makes `len` bytes of the room part of the data, and returns where they are. `ENOBUFS` if
    /// there are not as many.
    fn put(&mut self, len: usize) -> Result<*mut u8> {
        if len > self.room() {
            return Err(ENOBUFS);
        }

        // SAFETY: the buffer is linear, not shared, and has room for `len` bytes.
        Ok(unsafe { bindings::skb_put(self.0.as_ptr(), u32::try_from(len)?) }.cast())
    }

    /// Appends `bytes`. `ENOBUFS` if there is no room for them.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result {
        let room = self.put(bytes.len())?;

        // SAFETY: `room` is new, and as long as `bytes`.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), room, bytes.len()) };
        Ok(())
    }

    /// Appends the first `head` bytes of `source`, and those of `payload`, and returns the sum of
    /// the two for changes. `ENOBUFS` if there is no room for them, `EFAULT` if `source` has not as
    /// many bytes.
    pub(crate) fn append_parts(
        &mut self,
        source: &Self,
        head: usize,
        payload: Range<usize>,
    ) -> Result<&mut [u8]> {
        let payload_len = payload.end.saturating_sub(payload.start);
        let len = head.checked_add(payload_len).ok_or(EOVERFLOW)?;
        let room = self.put(len)?;

        // SAFETY: `room` is new, and has room for `head` bytes and as many as `payload` tells.
        let copied = unsafe { source.copy_to(0, room, head) }.and_then(|()| {
            // SAFETY: as above.
            unsafe { source.copy_to(payload.start, room.wrapping_add(head), payload_len) }
        });
        if let Err(err) = copied {
            // SAFETY: what is new must be initialised in any case.
            unsafe { ptr::write_bytes(room, 0, len) };
            return Err(err);
        }

        // SAFETY: `len` bytes were initialised, which `self` borrows.
        Ok(unsafe { slice::from_raw_parts_mut(room, len) })
    }

    /// # Safety
    ///
    /// `to` must be valid for writes of `len` bytes.
    unsafe fn copy_to(&self, offset: usize, to: *mut u8, len: usize) -> Result {
        // SAFETY: by the type invariant the buffer is valid, and by the requirement `to` is.
        to_result(unsafe {
            bindings::skb_copy_bits(
                self.0.as_ptr(),
                offset.try_into()?,
                to.cast(),
                len.try_into()?,
            )
        })
    }

    /// The byte at `offset` of the packet.
    pub(crate) fn byte(&self, offset: usize) -> Result<u8> {
        let mut byte = 0;

        // SAFETY: `byte` is as long as told.
        unsafe { self.copy_to(offset, &raw mut byte, 1) }?;
        Ok(byte)
    }

    /// Keeps `other` until this buffer is freed, so that its socket does not send more than it may
    /// meanwhile.
    pub(crate) fn keep(&mut self, other: Self) {
        // SAFETY: by the type invariant the buffer is valid.
        let shared = shared_info(unsafe { self.0.as_ref() });
        // SAFETY: it is valid as long as the buffer.
        let kept = unsafe { &raw mut (*shared).frag_list };

        // SAFETY: the list is NULL, or what was put there here.
        let first = unsafe { kept.read() };
        // SAFETY: the other buffer belongs to the caller, so nobody else uses its link.
        unsafe { other.link().write(first) };
        // SAFETY: as above. The list is freed with the buffer's data.
        unsafe { kept.write(other.into_raw()) };
    }

    /// Where the buffer keeps the one behind it in a list.
    pub(super) fn link(&self) -> *mut *mut bindings::sk_buff {
        // SAFETY: by the type invariant the buffer is valid.
        let links = unsafe { &raw mut (*self.0.as_ptr()).__bindgen_anon_1 };

        // CAST: `next` is the first field of the first of the structures that share this memory.
        links.cast()
    }

    /// Whether who lent the buffer has not let go of it yet.
    pub(in crate::kernel_ext) fn is_lent(&self) -> bool {
        // SAFETY: by the type invariant the buffer is valid.
        let users = unsafe { &raw mut (*self.0.as_ptr()).users.refs.counter };

        // SAFETY: the count is valid, and used by atomic operations alone. Once it is 1 all that
        // the other user did has happened.
        unsafe { Atomic::from_ptr(users) }.load(Acquire) != 1
    }

    /// Forgets what the last user of the buffer kept in its control block.
    pub(in crate::kernel_ext) fn clear_control_block(&mut self) {
        // SAFETY: by the type invariant nobody else uses the buffer.
        unsafe { self.0.as_mut() }.cb = [0; 48];
    }

    /// Length of the packet, in bytes.
    pub(crate) fn len(&self) -> usize {
        // SAFETY: by the type invariant the buffer is valid.
        unsafe { self.0.as_ref() }.len as usize
    }

    /// Whether this is a packet of UDP, or a fragment of IPv6, which can be part of one. It begins
    /// with its IP header.
    pub(in crate::kernel_ext) fn is_datagram(&self) -> bool {
        /// Of protocols of IP: `IPPROTO_UDP`, `NEXTHDR_FRAGMENT`.
        const UDP: u8 = 17;
        const FRAGMENT: u8 = 44;

        // SAFETY: by the type invariant the buffer is valid.
        let skb = unsafe { self.0.as_ref() };
        let len = skb.len.saturating_sub(skb.data_len) as usize;
        // SAFETY: as many initialised bytes lie at `data`, and nobody changes them.
        let packet = unsafe { slice::from_raw_parts(skb.data, len) };
        let protocol = match packet.first().map(|first| first >> 4) {
            Some(4) => packet.get(9),
            Some(6) => packet.get(6),
            _ => None,
        };
        matches!(protocol, Some(&(UDP | FRAGMENT)))
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

        // SAFETY: it is valid as long as the buffer.
        let users = unsafe { (*shared_info(skb)).dataref.counter };
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

    /// Has `dev` send the packet. Bottom halves are off.
    pub(crate) fn transmit(self, dev: &NetDevice) -> Result {
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
