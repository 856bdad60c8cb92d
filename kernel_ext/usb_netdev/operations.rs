// SPDX-License-Identifier: GPL-2.0-only

//! `net_device_ops` of the network device.

use super::{
    Adapter,
    Device,
    Driver, //
};
use crate::kernel_ext::{
    bindings,
    net::{
        rtnl::Rtnl,
        skbuff::OwnedSkb, //
    }, //
};
use kernel::{
    error::{
        from_result,
        to_result, //
    },
    ffi, //
};

impl<T: Driver> Adapter<T> {
    pub(super) const NETDEV_OPS: &'static bindings::net_device_ops = &bindings::net_device_ops {
        ndo_open: Some(Self::open_callback),
        ndo_stop: Some(Self::stop_callback),
        ndo_start_xmit: Some(Self::start_xmit_callback),
        ndo_tx_timeout: Some(Self::tx_timeout_callback),
        ndo_change_mtu: Some(Self::change_mtu_callback),
        ndo_set_mac_address: Some(Self::set_mac_address_callback),
        ndo_validate_addr: Some(bindings::eth_validate_addr),
        ..pin_init::zeroed()
    };

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `net_device_ops.ndo_open`.
    unsafe extern "C" fn open_callback(net: *mut bindings::net_device) -> ffi::c_int {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let dev = unsafe { Device::<T>::from_raw(net) };
        // SAFETY: the core holds RTNL when it calls this, and until it returns.
        let rtnl = unsafe { Rtnl::assume_held() };

        from_result(|| dev.open(&rtnl).map(|()| 0))
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `net_device_ops.ndo_stop`.
    unsafe extern "C" fn stop_callback(net: *mut bindings::net_device) -> ffi::c_int {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let dev = unsafe { Device::<T>::from_raw(net) };
        // SAFETY: the core holds RTNL when it calls this, and until it returns.
        let rtnl = unsafe { Rtnl::assume_held() };

        dev.close(&rtnl);
        0
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
        let dev = unsafe { Device::<T>::from_raw(net) };
        // SAFETY: the core hands over a valid buffer. Nobody else has it, for the device is not one
        // of `IFF_TX_SKB_SHARING`.
        let skb = unsafe { OwnedSkb::from_raw(skb) };

        skb.tx_timestamp();
        match dev.with_sender(|sender| T::transmit(dev, sender, &skb)) {
            Ok(()) => skb.consume(),
            Err(_) => dev.net().count_transmit_dropped(),
        }
        dev.stop_if_busy();
        bindings::netdev_tx::NETDEV_TX_OK
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `net_device_ops.ndo_tx_timeout`.
    unsafe extern "C" fn tx_timeout_callback(net: *mut bindings::net_device, _queue: ffi::c_uint) {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        unsafe { Device::<T>::from_raw(net) }.restart_transmit();
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `net_device_ops.ndo_change_mtu`.
    unsafe extern "C" fn change_mtu_callback(
        net: *mut bindings::net_device,
        mtu: ffi::c_int,
    ) -> ffi::c_int {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let dev = unsafe { Device::<T>::from_raw(net) };
        // SAFETY: the core holds RTNL when it calls this, and until it returns.
        let rtnl = unsafe { Rtnl::assume_held() };

        from_result(|| {
            dev.change_mtu(u32::try_from(mtu)?, &rtnl)?;
            Ok(0)
        })
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `net_device_ops.ndo_set_mac_address`.
    unsafe extern "C" fn set_mac_address_callback(
        net: *mut bindings::net_device,
        addr: *mut ffi::c_void,
    ) -> ffi::c_int {
        // SAFETY: the core passes a valid device, with RTNL held, and an address in a `sockaddr`.
        let ret = unsafe { bindings::eth_prepare_mac_addr_change(net, addr) };

        from_result(|| {
            to_result(ret)?;

            // SAFETY: the core passes a `sockaddr` of its own, which has as much in it.
            let [a0, a1, a2, a3, a4, a5, ..] =
                unsafe { (*addr.cast::<bindings::sockaddr>()).sa_data };
            T::check_address([a0, a1, a2, a3, a4, a5])?;

            // SAFETY: the core passes a valid device, with RTNL held, and an address in a
            // `sockaddr` that was found valid above.
            unsafe { bindings::eth_commit_mac_addr_change(net, addr) };
            Ok(0)
        })
    }
}
