// SPDX-License-Identifier: GPL-2.0-only

//! The kernel's bindings, and those that bindgen generates from `bindings_helper.h`.

#![allow(
    clippy::all,
    dead_code,
    improper_ctypes,
    missing_docs,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    unreachable_pub,
    unsafe_op_in_unsafe_fn,
    clippy::cast_lossless,
    clippy::multiple_unsafe_ops_per_block,
    clippy::ptr_as_ptr,
    clippy::ref_as_ptr,
    clippy::undocumented_unsafe_blocks
)]
#![cfg_attr(CONFIG_RUSTC_HAS_UNNECESSARY_TRANSMUTES, allow(unnecessary_transmutes))]

pub(super) use kernel::bindings::*;
use kernel::ffi;
use pin_init::MaybeZeroable;

/// What `ndo_start_xmit` returns. With CONFIG_CFI a callback's type has to be the one of C, where
/// an enum has a name; bindgen generates an integer.
#[repr(C)]
pub enum netdev_tx {
    NETDEV_TX_OK = RUST_CONST_HELPER_NETDEV_TX_OK as isize,
    NETDEV_TX_BUSY = RUST_CONST_HELPER_NETDEV_TX_BUSY as isize,
}

type __kernel_size_t = usize;
type __kernel_ssize_t = isize;
type __kernel_ptrdiff_t = isize;

// What is defined here takes precedence over what is imported: `net_device`, which the kernel's
// bindings do not look into, is this one.
include!(env!("QMI_WWAN_RS_BINDINGS"));
