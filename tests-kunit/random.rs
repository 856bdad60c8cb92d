// SPDX-License-Identifier: GPL-2.0-only

//! Numbers that look random, and are the same in each run.

#![forbid(unsafe_code)]

use kernel::prelude::*;

/// The generator SplitMix64 (Steele, Lea and Flood, 2014). A seed gives the same numbers always.
pub(super) struct Random(u64);

impl Random {
    /// Starts at `seed`.
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);

        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A byte.
    pub(super) fn byte(&mut self) -> u8 {
        let [byte, ..] = self.next().to_le_bytes();

        byte
    }

    /// A number below `end`, which is not zero.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end
    }

    /// `len` bytes.
    pub(super) fn bytes(&mut self, len: usize) -> Result<KVec<u8>> {
        let mut bytes = KVec::with_capacity(len, GFP_KERNEL)?;

        for _ in 0..len {
            bytes.push(self.byte(), GFP_KERNEL)?;
        }
        Ok(bytes)
    }
}
