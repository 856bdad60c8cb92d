// SPDX-License-Identifier: GPL-2.0-only

//! Network devices that are down, whose link layer may be another one from now on.
//!
//! C headers: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h),
//! [`include/linux/notifier.h`](srctree/include/linux/notifier.h)

use super::NetDevice;
use crate::kernel_ext::{
    bindings,
    net::rtnl::Rtnl, //
};
use core::{
    marker::PhantomData,
    ptr, //
};
use kernel::{
    error::to_result,
    ffi,
    prelude::*,
    ptr::project, //
};

/// A registered network device that is down.
///
/// # Invariants
///
/// RTNL is held during `'a`, and the device was registered and not running when this was made. Both
/// change under RTNL only, and nothing here changes them, so it still is.
pub(crate) struct Down<'a>(&'a NetDevice, PhantomData<&'a Rtnl>);

impl NetDevice {
    /// The device, as one that is down while RTNL is held. `EBUSY` if it is up, `ENODEV` if it is
    /// not registered.
    pub(crate) fn down<'a>(&'a self, rtnl: &'a Rtnl) -> Result<Down<'a>> {
        if !self.is_registered(rtnl) {
            return Err(ENODEV);
        }
        if self.is_running(rtnl) {
            return Err(EBUSY);
        }

        // INVARIANT: this was just checked, and the result borrows the guard of RTNL.
        Ok(Down(self, PhantomData))
    }
}

impl Down<'_> {
    /// Changes the device's type by `change`, if all notifiers agree.
    pub(crate) fn change_type(&self, change: impl FnOnce(&Self)) -> Result {
        self.notify(bindings::netdev_cmd_NETDEV_PRE_TYPE_CHANGE)?;
        change(self);
        // The type is changed, whatever the notifiers return.
        let _ = self.notify(bindings::netdev_cmd_NETDEV_POST_TYPE_CHANGE);
        Ok(())
    }

    /// Calls the notifiers of the device for `event`, and returns the first error.
    fn notify(&self, event: bindings::netdev_cmd) -> Result {
        /// Set in the return value of a notifier that ends the chain.
        const STOP: ffi::c_int = bindings::NOTIFY_STOP_MASK as ffi::c_int;
        /// The return value of a notifier that agrees.
        const OK: ffi::c_int = bindings::NOTIFY_OK as ffi::c_int;

        // SAFETY: by the type invariants the device is valid and registered, and RTNL is held.
        let answer =
            unsafe { bindings::call_netdevice_notifiers(event as ffi::c_ulong, self.0.as_raw()) };
        // As `notifier_to_errno()` does.
        to_result(OK.saturating_sub(answer & !STOP).min(0))
    }

    /// Makes this a point-to-point device without link layer headers or addresses.
    pub(crate) fn setup_headerless(&self) {
        // SAFETY: by the type invariants the device is valid and down, and RTNL is held.
        unsafe { write_headerless(self.0.as_raw()) };
    }

    /// Makes this an Ethernet device.
    pub(crate) fn setup_ethernet(&self) {
        // SAFETY: by the type invariants the device is valid and down: no packet of it is under way
        // that has the old header. RTNL, which is held, protects what is changed.
        unsafe { bindings::ether_setup(self.0.as_raw()) };

        // SAFETY: by the type invariants the device is valid, and RTNL is held.
        unsafe { write_limits(self.0.as_raw()) };
    }
}

/// Sets `net` up without link layer header or address.
///
/// # Safety
///
/// `net` must be valid, and either in nobody else's hands, or down with RTNL held.
pub(super) unsafe fn write_headerless(net: *mut bindings::net_device) {
    const FLAGS: ffi::c_uint = bindings::net_device_flags_IFF_POINTOPOINT
        | bindings::net_device_flags_IFF_NOARP
        | bindings::net_device_flags_IFF_MULTICAST;

    let header_ops = project!(mut net, .header_ops);
    // SAFETY: by the requirement of the function the field is valid, and no packet is under way
    // whose header the old operations would create; readers see the change late.
    unsafe { header_ops.write_volatile(ptr::null()) };

    let kind = project!(mut net, .type_);
    // SAFETY: by the requirement of the function the field is valid, and nobody else writes it;
    // readers without RTNL see the change late.
    unsafe { kind.write_volatile(bindings::ARPHRD_NONE as ffi::c_ushort) };

    let header_len = project!(mut net, .hard_header_len);
    // SAFETY: by the requirement of the function the field is valid, and nobody else writes it;
    // readers without RTNL see the change late, and then reserve too much headroom.
    unsafe { header_len.write_volatile(0) };

    let address_len = project!(mut net, .addr_len);
    // SAFETY: by the requirement of the function the field is valid, and nobody else writes it;
    // `MAX_ADDR_LEN`, the size of an address, exceeds any length that is read meanwhile.
    unsafe { address_len.write_volatile(0) };

    let flags = project!(mut net, .flags);
    // SAFETY: by the requirement of the function the field is valid, and nobody else writes it;
    // readers without RTNL see the change late.
    unsafe { flags.write_volatile(FLAGS) };
}

/// Changes the defaults of Ethernet: the driver owns each skb that it is given (no
/// `IFF_TX_SKB_SHARING`), and the MTU may be larger than Ethernet's.
///
/// # Safety
///
/// `net` must be valid, and either in nobody else's hands, or RTNL be held.
pub(super) unsafe fn write_limits(net: *mut bindings::net_device) {
    let min = project!(mut net, .min_mtu);
    // SAFETY: by the requirement of the function the field is valid, and nobody else writes it.
    unsafe { min.write_volatile(bindings::ETH_MIN_MTU) };

    let max = project!(mut net, .max_mtu);
    // SAFETY: by the requirement of the function the field is valid, and nobody else writes it.
    unsafe { max.write_volatile(bindings::ETH_MAX_MTU) };

    // SAFETY: by the requirement of the function nobody else changes the flags.
    unsafe { change_private_flags(net, bindings::netdev_priv_flags_IFF_TX_SKB_SHARING, false) };
}

/// Sets or clears `flags` in `priv_flags`.
///
/// # Safety
///
/// `net` must be valid, and either in nobody else's hands, or RTNL be held.
pub(super) unsafe fn change_private_flags(
    net: *mut bindings::net_device,
    flags: bindings::netdev_priv_flags,
    on: bool,
) {
    type Group = bindings::net_device__bindgen_ty_1__bindgen_ty_1;

    // `struct_group()` declares `priv_flags_fast` and the anonymous struct over the same memory.
    let group = project!(mut net, .__bindgen_anon_1.__bindgen_anon_1);
    // CAST: the field has more bits.
    let flags = flags as ffi::c_ulong;
    // SAFETY: by the requirement of the function the group is valid, and its bits, which all change
    // under RTNL, do not change meanwhile.
    let before = unsafe { Group::priv_flags_raw(group) };
    let after = if on { before | flags } else { before & !flags };
    // SAFETY: by the requirement of the function the group is valid, and nobody else writes it;
    // readers of another flag read the old value, which is written again.
    unsafe { Group::set_priv_flags_raw(group, after) };
}
