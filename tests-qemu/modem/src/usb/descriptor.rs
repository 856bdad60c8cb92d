// SPDX-License-Identifier: GPL-2.0-only
//! From a profile to descriptor bytes (USB 2.0, 9.6; USB 3.2, 9.6; CDC 1.2, 5.2.3).

use crate::profile::{Endpoint, Functional, Interface, Profile, Speed, Transfer};

const DEVICE: u8 = 0x01;
const CONFIGURATION: u8 = 0x02;
const STRING: u8 = 0x03;
const INTERFACE: u8 = 0x04;
const ENDPOINT: u8 = 0x05;
const DEVICE_QUALIFIER: u8 = 0x06;
const BOS: u8 = 0x0f;
const DEVICE_CAPABILITY: u8 = 0x10;
const COMPANION: u8 = 0x30;
const CS_INTERFACE: u8 = 0x24;

/// bConfigurationValue of the one configuration.
pub const CONFIGURATION_VALUE: u8 = 1;

const ENGLISH_US: u16 = 0x0409;

/// The answers to GET_DESCRIPTOR.
#[derive(Debug)]
pub struct Descriptors {
    device: Vec<u8>,
    configuration: Vec<u8>,
    qualifier: Option<Vec<u8>>,
    bos: Option<Vec<u8>>,
    strings: Vec<String>,
}

impl Descriptors {
    /// Builds all descriptors of a device.
    pub fn new(profile: &Profile) -> Self {
        let mut strings = Strings(Vec::new());
        let device = device(profile, &mut strings);
        let described = configuration(profile, &mut strings);
        let given = profile.configuration.as_ref();
        let configuration = given.map_or(described, |bytes| bytes.0.clone());
        let high_speed = profile.device.speed == Speed::High;
        Self {
            qualifier: high_speed.then(|| qualifier(&device)),
            bos: (profile.device.usb_version >= 0x0201).then(|| bos(profile.device.speed)),
            device,
            configuration,
            strings: strings.0,
        }
    }

    /// The configuration descriptor and all behind it.
    pub fn configuration(&self) -> &[u8] {
        &self.configuration
    }

    /// The descriptor of type `kind` and number `index`, or `None` if there is none.
    pub fn get(&self, kind: u8, index: u8) -> Option<Vec<u8>> {
        match (kind, index) {
            (DEVICE, 0) => Some(self.device.clone()),
            (CONFIGURATION, 0) => Some(self.configuration.clone()),
            (DEVICE_QUALIFIER, 0) => self.qualifier.clone(),
            (BOS, 0) => self.bos.clone(),
            (STRING, 0) => Some(wrap(STRING, &ENGLISH_US.to_le_bytes())),
            (STRING, _) => {
                let text = self.strings.get(usize::from(index).checked_sub(1)?)?;
                let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                Some(wrap(STRING, &units))
            }
            _ => None,
        }
    }
}

/// String descriptors in the order of their first use; numbers start at 1.
struct Strings(Vec<String>);

impl Strings {
    fn number(&mut self, text: &str) -> u8 {
        let place = self.0.iter().position(|known| known == text);
        let place = place.unwrap_or_else(|| {
            self.0.push(text.to_owned());
            self.0.len() - 1
        });
        u8::try_from(place + 1).unwrap_or(0)
    }
}

/// Length, type, then `body`.
fn wrap(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u8::try_from(body.len() + 2).unwrap_or(u8::MAX);
    let mut bytes = vec![length, kind];
    bytes.extend_from_slice(body);
    bytes
}

fn device(profile: &Profile, strings: &mut Strings) -> Vec<u8> {
    let device = &profile.device;
    // An exponent of two at SuperSpeed, bytes below it.
    let max_packet_0 = match device.speed {
        Speed::High => 64,
        Speed::Super => 9,
    };
    let mut body = device.usb_version.to_le_bytes().to_vec();
    body.extend_from_slice(&device.class);
    body.push(max_packet_0);
    body.extend_from_slice(&device.vendor.to_le_bytes());
    body.extend_from_slice(&device.product.to_le_bytes());
    body.extend_from_slice(&device.release.to_le_bytes());
    body.push(strings.number(&device.manufacturer));
    body.push(strings.number(&device.model));
    body.push(strings.number(&device.serial));
    body.push(1);
    wrap(DEVICE, &body)
}

/// The device as it would be at Full Speed: bcdUSB to bNumConfigurations without ids and strings.
fn qualifier(device: &[u8]) -> Vec<u8> {
    let mut body = device[2..8].to_vec();
    body.extend_from_slice(&[1, 0]);
    wrap(DEVICE_QUALIFIER, &body)
}

fn bos(speed: Speed) -> Vec<u8> {
    let lpm = wrap(DEVICE_CAPABILITY, &[0x02, 0x02, 0, 0, 0]);
    // Speeds High and Super (bits 2 and 3), full function from High Speed on, U1 and U2 exit latencies in µs.
    let superspeed = wrap(
        DEVICE_CAPABILITY,
        &[0x03, 0, 0x0c, 0, 0x02, 0x0a, 0xff, 0x07],
    );
    let capabilities = match speed {
        Speed::High => vec![lpm],
        Speed::Super => vec![lpm, superspeed],
    };
    let count = u8::try_from(capabilities.len()).unwrap_or(0);
    with_total_length(BOS, &[count], &capabilities.concat())
}

/// A descriptor whose third field is the length of itself and of all that follows it.
fn with_total_length(kind: u8, rest: &[u8], following: &[u8]) -> Vec<u8> {
    let total = rest.len() + 4 + following.len();
    let total = u16::try_from(total).unwrap_or(u16::MAX);
    let body = [&total.to_le_bytes(), rest].concat();
    [wrap(kind, &body), following.to_vec()].concat()
}

