// SPDX-License-Identifier: GPL-2.0-only

//! The ring of transfers from a device.

use super::Fault;
use crate::kernel_ext::{
    compat::{
        ECONNRESET,
        EHOSTUNREACH,
        EILSEQ,
        EPROTO,
        ESHUTDOWN,
        ETIME, //
    },
    net::napi,
    page::{
        Buffer,
        Pool, //
    },
    usb::bulk::{
        Content,
        DoneList,
        Idle,
        Pipe,
        Transfers, //
    }, //
};
use core::mem;
use kernel::prelude::*;

/// After this number of consecutive errors the ring is throttled.
const MAX_ERRORS: u32 = 20;

/// After this number of consecutive halts, too.
const MAX_HALTS: u32 = 3;

/// The ring of transfers from a device, with buffers of a [`Pool`].
///
/// It is for one context at a time.
pub(in crate::kernel_ext) struct ReceiveRing {
    transfers: Transfers<Option<Buffer>>,
    idle: KVec<Idle<Option<Buffer>>>,
    done: DoneList<Option<Buffer>>,
    pipe: Pipe,
    pool: Pool,
    /// Where a transfer begins in its buffer, and how long it is at most, in bytes.
    headroom: usize,
    len: u32,
    fault: Option<Fault>,
    errors: u32,
    halts: u32,
}

impl Content for Option<Buffer> {
    type Handler = napi::Scheduler;
}

/// A completed transfer with data.
pub(in crate::kernel_ext) struct RxTransfer {
    transfer: Idle<Option<Buffer>>,
    /// The buffer, whose data begins where the ring's headroom ends.
    pub(in crate::kernel_ext) buffer: Buffer,
    /// Bytes that arrived.
    pub(in crate::kernel_ext) len: usize,
}

impl ReceiveRing {
    /// A ring of `count` transfers of at most `len` bytes, which begin `headroom` bytes behind the
    /// start of a buffer of `pool`. Nothing is submitted yet. Sleeps.
    ///
    /// # Safety
    ///
    /// What [`Self::next`] returns, and its parts, must be returned to this ring or be dropped,
    /// before the ring is dropped.
    pub(in crate::kernel_ext) unsafe fn new(
        pipe: Pipe,
        napi: napi::Scheduler,
        count: usize,
        pool: Pool,
        headroom: usize,
        len: u32,
    ) -> Result<Self> {
        // SAFETY: the ring drops its transfers with the set. What leaves it is returned before
        // that, by the requirement of the function, or is dropped.
        let (transfers, idle) = unsafe { Transfers::new(count, napi, || None)? };
        let mut this = Self {
            transfers,
            idle,
            done: DoneList::new(),
            pipe,
            pool,
            headroom,
            len,
            fault: None,
            errors: 0,
            halts: 0,
        };

        this.pool.preallocate(count)?;
        if headroom.checked_add(len as usize).ok_or(EINVAL)? > this.pool.chunk() {
            return Err(EINVAL);
        }
        Ok(this)
    }

    /// A buffer for [`Self::resubmit`]. [`None`] if there is none. Does not sleep.
    pub(in crate::kernel_ext) fn take_buffer(&mut self) -> Option<Buffer> {
        self.pool.take()
    }

    /// Where a transfer begins in its buffer, in bytes.
    pub(in crate::kernel_ext) fn headroom(&self) -> usize {
        self.headroom
    }

    /// The endpoint.
    pub(in crate::kernel_ext) fn pipe(&self) -> &Pipe {
        &self.pipe
    }

    /// Submits what is idle, unless there is a fault. Does not sleep.
    pub(in crate::kernel_ext) fn refill(&mut self) {
        while self.fault.is_none() {
            let Some(mut transfer) = self.idle.pop() else {
                return;
            };
            let buffer = match transfer.content_mut().take() {
                Some(buffer) => Some(buffer),
                None => self.take_buffer(),
            };

            match buffer {
                Some(buffer) => self.submit(transfer, buffer),
                None => {
                    self.put_back(transfer);
                    self.fault = Some(Fault::Throttle);
                }
            }
        }
    }

    /// Submits a transfer again, with `buffer`, which is dropped if it is too small.
    pub(in crate::kernel_ext) fn resubmit(&mut self, empty: EmptyTransfer, buffer: Buffer) {
        self.submit(empty.0, buffer);
    }

