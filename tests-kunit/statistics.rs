// SPDX-License-Identifier: GPL-2.0-only

//! Tests of the counters that ethtool shows.

#![forbid(unsafe_code)]

use super::expect;
use crate::statistics::{
    Counter,
    Statistics, //
};
use kernel::prelude::*;

#[kunit_tests(qmi_wwan_rs_statistics)]
mod tests {
    use super::*;

    #[test]
    fn each_counter_is_shown_in_its_place() -> Result {
        let statistics = Statistics::new();

        for (n, &counter) in (1..).zip(Counter::ALL) {
            statistics.count(counter, n);
            statistics.count(counter, 100);
        }
        for (n, (name, value)) in (1..).zip(Counter::NAMES.iter().zip(statistics.values())) {
            expect::equal(name, value, 100 + n)?;
        }
        expect::equal("values", statistics.values().count(), Counter::NAMES.len())
    }

    #[test]
    fn names_tell_the_direction() -> Result {
        let mut is_sent = false;

        for name in Counter::NAMES {
            let begins = |with: &[u8]| name.to_bytes().starts_with(with);

            is_sent |= begins(b"tx_");
            expect::that(
                name,
                "it is of one direction",
                begins(b"tx_") != begins(b"rx_"),
            )?;
            expect::equal(name, begins(b"tx_"), is_sent)?;
        }
        Ok(())
    }
}
