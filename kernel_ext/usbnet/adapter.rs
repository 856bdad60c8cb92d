// SPDX-License-Identifier: GPL-2.0-only

//! The callbacks of minidrivers.

use super::{
    device::Private,
    Binding,
    Device,
    Driver,
    DriverInfo,
    Received, //
};
use crate::kernel_ext::{
    bindings,
    rtnl::Rtnl,
    skbuff::SkBuff,
    usb::{
        self,
        DeviceId,
        Interface,
        PmMessage, //
    }, //
};
use core::{
    marker::PhantomData,
    mem,
    ptr, //
};
use kernel::{
    error::{
        from_result,
        to_result, //
    },
    ffi,
    prelude::*,
    types::ForeignOwnable, //
};

/// Connects a [`Driver`] with usbnet and with the USB core.
pub(crate) struct Adapter<T>(PhantomData<T>);

impl<T: Driver> Adapter<T> {
    const NETDEV_OPS: &'static bindings::net_device_ops = &bindings::net_device_ops {
        ndo_open: Some(Self::open_callback),
        ndo_stop: Some(Self::stop_callback),
        ndo_start_xmit: Some(bindings::usbnet_start_xmit),
        ndo_tx_timeout: Some(bindings::usbnet_tx_timeout),
        ndo_change_mtu: Some(Self::change_mtu_callback),
        ndo_set_mac_address: Some(Self::set_mac_address_callback),
        ndo_validate_addr: Some(bindings::eth_validate_addr),
        ..pin_init::zeroed()
    };

    /// # Safety
    ///
    /// To be called by usbnet only, as `driver_info.bind`.
    pub(super) unsafe extern "C" fn bind_callback(
        dev: *mut bindings::usbnet,
        intf: *mut bindings::usb_interface,
    ) -> ffi::c_int {
        // SAFETY: usbnet passes the interface that is probed.
        let intf = unsafe { Interface::from_raw(intf) };

        from_result(|| {
            // usbnet does this when all is done; cdc-wdm may ask for the device earlier.
            intf.set_data(dev.cast());

            // SAFETY: usbnet passes its new device and the interface that is probed.
            let mut binding = unsafe { Binding::<T>::new(dev, intf) };
            let net = binding.net();
            net.set_limits();
            net.set_ops(Self::NETDEV_OPS);
            net.set_ethtool_ops(Self::ETHTOOL_OPS);
            net.set_attributes(T::ATTRIBUTES);

            let state = T::bind(&mut binding)?;
            // SAFETY: the device is new, and outlives its state.
            let private = KBox::pin_init(unsafe { Private::<T>::new(state, dev) }, GFP_KERNEL)?;

            // SAFETY: the device is valid.
            unsafe { (*dev).driver_priv = private.into_foreign() };

            // SAFETY: the device has its state.
            T::start(unsafe { Device::from_raw(dev) }).inspect_err(|_| {
                // SAFETY: `start` failed, so nothing uses the state.
                unsafe { Self::drop_state(dev) };
            })?;
            Ok(0)
        })
    }

    /// # Safety
    ///
    /// To be called by usbnet only, as `driver_info.unbind`, after a successful bind.
    pub(super) unsafe extern "C" fn unbind_callback(
        dev: *mut bindings::usbnet,
        intf: *mut bindings::usb_interface,
    ) {
        // SAFETY: the device was bound, and has its state.
        T::stop(unsafe { Device::from_raw(dev) });

        // SAFETY: usbnet passes a valid interface. If it is here because probe failed the interface
        // still has its data.
        unsafe { Interface::from_raw(intf) }.set_data(ptr::null_mut());

        // SAFETY: the network device is not registered, and after `stop` nothing else uses the
        // state. The USB core has the device's lock, so that no other callback of it runs.
        unsafe { Self::drop_state(dev) };
    }

    /// # Safety
    ///
    /// `dev` must have a state, and nothing may use it.
    unsafe fn drop_state(dev: *mut bindings::usbnet) {
        // SAFETY: by the requirement of the function `dev` is valid.
        let slot = unsafe { &mut (*dev).driver_priv };
        let state = mem::replace(slot, ptr::null_mut());

        // SAFETY: `state` is what `into_foreign` returned, and nothing borrows it.
        drop(unsafe { Pin::<KBox<Private<T>>>::from_foreign(state) });
    }

    /// # Safety
    ///
    /// To be called by usbnet only, as `driver_info.reset`.
    pub(super) unsafe extern "C" fn reset_callback(dev: *mut bindings::usbnet) -> ffi::c_int {
        // SAFETY: usbnet opens only bound devices.
        T::open(unsafe { Device::from_raw(dev) });
        0
    }

    /// # Safety
    ///
    /// To be called by usbnet only, as `driver_info.manage_power`.
    pub(super) unsafe extern "C" fn manage_power_callback(
        dev: *mut bindings::usbnet,
        on: ffi::c_int,
    ) -> ffi::c_int {
        // SAFETY: usbnet opens and stops only bound devices.
        T::manage_power(unsafe { Device::from_raw(dev) }, on != 0);
        0
    }

    /// # Safety
    ///
    /// To be called by usbnet only, as `driver_info.rx_fixup`.
    pub(super) unsafe extern "C" fn rx_fixup_callback(
        dev: *mut bindings::usbnet,
        skb: *mut bindings::sk_buff,
    ) -> ffi::c_int {
        // SAFETY: usbnet receives only on bound devices.
        let dev = unsafe { Device::<T>::from_raw(dev) };

        // SAFETY: usbnet allocated the buffer, has not shared it, and lends it.
        let skb = unsafe { SkBuff::from_raw(skb) };

        let len = skb.len();
        match T::rx_fixup(dev, skb) {
            // usbnet counts what is too short as such.
            Ok(Received::Frame | Received::Packet) if skb.len() < bindings::ETH_HLEN as usize => {
                return 1
            }
            Ok(Received::Frame) => {
                skb.take_ethernet_header(dev.net());
                // SAFETY: see below.
                unsafe { Self::deliver(dev, skb) };
            }
            // SAFETY: this returns 0: usbnet then looks for a request in the control block, and
            // gives its reference up.
            Ok(Received::Packet) => unsafe { Self::deliver(dev, skb) },
            Ok(Received::Delivered) => dev.net().count_received(len),
            Err(_) => dev.net().count_receive_error(),
        }
        0
    }

    /// # Safety
    ///
    /// As for [`SkBuff::keep`].
    unsafe fn deliver(dev: &Device<T>, skb: &mut SkBuff) {
        if dev.receiver().reserve().is_err() {
            dev.net().count_receive_drop();
            return;
        }

        dev.net().count_received(skb.len());
        // SAFETY: by the requirement of the function.
        dev.receiver().receive(unsafe { skb.keep() });
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `net_device_ops.ndo_change_mtu`.
    unsafe extern "C" fn change_mtu_callback(
        net: *mut bindings::net_device,
        mtu: ffi::c_int,
    ) -> ffi::c_int {
        // SAFETY: the core passes a network device of usbnet, with RTNL held.
        let ret = unsafe { bindings::usbnet_change_mtu(net, mtu) };

        // SAFETY: as above; the device is bound.
        unsafe { Device::<T>::from_net(net) }.set_tx_queue();
        ret
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `net_device_ops.ndo_open`.
    unsafe extern "C" fn open_callback(net: *mut bindings::net_device) -> ffi::c_int {
        // SAFETY: the core passes the network device of a bound device.
        let dev = unsafe { Device::<T>::from_net(net) };
        // SAFETY: the core holds RTNL.
        let rtnl = unsafe { Rtnl::assume_held() };

        dev.receiver().enable(&rtnl);
        // SAFETY: the core passes a network device of usbnet.
        let ret = unsafe { bindings::usbnet_open(net) };
        if ret == 0 {
            dev.set_tx_queue();
            dev.stacked().set_carrier(true, &rtnl);
        } else {
            dev.receiver().disable(&rtnl);
        }
        ret
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `net_device_ops.ndo_stop`.
    unsafe extern "C" fn stop_callback(net: *mut bindings::net_device) -> ffi::c_int {
        // SAFETY: the core passes the network device of a bound device.
        let dev = unsafe { Device::<T>::from_net(net) };
        // SAFETY: the core holds RTNL.
        let rtnl = unsafe { Rtnl::assume_held() };

        dev.stacked().set_carrier(false, &rtnl);
        dev.start_timer(0);
        // SAFETY: the core passes a network device of usbnet.
        let ret = unsafe { bindings::usbnet_stop(net) };
        dev.receiver().disable(&rtnl);
        ret
    }

    fn resume_usbnet(dev: &Device<T>, intf: &Interface) -> Result {
        // SAFETY: the interface has its `usbnet`, `dev`.
        let ret = unsafe { bindings::usbnet_resume(intf.as_raw()) };

        dev.after_resume();
        to_result(ret)
    }

    /// # Safety
    ///
    /// To be called by the device's timer only, with a bound device.
    pub(super) unsafe fn timer_callback(dev: *mut ffi::c_void) {
        // SAFETY: by the requirement of the function.
        T::timer_expired(unsafe { Device::from_raw(dev.cast()) });
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `net_device_ops.ndo_set_mac_address`.
    pub(super) unsafe extern "C" fn set_mac_address_callback(
        net: *mut bindings::net_device,
        addr: *mut ffi::c_void,
    ) -> ffi::c_int {
        // SAFETY: both come from the network core, with RTNL held.
        let ret = unsafe { bindings::eth_prepare_mac_addr_change(net, addr) };

        from_result(|| {
            to_result(ret)?;

            // SAFETY: `addr` is a `sockaddr`, of which the function above has read as much.
            let [a0, a1, a2, a3, a4, a5, ..] =
                unsafe { (*addr.cast::<bindings::sockaddr>()).sa_data };
            T::check_address([a0, a1, a2, a3, a4, a5])?;

            // SAFETY: as above.
            unsafe { bindings::eth_commit_mac_addr_change(net, addr) };
            Ok(0)
        })
    }
}

impl<T: Driver> usb::Driver for Adapter<T> {
    const NAME: &'static CStr = T::NAME;

    type IdInfo = DriverInfo<T>;

    fn probe(intf: &Interface, id: &DeviceId) -> Result {
        T::accept(intf, id)?;

        // An id that user space added carries what the one it refers to does, or nothing.
        let id = if id.driver_info() == 0 {
            id.with_driver_info(ptr::from_ref(T::DEFAULT_INFO) as usize)
        } else {
            *id
        };

        // SAFETY: the interface is being probed; usbnet reads the id, and does not keep it.
        to_result(unsafe { bindings::usbnet_probe(intf.as_raw(), id.as_raw()) })
    }

    fn disconnect(intf: &Interface) {
        // Called once more for the second interface, which has no data any more by then.
        //
        // SAFETY: the interface is bound to this driver, and its lock held.
        let Some(dev) = (unsafe { Device::<T>::of(intf) }) else {
            return;
        };

        dev.net().remove_attributes(T::ATTRIBUTES);
        dev.stacked().close(&Rtnl::lock());
        // SAFETY: the interface has its `usbnet`.
        unsafe { bindings::usbnet_disconnect(intf.as_raw()) };
    }

    fn suspend(intf: &Interface, message: PmMessage) -> Result {
        // SAFETY: the interface is bound to this driver, and its lock held.
        let Some(dev) = (unsafe { Device::<T>::of(intf) }) else {
            return Ok(());
        };

        dev.before_suspend(message);
        // SAFETY: the interface has its `usbnet`.
        to_result(unsafe { bindings::usbnet_suspend(intf.as_raw(), message.0) })
            .and_then(|()| {
                T::suspend(dev, intf, message).inspect_err(|_| {
                    // SAFETY: as above; this undoes what was done.
                    unsafe { bindings::usbnet_resume(intf.as_raw()) };
                })
            })
            .inspect_err(|_| dev.after_resume())
    }

    fn resume(intf: &Interface) -> Result {
        // SAFETY: the interface is bound to this driver, and its lock held.
        let Some(dev) = (unsafe { Device::<T>::of(intf) }) else {
            return Ok(());
        };

        T::resume(dev, intf)?;
        Self::resume_usbnet(dev, intf)
    }

    fn reset_resume(intf: &Interface) -> Result {
        // SAFETY: the interface is bound to this driver, and its lock held.
        let Some(dev) = (unsafe { Device::<T>::of(intf) }) else {
            return Ok(());
        };

        T::reset_resume(dev, intf)?;
        Self::resume_usbnet(dev, intf)
    }
}
