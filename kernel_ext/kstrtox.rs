// SPDX-License-Identifier: GPL-2.0-only

//! Numbers from text.
//!
//! C header: [`include/linux/kstrtox.h`](srctree/include/linux/kstrtox.h)

use super::bindings;
use kernel::{
    error::to_result,
    prelude::*, //
};

/// The longest text that is read, in bytes.
const MAX_LEN: usize = 31;

/// The number in `text`: decimal, octal with a leading `0`, or hexadecimal with a leading `0x`, and
/// maybe one newline. Fails with `EINVAL` or `ERANGE`.
pub(crate) fn kstrtou8(text: &[u8]) -> Result<u8> {
    let mut terminated = [0; MAX_LEN + 1];
    let mut number = 0;

    terminated
        .split_at_mut_checked(text.len())
        .filter(|(_, end)| !end.is_empty())
        .ok_or(EINVAL)?
        .0
        .copy_from_slice(text);

    // SAFETY: `terminated` ends with a zero.
    to_result(unsafe { bindings::kstrtou8(terminated.as_ptr(), 0, &mut number) })?;
    Ok(number)
}
