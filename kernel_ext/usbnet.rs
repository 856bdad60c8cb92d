// SPDX-License-Identifier: GPL-2.0-only

//! Minidrivers of usbnet, the framework for network devices over USB.
//!
//! C header: [`include/linux/usb/usbnet.h`](srctree/include/linux/usb/usbnet.h)

use super::{
    bindings,
    netdevice::{
        NetDevice,
        Unregistered, //
    },
    rtnl::Rtnl,
    skbuff::SkBuff,
    sysfs,
    usb::{
        self,
        ClaimedInterface,
        DeviceId,
        Interface,
        PmMessage, //
    }, //
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
    types::{
        ForeignOwnable,
        Opaque, //
    }, //
};

/// A usbnet minidriver. All callbacks but [`Driver::rx_fixup`] may sleep.
pub(crate) trait Driver: Sized + 'static {
    /// Name of the USB driver, as user space sees it.
    const NAME: &'static CStr;

    /// For ids that user space adds.
    const DEFAULT_INFO: &'static DriverInfo<Self>;

    /// Attributes of the network device.
    const ATTRIBUTES: &'static sysfs::Group<Device<Self>>;

    /// What a kind of device needs.
    type Quirks: Send + Sync + 'static;

    /// What the driver keeps for a device while it is bound.
    type State: Send + Sync;

    /// Whether `intf`, which matched `id`, is one for this driver; `ENODEV` if not.
    fn accept(intf: &Interface, id: &DeviceId) -> Result;

    /// Makes the state for a new device.
    fn bind(new: &mut Binding<'_, Self>) -> Result<Pin<KBox<Self::State>>>;

    /// Starts what may call back into the driver. The network device is not registered yet. If this
    /// fails the state is dropped; nothing may use it by then.
    fn start(dev: &Device<Self>) -> Result;

    /// Stops what may call back into the driver, before the state is dropped. The network device is
    /// not registered any more.
    fn stop(dev: &Device<Self>);

    /// The network device goes up. RTNL is held.
    fn open(dev: &Device<Self>);

    /// Somebody begins, or ends, to need that the device wakes the host.
    fn manage_power(dev: &Device<Self>, on: bool);

    /// A transfer arrived. The driver makes a frame or packet of it; an error drops it. Called in
    /// softirq context.
    fn rx_fixup(dev: &Device<Self>, skb: &mut SkBuff) -> Result;

    /// Whether the network device may have the hardware address.
    fn check_address(address: [u8; 6]) -> Result;

    /// `intf` is suspended; usbnet is already.
    fn suspend(dev: &Device<Self>, intf: &Interface, message: PmMessage) -> Result;

    /// `intf` is resumed; usbnet is not yet.
    fn resume(dev: &Device<Self>, intf: &Interface) -> Result;

    /// As [`Self::resume`], and the device has lost its state.
    fn reset_resume(dev: &Device<Self>, intf: &Interface) -> Result;
}

/// A kind of device: `struct driver_info`.
#[repr(C)]
pub(crate) struct DriverInfo<T: Driver> {
    raw: bindings::driver_info,
    quirks: T::Quirks,
}

// SAFETY: it is constant.
unsafe impl<T: Driver> Sync for DriverInfo<T> {}

impl<T: Driver> DriverInfo<T> {
    /// A kind of cellular modem: its network devices are named `wwan%d`, may have a larger MTU than
    /// the device told, and end transfers with a zero length packet where it needs one.
    pub(crate) const fn wwan(description: &'static CStr, quirks: T::Quirks) -> Self {
        Self {
            raw: bindings::driver_info {
                description: kernel::str::as_char_ptr_in_const_context(description).cast_mut(),
                flags: (bindings::FLAG_WWAN | bindings::FLAG_NOMAXMTU | bindings::FLAG_SEND_ZLP)
                    as ffi::c_int,
                bind: Some(Adapter::<T>::bind_callback),
                unbind: Some(Adapter::<T>::unbind_callback),
                reset: Some(Adapter::<T>::reset_callback),
                manage_power: Some(Adapter::<T>::manage_power_callback),
                rx_fixup: Some(Adapter::<T>::rx_fixup_callback),
                ..pin_init::zeroed()
            },
            quirks,
        }
    }
}

