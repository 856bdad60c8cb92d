// SPDX-License-Identifier: GPL-2.0-only

//! The upper devices of a lower device, by number.

use super::{
    Device,
    Driver,
    Lower, //
};
use crate::kernel_ext::{
    bindings,
    net::{
        netdevice::NetDevice,
        rtnl::Rtnl, //
    }, //
};
use core::{
    marker::PhantomData,
    ptr, //
};
use kernel::{
    error::to_result,
    prelude::*,
    sync::{
        atomic::{
            Acquire,
            Atomic,
            Relaxed,
            Release, //
        },
        rcu, //
    }, //
};

/// How many devices can lie above another: a number is a `u8`.
const SLOTS: usize = 1 << u8::BITS;

/// The upper devices of a lower device.
///
/// # Invariants
///
/// A slot that is not NULL holds a registered device of `T`, linked to the lower device, which is
/// registered, too. Slots change under RTNL, and a device is unregistered, which waits for the
/// readers of RCU, after its slot was emptied.
#[pin_data]
pub(crate) struct Table<T: Driver> {
    slots: [Atomic<*mut bindings::net_device>; SLOTS],
    /// How many slots are not NULL. Changes under RTNL.
    len: Atomic<usize>,
    /// The lower device is being unregistered. Changes under RTNL.
    closed: Atomic<bool>,
    _phantom: PhantomData<T>,
}

// SAFETY: by the type invariant what the slots hold may be used under RCU or RTNL, which any thread
// can have; a value of `T`, which a device knows, is `Send` and `Sync`.
unsafe impl<T: Driver> Send for Table<T> {}

// SAFETY: by the type invariant readers are protected by RCU and writers by RTNL, whatever thread
// they are; a value of `T`, which a device knows, is `Send` and `Sync`.
unsafe impl<T: Driver> Sync for Table<T> {}

impl<T: Driver> Table<T> {
    /// An empty table.
    pub(in crate::kernel_ext) fn new() -> impl PinInit<Self> {
        // INVARIANT: all slots are NULL.
        pin_init!(Self {
            slots <- pin_init::init_array_from_fn(|_| Atomic::new(ptr::null_mut())),
            len: Atomic::new(0),
            closed: Atomic::new(false),
            _phantom: PhantomData,
        })
    }

    fn slot(&self, number: u8) -> &Atomic<*mut bindings::net_device> {
        // The array has a slot for each number, so that this is not checked when it runs.
        &self.slots[usize::from(number)]
    }

    /// Whether there is no device.
    pub(crate) fn is_empty(&self) -> bool {
        self.len.load(Relaxed) == 0
    }

