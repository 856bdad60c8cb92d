// SPDX-License-Identifier: GPL-2.0-only

//! Bound devices.

use super::{
    poll::DataPath,
    recovery,
    ring::{
        QueueOwner,
        TransmitRing, //
    },
    transmit,
    Driver,
    DriverInfo, //
};
use crate::kernel_ext::{
    bindings,
    net::{
        napi::Napi,
        netdevice::{
            NetDevice,
            TransmitQueue, //
        },
        upper, //
    },
    sysfs,
    time::hrtimer::Timer,
    usb::{
        bulk::{
            BulkPipes,
            Pipe, //
        },
        cdc_wdm::Subdriver,
        ClaimedInterface,
        Interface, //
    },
    workqueue::Work, //
};
use core::{
    marker::PhantomData,
    ops::Deref, //
};
use kernel::{
    ffi,
    new_mutex,
    prelude::*,
    ptr::project,
    sync::{
        aref::ARef,
        atomic::{
            Acquire,
            Atomic,
            Relaxed, //
        },
        Mutex,
        SetOnce, //
    },
    time::Delta, //
};

/// The private part of a network device. The fields are dropped in their order.
#[pin_data]
#[repr(C)]
pub(super) struct Private<T: Driver> {
    // First, so that it is found before the rest is initialised: memory of a new device is zeroed.
    pub(super) is_bound: Atomic<bool>,
    // Goes before the timers and the NAPI context: it starts them.
    #[pin]
    pub(super) work: Work,
    #[pin]
    pub(super) timer: Timer,
    #[pin]
    pub(super) throttle: Timer,
    #[pin]
    pub(super) napi: Napi<Device<T>>,
    #[pin]
    pub(super) ring: TransmitRing,
    #[pin]
    pub(super) uppers: upper::Table<T::Upper>,
    #[pin]
    pub(super) state: T::State,
    /// Serves the interface's character device. Disconnected before anything is dropped.
    pub(super) subdriver: SetOnce<Subdriver>,
    /// An interface that was claimed as well. Dropped in a callback of the driver.
    _claimed: Option<ClaimedInterface>,
    pub(super) interface: ARef<Interface>,
    pub(super) receive_pipe: Pipe,
    pub(super) info: &'static DriverInfo<T>,
    /// Whether attributes may still be written: not while the device is being removed.
    #[pin]
    pub(super) is_open_to_writers: Mutex<bool>,
    /// How many interfaces are suspended. The USB device's lock protects it.
    pub(super) suspended: Atomic<u32>,
    /// What [`recovery`] is to do.
    pub(super) tasks: Atomic<u32>,
    /// Transfers that devices above this one have reserved for what they are about to send.
    pub(super) reserved: Atomic<usize>,
    /// Devices above this one wait until more can be sent.
    pub(super) stopped_uppers: Atomic<bool>,
    /// Size of receive buffers as user space has set it, in bytes; 0: by the MTU.
    pub(super) receive_len: Atomic<u32>,
    /// Packets up to this length are copied, in bytes (`rx-copybreak`).
    pub(super) copybreak: Atomic<u32>,
    pub(super) message_level: Atomic<u32>,
}

/// The parts of a new private part.
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
        claimed: impl FnOnce() -> Option<ClaimedInterface>,
        parts: Parts<T>,
        data: DataPath,
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
            // SAFETY: nobody queues the work before the device is bound. From then on it has its
            // private part until that is dropped, the work before what it uses; and nothing that
            // could queue it again runs by then, for the link is down.
            work <- unsafe { Work::new(recovery::work_callback::<T>, net.cast()) },
            // SAFETY: nobody starts the timer before the device is bound. From then on it has its
            // private part until that is dropped, the timer before what it uses and after what
            // starts it.
            timer <- unsafe { Timer::new(transmit::timer_callback::<T>, net.cast()) },
            // SAFETY: nobody starts the timer before the device is bound. From then on it has its
            // private part until that is dropped, the timer before what it uses and after what
            // starts it.
            throttle <- unsafe { Timer::new(recovery::throttle_callback::<T>, net.cast()) },
            // SAFETY: by the requirement of the function the device outlives its private part, of
            // which this becomes a part, and nobody else knows its lock. It is enabled only while
            // the device is registered: by then it is a `Device<T>`.
            napi <- unsafe { Napi::new(net, dev, data) },
            ring <- TransmitRing::new(owner, transmit),
            uppers <- upper::Table::new(),
            state <- state,
            subdriver: SetOnce::new(),
            // The state is initialised: nothing more is claimed.
            _claimed: claimed(),
            interface,
            receive_pipe: receive,
            info,
            is_open_to_writers <- new_mutex!(true),
            suspended: Atomic::new(0),
            tasks: Atomic::new(0),
            reserved: Atomic::new(0),
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
/// A valid network device whose private part is an initialised `Private<T>`.
///
/// References exist in callbacks, which all have returned before the private part is dropped.
#[repr(transparent)]
pub(crate) struct Device<T: Driver>(NetDevice, PhantomData<T>);

