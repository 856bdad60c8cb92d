// SPDX-License-Identifier: GPL-2.0-only

//! Setting up a network device before it is registered.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

use super::{
    down,
    Features,
    NetDevice,
    Unregistered,
    ETH_ALEN, //
};
use crate::kernel_ext::{
    bindings,
    net::rtnl::Rtnl,
    sysfs, //
};
use core::ptr;
use kernel::{
    device,
    ffi,
    prelude::*,
    ptr::project, //
};

/// A kind of device: `struct device_type`.
pub(in crate::kernel_ext) struct DeviceType(bindings::device_type);

// SAFETY: nobody changes it, here or in C, so any thread may read it.
unsafe impl Sync for DeviceType {}

impl DeviceType {
    /// The kind that user space sees as `DEVTYPE=name`.
    pub(in crate::kernel_ext) const fn new(name: &'static CStr) -> Self {
        Self(bindings::device_type {
            name: kernel::str::as_char_ptr_in_const_context(name),
            ..pin_init::zeroed()
        })
    }
}

impl<'a> Unregistered<'a> {
    /// Puts the device into the network namespace of `other`.
    pub(in crate::kernel_ext) fn set_namespace_of(&self, other: &NetDevice, _rtnl: &Rtnl) {
        let theirs = project!(other.as_raw(), .nd_net);
        let own = project!(mut self.as_raw(), .nd_net);

        // SAFETY: by the type invariant of `NetDevice` the device is valid. Its namespace does not
        // change while RTNL is held.
        let namespace = unsafe { theirs.read() };
        // SAFETY: by the type invariant the device is valid, and nobody else uses the field.
        unsafe { own.write(namespace) };
    }

    /// Sets the hardware address.
    pub(crate) fn set_address(&self, address: [u8; ETH_ALEN]) {
        // SAFETY: by the type invariant the device is valid and nobody else's; `address` has the
        // length that is passed.
        unsafe { bindings::dev_addr_mod(self.as_raw(), 0, address.as_ptr().cast(), ETH_ALEN) };
    }

    /// Draws a random, locally administered unicast address, and marks it as such. The caller sets
    /// it, or one like it.
    pub(crate) fn random_address(&self) -> [u8; ETH_ALEN] {
        let mut address = [0; ETH_ALEN];

        // SAFETY: `address` has the length that is passed.
        unsafe { bindings::get_random_bytes(address.as_mut_ptr().cast(), address.len()) };
        let [first, ..] = &mut address;
        *first = (*first & 0xfe) | 0x02;

        let kind = project!(mut self.as_raw(), .addr_assign_type);
        // SAFETY: by the type invariant the device is valid, and nobody else uses the field.
        unsafe { kind.write(bindings::NET_ADDR_RANDOM as ffi::c_uchar) };
        address
    }

    /// Sets the device's operations.
    ///
    /// # Safety
    ///
    /// It must be sound that the network core calls `ops` for the device while that is registered.
    pub(in crate::kernel_ext) unsafe fn set_ops(&self, ops: &'static bindings::net_device_ops) {
        let field = project!(mut self.as_raw(), .netdev_ops);

        // SAFETY: by the type invariant the device is valid, and nobody else uses the field.
        unsafe { field.write(ops) };
    }

    /// Sets what ethtool may do with the device.
    ///
    /// # Safety
    ///
    /// It must be sound that the network core calls `ops` for the device while that is registered.
    pub(in crate::kernel_ext) unsafe fn set_ethtool_ops(
        &self,
        ops: &'static bindings::ethtool_ops,
    ) {
        let field = project!(mut self.as_raw(), .ethtool_ops);

        // SAFETY: by the type invariant the device is valid, and nobody else uses the field.
        unsafe { field.write(ops) };
    }

    /// Gives the device the attributes of `group` when it is registered.
    ///
    /// # Safety
    ///
    /// `P::from_device` must be sound for the device while that is registered.
    pub(in crate::kernel_ext) unsafe fn set_attributes<P: sysfs::Parent>(
        &self,
        group: &'static sysfs::Group<P>,
    ) {
        let groups = project!(mut self.as_raw(), .sysfs_groups);
        // CAST: an array begins with its first element.
        let first = groups.cast::<*const bindings::attribute_group>();

        // SAFETY: by the type invariant the device is valid, and nobody else uses the field.
        unsafe { first.write(group.as_raw()) };
    }

