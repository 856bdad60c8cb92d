// SPDX-License-Identifier: GPL-2.0-only

//! Network devices.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

use super::{
    bindings,
    rtnl::Rtnl,
    sysfs, //
};
use core::mem::offset_of;
use kernel::{
    device,
    error::to_result,
    ffi,
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    },
    types::Opaque, //
};

/// Length of an Ethernet address, in bytes.
const ETH_ALEN: usize = bindings::ETH_ALEN as usize;

/// The smallest MTU of IPv4, in bytes (RFC 791).
const MIN_MTU: u32 = 68;

/// The largest MTU: the length field of an IP packet has 16 bits.
const MAX_MTU: u32 = u16::MAX as u32;

/// Things that a device does for the network stack: bits of `netdev_features_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Features(u64);

impl Features {
    /// Checksums of TCP and UDP in what is sent.
    pub(super) const CHECKSUM: Self =
        Self::bit(bindings::NETIF_F_IP_CSUM_BIT).union(Self::bit(bindings::NETIF_F_IPV6_CSUM_BIT));

    /// Checksums in what is received.
    pub(super) const RECEIVED_CHECKSUM: Self = Self::bit(bindings::NETIF_F_RXCSUM_BIT);

    /// Packets whose data lies anywhere, and TCP that is still to be cut.
    pub(super) const SEGMENTATION: Self = Self::bit(bindings::NETIF_F_SG_BIT)
        .union(Self::bit(bindings::NETIF_F_TSO_BIT))
        .union(Self::bit(bindings::NETIF_F_TSO6_BIT));

    /// Received datagrams of UDP are merged, which is off at first.
    pub(super) const UDP_MERGING: Self = Self::bit(bindings::NETIF_F_GRO_UDP_FWD_BIT)
        .union(Self::bit(bindings::NETIF_F_GRO_FRAGLIST_BIT));

    const fn bit(number: ffi::c_uint) -> Self {
        Self(1 << number)
    }

    /// These and those.
    pub(super) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// As the kernel has them.
    pub(super) const fn bits(self) -> bindings::netdev_features_t {
        self.0
    }
}

/// A network device: `struct net_device`.
///
/// # Invariants
///
/// A valid device that was set up as an Ethernet device once.
#[repr(transparent)]
pub(crate) struct NetDevice(Opaque<bindings::net_device>);

impl AsRef<device::Device> for NetDevice {
    fn as_ref(&self) -> &device::Device {
        // SAFETY: by the type invariant the device is valid.
        let dev = unsafe { &raw mut (*self.as_raw()).dev };

        // SAFETY: the embedded device is valid as long as the network device.
        unsafe { device::Device::from_raw(dev) }
    }
}

