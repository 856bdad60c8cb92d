// SPDX-License-Identifier: GPL-2.0-only

//! Tests of what packets that are sent may share transfers.

#![forbid(unsafe_code)]

use super::expect;
use crate::{
    kernel_ext::net::ethtool::TxAggregation,
    qmap::{
        aggregate::Framing,
        framing::{
            MuxId,
            Version, //
        },
        uplink::is_permitted, //
    }, //
};
use kernel::prelude::*;

#[kunit_tests(qmi_wwan_rs_qmap_uplink)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_aggregation() -> Result {
        for (max_bytes, max_frames, time_usecs, wanted) in [
            (0, 1, 0, true),
            (32768, 64, 10_000, true),
            (32769, 64, 10_000, false),
            (32768, 65, 10_000, false),
            (32768, 64, 10_001, false),
            (4096, 0, 800, false),
            (u32::MAX, 1, 0, false),
            (0, u32::MAX, 0, false),
            (0, 1, u32::MAX, false),
            (4096, 32, 4_000_000_000, false),
        ] {
            let aggregation = TxAggregation {
                max_bytes,
                max_frames,
                time_usecs,
            };

            expect::equal(aggregation, is_permitted(aggregation), wanted)?;
        }
        Ok(())
    }

    #[test]
    fn only_packets_of_one_version_share() -> Result {
        let (one, other) = (MuxId::new(1).ok_or(EINVAL)?, MuxId::new(254).ok_or(EINVAL)?);
        let versions = [Version::V1, Version::V4, Version::V5];

        for first in versions {
            for second in versions {
                expect::equal(
                    (first, second),
                    Framing::Qmap(first, one).format() == Framing::Qmap(second, other).format(),
                    first == second,
                )?;
            }
            expect::that(
                first,
                "nothing bare shares with it",
                Framing::Bare.format() != Framing::Qmap(first, one).format(),
            )?;
        }
        Ok(())
    }
}
