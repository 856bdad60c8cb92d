// SPDX-License-Identifier: GPL-2.0-only

//! Upper devices: network devices that send through another one, their lower device.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

mod operations;
mod table;

pub(crate) use table::Table;

use super::{
    ethtool::TxAggregation,
    netdevice::{
        Features,
        NetDevice,
        Unregistered, //
    },
    rtnl::Rtnl,
    skbuff::OwnedSkb, //
};
use crate::kernel_ext::{
    bindings,
    sysfs, //
};
use core::{
    marker::PhantomData,
    mem,
    ops::Deref,
    ptr::NonNull, //
};
use kernel::prelude::*;

/// A kind of upper device; a value of the type is the private data of a device.
pub(crate) trait Driver: Sized + Send + Sync + 'static {
    /// Template of the devices' names.
    const NAME: &'static CStr;

    /// Attributes of the devices.
    const ATTRIBUTES: &'static sysfs::Group<Device<Self>>;

    /// The most segments that a packet may have for [`Driver::transmit`] to segment it.
    const MAX_SEGMENTS: u32;

    /// The largest MTU, in bytes.
    const MAX_MTU: u32;

    /// The lower device.
    type Lower: Lower;

    /// Sends a packet of the device through its lower device, and returns how many packets and
    /// bytes were sent. Bottom halves are off.
    fn transmit(&self, lower: &Self::Lower, skb: &OwnedSkb) -> Result<(u64, u64)>;

    /// A device goes down. RTNL is held.
    fn stop(lower: &Self::Lower);

    /// How packets are aggregated, of all devices above `lower`. RTNL is held.
    fn aggregation(lower: &Self::Lower) -> TxAggregation;

    /// Sets how packets are aggregated, for a device in the network namespace of `lower`. RTNL is
    /// held.
    fn set_aggregation(lower: &Self::Lower, wanted: TxAggregation) -> Result;
}

/// A lower device. Its upper devices use it from any thread.
pub(crate) trait Lower: Sync {
    /// Its network device.
    fn net(&self) -> &NetDevice;

    /// Whether a packet of `upper`, a device above it, with at most so many segments can be sent
    /// now; if not the queue of `upper` was stopped. Bottom halves are off.
    fn begin_transmit(&self, upper: &NetDevice, segments: usize) -> bool;

    /// The packet of a [`Self::begin_transmit`] that returned `true` was sent, or dropped. Stops
    /// the queue of `upper` if it cannot send another one. Bottom halves are off.
    fn end_transmit(&self, upper: &NetDevice, segments: usize);
}

/// The private part of an upper device. It is never dropped.
struct Private<T: Driver> {
    lower: *const T::Lower,
    driver: T,
}

/// An upper device.
///
/// # Invariants
///
/// A valid device that [`Device::create`] has created: its private part is a `Private<T>`, which is
/// never dropped, and its lower device outlives it.
///
/// References exist in the device's own callbacks, and under RCU or RTNL for a device of a table.
/// Unregistering waits for all of them before it frees the statistics and the device.
#[repr(transparent)]
pub(crate) struct Device<T: Driver>(NetDevice, PhantomData<T>);

impl<T: Driver> Device<T> {
    /// The offloads of the devices, as user space may enable them.
    const FEATURES: Features = Features::CSUM.union(Features::RXCSUM).union(Features::GSO);

    /// # Safety
    ///
    /// `ptr` must be a device that [`Self::create`] has created, valid during `'a`.
    unsafe fn from_raw<'a>(ptr: *mut bindings::net_device) -> &'a Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: `ptr` is valid during `'a`, and `Self` is a transparent wrapper.
        unsafe { &*ptr.cast() }
    }

    /// The network device.
    pub(in crate::kernel_ext) fn net(&self) -> &NetDevice {
        &self.0
    }

    /// Counts a packet that was received for the device and dropped.
    pub(crate) fn count_receive_dropped(&self) {
        self.0.count_receive_dropped();
    }

    fn private(&self) -> &Private<T> {
        // SAFETY: by the type invariant this is a `Private<T>`, which lives as long as the device,
        // and which nobody changes.
        unsafe { &*NetDevice::private(self.0.as_raw()).cast() }
    }

    fn lower(&self) -> &T::Lower {
        // SAFETY: by the type invariant the lower device outlives `self`.
        unsafe { &*self.private().lower }
    }

    /// Creates a device above `lower`, in its network namespace, and registers it. It frees itself
    /// when it was unregistered.
    ///
    /// # Safety
    ///
    /// `lower` must outlive the device.
    unsafe fn create(
        lower: &T::Lower,
        driver: T,
        rtnl: &Rtnl,
    ) -> Result<NonNull<bindings::net_device>> {
        const {
            // `netdev_priv()` is aligned to this.
            assert!(mem::align_of::<Private<T>>() <= bindings::SMP_CACHE_BYTES as usize);
        }
        let net = Unregistered::headerless(mem::size_of::<Private<T>>(), T::NAME)?;

        // SAFETY: the operations expect the private part, which is written below and never dropped.
        unsafe { net.set_ops(Self::NETDEV_OPS) };
        // SAFETY: the operations expect the private part, which is written below and never dropped.
        unsafe { net.set_ethtool_ops(Self::ETHTOOL_OPS) };
        // SAFETY: the attributes expect the private part, which is written below and never dropped.
        unsafe { net.set_attributes(T::ATTRIBUTES) };
        net.set_max_mtu(T::MAX_MTU);
        net.disable_netpoll();
        net.use_percpu_stats();
        net.set_features(Self::FEATURES, T::MAX_SEGMENTS);
        net.set_namespace_of(lower.net(), rtnl);

        let private = net.private().cast::<Private<T>>();
        // SAFETY: the private part of a new device has this size, is aligned to a cache line, and
        // nobody else uses it.
        unsafe { private.write(Private { lower, driver }) };
        // SAFETY: the private part is what the callbacks expect.
        unsafe { net.register_locked(rtnl) }
    }
}

impl<T: Driver> Deref for Device<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.private().driver
    }
}

// SAFETY: only `create` puts attributes of this parent on a device, which it has created: it is a
// `Device<T>` while it is registered.
unsafe impl<T: Driver> sysfs::Parent for Device<T> {
    unsafe fn from_device<'a>(dev: *mut bindings::device) -> &'a Self {
        // SAFETY: by the requirement of the trait `dev` is embedded in a device that `create` has
        // created, which stays registered during `'a`.
        unsafe { Self::from_raw(NetDevice::ptr_from_device(dev)) }
    }
}
