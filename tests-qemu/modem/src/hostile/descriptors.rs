// SPDX-License-Identifier: GPL-2.0-only
//! Descriptors that are wrong: first in what they mean, then in their bytes.
//!
//! Most changes are to the interfaces of the network function, so that a driver often takes the modem and goes on with them.
//! What would keep the device from being enumerated at all is left alone: drivers never see it, and the host tries four times.

#![expect(clippy::ptr_arg, reason = "changes of all kinds have one signature")]

use rand::seq::{IndexedMutRandom, IteratorRandom};
use rand::Rng;

use super::{any, change, noise, Case, Kind, Random, Wrong};
use crate::hex::{self, Hex};
use crate::link_layer::MacAddress;
use crate::profile::{Endpoint, Functional, Interface, Profile, Speed, Transfer};
use crate::usb::Descriptors;

/// Bytes that a control transfer of QEMU can carry.
const QEMU_CONTROL: u16 = 4096;

const CONFIGURATION_HEADER: usize = 9;
const INTERFACE: u8 = 0x04;
const ENDPOINT: u8 = 0x05;
const CS_INTERFACE: u8 = 0x24;
const ETHERNET: u8 = 0x0f;

/// What descriptors can mean.
const MEANINGS: [Kind<Profile>; 18] = [
    ("endpoint missing", endpoint_missing),
    ("endpoint twice", endpoint_twice),
    ("endpoint of another", endpoint_of_another),
    ("endpoint turned around", endpoint_turned_around),
    ("endpoint type", endpoint_type),
    ("packet size", packet_size),
    ("packet size", packet_size),
    ("interval", interval),
    ("segment size", segment_size),
    ("segment size", segment_size),
    ("address", address),
    ("union", union),
    ("union", union),
    ("functional missing", functional_missing),
    ("functional twice", functional_twice),
    ("setting", setting),
    ("interface", interface),
    ("USB version", usb_version),
];

/// What the bytes of a configuration can be.
const BYTES: [Kind<Vec<u8>>; 9] = [
    ("cut", cut),
    ("total length", total_length),
    ("number of interfaces", number_of_interfaces),
    ("length", length),
    ("type", descriptor_type),
    ("transfer type", transfer_type),
    ("address string", address_string),
    ("byte", byte),
    ("stray bytes", stray_bytes),
];

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

/// An interface, most often one of the network function.
fn any_interface<'a>(profile: &'a mut Profile, random: &mut Random) -> Option<&'a mut Interface> {
    let network = random.random_bool(0.9);
    let interfaces = profile.interfaces.iter_mut();
    interfaces
        .filter(|interface| !network || interface.role.is_qmi())
        .choose(random)
}

/// The interface for QMI.
fn control(profile: &mut Profile) -> Option<&mut Interface> {
    let mut interfaces = profile.interfaces.iter_mut();
    interfaces.find(|interface| interface.role.is_control())
}

/// The endpoints of a setting that has some, and their interface's number.
fn any_endpoints<'a>(
    profile: &'a mut Profile,
    random: &mut Random,
) -> Option<(u8, &'a mut Vec<Endpoint>)> {
    let interface = any_interface(profile, random)?;
    let number = interface.number;
    let settings = interface.alternates.iter_mut().map(|a| &mut a.endpoints);
    let endpoints = settings.filter(|list| !list.is_empty()).choose(random)?;
    Some((number, endpoints))
}

/// An endpoint and its name for people.
fn any_endpoint<'a>(
    profile: &'a mut Profile,
    random: &mut Random,
) -> Option<(String, &'a mut Endpoint)> {
    let (number, endpoints) = any_endpoints(profile, random)?;
    let endpoint = endpoints.choose_mut(random)?;
    let name = format!("0x{:02x} of interface {number}", endpoint.address);
    Some((name, endpoint))
}

fn endpoint_missing(profile: &mut Profile, random: &mut Random) -> Option<String> {
    let (number, endpoints) = any_endpoints(profile, random)?;
    let endpoint = endpoints.remove(random.random_range(0..endpoints.len()));
    Some(format!("0x{:02x} of interface {number}", endpoint.address))
}

fn endpoint_twice(profile: &mut Profile, random: &mut Random) -> Option<String> {
    let (number, endpoints) = any_endpoints(profile, random)?;
    let endpoint = endpoints.choose_mut(random)?.clone();
    let name = format!("0x{:02x} of interface {number}", endpoint.address);
    endpoints.insert(random.random_range(0..=endpoints.len()), endpoint);
    Some(name)
}

fn endpoint_of_another(profile: &mut Profile, random: &mut Random) -> Option<String> {
    let all = profile.interfaces.iter();
    let settings = all.flat_map(|interface| &interface.alternates);
    let addresses = settings.flat_map(|setting| &setting.endpoints);
    let address = addresses.map(|endpoint| endpoint.address).choose(random)?;
    let (name, endpoint) = any_endpoint(profile, random)?;
    endpoint.address = address;
    Some(format!("{name} is 0x{address:02x}"))
}

fn endpoint_turned_around(profile: &mut Profile, random: &mut Random) -> Option<String> {
    let (name, endpoint) = any_endpoint(profile, random)?;
    endpoint.address ^= 0x80;
    Some(name)
}

fn endpoint_type(profile: &mut Profile, random: &mut Random) -> Option<String> {
    let (name, endpoint) = any_endpoint(profile, random)?;
    endpoint.transfer = match endpoint.transfer {
        Transfer::Bulk => Transfer::Interrupt,
        Transfer::Interrupt => Transfer::Bulk,
    };
    Some(format!("{name} is {:?}", endpoint.transfer))
}

