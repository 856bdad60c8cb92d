// SPDX-License-Identifier: GPL-2.0-only

//! The heads of received packets.

use super::Gro;
use crate::kernel_ext::{
    bindings,
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

    /// Bytes before a packet: a tunnel that it is forwarded into has its headers there.
    const HEADROOM: usize = HEADROOM + bindings::LL_MAX_HEADER as usize;

    /// Bytes before a packet that begins with a header of Ethernet.
    const ALIGNED_HEADROOM: usize = Self::HEADROOM + bindings::NET_IP_ALIGN as usize;

    /// Bytes of a page, at least: a packet that a socket keeps, keeps a whole page in use.
    const PAGE: usize = 4096;

    /// How many buffers there are at most.
    const MAX: usize = 1600;

    /// An empty pool.
    pub(in crate::kernel_ext) fn new() -> Result<Self> {
        let len = buffer_len(Self::ALIGNED_HEADROOM - HEADROOM + Self::MAX_LEN);

        Pool::new(len, Self::PAGE, Self::MAX).map(Self)
    }

    /// Releases all pages. Buffers that were taken stay valid.
    pub(in crate::kernel_ext) fn clear(&mut self) {
        self.0.clear();
    }

    /// A socket buffer with tailroom for a packet of `len` bytes. Does not sleep.
    fn alloc(&mut self, gro: &mut Gro<'_>, headroom: usize, len: usize) -> Result<NewSkb> {
        if len <= Self::MAX_LEN {
            if let Some(buffer) = self.0.take() {
                return gro.build(buffer, headroom, 0);
            }
        }
        gro.alloc(len)
    }

    /// A packet that is a copy of `packet`; `is_frame` if that begins with a header of Ethernet.
    /// Does not sleep.
    pub(in crate::kernel_ext) fn copy(
        &mut self,
        gro: &mut Gro<'_>,
        packet: &[u8],
        is_frame: bool,
    ) -> Result<NewSkb> {
        let headroom = if is_frame {
            Self::ALIGNED_HEADROOM
        } else {
            Self::HEADROOM
        };
        let mut skb = self.alloc(gro, headroom, packet.len())?;

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
        let mut skb = self.alloc(gro, Self::HEADROOM, Self::MAX_LEN)?;

        skb.append(head)?;
        let start = offset.checked_add(linear).ok_or(EOVERFLOW)?;
        let fragment = buffer.fragment(start, rest.len()).ok_or(EINVAL)?;
        // SAFETY: the fragment was taken just now, with its reference, and the buffer is new: it
        // has no fragment.
        unsafe { skb.add_fragment(fragment, truesize) };
        Ok(skb)
    }
}