impl NetDevice {
    /// # Safety
    ///
    /// `ptr` must be a valid device during `'a`, allocated by `alloc_etherdev()`.
    pub(super) unsafe fn from_raw<'a>(ptr: *mut bindings::net_device) -> &'a Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: `ptr` is valid during `'a`, and `Self` is a transparent wrapper.
        unsafe { &*ptr.cast() }
    }

    pub(super) fn as_raw(&self) -> *mut bindings::net_device {
        self.0.get()
    }

    /// The network device that `dev` is embedded in.
    pub(super) fn ptr_from_device(dev: *mut bindings::device) -> *mut bindings::net_device {
        dev.wrapping_byte_sub(offset_of!(bindings::net_device, dev))
            .cast()
    }

    /// The driver's part of `net` (`netdev_priv()`).
    ///
    /// # Safety
    ///
    /// `net` must be a valid device.
    pub(super) unsafe fn private(net: *mut bindings::net_device) -> *mut ffi::c_void {
        // SAFETY: by the requirement of the function.
        unsafe { (&raw mut (*net).priv_).cast() }
    }

    /// The hardware address.
    pub(crate) fn address(&self) -> [u8; ETH_ALEN] {
        // SAFETY: by the type invariant the device is valid.
        let address = unsafe { (*self.as_raw()).dev_addr };

        // SAFETY: an address has room for `MAX_ADDR_LEN` bytes, which is more than `ETH_ALEN`. Like
        // the kernel's own readers this does not lock: a change is seen late or in part.
        unsafe { address.cast::<[u8; ETH_ALEN]>().read_volatile() }
    }

    fn stats(&self) -> *mut bindings::net_device_stats {
        // SAFETY: by the type invariant the device is valid.
        unsafe { &raw mut (*self.as_raw()).stats }
    }

    /// Counts a transfer of `len` bytes.
    pub(super) fn count_received(&self, len: usize) {
        // SAFETY: the statistics are valid as long as the device.
        let packets = unsafe { &raw mut (*self.stats()).__bindgen_anon_1 };
        // SAFETY: as above.
        let bytes = unsafe { &raw mut (*self.stats()).__bindgen_anon_3 };

        // CAST: a counter is a word, and the same word for atomic operations.
        // SAFETY: `packets` is a counter of a valid device.
        unsafe { add_to_counter(packets.cast(), 1) };
        // SAFETY: as above.
        unsafe { add_to_counter(bytes.cast(), len) };
    }

    /// Counts a transfer that was dropped.
    pub(super) fn count_receive_error(&self) {
        // SAFETY: the statistics are valid as long as the device.
        let errors = unsafe { &raw mut (*self.stats()).__bindgen_anon_5 };

        // CAST: as in `count_received`.
        // SAFETY: `errors` is a counter of a valid device.
        unsafe { add_to_counter(errors.cast(), 1) };
    }

    /// Counts a packet that was dropped because the network stack does not keep up.
    pub(super) fn count_receive_drop(&self) {
        // SAFETY: by the type invariant the device is valid.
        let dropped = unsafe { &raw mut (*self.as_raw()).stats.__bindgen_anon_7 };

        // CAST: a counter is a word, and the same word for atomic operations.
        // SAFETY: `rx_dropped` is a counter of a valid device.
        unsafe { add_to_counter(dropped.cast(), 1) };
    }

    /// Whether the device is up, or going up (`netif_running()`).
    pub(crate) fn is_running(&self, _rtnl: &Rtnl) -> bool {
        // SAFETY: by the type invariant the device is valid.
        let state = unsafe { (*self.as_raw()).state };

        state & (1 << bindings::netdev_state_t___LINK_STATE_START) != 0
    }

    /// Whether the device is up, as far as can be told without RTNL.
    pub(super) fn is_up(&self) -> bool {
        // SAFETY: by the type invariant the device is valid.
        let flags = unsafe { &raw const (*self.as_raw()).flags };

        // SAFETY: `flags` is valid. Without RTNL a change is seen late.
        let flags = unsafe { flags.read_volatile() };
        flags & bindings::net_device_flags_IFF_UP != 0
    }

    /// Whether packets of the device begin with no header, as far as can be told without RTNL.
    pub(crate) fn is_headerless(&self) -> bool {
        // SAFETY: by the type invariant the device is valid.
        let kind = unsafe { &raw const (*self.as_raw()).type_ };

        // SAFETY: `kind` is valid. Without RTNL a change is seen late.
        u32::from(unsafe { kind.read_volatile() }) == bindings::ARPHRD_NONE
    }

    /// Whether one of `features` is on.
    pub(super) fn has_any(&self, features: Features) -> bool {
        // SAFETY: by the type invariant the device is valid.
        let on = unsafe { &raw const (*self.as_raw()).features };

        // SAFETY: `on` is valid. A change is seen late.
        let on = unsafe { on.read_volatile() };
        on & features.bits() != 0
    }

    /// Whether the device has a carrier (`netif_carrier_ok()`).
    pub(super) fn has_carrier(&self) -> bool {
        // SAFETY: by the type invariant the device is valid.
        let state = unsafe { &raw const (*self.as_raw()).state };

        // SAFETY: `state` is valid. Its bits change at any time.
        let state = unsafe { state.read_volatile() };
        state & (1 << bindings::netdev_state_t___LINK_STATE_NOCARRIER) == 0
    }

    /// Gives the device a carrier or takes it away.
    pub(super) fn set_carrier(&self, on: bool) {
        if on {
            // SAFETY: by the type invariant the device is valid.
            unsafe { bindings::netif_carrier_on(self.as_raw()) };
        } else {
            // SAFETY: as above.
            unsafe { bindings::netif_carrier_off(self.as_raw()) };
        }
    }

    /// The number of the device in its network namespace.
    pub(super) fn index(&self) -> ffi::c_int {
        // SAFETY: by the type invariant the device is valid.
        let index = unsafe { &raw const (*self.as_raw()).ifindex };

        // SAFETY: `index` is valid. A move to another namespace may change it at any time.
        unsafe { index.read_volatile() }
    }

    /// The MTU, in bytes.
    pub(crate) fn mtu(&self, _rtnl: &Rtnl) -> u32 {
        // SAFETY: by the type invariant the device is valid; RTNL protects the MTU.
        unsafe { (*self.as_raw()).mtu }
    }

    /// Changes the device's type by `change`, if all that watch it agree. It must not be running.
    pub(crate) fn change_type(&self, _rtnl: &Rtnl, change: impl FnOnce()) -> Result {
        /// Set in the answer of a notifier that ends the round (`NOTIFY_STOP_MASK`).
        const STOP: ffi::c_int = 0x8000;
        /// The answer of a notifier that has no objection (`NOTIFY_OK`).
        const OK: ffi::c_int = 1;

        // SAFETY: the device is valid, and `_rtnl` shows that RTNL is held.
        let answer = unsafe {
            bindings::call_netdevice_notifiers(
                bindings::netdev_cmd_NETDEV_PRE_TYPE_CHANGE as ffi::c_ulong,
                self.as_raw(),
            )
        };
        to_result(OK.saturating_sub(answer & !STOP).min(0))?;

        change();

        // SAFETY: as above. The answers do not matter: it is done.
        unsafe {
            bindings::call_netdevice_notifiers(
                bindings::netdev_cmd_NETDEV_POST_TYPE_CHANGE as ffi::c_ulong,
                self.as_raw(),
            )
        };
        Ok(())
    }

    /// Makes this a point-to-point device without link layer headers or addresses.
    pub(crate) fn setup_headerless(&self, _rtnl: &Rtnl) {
        self.set_headerless();
    }

    /// As [`Self::setup_headerless`]. The device must not be registered, or RTNL be held.
    pub(super) fn set_headerless(&self) {
        // SAFETY: the device is valid, and by the above nobody else uses what is changed here.
        let net = unsafe { &mut *self.as_raw() };

        net.header_ops = core::ptr::null();
        net.type_ = bindings::ARPHRD_NONE as ffi::c_ushort;
        net.hard_header_len = 0;
        net.addr_len = 0;
        net.flags = bindings::net_device_flags_IFF_POINTOPOINT
            | bindings::net_device_flags_IFF_NOARP
            | bindings::net_device_flags_IFF_MULTICAST;
    }

    /// Makes this an Ethernet device.
    pub(crate) fn setup_ethernet(&self, _rtnl: &Rtnl) {
        // SAFETY: the device is valid, and RTNL protects what is changed here.
        unsafe { bindings::ether_setup(self.as_raw()) };

        self.set_limits();
    }

    /// What the defaults of Ethernet get wrong for a driver that queues a packet by its own buffer,
    /// and whose MTU may be larger than Ethernet's.
    fn set_limits(&self) {
        // SAFETY: the device is valid; it is not registered yet, or RTNL is held.
        let net = unsafe { &mut *self.as_raw() };

        net.min_mtu = MIN_MTU;
        net.max_mtu = MAX_MTU;

        // SAFETY: `priv_flags_fast` and its anonymous twin are one and the same memory.
        let flags = unsafe { &mut net.__bindgen_anon_1.__bindgen_anon_1 };
        let shared = bindings::netdev_priv_flags_IFF_TX_SKB_SHARING as ffi::c_ulong;
        flags.set_priv_flags(flags.priv_flags() & !shared);
    }

    /// Takes the attributes of `group` from the device before it is unregistered, and waits until
    /// nobody uses them. Sleeps; RTNL must not be held.
    ///
    /// Unregistering does so under RTNL, which who uses one may need again to come to an end: what
    /// unregistered another device waits for users of that, and now and then tells them under RTNL.
    pub(super) fn remove_attributes<P: sysfs::Parent>(&self, group: &'static sysfs::Group<P>) {
        // SAFETY: the device is valid.
        let kobj = unsafe { &raw mut (*self.as_raw()).dev.kobj };

        // SAFETY: the device is registered, and nobody else removes the group meanwhile; it is no
        // error if it is not there.
        unsafe { bindings::sysfs_remove_group(kobj.cast(), group.as_raw()) };
    }
}