fn packet_size(profile: &mut Profile, random: &mut Random) -> Option<String> {
    const SIZES: [u16; 18] = [
        0, 0, 0, 1, 2, 7, 8, 9, 63, 64, 65, 511, 513, 1023, 1024, 1025, 0x1800, 0xffff,
    ];
    let (name, endpoint) = any_endpoint(profile, random)?;
    endpoint.max_packet = any(&SIZES, random);
    Some(format!("{} for {name}", endpoint.max_packet))
}

fn interval(profile: &mut Profile, random: &mut Random) -> Option<String> {
    let (name, endpoint) = any_endpoint(profile, random)?;
    endpoint.interval = any(&[0, 1, 16, 17, 255], random);
    Some(format!("{} for {name}", endpoint.interval))
}

/// The Ethernet descriptor's fields; the descriptor is added if there is none.
fn ethernet(profile: &mut Profile) -> Option<(&mut MacAddress, &mut u16)> {
    let functional = &mut control(profile)?.functional;
    if !functional
        .iter()
        .any(|f| matches!(f, Functional::Ethernet { .. }))
    {
        functional.push(Functional::Ethernet {
            mac: MacAddress([0x58, 0x2c, 0x80, 0x13, 0x92, 0x63]),
            max_segment: 1514,
        });
    }
    functional.iter_mut().find_map(|item| match item {
        Functional::Ethernet { mac, max_segment } => Some((mac, max_segment)),
        _ => None,
    })
}

fn segment_size(profile: &mut Profile, random: &mut Random) -> Option<String> {
    const SIZES: [u16; 20] = [
        0, 0, 1, 1, 2, 13, 14, 15, 64, 576, 1279, 1280, 1293, 1294, 1513, 2048, 16_384, 32_767,
        65_535, 65_535,
    ];
    let (_, size) = ethernet(profile)?;
    *size = any(&SIZES, random);
    Some(size.to_string())
}

fn address(profile: &mut Profile, random: &mut Random) -> Option<String> {
    const FIRST: [u8; 8] = [0x00, 0x01, 0x02, 0x33, 0x45, 0x60, 0x6f, 0xff];
    let (mac, _) = ethernet(profile)?;
    let mut octets = [0; 6];
    octets.fill(any(&[0x00, 0xff, random.random()], random));
    octets[0] = any(&FIRST, random);
    *mac = MacAddress(octets);
    Some(mac.to_string())
}

fn union(profile: &mut Profile, random: &mut Random) -> Option<String> {
    let numbers: Vec<u8> = profile.interfaces.iter().map(|i| i.number).collect();
    let interface = control(profile)?;
    // Itself, any that is there, and two that are not.
    let mut number = || any(&[interface.number, any(&numbers, random), 99, 255], random);
    let (control, data) = (number(), vec![number(), number()]);
    let data = data[..random.random_range(0..=2)].to_vec();
    let text = format!("of {control} and {data:?} on {}", interface.number);
    let functional = &mut interface.functional;
    functional.retain(|item| !matches!(item, Functional::Union { .. }));
    let place = random.random_range(0..=functional.len());
    functional.insert(place, Functional::Union { control, data });
    Some(text)
}

fn functional_missing(profile: &mut Profile, random: &mut Random) -> Option<String> {
    let interface = any_interface(profile, random)?;
    let last = interface.functional.len().checked_sub(1)?;
    let item = interface.functional.remove(random.random_range(0..=last));
    Some(format!("{item:?} of interface {}", interface.number))
}

fn functional_twice(profile: &mut Profile, random: &mut Random) -> Option<String> {
    let interface = any_interface(profile, random)?;
    let item = interface.functional.choose_mut(random)?.clone();
    let text = format!("{item:?} of interface {}", interface.number);
    interface.functional.push(item);
    Some(text)
}

fn setting(profile: &mut Profile, random: &mut Random) -> Option<String> {
    let interface = any_interface(profile, random)?;
    let settings = &mut interface.alternates;
    let number = random.random_range(0..settings.len());
    let what = if settings.len() > 1 && random.random() {
        settings.remove(number);
        "missing"
    } else {
        settings.push(settings[number].clone());
        "twice"
    };
    Some(format!("{number} of interface {} {what}", interface.number))
}

fn interface(profile: &mut Profile, random: &mut Random) -> Option<String> {
    let numbers: Vec<u8> = profile.interfaces.iter().map(|i| i.number).collect();
    let interface = any_interface(profile, random)?;
    let number = interface.number;
    if random.random() {
        interface.number = any(&[any(&numbers, random), 31, 255], random);
        return Some(format!("{number} is {}", interface.number));
    }
    interface.class[random.random_range(0..3)] = random.random();
    Some(format!("{number} has class {:02x?}", interface.class))
}

fn usb_version(profile: &mut Profile, random: &mut Random) -> Option<String> {
    // One of another speed would not be enumerated.
    let versions = match profile.device.speed {
        Speed::High => [0x0200, 0x0201, 0x0210],
        Speed::Super => [0x0300, 0x0310, 0x0320],
    };
    profile.device.usb_version = any(&versions, random);
    Some(format!("{:04x}", profile.device.usb_version))
}

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

fn cut(bytes: &mut Vec<u8>, random: &mut Random) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
