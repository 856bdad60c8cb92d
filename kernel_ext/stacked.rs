// SPDX-License-Identifier: GPL-2.0-only

//! Network devices that lie above another one, their lower device.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

mod table;

pub(crate) use table::Table;

use super::{
    bindings,
    ethtool::{
        self,
        TxAggregation,
        TX_AGGREGATION, //
    },
    netdevice::{
        Features,
        NetDevice,
        MIN_MTU, //
    },
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
    prelude::*, //
};

/// A kind of stacked device; a value of the type is what one device knows.
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

    /// Sends a packet of the device by its lower device, and returns how many packets and bytes it
    /// became. Bottom halves are off.
    fn transmit(&self, lower: &Self::Lower, skb: &OwnedSkb) -> Result<(u64, u64)>;

    /// A device goes down. RTNL is held.
    fn stop(lower: &Self::Lower);

    /// How packets are joined, of all devices above `lower`. RTNL is held.
    fn aggregation(lower: &Self::Lower) -> TxAggregation;

    /// Changes that, for a device in the network namespace of `lower`. RTNL is held.
    fn set_aggregation(lower: &Self::Lower, wanted: TxAggregation) -> Result;
}

/// A device that others lie above.
pub(crate) trait Lower {
    /// Its network device.
    fn net(&self) -> &NetDevice;

    /// Stops the queue of `upper`, a device above it, if it cannot take more. Bottom halves are
    /// off.
    fn push_back(&self, upper: &NetDevice);
}

/// The private part of a stacked device.
struct Private<T: Driver> {
    lower: *const T::Lower,
    driver: T,
}

/// A stacked device.
///
/// # Invariants
///
/// A valid device that a [`Table`] made: its private part is a `Private<T>`, and its lower device
/// lives as long as it is registered.
#[repr(transparent)]
pub(crate) struct Device<T: Driver>(NetDevice, PhantomData<T>);

