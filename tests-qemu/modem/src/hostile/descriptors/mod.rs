// SPDX-License-Identifier: GPL-2.0-only
//! Descriptors that are wrong: first in what they mean, then in their bytes.
//!
//! Most changes are to the interfaces of the network function, so that a driver often takes the modem and goes on with them.
//! What would keep the device from being enumerated at all is left alone: drivers never see it, and the host tries four times.

mod bytes;
mod meanings;

use rand::Rng;

use bytes::BYTES;
use meanings::MEANINGS;

use super::{any, change, Case, Wrong};
use crate::hex::Hex;
use crate::profile::Profile;
use crate::usb::Descriptors;

/// Makes one to three things wrong, and tells which.
pub fn mutate(profile: &mut Profile, case: Case) -> Vec<Wrong> {
    let mut random = case.random();
    let count = any(&[1, 1, 1, 2, 2, 3], &mut random);
    let of_meaning = (0..count).filter(|_| random.random_bool(0.7)).count();
    let mut wrongs: Vec<Wrong> = (0..of_meaning)
        .filter_map(|_| change(&MEANINGS, profile, &mut random))
        .collect();
    let mut bytes = Descriptors::new(profile).configuration().to_vec();
    wrongs.extend((of_meaning..count).filter_map(|_| change(&BYTES, &mut bytes, &mut random)));
    profile.configuration = Some(Hex(bytes));
    wrongs
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::bytes::{CONFIGURATION_HEADER, QEMU_CONTROL};
    use super::*;

    fn case(name: &str, number: u64) -> (Vec<Wrong>, Vec<u8>) {
        let mut profile = Profile::load(name).unwrap();
        let wrongs = mutate(&mut profile, Case { seed: 1, number });
        (wrongs, profile.configuration.unwrap().0)
    }

    #[test]
    fn the_same_case_is_wrong_in_the_same_way() {
        for number in 0..100 {
            assert_eq!(case("union-802-3", number), case("union-802-3", number));
        }
    }

    #[test]
    fn every_kind_occurs_and_something_is_always_wrong() {
        let mut seen = BTreeSet::new();
        for name in ["union-802-3", "raw-ip-hs", "raw-ip-ss", "combined-802-3"] {
            for number in 0..500 {
                let (wrongs, _) = case(name, number);
                assert!((1..=3).contains(&wrongs.len()), "{name} {number}");
                seen.extend(wrongs.iter().map(|wrong| wrong.kind));
            }
        }
        let meanings = MEANINGS.iter().map(|kind| kind.0);
        let all: BTreeSet<_> = meanings.chain(BYTES.iter().map(|kind| kind.0)).collect();
        assert_eq!(seen, all);
    }

    #[test]
    fn the_host_can_read_the_configuration() {
        for number in 0..2000 {
            let (wrongs, bytes) = case("union-802-3", number);
            assert!(bytes.len() >= CONFIGURATION_HEADER, "{wrongs:?}");
            assert_eq!(bytes[..2], [9, 2], "{wrongs:?}");
            assert!(u16::from_le_bytes([bytes[2], bytes[3]]) <= QEMU_CONTROL);
        }
    }
}
