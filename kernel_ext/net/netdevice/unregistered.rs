// SPDX-License-Identifier: GPL-2.0-only

//! Network devices that are not registered.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

use super::{
    down,
    NetDevice, //
};
use crate::kernel_ext::{
    bindings,
    net::rtnl::Rtnl, //
};
use core::{
    marker::PhantomData,
    mem::ManuallyDrop,
    ops::Deref,
    ptr::NonNull, //
};
use kernel::{
    device,
    error::to_result,
    ffi,
    prelude::*,
    ptr::project, //
};

/// A network device that is not registered. It belongs to its holder, and is freed when that drops
/// it; `'a` is how long its parent lives at least.
///
/// # Invariants
///
/// `net` is a valid device that is not registered, and that nobody else writes to: it is on no list
/// of the kernel's, and this cannot go to another thread. Its holder calls what writes here only as
/// long as nobody else has the device at all.
pub(crate) struct Unregistered<'a> {
    net: NonNull<bindings::net_device>,
    _parent: PhantomData<&'a device::Device>,
}

impl Deref for Unregistered<'_> {
    type Target = NetDevice;

    fn deref(&self) -> &NetDevice {
        // SAFETY: by the type invariant the device is valid as long as `self`, which is borrowed.
        unsafe { NetDevice::from_raw(self.net.as_ptr()) }
    }
}

impl<'a> Unregistered<'a> {
    /// Allocates an Ethernet device with `private_len` bytes for the driver, zeroed, and an MTU
    /// that may be as large as IP permits. Sleeps.
    pub(in crate::kernel_ext) fn ethernet(private_len: usize) -> Result<Self> {
        // SAFETY: the function wants nothing but a size, and to sleep.
        let net = unsafe { bindings::alloc_etherdev_mqs(private_len.try_into()?, 1, 1) };
        let net = NonNull::new(net).ok_or(ENOMEM)?;

        // SAFETY: the device is new, so nobody else has it.
        unsafe { down::write_limits(net.as_ptr()) };
        // INVARIANT: the device is new, so nobody else has it.
        Ok(Self {
            net,
            _parent: PhantomData,
        })
    }

    /// Allocates a device without link layer, after the template `name`, with `private_len` bytes
    /// for the driver, zeroed. Sleeps.
    pub(in crate::kernel_ext) fn headerless(
        private_len: usize,
        name: &'static CStr,
    ) -> Result<Self> {
        // The C function would stop the kernel.
        if name.to_bytes_with_nul().len() > bindings::IFNAMSIZ as usize {
            return Err(EINVAL);
        }
        // SAFETY: the name is short enough and ends with a zero, and the callback initialises the
        // device that it is passed. The function sleeps.
        let net = unsafe {
            bindings::alloc_netdev_mqs(
                private_len.try_into()?,
                name.as_char_ptr(),
                bindings::NET_NAME_UNKNOWN as ffi::c_uchar,
                Some(setup_callback),
                1,
                1,
            )
        };

        // INVARIANT: the device is new, so nobody else has it.
        Ok(Self {
            net: NonNull::new(net).ok_or(ENOMEM)?,
            _parent: PhantomData,
        })
    }

    /// A device that is not registered any more.
    ///
    /// # Safety
    ///
    /// `net` must be a valid device that was registered once and is not any more, which the caller
    /// gives away.
    pub(in crate::kernel_ext) unsafe fn from_raw(net: NonNull<bindings::net_device>) -> Self {
        // INVARIANT: by the requirement of the function.
        Self {
            net,
            _parent: PhantomData,
        }
    }

    /// Registers the device. Sleeps; takes RTNL.
    ///
    /// # Safety
    ///
    /// The driver's part of the device must be what the callbacks expect that were set, until the
    /// device is not registered any more. If this succeeds, `self` must be forgotten.
    pub(in crate::kernel_ext) unsafe fn register(&self) -> Result {
        // SAFETY: by the type invariant the device is valid and not registered; by the requirement
        // of the function its callbacks may be called from now on.
        to_result(unsafe { bindings::register_netdev(self.as_raw()) })
    }

    /// As [`Self::register`], with RTNL held. Frees the device on error. When it is unregistered
    /// later, it is freed by the network core.
    ///
    /// # Safety
    ///
    /// The driver's part of the device must be what the callbacks expect that were set, until the
    /// device is freed.
    pub(in crate::kernel_ext) unsafe fn register_locked(
        self,
        _rtnl: &Rtnl,
    ) -> Result<NonNull<bindings::net_device>> {
        let frees = project!(mut self.as_raw(), .needs_free_netdev);
        // SAFETY: by the type invariant the device is valid, and nobody else uses the field.
        unsafe { frees.write(true) };

        // SAFETY: by the type invariant the device is valid and not registered, and RTNL is held;
        // by the requirement of the function its callbacks may be called from now on.
        to_result(unsafe { bindings::register_netdevice(self.as_raw()) })?;
        Ok(ManuallyDrop::new(self).net)
    }

    /// The driver's part of the device.
    pub(in crate::kernel_ext) fn private(&self) -> *mut ffi::c_void {
        NetDevice::private(self.as_raw())
    }
}

impl Drop for Unregistered<'_> {
    fn drop(&mut self) {
        // SAFETY: by the type invariant the device is valid and not registered, and it belongs to
        // `self`. Where a registration has failed late, the caller still holds RTNL.
        unsafe { bindings::free_netdev(self.net.as_ptr()) };
    }
}

/// Sets up a device without link layer.
///
/// # Safety
///
/// To be called by `alloc_netdev_mqs()` only, with a new device.
unsafe extern "C" fn setup_callback(net: *mut bindings::net_device) {
    // SAFETY: by the requirement of the function nobody else has the device.
    unsafe { down::write_headerless(net) };

    let mtu = project!(mut net, .mtu);
    // SAFETY: by the requirement of the function the device is valid, and nobody else has it.
    unsafe { mtu.write(bindings::ETH_DATA_LEN) };

    let queue_len = project!(mut net, .tx_queue_len);
    // SAFETY: by the requirement of the function the device is valid, and nobody else has it.
    unsafe { queue_len.write(bindings::DEFAULT_TX_QUEUE_LEN) };
}