impl<T: Driver> Device<T> {
    const NETDEV_OPS: &'static bindings::net_device_ops = &bindings::net_device_ops {
        ndo_open: Some(Self::open_callback),
        ndo_stop: Some(Self::stop_callback),
        ndo_start_xmit: Some(Self::start_xmit_callback),
        ndo_get_iflink: Some(Self::get_iflink_callback),
        ..pin_init::zeroed()
    };

    const ETHTOOL_OPS: &'static bindings::ethtool_ops = &bindings::ethtool_ops {
        supported_coalesce_params: TX_AGGREGATION,
        get_coalesce: Some(Self::get_coalesce_callback),
        set_coalesce: Some(Self::set_coalesce_callback),
        ..ethtool::NONE
    };

    /// What the devices do for the network stack, if user space wants it.
    const FEATURES: Features = Features::CHECKSUM
        .union(Features::RECEIVED_CHECKSUM)
        .union(Features::SEGMENTATION);

    /// # Safety
    ///
    /// `ptr` must be a valid stacked device of `T` during `'a`.
    unsafe fn from_raw<'a>(ptr: *mut bindings::net_device) -> &'a Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: `ptr` is valid during `'a`, and `Self` is a transparent wrapper.
        unsafe { &*ptr.cast() }
    }

    /// The network device.
    pub(super) fn net(&self) -> &NetDevice {
        &self.0
    }

    /// Counts a packet that was received for the device and dropped.
    pub(crate) fn count_receive_dropped(&self) {
        self.0.count_receive_dropped();
    }

    fn private(&self) -> &Private<T> {
        // SAFETY: by the type invariant the device is valid.
        let private = unsafe { NetDevice::private(self.0.as_raw()) };

        // SAFETY: by the type invariant this is its private part.
        unsafe { &*private.cast() }
    }

    fn lower(&self) -> &T::Lower {
        // SAFETY: by the type invariant the lower device lives as long as this one is registered,
        // and nothing of a device that is not registered runs.
        unsafe { &*self.private().lower }
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
        net.mtu = bindings::ETH_DATA_LEN;
        net.min_mtu = MIN_MTU;
        net.max_mtu = T::MAX_MTU;
        net.tx_queue_len = bindings::DEFAULT_TX_QUEUE_LEN;
        net.needs_free_netdev = true;
        net.ethtool_ops = Self::ETHTOOL_OPS;
        net.hw_features = Self::FEATURES.bits();
        net.features |= Self::FEATURES.union(Features::MERGING_INTO_LISTS).bits();
        let [attributes, ..] = &mut net.sysfs_groups;
        *attributes = T::ATTRIBUTES.as_raw();

        // SAFETY: `priv_flags_fast` and its anonymous twin are one and the same memory.
        let flags = unsafe { &mut net.__bindgen_anon_1.__bindgen_anon_1 };
        // netpoll sends Ethernet frames, and while locks of the lower device may be held.
        let no_netpoll = bindings::netdev_priv_flags_IFF_DISABLE_NETPOLL as ffi::c_ulong;
        flags.set_priv_flags(flags.priv_flags() | no_netpoll);

        net.set_pcpu_stat_type(bindings::netdev_stat_type_NETDEV_PCPU_STAT_TSTATS);
        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { bindings::netif_set_tso_max_segs(net, T::MAX_SEGMENTS) };
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `net_device_ops.ndo_open`.
    unsafe extern "C" fn open_callback(net: *mut bindings::net_device) -> ffi::c_int {
        // SAFETY: the core passes a device of `T`.
        let dev = unsafe { Self::from_raw(net) };

        from_result(|| {
            if !dev.lower().net().is_up() {
                return Err(ENETDOWN);
            }
            dev.0.queue().wake();
            dev.0.set_carrier(dev.lower().net().has_carrier());
            Ok(0)
        })
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `net_device_ops.ndo_stop`.
    unsafe extern "C" fn stop_callback(net: *mut bindings::net_device) -> ffi::c_int {
        // SAFETY: the core passes a device of `T`.
        let dev = unsafe { Self::from_raw(net) };

        dev.0.queue().stop();
        dev.0.set_carrier(false);
        T::stop(dev.lower());
        0
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `ethtool_ops.get_coalesce`.
    unsafe extern "C" fn get_coalesce_callback(
        net: *mut bindings::net_device,
        _coalesce: *mut bindings::ethtool_coalesce,
        parameters: *mut bindings::kernel_ethtool_coalesce,
        _ack: *mut bindings::netlink_ext_ack,
    ) -> ffi::c_int {
        // SAFETY: the core passes a device of `T`, with RTNL held.
        let aggregation = T::aggregation(unsafe { Self::from_raw(net) }.lower());

        // SAFETY: the core passes parameters to fill in.
        aggregation.write(unsafe { &mut *parameters });
        0
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `ethtool_ops.set_coalesce`.
    unsafe extern "C" fn set_coalesce_callback(
        net: *mut bindings::net_device,
        _coalesce: *mut bindings::ethtool_coalesce,
        parameters: *mut bindings::kernel_ethtool_coalesce,
        ack: *mut bindings::netlink_ext_ack,
    ) -> ffi::c_int {
        // SAFETY: the core passes a device of `T`, with RTNL held.
        let dev = unsafe { Self::from_raw(net) };
        let lower = dev.lower();

        from_result(|| {
            // All devices above the lower one have this in common, wherever they are.
            if !dev.0.shares_namespace(lower.net()) {
                // SAFETY: the core passes this, or NULL.
                unsafe { ethtool::explain(ack, c"the lower device is in another namespace") };
                return Err(EPERM);
            }
            // SAFETY: the core passes the parameters that are wanted.
            T::set_aggregation(lower, TxAggregation::read(unsafe { &*parameters }))?;
            Ok(0)
        })
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

        skb.tell_transmit_time();
        match dev.private().driver.transmit(dev.lower(), &skb) {
            Ok((packets, bytes)) => {
                dev.0.count_sent(packets, bytes);
                skb.consume();
            }
            Err(_) => dev.0.count_transmit_dropped(),
        }
        dev.lower().push_back(&dev.0);
        bindings::netdev_tx_NETDEV_TX_OK
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `net_device_ops.ndo_get_iflink`.
    unsafe extern "C" fn get_iflink_callback(net: *const bindings::net_device) -> ffi::c_int {
        // SAFETY: the core passes a device of `T`.
        let dev = unsafe { Self::from_raw(net.cast_mut()) };
        let lower = dev.lower().net();

        // The network core and user space look the number up where this device is.
        if dev.0.shares_namespace(lower) {
            lower.index()
        } else {
            dev.0.index()
        }
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
struct Unregistered<T: Driver>(ptr::NonNull<bindings::net_device>, PhantomData<T>);

impl<T: Driver> Unregistered<T> {
    /// Allocates a device above `lower`, in its network namespace.
    fn new(lower: &T::Lower, driver: T, _rtnl: &Rtnl) -> Result<Self> {
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
        let namespace = unsafe { (*lower.net().as_raw()).nd_net };
        // SAFETY: the device is valid, and nobody else uses it.
        unsafe { (*net).nd_net = namespace };

        // SAFETY: the device is valid, and nobody else uses it.
        let private = unsafe { NetDevice::private(net) }.cast::<Private<T>>();
        // SAFETY: the private part has room for this, with the alignment of a cache line. It is
        // never dropped: what is in it needs not be.
        unsafe { private.write(Private { lower, driver }) };
        Ok(this)
    }

    /// Registers the device.
    fn register(self, _rtnl: &Rtnl) -> Result<*mut bindings::net_device> {
        // SAFETY: the device is set up, and RTNL is held.
        to_result(unsafe { bindings::register_netdevice(self.0.as_ptr()) })?;

        Ok(mem::ManuallyDrop::new(self).0.as_ptr())
    }
}

impl<T: Driver> Drop for Unregistered<T> {
    fn drop(&mut self) {
        // SAFETY: the device was allocated, and not registered.
        unsafe { bindings::free_netdev(self.0.as_ptr()) };
    }
}
