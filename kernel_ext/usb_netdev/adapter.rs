// SPDX-License-Identifier: GPL-2.0-only

//! A driver's life with a device: probe, disconnect, suspend and resume.

use super::{
    device::{
        Parts,
        Private, //
    },
    poll::Path,
    transmit::MAX_SEGMENTS,
    Binding,
    Device,
    Driver,
    DriverInfo, //
};
use crate::kernel_ext::{
    bindings,
    netdevice::{
        DeviceType,
        Features,
        NetDevice,
        Unregistered, //
    },
    rtnl::Rtnl,
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
    ptr::{
        self,
        NonNull, //
    }, //
};
use kernel::{
    error::to_result,
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

/// Connects a [`Driver`] with the network core and with the USB core.
pub(crate) struct Adapter<T>(PhantomData<T>);

/// The memory of a network device that is not registered, and its place as the data of an
/// interface.
///
/// # Invariants
///
/// A device with room for a `Private<T>`, which is made if `is_made`; not registered.
struct Allocated<'a, T: Driver> {
    net: NonNull<bindings::net_device>,
    intf: &'a Interface,
    is_made: bool,
    _phantom: PhantomData<T>,
}

impl<'a, T: Driver> Allocated<'a, T> {
    fn new(intf: &'a Interface) -> Result<Self> {
        // SAFETY: there is nothing to observe.
        let net = unsafe {
            bindings::alloc_etherdev_mqs(mem::size_of::<Private<T>>() as ffi::c_int, 1, 1)
        };
        let net = NonNull::new(net).ok_or(ENOMEM)?;

        intf.set_data(net.as_ptr().cast());
        // INVARIANT: the device is new.
        Ok(Self {
            net,
            intf,
            is_made: false,
            _phantom: PhantomData,
        })
    }

    fn unregistered(&self) -> Unregistered<'a> {
        // SAFETY: the device is valid; who has the result drops it before this.
        let net = unsafe { NetDevice::from_raw(self.net.as_ptr()) };

        // SAFETY: by the type invariant the device is not registered.
        unsafe { Unregistered::new(net) }
    }

    fn private(&self) -> *mut Private<T> {
        // SAFETY: by the type invariant the device is valid.
        unsafe { NetDevice::private(self.net.as_ptr()) }.cast()
    }

    fn make(&mut self, private: impl PinInit<Private<T>>) {
        // SAFETY: the private part has room for this, and stays where it is.
        unsafe { pin_init::raw_init(self.private(), private) };
        self.is_made = true;
    }

    fn device(&self) -> &Device<T> {
        // SAFETY: the callers have made the private part.
        unsafe { Device::from_raw(self.net.as_ptr()) }
    }

    /// Leaves the device to who finds it as the interface's data.
    fn leave(self) {
        mem::forget(self);
    }
}

impl<T: Driver> Drop for Allocated<'_, T> {
    fn drop(&mut self) {
        self.intf.set_data(ptr::null_mut());
        if self.is_made {
            // SAFETY: the private part is made, and the network device not registered: nobody uses
            // it any more.
            unsafe { ptr::drop_in_place(self.private()) };
        }
        // SAFETY: by the type invariant the device is valid, and not registered.
        unsafe { bindings::free_netdev(self.net.as_ptr()) };
    }
}

impl<T: Driver> Adapter<T> {
    fn set_up(net: &Unregistered<'_>, intf: &Interface) {
        net.set_name(T::DEVICE_NAME);
        net.set_parent(intf.as_ref(), &WWAN);
        net.set_limits();
        net.set_ops(Self::NETDEV_OPS);
        net.set_ethtool_ops(Self::ETHTOOL_OPS);
        net.set_attributes(T::ATTRIBUTES);
        net.set_watchdog(msecs_to_jiffies(WATCHDOG) as ffi::c_int);
        net.count_per_cpu();
        net.set_features(
            Features::CHECKSUM.union(Features::SEGMENTATION),
            MAX_SEGMENTS,
        );
    }

