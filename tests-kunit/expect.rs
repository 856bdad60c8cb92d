// SPDX-License-Identifier: GPL-2.0-only

//! Expectations that name the input for which they fail.

#![forbid(unsafe_code)]

use kernel::{
    fmt::Debug,
    prelude::*, //
};

/// Fails unless `found` is `wanted`.
pub(super) fn equal<T: Debug + PartialEq>(input: impl Debug, found: T, wanted: T) -> Result {
    if found == wanted {
        return Ok(());
    }
    pr_err!("    # {input:x?}: found {found:?}, expected {wanted:?}\n");
    Err(EINVAL)
}

/// Fails unless `holds`, which `what` says in words.
pub(super) fn that(input: impl Debug, what: &str, holds: bool) -> Result {
    if holds {
        return Ok(());
    }
    pr_err!("    # {input:x?}: expected that {what}\n");
    Err(EINVAL)
}