// SAFETY: what a `NetDevice` does may be done by any thread, and so may, by the bound, what its
// private part does.
unsafe impl<T: Driver> Sync for Device<T> where Private<T>: Sync {}

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
    /// The data of `intf` must be NULL, or a network device whose private part is a `Private<T>`,
    /// zeroed or initialised, which is not dropped during `'a`.
    pub(super) unsafe fn from_interface<'a>(intf: &Interface) -> Option<&'a Self> {
        let net = intf.data().cast::<bindings::net_device>();
        if net.is_null() {
            return None;
        }

        let is_bound = project!(NetDevice::private(net).cast::<Private<T>>(), .is_bound);
        // SAFETY: by the requirement of the function the network device is valid, and there is a
        // flag, which is zeroed memory or initialised.
        let is_bound = unsafe { &*is_bound };
        if !is_bound.load(Acquire) {
            return None;
        }

        // SAFETY: the flag is set only when the private part is initialised, and by the requirement
        // of the function that is not dropped during `'a`.
        Some(unsafe { Self::from_raw(net) })
    }

    /// The network device.
    pub(crate) fn net(&self) -> &NetDevice {
        &self.0
    }

    pub(super) fn private(&self) -> &Private<T> {
        // SAFETY: by the type invariant this is a `Private<T>`, and not dropped during the borrow.
        // Nobody has it mutably: it is only changed by what may be shared.
        unsafe { &*NetDevice::private(self.0.as_raw()).cast() }
    }

    /// Starts the timer, or restarts it: [`Driver::timer_expired`] is called in `usecs`
    /// microseconds. Does not sleep.
    pub(crate) fn start_timer(&self, usecs: u32) {
        self.private().timer.start(Delta::from_micros(usecs.into()));
    }

    /// The devices above the network device.
    pub(crate) fn uppers(&self) -> &upper::Table<T::Upper> {
        &self.private().uppers
    }

    /// Whether messages of a kind are logged, by the number of its bit in the message level.
    pub(super) fn netif_msg(&self, bit: ffi::c_uint) -> bool {
        self.private().message_level.load(Relaxed) & (1 << bit) != 0
    }

    pub(super) fn is_suspended(&self) -> bool {
        self.private().suspended.load(Relaxed) > 0
    }
}

impl<T: Driver> QueueOwner for Device<T> {
    fn queue(&self) -> TransmitQueue<'_> {
        self.0.queue()
    }
}

impl<T: Driver> upper::Lower for Device<T> {
    fn net(&self) -> &NetDevice {
        &self.0
    }

    fn begin_transmit(&self, upper: &NetDevice, segments: usize) -> bool {
        self.reserve_for_upper(upper, segments)
    }

    fn end_transmit(&self, upper: &NetDevice, segments: usize) {
        self.release_for_upper(upper, segments);
    }
}

impl<T: Driver> Deref for Device<T> {
    type Target = T::State;

    fn deref(&self) -> &T::State {
        &self.private().state
    }
}

// SAFETY: only `Adapter` puts attributes of this parent on a network device, which is one of `T`
// and has its private part while it is registered.
unsafe impl<T: Driver> sysfs::Parent for Device<T> {
    unsafe fn from_device<'a>(dev: *mut bindings::device) -> &'a Self {
        // SAFETY: by the requirement of the trait `dev` is embedded in such a device, which stays
        // registered during `'a`.
        unsafe { Self::from_raw(NetDevice::ptr_from_device(dev)) }
    }
}
