// SPDX-License-Identifier: GPL-2.0-only
//! Bulk transfers to the host that are wrong: a good one of the link's layout, corrupted.

use std::net::Ipv4Addr;

use rand::seq::IteratorRandom;
use rand::Rng;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{IpProtocol, Ipv4Packet, Ipv4Repr};

use super::{any, change, noise, Case, Kind, Random, Wrong};
use crate::link_layer::checksum::Verdict;
use crate::link_layer::qmap::{self, Version};
use crate::link_layer::{DataFormat, LinkLayer};

/// Where the packets come from: a network for examples, so that no answer gets anywhere.
const FROM: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);

/// Full packets of both speeds.
const PACKETS: [usize; 2] = [512, 1024];

/// The longest transfer, in bytes: more than any receive buffer of the host.
const LONGEST: usize = 20_000;

/// Bytes of an Ethernet header, and where its type stands.
const ETHERNET_HEADER: usize = 14;
const ETHER_TYPE: usize = 12;

/// What is corrupted.
struct Transfer {
    bytes: Vec<u8>,
    /// Of QMAP, if it is that.
    version: Version,
}

/// What can be wrong in any layout.
const ANY: [Kind<Transfer>; 7] = [
    ("empty", empty),
    ("truncated", truncated),
    ("truncated to a few bytes", truncated_to_a_few_bytes),
    ("length", length),
    ("noise", all_noise),
    ("first half-byte", first_half_byte),
    ("bytes", bytes),
];

/// What can be wrong with an Ethernet frame.
const ETHERNET: [Kind<Transfer>; 3] = [
    ("destination", destination),
    ("EtherType", ether_type),
    ("no Ethernet header", no_ethernet_header),
];

/// What can be wrong with an aggregate; the last is for versions that have checksums only.
const QMAP: [Kind<Transfer>; 7] = [
    ("QMAP length", qmap_length),
    ("QMAP padding", qmap_padding),
    ("QMAP command", qmap_command),
    ("QMAP reserved bit", qmap_reserved_bit),
    ("QMAP mux id", qmap_mux_id),
    ("QMAP header behind the end", qmap_header_behind_the_end),
    ("QMAP checksum", qmap_checksum),
];

/// A transfer in `format`, and what is wrong with it. `wrap` makes a packet an Ethernet frame.
pub fn make(
    case: Case,
    format: DataFormat,
    wrap: impl Fn(Vec<u8>) -> Vec<u8>,
) -> (Vec<u8>, Vec<Wrong>) {
    let mut random = case.random();
    let version = format.qmap.map_or(Version::V1, |qmap| qmap.version);
    let (bytes, own): (_, &[_]) = match (format.layer, format.qmap) {
        (LinkLayer::Ethernet, _) => (wrap(packet(&mut random)), &ETHERNET),
        (LinkLayer::RawIp, None) => (packet(&mut random), &[]),
        (LinkLayer::RawIp, Some(_)) => (aggregate(version, &mut random), qmap_kinds(version)),
    };
    let mut transfer = Transfer { bytes, version };
    let count = any(&[1, 1, 1, 2, 3], &mut random);
    // What corrupts the layout comes first, as long as there is one.
    let of_layout = (0..count).filter(|_| random.random_bool(0.6)).count();
    let mut wrongs: Vec<Wrong> = (0..of_layout)
        .filter_map(|_| change(own, &mut transfer, &mut random))
        .collect();
    wrongs.extend((wrongs.len()..count).filter_map(|_| change(&ANY, &mut transfer, &mut random)));
    (transfer.bytes, wrongs)
}

fn qmap_kinds(version: Version) -> &'static [Kind<Transfer>] {
    match version {
        Version::V1 => &QMAP[..QMAP.len() - 1],
        _ => &QMAP,
    }
}

/// A packet of an unassigned protocol, to any address.
fn packet(random: &mut Random) -> Vec<u8> {
    let length = any(&[0, 1, 20, 100, 1000, 1472], random);
    let payload = noise(length, random);
    let header = Ipv4Repr {
        src_addr: FROM,
        dst_addr: Ipv4Addr::from(random.random::<u32>()),
        next_header: IpProtocol::Unknown(253),
        payload_len: length,
        hop_limit: 64,
    };
    let mut bytes = vec![0; header.buffer_len() + length];
    let mut packet = Ipv4Packet::new_unchecked(&mut bytes);
    header.emit(&mut packet, &ChecksumCapabilities::default());
    packet.payload_mut().copy_from_slice(&payload);
    bytes
}

