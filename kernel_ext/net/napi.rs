// SPDX-License-Identifier: GPL-2.0-only

//! NAPI: reception in batches, in which the network stack merges packets of a flow (GRO).
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

mod alloc;
mod gro;
mod heads;
mod scheduler;

pub(in crate::kernel_ext) use gro::Gro;
pub(in crate::kernel_ext) use heads::HeadPool;
pub(in crate::kernel_ext) use scheduler::Scheduler;

use crate::kernel_ext::bindings;
use core::{
    cell::UnsafeCell,
    ops::{
        Deref,
        DerefMut, //
    }, //
};
use kernel::{
    ffi,
    new_mutex,
    prelude::*,
    ptr::project,
    sync::{
        Mutex,
        MutexGuard, //
    },
    types::Opaque, //
};

/// The budget of a poll, in packets (`NAPI_POLL_WEIGHT`).
const POLL_WEIGHT: ffi::c_int = bindings::NAPI_POLL_WEIGHT as ffi::c_int;

/// Polled by a NAPI context.
pub(in crate::kernel_ext) trait Poll {
    /// The data of a poll, which nobody else uses meanwhile.
    type Data: Send;

    /// Processes at most `budget` packets, and returns how many: less than `budget` only if nothing
    /// is left. Called in softirq context. `budget` is 0 if nothing may be received.
    fn poll(&self, data: &mut Self::Data, gro: &mut Gro<'_>, budget: usize) -> usize;
}

/// A NAPI context of a network device, and the data of its polls.
///
/// # Invariants
///
/// `raw` is the context of a network device that outlives it. It is enabled if `enabled` is true
/// and there is no [`Paused`], else disabled. `data` is used by a poll or, while the context is
/// disabled, by the holder of the lock of `enabled`.
#[pin_data(PinnedDrop)]
#[repr(C)]
pub(in crate::kernel_ext) struct Napi<P: Poll> {
    // First, so that the poll callback finds the rest.
    #[pin]
    raw: Opaque<bindings::napi_struct>,
    context: *const P,
    #[pin]
    enabled: Mutex<bool>,
    data: UnsafeCell<P::Data>,
}

// SAFETY: by the type invariant the data is used by one context at a time, and it is `Send`. The
// functions that are called for the C structure may be called from any thread.
unsafe impl<P: Poll + Sync> Send for Napi<P> {}

// SAFETY: by the type invariant the data is used by one context at a time, and it is `Send`. What
// is polled, `P`, is used by the thread that happens to poll, and is `Sync`.
unsafe impl<P: Poll + Sync> Sync for Napi<P> {}

impl<P: Poll> Napi<P> {
    /// A disabled context that polls `context`.
    ///
    /// # Safety
    ///
    /// `net` must be a valid device that outlives the result, and whose lock (`netdev_lock()`) is
    /// not held when the result is initialised or dropped. `context` must be valid whenever the
    /// NAPI context is enabled.
    pub(in crate::kernel_ext) unsafe fn new(
        net: *mut bindings::net_device,
        context: *const P,
        data: P::Data,
    ) -> impl PinInit<Self> {
        // INVARIANT: the C function sets the context up, disabled; by the requirement of the
        // function the device outlives it.
        pin_init!(Self {
            raw <- Opaque::ffi_init(move |napi: *mut bindings::napi_struct| {
                // SAFETY: `napi` is valid for writes, and all bytes of a C structure may be zero.
                unsafe { napi.write_bytes(0, 1) };

                let add = || {
                    // SAFETY: `napi` is zeroed and stays in its place; the device, which is valid
                    // by the requirement of the function, has its lock held.
                    unsafe {
                        bindings::netif_napi_add_weight_locked(
                            net,
                            napi,
                            Some(Self::poll_callback),
                            POLL_WEIGHT,
                        )
                    }
                };
                // SAFETY: by the requirement of the function the device is valid, and its lock not
                // held.
                unsafe { with_netdev_lock(net, add) };
            }),
            context,
            enabled <- new_mutex!(false),
            data: UnsafeCell::new(data),
        })
    }

    /// A handle that schedules the context.
    ///
    /// # Safety
    ///
    /// The result, and copies of it, must not be used after `self` was dropped.
    pub(in crate::kernel_ext) unsafe fn scheduler(&self) -> Scheduler {
        // INVARIANT: by the requirement of the function.
        Scheduler(self.raw.get())
    }

    /// Schedules the context, unless it is disabled. Called in any context.
    pub(in crate::kernel_ext) fn schedule(&self) {
        // SAFETY: the result is used before `self`, which is borrowed, can be dropped.
        unsafe { self.scheduler() }.schedule();
    }

