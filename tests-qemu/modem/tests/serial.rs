// SPDX-License-Identifier: GPL-2.0-only
//! Serial ports beside QMI.

mod support;

use qmi_modem::redir::packet::kind;
use support::{allocate, error, request, Guest};

const DMS: u8 = 2;
/// The port of interface 2.
const AT_OUT: u8 = 3;
const AT_IN: u8 = 0x84;

fn modem() -> Guest {
    let mut guest = Guest::alone("ec25");
    assert_eq!(guest.bulk_out(AT_OUT, b"ATE0\r"), 0);
    assert_eq!(said(&mut guest).unwrap(), "ATE0\r\r\nOK\r\n");
    guest
}

/// What comes for a bulk IN request, if anything does.
fn said(guest: &mut Guest) -> Option<String> {
    guest.bulk_in(AT_IN, 4096);
    let bytes = guest.try_take(kind::BULK_PACKET)?.body[10..].to_vec();
    Some(String::from_utf8(bytes).unwrap())
}

#[test]
fn a_port_that_is_closed_forgets_what_it_said() {
    let mut guest = modem();
    guest.bulk_out(AT_OUT, b"AT+CGMM\r");
    assert_eq!(said(&mut guest).unwrap(), "\r\nEC25\r\n\r\nOK\r\n");
    guest.bulk_out(AT_OUT, b"AT+CGMM\r");
    guest.control([0x21, 0x22, 0, 0, 2, 0, 0, 0], &[]);
    assert_eq!(said(&mut guest), None);
}

#[test]
fn the_radio_is_that_of_qmi() {
    let mut guest = modem();
    let ask = b"AT+CREG?\r";
    guest.bulk_out(AT_OUT, ask);
    assert_eq!(said(&mut guest).unwrap(), "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
    guest.control([0x21, 0x22, 1, 0, 4, 0, 0, 0], &[]);
    let client = allocate(&mut guest, 4, DMS);
    let off = request(DMS, client, 2, 0x2e, &[1, 1, 0, 1]);
    assert_eq!(error(&guest.qmi(4, &off)), 0);
    guest.bulk_out(AT_OUT, ask);
    assert_eq!(said(&mut guest).unwrap(), "\r\n+CREG: 0,0\r\n\r\nOK\r\n");
}
