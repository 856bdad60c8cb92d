// SPDX-License-Identifier: GPL-2.0-only

//! Bulk endpoints, and transfers whose requests (URBs) are allocated once and used again.
//!
//! C header: [`include/linux/usb.h`](srctree/include/linux/usb.h)

mod completion;
mod pipe;
mod transfer;
mod transfers;

pub(in crate::kernel_ext) use completion::{
    CompletionHandler,
    DoneList, //
};
pub(in crate::kernel_ext) use pipe::{
    BulkPipes,
    Pipe, //
};
pub(in crate::kernel_ext) use transfer::{
    Content,
    Idle, //
};
pub(in crate::kernel_ext) use transfers::Transfers;
