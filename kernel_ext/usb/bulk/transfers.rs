// SPDX-License-Identifier: GPL-2.0-only

//! The transfers of a ring.

use super::{
    completion::{
        complete_callback,
        Completions,
        DoneList, //
    },
    transfer::{
        Content,
        Idle,
        Transfer, //
    }, //
};
use crate::kernel_ext::bindings;
use core::ptr::{
    self,
    NonNull, //
};
use kernel::{
    prelude::*,
    ptr::project, //
};

/// All transfers of a ring. Dropping it ends what is in flight.
///
/// # Invariants
///
/// The pointers of `all` are valid transfers, boxed by `add`, whose `completions` are those of the
/// set. They are freed only when the set is dropped.
pub(in crate::kernel_ext) struct Transfers<B: Content> {
    all: KVec<NonNull<Transfer<B>>>,
    completions: KBox<Completions<B>>,
}

// SAFETY: URBs may be used and freed from any thread, and by the bound the contents may be dropped
// from any. So may the handler: [`CompletionHandler`] requires `Send` and `Sync`.
unsafe impl<B: Content + Send> Send for Transfers<B> {}

impl<B: Content> Transfers<B> {
    /// Allocates `count` transfers, and returns the handles, all idle. `handler` is called when one
    /// has completed.
    ///
    /// # Safety
    ///
    /// Once the set was dropped, what is returned here, and by [`Self::take_done`], must not be
    /// used any more, except to be dropped.
    pub(in crate::kernel_ext) unsafe fn new(
        count: usize,
        handler: B::Handler,
        mut content: impl FnMut() -> B,
    ) -> Result<(Self, KVec<Idle<B>>)> {
        // INVARIANT: there are no transfers.
        let mut this = Self {
            all: KVec::with_capacity(count, GFP_KERNEL)?,
            completions: KBox::new(Completions::new(handler), GFP_KERNEL)?,
        };
        let mut idle = KVec::with_capacity(count, GFP_KERNEL)?;

        for _ in 0..count {
            let transfer = this.add(content())?;
            // INVARIANT: the transfer is new, and this is its only handle.
            let handle = Idle(transfer);

            // There is capacity for it.
            let _ = idle.push_within_capacity(handle);
        }
        Ok((this, idle))
    }

    fn add(&mut self, content: B) -> Result<NonNull<Transfer<B>>> {
        // SAFETY: the function may be called where one may sleep, as here.
        let urb = unsafe { bindings::usb_alloc_urb(0, bindings::GFP_KERNEL) };
        let urb = NonNull::new(urb).ok_or(ENOMEM)?;
        // INVARIANT: the completions are those of the set; the context of the URB is set below,
        // before anybody else has it.
        let transfer = KBox::new(
            Transfer {
                urb,
                next: ptr::null_mut(),
                completions: NonNull::from(&*self.completions),
                content,
            },
            GFP_KERNEL,
        )
        .inspect_err(|_| {
            // SAFETY: the URB was allocated above, and nobody else has it.
            unsafe { bindings::usb_free_urb(urb.as_ptr()) };
        })?;
        let transfer = NonNull::from(KBox::leak(transfer));

        let raw = urb.as_ptr();
        let context = project!(mut raw, .context);
        // SAFETY: the URB is valid and new: nobody else has it.
        unsafe { context.write(transfer.as_ptr().cast()) };
        let complete = project!(mut raw, .complete);
        // SAFETY: the URB is valid and new: nobody else has it.
        unsafe { complete.write(Some(complete_callback::<B>)) };
        // INVARIANT: the transfer is valid and boxed, and has the completions of the set.
        if self.all.push_within_capacity(transfer).is_err() {
            // SAFETY: the transfer is new, and nobody else has it.
            unsafe { free(transfer) };
            return Err(ENOMEM);
        }
        Ok(transfer)
    }

    /// Takes the transfers that have completed since the last call.
    pub(in crate::kernel_ext) fn take_done(&mut self) -> DoneList<B> {
        self.completions.take()
    }

    /// Ends all transfers that are in flight: they complete with an error before this returns.
    /// Sleeps.
    pub(in crate::kernel_ext) fn kill(&self) {
        for transfer in &self.all {
            let urb = project!(transfer.as_ptr(), .urb);
            // SAFETY: by the type invariant the transfer is valid; its URB does not change.
            let urb = unsafe { urb.read() };

            // SAFETY: the URB is valid, whatever its state; this sleeps.
            unsafe { bindings::usb_kill_urb(urb.as_ptr()) };
        }
    }
}

impl<B: Content> Drop for Transfers<B> {
    fn drop(&mut self) {
        self.kill();
        for &transfer in &self.all {
            // SAFETY: by the type invariant `add` has boxed the transfer. It is not in flight, for
            // it was killed, and by the requirement of `new` nobody uses it from now on.
            unsafe { free(transfer) };
        }
    }
}

/// # Safety
///
/// `transfer` must be one of [`Transfers::add`], not in flight. Nobody may use it any more.
unsafe fn free<B: Content>(transfer: NonNull<Transfer<B>>) {
    // SAFETY: by the requirement of the function `add` has boxed this transfer, and nobody uses it
    // any more.
    let transfer = unsafe { KBox::from_raw(transfer.as_ptr()) };

    // SAFETY: by the requirement of the function the URB is not in flight. This gives up the
    // reference that it was allocated with.
    unsafe { bindings::usb_free_urb(transfer.urb.as_ptr()) };
}