fn configuration(profile: &Profile, strings: &mut Strings) -> Vec<u8> {
    let device = &profile.device;
    // bMaxPower counts in 2 mA, and in 8 mA at SuperSpeed.
    let unit = match device.speed {
        Speed::High => 2,
        Speed::Super => 8,
    };
    let interfaces: Vec<u8> = profile
        .interfaces
        .iter()
        .flat_map(|item| interface(item, device.speed, strings))
        .collect();
    let rest = [
        u8::try_from(profile.interfaces.len()).unwrap_or(u8::MAX),
        CONFIGURATION_VALUE,
        0,
        device.attributes | 0x80,
        u8::try_from(device.max_power / unit).unwrap_or(u8::MAX),
    ];
    with_total_length(CONFIGURATION, &rest, &interfaces)
}

fn interface(interface: &Interface, speed: Speed, strings: &mut Strings) -> Vec<u8> {
    let name = interface
        .name
        .as_ref()
        .map_or(0, |name| strings.number(name));
    let mut bytes = Vec::new();
    for (number, alternate) in (0..).zip(&interface.alternates) {
        let count = u8::try_from(alternate.endpoints.len()).unwrap_or(u8::MAX);
        let [class, subclass, protocol] = interface.class;
        let body = [
            interface.number,
            number,
            count,
            class,
            subclass,
            protocol,
            name,
        ];
        bytes.extend(wrap(INTERFACE, &body));
        if number == 0 {
            for item in &interface.functional {
                bytes.extend(functional(item, strings));
            }
        }
        for item in &alternate.endpoints {
            bytes.extend(endpoint(item, speed));
        }
    }
    bytes
}

fn functional(item: &Functional, strings: &mut Strings) -> Vec<u8> {
    match item {
        Functional::Header(version) => wrap(
            CS_INTERFACE,
            &[&[0x00], &version.to_le_bytes()[..]].concat(),
        ),
        Functional::Union { control, data } => {
            wrap(CS_INTERFACE, &[&[0x06, *control], &data[..]].concat())
        }
        Functional::Ethernet { mac, max_segment } => {
            let [low, high] = max_segment.to_le_bytes();
            let name = strings.number(&mac.digits());
            // bmEthernetStatistics, wNumberMCFilters and bNumberPowerFilters are zero.
            wrap(CS_INTERFACE, &[0x0f, name, 0, 0, 0, 0, low, high, 0, 0, 0])
        }
        Functional::Raw(bytes) => bytes.0.clone(),
    }
}

fn endpoint(endpoint: &Endpoint, speed: Speed) -> Vec<u8> {
    let [low, high] = endpoint.max_packet.to_le_bytes();
    let (attributes, bytes_per_interval) = match endpoint.transfer {
        Transfer::Bulk => (0x02, 0),
        Transfer::Interrupt => (0x03, endpoint.max_packet),
    };
    let body = [endpoint.address, attributes, low, high, endpoint.interval];
    let mut bytes = wrap(ENDPOINT, &body);
    if speed == Speed::Super {
        let [low, high] = bytes_per_interval.to_le_bytes();
        bytes.extend(wrap(COMPANION, &[endpoint.max_burst, 0, low, high]));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptors(name: &str) -> Descriptors {
        Descriptors::new(&Profile::load(name).unwrap())
    }

    /// Splits a configuration into its descriptors; panics unless the lengths fit exactly.
    fn split(mut bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut parts = Vec::new();
        while let Some(&length) = bytes.first() {
            let (part, rest) = bytes.split_at(usize::from(length));
            assert!(part.len() >= 2);
            parts.push(part.to_vec());
            bytes = rest;
        }
        parts
    }

    #[test]
    fn every_profile_is_consistent() {
        for name in Profile::names() {
            let built = descriptors(&name);
            assert_eq!(built.device.len(), 18, "{name}");
            let total = u16::from_le_bytes([built.configuration[2], built.configuration[3]]);
            assert_eq!(usize::from(total), built.configuration.len(), "{name}");
            split(&built.configuration);
            for number in [14, 15, 16] {
                let text = built.get(STRING, built.device[number]).unwrap();
                assert_eq!(usize::from(text[0]), text.len(), "{name}");
            }
        }
    }

    #[test]
    fn superspeed_has_companions_bos_and_power_in_8_ma() {
        let built = descriptors("raw-ip-ss");
        let parts = split(&built.configuration);
        let count = |kind| parts.iter().filter(|part| part[1] == kind).count();
        assert_eq!(count(ENDPOINT), count(COMPANION));
        assert_eq!(built.device[7], 9);
        assert_eq!(built.configuration[8], 112);
        assert_eq!(built.get(BOS, 0).unwrap()[4], 2);
        assert_eq!(built.get(DEVICE_QUALIFIER, 0), None);
    }

    #[test]
    fn a_union_names_both_interfaces_and_the_mac_string() {
        let built = descriptors("union-802-3");
        let parts = split(&built.configuration);
        let union = parts.iter().find(|p| p[1..3] == [CS_INTERFACE, 6]).unwrap();
        let ether = parts
            .iter()
            .find(|p| p[1..3] == [CS_INTERFACE, 0x0f])
            .unwrap();
        assert_eq!(union.len(), 5);
        assert_ne!(union[3], union[4]);
        let mac = built.get(STRING, ether[3]).unwrap();
        assert_eq!(mac.len(), 2 + 24, "twelve UTF-16 digits");
        assert_eq!(u16::from_le_bytes([ether[8], ether[9]]), 1514);
        assert_eq!(built.get(BOS, 0), None);
        assert_eq!(built.get(DEVICE_QUALIFIER, 0).unwrap().len(), 10);
    }
}
