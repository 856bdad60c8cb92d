// SPDX-License-Identifier: GPL-2.0-only

//! ethtool operations.
//!
//! C header: [`include/linux/ethtool.h`](srctree/include/linux/ethtool.h)

use crate::kernel_ext::bindings;
use kernel::{
    ffi,
    fmt,
    prelude::*,
    ptr::project, //
};

/// How packets that are sent are aggregated into transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TxAggregation {
    /// Most bytes of a transfer (`tx-aggr-max-bytes`).
    pub(crate) max_bytes: u32,
    /// Most packets of a transfer (`tx-aggr-max-frames`).
    pub(crate) max_frames: u32,
    /// The longest time that a transfer waits for more packets, in microseconds
    /// (`tx-aggr-time-usecs`).
    pub(crate) time_usecs: u32,
}

/// The parameters that [`TxAggregation`] has (`ETHTOOL_COALESCE_TX_AGGR`).
pub(in crate::kernel_ext) const TX_AGGREGATION: u32 =
    bindings::RUST_CONST_HELPER_ETHTOOL_COALESCE_TX_AGGR;

impl TxAggregation {
    pub(in crate::kernel_ext) fn read(raw: &bindings::kernel_ethtool_coalesce) -> Self {
        Self {
            max_bytes: raw.tx_aggr_max_bytes,
            max_frames: raw.tx_aggr_max_frames,
            time_usecs: raw.tx_aggr_time_usecs,
        }
    }

    pub(in crate::kernel_ext) fn write(self, raw: &mut bindings::kernel_ethtool_coalesce) {
        raw.tx_aggr_max_bytes = self.max_bytes;
        raw.tx_aggr_max_frames = self.max_frames;
        raw.tx_aggr_time_usecs = self.time_usecs;
    }
}

/// Operations that are all missing.
pub(in crate::kernel_ext) const NONE: bindings::ethtool_ops = {
    // SAFETY: all bytes of this structure may be zero: it has function pointers that may be
    // missing, and numbers.
    unsafe { core::mem::zeroed() }
};

/// Reports `why` an operation fails to user space (`NL_SET_ERR_MSG()`).
///
/// # Safety
///
/// `ack` must be NULL, or what the network core passed to the operation.
pub(in crate::kernel_ext) unsafe fn set_extack(
    ack: *mut bindings::netlink_ext_ack,
    why: &'static CStr,
) {
    if !ack.is_null() {
        let message = project!(mut ack, ._msg);

        // SAFETY: by the requirement of the function this is valid and the operation's to fill in;
        // the text is constant.
        unsafe { message.write(why.as_char_ptr()) };
    }
}

/// Writes `text` to `to`, truncated to its size, with a terminating zero.
pub(in crate::kernel_ext) fn write_text(to: &mut [ffi::c_char], text: fmt::Arguments<'_>) {
    struct Writer<'a>(core::slice::IterMut<'a, ffi::c_char>);

    impl fmt::Write for Writer<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            // The text comes first in the zip: an item of the other iterator must not be lost.
            for (from, to) in text.bytes().zip(&mut self.0) {
                // CAST: both have eight bits.
                *to = from as ffi::c_char;
            }
            Ok(())
        }
    }

    if let [chars @ .., last] = to {
        *last = 0;
        let mut writer = Writer(chars.iter_mut());
        // The writer does not fail.
        let _ = fmt::Write::write_fmt(&mut writer, text);
        if let Some(end) = writer.0.next() {
            *end = 0;
        }
    }
}

/// A set of names that ethtool asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel_ext) enum StringSet {
    /// Counters.
    Statistics,
    /// Flags that are the driver's own.
    PrivateFlags,
}

impl StringSet {
    /// The set that the network core calls `number`.
    pub(in crate::kernel_ext) fn new(number: u32) -> Option<Self> {
        match number {
            bindings::ethtool_stringset_ETH_SS_STATS => Some(Self::Statistics),
            bindings::ethtool_stringset_ETH_SS_PRIV_FLAGS => Some(Self::PrivateFlags),
            _ => None,
        }
    }
}

/// Writes `names` to `to`, each into a field of its own.
///
/// # Safety
///
/// `to` must be valid for writes of a field for each name.
pub(in crate::kernel_ext) unsafe fn write_names(names: &[&CStr], to: *mut u8) {
    const FIELD: usize = bindings::ETH_GSTRING_LEN as usize;

    let mut to = to.cast::<[u8; FIELD]>();

    for name in names {
        let mut field = [0; FIELD];
        let [bytes @ .., _zero] = &mut field;
        for (byte, &value) in bytes.iter_mut().zip(name.to_bytes_with_nul()) {
            *byte = value;
        }

        // SAFETY: by the requirement of the function there is a field for each name.
        unsafe { to.write_unaligned(field) };
        to = to.wrapping_add(1);
    }
}

/// The number of names in a set, as `get_sset_count` returns it.
pub(in crate::kernel_ext) fn count(names: &[&CStr]) -> ffi::c_int {
    // CAST: the sets are constant, and small.
    names.len() as ffi::c_int
}
