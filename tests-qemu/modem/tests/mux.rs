// SPDX-License-Identifier: GPL-2.0-only
//! QMAP: several links over the same endpoints.

mod support;

use qmi_modem::link_layer::checksum::Verdict;
use qmi_modem::link_layer::qmap::{self, Datagrams, Version};
use qmi_modem::redir::packet::kind;
use support::{allocate, error, request, tlv, Guest};

const WDS: u8 = 1;
const WDA: u8 = 0x1a;
const DATA_OUT: u8 = 5;
const DATA_IN: u8 = 0x88;

fn tlv32(id: u8, value: u32) -> Vec<u8> {
    [&[id, 4, 0], value.to_le_bytes().as_slice()].concat()
}

/// Asks for raw IP, an aggregation protocol in both directions, and a downlink of at most so many datagrams.
fn set_format(guest: &mut Guest, protocol: u32, datagrams: u32) -> Vec<u8> {
    let client = allocate(guest, 4, WDA);
    let tlvs = [
        tlv32(0x11, 2),
        tlv32(0x12, protocol),
        tlv32(0x13, protocol),
        tlv32(0x15, datagrams),
        tlv32(0x1c, 2000),
    ];
    let response = guest.qmi(4, &request(WDA, client, 1, 0x20, &tlvs.concat()));
    assert_eq!(error(&response), 0);
    response
}

/// Interface 4, and a mux id.
fn bind(mux: u8) -> Vec<u8> {
    vec![0x10, 8, 0, 2, 0, 0, 0, 4, 0, 0, 0, 0x11, 1, 0, mux]
}

/// A client that is online on a mux id with an IP family: 4 or 6.
fn start(guest: &mut Guest, mux: u8, family: u8) -> u8 {
    let client = allocate(guest, 4, WDS);
    for (message, tlvs) in [
        (0xa2, bind(mux)),
        (0x4d, vec![1, 1, 0, family]),
        (0x20, vec![0x19, 1, 0, 8]),
    ] {
        let response = guest.qmi(4, &request(WDS, client, 2, message, &tlvs));
        assert_eq!(error(&response), 0, "message {message:x}");
    }
    client
}

/// A modem with QMAP, and a session on mux ids 1 and 2.
fn online() -> Guest {
    online_with(5)
}

/// The same, with a protocol of WDA's number.
fn online_with(protocol: u32) -> Guest {
    let mut guest = Guest::new("raw-ip-ss");
    guest.control([0x21, 0x22, 1, 0, 4, 0, 0, 0], &[]);
    set_format(&mut guest, protocol, 3);
    start(&mut guest, 1, 4);
    start(&mut guest, 2, 4);
    guest
}

fn own(mux: u8) -> [u8; 4] {
    [10, 64 + mux, 0, 2]
}

fn gateway(mux: u8) -> [u8; 4] {
    [10, 64 + mux, 0, 1]
}

fn aggregate(packets: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut transfer = Vec::new();
    for (mux, packet) in packets {
        let verdict = Verdict::default();
        assert!(qmap::append(
            &mut transfer,
            Version::V1,
            *mux,
            packet,
            verdict
        ));
    }
    transfer
}

fn ping(mux: u8, payload: usize) -> (u8, Vec<u8>) {
    (mux, support::ping(own(mux), gateway(mux), payload))
}

fn reasons(guest: &Guest) -> Vec<String> {
    let dropped = guest.log.events("dropped");
    let reasons = dropped
        .iter()
        .map(|event| event["reason"].as_str().unwrap().to_owned());
    reasons.collect()
}

/// Mux id and length of each packet in the next transfer to the host.
fn fetch(guest: &mut Guest) -> Option<Vec<(u8, usize)>> {
    guest.bulk_in(DATA_IN, 4096);
    let body = guest.try_take(kind::BULK_PACKET)?.body;
    let datagrams = Datagrams::of(&body[10..], Version::V1).map(|datagram| {
        let datagram = datagram.unwrap();
        (datagram.mux, datagram.packet.len())
    });
    Some(datagrams.collect())
}