/// A device that is being bound: usbnet has it, and nobody else.
pub(crate) struct Binding<'a, T: Driver> {
    dev: &'a mut bindings::usbnet,
    intf: &'a Interface,
    _phantom: PhantomData<T>,
}

impl<T: Driver> Binding<'_, T> {
    /// The interface that was probed.
    pub(crate) fn interface(&self) -> &Interface {
        self.intf
    }

    /// What this kind of device needs.
    pub(crate) fn quirks(&self) -> &'static T::Quirks {
        // CAST: all ids of `T` carry a `DriverInfo<T>`, which begins with a `driver_info`.
        let info = self.dev.driver_info.cast::<DriverInfo<T>>();

        // SAFETY: the `driver_info` of an id is a static.
        unsafe { &(*info).quirks }
    }

    /// The network device, not registered yet.
    pub(crate) fn net(&self) -> Unregistered<'_> {
        // SAFETY: usbnet allocated the device with `alloc_etherdev()`, and it lives as long as
        // `usbnet`, which is its private part.
        let net = unsafe { NetDevice::from_raw(self.dev.net) };

        // SAFETY: until the driver is bound only usbnet knows the device, and this borrows it.
        unsafe { Unregistered::new(net) }
    }

    /// Claims `intf` as well, another interface of the same device.
    pub(crate) fn claim(&self, intf: &Interface) -> Result<ClaimedInterface> {
        // SAFETY: the probed interface is in its driver's probe callback.
        unsafe { ClaimedInterface::new(self.intf, intf) }
    }

    /// Sets the network device's address to that in the device's string descriptor `index`.
    pub(crate) fn read_address(&mut self, index: u8) -> Result {
        // SAFETY: `dev` is valid, and nobody else uses it.
        to_result(unsafe { bindings::usbnet_get_ethernet_addr(self.dev, index.into()) })
    }

    /// Sets the size of the largest frame, in bytes with its header.
    pub(crate) fn set_max_frame(&mut self, size: u16) {
        self.dev.hard_mtu = size.into();
    }

    /// Finds the bulk endpoints of `data`, and selects the alternate setting that has them. usbnet
    /// leaves the interrupt endpoint beside them alone.
    pub(crate) fn collect_endpoints(&mut self, data: &Interface) -> Result {
        // SAFETY: both are valid.
        to_result(unsafe { bindings::usbnet_get_endpoints(self.dev, data.as_raw()) })?;

        self.dev.status = ptr::null_mut();
        Ok(())
    }
}

/// A bound device: `struct usbnet`.
///
/// # Invariants
///
/// A valid device of a [`Driver`] `T`, whose `driver_priv` is a `Pin<KBox<T::State>>`.
#[repr(transparent)]
pub(crate) struct Device<T: Driver>(Opaque<bindings::usbnet>, PhantomData<T>);

