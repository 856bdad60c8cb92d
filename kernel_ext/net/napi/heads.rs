// SPDX-License-Identifier: GPL-2.0-only

//! The heads of received packets.

use super::Gro;
use crate::kernel_ext::{
    net::skbuff::{
        buffer_len,
        NewSkb,
        HEADROOM, //
    },
    page::{
        Pool,
        SharedBuffer, //
    }, //
};
use kernel::prelude::*;

/// A pool of buffers for short packets, and for the headers of others.
pub(in crate::kernel_ext) struct HeadPool(Pool);

impl HeadPool {
    /// The longest packet that fits, in bytes.
    pub(in crate::kernel_ext) const MAX_LEN: usize = 256;

    /// Bytes of a page, and how many buffers there are at most.
    const PAGE: usize = 16384;
    const MAX: usize = 1600;

    /// An empty pool.
    pub(in crate::kernel_ext) fn new() -> Result<Self> {
        Pool::new(buffer_len(Self::MAX_LEN), Self::PAGE, Self::MAX).map(Self)
    }

    /// Releases all pages. Buffers that were taken stay valid.
    pub(in crate::kernel_ext) fn clear(&mut self) {
        self.0.clear();
    }

    /// A socket buffer with tailroom for a packet of `len` bytes. Does not sleep.
    fn alloc(&mut self, gro: &mut Gro<'_>, len: usize) -> Result<NewSkb> {
        if len <= Self::MAX_LEN {
            if let Some(buffer) = self.0.take() {
                return gro.build(buffer, HEADROOM, 0);
            }
        }
        gro.alloc(len)
    }

    /// A packet that is a copy of `packet`. Does not sleep.
    pub(in crate::kernel_ext) fn copy(
        &mut self,
        gro: &mut Gro<'_>,
        packet: &[u8],
    ) -> Result<NewSkb> {
        let mut skb = self.alloc(gro, packet.len())?;

        skb.append(packet)?;
        Ok(skb)
    }

    /// A packet whose first `linear` bytes are copied from those of `buffer` at `offset`, and whose
    /// rest is a fragment of that; `truesize` is the memory that it is charged for. Does not sleep.
    pub(in crate::kernel_ext) fn share(
        &mut self,
        gro: &mut Gro<'_>,
        buffer: &SharedBuffer,
        (offset, len): (usize, usize),
        linear: usize,
        truesize: u32,
    ) -> Result<NewSkb> {
        let (head, rest) = buffer
            .bytes()
            .split_at_checked(offset)
            .and_then(|(_, packet)| packet.split_at_checked(len))
            .and_then(|(packet, _)| packet.split_at_checked(linear))
            .ok_or(EINVAL)?;
        let mut skb = self.alloc(gro, Self::MAX_LEN)?;

        skb.append(head)?;
        let start = offset.checked_add(linear).ok_or(EOVERFLOW)?;
        let fragment = buffer.fragment(start, rest.len()).ok_or(EINVAL)?;
        // SAFETY: the fragment was taken just now, with its reference, and the buffer is new: it
        // has no fragment.
        unsafe { skb.add_fragment(fragment, truesize) };
        Ok(skb)
    }
}
