// SPDX-License-Identifier: GPL-2.0-only

//! Bulk transfers and their states.

use super::{
    completion::{
        CompletionHandler,
        Completions, //
    },
    Pipe, //
};
use crate::kernel_ext::bindings;
use core::ptr::NonNull;
use kernel::{
    error::to_result,
    prelude::*,
    ptr::project, //
};

/// The driver's data of a transfer.
pub(in crate::kernel_ext) trait Content {
    /// Called when a transfer has completed.
    type Handler: CompletionHandler;
}

/// A transfer: its URB, and the driver's data `B`.
///
/// # Invariants
///
/// `urb` is valid, and has the transfer as its context; `completions` are those of the set, which
/// has them as long as its transfers. One owner uses the transfer alone: the holder of an [`Idle`]
/// or [`Done`], the USB core from its submission on until it has called back, or a list of
/// completed ones.
pub(super) struct Transfer<B: Content> {
    pub(super) urb: NonNull<bindings::urb>,
    /// Link of a list of transfers; used by the owner of the transfer.
    pub(super) next: *mut Transfer<B>,
    pub(super) completions: NonNull<Completions<B>>,
    pub(super) content: B,
}

impl<B: Content> Transfer<B> {
    pub(super) fn parts(&self) -> (NonNull<bindings::urb>, NonNull<Completions<B>>) {
        (self.urb, self.completions)
    }
}

/// A transfer that nobody but its holder uses.
///
/// # Invariants
///
/// The holder owns the transfer, which is valid: by the requirement of
/// [`Transfers::new`](super::Transfers::new) this is not used once the set was dropped.
pub(in crate::kernel_ext) struct Idle<B: Content>(pub(super) NonNull<Transfer<B>>);

/// A transfer that has completed.
///
/// # Invariants
///
/// The holder owns the transfer, which is valid: by the requirement of
/// [`Transfers::new`](super::Transfers::new) this is not used once the set was dropped.
pub(in crate::kernel_ext) struct Done<B: Content>(pub(super) NonNull<Transfer<B>>);

// SAFETY: by the type invariant the holder alone owns the transfer; an URB may be used from any
// thread, and by the bound the content may. So may the handler: [`CompletionHandler`] requires
// `Send` and `Sync`.
unsafe impl<B: Content + Send> Send for Idle<B> {}

// SAFETY: `&Idle` gives access to `&B` alone, which by the bound any thread may have.
unsafe impl<B: Content + Sync> Sync for Idle<B> {}

// SAFETY: by the type invariant the holder alone owns the transfer; an URB may be used from any
// thread, and by the bound the content may. So may the handler: [`CompletionHandler`] requires
// `Send` and `Sync`.
unsafe impl<B: Content + Send> Send for Done<B> {}

impl<B: Content> Idle<B> {
    /// The driver's data.
    pub(in crate::kernel_ext) fn content(&self) -> &B {
        // SAFETY: by the type invariant the transfer is valid, and `self`, which is borrowed, owns
        // it.
        unsafe { &self.0.as_ref().content }
    }

    /// The driver's data, mutably.
    pub(in crate::kernel_ext) fn content_mut(&mut self) -> &mut B {
        // SAFETY: by the type invariant the transfer is valid, and `self`, which is borrowed
        // mutably, owns it.
        unsafe { &mut self.0.as_mut().content }
    }

    /// Submits the transfer of `len` bytes at `data`; a zero length packet ends it where `zero` is
    /// set and its length is a multiple of the packet size. Returns it on error. Does not sleep.
    ///
    /// # Safety
    ///
    /// `data` must be valid for DMA of `len` bytes until the transfer is done. `pipe` must be of
    /// the set's device.
    pub(in crate::kernel_ext) unsafe fn submit(
        self,
        pipe: &Pipe,
        data: *mut u8,
        len: u32,
        zero: bool,
    ) -> Result<(), (Self, Error)> {
        // SAFETY: by the type invariant the transfer is valid, and `self` owns it.
        let raw = unsafe { self.0.as_ref() }.urb.as_ptr();
        let flags = if zero { bindings::URB_ZERO_PACKET } else { 0 };

        let urb_dev = project!(mut raw, .dev);
        // SAFETY: the URB is valid and not in flight, for `self` owns the transfer: nobody else
        // uses the field.
        unsafe { urb_dev.write(pipe.device()) };
        let urb_pipe = project!(mut raw, .pipe);
        // SAFETY: the URB is valid and not in flight, for `self` owns the transfer: nobody else
        // uses the field.
        unsafe { urb_pipe.write(pipe.raw()) };
        let urb_data = project!(mut raw, .transfer_buffer);
        // SAFETY: the URB is valid and not in flight, for `self` owns the transfer: nobody else
        // uses the field.
        unsafe { urb_data.write(data.cast()) };
        let urb_len = project!(mut raw, .transfer_buffer_length);
        // SAFETY: the URB is valid and not in flight, for `self` owns the transfer: nobody else
        // uses the field.
        unsafe { urb_len.write(len) };
        let urb_flags = project!(mut raw, .transfer_flags);
        // SAFETY: the URB is valid and not in flight, for `self` owns the transfer: nobody else
        // uses the field.
        unsafe { urb_flags.write(flags) };

        // SAFETY: the URB is filled in, its device and endpoint by `pipe`, its buffer by the
        // requirement of the function. If this succeeds the USB core owns the transfer.
        match to_result(unsafe { bindings::usb_submit_urb(raw, bindings::GFP_ATOMIC) }) {
            Ok(()) => Ok(()),
            Err(err) => Err((self, err)),
        }
    }

    /// Completes the transfer without sending it: its status is `err`.
    pub(in crate::kernel_ext) fn fail(self, err: Error) {
        // SAFETY: by the type invariant the transfer is valid, and `self` owns it.
        let (urb, completions) = unsafe { self.0.as_ref() }.parts();
        let status = project!(mut urb.as_ptr(), .status);

        // SAFETY: the URB is valid and not in flight, for `self` owns the transfer.
        unsafe { status.write(err.to_errno()) };
        // SAFETY: by the type invariant of `Transfer` its set has these as long as its transfers.
        let completions = unsafe { completions.as_ref() };
        // SAFETY: by the type invariant the transfer is valid. `self`, which is consumed, owned it,
        // and passes it on.
        unsafe { completions.push(self.0) };
    }
}

impl<B: Content> Done<B> {
    /// The status of the transfer, or how many bytes were transferred.
    pub(in crate::kernel_ext) fn result(&self) -> Result<usize> {
        // SAFETY: by the type invariant the transfer is valid, and `self` owns it.
        let urb = unsafe { self.0.as_ref() }.urb.as_ptr();
        let status = project!(urb, .status);
        // SAFETY: the URB is valid and not in flight, for `self` owns the transfer.
        let status = unsafe { status.read() };
        let len = project!(urb, .actual_length);
        // SAFETY: the URB is valid and not in flight, for `self` owns the transfer.
        let len = unsafe { len.read() };

        to_result(status)?;
        Ok(len as usize)
    }

    /// The transfer, idle.
    pub(in crate::kernel_ext) fn into_idle(self) -> Idle<B> {
        // INVARIANT: `self`, which is consumed, owned the transfer.
        Idle(self.0)
    }
}
