// SPDX-License-Identifier: GPL-2.0-only

//! NAPI: reception in batches, in which the network stack merges packets of a flow (GRO).
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

use super::{
    bindings,
    netdevice::{
        Features,
        NetDevice, //
    },
    rtnl::Rtnl,
    skbuff::{
        OwnedSkb,
        Queue, //
    }, //
};
use core::mem;
use kernel::{
    ffi,
    new_spinlock_irq,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        SpinLockIrq, //
    },
    types::Opaque, //
};

/// Packets that a poll may take (`NAPI_POLL_WEIGHT`).
const POLL_WEIGHT: ffi::c_int = 64;

/// The most packets that a receiver holds. As many as a processor's own queue holds, unless it was
/// told otherwise (`net.core.netdev_max_backlog`).
const MAX_WAITING: usize = 1000;

/// A queue of received packets, and the NAPI context that hands them to the network stack.
///
/// # Invariants
///
/// `napi` is the context of a network device that outlives it, and is disabled when this is
/// dropped.
#[pin_data(PinnedDrop)]
#[repr(C)]
pub(super) struct Receiver {
    // First, so that the poll callback finds the rest.
    #[pin]
    napi: Opaque<bindings::napi_struct>,
    #[pin]
    queue: SpinLockIrq<Queue>,
    /// Packets that are in the queue, or that somebody is about to put there.
    waiting: Atomic<usize>,
}

// SAFETY: the queue has a lock, and a NAPI context may be scheduled from anywhere.
unsafe impl Send for Receiver {}

// SAFETY: as above.
unsafe impl Sync for Receiver {}

impl Receiver {
    /// A disabled receiver.
    ///
    /// # Safety
    ///
    /// `net` must be a valid device that outlives the receiver. The caller must not hold its lock.
    pub(super) unsafe fn new(net: *mut bindings::net_device) -> impl PinInit<Self> {
        pin_init!(Self {
            napi <- Opaque::ffi_init(move |napi: *mut bindings::napi_struct| {
                // SAFETY: `napi` is valid for writes.
                unsafe { napi.write_bytes(0, 1) };

                let add = || {
                    // SAFETY: `napi` is zeroed and stays in its place; the device, which is valid
                    // by the requirement of the function, has its lock held.
                    unsafe {
                        bindings::netif_napi_add_weight_locked(
                            net,
                            napi,
                            Some(Self::poll_callback),
                            POLL_WEIGHT,
                        )
                    }
                };
                // SAFETY: by the requirement of the function.
                unsafe { with_lock(net, add) };
            }),
            queue <- new_spinlock_irq!(Queue::new()),
            waiting: Atomic::new(0),
        })
    }

    /// Lets packets through. Sleeps.
    pub(super) fn enable(&self, _rtnl: &Rtnl) {
        // SAFETY: by the type invariant the context is set up; who brings the device up enables it.
        unsafe { bindings::napi_enable(self.napi.get()) };
    }

    /// Lets no packet through any more, and drops those that wait. Sleeps.
    pub(super) fn disable(&self, _rtnl: &Rtnl) {
        // SAFETY: by the type invariant the context is set up; who takes the device down disables
        // it.
        unsafe { bindings::napi_disable(self.napi.get()) };

        self.purge();
    }

    /// Drops the packets that wait.
    pub(super) fn purge(&self) {
        let mut waiting = self.take();

        while waiting.pop().is_some() {
            self.release();
        }
    }

    /// Reserves a place in the queue. `ENOBUFS` if there is none: the network stack does not keep up
    /// with the device.
    pub(super) fn reserve(&self) -> Result {
        if self.waiting.load(Relaxed) >= MAX_WAITING {
            return Err(ENOBUFS);
        }
        // Two contexts that come here at once exceed the limit by one packet, which does no harm.
        self.waiting.add(1, Relaxed);
        Ok(())
    }

    /// Gives a reserved place back.
    pub(super) fn release(&self) {
        self.waiting.fetch_sub(1, Relaxed);
    }

    fn take(&self) -> Queue {
        mem::replace(&mut *self.queue.lock(), Queue::new())
    }

    /// Puts back what was taken, before what has come since.
    fn put_back(&self, mut taken: Queue) {
        let mut queue = self.queue.lock();

        taken.append(mem::replace(&mut *queue, Queue::new()));
        *queue = taken;
    }

