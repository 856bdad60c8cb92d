// SPDX-License-Identifier: GPL-2.0-only
//! A modem driven over usb-redir, as QEMU and a driver would.

mod support;

use qmi_modem::redir::packet::kind;
use support::{allocate, error, request, Guest};

const DMS: u8 = 2;
const WDS: u8 = 1;
const WDA: u8 = 0x1a;

#[test]
fn qmi_over_the_control_endpoint() {
    let mut guest = Guest::new("combined-802-3");
    guest.send(kind::START_INTERRUPT_RECEIVING, &[0x87]);
    assert_eq!(
        guest.expect(kind::INTERRUPT_RECEIVING_STATUS).body,
        [0, 0x87]
    );

    guest.command(8, &request(0, 0, 1, 0x22, &[1, 1, 0, DMS]));
    let notification = guest.expect(kind::INTERRUPT_PACKET);
    assert_eq!(
        notification.body,
        [0x87, 0, 8, 0, 0xa1, 1, 0, 0, 8, 0, 0, 0]
    );
    let client = *guest.response(8).last().unwrap();

    let response = guest.qmi(8, &request(DMS, client, 2, 0x21, &[]));
    assert_eq!(error(&response), 0);
    assert!(response.ends_with(b"Sierra Wireless, Incorporated"));
    assert_eq!(
        error(&guest.qmi(8, &request(DMS, client, 3, 0x7777, &[]))),
        71
    );
    assert_eq!(error(&guest.qmi(8, &request(DMS, 99, 3, 0x21, &[]))), 7);
    let broken = request(DMS, client, 3, 0x21, &[1, 9, 0, 0]);
    assert_eq!(error(&guest.qmi(8, &broken)), 1);
    let nameless = request(0, 0, 3, 0x22, &[]);
    assert_eq!(error(&guest.qmi(8, &nameless)), 17);
    assert!(guest.response(8).is_empty(), "nothing is left");
    // Interface 0 is not a control interface.
    assert_ne!(guest.command(0, &request(0, 0, 1, 0x27, &[])), 0);
}

#[test]
fn a_started_session_is_indicated_before_the_response() {
    let mut guest = Guest::new("combined-802-3");
    let client = allocate(&mut guest, 8, WDS);
    guest.command(8, &request(WDS, client, 2, 0x20, &[]));
    let (indication, response) = (guest.response(8), guest.response(8));
    assert_eq!((indication[6], response[6]), (4, 2));
    assert!(guest.response(8).is_empty());
}

#[test]
fn sync_forgets_clients_and_their_sessions() {
    let mut guest = Guest::new("combined-802-3");
    let client = allocate(&mut guest, 8, WDS);
    guest.qmi(8, &request(WDS, client, 2, 0x20, &[]));
    assert_eq!(error(&guest.qmi(8, &request(WDS, client, 3, 0x2d, &[]))), 0);
    assert_eq!(error(&guest.qmi(8, &request(0, 0, 4, 0x27, &[]))), 0);
    assert_eq!(error(&guest.qmi(8, &request(WDS, client, 5, 0x2d, &[]))), 7);
    let again = allocate(&mut guest, 8, WDS);
    assert_eq!(error(&guest.qmi(8, &request(WDS, again, 6, 0x2d, &[]))), 15);
}

#[test]
fn without_dtr_there_is_no_answer_and_no_memory() {
    let mut guest = Guest::new("raw-ip-ss");
    let dtr = |guest: &mut Guest, on| guest.control([0x21, 0x22, on, 0, 4, 0, 0, 0], &[]);
    assert_eq!(guest.command(4, &request(0, 0, 1, 0x21, &[])), 0);
    assert!(guest.response(4).is_empty());
    assert_eq!(guest.log.events("qmi-dropped")[0]["reason"], "DTR is off");

    assert_eq!(dtr(&mut guest, 1).0, 0);
    let client = allocate(&mut guest, 4, DMS);
    dtr(&mut guest, 0);
    dtr(&mut guest, 1);
    assert_eq!(error(&guest.qmi(4, &request(DMS, client, 3, 0x21, &[]))), 7);
}

#[test]
fn the_link_layer_that_the_host_chooses() {
    let mut guest = Guest::new("raw-ip-hs");
    guest.control([0x21, 0x22, 1, 0, 4, 0, 0, 0], &[]);
    let client = allocate(&mut guest, 4, WDA);
    let link_layer = |response: &[u8]| response[27];
    let get = request(WDA, client, 2, 0x21, &[]);
    assert_eq!(link_layer(&guest.qmi(4, &get)), 1);
    let set = request(WDA, client, 3, 0x20, &[0x11, 4, 0, 2, 0, 0, 0]);
    assert_eq!(link_layer(&guest.qmi(4, &set)), 2);
    let nonsense = request(WDA, client, 4, 0x20, &[0x11, 4, 0, 9, 0, 0, 0]);
    assert_eq!(link_layer(&guest.qmi(4, &nonsense)), 2, "stays");
    let short = request(WDA, client, 5, 0x20, &[0x11, 1, 0, 1]);
    assert_eq!(error(&guest.qmi(4, &short)), 48);
}