/// # Safety
///
/// `counter` must be valid, and used by atomic operations alone.
unsafe fn add_to_counter(counter: *mut usize, value: usize) {
    // SAFETY: by the requirement of the function.
    unsafe { Atomic::from_ptr(counter) }.add(value, Relaxed);
}

/// A network device that is not registered yet: nobody else uses it.
pub(crate) struct Unregistered<'a>(&'a NetDevice);

impl core::ops::Deref for Unregistered<'_> {
    type Target = NetDevice;

    fn deref(&self) -> &NetDevice {
        self.0
    }
}

impl<'a> Unregistered<'a> {
    /// # Safety
    ///
    /// Nobody else may use `net` during `'a`.
    pub(super) unsafe fn new(net: &'a NetDevice) -> Self {
        Self(net)
    }

    /// Lets the MTU be as large as IP permits, and no packet be sent while it is queued already.
    pub(super) fn set_limits(&self) {
        self.0.set_limits();
    }

    /// Sets the hardware address.
    pub(crate) fn set_address(&self, address: [u8; ETH_ALEN]) {
        // SAFETY: the device is valid, and `address` is as long as told.
        unsafe { bindings::dev_addr_mod(self.as_raw(), 0, address.as_ptr().cast(), ETH_ALEN) };
    }

    /// Draws a random, locally administered unicast address, and marks it as such. The caller sets
    /// it, or one like it.
    pub(crate) fn random_address(&self) -> [u8; ETH_ALEN] {
        let mut address = [0; ETH_ALEN];

        // SAFETY: `address` is as long as told.
        unsafe { bindings::get_random_bytes(address.as_mut_ptr().cast(), address.len()) };
        let [first, ..] = &mut address;
        *first = (*first & 0xfe) | 0x02;

        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { (*self.as_raw()).addr_assign_type = bindings::NET_ADDR_RANDOM as ffi::c_uchar };
        address
    }

    /// Sets the device's operations.
    pub(super) fn set_ops(&self, ops: &'static bindings::net_device_ops) {
        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { (*self.as_raw()).netdev_ops = ops };
    }

    /// Sets what ethtool may do with the device.
    pub(super) fn set_ethtool_ops(&self, ops: &'static bindings::ethtool_ops) {
        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { (*self.as_raw()).ethtool_ops = ops };
    }

    /// Gives the device the attributes of `group` when it is registered.
    pub(super) fn set_attributes<P: sysfs::Parent>(&self, group: &'static sysfs::Group<P>) {
        // SAFETY: the device is valid, and nobody else uses it.
        let [first, ..] = unsafe { &mut (*self.as_raw()).sysfs_groups };

        *first = group.as_raw();
    }
}
