// SPDX-License-Identifier: GPL-2.0-only
//! A modem that starts anew, as itself or to take new firmware.

mod support;

use qmi_modem::redir::packet::kind;
use support::{allocate, error, request, tlv, Guest};

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

/// The product id with which the modem comes back.
fn comes_back(guest: &mut Guest) -> u16 {
    guest.expect(kind::DEVICE_DISCONNECT);
    let device = guest.expect(kind::DEVICE_CONNECT).body;
    guest.send(kind::SET_CONFIGURATION, &[1]);
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
