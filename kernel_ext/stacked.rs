// SPDX-License-Identifier: GPL-2.0-only

//! Network devices that lie above another one, their lower device.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

mod table;

pub(crate) use table::Table;

use super::{
    bindings,
    netdevice::NetDevice,
    rtnl::Rtnl,
    skbuff::OwnedSkb,
    sysfs, //
};
use core::{
    marker::PhantomData,
    mem,
    ops::Deref,
    ptr, //
};
use kernel::{
    error::{
        from_result,
        to_result, //
    },
    ffi,
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    }, //
};

/// A kind of stacked device; a value of the type is what one device knows.
pub(crate) trait Driver: Copy + Send + Sync + 'static {
    /// Template of the devices' names.
    const NAME: &'static CStr;

    /// Attributes of the devices.
    const ATTRIBUTES: &'static sysfs::Group<Device<Self>>;

    /// Bytes that [`Driver::transmit`] puts before a packet.
    const HEADER_LEN: u16;

    /// Makes of a packet of the device one for the lower device. An error drops it. Bottom halves
    /// are off.
    fn transmit(&self, skb: &mut OwnedSkb) -> Result;
}

/// Packets and bytes that went one way.
struct Counters {
    packets: Atomic<u64>,
    bytes: Atomic<u64>,
    dropped: Atomic<u64>,
}

impl Counters {
    const fn new() -> Self {
        Self {
            packets: Atomic::new(0),
            bytes: Atomic::new(0),
            dropped: Atomic::new(0),
        }
    }

    fn count(&self, result: Result, len: usize) {
        if result.is_ok() {
            self.packets.add(1, Relaxed);
            self.bytes.add(len as u64, Relaxed);
        } else {
            self.dropped.add(1, Relaxed);
        }
    }
}

/// The private part of a stacked device.
struct Private<T> {
    lower: *const NetDevice,
    driver: T,
    received: Counters,
    sent: Counters,
}

/// A stacked device.
///
/// # Invariants
///
/// A valid device that a [`Table`] made: its private part is a `Private<T>`, and its lower device
/// lives as long as it is registered.
#[repr(transparent)]
pub(crate) struct Device<T>(NetDevice, PhantomData<T>);

