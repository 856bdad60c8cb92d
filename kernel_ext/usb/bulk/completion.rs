// SPDX-License-Identifier: GPL-2.0-only

//! Transfers that have completed.

use super::transfer::{
    Content,
    Done,
    Transfer, //
};
use crate::kernel_ext::bindings;
use core::{
    marker::PhantomData,
    ptr::{
        self,
        NonNull, //
    }, //
};
use kernel::{
    ptr::project,
    sync::atomic::{
        Acquire,
        Atomic,
        Relaxed,
        Release, //
    }, //
};

/// Called when a transfer has completed.
pub(in crate::kernel_ext) trait CompletionHandler: Send + Sync {
    /// A transfer has completed. Called in any context.
    fn completed(&self);
}

/// The completed transfers of a ring: a lock-free stack.
///
/// # Invariants
///
/// `first` is NULL, or begins a list of completed transfers by their links, which ends with NULL.
/// The list owns the transfers.
pub(super) struct Completions<B: Content> {
    first: Atomic<*mut Transfer<B>>,
    handler: B::Handler,
}

impl<B: Content> Completions<B> {
    /// An empty stack.
    pub(super) const fn new(handler: B::Handler) -> Self {
        // INVARIANT: the list is empty.
        Self {
            first: Atomic::new(ptr::null_mut()),
            handler,
        }
    }

    /// Adds `transfer`, and calls the handler. Called in any context.
    ///
    /// # Safety
    ///
    /// `transfer` must be a valid transfer of the set, which the caller owns, and passes on.
    pub(super) unsafe fn push(&self, transfer: NonNull<Transfer<B>>) {
        let next = project!(mut transfer.as_ptr(), .next);
        let mut first = self.first.load(Relaxed);

        loop {
            // SAFETY: by the requirement of the function the transfer is valid, and the caller owns
            // it.
            unsafe { next.write(first) };

            // INVARIANT: the list continues behind the transfer.
            match self.first.cmpxchg(first, transfer.as_ptr(), Release) {
                Ok(_) => break,
                Err(other) => first = other,
            }
        }
        self.handler.completed();
    }

    /// Takes the transfers that have completed since the last call.
    pub(super) fn take(&self) -> DoneList<B> {
        let mut rest = self.first.load(Relaxed);
        let mut list = DoneList::new();

        if rest.is_null() {
            return list;
        }
        // INVARIANT: the list is empty from now on.
        rest = self.first.xchg(ptr::null_mut(), Acquire);
        // The stack has the last one first.
        // INVARIANT: each transfer that is taken from one list is put on the other at once.
        while let Some(mut transfer) = NonNull::new(rest) {
            // SAFETY: by the type invariant of `Completions` the list owned this valid transfer; it
            // was taken above, so that this function owns it now.
            let transfer_mut = unsafe { transfer.as_mut() };

            rest = transfer_mut.next;
            transfer_mut.next = list.0;
            list.0 = transfer.as_ptr();
        }
        list
    }
}

/// Completed transfers, in the order in which they completed.
///
/// # Invariants
///
/// NULL, or the first of a list of completed transfers by their links, which ends with NULL. The
/// list owns the transfers, which are valid: by the requirement of
/// [`Transfers::new`](super::Transfers::new) this is not used once the set was dropped.
pub(in crate::kernel_ext) struct DoneList<B: Content>(*mut Transfer<B>, PhantomData<B>);

// SAFETY: by the type invariant the list owns the transfers; URBs may be used from any thread, and
// by the bound the contents may. So may the handler: [`CompletionHandler`] requires `Send` and
// `Sync`.
unsafe impl<B: Content + Send> Send for DoneList<B> {}

impl<B: Content> DoneList<B> {
    /// An empty list.
    pub(in crate::kernel_ext) const fn new() -> Self {
        // INVARIANT: the list is empty.
        Self(ptr::null_mut(), PhantomData)
    }
}

impl<B: Content> Iterator for DoneList<B> {
    type Item = Done<B>;

    fn next(&mut self) -> Option<Done<B>> {
        let first = NonNull::new(self.0)?;

        // SAFETY: by the type invariant the transfer is valid, and the list owns it.
        self.0 = unsafe { first.as_ref() }.next;
        // INVARIANT: the list owned the transfer, and has just given it up.
        Some(Done(first))
    }
}

/// # Safety
///
/// To be called by the USB core only, for an URB of a [`Transfer`] of `B`.
pub(super) unsafe extern "C" fn complete_callback<B: Content>(urb: *mut bindings::urb) {
    let context = project!(urb, .context);
    // SAFETY: the USB core passes a valid URB, whose context does not change.
    let context = unsafe { context.read() };

    if let Some(transfer) = NonNull::new(context.cast::<Transfer<B>>()) {
        // SAFETY: by the requirement of the function the context is a valid transfer of `B`. It was
        // in flight, and the USB core has completed it with this call.
        let (_, completions) = unsafe { transfer.as_ref() }.parts();
        // SAFETY: by the type invariant of `Transfer` its set has these as long as its transfers.
        // Before these are freed `usb_kill_urb()` waits until this callback has returned.
        let completions = unsafe { completions.as_ref() };
        // SAFETY: the transfer is valid. The USB core owned it, and passes it on by this call.
        unsafe { completions.push(transfer) };
    }
}
