// SPDX-License-Identifier: GPL-2.0-only

//! The ring of transfers to a device.
//!
//! What is sent is copied into the buffers of the ring, which grow as they are needed, so that a
//! packet can be freed at once: the limits of the transmit queue (BQL) hold senders back.

mod completion;
mod power;
mod state;

pub(in crate::kernel_ext) use state::State;
pub(super) use state::{
    Outgoing,
    Transfer, //
};

use super::data::Data;
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
pub(in crate::kernel_ext) struct TransmitSet(Transfers<Outgoing>);

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

/// Who sends by a ring: the device's own transmit queue, which has the limits.
pub(in crate::kernel_ext) trait Owner {
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
                is_asleep: false,
                fault: None,
                idle: KVec::new(),
                deferred: KVec::new(),
                pending: None,
                in_flight: 0,
            }),
        })
    }

    /// Opens the ring with `count` transfers, whose completions schedule `napi`. Sleeps.
    ///
    /// # Safety
    ///
    /// The set must be given to this ring alone, and must not be dropped but by [`Self::close`].
    pub(in crate::kernel_ext) unsafe fn open(
        &self,
        count: usize,
        napi: napi::Scheduler,
    ) -> Result<TransmitSet> {
        let make = || Outgoing {
            data: Data::new(),
            packets: 0,
            format: 0,
        };
        // SAFETY: all transfers are in this ring, on the set's list, or in a `Filling`, which
        // exists under RCU. By the requirement of the function it is `close` that drops the set,
        // after it has dropped what the ring has and waited for readers of RCU.
        let (transfers, idle) = unsafe { Transfers::new(count, napi, make)? };
        let deferred = KVec::with_capacity(count, GFP_KERNEL)?;

        let mut inner = self.inner.lock();
        inner.idle = idle;
        inner.deferred = deferred;
        inner.fault = None;
        inner.is_open = true;
        self.note_available(&inner);
        Ok(TransmitSet(transfers))
    }

    /// Closes the ring. What was not sent is dropped, and `owner` told so. Sleeps.
    pub(in crate::kernel_ext) fn close(&self, mut set: TransmitSet, owner: &impl Owner) {
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
        self.note_available(&inner);
        let deferred = mem::replace(&mut inner.deferred, KVec::new());
        let pending = inner.pending.take();
        drop(inner);
        // Not under the lock: they free memory. The set, which they are part of, goes last.
        drop((idle, deferred, pending));
        drop(set);
    }

    /// An idle transfer, empty. [`None`] if there is none. Does not sleep. RCU is held until the
    /// transfer was given back, submitted or held.
    pub(super) fn take(&self) -> Option<Transfer> {
        let mut transfer = {
            let mut inner = self.inner.lock();

            if !inner.is_open {
                return None;
            }
            let transfer = inner.idle.pop()?;
            self.note_available(&inner);
            transfer
        };
        let content = transfer.content_mut();

        content.data.truncate(0);
        content.packets = 0;
        Some(transfer)
    }

    /// The transfer that waits for more, if there is one. As [`Self::take`].
    pub(super) fn take_pending(&self) -> Option<Transfer> {
        self.inner.lock().pending.take()
    }

    /// Takes a transfer back that is not sent. Does not sleep.
    pub(super) fn give_back(&self, transfer: Transfer) {
        self.put_back(&mut self.inner.lock(), transfer);
    }

    /// Whether fewer than `count` transfers are idle, as far as can be told without the lock.
    pub(in crate::kernel_ext) fn seems_short_of(&self, count: usize) -> bool {
        self.available.load(Relaxed) < count
    }

    /// How the ring is.
    pub(in crate::kernel_ext) fn state(&self) -> State {
        self.inner.lock().state()
    }

    fn note_available(&self, inner: &Inner) {
        self.available.store(inner.idle.len(), Relaxed);
    }

    fn put_back(&self, inner: &mut Inner, transfer: Transfer) {
        // There is capacity for all transfers.
        let _ = inner.idle.push_within_capacity(transfer);
        self.note_available(inner);
    }

    /// Sends a transfer. Does not sleep.
    pub(super) fn submit(&self, transfer: Transfer, owner: &impl Owner) -> Result {
        let mut inner = self.inner.lock();

        if !inner.is_open {
            self.put_back(&mut inner, transfer);
            return Err(ENETDOWN);
        }
        if inner.in_flight == 0 {
            // SAFETY: the interface is valid, for the ring holds a reference to it; the function
            // may be called in any context.
            let ret = unsafe { bindings::usb_autopm_get_interface_async(self.interface.as_raw()) };

            if ret < 0 {
                self.put_back(&mut inner, transfer);
                return Err(Error::from_errno(ret));
            }
        }
        inner.in_flight = inner.in_flight.saturating_add(1);
        owner.queue().sent(transfer.content().data.len());
        if inner.is_asleep || inner.fault.is_some() {
            inner.defer(transfer);
            owner.queue().stop();
        } else {
            self.send(&mut inner, transfer);
        }
        Ok(())
    }

    fn send(&self, inner: &mut Inner, mut transfer: Transfer) {
        let data = &mut transfer.content_mut().data;
        let len = data.len();
        let start = data.as_mut_ptr();
        // The device can tell the end only by a packet that is not full.
        let zero = len.checked_rem(self.pipe.max_packet().into()) == Some(0);

        // SAFETY: the buffer is allocated memory of at least `len` bytes, and stays with the
        // transfer, unchanged, until that is done. The pipe is the one of the ring.
        let sent = unsafe { transfer.submit(&self.pipe, start, len as u32, zero) };
        if let Err((transfer, err)) = sent {
            inner.note(err);
            transfer.fail(err);
        }
    }

    /// Makes `transfer` the one that waits, and returns whether the time that it may do so begins.
    /// If nothing is in flight it is sent.
    pub(super) fn hold(
        &self,
        transfer: Transfer,
        has_waited: bool,
        owner: &impl Owner,
    ) -> Result<bool> {
        let (now, begins) = {
            let mut inner = self.inner.lock();

            if inner.in_flight == 0 && !inner.is_asleep {
                (Some(transfer), false)
            } else {
                let before = inner.pending.replace(transfer);

                // While the device is asleep nothing but time wakes it.
                (before, !has_waited || inner.is_asleep)
            }
        };
        if let Some(transfer) = now {
            self.submit(transfer, owner)?;
        }
        Ok(begins)
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
