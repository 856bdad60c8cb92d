// SPDX-License-Identifier: GPL-2.0-only

//! Network devices.
//!
//! A registered device is in use by C code at any time, so there is never a reference to its
//! `struct net_device`: single fields are read and written, as by `READ_ONCE()` and `WRITE_ONCE()`.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

#[cfg(CONFIG_QMI_WWAN_RS_KUNIT_TEST)]
mod counters;
mod down;
mod features;
mod namespace;
mod queue;
mod setup;
mod skb;
mod statistics;
mod unregistered;

#[cfg(CONFIG_QMI_WWAN_RS_KUNIT_TEST)]
pub(crate) use counters::Counters;
pub(in crate::kernel_ext) use features::Features;
pub(in crate::kernel_ext) use queue::TransmitQueue;
pub(in crate::kernel_ext) use setup::DeviceType;
pub(in crate::kernel_ext) use statistics::NetError;
pub(crate) use unregistered::Unregistered;

use super::rtnl::Rtnl;
use crate::kernel_ext::bindings;
use core::mem::offset_of;
use kernel::{
    device,
    ffi,
    fmt,
    prelude::*,
    ptr::project,
    types::Opaque, //
};

/// Length of an Ethernet address, in bytes.
const ETH_ALEN: usize = bindings::ETH_ALEN as usize;

/// A network device: `struct net_device`.
///
/// # Invariants
///
/// A valid device. Where its statistics are counted for each processor, they are of
/// `NETDEV_PCPU_STAT_TSTATS`.
#[repr(transparent)]
pub(crate) struct NetDevice(Opaque<bindings::net_device>);

impl AsRef<device::Device> for NetDevice {
    fn as_ref(&self) -> &device::Device {
        let dev = project!(mut self.as_raw(), .dev);

        // SAFETY: by the type invariant the network device is valid, and so is the device that is
        // embedded in it.
        unsafe { device::Device::from_raw(dev) }
    }
}

impl NetDevice {
    /// # Safety
    ///
    /// `ptr` must be a valid device during `'a`, which was allocated by [`Unregistered`].
    pub(in crate::kernel_ext) unsafe fn from_raw<'a>(ptr: *mut bindings::net_device) -> &'a Self {
        // INVARIANT: by the requirement of the function; `Unregistered` sets no other statistics.
        // SAFETY: `ptr` is valid during `'a`, and `Self` is a transparent wrapper.
        unsafe { &*ptr.cast() }
    }

    pub(in crate::kernel_ext) fn as_raw(&self) -> *mut bindings::net_device {
        self.0.get()
    }

    /// The network device that `dev` is embedded in.
    pub(in crate::kernel_ext) fn ptr_from_device(
        dev: *mut bindings::device,
    ) -> *mut bindings::net_device {
        dev.wrapping_byte_sub(offset_of!(bindings::net_device, dev))
            .cast()
    }

    /// The driver's part of `net` (`netdev_priv()`).
    pub(in crate::kernel_ext) fn private(net: *mut bindings::net_device) -> *mut ffi::c_void {
        project!(mut net, .priv_).cast()
    }

    /// The hardware address.
    pub(crate) fn address(&self) -> [u8; ETH_ALEN] {
        let address = project!(self.as_raw(), .dev_addr);
        // SAFETY: by the type invariant the device is valid. The pointer does not change: an
        // address is written in its place.
        let address = unsafe { address.read_volatile() };

        // SAFETY: an address has `MAX_ADDR_LEN` bytes, which is more than `ETH_ALEN`, and lives as
        // long as the device. Like the kernel's own readers this does not lock: a change is seen
        // late or in part.
        unsafe { address.cast::<[u8; ETH_ALEN]>().read_volatile() }
    }

