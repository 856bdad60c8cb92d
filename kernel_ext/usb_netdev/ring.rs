// SPDX-License-Identifier: GPL-2.0-only

//! Rings of bulk transfers whose requests (URBs) are allocated once and used again.
//!
//! A transfer is idle, in flight, or done, and each state is a type. Completions put it on a list
//! and schedule a NAPI context; its poll does the rest. So nothing is submitted anew before what
//! came with it was processed, and what a device can have queued is bounded by the ring.
//!
//! C header: [`include/linux/usb.h`](srctree/include/linux/usb.h)

use crate::kernel_ext::{
    net::napi,
    usb::bulk::Completion, //
};

mod data;
mod fault;
mod filling;
mod receive;
mod transmit;

pub(super) use fault::Fault;
pub(crate) use filling::Filling;
pub(super) use receive::{
    Arrival,
    Processed,
    ReceiveRing, //
};
pub(super) use transmit::{
    Owner,
    State,
    TransmitRing,
    TransmitSet, //
};

impl Completion for napi::Scheduler {
    fn completed(&self) {
        self.schedule();
    }
}
