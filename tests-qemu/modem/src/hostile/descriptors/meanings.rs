// SPDX-License-Identifier: GPL-2.0-only
//! What descriptors say, in bytes that are right.

use rand::seq::{IndexedMutRandom, IteratorRandom};
use rand::Rng;

use crate::hostile::{any, Kind, Random};
use crate::link_layer::MacAddress;
use crate::profile::{Endpoint, Functional, Interface, Profile, Speed, Transfer};

/// What descriptors can mean.
pub const MEANINGS: [Kind<Profile>; 18] = [
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
