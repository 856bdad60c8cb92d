// SPDX-License-Identifier: GPL-2.0-only

//! Bound devices.

use super::{
    poll::Path,
    recovery,
    transmit,
    Driver,
    DriverInfo, //
};
use crate::kernel_ext::{
    bindings,
    napi::Napi,
    netdevice::{
        NetDevice,
        TransmitQueue, //
    },
    rtnl::Rtnl,
    stacked,
    sysfs,
    timer::Timer,
    usb::{
        bulk::{
            BulkPipes,
            Owner,
            Pipe,
            TransmitRing, //
        },
        Interface, //
    },
    work::Work, //
};
use core::{
    marker::PhantomData,
    ops::Deref, //
};
use kernel::{
    ffi,
    new_mutex,
    prelude::*,
    sync::{
        aref::ARef,
        atomic::{
            Acquire,
            Atomic,
            Relaxed, //
        },
        Mutex, //
    },
    time::Delta, //
};

/// The private part of a network device. The fields are torn down in their order.
#[pin_data]
#[repr(C)]
pub(super) struct Private<T: Driver> {
    // First, so that it is found before the rest is made: memory of a new device is zeroed.
    pub(super) is_bound: Atomic<bool>,
    #[pin]
    pub(super) timer: Timer,
    #[pin]
    pub(super) throttle: Timer,
    #[pin]
    pub(super) work: Work,
    #[pin]
    pub(super) napi: Napi<Device<T>>,
    #[pin]
    pub(super) ring: TransmitRing,
    #[pin]
    pub(super) stacked: stacked::Table<T::Stacked>,
    #[pin]
    pub(super) state: T::State,
    pub(super) interface: ARef<Interface>,
    pub(super) receive_pipe: Pipe,
    pub(super) info: &'static DriverInfo<T>,
    /// Whether attributes may still be written: not once the device goes away.
    #[pin]
    pub(super) is_open_to_writers: Mutex<bool>,
    /// How many interfaces are suspended. The USB device's lock protects it.
    pub(super) suspended: Atomic<u32>,
    /// What [`recovery`] is to do.
    pub(super) tasks: Atomic<u32>,
    /// Devices above this one wait until more can be sent.
    pub(super) stopped_uppers: Atomic<bool>,
    /// Size of receive buffers as user space has set it, in bytes; 0: by the MTU.
    pub(super) receive_len: Atomic<u32>,
    /// Packets up to this length are copied, in bytes (`rx-copybreak`).
    pub(super) copybreak: Atomic<u32>,
    pub(super) message_level: Atomic<u32>,
}

/// What a new private part is made of.
pub(super) struct Parts<T: Driver> {
    pub(super) interface: ARef<Interface>,
    pub(super) pipes: BulkPipes,
    pub(super) info: &'static DriverInfo<T>,
}

impl<T: Driver> Private<T> {
    /// The initial message level, as usbnet's.
    const MESSAGE_LEVEL: u32 = (1 << bindings::NETIF_MSG_DRV_BIT)
        | (1 << bindings::NETIF_MSG_PROBE_BIT)
        | (1 << bindings::NETIF_MSG_LINK_BIT);

    /// # Safety
    ///
    /// `net` must be a new device that outlives the result, which becomes its private part.
    pub(super) unsafe fn new(
        net: *mut bindings::net_device,
        state: impl PinInit<T::State>,
        parts: Parts<T>,
        path: Path,
    ) -> impl PinInit<Self> {
        let Parts {
            interface,
            pipes,
            info,
        } = parts;
        let BulkPipes { receive, transmit } = pipes;
        let dev = net.cast::<Device<T>>();
        let owner = interface.clone();

        pin_init!(Self {
            is_bound: Atomic::new(false),
            // SAFETY: nobody starts the timer before the device is bound, and from then on it has
            // its private part until that is dropped, the timer first.
            timer <- unsafe { Timer::new(transmit::timer_callback::<T>, net.cast()) },
            // SAFETY: nobody starts the timer before the device is bound, and from then on it has
            // its private part until that is dropped, the timer before what it uses.
            throttle <- unsafe { Timer::new(recovery::throttle_callback::<T>, net.cast()) },
            // SAFETY: nobody queues the work before the device is bound, and from then on it has
            // its private part until that is dropped, the work before what it uses.
            work <- unsafe { Work::new(recovery::work_callback::<T>, net.cast()) },
            // SAFETY: by the requirement of the function the device outlives its private part, and
            // nobody else knows its lock; it is enabled only while the device is registered.
            napi <- unsafe { Napi::new(net, dev, path) },
            ring <- TransmitRing::new(owner, transmit),
            stacked <- stacked::Table::new(),
            state <- state,
            interface,
            receive_pipe: receive,
            info,
            is_open_to_writers <- new_mutex!(true),
            suspended: Atomic::new(0),
            tasks: Atomic::new(0),
            stopped_uppers: Atomic::new(false),
            receive_len: Atomic::new(0),
            copybreak: Atomic::new(super::poll::COPYBREAK),
            message_level: Atomic::new(Self::MESSAGE_LEVEL),
        })
    }
}

