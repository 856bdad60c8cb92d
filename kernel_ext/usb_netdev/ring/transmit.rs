// SPDX-License-Identifier: GPL-2.0-only

//! The ring of transfers to a device.
//!
//! What is sent is copied into the buffers of the ring, which grow as they are needed, so that a
//! packet can be freed at once: the limits of the transmit queue (BQL) hold senders back.

mod completion;
mod pending;
mod power;
mod state;

pub(in crate::kernel_ext) use state::RingState;
pub(super) use state::{
    Transfer,
    TxContent, //
};

use super::buffer::TxBuffer;
use crate::kernel_ext::{
    bindings,
    compat::{
        new_spinlock_irq,
        SpinLockIrq,
        ENETDOWN, //
    },
    net::{
        napi,
        netdevice::TransmitQueue, //
    },
    usb::{
        bulk::{
            Pipe,
            Transfers, //
        },
        Interface, //
    }, //
};
use core::mem;
use kernel::{
    prelude::*,
    sync::{
        aref::ARef,
        atomic::{
            Atomic,
            Relaxed, //
        }, //
    }, //
};
use state::Inner;

/// The transfers of a [`TransmitRing`] while that is open. It is for one context at a time.
pub(in crate::kernel_ext) struct TransmitSet(Transfers<TxContent>);

/// The ring of transfers to a device.
#[pin_data]
pub(in crate::kernel_ext) struct TransmitRing {
    interface: ARef<Interface>,
    pipe: Pipe,
    /// Transfers that were idle when the lock was released.
    available: Atomic<usize>,
    #[pin]
    inner: SpinLockIrq<Inner>,
}

/// The owner of a ring: its transmit queue has the limits.
pub(in crate::kernel_ext) trait QueueOwner {
    /// The queue.
    fn queue(&self) -> TransmitQueue<'_>;
}

impl TransmitRing {
    /// A closed ring.
    pub(in crate::kernel_ext) fn new(interface: ARef<Interface>, pipe: Pipe) -> impl PinInit<Self> {
        pin_init!(Self {
            interface,
            pipe,
            available: Atomic::new(0),
            inner <- new_spinlock_irq!(Inner {
                is_open: false,
                is_suspended: false,
                fault: None,
                idle: KVec::new(),
                deferred: KVec::new(),
                pending: None,
                taken: 0,
                due: 0,
                in_flight: 0,
            }),
        })
    }

    /// Opens the ring with `count` transfers, whose completions schedule `napi`, and resets the
    /// queue of `owner`. Sleeps.
    ///
    /// # Safety
    ///
    /// The set must be given to this ring alone, and must not be dropped but by [`Self::close`].
    pub(in crate::kernel_ext) unsafe fn open(
        &self,
        count: usize,
        napi: napi::Scheduler,
        owner: &impl QueueOwner,
    ) -> Result<TransmitSet> {
        let make = || TxContent {
            data: TxBuffer::new(),
            packets: 0,
            format: 0,
        };
        // SAFETY: all transfers are in this ring, on the set's list, or in a `TxTransfer`, which
        // exists under RCU. By the requirement of the function it is `close` that drops the set,
        // after it has dropped what the ring has and waited for readers of RCU.
        let (transfers, idle) = unsafe { Transfers::new(count, napi, make)? };
        let deferred = KVec::with_capacity(count, GFP_KERNEL)?;

        let mut inner = self.inner.lock();
        inner.idle = idle;
        inner.deferred = deferred;
        inner.fault = None;
        inner.taken = 0;
        inner.due = 0;
        // Nothing is in flight, and nothing can be submitted before the lock is released.
        owner.queue().reset();
        inner.is_open = true;
        self.update_available(&inner);
        Ok(TransmitSet(transfers))
    }

    /// Closes the ring, and drops what was not sent; deferred transfers count as completed for the
    /// queue of `owner`. Sleeps.
    pub(in crate::kernel_ext) fn close(&self, mut set: TransmitSet, owner: &impl QueueOwner) {
        {
            let mut inner = self.inner.lock();

            inner.is_open = false;
            inner.fail_deferred();
        }
        set.0.kill();
        // After this nobody fills a transfer any more, because that is done under RCU.
        // SAFETY: this sleeps, as does the function.
        unsafe { bindings::synchronize_net() };
        self.complete(&mut set, owner, |_| ());

        let mut inner = self.inner.lock();
        let idle = mem::replace(&mut inner.idle, KVec::new());
        self.update_available(&inner);
        let deferred = mem::replace(&mut inner.deferred, KVec::new());
        let pending = inner.pending.take();
        drop(inner);
        // Not under the lock: they free memory. The set, which they are part of, is dropped last.
        drop((idle, deferred, pending));
        drop(set);
    }

