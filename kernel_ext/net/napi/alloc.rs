// SPDX-License-Identifier: GPL-2.0-only

//! Socket buffers that are allocated in a poll.
//!
//! C header: [`include/linux/skbuff.h`](srctree/include/linux/skbuff.h)

use super::Gro;
use crate::kernel_ext::{
    bindings,
    net::skbuff::NewSkb,
    page::Buffer, //
};
use kernel::prelude::*;

impl Gro<'_> {
    /// A new, empty buffer for a packet of `len` bytes. Does not sleep.
    pub(in crate::kernel_ext) fn alloc(&mut self, len: usize) -> Result<NewSkb> {
        let len = u32::try_from(len)?;

        // SAFETY: by the type invariant the context is valid and its poll runs, hence bottom halves
        // are off.
        let skb = unsafe { bindings::napi_alloc_skb(self.napi, len) };
        if skb.is_null() {
            return Err(ENOMEM);
        }

        // SAFETY: the buffer is new, and belongs to the caller.
        Ok(unsafe { NewSkb::from_raw(skb) })
    }

    /// A packet of `len` bytes from `headroom` on in `buffer`, which becomes its head. Does not
    /// sleep.
    pub(in crate::kernel_ext) fn build(
        &mut self,
        buffer: Buffer,
        headroom: usize,
        len: usize,
    ) -> Result<NewSkb> {
        // SAFETY: by the type invariant a poll runs, hence bottom halves are off.
        unsafe { NewSkb::build(buffer, headroom, len) }
    }
}
