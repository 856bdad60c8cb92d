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
    sync::atomic::{
        Acquire,
        Atomic,
        Relaxed,
        Release, //
    }, //
};

/// A transfer: its URB, and a `B` that goes along.
struct Transfer<B> {
    urb: NonNull<bindings::urb>,
    /// Link of a list of transfers; for whoever has the transfer.
    next: *mut Transfer<B>,
    completions: NonNull<Completions<B>>,
    content: B,
}

/// Where completed transfers go: a stack that needs no lock.
///
/// # Invariants
///
/// `first` is NULL, or begins a list of completed transfers by their links, which ends with NULL.
struct Completions<B> {
    first: Atomic<*mut Transfer<B>>,
    napi: napi::Scheduler,
}

impl<B> Completions<B> {
    /// Adds `transfer`, and schedules the NAPI context. Called in any context.
    fn push(&self, transfer: NonNull<Transfer<B>>) {
        let mut first = self.first.load(Relaxed);

        loop {
            // SAFETY: the transfer is valid, and the caller's.
            unsafe { (*transfer.as_ptr()).next = first };

            // INVARIANT: the list goes on behind the transfer.
            match self.first.cmpxchg(first, transfer.as_ptr(), Release) {
                Ok(_) => break,
                Err(other) => first = other,
            }
        }
        self.napi.schedule();
    }
}

/// A transfer that nobody but its holder uses. The set that it belongs to outlives it: both are
/// parts of one ring.
pub(super) struct Idle<B>(NonNull<Transfer<B>>);

/// A transfer that has completed. As [`Idle`].
pub(super) struct Done<B>(NonNull<Transfer<B>>);

// SAFETY: URBs may be used from any thread; so may the content.
unsafe impl<B: Send> Send for Idle<B> {}

// SAFETY: `&Idle` gives access to `&B` alone.
unsafe impl<B: Sync> Sync for Idle<B> {}

// SAFETY: URBs may be used from any thread; so may the content.
unsafe impl<B: Send> Send for Done<B> {}

impl<B> Idle<B> {
    /// What goes along.
    pub(super) fn content(&self) -> &B {
        // SAFETY: the transfer is valid, and this is its only handle.
        unsafe { &self.0.as_ref().content }
    }

    /// What goes along, to change.
    pub(super) fn content_mut(&mut self) -> &mut B {
        // SAFETY: the transfer is valid, and this is its only handle.
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
        // SAFETY: the transfer is valid, and this is its only handle.
        let urb = unsafe { self.0.as_ref() }.urb;
        let raw = urb.as_ptr();

        {
            // SAFETY: the URB is not in flight: nobody else uses what is written here, all of which
            // is the driver's.
            let fields = unsafe { UrbFields::new(raw) };

            fields.write(pipe, data, len, zero);
        }
        // SAFETY: the URB is complete.
        match to_result(unsafe { bindings::usb_submit_urb(raw, bindings::GFP_ATOMIC) }) {
            Ok(()) => Ok(()),
            Err(err) => Err((self, err)),
        }
    }

    /// Completes the transfer without sending it: its status is `err`.
    pub(super) fn fail(self, err: Error) {
        // SAFETY: the transfer is valid, and this is its only handle.
        let transfer = unsafe { self.0.as_ref() };
        // SAFETY: the URB is not in flight.
        let status = unsafe { &raw mut (*transfer.urb.as_ptr()).status };

        // SAFETY: nobody else uses the URB.
        unsafe { status.write(err.to_errno()) };
        // SAFETY: the set has its completions as long as its transfers.
        unsafe { transfer.completions.as_ref() }.push(self.0);
    }
}

/// The fields of an URB that a driver fills in.
struct UrbFields(*mut bindings::urb);

impl UrbFields {
    /// # Safety
    ///
    /// `urb` must be valid, and nobody else use its public fields while this exists.
    unsafe fn new(urb: *mut bindings::urb) -> Self {
        Self(urb)
    }

    fn write(&self, pipe: &Pipe, data: *mut u8, len: u32, zero: bool) {
        let flags = if zero { bindings::URB_ZERO_PACKET } else { 0 };

        // SAFETY: by the requirement of `new` the URB is valid and nobody else's.
        unsafe { (*self.0).dev = pipe.device() };
        // SAFETY: by the requirement of `new` the URB is valid and nobody else's.
        unsafe { (*self.0).pipe = pipe.raw() };
        // SAFETY: by the requirement of `new` the URB is valid and nobody else's.
        unsafe { (*self.0).transfer_buffer = data.cast() };
        // SAFETY: by the requirement of `new` the URB is valid and nobody else's.
        unsafe { (*self.0).transfer_buffer_length = len };
        // SAFETY: by the requirement of `new` the URB is valid and nobody else's.
        unsafe { (*self.0).transfer_flags = flags };
    }
}

