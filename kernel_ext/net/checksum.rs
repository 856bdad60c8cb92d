// SPDX-License-Identifier: GPL-2.0-only

//! The sum for Internet checksums (RFC 1071).
//!
//! C header: [`include/net/checksum.h`](srctree/include/net/checksum.h)

use crate::kernel_ext::bindings;
use kernel::ffi;

/// The ones' complement sum of `data`, as 16-bit words in the order in which they lie in memory. At
/// most 1 MiB is summed; no packet is as long.
pub(crate) fn sum(data: &[u8]) -> u16 {
    const MOST: usize = 1 << 20;

    let len = data.len().min(MOST) as ffi::c_int;
    // SAFETY: `data` is at least `len` bytes long.
    fold(unsafe { bindings::csum_partial(data.as_ptr().cast(), len, 0) })
}

/// Folds a sum of 32 bits to 16.
pub(in crate::kernel_ext) fn fold(total: bindings::__wsum) -> u16 {
    let folded = (total & 0xffff).wrapping_add(total >> 16);
    (folded & 0xffff).wrapping_add(folded >> 16) as u16
}
