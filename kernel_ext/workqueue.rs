// SPDX-License-Identifier: GPL-2.0-only

//! Work items, which run in process context.
//!
//! [`kernel::workqueue`] requires that a work item is in an `Arc` or a `Box`; these are part of
//! another object.
//!
//! C header: [`include/linux/workqueue.h`](srctree/include/linux/workqueue.h)

use core::ffi::c_void;
use kernel::{
    bindings,
    ffi,
    prelude::*,
    static_lock_class,
    types::Opaque, //
};

/// The function of a work item; its argument is the context.
pub(super) type Callback = unsafe fn(*mut c_void);

/// A work item.
///
/// # Invariants
///
/// `raw` is set up, and calls `callback` with `context`.
#[pin_data(PinnedDrop)]
#[repr(C)]
pub(super) struct Work {
    // First, so that the callback finds the rest.
    #[pin]
    raw: Opaque<bindings::work_struct>,
    callback: Callback,
    context: *mut c_void,
}

// SAFETY: the workqueue's functions may be called from any thread. The context is used by the
// callback alone, which by the requirement of `new` may be called with it by any worker.
unsafe impl Send for Work {}

// SAFETY: the workqueue's functions lock what they share. The context is used by the callback
// alone, which by the requirement of `new` may be called with it by any worker.
unsafe impl Sync for Work {}

impl Work {
    /// A work item that is not queued.
    ///
    /// # Safety
    ///
    /// It must be sound to call `callback` with `context`, in process context, until the work item
    /// is dropped, if it was queued.
    pub(super) unsafe fn new(callback: Callback, context: *mut c_void) -> impl PinInit<Self> {
        // INVARIANT: the C function sets the item up; the other fields are what they should be.
        pin_init!(Self {
            raw <- Opaque::ffi_init(|raw: *mut bindings::work_struct| {
                // SAFETY: `raw` is valid for writes, and stays in its place.
                unsafe {
                    bindings::init_work_with_key(
                        raw,
                        Some(Self::work_callback),
                        false,
                        c"work".as_char_ptr(),
                        static_lock_class!().as_ptr(),
                    )
                };
            }),
            callback,
            context,
        })
    }

    /// Queues the work, unless it is queued already. Called in any context.
    pub(super) fn queue(&self) {
        // SAFETY: the variable is written once, at boot, before there are modules.
        let queue = unsafe { bindings::system_dfl_wq };

        // SAFETY: by the type invariant the item is set up, and calls what by the requirement of
        // `new` may be called until it is dropped, when it is cancelled.
        unsafe {
            bindings::queue_work_on(
                bindings::wq_misc_consts_WORK_CPU_UNBOUND as ffi::c_int,
                queue,
                self.raw.get(),
            )
        };
    }

    /// Cancels the work, and waits for it if it runs (`cancel_work_sync()`). Sleeps.
    pub(super) fn cancel(&self) {
        // SAFETY: by the type invariant the item is set up.
        unsafe { bindings::cancel_work_sync(self.raw.get()) };
    }

    /// # Safety
    ///
    /// To be called by a workqueue only, for a work item of this type.
    unsafe extern "C" fn work_callback(raw: *mut bindings::work_struct) {
        // SAFETY: by the requirement of the function `raw` is the first field of a `Work`, which is
        // not dropped before this has returned.
        let this = unsafe { &*raw.cast::<Self>() };

        // SAFETY: by the type invariant these are the callback and context that `new` was given,
        // which by its requirement go together until the item is dropped.
        unsafe { (this.callback)(this.context) };
    }
}

#[pinned_drop]
impl PinnedDrop for Work {
    fn drop(self: Pin<&mut Self>) {
        self.cancel();
    }
}
