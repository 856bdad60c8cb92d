// SPDX-License-Identifier: GPL-2.0-only
//! What a run's random choices start from.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// A random number, short enough to be typed again.
pub fn any() -> u32 {
    // A hasher of the standard library starts from the system's random numbers.
    let number = RandomState::new().hash_one(()) % 1_000_000;
    u32::try_from(number).unwrap_or_default()
}
