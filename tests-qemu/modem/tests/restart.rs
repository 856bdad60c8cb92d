// SPDX-License-Identifier: GPL-2.0-only
//! A modem that starts anew, as itself or to take new firmware.

mod support;

use qmi_modem::redir::packet::kind;
use support::{allocate, error, packet, request, tlv, Guest};

const DMS: u8 = 2;
const NAS: u8 = 3;
const SET_OPERATING_MODE: u16 = 0x2e;
const LOW_POWER: u8 = 1;
const OFFLINE: u8 = 3;
const RESET: u8 = 4;

/// The modem with DTR set, and a DMS client.
fn modem() -> (Guest, u8) {
    let mut guest = Guest::alone("mc7455");
    guest.control([0x21, 0x22, 1, 0, 8, 0, 0, 0], &[]);
    let client = allocate(&mut guest, 8, DMS);
    (guest, client)
}

fn set_mode(guest: &mut Guest, client: u8, mode: u8) -> u16 {
    let set = request(DMS, client, 2, SET_OPERATING_MODE, &[1, 1, 0, mode]);
    error(&guest.qmi(8, &set))
}

/// The product id with which the modem comes back, when it is time.
fn comes_back(guest: &mut Guest) -> u16 {
    guest.expect_departure();
    let device = guest.expect(kind::DEVICE_CONNECT).body;
    guest.send(kind::SET_CONFIGURATION, &[1]);
    guest.expect(kind::CONFIGURATION_STATUS);
    u16::from_le_bytes([device[6], device[7]])
}

#[test]
fn into_download_mode_and_back() {
    let (mut guest, client) = modem();
    let download = request(DMS, client, 2, 0x50, &[1, 1, 0, 1]);
    assert_eq!(error(&guest.qmi(8, &download)), 0);
    assert_eq!(set_mode(&mut guest, client, RESET), 60, "not from online");
    assert_eq!(set_mode(&mut guest, client, OFFLINE), 0);
    assert_eq!(set_mode(&mut guest, client, 0), 60, "only by a reset");
    assert_eq!(set_mode(&mut guest, client, RESET), 0);
    assert_eq!(comes_back(&mut guest), 0x9070);
    assert_eq!(guest.bulk_out(1, b"anything"), 0);
    assert!(guest.try_take(kind::DEVICE_DISCONNECT).is_none());
    assert_eq!(guest.bulk_out(1, &[0x7e, 0x2d, 0x9f, 0x0a, 0x7e]), 0);
    assert_eq!(comes_back(&mut guest), 0x9071);
}

/// Plays a command to the boot loader, and gives its answer.
fn ask(guest: &mut Guest, bytes: &[u8]) -> Vec<u8> {
    assert_eq!(guest.bulk_out(1, bytes), 0);
    guest.bulk_in(0x81, 4096);
    guest.expect(kind::BULK_PACKET).body.split_off(10)
}

#[test]
fn images_that_the_host_prefers() {
    let (mut guest, client) = modem();
    let list = |version: &[u8; 11], id: &[u8; 16]| {
        let build = [version, &b"_GENERIC"[..]].concat();
        [&[1, 1][..], id, &[build.len() as u8], &build].concat()
    };
    let mut prefer = |list: &[u8]| {
        let tlv = [&[1, list.len() as u8, 0][..], list].concat();
        guest.qmi(8, &request(DMS, client, 5, 0x48, &tlv))
    };
    let there = list(b"02.24.05.06", b"002.026_000\0\0\0\0\0");
    assert_eq!(tlv(&prefer(&there), 1), Some(vec![0]));
    assert_eq!(error(&prefer(&there[..9])), 48);
    let other = list(b"02.33.03.00", b"002.072_000\0\0\0\0\0");
    assert_eq!(tlv(&prefer(&other), 1), Some(vec![1, 1]));
    let preferred = guest.qmi(8, &request(DMS, client, 6, 0x47, &[]));
    assert_eq!(tlv(&preferred, 1), Some(other));
    set_mode(&mut guest, client, OFFLINE);
    set_mode(&mut guest, client, RESET);
    assert_eq!(comes_back(&mut guest), 0x9070);
    // DLOAD's answer to the switch to QDL.
    let answer = ask(&mut guest, &[0x7e, 0x70, 0, 0, 0x14, 0x46, 0x7e]);
    assert_eq!(answer[..2], [0x7e, 0x02]);
}

