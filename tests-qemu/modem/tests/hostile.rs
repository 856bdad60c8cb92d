// SPDX-License-Identifier: GPL-2.0-only
//! A modem that does wrong, as the guest sees it.

mod support;

use std::thread::sleep;
use std::time::{Duration, Instant};

use qmi_modem::hostile::control::Control;
use qmi_modem::hostile::presence::Presence;
use qmi_modem::hostile::{Case, Cases};
use qmi_modem::redir::packet::kind;
use support::{allocate, request, udp, Guest};

const FIRST: Case = Case { seed: 1, number: 0 };
const WDS: u8 = 1;

#[test]
fn it_goes_and_comes_back_until_it_stays() {
    let mut guest = Guest::alone("combined-802-3");
    let presence = Presence::new(Cases::new(FIRST, 3));
    guest.host.set_presence(presence);
    guest.host.modem().crash();
    guest.collect();
    for departure in 0..4 {
        guest.expect(kind::DEVICE_DISCONNECT);
        guest.expect(kind::DEVICE_CONNECT);
        guest.send(kind::SET_CONFIGURATION, &[1]);
        // 100 requests of each kind are more than any case waits for.
        for _ in 0..100 {
            guest.send(kind::START_INTERRUPT_RECEIVING, &[0x87]);
            guest.send(kind::CONTROL_PACKET, &[0x80, 0, 0x80, 0, 0, 0, 0, 0, 2, 0]);
            guest.send(kind::BULK_PACKET, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            guest.bulk_in(0x82, 512);
            if guest.packets.iter().any(|p| p.kind == kind::DEVICE_CONNECT) {
                break;
            }
        }
        let gone = guest.packets.iter().any(|p| p.kind == kind::DEVICE_CONNECT);
        assert_eq!(gone, departure < 3);
    }
    assert_eq!(guest.log.events("hostile").len(), 3);
    assert_eq!(guest.log.events("staying").len(), 1);
}

#[test]
fn wrong_answers_come_to_an_end() {
    let mut guest = Guest::alone("combined-802-3");
    let control = Control::new(Cases::new(FIRST, 50));
    guest.host.modem().set_hostile(control);
    for _ in 0..200 {
        guest.send(kind::CONTROL_PACKET, &[0x80, 1, 0xa1, 0, 0, 0, 8, 0, 0, 16]);
    }
    let start = Instant::now();
    while answers(&guest) < 200 {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "{} answers",
            answers(&guest)
        );
        sleep(guest.host.deadline().unwrap());
        guest.collect();
    }
    guest.packets.clear();
    assert_eq!(
        guest.command(8, &request(0, 0, 1, 0x22, &[1, 1, 0, WDS])),
        0
    );
    assert!(guest.response(8).len() > 12);
    assert_eq!(guest.log.events("hostile").len(), 50);
}

fn answers(guest: &Guest) -> usize {
    let answers = guest.packets.iter();
    answers
        .filter(|packet| packet.kind == kind::CONTROL_PACKET)
        .count()
}

#[test]
fn wrong_transfers_come_when_they_are_asked_for() {
    let mut guest = Guest::new("combined-802-3");
    let client = allocate(&mut guest, 8, WDS);
    guest.qmi(8, &request(WDS, client, 2, 0x20, &[]));
    let packet = udp([10, 64, 0, 2], [10, 64, 0, 1], 6, b"7 40 3\n");
    let header = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
    assert_eq!(guest.bulk_out(4, &[&header[..], &packet].concat()), 0);
    for _ in 0..4 {
        guest.bulk_in(0x86, 65_536);
    }
    let cases: Vec<u64> = guest
        .log
        .events("hostile")
        .iter()
        .map(|e| e["case"].as_u64().unwrap())
        .collect();
    assert_eq!(cases, [40, 41, 42]);
}
