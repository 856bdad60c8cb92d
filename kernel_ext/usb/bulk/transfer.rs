// SPDX-License-Identifier: GPL-2.0-only

//! Bulk transfers and their states.

use super::Pipe;
use crate::kernel_ext::{
    bindings,
    napi, //
};
use core::{
    marker::PhantomData,
    ptr::{
        self,
        NonNull, //
    }, //
};
use kernel::{
    error::to_result,
    prelude::*,
    ptr::project,
    sync::atomic::{
        Acquire,
        Atomic,
        Relaxed,
        Release, //
    }, //
};

/// A transfer: its URB, and a `B` that goes along.
///
/// # Invariants
///
/// `urb` is valid, and has the transfer as its context; `completions` are those of the set, which
/// has them as long as its transfers. Whoever has the transfer uses it alone: the holder of an
/// [`Idle`] or [`Done`], the USB core from its submission on until it has called back, or a list of
/// completed ones.
struct Transfer<B> {
    urb: NonNull<bindings::urb>,
    /// Link of a list of transfers; for whoever has the transfer.
    next: *mut Transfer<B>,
    completions: NonNull<Completions<B>>,
    content: B,
}

impl<B> Transfer<B> {
    fn parts(&self) -> (NonNull<bindings::urb>, NonNull<Completions<B>>) {
        (self.urb, self.completions)
    }
}

/// Where completed transfers go: a stack that needs no lock.
///
/// # Invariants
///
/// `first` is NULL, or begins a list of completed transfers by their links, which ends with NULL.
/// The list has the transfers.
struct Completions<B> {
    first: Atomic<*mut Transfer<B>>,
    napi: napi::Scheduler,
}

impl<B> Completions<B> {
    /// Adds `transfer`, and schedules the NAPI context. Called in any context.
    ///
    /// # Safety
    ///
    /// `transfer` must be a valid transfer of the set, which the caller has and gives away.
    unsafe fn push(&self, transfer: NonNull<Transfer<B>>) {
        let next = project!(mut transfer.as_ptr(), .next);
        let mut first = self.first.load(Relaxed);

        loop {
            // SAFETY: by the requirement of the function the transfer is valid and the caller's.
            unsafe { next.write(first) };

            // INVARIANT: the list goes on behind the transfer.
            match self.first.cmpxchg(first, transfer.as_ptr(), Release) {
                Ok(_) => break,
                Err(other) => first = other,
            }
        }
        self.napi.schedule();
    }
}

/// A transfer that nobody but its holder uses.
///
/// # Invariants
///
/// The holder has the transfer, which is valid: by the requirement of [`Transfers::new`] this is
/// not used once the set was dropped.
pub(super) struct Idle<B>(NonNull<Transfer<B>>);

/// A transfer that has completed.
///
/// # Invariants
///
/// The holder has the transfer, which is valid: by the requirement of [`Transfers::new`] this is
/// not used once the set was dropped.
pub(super) struct Done<B>(NonNull<Transfer<B>>);

// SAFETY: by the type invariant the holder has the transfer alone; an URB may be used from any
// thread, and by the bound the content may.
unsafe impl<B: Send> Send for Idle<B> {}

// SAFETY: `&Idle` gives access to `&B` alone, which by the bound any thread may have.
unsafe impl<B: Sync> Sync for Idle<B> {}

// SAFETY: by the type invariant the holder has the transfer alone; an URB may be used from any
// thread, and by the bound the content may.
unsafe impl<B: Send> Send for Done<B> {}

impl<B> Idle<B> {
    /// What goes along.
    pub(super) fn content(&self) -> &B {
        // SAFETY: by the type invariant the transfer is valid, and `self`, which is borrowed, has
        // it.
        unsafe { &self.0.as_ref().content }
    }

    /// What goes along, to change.
    pub(super) fn content_mut(&mut self) -> &mut B {
        // SAFETY: by the type invariant the transfer is valid, and `self`, which is borrowed
        // mutably, has it.
        unsafe { &mut self.0.as_mut().content }
    }