#[test]
fn a_port_that_is_closed_ends_what_was_begun() {
    let mut guest = Guest::alone("gobi-2000");
    let hello = b"\x7e\x01QCOM high speed protocol hst\0\0\0\0\x05\x05\x30\x07\x48\x7e";
    assert_eq!(ask(&mut guest, hello)[..2], [0x7e, 0x02]);
    // An image of 300000 bytes, of which the first is not sent yet.
    let open = [
        0x7e, 0x25, 5, 0xe0, 0x93, 4, 0, 1, 0, 0, 0, 4, 0, 0, 0x79, 0x93, 0x7e,
    ];
    assert_eq!(ask(&mut guest, &open)[..4], [0x7e, 0x26, 0, 0]);
    let chunk = [0x27, 0, 0, 0, 0, 0, 0, 0xe0, 0x93, 4, 0, 0x4f, 0xf8];
    assert_eq!(guest.bulk_out(1, &chunk), 0);
    let reading = guest.bulk_in(0x81, 4096);
    assert_eq!(guest.bulk_out(1, hello), 0);
    assert!(guest.try_take(kind::BULK_PACKET).is_none(), "it is content");
    guest
        .write(&packet(kind::CANCEL_DATA_PACKET, reading, &[]))
        .unwrap();
    assert_ne!(guest.expect(kind::BULK_PACKET).body[1], 0);
    assert_eq!(ask(&mut guest, hello)[..2], [0x7e, 0x02]);
}

#[test]
fn a_gobi_begins_as_a_loader() {
    let mut guest = Guest::alone("gobi-2000");
    let connect = guest.log.events("connect");
    assert_eq!(connect[0]["product"], "9204");
    // It does not know DLOAD.
    let answer = ask(&mut guest, &[0x7e, 0x70, 0, 0, 0x14, 0x46, 0x7e]);
    assert_eq!(answer[..3], [0x7e, 0x0d, 0x16]);
    assert_eq!(guest.bulk_out(1, &[0x7e, 0x2d, 0x9f, 0x0a, 0x7e]), 0);
    assert_eq!(comes_back(&mut guest), 0x9204, "still without firmware");
}

#[test]
fn a_reset_forgets() {
    let (mut guest, client) = modem();
    set_mode(&mut guest, client, OFFLINE);
    set_mode(&mut guest, client, RESET);
    assert_eq!(comes_back(&mut guest), 0x9071);
    guest.control([0x21, 0x22, 1, 0, 8, 0, 0, 0], &[]);
    assert_eq!(set_mode(&mut guest, client, 0), 7, "no such client");
}

#[test]
fn who_follows_the_registration_is_told() {
    let (mut guest, client) = modem();
    let follower = allocate(&mut guest, 8, NAS);
    let follow = request(NAS, follower, 3, 3, &[0x13, 1, 0, 1]);
    assert_eq!(error(&guest.qmi(8, &follow)), 0);
    let off = request(DMS, client, 4, SET_OPERATING_MODE, &[1, 1, 0, LOW_POWER]);
    guest.command(8, &off);
    let indication = guest.response(8);
    assert_eq!(
        (indication[4], indication[5], indication[6]),
        (NAS, follower, 4)
    );
    assert_eq!(tlv(&indication, 1).unwrap()[0], 0, "not registered");
    assert_eq!(error(&guest.response(8)), 0);
}
