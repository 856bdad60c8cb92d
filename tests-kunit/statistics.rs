// SPDX-License-Identifier: GPL-2.0-only

//! Tests of the counters that ethtool shows.

#![forbid(unsafe_code)]

use super::expect;
use crate::{
    kernel_ext::net::netdevice::Counters,
    statistics::{
        Counter,
        Statistics, //
    }, //
};
use kernel::prelude::*;

/// Half of what 32 bits hold, and half of that again.
const MUCH: u64 = 3 << 30;

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

    #[test]
    fn no_counter_ends_at_32_bits() -> Result {
        let statistics = Statistics::new();

        for _ in 0..3 {
            for &counter in Counter::ALL {
                statistics.count(counter, MUCH);
            }
        }
        for (name, value) in Counter::NAMES.iter().zip(statistics.values()) {
            expect::equal(name, value, 3 * MUCH)?;
        }
        Ok(())
    }

    #[test]
    fn packets_and_bytes_do_not_end_at_32_bits() -> Result {
        let mut counters = Counters::new()?;

        for n in 1..=3 {
            counters.count_received(MUCH + 1, MUCH + 2);
            counters.count_sent(MUCH + 3, MUCH + 4);

            let wanted = [1, 2, 3, 4].map(|more| n * (MUCH + more));
            expect::equal(n, counters.totals(), wanted)?;
        }
        Ok(())
    }
}