/// An ICMP echo request from 10.64.0.2 to 10.64.0.1.
fn ping(payload: usize) -> Vec<u8> {
    support::ping([10, 64, 0, 2], [10, 64, 0, 1], payload)
}

/// A modem with raw IP and a session.
fn online() -> Guest {
    let mut guest = Guest::new("raw-ip-ss");
    guest.control([0x21, 0x22, 1, 0, 4, 0, 0, 0], &[]);
    let client = allocate(&mut guest, 4, WDS);
    let response = guest.qmi(4, &request(WDS, client, 2, 0x20, &[]));
    assert_eq!(error(&response), 0);
    guest
}

#[test]
fn a_ping_comes_back_once_a_request_waits_for_it() {
    let mut guest = online();
    assert_eq!(guest.bulk_out(5, &ping(56)), 0);
    assert!(guest.try_take(kind::BULK_PACKET).is_none());
    let id = guest.bulk_in(0x88, 2048);
    let answer = guest.expect(kind::BULK_PACKET);
    assert_eq!((answer.id, answer.body[1]), (id, 0));
    assert_eq!(answer.body.len(), 10 + 84);
    assert_eq!(answer.body[10 + 20], 0, "an echo reply");
}

#[test]
fn a_frame_of_full_packets_ends_with_an_empty_one() {
    let mut guest = online();
    guest.bulk_in(0x88, 2048);
    guest.bulk_out(5, &ping(1024 - 28));
    assert!(guest.try_take(kind::BULK_PACKET).is_none());
    guest.send(kind::BULK_PACKET, &[5, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let answers = std::iter::from_fn(|| guest.try_take(kind::BULK_PACKET));
    let lengths: Vec<usize> = answers.map(|answer| answer.body.len() - 10).collect();
    assert_eq!(lengths, [0, 1024]);
}

#[test]
fn too_small_a_request() {
    let mut guest = online();
    // Not whole packets: the device's last packet does not fit.
    guest.bulk_in(0x88, 1000);
    guest.bulk_out(5, &ping(1072));
    assert_eq!(guest.expect(kind::BULK_PACKET).body[1], 6, "babble");
    // Whole packets: the rest comes with the next request.
    guest.bulk_out(5, &ping(1072));
    guest.bulk_in(0x88, 1024);
    assert_eq!(guest.expect(kind::BULK_PACKET).body.len(), 10 + 1024);
    guest.bulk_in(0x88, 1024);
    assert_eq!(guest.expect(kind::BULK_PACKET).body.len(), 10 + 76);
}

#[test]
fn a_cancelled_request_gets_no_data() {
    let mut guest = online();
    let first = guest.bulk_in(0x88, 2048);
    let second = guest.bulk_in(0x88, 2048);
    guest
        .write(&support::packet(kind::CANCEL_DATA_PACKET, first, &[]))
        .unwrap();
    let cancelled = guest.expect(kind::BULK_PACKET);
    assert_eq!((cancelled.id, cancelled.body[1]), (first, 1));
    guest.bulk_out(5, &ping(56));
    guest.host.pump();
    guest.collect();
    let bulk_log = guest.log.events("bulk");
    assert_eq!(bulk_log.last().unwrap()["direction"], "in");
    assert_eq!(second, first + 1);
}

#[test]
fn without_a_session_packets_go_nowhere() {
    let mut guest = Guest::new("raw-ip-ss");
    guest.bulk_in(0x88, 2048);
    assert_eq!(guest.bulk_out(5, &ping(56)), 0);
    assert!(guest.try_take(kind::BULK_PACKET).is_none());
    let dropped = guest.log.events("dropped");
    assert_eq!(dropped[0]["reason"], "no bearer of its family");
}

#[test]
fn the_union_has_its_endpoints_in_setting_1() {
    let mut guest = Guest::new("union-802-3");
    assert_eq!(guest.bulk_out(2, &[0; 60]), 4, "a stall");
    guest.send(kind::SET_ALT_SETTING, &[2, 1]);
    let endpoints = guest.expect(kind::EP_INFO).body;
    assert_eq!(endpoints[2], 2, "bulk OUT 2");
    assert_eq!(endpoints[16 + 6], 2, "bulk IN 6");
    assert_eq!(guest.expect(kind::ALT_SETTING_STATUS).body, [0, 2, 1]);
    assert_eq!(guest.bulk_out(2, &[0; 60]), 0);
    guest.send(kind::SET_ALT_SETTING, &[2, 7]);
    assert_eq!(guest.expect(kind::ALT_SETTING_STATUS).body, [4, 2, 1]);
}
