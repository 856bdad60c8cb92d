// SPDX-License-Identifier: GPL-2.0-only

//! High resolution timers that expire in softirq context.
//!
//! [`kernel::time::hrtimer`] consumes a pointer to the timer at each start; these are part of
//! another object, and are restarted.
//!
//! C header: [`include/linux/hrtimer.h`](srctree/include/linux/hrtimer.h)

use crate::kernel_ext::compat::HRTIMER_NORESTART;
use core::ffi::c_void;
use kernel::{
    bindings,
    prelude::*,
    time::Delta,
    types::Opaque, //
};

/// The function of a timer; its argument is the context.
pub(in crate::kernel_ext) type Callback = unsafe fn(*mut c_void);

/// A timer.
///
/// # Invariants
///
/// `raw` is set up, and calls `callback` with `context`.
#[pin_data(PinnedDrop)]
#[repr(C)]
pub(in crate::kernel_ext) struct Timer {
    // First, so that the callback finds the rest.
    #[pin]
    raw: Opaque<bindings::hrtimer>,
    callback: Callback,
    context: *mut c_void,
}

// SAFETY: the timer core's functions may be called from any thread. The context is used by the
// callback alone, which by the requirement of `new` may be called with it from anywhere.
unsafe impl Send for Timer {}

// SAFETY: the timer core's functions lock what they share. The context is used by the callback
// alone, which by the requirement of `new` may be called with it from anywhere.
unsafe impl Sync for Timer {}

impl Timer {
    /// A timer that does not run.
    ///
    /// # Safety
    ///
    /// It must be sound to call `callback` with `context`, from softirq context, until the timer is
    /// dropped.
    pub(in crate::kernel_ext) unsafe fn new(
        callback: Callback,
        context: *mut c_void,
    ) -> impl PinInit<Self> {
        // INVARIANT: the C function sets the timer up; the other fields are what they should be.
        pin_init!(Self {
            raw <- Opaque::ffi_init(|raw| {
                // SAFETY: `raw` is valid for writes, and stays in its place.
                unsafe {
                    bindings::hrtimer_setup(
                        raw,
                        Some(Self::expired_callback),
                        bindings::CLOCK_MONOTONIC as bindings::clockid_t,
                        bindings::hrtimer_mode_HRTIMER_MODE_REL_SOFT,
                    )
                };
            }),
            callback,
            context,
        })
    }

    /// Starts the timer, or restarts it, to expire in `delay`. Does not sleep.
    pub(in crate::kernel_ext) fn start(&self, delay: Delta) {
        // SAFETY: by the type invariant the timer is set up, and calls what by the requirement of
        // `new` may be called until it is dropped, when it is stopped.
        unsafe {
            bindings::hrtimer_start_range_ns(
                self.raw.get(),
                delay.as_nanos(),
                0,
                bindings::hrtimer_mode_HRTIMER_MODE_REL_SOFT,
            )
        };
    }

    /// Cancels the timer, and waits for its callback if that runs (`hrtimer_cancel()`). Sleeps.
    pub(in crate::kernel_ext) fn stop(&self) {
        // SAFETY: by the type invariant the timer is set up.
        unsafe { bindings::hrtimer_cancel(self.raw.get()) };
    }

    /// # Safety
    ///
    /// To be called by the timer core only, for a timer of this type.
    unsafe extern "C" fn expired_callback(
        raw: *mut bindings::hrtimer,
    ) -> bindings::hrtimer_restart {
        // SAFETY: by the requirement of the function `raw` is the first field of a `Timer`, which
        // is not dropped before this has returned.
        let this = unsafe { &*raw.cast::<Self>() };

        // SAFETY: by the type invariant these are the callback and context that `new` was given,
        // which by its requirement go together until the timer is dropped.
        unsafe { (this.callback)(this.context) };
        HRTIMER_NORESTART
    }
}

#[pinned_drop]
impl PinnedDrop for Timer {
    fn drop(self: Pin<&mut Self>) {
        self.stop();
    }
}