impl<T: Driver> Device<T> {
    /// # Safety
    ///
    /// `ptr` must be a valid device of `T` that has a state during `'a`.
    unsafe fn from_raw<'a>(ptr: *mut bindings::usbnet) -> &'a Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: `ptr` is valid during `'a`, and `Self` is a transparent wrapper.
        unsafe { &*ptr.cast() }
    }

    /// # Safety
    ///
    /// As for [`Self::from_raw`], with the network device of the device.
    unsafe fn from_net<'a>(net: *mut bindings::net_device) -> &'a Self {
        // SAFETY: by the requirement of the function.
        let dev = unsafe { NetDevice::private(net) };

        // SAFETY: the private part of usbnet's network devices is a `usbnet`.
        unsafe { Self::from_raw(dev.cast()) }
    }

    /// The device that `intf` is part of; [`None`] while it is being bound, and once it is unbound.
    ///
    /// # Safety
    ///
    /// `intf` must be bound to `T`, and `T::stop` must not return during `'a`.
    pub(super) unsafe fn of<'a>(intf: &Interface) -> Option<&'a Self> {
        let dev = intf.data().cast::<bindings::usbnet>();
        if dev.is_null() {
            return None;
        }

        // SAFETY: the data of an interface of `T` is its `usbnet`, which lives until after `stop`.
        if unsafe { (*dev).driver_priv }.is_null() {
            return None;
        }

        // SAFETY: the state is there, and is dropped only after `stop` returned.
        Some(unsafe { Self::from_raw(dev) })
    }

    fn as_raw(&self) -> *mut bindings::usbnet {
        self.0.get()
    }

    /// The network device.
    pub(crate) fn net(&self) -> &NetDevice {
        // SAFETY: by the type invariant the device is valid; usbnet sets the pointer once.
        let net = unsafe { (*self.as_raw()).net };

        // SAFETY: usbnet allocated it with `alloc_etherdev()`; it lives as long as `self`.
        unsafe { NetDevice::from_raw(net) }
    }

    /// Tells usbnet that the size of headers has changed, so that it computes its buffers anew.
    ///
    /// That fails where usbnet does not like the sum of MTU and header, and then the size of the
    /// receive buffers stays, as user space knows it: it sets that size by the MTU, and expects it
    /// to survive a change of the link layer.
    pub(crate) fn update_buffers(&self, rtnl: &Rtnl) {
        let mtu = self.net().mtu(rtnl) as ffi::c_int;

        // SAFETY: the device is valid, and `rtnl` shows that RTNL is held.
        unsafe { bindings::usbnet_change_mtu(self.net().as_raw(), mtu) };
    }

    /// Tells whether received IP headers are to be aligned as if an Ethernet header came first.
    ///
    /// usbnet forgets this when the network device goes down.
    pub(crate) fn set_ip_align(&self, align: bool) {
        let bit = bindings::EVENT_NO_IP_ALIGN as ffi::c_ulong;
        // SAFETY: by the type invariant the device is valid.
        let flags = unsafe { &raw mut (*self.as_raw()).flags };

        if align {
            // SAFETY: `flags` is a bitmap that is changed by atomic operations.
            unsafe { bindings::clear_bit(bit, flags) };
        } else {
            // SAFETY: as above.
            unsafe { bindings::set_bit(bit, flags) };
        }
    }
}

impl<T: Driver> Deref for Device<T> {
    type Target = T::State;

    fn deref(&self) -> &T::State {
        // SAFETY: by the type invariant the device is valid, and its state set.
        let state = unsafe { (*self.as_raw()).driver_priv };

        // SAFETY: by the type invariant this is what `into_foreign` returned.
        unsafe { Pin::<KBox<T::State>>::borrow(state) }.get_ref()
    }
}

// SAFETY: the device that the attributes are put on is the network device of a `usbnet`, which has
// its state while that is registered.
unsafe impl<T: Driver> sysfs::Parent for Device<T> {
    unsafe fn from_device<'a>(dev: *mut bindings::device) -> &'a Self {
        // SAFETY: as above.
        unsafe { Self::from_net(NetDevice::ptr_from_device(dev)) }
    }
}

/// Connects a [`Driver`] with usbnet and with the USB core.
pub(crate) struct Adapter<T>(PhantomData<T>);

