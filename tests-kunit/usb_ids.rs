// SPDX-License-Identifier: GPL-2.0-only

//! Tests of the product table.

#![forbid(unsafe_code)]

use super::expect;
use crate::usb_ids::PRODUCTS;
use kernel::prelude::*;

/// Groups of the table, each of which is sorted.
const GROUPS: usize = 6;

#[kunit_tests(qmi_wwan_rs_usb_ids)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_sorted() -> Result {
        let mut groups = 1;

        for pair in PRODUCTS.windows(2) {
            let [before, after] = pair else { continue };

            if before.id.key() >= after.id.key() {
                groups += 1;
                expect::that(after.id.key(), "it is in order", groups <= GROUPS)?;
            }
        }
        expect::equal("groups", groups, GROUPS)
    }

    #[test]
    fn nothing_is_there_twice() -> Result {
        for (i, product) in PRODUCTS.iter().enumerate() {
            for other in &PRODUCTS[..i] {
                let key = product.id.key();
                expect::that(key, "it is there once", key != other.id.key())?;
            }
        }
        Ok(())
    }

    #[test]
    fn no_id_matches_all_vendors() -> Result {
        for product in &PRODUCTS {
            let (_, vendor, ..) = product.id.key();
            expect::that(product.id.key(), "it names a vendor", vendor != 0)?;
        }
        Ok(())
    }
}
