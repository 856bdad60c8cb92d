// SPDX-License-Identifier: GPL-2.0-only

//! The USB driver: probe, disconnect, suspend and resume.

use super::{
    device::{
        Parts,
        Private, //
    },
    poll::DataPath,
    transmit::MAX_SEGMENTS,
    unregistered::UnregisteredDevice,
    Adapter,
    BindContext,
    Device,
    Driver,
    DriverInfo,
    StartContext, //
};
use crate::kernel_ext::{
    bindings,
    compat::raw_init,
    net::{
        netdevice::{
            DeviceType,
            Features,
            Unregistered, //
        },
        rtnl::Rtnl, //
    },
    usb::{
        self,
        Bound,
        DeviceId,
        Interface,
        PmMessage,
        Probed, //
    }, //
};
use core::ptr::NonNull;
use kernel::{
    ffi,
    prelude::*,
    sync::{
        aref::ARef,
        atomic::{
            Relaxed,
            Release, //
        }, //
    },
    time::msecs_to_jiffies, //
};

/// The watchdog restarts the queue after this time without a transmission, in milliseconds.
const WATCHDOG: u32 = 5000;

static WWAN: DeviceType = DeviceType::new(c"wwan");

impl<T: Driver> Adapter<T> {
    /// # Safety
    ///
    /// `net` must have a `Private<T>` while it is registered.
    unsafe fn set_up<'a>(net: &Unregistered<'a>, intf: &'a Interface) {
        net.set_name(T::DEVICE_NAME);
        net.set_parent(intf.as_ref(), &WWAN);
        // SAFETY: the operations expect a `Private<T>`, which by the requirement of the function is
        // there.
        unsafe { net.set_ops(Self::NETDEV_OPS) };
        // SAFETY: the operations expect a `Private<T>`, which by the requirement of the function is
        // there.
        unsafe { net.set_ethtool_ops(Self::ETHTOOL_OPS) };
        // SAFETY: the attributes expect a `Private<T>`, which by the requirement of the function is
        // there.
        unsafe { net.set_attributes(T::attributes()) };
        net.set_watchdog(msecs_to_jiffies(WATCHDOG) as ffi::c_int);
        net.use_percpu_stats();
        net.set_features(Features::CSUM.union(Features::GSO), MAX_SEGMENTS);
    }

    /// Creates a device for `intf`, which is not registered yet.
    fn make<'a>(
        intf: &'a Probed<'a, Self>,
        info: &'static DriverInfo<T>,
    ) -> Result<UnregisteredDevice<'a, T>> {
        let context = BindContext::<T>::new(intf, info)?;
        // SAFETY: the device is registered as an `UnregisteredDevice` only, which has a
        // `Private<T>`.
        unsafe { Self::set_up(&context.net, intf) };

        let state = T::bind(&context)?;
        let pipes = context.pipes.take().ok_or(EINVAL)?;
        if let Some(max_frame) = context.max_frame.get() {
            let net = &context.net;
            let header = net.hard_header_len();

            net.set_initial_mtu(net.mtu().min(u32::from(max_frame).saturating_sub(header)));
        }

        let parts = Parts {
            interface: ARef::from(&***intf),
            pipes,
            info,
        };
        let data = DataPath::new()?;
        let net = context.net.as_raw();
        let claimed = || context.take_claimed();
        // SAFETY: the device is new. It outlives its private part, which `UnregisteredDevice` drops
        // before it.
        let private = unsafe { Private::<T>::new(net, state, claimed, parts, data) };
        // SAFETY: the private part of the device has the size and alignment of a `Private<T>`, does
        // not move, and nobody else uses it. The initializer does not fail.
        unsafe { raw_init(context.net.private().cast::<Private<T>>(), private) };
        // SAFETY: the private part was initialised just now.
        Ok(unsafe { UnregisteredDevice::new(context) })
    }

    /// The device that `intf` is part of; [`None`] while it is being bound, and once it is unbound.
    fn device<'a>(intf: &'a Bound<'_, Self>) -> Option<&'a Device<T>> {
        // SAFETY: the interface is this driver's, which sets no data but that of a `BindContext` or
        // an `UnregisteredDevice`. The data is cleared before those are dropped, in a callback of
        // the driver: in a later one, which comes after this one has returned, or in this one,
        // after which nobody uses the result.
        unsafe { Device::from_interface(intf) }
    }
}