impl<T: Driver> Device<T> {
    const NETDEV_OPS: &'static bindings::net_device_ops = &bindings::net_device_ops {
        ndo_open: Some(Self::open_callback),
        ndo_stop: Some(Self::stop_callback),
        ndo_start_xmit: Some(Self::start_xmit_callback),
        ndo_get_iflink: Some(Self::get_iflink_callback),
        ndo_get_stats64: Some(Self::get_stats64_callback),
        ..pin_init::zeroed()
    };

    /// # Safety
    ///
    /// `ptr` must be a valid stacked device of `T` during `'a`.
    unsafe fn from_raw<'a>(ptr: *mut bindings::net_device) -> &'a Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: `ptr` is valid during `'a`, and `Self` is a transparent wrapper.
        unsafe { &*ptr.cast() }
    }

    fn private(&self) -> &Private<T> {
        // SAFETY: by the type invariant the device is valid.
        let private = unsafe { NetDevice::private(self.0.as_raw()) };

        // SAFETY: by the type invariant this is its private part.
        unsafe { &*private.cast() }
    }

    fn lower(&self) -> &NetDevice {
        // SAFETY: by the type invariant the lower device lives as long as this one is registered,
        // and nothing of a device that is not registered runs.
        unsafe { &*self.private().lower }
    }

    /// Delivers `packet`, of the protocol `ether_type` in host order, as received by the device.
    ///
    /// Fails with `ENETDOWN` if the device is down; that costs this packet and no other. Called in
    /// softirq context.
    pub(crate) fn receive(&self, packet: &[u8], ether_type: u16) -> Result {
        let result = self.deliver(packet, ether_type);

        self.private().received.count(result, packet.len());
        result
    }

    fn deliver(&self, packet: &[u8], ether_type: u16) -> Result {
        if !self.0.is_up() {
            return Err(ENETDOWN);
        }

        OwnedSkb::copied(&self.0, packet, ether_type)?.receive()
    }

    fn send(&self, mut skb: OwnedSkb) -> Result {
        // Its link layer could not tell such a packet from one of its own.
        if !self.lower().is_headerless() {
            return Err(ENETDOWN);
        }

        self.private().driver.transmit(&mut skb)?;
        skb.transmit(self.lower())
    }

    /// # Safety
    ///
    /// To be called by `alloc_netdev_mqs()` only, for a device with room for a `Private<T>`.
    unsafe extern "C" fn setup_callback(net: *mut bindings::net_device) {
        // SAFETY: the caller passes a new device, which nobody else uses.
        unsafe { NetDevice::from_raw(net) }.set_headerless();

        // SAFETY: as above.
        let net = unsafe { &mut *net };

        net.netdev_ops = Self::NETDEV_OPS;
        net.mtu = 1500;
        net.needed_headroom = T::HEADER_LEN;
        net.needs_free_netdev = true;
        let [attributes, ..] = &mut net.sysfs_groups;
        *attributes = T::ATTRIBUTES.as_raw();

        // SAFETY: `priv_flags_fast` and its anonymous twin are one and the same memory.
        let flags = unsafe { &mut net.__bindgen_anon_1.__bindgen_anon_1 };
        // The lower device has a queue and its lock; a second one of each would only cost time.
        let no_queue = bindings::netdev_priv_flags_IFF_NO_QUEUE as ffi::c_ulong;
        flags.set_priv_flags(flags.priv_flags() | no_queue);
        flags.set_lltx(1);
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `net_device_ops.ndo_open`.
    unsafe extern "C" fn open_callback(net: *mut bindings::net_device) -> ffi::c_int {
        // SAFETY: the core passes a device of `T`.
        let dev = unsafe { Self::from_raw(net) };

        from_result(|| {
            if !dev.lower().is_up() {
                return Err(ENETDOWN);
            }
            dev.0.set_carrier(dev.lower().has_carrier());
            Ok(0)
        })
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `net_device_ops.ndo_stop`.
    unsafe extern "C" fn stop_callback(net: *mut bindings::net_device) -> ffi::c_int {
        // SAFETY: the core passes a valid device.
        unsafe { NetDevice::from_raw(net) }.set_carrier(false);
        0
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `net_device_ops.ndo_start_xmit`.
    unsafe extern "C" fn start_xmit_callback(
        skb: *mut bindings::sk_buff,
        net: *mut bindings::net_device,
    ) -> bindings::netdev_tx_t {
        // SAFETY: the core passes a device of `T`.
        let dev = unsafe { Self::from_raw(net) };

        // SAFETY: the core hands over a valid buffer.
        let skb = unsafe { OwnedSkb::from_raw(skb) };
        let len = skb.len();

        dev.private().sent.count(dev.send(skb), len);
        bindings::netdev_tx_NETDEV_TX_OK
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `net_device_ops.ndo_get_iflink`.
    unsafe extern "C" fn get_iflink_callback(net: *const bindings::net_device) -> ffi::c_int {
        // SAFETY: the core passes a device of `T`.
        unsafe { Self::from_raw(net.cast_mut()) }.lower().index()
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `net_device_ops.ndo_get_stats64`.
    unsafe extern "C" fn get_stats64_callback(
        net: *mut bindings::net_device,
        stats: *mut bindings::rtnl_link_stats64,
    ) {
        // SAFETY: the core passes a device of `T`.
        let private = unsafe { Self::from_raw(net) }.private();

        // SAFETY: the core passes statistics to fill in.
        let stats = unsafe { &mut *stats };

        stats.rx_packets = private.received.packets.load(Relaxed);
        stats.rx_bytes = private.received.bytes.load(Relaxed);
        stats.rx_dropped = private.received.dropped.load(Relaxed);
        stats.tx_packets = private.sent.packets.load(Relaxed);
        stats.tx_bytes = private.sent.bytes.load(Relaxed);
        stats.tx_dropped = private.sent.dropped.load(Relaxed);
    }
}

impl<T: Driver> Deref for Device<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.private().driver
    }
}

// SAFETY: the device that the attributes are put on is a stacked device of `T`.
unsafe impl<T: Driver> sysfs::Parent for Device<T> {
    unsafe fn from_device<'a>(dev: *mut bindings::device) -> &'a Self {
        // SAFETY: as above.
        unsafe { Self::from_raw(NetDevice::ptr_from_device(dev)) }
    }
}

/// A stacked device that is not registered.
struct Unregistered<T>(ptr::NonNull<bindings::net_device>, PhantomData<T>);

impl<T: Driver> Unregistered<T> {
    /// Allocates a device above `lower`, in its network namespace.
    fn new(lower: &NetDevice, driver: T, _rtnl: &Rtnl) -> Result<Self> {
        // SAFETY: the arguments are valid, and the callback sets up what it is passed.
        let net = unsafe {
            bindings::alloc_netdev_mqs(
                mem::size_of::<Private<T>>() as ffi::c_int,
                T::NAME.as_char_ptr(),
                bindings::NET_NAME_UNKNOWN as ffi::c_uchar,
                Some(Device::<T>::setup_callback),
                1,
                1,
            )
        };
        let this = Self(ptr::NonNull::new(net).ok_or(ENOMEM)?, PhantomData);

        // SAFETY: the lower device is valid, and its namespace cannot change while RTNL is held.
        let namespace = unsafe { (*lower.as_raw()).nd_net };
        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { (*net).nd_net = namespace };

        // SAFETY: the device is valid, and nobody else uses it.
        let private = unsafe { NetDevice::private(net) }.cast::<Private<T>>();
        // SAFETY: the private part has room for this, and the alignment of a cache line.
        unsafe {
            private.write(Private {
                lower,
                driver,
                received: Counters::new(),
                sent: Counters::new(),
            })
        };
        Ok(this)
    }

    /// Registers the device.
    fn register(self, _rtnl: &Rtnl) -> Result<*mut bindings::net_device> {
        // SAFETY: the device is set up, and RTNL is held.
        to_result(unsafe { bindings::register_netdevice(self.0.as_ptr()) })?;

        Ok(mem::ManuallyDrop::new(self).0.as_ptr())
    }
}

impl<T> Drop for Unregistered<T> {
    fn drop(&mut self) {
        // SAFETY: the device was allocated, and not registered.
        unsafe { bindings::free_netdev(self.0.as_ptr()) };
    }
}
