// SPDX-License-Identifier: GPL-2.0-only

//! Attributes of devices in sysfs.
//!
//! C header: [`include/linux/device.h`](srctree/include/linux/device.h)

use super::{
    bindings,
    compat::device_attribute, //
};
use core::{
    marker::PhantomData,
    slice, //
};
use kernel::{
    error::from_result,
    ffi,
    fmt,
    page::PAGE_SIZE,
    prelude::*,
    str::Formatter, //
};

/// The type that contains a `struct device` with attributes.
///
/// # Safety
///
/// `from_device` must return a reference that is valid while the device is registered, given the
/// device that attributes of this parent were put on.
pub(crate) unsafe trait Parent {
    /// # Safety
    ///
    /// `dev` must be a device of this kind, and stay registered during `'a`.
    unsafe fn from_device<'a>(dev: *mut bindings::device) -> &'a Self;
}

/// An attribute that all may read.
///
/// The callbacks may sleep. No lock is held, but the device is not unregistered before they return.
pub(crate) trait Attribute {
    /// What the attribute belongs to.
    type Parent: Parent;

    /// File name.
    const NAME: &'static CStr;

    /// Writes the attribute's value to `out`, a page at most.
    fn show(parent: &Self::Parent, out: &mut Formatter<'_>) -> fmt::Result;
}

/// An attribute that root may write, too.
pub(crate) trait Writable: Attribute {
    /// Sets the value that user space wrote: the whole of one write, a page at most.
    fn store(parent: &Self::Parent, value: &[u8]) -> Result;
}

/// Callbacks and description of the [`Attribute`] `A`.
struct Adapter<A>(PhantomData<A>);

impl<A: Attribute> Adapter<A> {
    const READ_ONLY: &'static bindings::device_attribute = &Self::description(0o444, None);

    // With lockdep an attribute has more fields.
    #[allow(clippy::needless_update)]
    const fn description(
        mode: bindings::umode_t,
        store: Option<device_attribute::Store>,
    ) -> bindings::device_attribute {
        let attr = bindings::attribute {
            name: kernel::str::as_char_ptr_in_const_context(A::NAME),
            mode,
            ..pin_init::zeroed()
        };

        device_attribute::new(attr, Self::show_callback, store)
    }

    /// # Safety
    ///
    /// To be called by the driver core only, as `device_attribute.show`, for a device that was
    /// given attributes of `A::Parent`.
    unsafe extern "C" fn show_callback(
        dev: *mut bindings::device,
        _attr: device_attribute::Ptr,
        buf: *mut ffi::c_char,
    ) -> isize {
        // SAFETY: by the requirement of the function this is a device of that parent; sysfs keeps
        // it registered until the callback returns.
        let parent = unsafe { A::Parent::from_device(dev) };

        // SAFETY: sysfs passes a buffer of a page, zeroed, which is nobody else's until the
        // callback returns.
        let buf = unsafe { slice::from_raw_parts_mut(buf.cast::<u8>(), PAGE_SIZE) };
        let mut out = Formatter::new(buf);

        from_result(|| {
            A::show(parent, &mut out).map_err(|fmt::Error| EMSGSIZE)?;
            Ok(isize::try_from(out.bytes_written())?)
        })
    }
}

impl<A: Writable> Adapter<A> {
    const READ_WRITE: &'static bindings::device_attribute =
        &Self::description(0o644, Some(Self::store_callback));

    /// # Safety
    ///
    /// To be called by the driver core only, as `device_attribute.store`, for a device that was
    /// given attributes of `A::Parent`.
    unsafe extern "C" fn store_callback(
        dev: *mut bindings::device,
        _attr: device_attribute::Ptr,
        buf: *const ffi::c_char,
        count: usize,
    ) -> isize {
        // SAFETY: by the requirement of the function this is a device of that parent; sysfs keeps
        // it registered until the callback returns.
        let parent = unsafe { A::Parent::from_device(dev) };

        // SAFETY: sysfs passes a buffer of `count` bytes, which nobody changes until the callback
        // returns.
        let value = unsafe { slice::from_raw_parts(buf.cast::<u8>(), count) };

        from_result(|| {
            A::store(parent, value)?;
            Ok(isize::try_from(count)?)
        })
    }
}

/// An entry of a [`Group`]: an [`Attribute`], or the end.
#[repr(transparent)]
pub(crate) struct Entry<P>(*const bindings::attribute, PhantomData<fn(&P)>);

impl<P: Parent> Entry<P> {
    /// Behind the last attribute of each group.
    pub(crate) const END: Self = Self(core::ptr::null(), PhantomData);

    /// The attribute `A`, to be read.
    pub(crate) const fn read_only<A: Attribute<Parent = P> + 'static>() -> Self {
        Self(&raw const Adapter::<A>::READ_ONLY.attr, PhantomData)
    }

    /// The attribute `A`, to be read and written.
    pub(crate) const fn read_write<A: Writable<Parent = P> + 'static>() -> Self {
        Self(&raw const Adapter::<A>::READ_WRITE.attr, PhantomData)
    }
}

/// A named folder of attributes of a `P`.
///
/// # Invariants
///
/// Its list of attributes ends with NULL.
pub(crate) struct Group<P> {
    raw: bindings::attribute_group,
    _parent: PhantomData<fn(&P)>,
}

// SAFETY: nobody changes a group, here or in C, so any thread may read it; there is no `P` in it.
unsafe impl<P> Sync for Group<P> {}

impl<P: Parent> Group<P> {
    /// A folder `name` of `entries`, of which the last must be [`Entry::END`].
    pub(crate) const fn new(name: &'static CStr, entries: &'static [Entry<P>]) -> Self {
        assert!(matches!(entries.last(), Some(last) if last.0.is_null()));

        // INVARIANT: asserted above.
        Self {
            raw: bindings::attribute_group {
                name: kernel::str::as_char_ptr_in_const_context(name),
                __bindgen_anon_2: bindings::attribute_group__bindgen_ty_2 {
                    // CAST: `Entry` is a transparent wrapper of a pointer to an attribute.
                    attrs_const: entries.as_ptr().cast(),
                },
                ..pin_init::zeroed()
            },
            _parent: PhantomData,
        }
    }

    pub(super) fn as_raw(&'static self) -> *const bindings::attribute_group {
        &self.raw
    }
}