impl<T: Driver> usb::Driver for Adapter<T> {
    const NAME: &'static CStr = T::NAME;

    fn probe(intf: &Probed<'_, Self>, id: &DeviceId) -> Result {
        T::accept(intf, id)?;

        let info = T::KINDS.get(id.info()).ok_or(ENODEV)?;

        let new = Self::make(intf, info)?;
        let dev = new.device();
        dev.private().is_bound.store(true, Release);
        // SAFETY: this is the probe callback, for the interface of the device.
        T::start(&unsafe { StartContext::new(dev) })?;

        let dev = new.register()?;
        if dev.netif_msg(bindings::NETIF_MSG_PROBE_BIT) {
            let [a0, a1, a2, a3, a4, a5] = dev.net().address();

            dev.net().info(fmt!(
                "register '{}' at {}, {}, {:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}\n",
                T::NAME,
                intf.device().path(),
                info.description,
                a0,
                a1,
                a2,
                a3,
                a4,
                a5
            ));
        }
        Ok(())
    }

    fn disconnect(intf: &Bound<'_, Self>) {
        // Called once more for the second interface, whose data is NULL by then.
        let Some(dev) = Self::device(intf) else {
            return;
        };
        let private = dev.private();

        if dev.netif_msg(bindings::NETIF_MSG_PROBE_BIT) {
            dev.net().info(fmt!(
                "unregister '{}' {}, {}\n",
                T::NAME,
                intf.device().path(),
                private.info.description
            ));
        }
        // A task that writes an attribute may need RTNL: wait for it before taking that. New
        // writers are refused from now on.
        *private.is_open_to_writers.lock() = false;
        dev.uppers().close(&Rtnl::lock());
        // SAFETY: the device is registered since its interface was probed, and RTNL not held.
        unsafe { bindings::unregister_netdev(dev.net().as_raw()) };

        let interface = private.interface.clone();
        // SAFETY: the device was unregistered just now, in the disconnect callback, and this is the
        // last reference to it but cdc-wdm's, which `UnregisteredDevice` drops.
        drop(unsafe { UnregisteredDevice::from_unregistered(NonNull::from(dev), &interface) });
    }

    fn suspend(intf: &Bound<'_, Self>, message: PmMessage) -> Result {
        let Some(dev) = Self::device(intf) else {
            return Ok(());
        };
        let suspended = &dev.private().suspended;
        let before = suspended.fetch_add(1, Relaxed);

        if before == 0 {
            dev.suspend_path(message.is_auto()).inspect_err(|_| {
                suspended.fetch_sub(1, Relaxed);
                // A poll may have left work for later meanwhile.
                dev.private().napi.schedule();
            })?;
        }
        let result = dev.suspend_control(intf, message);
        // A system sleep proceeds all the same, and resumes the device later.
        if result.is_err() && message.is_auto() {
            Self::resume_one(dev);
        }
        result
    }

    fn resume(intf: &Bound<'_, Self>) -> Result {
        let Some(dev) = Self::device(intf) else {
            return Ok(());
        };
        let result = dev.resume_control(intf);

        // In any case, or the device would stay suspended for ever.
        Self::resume_one(dev);
        result
    }

    fn reset_resume(intf: &Bound<'_, Self>) -> Result {
        let Some(dev) = Self::device(intf) else {
            return Ok(());
        };
        if dev.was_probed_as(intf) {
            T::reset_resume(dev);
        }
        let result = dev.resume_control(intf);

        // In any case, or the device would stay suspended for ever.
        Self::resume_one(dev);
        result
    }
}

impl<T: Driver> Adapter<T> {
    /// One interface is resumed: the last one resumes the device.
    fn resume_one(dev: &Device<T>) {
        if dev.private().suspended.fetch_sub(1, Relaxed) == 1 {
            dev.resume_path();
        }
    }
}
