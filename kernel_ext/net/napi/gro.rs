// SPDX-License-Identifier: GPL-2.0-only

//! GRO: packets of a flow are merged before they are passed to the network stack.
//!
//! C header: [`include/net/gro.h`](srctree/include/net/gro.h)

use crate::kernel_ext::{
    bindings,
    net::skbuff::OwnedSkb, //
};
use core::marker::PhantomData;
use kernel::ptr::project;

/// The GRO of a NAPI context whose poll runs.
///
/// It is empty when the poll ends: a network device that is removed waits for polls, but would not
/// wait for a packet that is held to be merged with a later one.
///
/// # Invariants
///
/// `napi` is valid during `'a`, and its poll runs: its GRO is nobody else's.
pub(in crate::kernel_ext) struct Gro<'a> {
    pub(super) napi: *mut bindings::napi_struct,
    _poll: PhantomData<&'a mut ()>,
}

impl Gro<'_> {
    /// # Safety
    ///
    /// `napi` must be valid, and this its poll.
    pub(super) unsafe fn new<'a>(napi: *mut bindings::napi_struct) -> Gro<'a> {
        // INVARIANT: by the requirement of the function.
        Gro {
            napi,
            _poll: PhantomData,
        }
    }

    fn node(&mut self) -> *mut bindings::gro_node {
        project!(mut self.napi, .gro)
    }

    /// Passes `skb` to GRO, which may merge it with others of its flow (`napi_gro_receive()`).
    pub(in crate::kernel_ext) fn receive(&mut self, skb: OwnedSkb) {
        // SAFETY: by the type invariant the node is valid and this poll's; the buffer is valid, and
        // is given away.
        unsafe { bindings::gro_receive_skb(self.node(), skb.into_raw()) };
    }

    /// Passes `skb` to the network stack, without GRO (`netif_receive_skb()`).
    pub(in crate::kernel_ext) fn receive_without_gro(&mut self, skb: OwnedSkb) {
        // SAFETY: by the type invariant a poll runs, hence bottom halves are off; the buffer is
        // valid, and is given away.
        unsafe { bindings::netif_receive_skb(skb.into_raw()) };
    }

    /// As [`Self::receive`], for a datagram of UDP, and returns whether a receiver wants it merged
    /// with others: a socket that has set `UDP_GRO`, or a tunnel.
    pub(in crate::kernel_ext) fn receive_datagram(&mut self, skb: OwnedSkb) -> bool {
        let skb = skb.into_raw();

        // SAFETY: by the type invariant the node is valid and this poll's; the buffer is valid, and
        // is given away.
        let result = unsafe { bindings::gro_receive_skb(self.node(), skb) };
        if result != bindings::gro_result_GRO_HELD {
            return false;
        }
        let control = project!(skb, .cb).cast::<bindings::napi_gro_cb>();
        // `struct_group()` declares `zeroed` and the anonymous struct over the same memory.
        let flags = project!(control, .__bindgen_anon_2.__bindgen_anon_1);
        type Flags = bindings::napi_gro_cb__bindgen_ty_2__bindgen_ty_1;

        // Otherwise a datagram is held only for a fraglist (`NAPI_GRO_CB(skb)->is_flist`), to be
        // forwarded.
        // SAFETY: the buffer is held, by this poll's node, and stays so until that is flushed. So
        // it is valid, nobody else writes it, and its control block is GRO's.
        unsafe { Flags::is_flist_raw(flags) == 0 }
    }

    pub(super) fn flush(&mut self) {
        let held = project!(self.node(), .bitmask);

        // SAFETY: by the type invariant the node is valid and this poll's: nobody else writes it.
        if unsafe { held.read() } != 0 {
            // SAFETY: by the type invariant the node is valid and this poll's.
            unsafe { bindings::__gro_flush(self.node(), false) };
        }
    }
}