    /// A new, empty buffer for a packet of `len` bytes that the device received. Does not sleep;
    /// bottom halves are off.
    pub(super) fn alloc(&self, len: usize) -> Result<OwnedSkb> {
        let len = u32::try_from(len)?;

        // SAFETY: by the type invariant the context is set up.
        let skb = unsafe { bindings::napi_alloc_skb(self.napi.get(), len) };
        if skb.is_null() {
            return Err(ENOMEM);
        }

        // SAFETY: the buffer is new, and belongs to the caller.
        Ok(unsafe { OwnedSkb::from_raw(skb) })
    }

    /// Hands `skb`, for which a place was reserved, to the network stack, soon. Does not sleep;
    /// bottom halves are off.
    pub(super) fn receive(&self, skb: OwnedSkb) {
        self.queue.lock().push(skb);
        self.schedule();
    }

    /// As [`Self::receive`], for all of `skbs`.
    pub(super) fn receive_all(&self, skbs: Queue) {
        self.queue.lock().append(skbs);
        self.schedule();
    }

    fn schedule(&self) {
        let napi = self.napi.get();

        // SAFETY: by the type invariant the context is set up.
        if unsafe { bindings::napi_schedule_prep(napi) } {
            // SAFETY: as above, and this is who may schedule it.
            unsafe { bindings::__napi_schedule(napi) };
        }
    }

    /// # Safety
    ///
    /// To be called by the network core only, for the context of a receiver.
    unsafe extern "C" fn poll_callback(
        napi: *mut bindings::napi_struct,
        budget: ffi::c_int,
    ) -> ffi::c_int {
        // SAFETY: the context is the first field of a receiver.
        let this = unsafe { &*napi.cast::<Self>() };
        // SAFETY: the context is valid.
        let gro = unsafe { &raw mut (*napi).gro };
        // SAFETY: as above.
        let net = unsafe { (*napi).dev };
        // SAFETY: by the type invariant the device is valid.
        let merges_udp = unsafe { NetDevice::from_raw(net.cast()) }.has_any(Features::UDP_MERGING);
        let mut waiting = this.take();

        for done in 0..budget {
            let Some(mut skb) = waiting.pop() else {
                // What has come since was announced, and has the core poll again.
                // SAFETY: the core runs the context, and less than the budget is done.
                unsafe { bindings::napi_complete_done(napi, done) };
                return done;
            };
            if skb.is_lent() {
                // Another processor is about to let go of it.
                waiting.push_front(skb);
                break;
            }

            this.release();
            skb.clear_control_block();
            if skb.is_datagram() && !merges_udp {
                // GRO would look at it in vain. Packets of a flow go the same way, and in order.
                // SAFETY: the buffer is given away.
                unsafe { bindings::netif_receive_skb(skb.into_raw()) };
            } else {
                // SAFETY: this is the context's own, whose poll runs; the buffer is given away.
                unsafe { bindings::gro_receive_skb(gro, skb.into_raw()) };
            }
        }

        this.put_back(waiting);
        budget
    }
}

/// Does what wants the device's own lock (`netdev_lock()`). Sleeps.
///
/// # Safety
///
/// `net` must be a valid device, whose lock the caller does not hold.
unsafe fn with_lock(net: *mut bindings::net_device, what: impl FnOnce()) {
    // SAFETY: by the requirement of the function the device is valid.
    let lock = unsafe { &raw mut (*net).lock };

    // SAFETY: as above.
    unsafe { bindings::mutex_lock(lock.cast()) };
    what();
    // SAFETY: it was locked above.
    unsafe { bindings::mutex_unlock(lock.cast()) };
}

#[pinned_drop]
impl PinnedDrop for Receiver {
    fn drop(self: Pin<&mut Self>) {
        let napi = self.napi.get();
        // SAFETY: by the type invariant the device is valid.
        let net = unsafe { (*napi).dev }.cast::<bindings::net_device>();
        let delete = || {
            // SAFETY: by the type invariant the context is set up and disabled; the lock is held.
            unsafe { bindings::__netif_napi_del_locked(napi) }
        };
        // SAFETY: as above; nobody drops a receiver with the lock held.
        unsafe { with_lock(net, delete) };
        // SAFETY: there is nothing to observe. After this nobody reads the context any more.
        unsafe { bindings::synchronize_net() };
    }
}
