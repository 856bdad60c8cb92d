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
pub(in crate::kernel_ext) struct Transfers<B: Content> {
    all: KVec<NonNull<Transfer<B>>>,
    completions: KBox<Completions<B>>,
}

// SAFETY: URBs may be used and freed from any thread, and by the bound the contents may be dropped
// from any.
unsafe impl<B: Content + Send> Send for Transfers<B> {}

impl<B: Content> Transfers<B> {
    /// Allocates `count` transfers, and returns the handles, all idle. `owner` is notified of
    /// completions.
    ///
    /// # Safety
    ///
    /// What is returned here, and by [`Self::take_done`], may only be dropped once the set was
    /// dropped.
    pub(in crate::kernel_ext) unsafe fn new(
        count: usize,
        owner: B::Completion,
        mut content: impl FnMut() -> B,
    ) -> Result<(Self, KVec<Idle<B>>)> {
        let mut this = Self {
            all: KVec::with_capacity(count, GFP_KERNEL)?,
            completions: KBox::new(Completions::new(owner), GFP_KERNEL)?,
        };
        let mut idle = KVec::with_capacity(count, GFP_KERNEL)?;

        for _ in 0..count {
            let transfer = this.add(content())?;
            // There is capacity for it.
            let _ = idle.push_within_capacity(Idle(transfer));
        }
        Ok((this, idle))
    }

    fn add(&mut self, content: B) -> Result<NonNull<Transfer<B>>> {
        // SAFETY: the function may be called where one may sleep, as here.
        let urb = unsafe { bindings::usb_alloc_urb(0, bindings::GFP_KERNEL) };
        let urb = NonNull::new(urb).ok_or(ENOMEM)?;
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
            // SAFETY: the URB was allocated above, and nobody has it yet.
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
            // SAFETY: all transfers are valid until the set is dropped; the pointer does not
            // change.
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
            // SAFETY: the transfer is not in flight, for it was killed, and by the requirement of
            // `new` nobody uses it from now on.
            unsafe { free(transfer) };
        }
    }
}

/// # Safety
///
/// `transfer` must be one of [`Transfers::add`], not in flight. Nobody may use it any more.
unsafe fn free<B: Content>(transfer: NonNull<Transfer<B>>) {
    // SAFETY: transfers are allocated as boxes, and by the requirement of the function this one is
    // nobody's.
    let transfer = unsafe { KBox::from_raw(transfer.as_ptr()) };

    // SAFETY: by the requirement of the function the URB is not in flight. This gives up the
    // reference that it was allocated with.
    unsafe { bindings::usb_free_urb(transfer.urb.as_ptr()) };
}
