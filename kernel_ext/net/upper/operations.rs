// SPDX-License-Identifier: GPL-2.0-only

//! `net_device_ops` and `ethtool_ops` of upper devices.

use super::{
    Device,
    Driver,
    Lower, //
};
use crate::kernel_ext::{
    bindings,
    compat::ENETDOWN,
    net::{
        ethtool::{
            self,
            TxAggregation,
            TX_AGGREGATION, //
        },
        skbuff::OwnedSkb, //
    }, //
};
use kernel::{
    error::from_result,
    ffi,
    prelude::*, //
};

impl<T: Driver> Device<T> {
    pub(super) const NETDEV_OPS: &'static bindings::net_device_ops = &bindings::net_device_ops {
        ndo_open: Some(Self::open_callback),
        ndo_stop: Some(Self::stop_callback),
        ndo_start_xmit: Some(Self::start_xmit_callback),
        ndo_get_iflink: Some(Self::get_iflink_callback),
        ..pin_init::zeroed()
    };

    pub(super) const ETHTOOL_OPS: &'static bindings::ethtool_ops = &bindings::ethtool_ops {
        supported_coalesce_params: TX_AGGREGATION,
        get_coalesce: Some(Self::get_coalesce_callback),
        set_coalesce: Some(Self::set_coalesce_callback),
        ..ethtool::NONE
    };

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `net_device_ops.ndo_open`.
    unsafe extern "C" fn open_callback(net: *mut bindings::net_device) -> ffi::c_int {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let dev = unsafe { Self::from_raw(net) };

        from_result(|| {
            if !dev.lower().net().is_up() {
                return Err(ENETDOWN);
            }
            dev.net().queue().wake();
            let has_carrier = dev.lower().net().has_carrier();
            // SAFETY: a device that is opened is registered.
            unsafe { dev.net().set_carrier(has_carrier) };
            Ok(0)
        })
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `net_device_ops.ndo_stop`.
    unsafe extern "C" fn stop_callback(net: *mut bindings::net_device) -> ffi::c_int {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let dev = unsafe { Self::from_raw(net) };

        dev.net().queue().stop();
        // SAFETY: a device that is closed is registered, until all have closed it.
        unsafe { dev.net().set_carrier(false) };
        T::stop(dev.lower());
        0
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `ethtool_ops.get_coalesce`.
    unsafe extern "C" fn get_coalesce_callback(
        net: *mut bindings::net_device,
        _coalesce: *mut bindings::ethtool_coalesce,
        parameters: *mut bindings::kernel_ethtool_coalesce,
        _ack: *mut bindings::netlink_ext_ack,
    ) -> ffi::c_int {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let dev = unsafe { Self::from_raw(net) };
        let aggregation = T::aggregation(dev.lower());

        // SAFETY: the core passes parameters of its own, for nobody else, to fill in.
        aggregation.write(unsafe { &mut *parameters });
        0
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `ethtool_ops.set_coalesce`.
    unsafe extern "C" fn set_coalesce_callback(
        net: *mut bindings::net_device,
        _coalesce: *mut bindings::ethtool_coalesce,
        parameters: *mut bindings::kernel_ethtool_coalesce,
        ack: *mut bindings::netlink_ext_ack,
    ) -> ffi::c_int {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let dev = unsafe { Self::from_raw(net) };
        let lower = dev.lower();

        from_result(|| {
            // All devices above the lower one have this in common, wherever they are.
            if !dev.net().shares_namespace(lower.net()) {
                // SAFETY: the core passes a valid extended ack, or NULL.
                unsafe { ethtool::set_extack(ack, c"the lower device is in another namespace") };
                return Err(EPERM);
            }
            // SAFETY: the core passes the parameters that are wanted, and does not change them.
            T::set_aggregation(lower, TxAggregation::read(unsafe { &*parameters }))?;
            Ok(0)
        })
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `net_device_ops.ndo_start_xmit`.
    unsafe extern "C" fn start_xmit_callback(
        skb: *mut bindings::sk_buff,
        net: *mut bindings::net_device,
    ) -> bindings::netdev_tx_t {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let dev = unsafe { Self::from_raw(net) };

        // SAFETY: the core hands over a valid buffer. Nobody else has it, for the device is not one
        // of `IFF_TX_SKB_SHARING`.
        let skb = unsafe { OwnedSkb::from_raw(skb) };
        let segments = skb.gso().map_or(1, |_| T::MAX_SEGMENTS as usize);

        // Other devices above send, too.
        if !dev.lower().begin_transmit(dev.net(), segments) {
            // The core keeps it.
            skb.into_raw();
            return bindings::netdev_tx::NETDEV_TX_BUSY;
        }
        skb.tx_timestamp();
        match dev.private().driver.transmit(dev.lower(), &skb) {
            Ok((packets, bytes)) => {
                // SAFETY: the device sends, so it is registered, and bottom halves are off.
                unsafe { dev.net().count_sent(packets, bytes) };
                skb.consume();
            }
            Err(_) => dev.net().count_transmit_dropped(),
        }
        dev.lower().end_transmit(dev.net(), segments);
        bindings::netdev_tx::NETDEV_TX_OK
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `net_device_ops.ndo_get_iflink`.
    unsafe extern "C" fn get_iflink_callback(net: *const bindings::net_device) -> ffi::c_int {
        // SAFETY: by the requirement of the function this is a device of `T`, whose lower device
        // lives until it is freed.
        let dev = unsafe { Self::from_raw(net.cast_mut()) };
        let lower = dev.lower().net();

        // The network core and user space look the number up where this device is.
        if dev.net().shares_namespace(lower) {
            lower.index()
        } else {
            dev.net().index()
        }
    }
}
