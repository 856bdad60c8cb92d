// SPDX-License-Identifier: GPL-2.0-only

//! A driver's life with a device: probe, disconnect, suspend and resume.

use super::{
    device::{
        Parts,
        Private, //
    },
    made::Made,
    poll::Path,
    transmit::MAX_SEGMENTS,
    Adapter,
    Binding,
    Device,
    Driver,
    DriverInfo,
    Starting, //
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

/// When nothing is sent for so long the queue is restarted, in milliseconds.
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
        net.count_per_cpu();
        net.set_features(
            Features::CHECKSUM.union(Features::SEGMENTATION),
            MAX_SEGMENTS,
        );
    }

    /// Makes a device for `intf`, which is not registered yet.
    fn make<'a>(intf: &'a Probed<'a, Self>, info: &'static DriverInfo<T>) -> Result<Made<'a, T>> {
        let binding = Binding::<T>::new(intf, info)?;
        // SAFETY: the device is registered as a `Made` only, which has a `Private<T>`.
        unsafe { Self::set_up(&binding.net, intf) };

        let state = T::bind(&binding)?;
        let pipes = binding.pipes.take().ok_or(EINVAL)?;
        if let Some(max_frame) = binding.max_frame.get() {
            let net = &binding.net;
            let header = net.hard_header_len();

            net.set_initial_mtu(net.mtu().min(u32::from(max_frame).saturating_sub(header)));
        }

        let parts = Parts {
            interface: ARef::from(&***intf),
            pipes,
            info,
        };
        let path = Path::new()?;
        let net = binding.net.as_raw();
        let claimed = || binding.take_claimed();
        // SAFETY: the device is new. It outlives its private part, which `Made` drops before it.
        let private = unsafe { Private::<T>::new(net, state, claimed, parts, path) };
        // SAFETY: the private part of the device has room for a `Private<T>`, aligned as that,
        // stays where it is, and is nobody else's. The initializer does not fail.
        unsafe { raw_init(binding.net.private().cast::<Private<T>>(), private) };
        // SAFETY: the private part was made just now.
        Ok(unsafe { Made::new(binding) })
    }

    /// The device that `intf` is part of; [`None`] while it is being bound, and once it is unbound.
    fn device<'a>(intf: &'a Bound<'_, Self>) -> Option<&'a Device<T>> {
        // SAFETY: the interface is this driver's, which sets no data but that of a `Binding` or a
        // `Made`. It is taken back before those go, in a callback of the driver, which does not
        // come before this one, during which `intf` exists, has returned; or in this one, after
        // which nobody uses the result.
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
        // SAFETY: this is the probe callback, for the interface that the device was made for.
        T::start(&unsafe { Starting::new(dev) })?;

        let dev = new.register()?;
        if dev.logs(bindings::NETIF_MSG_PROBE_BIT) {
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
        // Called once more for the second interface, which has no data any more by then.
        let Some(dev) = Self::device(intf) else {
            return;
        };
        let private = dev.private();

        if dev.logs(bindings::NETIF_MSG_PROBE_BIT) {
            dev.net().info(fmt!(
                "unregister '{}' {}, {}\n",
                T::NAME,
                intf.device().path(),
                private.info.description
            ));
        }
        // Who writes an attribute may need RTNL to come to an end; it is waited for before that is
        // taken. From now on nobody begins to.
        *private.is_open_to_writers.lock() = false;
        dev.uppers().close(&Rtnl::lock());
        // SAFETY: the device is registered since its interface was probed, and RTNL not held.
        unsafe { bindings::unregister_netdev(dev.net().as_raw()) };

        let interface = private.interface.clone();
        // SAFETY: the device was unregistered just now, in the disconnect callback, and this is the
        // last that refers to it but for cdc-wdm, which `Made` knows of.
        drop(unsafe { Made::from_unregistered(NonNull::from(dev), &interface) });
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
        // The system goes to sleep all the same, and resumes the device later.
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

        // Whatever becomes of the other, or the device would stay asleep for ever.
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

        // Whatever becomes of the other, or the device would stay asleep for ever.
        Self::resume_one(dev);
        result
    }
}

impl<T: Driver> Adapter<T> {
    /// One interface is resumed: with the last one, the device is.
    fn resume_one(dev: &Device<T>) {
        if dev.private().suspended.fetch_sub(1, Relaxed) == 1 {
            dev.resume_path();
        }
    }
}
