// SPDX-License-Identifier: GPL-2.0-only

//! RTNL, the lock of the network configuration.
//!
//! C header: [`include/linux/rtnetlink.h`](srctree/include/linux/rtnetlink.h)

use crate::kernel_ext::bindings;
use core::mem::ManuallyDrop;
use kernel::{
    ffi,
    prelude::*,
    ptr::project,
    types::NotThreadSafe, //
};

/// The RTNL mutex, held: a guard, and a token for what requires the lock.
///
/// # Invariants
///
/// The task that has this holds the lock, which nobody else releases.
#[must_use = "the lock is released when the guard is dropped"]
pub(crate) struct Rtnl(NotThreadSafe);

impl Rtnl {
    /// Takes the lock. Sleeps until it is free.
    pub(crate) fn lock() -> Self {
        // SAFETY: the caller may sleep; a task that holds the lock already waits for ever.
        unsafe { bindings::rtnl_lock() };
        // INVARIANT: the lock was taken just now.
        Self(NotThreadSafe)
    }

    /// The guard of a callback that is called with the lock held.
    ///
    /// # Safety
    ///
    /// This task must hold the lock for as long as it keeps the result.
    pub(in crate::kernel_ext) unsafe fn assume_held() -> ManuallyDrop<Self> {
        // INVARIANT: by the requirement of the function.
        ManuallyDrop::new(Self(NotThreadSafe))
    }

    /// Takes the lock if it is free, for a sysfs attribute of a network device.
    ///
    /// Unregistering a device waits, with the lock held, for its attributes' users: such a user
    /// must not wait for the lock. If the lock is taken this returns `ERESTARTNOINTR`: the kernel
    /// repeats the system call, which user space does not notice.
    pub(crate) fn try_lock_or_restart() -> Result<Self> {
        // SAFETY: the caller may sleep.
        if unsafe { bindings::rtnl_trylock() } != 0 {
            // INVARIANT: the lock was taken just now.
            return Ok(Self(NotThreadSafe));
        }

        let task = kernel::current!().as_ptr();
        let flags = project!(mut task, .thread_info.flags);
        // SAFETY: the current task is valid; this is the bitmap of its flags, which is changed by
        // atomic operations.
        unsafe { bindings::set_bit(bindings::TIF_SIGPENDING as ffi::c_ulong, flags) };

        Err(ERESTARTNOINTR)
    }
}

impl Drop for Rtnl {
    fn drop(&mut self) {
        // SAFETY: by the type invariant this task holds the lock.
        unsafe { bindings::rtnl_unlock() };
    }
}