    /// Logs `message` for the device (`netdev_info()`). It should end with a newline.
    pub(in crate::kernel_ext) fn info(&self, message: fmt::Arguments<'_>) {
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
    pub(in crate::kernel_ext) fn error(&self, message: fmt::Arguments<'_>) {
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

    /// Whether the device is registered. That does not change while RTNL is held.
    pub(in crate::kernel_ext) fn is_registered(&self, _rtnl: &Rtnl) -> bool {
        let state = project!(self.as_raw(), .reg_state);

        // SAFETY: by the type invariant the device is valid. The field changes under RTNL, but for
        // the last steps of a device that is not registered any more.
        let state = unsafe { state.read_volatile() };
        u32::from(state) == bindings::netdev_reg_state_NETREG_REGISTERED
    }

    /// Whether bit `number` of the device's state is set, as by `test_bit()`.
    fn test_state(&self, number: bindings::netdev_state_t) -> bool {
        let state = project!(self.as_raw(), .state);

        // SAFETY: by the type invariant the device is valid. The bits change at any time, by atomic
        // operations on the whole word, which is read as a whole.
        let state = unsafe { state.read_volatile() };
        state & (1 as ffi::c_ulong).wrapping_shl(number) != 0
    }

    /// Whether the device is up, or going up (`netif_running()`).
    fn is_running(&self, _rtnl: &Rtnl) -> bool {
        self.test_state(bindings::netdev_state_t___LINK_STATE_START)
    }

    /// Whether the device is up. Without RTNL a change is seen late.
    pub(in crate::kernel_ext) fn is_up(&self) -> bool {
        let flags = project!(self.as_raw(), .flags);

        // SAFETY: by the type invariant the device is valid. Without RTNL a change is seen late.
        let flags = unsafe { flags.read_volatile() };
        flags & bindings::net_device_flags_IFF_UP != 0
    }

    /// Whether packets of the device begin with no header. Without RTNL a change is seen late.
    pub(crate) fn is_headerless(&self) -> bool {
        let kind = project!(self.as_raw(), .type_);

        // SAFETY: by the type invariant the device is valid. Without RTNL a change is seen late.
        let kind = unsafe { kind.read_volatile() };
        u32::from(kind) == bindings::ARPHRD_NONE
    }

    /// Whether frames to other addresses than the device's own are wanted: by a bridge or macvlan
    /// above it, by a VLAN with an address of its own, or by all listeners of a promiscuous device.
    /// Without RTNL a change is seen late.
    pub(crate) fn has_other_receivers(&self) -> bool {
        let handler = project!(self.as_raw(), .rx_handler);
        let others = project!(self.as_raw(), .uc.count);
        let promiscuity = project!(self.as_raw(), .promiscuity);

        // SAFETY: by the type invariant the device is valid. The pointer is only compared; without
        // RTNL a change is seen late.
        let handler = unsafe { handler.read_volatile() };
        // SAFETY: by the type invariant the device is valid. Without the lock of addresses a change
        // is seen late.
        let others = unsafe { others.read_volatile() };
        // SAFETY: by the type invariant the device is valid. Without RTNL a change is seen late.
        let promiscuity = unsafe { promiscuity.read_volatile() };

        handler.is_some() || others != 0 || promiscuity != 0
    }

    /// Whether one of `features` is on.
    pub(in crate::kernel_ext) fn has_any(&self, features: Features) -> bool {
        let on = project!(self.as_raw(), .features);

        // SAFETY: by the type invariant the device is valid. Without RTNL a change is seen late.
        let on = unsafe { on.read_volatile() };
        on & features.bits() != 0
    }

    /// Whether the device has a carrier (`netif_carrier_ok()`).
    pub(in crate::kernel_ext) fn has_carrier(&self) -> bool {
        !self.test_state(bindings::netdev_state_t___LINK_STATE_NOCARRIER)
    }

    /// Sets or clears the carrier (`netif_carrier_on()`, `netif_carrier_off()`).
    ///
    /// # Safety
    ///
    /// The device must be registered: a change is put on a list that is emptied before it is freed.
    pub(in crate::kernel_ext) unsafe fn set_carrier(&self, on: bool) {
        if on {
            // SAFETY: by the type invariant the device is valid, and by the requirement of the
            // function it is registered.
            unsafe { bindings::netif_carrier_on(self.as_raw()) };
        } else {
            // SAFETY: by the type invariant the device is valid, and by the requirement of the
            // function it is registered.
            unsafe { bindings::netif_carrier_off(self.as_raw()) };
        }
    }

    /// The number of the device in its network namespace.
    pub(in crate::kernel_ext) fn index(&self) -> ffi::c_int {
        let index = project!(self.as_raw(), .ifindex);

        // SAFETY: by the type invariant the device is valid. A move to another namespace may change
        // the field at any time.
        unsafe { index.read_volatile() }
    }

    /// The MTU, in bytes. RTNL protects it.
    pub(in crate::kernel_ext) fn mtu(&self) -> u32 {
        let mtu = project!(self.as_raw(), .mtu);

        // SAFETY: by the type invariant the device is valid. Without RTNL a change is seen late.
        unsafe { mtu.read_volatile() }
    }

    /// Sets the MTU, in bytes.
    pub(in crate::kernel_ext) fn set_mtu(&self, mtu: u32, _rtnl: &Rtnl) {
        let field = project!(mut self.as_raw(), .mtu);

        // SAFETY: by the type invariant the device is valid. Nobody else writes the field, for RTNL
        // is held, and readers see a change late.
        unsafe { field.write_volatile(mtu) };
    }

    /// Length of the link layer's header, in bytes. RTNL protects it.
    pub(in crate::kernel_ext) fn hard_header_len(&self) -> u32 {
        let len = project!(self.as_raw(), .hard_header_len);

        // SAFETY: by the type invariant the device is valid. Without RTNL a change is seen late.
        unsafe { len.read_volatile() }.into()
    }
}