    fn submit(&mut self, mut transfer: Idle<Option<Buffer>>, buffer: Buffer) {
        // Those of the pool are large enough, as `new` has checked.
        let Some(needed) = self.headroom.checked_add(self.len as usize) else {
            return self.put_back(transfer);
        };
        if buffer.bytes().len() < needed {
            return self.put_back(transfer);
        }
        let data = buffer.as_ptr().wrapping_add(self.headroom);

        *transfer.content_mut() = Some(buffer);
        if self.fault.is_some() {
            return self.put_back(transfer);
        }
        // SAFETY: the buffer is in the linear map, and by the check above has headroom and length.
        // It stays with the transfer until that is done. The pipe is the one of the ring.
        if let Err((transfer, err)) = unsafe { transfer.submit(&self.pipe, data, self.len, false) }
        {
            self.put_back(transfer);
            self.record_error(err);
            // Otherwise the next attempt, at once, would fail in the same way.
            self.fault.get_or_insert(Fault::Throttle);
        }
    }

    fn put_back(&mut self, transfer: Idle<Option<Buffer>>) {
        // There is capacity for all transfers.
        let _ = self.idle.push_within_capacity(transfer);
    }

    fn record_error(&mut self, err: Error) {
        let fault = match err {
            EPIPE => Fault::Halt,
            ENODEV | ESHUTDOWN | EHOSTUNREACH | ECONNRESET | ENOENT | EPERM => Fault::Gone,
            EPROTO | ETIME | EILSEQ | ENOMEM => Fault::Throttle,
            _ if self.errors > MAX_ERRORS => Fault::Throttle,
            _ => return,
        };
        self.fault.get_or_insert(fault);
    }

    /// The next transfer that has completed: what arrived, or how it failed.
    pub(in crate::kernel_ext) fn next(&mut self) -> Option<Result<RxTransfer>> {
        let done = match self.done.next() {
            Some(done) => done,
            None => {
                self.done = self.transfers.take_done();
                self.done.next()?
            }
        };
        let result = done.result();
        let mut transfer = done.into_idle();

        match (result, transfer.content_mut().take()) {
            (Ok(len), Some(buffer)) => {
                self.errors = 0;
                self.halts = 0;
                Some(Ok(RxTransfer {
                    transfer,
                    buffer,
                    len: len.min(self.len as usize),
                }))
            }
            (result, buffer) => {
                *transfer.content_mut() = buffer;
                self.put_back(transfer);

                let err = result.err().unwrap_or(EIO);
                // A transfer that this side ended is no error; if the device is gone the next one
                // fails.
                if !matches!(err, ECONNRESET | ENOENT | ESHUTDOWN) {
                    self.errors = self.errors.saturating_add(1);
                    self.record_error(err);
                }
                Some(Err(err))
            }
        }
    }

    /// The fault, while nothing is submitted.
    pub(in crate::kernel_ext) fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Clears the fault: transfers are submitted again.
    pub(in crate::kernel_ext) fn clear_fault(&mut self) {
        self.fault = None;
        self.errors = 0;
    }

    /// Submits nothing until [`Self::clear_fault`], because of `fault`.
    pub(in crate::kernel_ext) fn set_fault(&mut self, fault: Fault) {
        self.fault = Some(fault);
    }

    /// The halt of the endpoint was cleared: lets transfers be submitted again, or returns `false`
    /// if that should wait, because the endpoint has halted again and again.
    pub(in crate::kernel_ext) fn end_halt(&mut self) -> bool {
        self.halts = self.halts.saturating_add(1);
        if self.halts > MAX_HALTS {
            self.fault = Some(Fault::Throttle);
            return false;
        }
        self.clear_fault();
        true
    }

    /// Ends all transfers; the next polls process their data. Sleeps.
    pub(in crate::kernel_ext) fn stop(&self) {
        self.transfers.kill();
    }

    /// Ends all transfers, and drops their data. Sleeps.
    pub(in crate::kernel_ext) fn kill(&mut self) {
        self.transfers.kill();
        for list in [
            mem::replace(&mut self.done, DoneList::new()),
            self.transfers.take_done(),
        ] {
            for done in list {
                // There is capacity for all transfers.
                let _ = self.idle.push_within_capacity(done.into_idle());
            }
        }
    }
}

/// A transfer whose buffer was taken.
pub(in crate::kernel_ext) struct EmptyTransfer(Idle<Option<Buffer>>);

impl RxTransfer {
    /// The buffer, and the transfer that wants another one.
    pub(in crate::kernel_ext) fn split(self) -> (Buffer, EmptyTransfer) {
        (self.buffer, EmptyTransfer(self.transfer))
    }
}