impl<B> Done<B> {
    /// How the transfer ended, and the bytes that were transferred.
    pub(super) fn result(&self) -> Result<usize> {
        // SAFETY: the transfer is valid, and this is its only handle.
        let urb = unsafe { self.0.as_ref() }.urb.as_ptr();
        // SAFETY: the URB is not in flight any more.
        let status = unsafe { (*urb).status };
        // SAFETY: the URB is not in flight any more.
        let len = unsafe { (*urb).actual_length };

        to_result(status)?;
        Ok(len as usize)
    }

    /// The transfer, to be used again.
    pub(super) fn into_idle(self) -> Idle<B> {
        Idle(self.0)
    }
}

/// Completed transfers, in the order in which they completed.
pub(super) struct DoneList<B>(*mut Transfer<B>, PhantomData<B>);

// SAFETY: the transfers belong to the list, and may be used from any thread.
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

        // SAFETY: the list holds valid transfers that are nobody else's.
        self.0 = unsafe { first.as_ref() }.next;
        Some(Done(first))
    }
}

/// All transfers of a ring. Dropping it ends what is in flight.
pub(super) struct Transfers<B> {
    all: KVec<NonNull<Transfer<B>>>,
    completions: KBox<Completions<B>>,
}

// SAFETY: URBs may be used from any thread; so may the content.
unsafe impl<B: Send> Send for Transfers<B> {}

impl<B> Transfers<B> {
    /// Allocates `count` transfers, and returns them idle, too. Completions schedule `napi`.
    ///
    /// # Safety
    ///
    /// The context of `napi` must outlive the set. Nobody may keep an idle or done transfer for
    /// longer than the set.
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
        // SAFETY: there is nothing to observe.
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
            // SAFETY: the URB was allocated above, and is not used.
            unsafe { bindings::usb_free_urb(urb.as_ptr()) };
        })?;
        let transfer = NonNull::from(KBox::leak(transfer));

        // SAFETY: the URB is new.
        unsafe { (*urb.as_ptr()).context = transfer.as_ptr().cast() };
        // SAFETY: the URB is new.
        unsafe { (*urb.as_ptr()).complete = Some(complete_callback::<B>) };
        if self.all.push_within_capacity(transfer).is_err() {
            // SAFETY: nobody has seen the transfer yet.
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
            // SAFETY: by the type invariant the list holds valid transfers, which are this one's
            // now.
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
            // SAFETY: all transfers are valid; their URBs do not change.
            let urb = unsafe { (*transfer.as_ptr()).urb };

            // SAFETY: the URB is valid, whatever its state.
            unsafe { bindings::usb_kill_urb(urb.as_ptr()) };
        }
    }
}

impl<B> Drop for Transfers<B> {
    fn drop(&mut self) {
        self.kill();
        for &transfer in &self.all {
            // SAFETY: by the requirement of `new` nobody else has the transfer, and it is not in
            // flight.
            unsafe { free(transfer) };
        }
    }
}

/// # Safety
///
/// Nobody may use `transfer` any more.
unsafe fn free<B>(transfer: NonNull<Transfer<B>>) {
    // SAFETY: transfers are allocated as boxes, and by the requirement this one is nobody's.
    let transfer = unsafe { KBox::from_raw(transfer.as_ptr()) };

    // SAFETY: the URB is not in flight, and this is its only reference but for what the USB core
    // holds for a moment.
    unsafe { bindings::usb_free_urb(transfer.urb.as_ptr()) };
}

/// # Safety
///
/// To be called by the USB core only, for an URB of a [`Transfer`] of `B`.
unsafe extern "C" fn complete_callback<B>(urb: *mut bindings::urb) {
    // SAFETY: the USB core passes an URB that was in flight; the context is its transfer.
    let transfer = unsafe { (*urb).context }.cast::<Transfer<B>>();

    if let Some(transfer) = NonNull::new(transfer) {
        // SAFETY: the transfer is not in flight any more, and nobody has a handle to it.
        let completions = unsafe { transfer.as_ref() }.completions;

        // SAFETY: the set has its completions as long as its transfers.
        unsafe { completions.as_ref() }.push(transfer);
    }
}