    /// Submits the transfer of `len` bytes at `data`; a zero length packet ends it where `zero` is
    /// set and its length is a multiple of the packet size. Gives it back on error. Does not sleep.
    ///
    /// # Safety
    ///
    /// `data` must be valid for DMA of `len` bytes until the transfer is done. `pipe` must be of
    /// the set's device.
    pub(super) unsafe fn submit(
        self,
        pipe: &Pipe,
        data: *mut u8,
        len: u32,
        zero: bool,
    ) -> Result<(), (Self, Error)> {
        // SAFETY: by the type invariant the transfer is valid, and `self` has it.
        let raw = unsafe { self.0.as_ref() }.urb.as_ptr();
        let flags = if zero { bindings::URB_ZERO_PACKET } else { 0 };

        let urb_dev = project!(mut raw, .dev);
        // SAFETY: the URB is valid and not in flight, for `self` has the transfer: nobody else uses
        // the field.
        unsafe { urb_dev.write(pipe.device()) };
        let urb_pipe = project!(mut raw, .pipe);
        // SAFETY: the URB is valid and not in flight, for `self` has the transfer: nobody else uses
        // the field.
        unsafe { urb_pipe.write(pipe.raw()) };
        let urb_data = project!(mut raw, .transfer_buffer);
        // SAFETY: the URB is valid and not in flight, for `self` has the transfer: nobody else uses
        // the field.
        unsafe { urb_data.write(data.cast()) };
        let urb_len = project!(mut raw, .transfer_buffer_length);
        // SAFETY: the URB is valid and not in flight, for `self` has the transfer: nobody else uses
        // the field.
        unsafe { urb_len.write(len) };
        let urb_flags = project!(mut raw, .transfer_flags);
        // SAFETY: the URB is valid and not in flight, for `self` has the transfer: nobody else uses
        // the field.
        unsafe { urb_flags.write(flags) };

        // SAFETY: the URB is filled in, its device and endpoint by `pipe`, its buffer by the
        // requirement of the function. If this succeeds the USB core has the transfer.
        match to_result(unsafe { bindings::usb_submit_urb(raw, bindings::GFP_ATOMIC) }) {
            Ok(()) => Ok(()),
            Err(err) => Err((self, err)),
        }
    }

    /// Completes the transfer without sending it: its status is `err`.
    pub(super) fn fail(self, err: Error) {
        // SAFETY: by the type invariant the transfer is valid, and `self` has it.
        let (urb, completions) = unsafe { self.0.as_ref() }.parts();
        let status = project!(mut urb.as_ptr(), .status);

        // SAFETY: the URB is valid and not in flight, for `self` has the transfer.
        unsafe { status.write(err.to_errno()) };
        // SAFETY: by the type invariant of `Transfer` its set has these as long as its transfers.
        let completions = unsafe { completions.as_ref() };
        // SAFETY: by the type invariant the transfer is valid, and `self` has it, which is given
        // away.
        unsafe { completions.push(self.0) };
    }
}

impl<B> Done<B> {
    /// How the transfer ended, and the bytes that were transferred.
    pub(super) fn result(&self) -> Result<usize> {
        // SAFETY: by the type invariant the transfer is valid, and `self` has it.
        let urb = unsafe { self.0.as_ref() }.urb.as_ptr();
        let status = project!(urb, .status);
        // SAFETY: the URB is valid and not in flight, for `self` has the transfer.
        let status = unsafe { status.read() };
        let len = project!(urb, .actual_length);
        // SAFETY: the URB is valid and not in flight, for `self` has the transfer.
        let len = unsafe { len.read() };

        to_result(status)?;
        Ok(len as usize)
    }

    /// The transfer, to be used again.
    pub(super) fn into_idle(self) -> Idle<B> {
        Idle(self.0)
    }
}

/// Completed transfers, in the order in which they completed.
///
/// # Invariants
///
/// NULL, or the first of a list of completed transfers by their links, which ends with NULL. The
/// list has the transfers, which are valid: by the requirement of [`Transfers::new`] this is not
/// used once the set was dropped.
pub(super) struct DoneList<B>(*mut Transfer<B>, PhantomData<B>);

