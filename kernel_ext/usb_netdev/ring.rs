// SPDX-License-Identifier: GPL-2.0-only

//! Rings of bulk transfers whose requests (URBs) are allocated once and used again.
//!
//! A transfer is idle, in flight, or done, and each state is a type. Completions put it on a list
//! and schedule a NAPI context; its poll does the rest. So a buffer is submitted again only when
//! its data was processed, and the ring and its pool bound the data that a device can queue.
//!
//! C header: [`include/linux/usb.h`](srctree/include/linux/usb.h)

mod buffer;
mod fault;
mod receive;
mod transmit;
mod tx_transfer;

pub(super) use fault::Fault;
pub(super) use receive::{
    EmptyTransfer,
    ReceiveRing,
    RxTransfer, //
};
pub(super) use transmit::{
    QueueOwner,
    RingState,
    TransmitRing,
    TransmitSet, //
};
pub(crate) use tx_transfer::TxTransfer;

use crate::kernel_ext::{
    net::napi,
    usb::bulk::CompletionHandler, //
};

impl CompletionHandler for napi::Scheduler {
    fn completed(&self) {
        self.schedule();
    }
}