    /// Disables the context, and returns its data. Sleeps. When the result is dropped the context
    /// is enabled again if it was enabled, or as by [`Paused::set_enabled`].
    pub(in crate::kernel_ext) fn pause(&self) -> Paused<'_, P> {
        let enabled = self.enabled.lock();

        if *enabled {
            // SAFETY: by the type invariant the context is set up and enabled; this sleeps.
            unsafe { bindings::napi_disable(self.raw.get()) };
        }
        Paused {
            napi: self,
            enabled,
        }
    }

    /// # Safety
    ///
    /// To be called by the network core only, for the context of a [`Napi`] of `P`.
    unsafe extern "C" fn poll_callback(
        napi: *mut bindings::napi_struct,
        budget: ffi::c_int,
    ) -> ffi::c_int {
        // SAFETY: by the requirement of the function this is the context of a `Napi<P>`, whose
        // first field it is, and which is not dropped while it polls.
        let this = unsafe { &*napi.cast::<Self>() };
        // SAFETY: the context is enabled, or it would not be polled, so that by the requirement of
        // `new` this is valid.
        let context = unsafe { &*this.context };
        // SAFETY: by the type invariant the data is this poll's until it is over.
        let data = unsafe { &mut *this.data.get() };
        // SAFETY: the context is valid, and this is its poll.
        let mut gro = unsafe { Gro::new(napi) };

        let done = context.poll(data, &mut gro, budget as usize) as ffi::c_int;
        gro.flush();
        if done < budget {
            // SAFETY: this is the context's poll, which has done less than its budget, and ends.
            unsafe { bindings::napi_complete_done(napi, done) };
        }
        done
    }
}

/// A NAPI context that is disabled while this exists.
pub(in crate::kernel_ext) struct Paused<'a, P: Poll> {
    napi: &'a Napi<P>,
    enabled: MutexGuard<'a, bool>,
}

impl<P: Poll> Paused<'_, P> {
    /// Sets whether the context is enabled when this is dropped.
    pub(in crate::kernel_ext) fn set_enabled(&mut self, enabled: bool) {
        *self.enabled = enabled;
    }
}

impl<P: Poll> Deref for Paused<'_, P> {
    type Target = P::Data;

    fn deref(&self) -> &P::Data {
        // SAFETY: the context is disabled since this was created, and this holds the lock of
        // `enabled`: by the type invariant of `Napi` the data belongs to the holder of `self`.
        unsafe { &*self.napi.data.get() }
    }
}

impl<P: Poll> DerefMut for Paused<'_, P> {
    fn deref_mut(&mut self) -> &mut P::Data {
        // SAFETY: the context is disabled since this was created, and this holds the lock of
        // `enabled`: by the type invariant of `Napi` the data belongs to the holder of `self`,
        // which is borrowed mutably.
        unsafe { &mut *self.napi.data.get() }
    }
}

impl<P: Poll> Drop for Paused<'_, P> {
    fn drop(&mut self) {
        if *self.enabled {
            // SAFETY: by the type invariant of `Napi` the context is set up. It is disabled:
            // `pause` disabled it, if it was enabled. This sleeps.
            unsafe { bindings::napi_enable(self.napi.raw.get()) };
            // Completions meanwhile did not schedule it.
            self.napi.schedule();
        }
    }
}

/// Calls `what` with the device's own lock held (`netdev_lock()`). Sleeps.
///
/// # Safety
///
/// `net` must be a valid device, whose lock the caller does not hold.
unsafe fn with_netdev_lock(net: *mut bindings::net_device, what: impl FnOnce()) {
    let lock = project!(mut net, .lock);

    // SAFETY: by the requirement of the function the device is valid, and its lock not held.
    unsafe { bindings::mutex_lock(lock.cast()) };
    what();
    // SAFETY: by the requirement of the function the device is valid; it was locked above.
    unsafe { bindings::mutex_unlock(lock.cast()) };
}

#[pinned_drop]
impl<P: Poll> PinnedDrop for Napi<P> {
    fn drop(self: Pin<&mut Self>) {
        self.pause().set_enabled(false);

        let napi = self.raw.get();
        let net = project!(napi, .dev);
        // SAFETY: by the type invariant the context is set up; the pointer does not change.
        let net = unsafe { net.read() }.cast::<bindings::net_device>();
        let delete = || {
            // SAFETY: by the type invariant the context is set up. It was disabled above, and the
            // lock of its device is held.
            unsafe { bindings::__netif_napi_del_locked(napi) }
        };
        // SAFETY: by the type invariant the device is valid. Nobody drops a context with the lock
        // of its device held: by the requirement of `new`.
        unsafe { with_netdev_lock(net, delete) };
        // After this nobody reads the context any more.
        // SAFETY: the caller may sleep, for a `Napi` is dropped where that may be.
        unsafe { bindings::synchronize_net() };
    }
}