// SAFETY: by the type invariant the list has the transfers; URBs may be used from any thread, and
// by the bound the contents may.
unsafe impl<B: Send> Send for DoneList<B> {}

impl<B> DoneList<B> {
    /// An empty list.
    pub(super) const fn new() -> Self {
        Self(ptr::null_mut(), PhantomData)
    }
}

impl<B> Iterator for DoneList<B> {
    type Item = Done<B>;

    fn next(&mut self) -> Option<Done<B>> {
        let first = NonNull::new(self.0)?;

        // SAFETY: by the type invariant the transfer is valid, and the list has it.
        self.0 = unsafe { first.as_ref() }.next;
        Some(Done(first))
    }
}

/// All transfers of a ring. Dropping it ends what is in flight.
pub(super) struct Transfers<B> {
    all: KVec<NonNull<Transfer<B>>>,
    completions: KBox<Completions<B>>,
}

// SAFETY: URBs may be used and freed from any thread, and by the bound the contents may be dropped
// from any.
unsafe impl<B: Send> Send for Transfers<B> {}

impl<B> Transfers<B> {
    /// Allocates `count` transfers, and returns them idle, too. Completions schedule `napi`.
    ///
    /// # Safety
    ///
    /// What is returned here, and by [`Self::take_done`], must not be used but to be dropped, once
    /// the set was dropped.
    pub(super) unsafe fn new(
        count: usize,
        napi: napi::Scheduler,
        mut content: impl FnMut() -> B,
    ) -> Result<(Self, KVec<Idle<B>>)> {
        let mut this = Self {
            all: KVec::with_capacity(count, GFP_KERNEL)?,
            completions: KBox::new(
                Completions {
                    first: Atomic::new(ptr::null_mut()),
                    napi,
                },
                GFP_KERNEL,
            )?,
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

    /// Takes what has completed since the last time.
    pub(super) fn take_done(&mut self) -> DoneList<B> {
        let mut rest = self.completions.first.load(Relaxed);
        let mut list = DoneList::new();

        if rest.is_null() {
            return list;
        }
        rest = self.completions.first.xchg(ptr::null_mut(), Acquire);
        // The last that completed is first.
        while let Some(mut transfer) = NonNull::new(rest) {
            // SAFETY: by the type invariant of `Completions` the list had this valid transfer; it
            // was taken above, so that this function has it now.
            let transfer_mut = unsafe { transfer.as_mut() };

            rest = transfer_mut.next;
            transfer_mut.next = list.0;
            list.0 = transfer.as_ptr();
        }
        list
    }

    /// Ends all transfers that are in flight: they complete with an error before this returns.
    /// Sleeps.
    pub(super) fn kill(&self) {
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

impl<B> Drop for Transfers<B> {
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
unsafe fn free<B>(transfer: NonNull<Transfer<B>>) {
    // SAFETY: transfers are allocated as boxes, and by the requirement of the function this one is
    // nobody's.
    let transfer = unsafe { KBox::from_raw(transfer.as_ptr()) };

    // SAFETY: by the requirement of the function the URB is not in flight. This gives up the
    // reference that it was allocated with.
    unsafe { bindings::usb_free_urb(transfer.urb.as_ptr()) };
}

/// # Safety
///
/// To be called by the USB core only, for an URB of a [`Transfer`] of `B`.
unsafe extern "C" fn complete_callback<B>(urb: *mut bindings::urb) {
    let context = project!(urb, .context);
    // SAFETY: the USB core passes a valid URB, whose context does not change.
    let context = unsafe { context.read() };

    if let Some(transfer) = NonNull::new(context.cast::<Transfer<B>>()) {
        // SAFETY: by the requirement of the function the context is a valid transfer of `B`. It was
        // in flight, and the USB core, which had it, has given it back with this call.
        let (_, completions) = unsafe { transfer.as_ref() }.parts();
        // SAFETY: by the type invariant of `Transfer` its set has these as long as its transfers,
        // which are not freed before this has returned.
        let completions = unsafe { completions.as_ref() };
        // SAFETY: the transfer is valid, and was given back with this call; it is given away.
        unsafe { completions.push(transfer) };
    }
}
