// SPDX-License-Identifier: GPL-2.0-only

//! `ethtool_ops` of the network device.

use super::{
    link::MAX_RECEIVE,
    transmit::TRANSFERS,
    Adapter,
    Device,
    Driver, //
};
use crate::kernel_ext::{
    bindings,
    compat::EOPNOTSUPP,
    net::ethtool::{
        self,
        StringSet, //
    }, //
};
use kernel::{
    error::from_result,
    ffi,
    prelude::*,
    sync::atomic::Relaxed, //
};

/// The longest packet that may be copied whatever its length, in bytes.
const MAX_COPYBREAK: u32 = 65535;

impl<T: Driver> Adapter<T> {
    /// The device's own, and the driver's counters and flags.
    pub(super) const ETHTOOL_OPS: &'static bindings::ethtool_ops = &bindings::ethtool_ops {
        supported_ring_params: bindings::ethtool_supported_ring_param_ETHTOOL_RING_USE_RX_BUF_LEN,
        get_link: Some(bindings::ethtool_op_get_link),
        get_drvinfo: Some(Self::get_drvinfo_callback),
        get_msglevel: Some(Self::get_msglevel_callback),
        set_msglevel: Some(Self::set_msglevel_callback),
        get_ts_info: Some(bindings::ethtool_op_get_ts_info),
        get_ringparam: Some(Self::get_ringparam_callback),
        set_ringparam: Some(Self::set_ringparam_callback),
        get_tunable: Some(Self::get_tunable_callback),
        set_tunable: Some(Self::set_tunable_callback),
        get_sset_count: Some(Self::get_sset_count_callback),
        get_strings: Some(Self::get_strings_callback),
        get_ethtool_stats: Some(Self::get_ethtool_stats_callback),
        get_priv_flags: Some(Self::get_priv_flags_callback),
        set_priv_flags: Some(Self::set_priv_flags_callback),
        ..ethtool::NONE
    };

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `ethtool_ops.get_drvinfo`.
    unsafe extern "C" fn get_drvinfo_callback(
        net: *mut bindings::net_device,
        info: *mut bindings::ethtool_drvinfo,
    ) {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let private = unsafe { Device::<T>::from_raw(net) }.private();
        // SAFETY: the core passes a structure of its own to fill in, zeroed.
        let info = unsafe { &mut *info };

        ethtool::write_text(&mut info.driver, fmt!("{}", T::NAME));
        ethtool::write_text(&mut info.fw_version, fmt!("{}", private.info.description));
        ethtool::write_text(
            &mut info.bus_info,
            fmt!("{}", private.interface.device().path()),
        );
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `ethtool_ops.get_msglevel`.
    unsafe extern "C" fn get_msglevel_callback(net: *mut bindings::net_device) -> u32 {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        unsafe { Device::<T>::from_raw(net) }
            .private()
            .message_level
            .load(Relaxed)
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `ethtool_ops.set_msglevel`.
    unsafe extern "C" fn set_msglevel_callback(net: *mut bindings::net_device, level: u32) {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        unsafe { Device::<T>::from_raw(net) }
            .private()
            .message_level
            .store(level, Relaxed);
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `ethtool_ops.get_ringparam`.
    unsafe extern "C" fn get_ringparam_callback(
        net: *mut bindings::net_device,
        ring: *mut bindings::ethtool_ringparam,
        more: *mut bindings::kernel_ethtool_ringparam,
        _ack: *mut bindings::netlink_ext_ack,
    ) {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let geometry = unsafe { Device::<T>::from_raw(net) }.geometry();
        // SAFETY: the core passes a structure of its own to fill in, zeroed.
        let ring = unsafe { &mut *ring };

        // CAST: both are small.
        ring.rx_pending = geometry.count as u32;
        ring.rx_max_pending = geometry.count as u32;
        ring.tx_pending = TRANSFERS as u32;
        ring.tx_max_pending = TRANSFERS as u32;
        // SAFETY: the core passes a structure of its own to fill in.
        unsafe { (*more).rx_buf_len = geometry.len };
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `ethtool_ops.set_ringparam`.
    unsafe extern "C" fn set_ringparam_callback(
        net: *mut bindings::net_device,
        ring: *mut bindings::ethtool_ringparam,
        more: *mut bindings::kernel_ethtool_ringparam,
        _ack: *mut bindings::netlink_ext_ack,
    ) -> ffi::c_int {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let dev = unsafe { Device::<T>::from_raw(net) };
        // SAFETY: the core passes the parameters that are wanted, and does not change them.
        let ring = unsafe { &*ring };
        // SAFETY: the core passes the parameters that are wanted, and does not change them.
        let len = unsafe { (*more).rx_buf_len };

        from_result(|| {
            let geometry = dev.geometry();

            // The number follows from the size.
            if ring.tx_pending != TRANSFERS as u32 || ring.rx_pending != geometry.count as u32 {
                return Err(EINVAL);
            }
            if len == geometry.len {
                return Ok(0);
            }
            if !(T::MIN_RECEIVE..=MAX_RECEIVE).contains(&len) {
                return Err(EINVAL);
            }
            let before = dev.private().receive_len.xchg(len, Relaxed);
            dev.update_receive_ring().inspect_err(|_| {
                dev.private().receive_len.store(before, Relaxed);
            })?;
            Ok(0)
        })
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `ethtool_ops.get_tunable`.
    unsafe extern "C" fn get_tunable_callback(
        net: *mut bindings::net_device,
        tunable: *const bindings::ethtool_tunable,
        value: *mut ffi::c_void,
    ) -> ffi::c_int {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let dev = unsafe { Device::<T>::from_raw(net) };
        // SAFETY: the core passes the tunable that is asked for.
        if unsafe { (*tunable).id } != bindings::tunable_id_ETHTOOL_RX_COPYBREAK {
            return EOPNOTSUPP.to_errno();
        }

        let copybreak = dev.private().copybreak.load(Relaxed);
        // SAFETY: this tunable has 32 bits, for which the core has a buffer.
        unsafe { value.cast::<u32>().write_unaligned(copybreak) };
        0
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `ethtool_ops.set_tunable`.
    unsafe extern "C" fn set_tunable_callback(
        net: *mut bindings::net_device,
        tunable: *const bindings::ethtool_tunable,
        value: *const ffi::c_void,
    ) -> ffi::c_int {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let dev = unsafe { Device::<T>::from_raw(net) };
        // SAFETY: the core passes the tunable that is set.
        if unsafe { (*tunable).id } != bindings::tunable_id_ETHTOOL_RX_COPYBREAK {
            return EOPNOTSUPP.to_errno();
        }

        // SAFETY: this tunable has 32 bits.
        let copybreak = unsafe { value.cast::<u32>().read_unaligned() };
        if copybreak > MAX_COPYBREAK {
            return EINVAL.to_errno();
        }
        dev.private().copybreak.store(copybreak, Relaxed);
        0
    }

    fn names(set: StringSet) -> &'static [&'static CStr] {
        match set {
            StringSet::Statistics => T::STATISTICS,
            StringSet::PrivateFlags => T::FLAGS,
        }
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `ethtool_ops.get_sset_count`.
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
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `ethtool_ops.get_strings`.
    unsafe extern "C" fn get_strings_callback(
        _net: *mut bindings::net_device,
        set: u32,
        data: *mut u8,
    ) {
        if let Some(set) = StringSet::new(set) {
            // SAFETY: the core asked how many there are, and passes a buffer of that size.
            unsafe { ethtool::write_names(Self::names(set), data) };
        }
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `ethtool_ops.get_ethtool_stats`.
    unsafe extern "C" fn get_ethtool_stats_callback(
        net: *mut bindings::net_device,
        _stats: *mut bindings::ethtool_stats,
        data: *mut u64,
    ) {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let dev = unsafe { Device::<T>::from_raw(net) };

        let mut to = data;

        for (_name, value) in T::STATISTICS.iter().zip(T::statistics(dev)) {
            // SAFETY: the core passes a buffer with a value for each name.
            unsafe { to.write(value) };
            to = to.wrapping_add(1);
        }
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `ethtool_ops.get_priv_flags`.
    unsafe extern "C" fn get_priv_flags_callback(net: *mut bindings::net_device) -> u32 {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        T::flags(unsafe { Device::<T>::from_raw(net) })
    }

    /// # Safety
    ///
    /// To be called by the network core only, for a device of `T` that it was registered for, as
    /// `ethtool_ops.set_priv_flags`.
    unsafe extern "C" fn set_priv_flags_callback(
        net: *mut bindings::net_device,
        flags: u32,
    ) -> ffi::c_int {
        // SAFETY: by the requirement of the function this is a device of `T`, which stays
        // registered while the core is here.
        let dev = unsafe { Device::<T>::from_raw(net) };

        from_result(|| {
            T::set_flags(dev, flags)?;
            Ok(0)
        })
    }
}
