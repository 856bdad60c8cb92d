// SPDX-License-Identifier: GPL-2.0-only

//! The sum that the checksums of the Internet are made of (RFC 1071).
//!
//! C header: [`include/net/checksum.h`](srctree/include/net/checksum.h)

use super::bindings;
use kernel::ffi;

/// The ones' complement sum of `data`, as 16-bit words in the order in which they lie in memory.
pub(crate) fn sum(data: &[u8]) -> u16 {
    let mut rest = data;
    let mut total = 0;

    // No packet is longer than one round.
    while !rest.is_empty() {
        let (now, later) = rest
            .split_at_checked(MOST)
            .unwrap_or((rest, Default::default()));

        // SAFETY: `now` is as long as told.
        total = unsafe {
            bindings::csum_partial(now.as_ptr().cast(), now.len() as ffi::c_int, total)
        };
        rest = later;
    }

    let folded = (total & 0xffff).wrapping_add(total >> 16);
    (folded & 0xffff).wrapping_add(folded >> 16) as u16
}

/// What the kernel's function is given at once, in bytes: it counts by `int`, and words do not
/// straddle.
const MOST: usize = 1 << 20;
