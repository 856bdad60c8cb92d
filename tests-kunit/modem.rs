// SPDX-License-Identifier: GPL-2.0-only

//! Tests of which version of QMAP a modem has.

#![forbid(unsafe_code)]

use super::expect;
use crate::modem::{
    choose_version,
    FLAG_V4,
    FLAG_V5, //
};
use kernel::prelude::*;

#[kunit_tests(qmi_wwan_rs_modem)]
mod tests {
    use super::*;

    #[test]
    fn the_version_that_is_new_wins() -> Result {
        const BOTH: u32 = FLAG_V4 | FLAG_V5;

        for (before, wanted, chosen) in [
            (0, 0, Ok(0)),
            (0, FLAG_V4, Ok(FLAG_V4)),
            (0, FLAG_V5, Ok(FLAG_V5)),
            (0, BOTH, Err(EINVAL)),
            (FLAG_V4, 0, Ok(0)),
            (FLAG_V4, FLAG_V4, Ok(FLAG_V4)),
            (FLAG_V4, BOTH, Ok(FLAG_V5)),
            (FLAG_V5, BOTH, Ok(FLAG_V4)),
            (FLAG_V5, FLAG_V4, Ok(FLAG_V4)),
            (0, BOTH + 1, Err(EINVAL)),
            (0, 1 << 31, Err(EINVAL)),
        ] {
            expect::equal((before, wanted), choose_version(before, wanted), chosen)?;
        }
        Ok(())
    }
}