    /// The device with `number`.
    pub(crate) fn get<'rcu>(
        &self,
        number: u8,
        _guard: &'rcu rcu::Guard,
    ) -> Option<&'rcu Device<T>> {
        let net = self.slot(number).load(Acquire);
        if net.is_null() {
            return None;
        }

        // SAFETY: by the type invariant the slot held a registered device of `T` just now. Before
        // it is freed its slot is emptied and RCU's readers are waited for, so it stays valid while
        // the guard is held.
        Some(unsafe { Device::from_raw(net) })
    }

    /// The numbers that have a device, in ascending order.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=u8::MAX).filter(|&number| !self.slot(number).load(Relaxed).is_null())
    }

    /// Adds a device with `number` above `lower`, and registers it.
    ///
    /// Fails with `EEXIST` if there is one, with `ENODEV` if the lower device is not registered, or
    /// is being unregistered.
    ///
    /// # Safety
    ///
    /// `lower` must be the device that owns the table: [`Self::close`] is called, and RTNL
    /// released, before it is unregistered. After [`Self::remove`] RTNL must be released before
    /// that, too: only then is the device freed.
    pub(in crate::kernel_ext) unsafe fn add(
        &self,
        number: u8,
        driver: T,
        lower: &T::Lower,
        rtnl: &Rtnl,
    ) -> Result {
        let lower_net = lower.net().as_raw();
        let slot = self.slot(number);

        if self.closed.load(Relaxed) || !lower.net().is_registered(rtnl) {
            return Err(ENODEV);
        }
        if !slot.load(Relaxed).is_null() {
            return Err(EEXIST);
        }

        // SAFETY: by the requirement of the function `close` is called, and RTNL released, before
        // the lower device is freed: by then all devices above it are.
        let net = unsafe { Device::create(lower, driver, rtnl) }?.as_ptr();
        // SAFETY: both devices are registered, and RTNL is held.
        to_result(unsafe { bindings::netdev_upper_dev_link(lower_net, net, ptr::null_mut()) })
            .inspect_err(|_| {
                // SAFETY: the device was registered just now, RTNL is held, and nobody has found
                // the device in the table yet.
                unsafe { bindings::unregister_netdevice_queue(net, ptr::null_mut()) };
            })?;
        // SAFETY: both devices are registered, and RTNL is held.
        unsafe { bindings::netif_stacked_transfer_operstate(lower_net, net) };

        // INVARIANT: the device is registered and linked, and RTNL is held.
        slot.store(net, Release);
        self.len.add(1, Relaxed);
        Ok(())
    }

    /// Removes the device with `number`. Fails with `EINVAL` if there is none. Sleeps. The device
    /// is freed when RTNL is released.
    pub(in crate::kernel_ext) fn remove(&self, number: u8, rtnl: &Rtnl) -> Result {
        let slot = self.slot(number);
        let net = self.empty(slot, rtnl).ok_or(EINVAL)?;

        // SAFETY: what was in a slot is registered, it is in no slot any more, and RTNL is held.
        unsafe { bindings::unregister_netdevice_queue(net, ptr::null_mut()) };
        Ok(())
    }

    /// Sets the carrier of all devices that are up, when the lower one goes up or down.
    pub(in crate::kernel_ext) fn set_carrier(&self, on: bool, _rtnl: &Rtnl) {
        for slot in &self.slots {
            let net = slot.load(Relaxed);
            if net.is_null() {
                continue;
            }

            // SAFETY: by the type invariant the device is registered. RTNL, which is held, keeps it
            // so.
            let net = unsafe { NetDevice::from_raw(net) };
            if net.is_up() {
                // SAFETY: by the type invariant the device is registered.
                unsafe { net.set_carrier(on) };
            }
        }
    }

    /// Wakes the transmit queues of all devices that are up.
    pub(in crate::kernel_ext) fn wake(&self, _guard: &rcu::Guard) {
        // All slots: others change meanwhile, so that a count would not tell the last one.
        for slot in &self.slots {
            let net = slot.load(Acquire);
            if net.is_null() {
                continue;
            }

            // SAFETY: by the type invariant the slot held a registered device just now. Before it
            // is freed its slot is emptied and RCU's readers are waited for, so it stays valid
            // while the guard is held.
            let net = unsafe { NetDevice::from_raw(net) };
            if net.is_up() {
                net.queue().wake();
            }
        }
    }

    /// Removes all devices in one batch, and takes no more. Sleeps. The devices are freed when RTNL
    /// is released.
    pub(in crate::kernel_ext) fn close(&self, rtnl: &Rtnl) {
        let mut batch = bindings::list_head {
            next: ptr::null_mut(),
            prev: ptr::null_mut(),
        };
        let head = &raw mut batch;

        // SAFETY: `head` is valid: `batch` does not move while it is used.
        unsafe { bindings::INIT_LIST_HEAD(head) };

        // INVARIANT: RTNL is held.
        self.closed.store(true, Relaxed);
        for net in self.slots.iter().filter_map(|slot| self.empty(slot, rtnl)) {
            // SAFETY: what was in a slot is registered, it is in no slot any more, and RTNL is
            // held. The list is set up.
            unsafe { bindings::unregister_netdevice_queue(net, head) };
        }
        // SAFETY: the list is set up and holds registered devices alone, and RTNL is held.
        unsafe { bindings::unregister_netdevice_many(head) };
    }

    /// Empties `slot`, and unlinks the device that was in it.
    fn empty(
        &self,
        slot: &Atomic<*mut bindings::net_device>,
        _rtnl: &Rtnl,
    ) -> Option<*mut bindings::net_device> {
        let net = slot.load(Relaxed);
        if net.is_null() {
            return None;
        }

        // INVARIANT: RTNL is held.
        slot.store(ptr::null_mut(), Relaxed);
        self.len.fetch_sub(1, Relaxed);

        // SAFETY: by the type invariant this is a registered device of `T`. RTNL, which is held,
        // keeps it so.
        let lower = unsafe { Device::<T>::from_raw(net) }.lower().net();
        // SAFETY: by the type invariant the two are registered and linked, and RTNL is held.
        unsafe { bindings::netdev_upper_dev_unlink(lower.as_raw(), net) };
        Some(net)
    }
}
