// SPDX-License-Identifier: GPL-2.0-only

//! What the abstractions take from the kernel by the names of the newest one.
//!
//! `kernel_ext/probes` has a line of Rust for each `cfg` here, which Kbuild tries on the kernel at
//! hand: distributions take changes back to older versions, so version numbers do not help. Remove
//! a difference with the last kernel that needs it: its line there, what is behind `not(...)` here,
//! and then, name by name, what users import from here instead of from the kernel.

/// The description of a device's attribute, and its callbacks.
pub(super) mod device_attribute {
    use crate::kernel_ext::bindings;
    use kernel::ffi;

    /// What callbacks get.
    #[cfg(device_attributes_are_const)]
    pub(in crate::kernel_ext) type Ptr = *const bindings::device_attribute;
    /// What callbacks get.
    #[cfg(not(device_attributes_are_const))]
    pub(in crate::kernel_ext) type Ptr = *mut bindings::device_attribute;

    /// The callback of a read.
    pub(in crate::kernel_ext) type Show =
        unsafe extern "C" fn(*mut bindings::device, Ptr, *mut ffi::c_char) -> isize;
    /// The callback of a write.
    pub(in crate::kernel_ext) type Store =
        unsafe extern "C" fn(*mut bindings::device, Ptr, *const ffi::c_char, usize) -> isize;

    /// An attribute with these callbacks.
    #[cfg(device_attributes_are_const)]
    pub(in crate::kernel_ext) const fn new(
        attr: bindings::attribute,
        show: Show,
        store: Option<Store>,
    ) -> bindings::device_attribute {
        // With CONFIG_CFI each type of a callback has a field of its own, else they share one.
        let mut read: bindings::device_attribute__bindgen_ty_1 = pin_init::zeroed();
        let mut write: bindings::device_attribute__bindgen_ty_2 = pin_init::zeroed();

        read.show_const = Some(show);
        write.store_const = store;
        bindings::device_attribute {
            attr,
            __bindgen_anon_1: read,
            __bindgen_anon_2: write,
        }
    }

    /// An attribute with these callbacks.
    #[cfg(not(device_attributes_are_const))]
    pub(in crate::kernel_ext) const fn new(
        attr: bindings::attribute,
        show: Show,
        store: Option<Store>,
    ) -> bindings::device_attribute {
        bindings::device_attribute {
            attr,
            show: Some(show),
            store,
        }
    }
}

#[cfg(errnos_are_complete)]
pub(crate) use kernel::error::code::{
    EADDRNOTAVAIL,
    ECONNRESET,
    EHOSTUNREACH,
    EILSEQ,
    ENETDOWN,
    ENOBUFS,
    EOPNOTSUPP,
    EPROTO,
    ESHUTDOWN,
    ETIME, //
};

#[cfg(not(errnos_are_complete))]
mod errno {
    use kernel::{
        bindings,
        error::Error, //
    };

    const fn error(errno: u32) -> Error {
        // SAFETY: an `Error` is one `i32`, of the same size. What comes here are the kernel's own
        // numbers, whose negative is a valid one.
        unsafe { core::mem::transmute::<i32, Error>(-(errno as i32)) }
    }

    pub(crate) const EADDRNOTAVAIL: Error = error(bindings::EADDRNOTAVAIL);
    pub(crate) const ECONNRESET: Error = error(bindings::ECONNRESET);
    pub(crate) const EHOSTUNREACH: Error = error(bindings::EHOSTUNREACH);
    pub(crate) const EILSEQ: Error = error(bindings::EILSEQ);
    pub(crate) const ENETDOWN: Error = error(bindings::ENETDOWN);
    pub(crate) const ENOBUFS: Error = error(bindings::ENOBUFS);
    pub(crate) const EOPNOTSUPP: Error = error(bindings::EOPNOTSUPP);
    pub(crate) const EPROTO: Error = error(bindings::EPROTO);
    pub(crate) const ESHUTDOWN: Error = error(bindings::ESHUTDOWN);
    pub(crate) const ETIME: Error = error(bindings::ETIME);
}
#[cfg(not(errnos_are_complete))]
pub(crate) use errno::*;