impl<T: Driver> Adapter<T> {
    const NETDEV_OPS: &'static bindings::net_device_ops = &bindings::net_device_ops {
        ndo_open: Some(bindings::usbnet_open),
        ndo_stop: Some(bindings::usbnet_stop),
        ndo_start_xmit: Some(bindings::usbnet_start_xmit),
        ndo_tx_timeout: Some(bindings::usbnet_tx_timeout),
        ndo_change_mtu: Some(bindings::usbnet_change_mtu),
        ndo_set_mac_address: Some(Self::set_mac_address_callback),
        ndo_validate_addr: Some(bindings::eth_validate_addr),
        ..pin_init::zeroed()
    };

    /// # Safety
    ///
    /// To be called by usbnet only, as `driver_info.bind`.
    unsafe extern "C" fn bind_callback(
        dev: *mut bindings::usbnet,
        intf: *mut bindings::usb_interface,
    ) -> ffi::c_int {
        // SAFETY: usbnet passes the interface that is probed.
        let intf = unsafe { Interface::from_raw(intf) };

        from_result(|| {
            // usbnet does this when all is done; cdc-wdm may ask for the device earlier.
            intf.set_data(dev.cast());

            let mut binding = Binding {
                // SAFETY: usbnet passes its new device, which it does not use meanwhile.
                dev: unsafe { &mut *dev },
                intf,
                _phantom: PhantomData,
            };
            let state = T::bind(&mut binding)?;
            let net = binding.net();
            net.set_ops(Self::NETDEV_OPS);
            net.set_attributes(T::ATTRIBUTES);

            // SAFETY: the device is valid.
            unsafe { (*dev).driver_priv = state.into_foreign() };

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
    unsafe extern "C" fn unbind_callback(
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
        drop(unsafe { Pin::<KBox<T::State>>::from_foreign(state) });
    }

    /// # Safety
    ///
    /// To be called by usbnet only, as `driver_info.reset`.
    unsafe extern "C" fn reset_callback(dev: *mut bindings::usbnet) -> ffi::c_int {
        // SAFETY: usbnet opens only bound devices.
        T::open(unsafe { Device::from_raw(dev) });
        0
    }

    /// # Safety
    ///
    /// To be called by usbnet only, as `driver_info.manage_power`.
    unsafe extern "C" fn manage_power_callback(
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
    unsafe extern "C" fn rx_fixup_callback(
        dev: *mut bindings::usbnet,
        skb: *mut bindings::sk_buff,
    ) -> ffi::c_int {
        // SAFETY: usbnet receives only on bound devices.
        let dev = unsafe { Device::<T>::from_raw(dev) };

        // SAFETY: usbnet allocated the buffer, has not shared it, and lends it.
        let skb = unsafe { SkBuff::from_raw(skb) };

        T::rx_fixup(dev, skb).is_ok().into()
    }

    /// # Safety
    ///
    /// To be called by the network core only, as `net_device_ops.ndo_set_mac_address`.
    unsafe extern "C" fn set_mac_address_callback(
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
        // SAFETY: the interface is bound to this driver.
        unsafe { bindings::usbnet_disconnect(intf.as_raw()) };
    }

    fn suspend(intf: &Interface, message: PmMessage) -> Result {
        // SAFETY: the interface is bound to this driver, and its lock held.
        let Some(dev) = (unsafe { Device::<T>::of(intf) }) else {
            return Ok(());
        };

        // SAFETY: the interface has its `usbnet`.
        to_result(unsafe { bindings::usbnet_suspend(intf.as_raw(), message.0) })?;

        T::suspend(dev, intf, message).inspect_err(|_| {
            // SAFETY: as above; this undoes what was done.
            unsafe { bindings::usbnet_resume(intf.as_raw()) };
        })
    }

    fn resume(intf: &Interface) -> Result {
        // SAFETY: the interface is bound to this driver, and its lock held.
        let Some(dev) = (unsafe { Device::<T>::of(intf) }) else {
            return Ok(());
        };

        T::resume(dev, intf)?;

        // SAFETY: the interface has its `usbnet`.
        to_result(unsafe { bindings::usbnet_resume(intf.as_raw()) })
    }

    fn reset_resume(intf: &Interface) -> Result {
        // SAFETY: the interface is bound to this driver, and its lock held.
        let Some(dev) = (unsafe { Device::<T>::of(intf) }) else {
            return Ok(());
        };

        T::reset_resume(dev, intf)?;

        // SAFETY: the interface has its `usbnet`.
        to_result(unsafe { bindings::usbnet_resume(intf.as_raw()) })
    }
}