/// A bound device: a network device with its private part.
///
/// # Invariants
///
/// A valid device of a [`Driver`] `T`, whose private part is a `Private<T>`.
#[repr(transparent)]
pub(crate) struct Device<T: Driver>(NetDevice, PhantomData<T>);

// SAFETY: a network device may be used from any thread, and so may its private part.
unsafe impl<T: Driver> Sync for Device<T> {}

impl<T: Driver> Device<T> {
    /// # Safety
    ///
    /// `ptr` must be a valid device of `T` that has its private part during `'a`.
    pub(super) unsafe fn from_raw<'a>(ptr: *mut bindings::net_device) -> &'a Self {
        // INVARIANT: by the requirement of the function.
        // SAFETY: `ptr` is valid during `'a`, and `Self` is a transparent wrapper.
        unsafe { &*ptr.cast() }
    }

    /// The device that `intf` is part of; [`None`] while it is being bound, and once it is unbound.
    ///
    /// # Safety
    ///
    /// `intf` must be bound to `T`, and `T::stop` must not return during `'a`.
    pub(in crate::kernel_ext) unsafe fn of<'a>(intf: &Interface) -> Option<&'a Self> {
        let net = intf.data().cast::<bindings::net_device>();
        if net.is_null() {
            return None;
        }

        // SAFETY: the data of an interface of `T` is its network device, which lives until after
        // `stop`.
        let private = unsafe { NetDevice::private(net) }.cast::<Private<T>>();
        // SAFETY: the private part is zeroed memory, or made.
        let is_bound = unsafe { &(*private).is_bound };
        if !is_bound.load(Acquire) {
            return None;
        }

        // SAFETY: the private part is made, and is dropped only after `stop` returned.
        Some(unsafe { Self::from_raw(net) })
    }

    /// The network device.
    pub(crate) fn net(&self) -> &NetDevice {
        &self.0
    }

    pub(super) fn private(&self) -> &Private<T> {
        // SAFETY: by the type invariant the device is valid.
        let private = unsafe { NetDevice::private(self.0.as_raw()) };

        // SAFETY: by the type invariant this is its private part.
        unsafe { &*private.cast() }
    }

    /// Has [`Driver::timer_expired`] called in `usecs` microseconds, not when it was to be called
    /// before. Does not sleep.
    pub(crate) fn start_timer(&self, usecs: u32) {
        self.private().timer.start(Delta::from_micros(usecs.into()));
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

    /// Does `change` for somebody who writes an attribute. `ENODEV` if the device goes away: that
    /// waits for those who are here, before it takes RTNL, which they may need to come to an end.
    pub(crate) fn configure(&self, change: impl FnOnce() -> Result) -> Result {
        let is_open = self.private().is_open_to_writers.lock();

        if !*is_open {
            return Err(ENODEV);
        }
        change()
    }

    /// Whether messages of a kind are logged, by the number of its bit in the message level.
    pub(super) fn logs(&self, bit: ffi::c_uint) -> bool {
        self.private().message_level.load(Relaxed) & (1 << bit) != 0
    }

    pub(super) fn is_asleep(&self) -> bool {
        self.private().suspended.load(Relaxed) > 0
    }
}

impl<T: Driver> Owner for Device<T> {
    fn queue(&self) -> TransmitQueue<'_> {
        self.0.queue()
    }
}

impl<T: Driver> stacked::Lower for Device<T> {
    fn net(&self) -> &NetDevice {
        &self.0
    }

    fn push_back(&self, upper: &NetDevice) {
        self.stop_upper_if_busy(upper);
    }
}

impl<T: Driver> Deref for Device<T> {
    type Target = T::State;

    fn deref(&self) -> &T::State {
        &self.private().state
    }
}

// SAFETY: the device that the attributes are put on is a network device of `T`, which has its
// private part while it is registered.
unsafe impl<T: Driver> sysfs::Parent for Device<T> {
    unsafe fn from_device<'a>(dev: *mut bindings::device) -> &'a Self {
        // SAFETY: by the requirement of the trait `dev` is embedded in such a device.
        unsafe { Self::from_raw(NetDevice::ptr_from_device(dev)) }
    }
}
