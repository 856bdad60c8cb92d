// SPDX-License-Identifier: GPL-2.0-only

//! Network devices.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

mod namespace;
mod queue;
mod statistics;

pub(super) use queue::TransmitQueue;
pub(super) use statistics::NetError;

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
    fmt,
    prelude::*,
    types::Opaque, //
};

/// Length of an Ethernet address, in bytes.
const ETH_ALEN: usize = bindings::ETH_ALEN as usize;

/// The smallest MTU of IPv4, in bytes (RFC 791).
pub(super) const MIN_MTU: u32 = 68;

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

    /// Packets whose data lies anywhere, and packets of TCP and UDP that are still to be segmented.
    /// What GRO has merged from another device may have others in its fragment list.
    pub(super) const SEGMENTATION: Self = Self::bit(bindings::NETIF_F_SG_BIT)
        .union(Self::bit(bindings::NETIF_F_FRAGLIST_BIT))
        .union(Self::bit(bindings::NETIF_F_TSO_BIT))
        .union(Self::bit(bindings::NETIF_F_TSO_ECN_BIT))
        .union(Self::bit(bindings::NETIF_F_TSO_MANGLEID_BIT))
        .union(Self::bit(bindings::NETIF_F_TSO6_BIT))
        .union(Self::bit(bindings::NETIF_F_GSO_UDP_L4_BIT));

    /// Received datagrams of UDP are merged, wanted by a socket or not, which is off at first.
    pub(super) const UDP_MERGING: Self = Self::bit(bindings::NETIF_F_GRO_UDP_FWD_BIT);

    /// Received packets that are to be sent on are merged into lists, which are taken apart again
    /// as they were.
    pub(super) const MERGING_INTO_LISTS: Self = Self::bit(bindings::NETIF_F_GRO_FRAGLIST_BIT);

    const fn bit(number: ffi::c_uint) -> Self {
        Self(1_u64.wrapping_shl(number))
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

    /// Logs `message` as one of the device (`netdev_info()`). It should end with a newline.
    pub(super) fn info(&self, message: fmt::Arguments<'_>) {
        // SAFETY: by the type invariant the device is valid; `%pA` takes the arguments of a Rust
        // message.
        unsafe {
            bindings::netdev_info(
                self.as_raw(),
                c"%pA".as_char_ptr(),
                (&raw const message).cast::<ffi::c_void>(),
            )
        };
    }

    /// As [`Self::info`], for errors (`netdev_err()`).
    pub(super) fn error(&self, message: fmt::Arguments<'_>) {
        // SAFETY: by the type invariant the device is valid; `%pA` takes the arguments of a Rust
        // message.
        unsafe {
            bindings::netdev_err(
                self.as_raw(),
                c"%pA".as_char_ptr(),
                (&raw const message).cast::<ffi::c_void>(),
            )
        };
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

    /// The MTU, in bytes. RTNL protects it.
    pub(super) fn mtu(&self) -> u32 {
        // SAFETY: by the type invariant the device is valid.
        let mtu = unsafe { &raw const (*self.as_raw()).mtu };

        // SAFETY: the field is valid. Without RTNL a change is seen late.
        unsafe { mtu.read_volatile() }
    }

    /// Sets the MTU, in bytes.
    pub(super) fn set_mtu(&self, mtu: u32, _rtnl: &Rtnl) {
        // SAFETY: by the type invariant the device is valid.
        let field = unsafe { &raw mut (*self.as_raw()).mtu };

        // SAFETY: the field is valid; RTNL is held, and readers see a change late.
        unsafe { field.write_volatile(mtu) };
    }

    /// Length of the link layer's header, in bytes. RTNL protects it.
    pub(super) fn hard_header_len(&self) -> u32 {
        // SAFETY: by the type invariant the device is valid.
        unsafe { (*self.as_raw()).hard_header_len }.into()
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
}

/// A kind of device: `struct device_type`.
pub(super) struct DeviceType(bindings::device_type);

// SAFETY: it is constant.
unsafe impl Sync for DeviceType {}

impl DeviceType {
    /// The kind that user space sees as `DEVTYPE=name`.
    pub(super) const fn new(name: &'static CStr) -> Self {
        Self(bindings::device_type {
            name: kernel::str::as_char_ptr_in_const_context(name),
            ..pin_init::zeroed()
        })
    }
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

    /// Names the device when it is registered, after a template such as `wwan%d`.
    pub(super) fn set_name(&self, template: &'static CStr) {
        // SAFETY: the device is valid, and nobody else uses it.
        let name = unsafe { &mut (*self.as_raw()).name };

        for (to, &from) in name.iter_mut().zip(template.to_bytes_with_nul()) {
            // CAST: an octet is an octet.
            *to = from as ffi::c_char;
        }
    }

    /// Tells which device this is a part of, and what kind it is (`SET_NETDEV_DEV()`,
    /// `SET_NETDEV_DEVTYPE()`).
    pub(super) fn set_parent(&self, parent: &device::Device, kind: &'static DeviceType) {
        // CAST: a `Device` is a transparent wrapper.
        let parent = core::ptr::from_ref(parent).cast_mut().cast();

        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { (*self.as_raw()).dev.parent = parent };
        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { (*self.as_raw()).dev.type_ = &raw const kind.0 };
    }

    /// Has packets and bytes counted for each processor.
    pub(super) fn count_per_cpu(&self) {
        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { &mut *self.as_raw() }
            .set_pcpu_stat_type(bindings::netdev_stat_type_NETDEV_PCPU_STAT_TSTATS);
    }

    /// Has the operation `ndo_tx_timeout` called when nothing is sent for so long.
    pub(super) fn set_watchdog(&self, jiffies: ffi::c_int) {
        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { (*self.as_raw()).watchdog_timeo = jiffies };
    }

    /// Sets the initial MTU, in bytes.
    pub(super) fn set_initial_mtu(&self, mtu: u32) {
        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { (*self.as_raw()).mtu = mtu };
    }

    /// Sets what the device does for the network stack, which user space may switch off.
    pub(super) fn set_features(&self, features: Features, max_segments: u32) {
        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { (*self.as_raw()).hw_features |= features.bits() };
        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { (*self.as_raw()).features |= features.bits() };
        // On at first, though the network stack has it off.
        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { (*self.as_raw()).features |= Features::MERGING_INTO_LISTS.bits() };
        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { bindings::netif_set_tso_max_segs(self.as_raw(), max_segments) };
    }

    /// Gives the device the attributes of `group` when it is registered.
    pub(super) fn set_attributes<P: sysfs::Parent>(&self, group: &'static sysfs::Group<P>) {
        // SAFETY: the device is valid, and nobody else uses it.
        let [first, ..] = unsafe { &mut (*self.as_raw()).sysfs_groups };

        *first = group.as_raw();
    }
}