/// Some packets for mux ids that the host has or has not.
fn aggregate(version: Version, random: &mut Random) -> Vec<u8> {
    let mut transfer = Vec::new();
    for _ in 0..random.random_range(1..=6) {
        let mux = any(&[0, 1, 1, 1, 2, 2, 254, 255, random.random()], random);
        // The packets are far shorter than a header can say.
        let packet = packet(random);
        let verdict = Verdict::of(&packet);
        qmap::append(&mut transfer, version, mux, &packet, verdict);
    }
    transfer
}

fn empty(Transfer { bytes, .. }: &mut Transfer, _: &mut Random) -> Option<String> {
    bytes.clear();
    Some("a packet of no bytes".to_owned())
}

fn truncated(Transfer { bytes, .. }: &mut Transfer, random: &mut Random) -> Option<String> {
    let length = bytes.len();
    bytes.truncate((0..length).choose(random)?);
    Some(format!("after {} of {length} bytes", bytes.len()))
}

fn truncated_to_a_few_bytes(
    Transfer { bytes, .. }: &mut Transfer,
    random: &mut Random,
) -> Option<String> {
    bytes.truncate(random.random_range(0..=20));
    Some(bytes.len().to_string())
}

fn length(Transfer { bytes, .. }: &mut Transfer, random: &mut Random) -> Option<String> {
    let packets = any(&PACKETS, random);
    let length = match random.random_range(0..200) {
        // Rarely: what is longer than the host's buffer stops the endpoint for a while.
        0 => any(&[1515, 2048, 16_384, 16_385, LONGEST], random),
        1..40 => any(&[1499, 1500, 1501, 1513, 1514], random),
        _ => any(&[packets - 1, packets, packets + 1], random),
    };
    let more = length.saturating_sub(bytes.len());
    bytes.extend(noise(more, random));
    bytes.truncate(length);
    Some(length.to_string())
}

fn all_noise(Transfer { bytes, .. }: &mut Transfer, random: &mut Random) -> Option<String> {
    let length = random.random_range(1..=1500);
    *bytes = noise(length, random);
    Some(format!("{length} bytes"))
}

fn first_half_byte(Transfer { bytes, .. }: &mut Transfer, random: &mut Random) -> Option<String> {
    let first = bytes.first_mut()?;
    *first = (*first & 0x0f) | (random.random::<u8>() & 0xf0);
    Some(format!("{:x}", *first >> 4))
}

fn bytes(Transfer { bytes, .. }: &mut Transfer, random: &mut Random) -> Option<String> {
    // Headers are at the beginning.
    let end = any(&[8, 64, bytes.len()], random).min(bytes.len());
    let mut places = Vec::new();
    for _ in 0..random.random_range(1..=4) {
        let place = (0..end).choose(random)?;
        bytes[place] = random.random();
        places.push(place);
    }
    Some(format!("at {places:?}"))
}

fn destination(
    Transfer { bytes: frame, .. }: &mut Transfer,
    random: &mut Random,
) -> Option<String> {
    let mut octets = noise(6, random);
    octets[0] = any(&[0x00, 0x01, 0x33, 0x45, 0x60, 0xff, octets[0]], random);
    if random.random() {
        let first = octets[0];
        octets.fill(first);
    }
    frame.get_mut(..6)?.copy_from_slice(&octets);
    Some(format!("{octets:02x?}"))
}

fn ether_type(Transfer { bytes: frame, .. }: &mut Transfer, random: &mut Random) -> Option<String> {
    const TYPES: [u16; 10] = [
        0, 4, 0x05dc, 0x0600, 0x0806, 0x8100, 0x86dd, 0x8847, 0x88a8, 0xffff,
    ];
    let wrong = any(&TYPES, random);
    let field = frame.get_mut(ETHER_TYPE..ETHERNET_HEADER)?;
    field.copy_from_slice(&wrong.to_be_bytes());
    Some(format!("0x{wrong:04x}"))
}

fn no_ethernet_header(
    Transfer { bytes: frame, .. }: &mut Transfer,
    _: &mut Random,
) -> Option<String> {
    *frame = frame.get(ETHERNET_HEADER..)?.to_vec();
    Some("a bare packet".to_owned())
}

/// Where the headers of an aggregate are, as far as their lengths lead: one of them.
fn any_place(transfer: &Transfer, random: &mut Random) -> Option<usize> {
    let Transfer { bytes, version } = transfer;
    let starts = std::iter::successors(Some(0), |&start: &usize| {
        let length = bytes.get(start + 2..start + 4)?;
        let length = u16::from_be_bytes([length[0], length[1]]);
        Some(start + qmap::overhead(*version) + usize::from(length))
    });
    let starts = starts.take_while(|&start| start < bytes.len());
    starts.choose(random)
}

