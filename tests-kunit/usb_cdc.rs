// SPDX-License-Identifier: GPL-2.0-only

//! Tests of the parser of CDC functional descriptors.

#![forbid(unsafe_code)]

use super::{
    expect,
    random::Random, //
};
use crate::kernel_ext::usb::cdc::{
    Descriptors,
    Ethernet,
    Union, //
};
use kernel::prelude::*;

/// A Header, a Union and an Ethernet descriptor, as modems have them.
const HEADER: [u8; 5] = [5, 0x24, 0x00, 0x10, 0x01];
const UNION: [u8; 5] = [5, 0x24, 0x06, 8, 9];
const ETHERNET: [u8; 13] = [13, 0x24, 0x0f, 7, 0, 0, 0, 0, 0xea, 0x05, 0, 0, 0];

/// What [`UNION`] says.
const FOUND_UNION: Option<Union> = Some(Union {
    control: 8,
    data: 9,
});

/// What [`ETHERNET`] says.
const FOUND_ETHERNET: Option<Ethernet> = Some(Ethernet {
    mac_string: 7,
    max_segment_size: 1514,
});

const NOTHING: Descriptors = Descriptors {
    union: None,
    ethernet: None,
};

/// `parts`, one behind the other.
fn concatenated(parts: &[&[u8]]) -> Result<KVec<u8>> {
    let mut all = KVec::new();

    for part in parts {
        all.extend_from_slice(part, GFP_KERNEL)?;
    }
    Ok(all)
}

/// Fails unless `parts`, one behind the other, are parsed as `union` and `ethernet`.
fn parsed(parts: &[&[u8]], union: Option<Union>, ethernet: Option<Ethernet>) -> Result {
    expect::equal(
        parts,
        Descriptors::parse(&concatenated(parts)?),
        Descriptors { union, ethernet },
    )
}

#[kunit_tests(qmi_wwan_rs_usb_cdc)]
mod tests {
    use super::*;

    #[test]
    fn nothing() -> Result {
        parsed(&[], None, None)
    }

    #[test]
    fn usual_order() -> Result {
        parsed(&[&HEADER, &UNION, &ETHERNET], FOUND_UNION, FOUND_ETHERNET)
    }

    #[test]
    fn any_order() -> Result {
        parsed(&[&ETHERNET, &UNION, &HEADER], FOUND_UNION, FOUND_ETHERNET)
    }

    #[test]
    fn truncated_anywhere() -> Result {
        let all = concatenated(&[&HEADER, &UNION, &ETHERNET])?;

        for len in 0..=all.len() {
            let union = FOUND_UNION.filter(|_| len >= HEADER.len() + UNION.len());
            let ethernet = FOUND_ETHERNET.filter(|_| len == all.len());
            parsed(&[&all[..len]], union, ethernet)?;
        }
        Ok(())
    }

    #[test]
    fn first_of_several_unions() -> Result {
        let other = [5, 0x24, 0x06, 1, 2];

        parsed(&[&UNION, &other, &other], FOUND_UNION, None)
    }

    #[test]
    fn two_ethernet_descriptors_make_all_unbelievable() -> Result {
        let other = [13, 0x24, 0x0f, 1, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0];

        parsed(&[&UNION, &ETHERNET, &ETHERNET], None, None)?;
        parsed(&[&ETHERNET, &UNION, &other], None, None)?;
        parsed(&[&ETHERNET, &other, &UNION], None, None)
    }

    #[test]
    fn union_of_each_length() -> Result {
        for length in 3..=u8::MAX {
            let mut union = [0; u8::MAX as usize];
            union[..UNION.len()].copy_from_slice(&UNION);
            union[0] = length;

            let union = &union[..length.into()];
            let wanted = FOUND_UNION.filter(|_| length >= 5);
            parsed(&[union, &ETHERNET], wanted, FOUND_ETHERNET)?;
        }
        Ok(())
    }

    #[test]
    fn ethernet_of_each_length() -> Result {
        for length in 3..=u8::MAX {
            let mut ethernet = [0; u8::MAX as usize];
            ethernet[..ETHERNET.len()].copy_from_slice(&ETHERNET);
            ethernet[0] = length;

            let ethernet = &ethernet[..length.into()];
            let wanted = FOUND_ETHERNET.filter(|_| length == 13);
            parsed(&[ethernet, &UNION], FOUND_UNION, wanted)?;
        }
        Ok(())
    }

    #[test]
    fn length_beyond_the_end() -> Result {
        for length in 6..=u8::MAX {
            parsed(
                &[&ETHERNET, &[length, 0x24, 0x06, 8, 9]],
                None,
                FOUND_ETHERNET,
            )?;
        }
        Ok(())
    }

    #[test]
    fn length_too_short_for_a_descriptor() -> Result {
        for length in [1, 2] {
            parsed(&[&ETHERNET, &[length, 0x24], &UNION], None, FOUND_ETHERNET)?;
        }
        Ok(())
    }

    #[test]
    fn zeros_between_descriptors() -> Result {
        parsed(
            &[&[0, 0, 0], &UNION, &[0], &ETHERNET, &[0, 0]],
            FOUND_UNION,
            FOUND_ETHERNET,
        )
    }

    #[test]
    fn other_types_are_skipped() -> Result {
        for kind in (0..=u8::MAX).filter(|&kind| kind != 0x24) {
            parsed(&[&[5, kind, 0x06, 1, 2], &UNION], FOUND_UNION, None)?;
        }
        for subtype in (0..=u8::MAX).filter(|&subtype| subtype != 0x06) {
            parsed(&[&[5, 0x24, subtype, 1, 2], &UNION], FOUND_UNION, None)?;
        }
        Ok(())
    }

    #[test]
    fn each_segment_size() -> Result {
        for size in [0, 1, 0x00ff, 0x0100, 0x7fff, 0xffff_u16] {
            let mut ethernet = ETHERNET;
            ethernet[8..10].copy_from_slice(&size.to_le_bytes());
            parsed(
                &[&ethernet],
                None,
                Some(Ethernet {
                    mac_string: 7,
                    max_segment_size: size,
                }),
            )?;
        }
        Ok(())
    }

    #[test]
    fn random_bytes_are_not_believed_beyond_what_they_say() -> Result {
        for seed in 0..2000 {
            let mut random = Random::new(seed);
            let len = random.below(64);
            let mut extra = random.bytes(len)?;

            // Else hardly ever one would look like a descriptor.
            for byte in &mut extra {
                match random.below(4) {
                    0 => *byte = 0x24,
                    1 => *byte %= 16,
                    _ => (),
                }
            }

            let found = Descriptors::parse(&extra);
            let says = |start: &[u8]| extra.windows(start.len()).any(|bytes| bytes == start);

            if let Some(Union { control, data }) = found.union {
                let said = says(&[0x24, 0x06, control, data]);
                expect::that(("seed", seed), "the union is there", said)?;
            }
            if let Some(ethernet) = found.ethernet {
                let said = says(&[13, 0x24, 0x0f, ethernet.mac_string]);
                expect::that(("seed", seed), "the Ethernet descriptor is there", said)?;
            }
        }
        Ok(())
    }

    #[test]
    fn bytes_alone_are_no_descriptor() -> Result {
        for byte in 0..=u8::MAX {
            expect::equal(byte, Descriptors::parse(&[byte]), NOTHING)?;
        }
        Ok(())
    }
}
