// SPDX-License-Identifier: GPL-2.0-only

//! The bytes of a transfer to a device.

use crate::kernel_ext::{
    compat::ENOBUFS,
    net::skbuff::OwnedSkb, //
};
use core::{
    mem::MaybeUninit,
    ops::Range,
    ptr,
    slice, //
};
use kernel::prelude::*;

/// A buffer that grows on request, and never shrinks.
///
/// # Invariants
///
/// The first `len` bytes of `memory`, of which all is spare capacity, are initialised.
pub(in crate::kernel_ext) struct TxBuffer {
    memory: KVec<u8>,
    len: usize,
}

impl TxBuffer {
    /// No bytes, and no memory.
    pub(super) const fn new() -> Self {
        // INVARIANT: there are no bytes.
        Self {
            memory: KVec::new(),
            len: 0,
        }
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Where the bytes are.
    pub(super) fn as_mut_ptr(&mut self) -> *mut u8 {
        self.memory.as_mut_ptr()
    }

    /// Drops the bytes from `len` on.
    pub(super) fn truncate(&mut self, len: usize) {
        // INVARIANT: there are not more bytes than before.
        self.len = self.len.min(len);
    }

    /// The bytes from `start` on. [`None`] if there are not as many.
    pub(super) fn tail_mut(&mut self, start: usize) -> Option<&mut [u8]> {
        // SAFETY: by the type invariant `len` bytes are initialised, which `self` borrows mutably.
        unsafe { slice::from_raw_parts_mut(self.memory.as_mut_ptr(), self.len) }.get_mut(start..)
    }

    /// Reserves memory for `capacity` bytes in all. Does not sleep.
    pub(super) fn grow(&mut self, capacity: usize) -> Result {
        if self.memory.capacity() >= capacity {
            return Ok(());
        }
        let mut memory: KVec<u8> = KVec::with_capacity(capacity, GFP_ATOMIC | __GFP_NOWARN)?;

        // SAFETY: by the type invariant `len` bytes are initialised. The new memory is larger than
        // the old, and does not overlap with it.
        unsafe { ptr::copy_nonoverlapping(self.memory.as_ptr(), memory.as_mut_ptr(), self.len) };
        // INVARIANT: as many bytes were copied as there are.
        self.memory = memory;
        Ok(())
    }

    /// Appends `len` bytes that `fill` writes. `ENOBUFS` if the capacity does not suffice.
    ///
    /// # Safety
    ///
    /// If `fill` succeeds it must have initialised all of its argument.
    unsafe fn append_with<R>(
        &mut self,
        len: usize,
        fill: impl FnOnce(&mut [MaybeUninit<u8>]) -> Result<R>,
    ) -> Result<R> {
        let end = self.len.checked_add(len).ok_or(EOVERFLOW)?;
        // SAFETY: this is the capacity of the vector, all of it spare, which `self` borrows
        // mutably. It need not be initialised.
        let all = unsafe {
            slice::from_raw_parts_mut(
                self.memory.as_mut_ptr().cast::<MaybeUninit<u8>>(),
                self.memory.capacity(),
            )
        };
        let spare = all.get_mut(self.len..end).ok_or(ENOBUFS)?;

        let result = fill(spare)?;
        // INVARIANT: by the requirement of the function these bytes are initialised.
        self.len = end;
        Ok(result)
    }

    /// Appends `bytes`. `ENOBUFS` if the capacity does not suffice.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result {
        // SAFETY: the closure gets a slice of the length of `bytes`, and writes all of it.
        unsafe {
            self.append_with(bytes.len(), |spare| {
                for (to, from) in spare.iter_mut().zip(bytes) {
                    to.write(*from);
                }
                Ok(())
            })
        }
    }

    /// Appends the bytes `part` of `skb`. `ENOBUFS` if the capacity does not suffice, `EFAULT` if
    /// the packet has not as many bytes.
    pub(super) fn append_packet(&mut self, skb: &OwnedSkb, part: Range<usize>) -> Result {
        let len = part_len(skb, &part)?;
        if len == 0 {
            return Ok(());
        }

        // SAFETY: if `OwnedSkb::copy_to` succeeds it has written all of the slice that it was
        // given.
        unsafe { self.append_with(len, |spare| skb.copy_to(part.start, spare)) }
    }

    /// As [`Self::append_packet`], and returns the ones' complement sum of the bytes, as 16-bit
    /// words in the order in which they lie in memory.
    pub(super) fn append_and_sum(&mut self, skb: &OwnedSkb, part: Range<usize>) -> Result<u16> {
        let len = part_len(skb, &part)?;
        if len == 0 {
            return Ok(0);
        }

        // SAFETY: if `OwnedSkb::copy_and_sum_to` succeeds it has written all of the slice that it
        // was given.
        unsafe { self.append_with(len, |spare| skb.copy_and_sum_to(part.start, spare)) }
    }
}

/// Length of `part` of `skb`, in bytes. `EFAULT` if the packet has not as many bytes.
fn part_len(skb: &OwnedSkb, part: &Range<usize>) -> Result<usize> {
    if part.start.max(part.end) > skb.len() {
        return Err(EFAULT);
    }
    Ok(part.end.saturating_sub(part.start))
}