#[cfg(hrtimer_restart_is_newtype)]
pub(super) const HRTIMER_NORESTART: kernel::bindings::hrtimer_restart =
    kernel::bindings::hrtimer_restart::HRTIMER_NORESTART;

#[cfg(not(hrtimer_restart_is_newtype))]
pub(super) use kernel::bindings::hrtimer_restart_HRTIMER_NORESTART as HRTIMER_NORESTART;

#[cfg(pin_init_has_raw_init)]
pub(super) use pin_init::raw_init;

/// Initialises what `slot` points to.
///
/// # Safety
///
/// `slot` must be valid for writes, and what it points to pinned from then on.
#[cfg(not(pin_init_has_raw_init))]
pub(super) unsafe fn raw_init<T>(slot: *mut T, init: impl pin_init::PinInit<T>) {
    // SAFETY: by the requirement of the function. The initialiser does not fail.
    let Ok(()) = unsafe { init.__pinned_init(slot) };
}

#[cfg(spin_lock_irq_exists)]
pub(super) use kernel::{
    new_spinlock_irq,
    sync::SpinLockIrq, //
};

#[cfg(not(spin_lock_irq_exists))]
mod spinlock {
    use kernel::{
        bindings,
        ffi,
        sync::lock::{
            Backend,
            Lock, //
        }, //
    };

    /// A spin lock that keeps interrupts away while it is held.
    pub(in crate::kernel_ext) type SpinLockIrq<T> = Lock<T, SpinLockIrqBackend>;

    /// The backend of such a lock.
    pub(in crate::kernel_ext) struct SpinLockIrqBackend;

    // SAFETY: the lock is the kernel's own, and its functions let one context hold it at a time.
    unsafe impl Backend for SpinLockIrqBackend {
        type State = bindings::spinlock_t;
        type GuardState = ffi::c_ulong;

        unsafe fn init(
            ptr: *mut Self::State,
            name: *const ffi::c_char,
            key: *mut bindings::lock_class_key,
        ) {
            // SAFETY: by the requirement of the function all pointers are valid, and the lock stays
            // where it is.
            unsafe { bindings::__spin_lock_init(ptr, name, key) }
        }

        unsafe fn lock(ptr: *mut Self::State) -> Self::GuardState {
            // A lock of real time sleeps, and leaves interrupts alone.
            #[cfg(CONFIG_PREEMPT_RT)]
            {
                // SAFETY: by the requirement of the function the lock was set up.
                unsafe { bindings::spin_lock(ptr) };
                0
            }

            #[cfg(not(CONFIG_PREEMPT_RT))]
            // SAFETY: by the requirement of the function the lock was set up. Its first field is
            // the raw one that it consists of.
            unsafe {
                bindings::_raw_spin_lock_irqsave(ptr.cast())
            }
        }

        unsafe fn try_lock(_ptr: *mut Self::State) -> Option<Self::GuardState> {
            // May fail at any time. Nobody tries.
            None
        }

        unsafe fn unlock(ptr: *mut Self::State, guard_state: &Self::GuardState) {
            #[cfg(CONFIG_PREEMPT_RT)]
            {
                let _ = guard_state;
                // SAFETY: by the requirement of the function the caller holds the lock.
                unsafe { bindings::spin_unlock(ptr) };
            }

            #[cfg(not(CONFIG_PREEMPT_RT))]
            // SAFETY: by the requirement of the function the caller holds the lock, and this is the
            // state that `lock` returned. The first field is the raw lock.
            unsafe {
                bindings::_raw_spin_unlock_irqrestore(ptr.cast(), *guard_state)
            };
        }

        unsafe fn assert_is_held(ptr: *mut Self::State) {
            // SAFETY: by the requirement of the function the lock was set up.
            unsafe { bindings::spin_assert_is_held(ptr) };
        }
    }

    /// A new lock, which is named after the place of its creation.
    macro_rules! new_spinlock_irq {
        ($inner:expr) => {
            $crate::kernel_ext::compat::SpinLockIrq::new(
                $inner,
                ::kernel::optional_name!(),
                ::kernel::static_lock_class!(),
            )
        };
    }
    pub(in crate::kernel_ext) use new_spinlock_irq;
}
#[cfg(not(spin_lock_irq_exists))]
pub(super) use spinlock::{
    new_spinlock_irq,
    SpinLockIrq, //
};
