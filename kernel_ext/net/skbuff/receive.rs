// SPDX-License-Identifier: GPL-2.0-only

//! Socket buffers for what a device has received.

use super::{
    shared_info,
    Checksum,
    OwnedSkb,
    SkBuff, //
};
use crate::kernel_ext::{
    bindings,
    compat::ENOBUFS,
    page::Buffer, //
};
use core::{
    mem,
    ptr, //
};
use kernel::{
    prelude::*,
    ptr::project, //
};

/// Bytes before a packet, for headers that others put there.
pub(in crate::kernel_ext) const HEADROOM: usize = {
    const LEAST: usize = 64;

    if CACHE_LINE > LEAST {
        CACHE_LINE
    } else {
        LEAST
    }
};

const CACHE_LINE: usize = bindings::SMP_CACHE_BYTES as usize;

/// `len`, rounded up to whole cache lines (`SKB_DATA_ALIGN()`).
const fn align(len: usize) -> usize {
    len.saturating_add(CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE
}

/// What the end of a packet's head is used for, in bytes.
const SHARED_INFO_LEN: usize = align(mem::size_of::<bindings::skb_shared_info>());

/// How long a buffer must be that a packet of at most `len` bytes is built on.
pub(in crate::kernel_ext) const fn buffer_len(len: usize) -> usize {
    align(HEADROOM.saturating_add(len)).saturating_add(SHARED_INFO_LEN)
}

/// A new socket buffer, for a received packet.
///
/// # Invariants
///
/// Nobody else uses the buffer, and no clone shares its data.
pub(in crate::kernel_ext) struct NewSkb(OwnedSkb);

impl NewSkb {
    /// # Safety
    ///
    /// `ptr` must be a valid, new buffer, which the caller gives away.
    pub(in crate::kernel_ext) unsafe fn from_raw(ptr: *mut bindings::sk_buff) -> Self {
        // INVARIANT: by the requirement of the function the buffer is new.
        // SAFETY: by the requirement of the function the buffer is valid and new, so that nobody
        // else uses it, and is given away.
        Self(unsafe { OwnedSkb::from_raw(ptr) })
    }

    /// A packet of `len` bytes from `headroom` on in `buffer`, which becomes its head. Does not
    /// sleep.
    ///
    /// # Safety
    ///
    /// Bottom halves must be off.
    pub(in crate::kernel_ext) unsafe fn build(
        buffer: Buffer,
        headroom: usize,
        len: usize,
    ) -> Result<Self> {
        let size = buffer.bytes().len();
        let needed = headroom
            .checked_add(len)
            .and_then(|len| len.checked_add(SHARED_INFO_LEN))
            .ok_or(EOVERFLOW)?;
        if needed > size {
            return Err(EINVAL);
        }

        let data = buffer.into_raw();
        // SAFETY: `data` is a page fragment of `size` bytes, with a reference to the page, which is
        // given away, and nobody else uses it. By the requirement of the function bottom halves are
        // off.
        let skb = unsafe { bindings::napi_build_skb(data, size as u32) };
        if skb.is_null() {
            // SAFETY: `data` is in a page to which there still is the reference of `buffer`.
            unsafe { bindings::page_frag_free(data) };
            return Err(ENOMEM);
        }

        // SAFETY: the buffer is valid and new: nobody else has it.
        reserve(unsafe { &mut *skb }, headroom);
        // SAFETY: the buffer is new and linear, and by the check above its tailroom behind the
        // headroom suffices.
        unsafe { bindings::skb_put(skb, len as u32) };
        // SAFETY: the buffer is valid and new, and is given away.
        Ok(unsafe { Self::from_raw(skb) })
    }

    /// The packet, to be looked at and changed.
    pub(in crate::kernel_ext) fn get(&mut self) -> &mut SkBuff {
        // SAFETY: by the type invariant no clone shares the data.
        unsafe { self.0.as_skb() }
    }

    /// Sets protocol (`ether_type`, in host order) and checksum state, and resets the MAC header:
    /// there is no link layer header.
    pub(in crate::kernel_ext) fn set_metadata(&mut self, ether_type: u16, checksum: Checksum) {
        let new = self.get();

        new.reset_mac_header();
        new.set_protocol(ether_type);
        new.set_checksum(checksum);
    }

    /// The packet, which is of no device yet.
    ///
    /// # Safety
    ///
    /// The caller must set the device of the packet before it is passed to the network stack.
    pub(in crate::kernel_ext::net) unsafe fn into_inner(self) -> OwnedSkb {
        self.0
    }

    /// Appends `bytes` (`skb_put_data()`). `ENOBUFS` if the tailroom does not suffice.
    pub(in crate::kernel_ext::net) fn append(&mut self, bytes: &[u8]) -> Result {
        if bytes.len() > self.tailroom() {
            return Err(ENOBUFS);
        }

        // SAFETY: by the type invariant the buffer is valid and nobody else's. It is linear, or it
        // would have no tailroom, and its tailroom suffices.
        let tail = unsafe { bindings::skb_put(self.0.as_ptr(), bytes.len() as u32) };
        // SAFETY: the tailroom has the length of `bytes`. Nobody else has a reference into this
        // buffer, so the two do not overlap.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), tail.cast(), bytes.len()) };
        Ok(())
    }

    /// How many bytes can be appended (`skb_tailroom()`).
    fn tailroom(&self) -> usize {
        let skb = self.0.raw();
        let tail = skb.data.wrapping_add(skb.len as usize);

        if skb.data_len != 0 {
            return 0;
        }
        (shared_info(skb) as usize).wrapping_sub(tail as usize)
    }

    /// Adds `fragment`, the only one (`skb_add_rx_frag()`).
    ///
    /// # Safety
    ///
    /// `fragment` must be one of [`SharedBuffer::fragment`], whose reference the caller gives away,
    /// and the packet must have none yet.
    ///
    /// [`SharedBuffer::fragment`]: crate::kernel_ext::page::SharedBuffer::fragment
    pub(in crate::kernel_ext::net) unsafe fn add_fragment(
        &mut self,
        fragment: bindings::skb_frag,
        truesize: u32,
    ) {
        let shared = shared_info(self.0.raw());
        // CAST: an array begins with its first element.
        let first = project!(mut shared, .frags).cast::<bindings::skb_frag>();
        // SAFETY: by the type invariant the buffer is valid, and nobody else uses what belongs to
        // its data.
        unsafe { first.write(fragment) };
        let count = project!(mut shared, .nr_frags);
        // SAFETY: by the type invariant the buffer is valid, and nobody else uses what belongs to
        // its data.
        unsafe { count.write(1) };
        let flags = project!(mut shared, .flags);
        // Packets before and behind it are in the same buffer, and are read there.
        // SAFETY: by the type invariant the buffer is valid, and nobody else uses what belongs to
        // its data.
        unsafe { flags.write(bindings::SKBFL_SHARED_FRAG as u8) };

        // SAFETY: by the type invariant the buffer is valid, and nobody else uses it; `self` is
        // borrowed mutably.
        let raw = unsafe { &mut *self.0.as_ptr() };
        raw.len = raw.len.wrapping_add(fragment.len);
        raw.data_len = raw.data_len.wrapping_add(fragment.len);
        raw.truesize = raw.truesize.wrapping_add(truesize);
    }
}

/// Reserves `len` bytes of headroom in an empty buffer, which must have as much tailroom
/// (`skb_reserve()`).
fn reserve(skb: &mut bindings::sk_buff, len: usize) {
    skb.data = skb.data.wrapping_add(len);
    #[cfg(target_pointer_width = "64")]
    {
        skb.tail = skb.tail.wrapping_add(len as u32);
    }
    #[cfg(not(target_pointer_width = "64"))]
    {
        skb.tail = skb.tail.wrapping_add(len);
    }
}