fn any_header<'a>(transfer: &'a mut Transfer, random: &mut Random) -> Option<&'a mut [u8; 4]> {
    let start = any_place(transfer, random)?;
    transfer.bytes.get_mut(start..)?.first_chunk_mut()
}

fn qmap_length(transfer: &mut Transfer, random: &mut Random) -> Option<String> {
    let header = any_header(transfer, random)?;
    let length = u16::from_be_bytes([header[2], header[3]]);
    let wrongs = [
        0,
        1,
        length.wrapping_sub(1),
        length.wrapping_add(1),
        length.wrapping_mul(2),
        random.random(),
        u16::MAX,
    ];
    let wrong = any(&wrongs, random);
    [header[2], header[3]] = wrong.to_be_bytes();
    Some(format!("{wrong} in place of {length}"))
}

fn qmap_padding(transfer: &mut Transfer, random: &mut Random) -> Option<String> {
    let header = any_header(transfer, random)?;
    let padding = any(&[1, 4, 20, 62, 63], random);
    header[0] = (header[0] & 0xc0) | padding;
    Some(padding.to_string())
}

fn qmap_command(transfer: &mut Transfer, random: &mut Random) -> Option<String> {
    let header = any_header(transfer, random)?;
    header[0] ^= 0x80;
    Some(format!("0x{:02x}", header[0]))
}

fn qmap_reserved_bit(transfer: &mut Transfer, random: &mut Random) -> Option<String> {
    let header = any_header(transfer, random)?;
    header[0] ^= 0x40;
    Some(format!("0x{:02x}", header[0]))
}

fn qmap_mux_id(transfer: &mut Transfer, random: &mut Random) -> Option<String> {
    let header = any_header(transfer, random)?;
    header[1] = random.random();
    Some(header[1].to_string())
}

fn qmap_header_behind_the_end(
    Transfer { bytes, .. }: &mut Transfer,
    random: &mut Random,
) -> Option<String> {
    let length = random.random_range(1..=4);
    bytes.extend(noise(length, random));
    Some(format!("{length} bytes of it"))
}

/// One byte of what a later version has beside header and packet.
fn qmap_checksum(transfer: &mut Transfer, random: &mut Random) -> Option<String> {
    let start = any_place(transfer, random)?;
    let bytes = &mut transfer.bytes;
    let place = match transfer.version {
        Version::V1 => return None,
        Version::V4 => {
            let length = bytes.get(start + 2..start + 4)?;
            let length = u16::from_be_bytes([length[0], length[1]]);
            start + 4 + usize::from(length) + random.random_range(0..8)
        }
        Version::V5 => start + random.random_range(4..8),
    };
    let byte = bytes.get_mut(place)?;
    *byte = random.random();
    Some(format!("0x{byte:02x} at {place}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::link_layer::Qmap;

    fn formats() -> Vec<DataFormat> {
        let mut formats = [LinkLayer::Ethernet, LinkLayer::RawIp]
            .map(|layer| DataFormat { layer, qmap: None })
            .to_vec();
        formats.extend(Version::ALL.map(|version| DataFormat {
            layer: LinkLayer::RawIp,
            qmap: Some(Qmap {
                version,
                ..Qmap::default()
            }),
        }));
        formats
    }

    fn frame(format: DataFormat, number: u64) -> (Vec<u8>, Vec<Wrong>) {
        let wrap = |packet: Vec<u8>| [vec![0; ETHERNET_HEADER], packet].concat();
        make(Case { seed: 1, number }, format, wrap)
    }

    #[test]
    fn the_same_case_is_the_same_transfer() {
        for format in formats() {
            for number in 0..100 {
                assert_eq!(frame(format, number), frame(format, number));
            }
        }
    }

    #[test]
    fn every_kind_occurs_in_every_layout() {
        let own = [&ETHERNET[..], &[], &QMAP[..6], &QMAP, &QMAP];
        for (format, own) in formats().into_iter().zip(own) {
            let mut seen = BTreeSet::new();
            for number in 0..2000 {
                let (transfer, wrongs) = frame(format, number);
                assert!(transfer.len() <= LONGEST);
                assert!(!wrongs.is_empty(), "{number}");
                seen.extend(wrongs.iter().map(|wrong| wrong.kind));
            }
            let all: BTreeSet<_> = own.iter().chain(&ANY).map(|kind| kind.0).collect();
            assert_eq!(seen, all);
        }
    }
}
