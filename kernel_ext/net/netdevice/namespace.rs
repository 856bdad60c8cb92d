// SPDX-License-Identifier: GPL-2.0-only

//! Network namespaces: which one a device is in, and which tasks may change it there.
//!
//! C headers: [`include/net/net_namespace.h`](srctree/include/net/net_namespace.h),
//! [`include/linux/capability.h`](srctree/include/linux/capability.h)

use super::NetDevice;
use crate::kernel_ext::{
    bindings,
    net::rtnl::Rtnl, //
};
use kernel::{
    bindings::user_namespace,
    ffi,
    prelude::*,
    ptr::project,
    task::Task, //
};

impl NetDevice {
    /// The network namespace that the device is in, to be compared (`dev_net()`). RTNL protects it
    /// and keeps it valid; without RTNL a change is seen late.
    #[cfg(CONFIG_NET_NS)]
    fn namespace(&self) -> *mut bindings::net {
        let namespace = project!(self.as_raw(), .nd_net.net);

        // SAFETY: by the type invariant the device is valid. Without RTNL a change is seen late.
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

    /// Takes RTNL, as [`Rtnl::try_lock_or_restart`], for a task that writes an attribute of the
    /// device. `EPERM` if the task is in another user namespace than the one that owns the device's
    /// network namespace, and has no `CAP_NET_ADMIN` there; `ENODEV` if the device is not
    /// registered.
    ///
    /// The mode of the file does not suffice for such a task: it may have opened that before the
    /// device was moved.
    pub(crate) fn lock_for_writer(&self) -> Result<Rtnl> {
        let rtnl = Rtnl::try_lock_or_restart()?;

        if !self.is_registered(&rtnl) {
            return Err(ENODEV);
        }
        let owner = project!(self.namespace(), .user_ns);
        // SAFETY: a namespace is freed only when no device is registered in it any more, which
        // changes under RTNL: this device is registered, and RTNL is held. The pointer does not
        // change.
        let owner: *mut user_namespace = unsafe { owner.read() }.cast();
        if owner == current_user_namespace() {
            return Ok(rtnl);
        }
        // SAFETY: a network namespace holds a reference to the user namespace that owns it. RTNL,
        // which is held, keeps the device registered, and so its network namespace.
        if unsafe { bindings::ns_capable(owner, bindings::CAP_NET_ADMIN as ffi::c_int) } {
            Ok(rtnl)
        } else {
            Err(EPERM)
        }
    }
}

/// The user namespace that this task is in, to be compared (`current_user_ns()`).
fn current_user_namespace() -> *mut user_namespace {
    // SAFETY: the current task is valid, and nobody else changes what its credentials are.
    let cred = unsafe { (*Task::current_raw()).cred };

    // SAFETY: the current task keeps its credentials, which do not change, until it gets others.
    unsafe { (*cred).user_ns }
}
