// SPDX-License-Identifier: GPL-2.0-only
//! The bytes of a configuration.

#![expect(clippy::ptr_arg, reason = "changes of all kinds have one signature")]

use rand::seq::IteratorRandom;
use rand::Rng;

use crate::hex;
use crate::hostile::{any, noise, Kind, Random};

/// Bytes that a control transfer of QEMU can carry.
pub const QEMU_CONTROL: u16 = 4096;

/// Bytes of the configuration descriptor itself.
pub const CONFIGURATION_HEADER: usize = 9;
const INTERFACE: u8 = 0x04;
const ENDPOINT: u8 = 0x05;
const CS_INTERFACE: u8 = 0x24;
const ETHERNET: u8 = 0x0f;

/// What the bytes of a configuration can be.
pub const BYTES: [Kind<Vec<u8>>; 9] = [
    ("truncated", truncated),
    ("total length", total_length),
    ("number of interfaces", number_of_interfaces),
    ("length", length),
    ("type", descriptor_type),
    ("transfer type", transfer_type),
    ("address string", address_string),
    ("byte", byte),
    ("stray bytes", stray_bytes),
];

/// Where a descriptor behind the configuration's own begins, most often one of CDC if there is any.
fn any_descriptor(bytes: &[u8], random: &mut Random) -> Option<usize> {
    let starts = std::iter::successors(Some(CONFIGURATION_HEADER), |&start| {
        Some(start + usize::from(*bytes.get(start)?).max(1))
    });
    let starts: Vec<usize> = starts
        .take_while(|&start| start + 2 <= bytes.len())
        .collect();
    let of_cdc = starts
        .iter()
        .filter(|&&start| bytes[start + 1] == CS_INTERFACE);
    let chosen = of_cdc.choose(random).filter(|_| random.random_bool(0.6));
    chosen.or_else(|| starts.iter().choose(random)).copied()
}

fn truncated(bytes: &mut Vec<u8>, random: &mut Random) -> Option<String> {
    let length = bytes.len();
    if length <= CONFIGURATION_HEADER {
        return None;
    }
    bytes.truncate(random.random_range(CONFIGURATION_HEADER..length));
    Some(format!("after {} of {length} bytes", bytes.len()))
}

fn total_length(bytes: &mut Vec<u8>, random: &mut Random) -> Option<String> {
    let true_length = u16::try_from(bytes.len()).ok()?;
    let wrongs = [
        0,
        9,
        true_length - 1,
        true_length + 1,
        random.random_range(0..true_length),
        QEMU_CONTROL,
    ];
    let wrong = any(&wrongs, random);
    bytes[2..4].copy_from_slice(&wrong.to_le_bytes());
    Some(format!("{wrong} in place of {true_length}"))
}

fn number_of_interfaces(bytes: &mut Vec<u8>, random: &mut Random) -> Option<String> {
    let count = bytes[4];
    bytes[4] = any(
        &[0, 1, count.wrapping_sub(1), count.wrapping_add(1), 33, 255],
        random,
    );
    Some(format!("{} in place of {count}", bytes[4]))
}

fn length(bytes: &mut Vec<u8>, random: &mut Random) -> Option<String> {
    let start = any_descriptor(bytes, random)?;
    let length = bytes[start];
    let wrongs = [
        0,
        1,
        2,
        3,
        4,
        length.wrapping_sub(1),
        length.wrapping_add(1),
        255,
    ];
    bytes[start] = any(&wrongs, random);
    Some(format!("{} in place of {length} at {start}", bytes[start]))
}

fn descriptor_type(bytes: &mut Vec<u8>, random: &mut Random) -> Option<String> {
    const TYPES: [u8; 8] = [
        0x00,
        0x02,
        INTERFACE,
        ENDPOINT,
        0x0b,
        CS_INTERFACE,
        0x30,
        0xff,
    ];
    let place = any_descriptor(bytes, random)? + 1;
    let was = bytes[place];
    bytes[place] = any(&TYPES, random);
    Some(format!(
        "0x{:02x} in place of 0x{was:02x} at {place}",
        bytes[place]
    ))
}

/// Where fields of descriptors are that begin like `pattern`, `None` being any byte: `field` bytes behind the beginning.
fn find(bytes: &[u8], pattern: &[Option<u8>], field: usize, random: &mut Random) -> Option<usize> {
    let fits = |window: &[u8]| {
        let mut pairs = window.iter().zip(pattern);
        pairs.all(|(byte, wanted)| wanted.is_none_or(|wanted| wanted == *byte))
    };
    let starts = bytes.windows(pattern.len()).enumerate();
    let starts = starts
        .skip(CONFIGURATION_HEADER)
        .filter(|(_, window)| fits(window));
    let start = starts.map(|(start, _)| start).choose(random)?;
    Some(start + field).filter(|&place| place < bytes.len())
}

fn transfer_type(bytes: &mut Vec<u8>, random: &mut Random) -> Option<String> {
    let place = find(bytes, &[Some(7), Some(ENDPOINT)], 3, random)?;
    let kinds = ["control", "isochronous"];
    let kind = random.random_range(0..kinds.len());
    bytes[place] = kind as u8;
    Some(format!("{} at {place}", kinds[kind]))
}

fn address_string(bytes: &mut Vec<u8>, random: &mut Random) -> Option<String> {
    let pattern = [Some(13), Some(CS_INTERFACE), Some(ETHERNET)];
    let place = find(bytes, &pattern, 3, random)?;
    bytes[place] = any(&[0, 1, 2, 3, 255], random);
    Some(format!("number {}", bytes[place]))
}

fn byte(bytes: &mut Vec<u8>, random: &mut Random) -> Option<String> {
    let place = (CONFIGURATION_HEADER..bytes.len()).choose(random)?;
    let was = bytes[place];
    bytes[place] = random.random();
    Some(format!(
        "0x{:02x} in place of 0x{was:02x} at {place}",
        bytes[place]
    ))
}

fn stray_bytes(bytes: &mut Vec<u8>, random: &mut Random) -> Option<String> {
    let place = any_descriptor(bytes, random)?;
    let length = random.random_range(1..=6);
    let mut stray = noise(length, random);
    // Half of them look like a descriptor's beginning.
    if random.random() {
        stray[0] = any(&[0, 1, 2, 255], random);
    }
    let text = format!("{} at {place}", hex::encode(&stray));
    bytes.splice(place..place, stray);
    Some(text)
}
