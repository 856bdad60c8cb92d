// SPDX-License-Identifier: GPL-2.0-only

//! What ethtool shows and sets of usbnet's network devices.

use super::{
    Adapter,
    Device,
    Driver, //
};
use crate::kernel_ext::{
    bindings,
    ethtool::{
        self,
        StringSet, //
    }, //
};
use kernel::{
    error::from_result,
    ffi,
    prelude::*, //
};

impl<T: Driver> Adapter<T> {
    /// As usbnet has them, and the driver's counters and flags.
    pub(super) const ETHTOOL_OPS: &'static bindings::ethtool_ops = &bindings::ethtool_ops {
        get_link: Some(bindings::usbnet_get_link),
        nway_reset: Some(bindings::usbnet_nway_reset),
        get_drvinfo: Some(bindings::usbnet_get_drvinfo),
        get_msglevel: Some(bindings::usbnet_get_msglevel),
        set_msglevel: Some(bindings::usbnet_set_msglevel),
        get_ts_info: Some(bindings::ethtool_op_get_ts_info),
        get_link_ksettings: Some(bindings::usbnet_get_link_ksettings_mii),
        set_link_ksettings: Some(bindings::usbnet_set_link_ksettings_mii),
        get_sset_count: Some(Self::get_sset_count_callback),
        get_strings: Some(Self::get_strings_callback),
        get_ethtool_stats: Some(Self::get_ethtool_stats_callback),
        get_priv_flags: Some(Self::get_priv_flags_callback),
        set_priv_flags: Some(Self::set_priv_flags_callback),
        ..ethtool::NONE
    };

    fn names(set: StringSet) -> &'static [&'static CStr] {
        match set {
            StringSet::Statistics => T::STATISTICS,
            StringSet::PrivateFlags => T::FLAGS,
        }
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `ethtool_ops.get_sset_count`.
    unsafe extern "C" fn get_sset_count_callback(
        _net: *mut bindings::net_device,
        set: ffi::c_int,
    ) -> ffi::c_int {
        StringSet::new(set as u32).map_or(EOPNOTSUPP.to_errno(), |set| {
            ethtool::count(Self::names(set))
        })
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `ethtool_ops.get_strings`.
    unsafe extern "C" fn get_strings_callback(
        _net: *mut bindings::net_device,
        set: u32,
        data: *mut u8,
    ) {
        if let Some(set) = StringSet::new(set) {
            // SAFETY: the core asked how many there are, and made room for them.
            unsafe { ethtool::write_names(Self::names(set), data) };
        }
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `ethtool_ops.get_ethtool_stats`.
    unsafe extern "C" fn get_ethtool_stats_callback(
        net: *mut bindings::net_device,
        _stats: *mut bindings::ethtool_stats,
        data: *mut u64,
    ) {
        // SAFETY: the core passes the network device of a bound device.
        let dev = unsafe { Device::<T>::from_net(net) };

        let mut to = data;

        for (_name, value) in T::STATISTICS.iter().zip(T::statistics(dev)) {
            // SAFETY: the core made room for a value for each name.
            unsafe { to.write(value) };
            to = to.wrapping_add(1);
        }
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `ethtool_ops.get_priv_flags`.
    unsafe extern "C" fn get_priv_flags_callback(net: *mut bindings::net_device) -> u32 {
        // SAFETY: the core passes the network device of a bound device.
        T::flags(unsafe { Device::<T>::from_net(net) })
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `ethtool_ops.set_priv_flags`.
    unsafe extern "C" fn set_priv_flags_callback(
        net: *mut bindings::net_device,
        flags: u32,
    ) -> ffi::c_int {
        // SAFETY: the core passes the network device of a bound device.
        let dev = unsafe { Device::<T>::from_net(net) };

        from_result(|| {
            T::set_flags(dev, flags)?;
            Ok(0)
        })
    }
}