    /// Names the device when it is registered, after a template such as `wwan%d`, which is
    /// truncated to `IFNAMSIZ`.
    pub(in crate::kernel_ext) fn set_name(&self, template: &'static CStr) {
        let name = project!(mut self.as_raw(), .name);
        let mut bytes = [0; bindings::IFNAMSIZ as usize];
        let [chars @ .., _zero] = &mut bytes;
        for (to, &from) in chars.iter_mut().zip(template.to_bytes_with_nul()) {
            // CAST: both have eight bits.
            *to = from as ffi::c_char;
        }

        // SAFETY: by the type invariant the device is valid, and nobody else uses the field.
        unsafe { name.write(bytes) };
    }

    /// Tells which device this is a part of, and what kind it is (`SET_NETDEV_DEV()`,
    /// `SET_NETDEV_DEVTYPE()`).
    pub(in crate::kernel_ext) fn set_parent(
        &self,
        parent: &'a device::Device,
        kind: &'static DeviceType,
    ) {
        // CAST: a `Device` is a transparent wrapper.
        let parent = ptr::from_ref(parent).cast_mut().cast();
        let field = project!(mut self.as_raw(), .dev.parent);
        // SAFETY: by the type invariant the device is valid, and nobody else uses the field. The
        // parent lives as long as `self`; registering the device takes a reference to it.
        unsafe { field.write(parent) };

        let field = project!(mut self.as_raw(), .dev.type_);
        // SAFETY: by the type invariant the device is valid, and nobody else uses the field.
        unsafe { field.write(&raw const kind.0) };
    }

    /// Counts packets and bytes per CPU (`NETDEV_PCPU_STAT_TSTATS`).
    pub(in crate::kernel_ext) fn use_percpu_stats(&self) {
        // INVARIANT: these are the statistics that a `NetDevice` may have.
        // SAFETY: by the type invariant the device is valid, and nobody else uses it.
        unsafe {
            bindings::net_device::set_pcpu_stat_type_raw(
                self.as_raw(),
                bindings::netdev_stat_type_NETDEV_PCPU_STAT_TSTATS,
            )
        };
    }

    /// Sets the time without a transmission after which `ndo_tx_timeout` is called.
    pub(in crate::kernel_ext) fn set_watchdog(&self, jiffies: ffi::c_int) {
        let field = project!(mut self.as_raw(), .watchdog_timeo);

        // SAFETY: by the type invariant the device is valid, and nobody else uses the field.
        unsafe { field.write(jiffies) };
    }

    /// Sets the initial MTU, in bytes.
    pub(in crate::kernel_ext) fn set_initial_mtu(&self, mtu: u32) {
        let field = project!(mut self.as_raw(), .mtu);

        // SAFETY: by the type invariant the device is valid, and nobody else uses the field.
        unsafe { field.write(mtu) };
    }

    /// Sets the largest MTU, in bytes; the smallest is IPv4's.
    pub(in crate::kernel_ext) fn set_max_mtu(&self, max: u32) {
        for (field, mtu) in [
            (project!(mut self.as_raw(), .min_mtu), bindings::ETH_MIN_MTU),
            (project!(mut self.as_raw(), .max_mtu), max),
        ] {
            // SAFETY: by the type invariant the device is valid, and nobody else uses the field.
            unsafe { field.write(mtu) };
        }
    }

    /// Refuses netpoll, which sends Ethernet frames, and while locks of the lower device may be
    /// held.
    pub(in crate::kernel_ext) fn disable_netpoll(&self) {
        // SAFETY: by the type invariant the device is valid, and nobody else has it.
        unsafe {
            down::change_private_flags(
                self.as_raw(),
                bindings::netdev_priv_flags_IFF_DISABLE_NETPOLL,
                true,
            )
        };
    }

    /// Sets the offloads, which user space may disable, and the largest number of segments.
    pub(in crate::kernel_ext) fn set_features(&self, features: Features, max_segments: u32) {
        for field in [
            project!(mut self.as_raw(), .hw_features),
            project!(mut self.as_raw(), .features),
        ] {
            // SAFETY: by the type invariant the device is valid, and nobody else uses the field.
            let before = unsafe { field.read() };
            // SAFETY: by the type invariant the device is valid, and nobody else uses the field.
            unsafe { field.write(before | features.bits()) };
        }
        // SAFETY: by the type invariant the device is valid, and nobody else uses it.
        unsafe { bindings::netif_set_tso_max_segs(self.as_raw(), max_segments) };
    }
}
