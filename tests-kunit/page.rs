// SPDX-License-Identifier: GPL-2.0-only

//! Tests of the pools that buffers are taken from.

#![forbid(unsafe_code)]

use super::expect;
use crate::kernel_ext::page::{
    Buffer,
    Pool, //
};
use kernel::{
    page::PAGE_SIZE,
    prelude::*, //
};

/// Buffers that a pool is for.
const MAX: usize = 24;

/// Buffers and pages as the driver has them, and such as are less than a page of any machine, or
/// more.
const SIZES: [(usize, usize); 9] = [
    (1, 1),
    (640, 640),
    (640, 16384),
    (1920, 32768),
    (2048, 2048),
    (4096, 4096),
    (16384, 16384),
    (65536, 65536),
    (65920, 32768),
];

/// All buffers that `pool` has.
fn take_all(pool: &mut Pool) -> Result<KVec<Buffer>> {
    let mut buffers = KVec::new();

    while let Some(buffer) = pool.take() {
        buffers.push(buffer, GFP_KERNEL)?;
    }
    Ok(buffers)
}

/// Where `buffers` are, in order.
fn places(buffers: &[Buffer]) -> Result<KVec<usize>> {
    let mut places = KVec::new();

    for buffer in buffers {
        places.push(buffer.bytes().as_ptr().addr(), GFP_KERNEL)?;
    }
    places.sort_unstable();
    Ok(places)
}

#[kunit_tests(qmi_wwan_rs_page)]
mod tests {
    use super::*;

    #[test]
    fn pools_have_as_many_buffers_as_are_wanted() -> Result {
        for sizes @ (chunk, page) in SIZES {
            let buffers = take_all(&mut Pool::new(chunk, page, MAX)?)?;
            let per_page = chunk.max(page).max(PAGE_SIZE).next_power_of_two() / chunk;

            expect::that(sizes, "all are there", buffers.len() >= MAX)?;
            expect::that(
                sizes,
                "no memory is wasted",
                buffers.len() <= MAX + 2 * per_page,
            )?;
        }
        Ok(())
    }

    #[test]
    fn buffers_do_not_overlap() -> Result {
        for sizes @ (chunk, page) in SIZES {
            let buffers = take_all(&mut Pool::new(chunk, page, MAX)?)?;

            for buffer in &buffers {
                expect::equal(sizes, buffer.bytes().len(), chunk)?;
                expect::that(
                    sizes,
                    "a new buffer is zeroed",
                    buffer.bytes().iter().all(|&byte| byte == 0),
                )?;
            }
            for pair in places(&buffers)?.windows(2) {
                expect::that(sizes, "they are apart", pair[1] - pair[0] >= chunk)?;
            }
        }
        Ok(())
    }

    #[test]
    fn pages_are_used_again() -> Result {
        for sizes @ (chunk, page) in SIZES {
            let mut pool = Pool::new(chunk, page, MAX)?;
            let first = places(&take_all(&mut pool)?)?;
            let again = places(&take_all(&mut pool)?)?;
            expect::that(sizes, "they are the same", first[..] == again[..])?;
        }
        Ok(())
    }
}
