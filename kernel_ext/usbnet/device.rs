// SPDX-License-Identifier: GPL-2.0-only

//! Bound devices.

use super::{
    Adapter,
    Driver, //
};
use crate::kernel_ext::{
    bindings,
    napi::Receiver,
    netdevice::NetDevice,
    rtnl::Rtnl,
    stacked,
    sysfs,
    timer::Timer,
    usb::{
        Interface,
        PmMessage, //
    }, //
};
use core::{
    marker::PhantomData,
    ops::Deref, //
};
use kernel::{
    ffi,
    prelude::*,
    time::Delta,
    types::{
        ForeignOwnable,
        Opaque, //
    }, //
};

/// What usbnet keeps for the driver.
#[pin_data]
pub(super) struct Private<T: Driver> {
    // First, so that it is dropped first: it uses the others.
    #[pin]
    timer: Timer,
    #[pin]
    state: T::State,
    #[pin]
    stacked: stacked::Table<T::Stacked>,
    #[pin]
    receiver: Receiver,
}

impl<T: Driver> Private<T> {
    /// # Safety
    ///
    /// `dev` must be a new device that outlives the result, which becomes its private part.
    pub(super) unsafe fn new(
        state: impl PinInit<T::State>,
        dev: *mut bindings::usbnet,
    ) -> impl PinInit<Self> {
        // SAFETY: by the requirement of the function the device is valid.
        let net = unsafe { (*dev).net };

        pin_init!(Self {
            // SAFETY: nobody starts the timer before the device is bound, and from then on it has
            // its private part until that is dropped, the timer first.
            timer <- unsafe { Timer::new(Adapter::<T>::timer_callback, dev.cast()) },
            state <- state,
            stacked <- stacked::Table::new(),
            // SAFETY: usbnet's network device lives as long as the device, which is part of it.
            receiver <- unsafe { Receiver::new(net) },
        })
    }
}

/// A bound device: `struct usbnet`.
///
/// # Invariants
///
/// A valid device of a [`Driver`] `T`, whose `driver_priv` is a `Pin<KBox<Private<T>>>`.
#[repr(transparent)]
pub(crate) struct Device<T: Driver>(Opaque<bindings::usbnet>, PhantomData<T>);

impl<T: Driver> Device<T> {
    /// # Safety
    ///
    /// `ptr` must be a valid device of `T` that has a state during `'a`.
    pub(super) unsafe fn from_raw<'a>(ptr: *mut bindings::usbnet) -> &'a Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: `ptr` is valid during `'a`, and `Self` is a transparent wrapper.
        unsafe { &*ptr.cast() }
    }

    /// # Safety
    ///
    /// As for [`Self::from_raw`], with the network device of the device.
    pub(super) unsafe fn from_net<'a>(net: *mut bindings::net_device) -> &'a Self {
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
    pub(in crate::kernel_ext) unsafe fn of<'a>(intf: &Interface) -> Option<&'a Self> {
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

    fn private(&self) -> &Private<T> {
        // SAFETY: by the type invariant the device is valid, and its private part set.
        let private = unsafe { (*self.as_raw()).driver_priv };

        // SAFETY: by the type invariant this is what `into_foreign` returned.
        unsafe { Pin::<KBox<Private<T>>>::borrow(private) }.get_ref()
    }

    /// What hands packets to the network stack.
    pub(super) fn receiver(&self) -> &Receiver {
        &self.private().receiver
    }

    /// Has [`Driver::timer_expired`] called in `usecs` microseconds, not when it was to be called
    /// before. Does not sleep.
    pub(crate) fn start_timer(&self, usecs: u32) {
        self.private().timer.start(Delta::from_micros(usecs.into()));
    }

    /// The device is about to be suspended: what waits for the timer goes now, or, where all of the
    /// system is suspended and nothing would go any more, after [`Self::after_resume`].
    pub(super) fn before_suspend(&self, message: PmMessage) {
        if message.is_auto() {
            self.start_timer(0);
        } else {
            self.private().timer.stop();
        }
    }

    /// An interface of the device is resumed, or was not suspended after all.
    pub(super) fn after_resume(&self) {
        // SAFETY: by the type invariant the device is valid; the lock of the USB device protects
        // the count.
        if unsafe { (*self.as_raw()).suspend_count } == 0 {
            self.start_timer(0);
        }
    }

    /// Lets at least as many transfers be queued to be sent as usbnet does with the usual MTU. RTNL
    /// must be held.
    ///
    /// usbnet divides its memory by the MTU, which user space makes large to have large transfers
    /// received, and leaves two then. Bytes are limited by the queue limits of the network core.
    pub(super) fn set_tx_queue(&self) {
        /// Of 1514 bytes, at high speed (`MAX_QUEUE_MEMORY`).
        const HIGH_SPEED: ffi::c_ushort = 60;
        /// The same from super speed on, where usbnet takes five times as much.
        const SUPER_SPEED: ffi::c_ushort = 5 * HIGH_SPEED;

        // SAFETY: by the type invariant the device is valid.
        let device = unsafe { (*self.as_raw()).udev };
        // SAFETY: the USB device is valid as long as the interface that the device is of.
        let speed = unsafe { (*device).speed };
        let len = match speed {
            bindings::usb_device_speed_USB_SPEED_HIGH => HIGH_SPEED,
            bindings::usb_device_speed_USB_SPEED_SUPER
            | bindings::usb_device_speed_USB_SPEED_SUPER_PLUS => SUPER_SPEED,
            _ => return,
        };
        // SAFETY: as above.
        let tx_qlen = unsafe { &raw mut (*self.as_raw()).tx_qlen };

        // SAFETY: as above. RTNL keeps other writers away; who sends sees it late.
        let by_mtu = unsafe { tx_qlen.read() };
        // SAFETY: as above.
        unsafe { tx_qlen.write_volatile(by_mtu.max(len)) };
    }

    /// The devices above the network device.
    pub(crate) fn stacked(&self) -> &stacked::Table<T::Stacked> {
        &self.private().stacked
    }

    /// Adds a device with `number` above the network device.
    ///
    /// Fails with `EEXIST` if there is one, with `ENODEV` if the modem goes away. Sleeps.
    pub(crate) fn add_stacked(&self, number: u8, driver: T::Stacked, rtnl: &Rtnl) -> Result {
        // SAFETY: the table is this device's, and closed before the device is disconnected.
        unsafe { self.stacked().add(number, driver, self, rtnl) }
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
        self.set_tx_queue();
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

impl<T: Driver> stacked::Lower for Device<T> {
    fn net(&self) -> &NetDevice {
        self.net()
    }
}

impl<T: Driver> Deref for Device<T> {
    type Target = T::State;

    fn deref(&self) -> &T::State {
        &self.private().state
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
