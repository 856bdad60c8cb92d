// SPDX-License-Identifier: GPL-2.0-only

//! Socket buffers of a network device.
//!
//! C header: [`include/linux/etherdevice.h`](srctree/include/linux/etherdevice.h)

use super::NetDevice;
use crate::kernel_ext::{
    bindings,
    compat::EPROTO,
    net::skbuff::{
        NewSkb,
        OwnedSkb,
        SkBuff, //
    }, //
};
use kernel::{
    prelude::*,
    ptr::project, //
};

impl NetDevice {
    /// Pulls the Ethernet header of `skb`, a frame of the device, and sets its protocol by that
    /// (`eth_type_trans()`). `EPROTO` if the frame is not as long as a header.
    pub(in crate::kernel_ext) fn eth_type_trans(&self, skb: &mut SkBuff) -> Result {
        if skb.data().len() < bindings::ETH_HLEN as usize {
            return Err(EPROTO);
        }

        // SAFETY: by the type invariants the buffer and the device are valid, and nobody else uses
        // the buffer. It begins with at least `ETH_HLEN` bytes, which the function reads and pulls.
        let protocol = unsafe { bindings::eth_type_trans(skb.as_raw(), self.as_raw().cast()) };

        skb.set_protocol(u16::from_be(protocol));
        Ok(())
    }

    /// Sets the device of `new` (`skb->dev`).
    pub(in crate::kernel_ext) fn set_skb_dev(&self, new: NewSkb) -> OwnedSkb {
        // SAFETY: the device is set below.
        let skb = unsafe { new.into_inner() };
        let link = project!(
            mut skb.as_ptr(),
            .__bindgen_anon_1.__bindgen_anon_1.__bindgen_anon_1.dev
        );

        // SAFETY: by the type invariant the buffer is valid and nobody else uses it.
        unsafe { link.write(self.as_raw().cast()) };
        skb
    }
}
