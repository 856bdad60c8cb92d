// SPDX-License-Identifier: GPL-2.0-only
//! A modem with two QMI functions.

mod support;

use qmi_modem::redir::packet::kind;
use support::{allocate, error, request, tlv, Guest};

const WDS: u8 = 1;
const DMS: u8 = 2;
const WDA: u8 = 0x1a;
const FIRST: u8 = 8;
const SECOND: u8 = 10;

fn modem() -> Guest {
    Guest::new("mc7305")
}

/// A client with a session of IPv4.
fn start(guest: &mut Guest, interface: u8) -> u8 {
    let client = allocate(guest, interface, WDS);
    let response = guest.qmi(interface, &request(WDS, client, 2, 0x20, &[]));
    assert_eq!(error(&response), 0);
    client
}

fn address(guest: &mut Guest, interface: u8, client: u8) -> Vec<u8> {
    let response = guest.qmi(interface, &request(WDS, client, 3, 0x2d, &[]));
    tlv(&response, 0x1e).unwrap()
}

#[test]
fn each_has_clients_of_its_own() {
    let mut guest = modem();
    assert_eq!(allocate(&mut guest, FIRST, WDS), 1);
    assert_eq!(allocate(&mut guest, SECOND, WDS), 1);
    assert_eq!(allocate(&mut guest, SECOND, WDS), 2);
    let sync = request(0, 0, 1, 0x27, &[]);
    assert_eq!(error(&guest.qmi(FIRST, &sync)), 0);
    let ask = request(WDS, 1, 2, 0x22, &[]);
    assert_eq!(error(&guest.qmi(FIRST, &ask)), 7);
    assert_eq!(error(&guest.qmi(SECOND, &ask)), 0);
}

#[test]
fn notifications_come_from_the_function_that_answers() {
    let mut guest = modem();
    for endpoint in [0x87, 0x89] {
        guest.send(kind::START_INTERRUPT_RECEIVING, &[endpoint]);
    }
    guest.command(SECOND, &request(0, 0, 1, 0x21, &[]));
    let notification = guest.expect(kind::INTERRUPT_PACKET);
    assert_eq!(
        notification.body,
        [0x89, 0, 8, 0, 0xa1, 1, 0, 0, SECOND, 0, 0, 0]
    );
    assert!(guest.response(FIRST).is_empty());
    assert!(!guest.response(SECOND).is_empty());
}

#[test]
fn each_has_a_data_format_and_a_network_of_its_own() {
    let mut guest = modem();
    let client = allocate(&mut guest, SECOND, WDA);
    let raw_ip = [0x11, 4, 0, 2, 0, 0, 0];
    let response = guest.qmi(SECOND, &request(WDA, client, 1, 0x20, &raw_ip));
    assert_eq!(tlv(&response, 0x11).unwrap(), [2, 0, 0, 0]);
    let client = allocate(&mut guest, FIRST, WDA);
    let response = guest.qmi(FIRST, &request(WDA, client, 1, 0x21, &[]));
    assert_eq!(tlv(&response, 0x11).unwrap(), [1, 0, 0, 0]);

    let client = start(&mut guest, SECOND);
    let mut own = address(&mut guest, SECOND, client);
    own.reverse();
    assert_eq!(own, [10, 64, 64, 2]);
    let ping = support::ping([10, 64, 64, 2], [10, 64, 64, 1], 4);
    assert_eq!(guest.bulk_out(5, &ping), 0);
    guest.bulk_in(0x86, 2048);
    assert!(guest.try_take(kind::BULK_PACKET).is_none());
    guest.bulk_in(0x88, 2048);
    assert_eq!(guest.expect(kind::BULK_PACKET).body[10..].len(), ping.len());
}

#[test]
fn the_radio_is_the_same() {
    let mut guest = modem();
    let client = start(&mut guest, SECOND);
    let control = allocate(&mut guest, FIRST, DMS);
    let off = request(DMS, control, 2, 0x2e, &[1, 1, 0, 1]);
    assert_eq!(error(&guest.qmi(FIRST, &off)), 0);
    let indication = guest.response(SECOND);
    assert_eq!(indication[4..7], [WDS, client, 4]);
    let again = request(WDS, client, 3, 0x20, &[]);
    assert_eq!(error(&guest.qmi(SECOND, &again)), 14, "no radio");
}

#[test]
fn a_reset_does_not_wait_for_who_reads_nothing() {
    let mut guest = modem();
    start(&mut guest, SECOND);
    let control = allocate(&mut guest, FIRST, DMS);
    for mode in [3, 4] {
        let set = request(DMS, control, 2, 0x2e, &[1, 1, 0, mode]);
        assert_eq!(error(&guest.qmi(FIRST, &set)), 0);
    }
    guest.expect_departure();
}