#[test]
fn what_wda_agrees_to() {
    let mut guest = Guest::new("raw-ip-ss");
    guest.control([0x21, 0x22, 1, 0, 4, 0, 0, 0], &[]);
    let number =
        |response: &[u8], id| u32::from_le_bytes(tlv(response, id).unwrap().try_into().unwrap());
    let numbers =
        |response: &[u8]| [0x11, 0x12, 0x13, 0x15, 0x16, 0x17, 0x18].map(|id| number(response, id));
    let response = set_format(&mut guest, 6, 5);
    assert_eq!(numbers(&response), [2, 0, 0, 0, 0, 0, 0]);
    for version in [9, 8, 5] {
        let response = set_format(&mut guest, version, 5);
        let wanted = [2, version, version, 5, 31_744, 32, 2000];
        assert_eq!(numbers(&response), wanted);
    }
    let client = allocate(&mut guest, 4, WDA);
    let response = guest.qmi(4, &request(WDA, client, 1, 0x21, &[]));
    assert_eq!(numbers(&response), [2, 5, 5, 5, 31_744, 32, 2000]);
    let response = set_format(&mut guest, 0, 5);
    assert_eq!(numbers(&response), [2, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn pings_of_two_links_share_transfers() {
    let mut guest = online();
    let pings = [ping(1, 1), ping(2, 2), ping(1, 3), ping(2, 4)];
    assert_eq!(guest.bulk_out(DATA_OUT, &aggregate(&pings)), 0);
    assert_eq!(fetch(&mut guest).unwrap(), [(1, 29), (2, 30), (1, 31)]);
    assert_eq!(fetch(&mut guest).unwrap(), [(2, 32)]);
    assert_eq!(fetch(&mut guest), None);
}

#[test]
fn a_downlink_transfer_has_the_agreed_size() {
    let mut guest = online();
    let client = allocate(&mut guest, 4, WDA);
    let smaller = [tlv32(0x15, 9), tlv32(0x16, 2048)].concat();
    guest.qmi(4, &request(WDA, client, 1, 0x20, &smaller));
    for _ in 0..3 {
        guest.bulk_out(DATA_OUT, &aggregate(&[ping(1, 972)]));
    }
    assert_eq!(fetch(&mut guest).unwrap(), [(1, 1000), (1, 1000)]);
    assert_eq!(fetch(&mut guest).unwrap(), [(1, 1000)]);
}

#[test]
fn packets_pass_on_their_own_link_only() {
    let mut guest = online();
    let plain = ping(1, 4).1;
    let strange = [(3, plain.clone()), (0, plain.clone()), (2, plain)];
    guest.bulk_out(DATA_OUT, &aggregate(&strange));
    // The one on link 2 reaches the network, whose answer goes to link 1 by its address.
    assert_eq!(fetch(&mut guest).unwrap(), [(1, 32)]);
    assert_eq!(fetch(&mut guest), None);
    let wanted = [
        "no bearer of its family and mux id",
        "no bearer of its family",
    ];
    assert_eq!(reasons(&guest), wanted);
}

#[test]
fn broken_datagrams_cost_no_other() {
    let mut guest = online();
    let mut transfer = vec![0x80, 1, 0, 4, 1, 2, 3, 4];
    transfer.extend(aggregate(&[ping(1, 4)]));
    transfer.extend([0, 1, 0, 99, 0x45]);
    guest.bulk_out(DATA_OUT, &transfer);
    assert_eq!(fetch(&mut guest).unwrap(), [(1, 32)]);
    let wanted = ["a QMAP command", "shorter than its QMAP header says"];
    assert_eq!(reasons(&guest), wanted);
}

#[test]
fn what_is_longer_than_agreed_is_dropped() {
    let mut guest = online();
    guest.bulk_out(DATA_OUT, &aggregate(&[ping(1, 960), ping(1, 980)]));
    assert_eq!(reasons(&guest), ["longer than agreed"]);
    assert_eq!(fetch(&mut guest), None);
}

#[test]
fn more_datagrams_than_agreed_are_dropped() {
    let mut guest = online();
    guest.bulk_out(DATA_OUT, &aggregate(&vec![ping(1, 4); 32]));
    assert!(reasons(&guest).is_empty());
    while fetch(&mut guest).is_some() {}
    guest.bulk_out(DATA_OUT, &aggregate(&vec![ping(1, 4); 33]));
    assert_eq!(reasons(&guest), ["more datagrams than agreed"]);
    assert_eq!(fetch(&mut guest), None);
}

#[test]
fn transfers_are_counted() {
    let mut guest = online();
    guest.bulk_out(DATA_OUT, &aggregate(&[ping(1, 1), ping(2, 2)]));
    fetch(&mut guest);
    let counts = guest.log.events("aggregate");
    let counts = counts.iter().map(|event| {
        let number = |key: &str| event[key].as_u64().unwrap();
        let direction = event["direction"].as_str().unwrap().to_owned();
        (direction, number("length"), number("datagrams"))
    });
    let wanted = [("up".to_owned(), 72, 2), ("down".to_owned(), 72, 2)];
    assert_eq!(counts.collect::<Vec<_>>(), wanted);
}

/// An echo request for UDP on mux id 1, without checksum.
fn echo() -> Vec<u8> {
    support::udp(own(1), gateway(1), 7, b"four")
}

/// The same, with the sum of its pseudo header where the checksum belongs, or what `change` makes of that.
fn prepared_echo(change: impl Fn(u16) -> u16) -> Vec<u8> {
    let mut packet = echo();
    let pseudo = [&packet[12..20], &[0, 17, 0, 12]].concat();
    let sum = !u16::from_be_bytes(support::checksum(&pseudo));
    packet[26..28].copy_from_slice(&change(sum).to_be_bytes());
    packet
}

/// A transfer of one datagram that begins so.
fn datagram(header: [u8; 8], packet: &[u8]) -> Vec<u8> {
    [&header[..], packet].concat()
}

/// The next transfer to the host, as it is.
fn fetch_bytes(guest: &mut Guest) -> Option<Vec<u8>> {
    guest.bulk_in(DATA_IN, 4096);
    Some(guest.try_take(kind::BULK_PACKET)?.body[10..].to_vec())
}

#[test]
fn version_4_computes_and_sums() {
    let mut guest = online_with(8);
    let wanted = [0, 1, 0, 32, 0, 20, 0xc0, 6];
    guest.bulk_out(DATA_OUT, &datagram(wanted, &prepared_echo(|sum| !sum)));
    let answer = fetch_bytes(&mut guest).unwrap();
    assert_eq!(answer[..4], [0, 1, 0, 32]);
    assert_eq!(answer.len(), 4 + 32 + 8);
    let trailer = &answer[36..];
    assert_eq!(trailer[..6], [0, 1, 0, 0, 0, 32]);
    assert_eq!(trailer[6..], support::checksum(&answer[4..36]));
    assert_eq!(guest.log.events("aggregate")[0]["checksums"], 1);

    // The modem takes the complement of the sum only.
    guest.bulk_out(DATA_OUT, &datagram(wanted, &prepared_echo(|sum| sum)));
    assert_eq!(fetch_bytes(&mut guest), None);
    // What is not wanted is not computed.
    let unwanted = [0, 1, 0, 32, 0, 0, 0, 0];
    guest.bulk_out(DATA_OUT, &datagram(unwanted, &prepared_echo(|sum| !sum)));
    assert_eq!(fetch_bytes(&mut guest), None);
    guest.bulk_out(DATA_OUT, &datagram(unwanted, &echo()));
    assert!(fetch_bytes(&mut guest).is_some());
}

#[test]
fn version_5_computes_and_verifies() {
    let mut guest = online_with(9);
    let wanted = [0x40, 1, 0, 32, 4, 0x80, 0, 0];
    guest.bulk_out(DATA_OUT, &datagram(wanted, &prepared_echo(|sum| sum)));
    let answer = fetch_bytes(&mut guest).unwrap();
    assert_eq!(answer[..8], [0x40, 1, 0, 32, 4, 0x80, 0, 0]);
    assert_eq!(answer.len(), 8 + 32);

    guest.bulk_out(DATA_OUT, &datagram(wanted, &prepared_echo(|sum| !sum)));
    assert_eq!(fetch_bytes(&mut guest), None);
    let unwanted = [0x40, 1, 0, 32, 4, 0, 0, 0];
    guest.bulk_out(DATA_OUT, &datagram(unwanted, &prepared_echo(|sum| sum)));
    assert_eq!(fetch_bytes(&mut guest), None);
    // Pings have checksums that no modem looks at.
    guest.bulk_out(DATA_OUT, &datagram(unwanted, &ping(1, 4).1));
    assert_eq!(fetch_bytes(&mut guest).unwrap()[4..8], [4, 0, 0, 0]);
    let headless = aggregate(&[(1, echo())]);
    guest.bulk_out(DATA_OUT, &headless);
    assert_eq!(fetch_bytes(&mut guest), None);
    assert!(reasons(&guest).contains(&"no checksum header".to_owned()));
}

#[test]
fn families_share_a_link_and_have_its_addresses() {
    let mut guest = online();
    let v4 = start(&mut guest, 9, 4);
    let v6 = start(&mut guest, 9, 6);
    let mut settings = |client| guest.qmi(4, &request(WDS, client, 3, 0x2d, &[]));
    assert_eq!(tlv(&settings(v4), 0x1e).unwrap(), [2, 0, 73, 10]);
    let address = tlv(&settings(v6), 0x25).unwrap();
    assert_eq!(address[..8], [0x20, 1, 0x0d, 0xb8, 0, 0x64, 9, 0]);
    assert_eq!(tlv(&settings(v6), 0x1e), None);
}

#[test]
fn access_points_have_their_mtu() {
    let mut guest = online();
    let client = allocate(&mut guest, 4, WDS);
    guest.qmi(4, &request(WDS, client, 2, 0xa2, &bind(5)));
    let start = [&[0x14, 3, 0], b"ims".as_slice()].concat();
    let response = guest.qmi(4, &request(WDS, client, 3, 0x20, &start));
    assert_eq!(error(&response), 0);
    let settings = guest.qmi(4, &request(WDS, client, 4, 0x2d, &[]));
    assert_eq!(tlv(&settings, 0x14).unwrap(), b"ims");
    assert_eq!(tlv(&settings, 0x29).unwrap(), [0, 5, 0, 0]);
    for (payload, passes) in [(1252, true), (1253, false)] {
        guest.bulk_out(DATA_OUT, &aggregate(&[ping(5, payload)]));
        assert_eq!(fetch(&mut guest).is_some(), passes, "{payload}");
    }
    assert_eq!(reasons(&guest), ["longer than the MTU"]);
}

#[test]
fn a_client_binds_to_the_qmi_interface_only() {
    let mut guest = online();
    let client = allocate(&mut guest, 4, WDS);
    for (at, wrong) in [(3, 4), (7, 1)] {
        let mut tlvs = bind(1);
        tlvs[at] = wrong;
        let response = guest.qmi(4, &request(WDS, client, 3, 0xa2, &tlvs));
        assert_eq!(error(&response), 48);
    }
}

#[test]
fn statistics_are_those_of_the_client_s_session() {
    let mut guest = online();
    let third = start(&mut guest, 3, 4);
    guest.bulk_out(DATA_OUT, &aggregate(&[ping(1, 4), ping(3, 4)]));
    fetch(&mut guest);
    let response = guest.qmi(4, &request(WDS, third, 3, 0x24, &[]));
    for (id, count) in [(0x10, 1), (0x11, 1), (0x19, 32), (0x1a, 32)] {
        assert_eq!(tlv(&response, id).unwrap()[0], count, "TLV {id:x}");
    }
}

#[test]
fn verbatim_bytes_come_back_as_one_transfer() {
    let mut guest = online();
    let text = [0, 7, 0xff, 0xff, 1, 2, 3];
    let request = support::udp(own(1), gateway(1), 5, &text);
    guest.bulk_out(DATA_OUT, &aggregate(&[(1, request)]));
    guest.bulk_in(DATA_IN, 4096);
    assert_eq!(guest.expect(kind::BULK_PACKET).body[10..], text);
}