    /// An idle transfer, empty. [`None`] if there is none. Does not sleep.
    ///
    /// # Safety
    ///
    /// The caller must hold the RCU read lock until the transfer is returned, submitted or held, by
    /// this ring: [`Self::close`] frees it after a grace period.
    pub(super) unsafe fn take(&self) -> Option<Transfer> {
        let mut transfer = {
            let mut inner = self.inner.lock();

            if !inner.is_open {
                return None;
            }
            let transfer = inner.idle.pop()?;
            self.update_available(&inner);
            transfer
        };
        let content = transfer.content_mut();

        content.data.truncate(0);
        content.packets = 0;
        Some(transfer)
    }

    /// Returns a transfer that is not submitted; `was_pending` if it comes from
    /// [`Self::take_pending`]. Does not sleep.
    pub(super) fn return_idle(&self, transfer: Transfer, was_pending: bool) {
        let mut inner = self.inner.lock();

        if was_pending {
            inner.end_taken();
        }
        self.put_back(&mut inner, transfer);
    }

    /// Whether fewer than `count` transfers are idle. Without the lock a change is seen late.
    pub(in crate::kernel_ext) fn has_fewer_than(&self, count: usize) -> bool {
        self.available.load(Relaxed) < count
    }

    /// The state of the ring.
    pub(in crate::kernel_ext) fn state(&self) -> RingState {
        self.inner.lock().state()
    }

    fn update_available(&self, inner: &Inner) {
        self.available.store(inner.idle.len(), Relaxed);
    }

    fn put_back(&self, inner: &mut Inner, transfer: Transfer) {
        // There is capacity for all transfers.
        let _ = inner.idle.push_within_capacity(transfer);
        self.update_available(inner);
    }

    /// Sends a transfer; `was_pending` if it comes from [`Self::take_pending`]. Does not sleep.
    pub(super) fn submit(
        &self,
        transfer: Transfer,
        was_pending: bool,
        owner: &impl QueueOwner,
    ) -> Result {
        let mut inner = self.inner.lock();

        if was_pending {
            inner.end_taken();
        }
        self.submit_locked(&mut inner, transfer, owner)
    }

    fn submit_locked(
        &self,
        inner: &mut Inner,
        transfer: Transfer,
        owner: &impl QueueOwner,
    ) -> Result {
        if !inner.is_open {
            self.put_back(inner, transfer);
            return Err(ENETDOWN);
        }
        if inner.in_flight == 0 {
            // SAFETY: the interface is valid, for the ring holds a reference to it; the function
            // may be called in any context.
            let ret = unsafe { bindings::usb_autopm_get_interface_async(self.interface.as_raw()) };

            if ret < 0 {
                self.put_back(inner, transfer);
                return Err(Error::from_errno(ret));
            }
        }
        inner.in_flight = inner.in_flight.saturating_add(1);
        owner.queue().sent(transfer.content().data.len());
        if inner.is_suspended || inner.fault.is_some() {
            inner.defer(transfer);
            owner.queue().stop();
        } else {
            self.send(inner, transfer);
        }
        Ok(())
    }

    fn send(&self, inner: &mut Inner, mut transfer: Transfer) {
        let data = &mut transfer.content_mut().data;
        let len = data.len();
        let start = data.as_mut_ptr();
        // The device finds the end of a transfer only by a short packet.
        let zero = len.checked_rem(self.pipe.max_packet().into()) == Some(0);

        // SAFETY: the buffer is allocated memory of at least `len` bytes, and stays with the
        // transfer, unchanged, until that is done. The pipe is the one of the ring.
        let sent = unsafe { transfer.submit(&self.pipe, start, len as u32, zero) };
        if let Err((transfer, err)) = sent {
            inner.record_error(err);
            transfer.fail(err);
        }
    }

    /// The endpoint.
    pub(in crate::kernel_ext) fn pipe(&self) -> &Pipe {
        &self.pipe
    }
}

impl TransmitSet {
    /// Ends all transfers that are in flight. Sleeps.
    pub(in crate::kernel_ext) fn kill(&self) {
        self.0.kill();
    }
}