    /// Takes a device that is not registered any more apart.
    fn tear_down(dev: &Device<T>, intf: &Interface) {
        T::stop(dev);

        drop(Allocated::<T> {
            net: NonNull::from(dev).cast(),
            intf,
            is_made: true,
            _phantom: PhantomData,
        });
    }
}

impl<T: Driver> usb::Driver for Adapter<T> {
    const NAME: &'static CStr = T::NAME;

    type IdInfo = DriverInfo<T>;

    fn probe(intf: &Interface, id: &DeviceId) -> Result {
        T::accept(intf, id)?;

        let info: &'static DriverInfo<T> = match id.driver_info() {
            // An id that user space added, without another one that it is like.
            0 => T::DEFAULT_INFO,
            // SAFETY: all ids of `T`'s table carry a `DriverInfo<T>`, and user space can only have
            // one of those copied.
            info => unsafe { &*(info as *const DriverInfo<T>) },
        };

        let mut new = Allocated::<T>::new(intf)?;
        let net = new.unregistered();
        Self::set_up(&net, intf);

        let binding = Binding::<T>::new(new.unregistered(), intf, info);
        let state = T::bind(&binding)?;
        let pipes = binding.pipes.take().ok_or(EINVAL)?;
        if let Some(max_frame) = binding.max_frame.get() {
            let header = net.hard_header_len();

            net.set_initial_mtu(net.mtu().min(u32::from(max_frame).saturating_sub(header)));
        }

        let parts = Parts {
            interface: ARef::from(intf),
            pipes,
            info,
        };
        let path = Path::new()?;
        // SAFETY: the device is new, and outlives its private part.
        new.make(unsafe { Private::<T>::new(new.net.as_ptr(), state, parts, path) });
        let dev = new.device();
        dev.private().is_bound.store(true, Release);
        T::start(dev).inspect_err(|_| dev.private().is_bound.store(false, Release))?;

        // SAFETY: the device is set up.
        if let Err(err) = to_result(unsafe { bindings::register_netdev(new.net.as_ptr()) }) {
            T::stop(new.device());
            return Err(err);
        }
        let dev = new.device();
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
        new.leave();
        Ok(())
    }

    fn disconnect(intf: &Interface) {
        // Called once more for the second interface, which has no data any more by then.
        //
        // SAFETY: the interface is bound to this driver, and its lock held.
        let Some(dev) = (unsafe { Device::<T>::of(intf) }) else {
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
        dev.stacked().close(&Rtnl::lock());
        // SAFETY: the device is registered, and RTNL not held.
        unsafe { bindings::unregister_netdev(dev.net().as_raw()) };

        let interface = private.interface.clone();
        Self::tear_down(dev, &interface);
    }

    fn suspend(intf: &Interface, message: PmMessage) -> Result {
        // SAFETY: the interface is bound to this driver, and its lock held.
        let Some(dev) = (unsafe { Device::<T>::of(intf) }) else {
            return Ok(());
        };
        let suspended = &dev.private().suspended;
        let before = suspended.fetch_add(1, Relaxed);

        if before == 0 {
            dev.suspend_path(message.is_auto()).inspect_err(|_| {
                suspended.fetch_sub(1, Relaxed);
                // A poll may have left work for later meanwhile.
                dev.private().napi.scheduler().schedule();
            })?;
        }
        let result = T::suspend(dev, intf, message);
        // The system goes to sleep all the same, and resumes the device later.
        if result.is_err() && message.is_auto() {
            Self::resume_one(dev);
        }
        result
    }

    fn resume(intf: &Interface) -> Result {
        // SAFETY: the interface is bound to this driver, and its lock held.
        let Some(dev) = (unsafe { Device::<T>::of(intf) }) else {
            return Ok(());
        };
        let result = T::resume(dev, intf);

        // Whatever becomes of the other, or the device would stay asleep for ever.
        Self::resume_one(dev);
        result
    }

    fn reset_resume(intf: &Interface) -> Result {
        // SAFETY: the interface is bound to this driver, and its lock held.
        let Some(dev) = (unsafe { Device::<T>::of(intf) }) else {
            return Ok(());
        };
        let result = T::reset_resume(dev, intf);

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
