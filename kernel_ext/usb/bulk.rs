// SPDX-License-Identifier: GPL-2.0-only

//! Rings of bulk transfers whose requests (URBs) are allocated once and used again.
//!
//! A transfer is idle, in flight, or done, and each state is a type. Completions put it on a list
//! and schedule a NAPI context; its poll does the rest. So nothing is submitted anew before what
//! came with it was processed, and what a device can have queued is bounded by the ring.
//!
//! C header: [`include/linux/usb.h`](srctree/include/linux/usb.h)

mod data;
mod filling;
mod pipe;
mod receive;
mod transfer;
mod transmit;

pub(in crate::kernel_ext) use data::Data;
pub(crate) use filling::Filling;
pub(in crate::kernel_ext) use pipe::{
    BulkPipes,
    Pipe, //
};
pub(in crate::kernel_ext) use receive::{
    Arrival,
    Fault,
    Processed,
    ReceiveRing, //
};
pub(in crate::kernel_ext) use transmit::{
    Owner,
    State,
    TransmitRing,
    TransmitSet, //
};
