// SPDX-License-Identifier: GPL-2.0-only

//! Queues of socket buffers.

use super::OwnedSkb;
use crate::kernel_ext::bindings;
use core::{
    mem::{
        self,
        ManuallyDrop, //
    },
    ptr::{
        self,
        NonNull, //
    }, //
};

/// A queue of buffers, first in, first out. It has no lock.
///
/// # Invariants
///
/// `first` is NULL, or a buffer that belongs to the queue and begins a list of such buffers by
/// their links, which ends with NULL; the last of them is `last`.
pub(crate) struct Queue {
    first: *mut bindings::sk_buff,
    last: *mut bindings::sk_buff,
}

// SAFETY: the buffers belong to the queue, and may be used from any thread.
unsafe impl Send for Queue {}

impl Queue {
    /// An empty queue.
    pub(crate) const fn new() -> Self {
        // INVARIANT: it is empty.
        Self {
            first: ptr::null_mut(),
            last: ptr::null_mut(),
        }
    }

    /// Puts `skb` at the end.
    pub(crate) fn push(&mut self, skb: OwnedSkb) {
        // SAFETY: the buffer belongs to the caller, so nobody else uses its link.
        unsafe { skb.link().write(ptr::null_mut()) };

        let raw = skb.into_raw();
        if self.first.is_null() {
            self.first = raw;
        } else {
            // SAFETY: by the type invariant `last` belongs to the queue.
            let last = ManuallyDrop::new(unsafe { OwnedSkb::from_raw(self.last) });

            // SAFETY: as above.
            unsafe { last.link().write(raw) };
        }
        // INVARIANT: the buffer was given away, and is linked to the list's end.
        self.last = raw;
    }

    /// Whether there is no buffer.
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_null()
    }

    /// Keeps `skb` until the last buffer is freed; frees it if there is none.
    pub(crate) fn keep_with_last(&mut self, skb: OwnedSkb) {
        if !self.first.is_null() {
            // SAFETY: by the type invariant `last` belongs to the queue, which keeps it.
            ManuallyDrop::new(unsafe { OwnedSkb::from_raw(self.last) }).keep(skb);
        }
    }

    /// Puts `skb` back to the beginning.
    pub(crate) fn push_front(&mut self, skb: OwnedSkb) {
        // SAFETY: the buffer belongs to the caller, so nobody else uses its link.
        unsafe { skb.link().write(self.first) };

        if self.first.is_null() {
            self.last = skb.as_ptr();
        }
        // INVARIANT: the buffer was given away, and the list behind it is what it was.
        self.first = skb.into_raw();
    }

    /// Puts all buffers of `others` at the end.
    pub(crate) fn append(&mut self, mut others: Self) {
        if self.first.is_null() {
            mem::swap(self, &mut others);
        } else if !others.first.is_null() {
            // SAFETY: by the type invariant `last` belongs to the queue.
            let last = ManuallyDrop::new(unsafe { OwnedSkb::from_raw(self.last) });

            // INVARIANT: the other queue's list goes on behind this one's, and leaves its own.
            // SAFETY: as above.
            unsafe {
                last.link()
                    .write(mem::replace(&mut others.first, ptr::null_mut()))
            };
            self.last = others.last;
        }
    }

    /// Takes the first buffer.
    pub(crate) fn pop(&mut self) -> Option<OwnedSkb> {
        let first = NonNull::new(self.first)?;
        // SAFETY: by the type invariant the buffer belongs to the queue, which gives it away.
        let skb = unsafe { OwnedSkb::from_raw(first.as_ptr()) };
        let link = skb.link();

        // INVARIANT: the list goes on behind the buffer.
        // SAFETY: by the type invariant the link is that of the list.
        self.first = unsafe { link.replace(ptr::null_mut()) };
        Some(skb)
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        while self.pop().is_some() {}
    }
}
