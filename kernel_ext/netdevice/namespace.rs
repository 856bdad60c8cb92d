// SPDX-License-Identifier: GPL-2.0-only

//! Network namespaces: where a device is.
//!
//! C header: [`include/net/net_namespace.h`](srctree/include/net/net_namespace.h)

use super::NetDevice;
use crate::kernel_ext::bindings;

impl NetDevice {
    /// The network namespace that the device is in, to be compared (`dev_net()`). RTNL protects it
    /// and keeps it valid; without RTNL a change is seen late.
    #[cfg(CONFIG_NET_NS)]
    fn namespace(&self) -> *mut bindings::net {
        // SAFETY: by the type invariant the device is valid.
        let namespace = unsafe { &raw const (*self.as_raw()).nd_net.net };

        // SAFETY: the field is valid as long as the device.
        unsafe { namespace.read_volatile() }
    }

    /// The only network namespace that there is.
    #[cfg(not(CONFIG_NET_NS))]
    fn namespace(&self) -> *mut bindings::net {
        (&raw mut bindings::init_net).cast()
    }

    /// Whether the device is in the same network namespace as `other`. RTNL protects that; without
    /// RTNL a change is seen late.
    pub(in crate::kernel_ext) fn shares_namespace(&self, other: &Self) -> bool {
        self.namespace() == other.namespace()
    }
}
