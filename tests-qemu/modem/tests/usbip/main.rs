// SPDX-License-Identifier: GPL-2.0-only
//! A modem driven over USB/IP, as Linux and a driver would, and as a hostile host.

mod machine;
#[path = "../support/mod.rs"]
mod support;

use std::thread::sleep;
use std::time::{Duration, Instant};

use machine::{words, Machine, DEVICE};
use proptest::prelude::*;
use qmi_modem::hostile::presence::Presence;
use qmi_modem::hostile::{Case, Cases};
use qmi_modem::usbip::{UsbIpError, MAX_OUTPUT, MAX_PENDING};
use support::{error, ping, request, udp};

const DMS: u8 = 2;
const ZERO_PACKET: u32 = 0x40;
const UNLINKED: i32 = -104;
const STALLED: i32 = -32;

const OWN: [u8; 4] = [10, 64, 0, 2];
const GATEWAY: [u8; 4] = [10, 64, 0, 1];

#[test]
fn it_is_enumerated_and_configured() {
    let mut machine = Machine::new("union-802-3");
    let device = machine.control([0x80, 6, 0, 1, 0, 0, 64, 0], &[]);
    assert_eq!(
        (device.status, device.length, device.data.len()),
        (0, 18, 18)
    );
    let head = machine.control([0x80, 6, 0, 2, 0, 0, 9, 0], &[]);
    assert_eq!(head.data.len(), 9);
    assert_eq!(machine.control([0x80, 8, 0, 0, 0, 0, 1, 0], &[]).data, [1]);
    assert_eq!(machine.bulk_out(2, 0, &[0; 60]), STALLED);
    let choose = |setting| [1, 11, setting, 0, 2, 0, 0, 0];
    assert_eq!(machine.control(choose(1), &[]).status, 0);
    assert_eq!(machine.control(choose(7), &[]).status, STALLED);
    assert_eq!(machine.control([0x81, 10, 0, 0, 2, 0, 1, 0], &[]).data, [1]);
    assert_eq!(machine.bulk_out(2, 0, &[0; 60]), 0);
    let unknown = machine.control([0x80, 6, 0, 77, 0, 0, 64, 0], &[]);
    assert_eq!((unknown.status, unknown.length), (STALLED, 0));
    let chosen = machine.log.events("set-interface");
    assert_eq!(
        (&chosen[0]["status"], &chosen[1]["status"]),
        (&"ok".into(), &"stall".into())
    );
}

#[test]
fn a_notification_answers_the_request_that_waits_for_it() {
    let mut machine = Machine::new("combined-802-3");
    let waiting = machine.bulk_in(0x87, 16);
    assert_eq!(machine.take(waiting), None);
    machine.command(8, &request(0, 0, 1, 0x22, &[1, 1, 0, DMS]));
    let notification = machine.take(waiting).unwrap();
    assert_eq!(notification.data, [0xa1, 1, 0, 0, 8, 0, 0, 0]);
    assert_eq!(error(&machine.response(8)), 0);
    // A notification that comes before a request stays until then; one that is longer than the request is too long.
    machine.command(8, &request(0, 0, 1, 0x27, &[]));
    let small = machine.bulk_in(0x87, 4);
    let short = machine.take(small).unwrap();
    assert_eq!((short.status, short.data.len()), (-75, 4));
}

#[test]
fn a_ping_comes_back() {
    let mut machine = Machine::new("autoconnect");
    let waiting = machine.bulk_in(0x84, 2048);
    assert_eq!(machine.bulk_out(4, 0, &ping(OWN, GATEWAY, 56)), 0);
    let answer = machine.take(waiting).unwrap();
    assert_eq!(
        (answer.status, answer.data.len(), answer.data[20]),
        (0, 84, 0)
    );
}

#[test]
fn an_empty_packet_is_a_flag() {
    let mut machine = Machine::new("autoconnect");
    let waiting = machine.bulk_in(0x84, 2048);
    let full = ping(OWN, GATEWAY, 512 - 28);
    assert_eq!(machine.bulk_out(4, 0, &full), 0);
    assert_eq!(machine.take(waiting), None, "the frame has no end");
    assert_eq!(machine.bulk_out(4, 0, &[]), 0);
    assert_eq!(machine.take(waiting).unwrap().data.len(), 512);
    let waiting = machine.bulk_in(0x84, 2048);
    assert_eq!(machine.bulk_out(4, ZERO_PACKET, &full), 0);
    assert_eq!(machine.take(waiting).unwrap().data.len(), 512);
}

#[test]
fn an_unlinked_request_has_no_answer() {
    let mut machine = Machine::new("autoconnect");
    let (first, second) = (machine.bulk_in(0x84, 2048), machine.bulk_in(0x84, 2048));
    assert_eq!(machine.unlink(first), UNLINKED);
    assert_eq!(machine.unlink(first), 0, "it is no more");
    machine.bulk_out(4, 0, &ping(OWN, GATEWAY, 56));
    assert_eq!(machine.take(first), None);
    assert_eq!(machine.take(second).unwrap().data.len(), 84);
    assert_eq!(machine.unlink(second), 0, "it has its answer");
    let interrupt = machine.bulk_in(0x85, 16);
    assert_eq!(machine.unlink(interrupt), UNLINKED);
}

#[test]
fn a_late_answer_can_be_unlinked() {
    let mut machine = Machine::new("late-status");
    let status = machine.submit(0x80, 0, 2, [0x80, 0, 0, 0, 0, 0, 2, 0], &[]);
    assert_eq!(machine.take(status), None);
    assert_eq!(machine.unlink(status), UNLINKED);
}

#[test]
fn a_halted_endpoint_fails_until_that_is_cleared() {
    let mut machine = Machine::new("autoconnect");
    let requests: Vec<u32> = (0..3).map(|_| machine.bulk_in(0x84, 2048)).collect();
    machine.bulk_out(4, 0, &udp(OWN, GATEWAY, 22, b"in stall 1"));
    for id in requests {
        let answer = machine.take(id).unwrap();
        assert_eq!((answer.status, answer.length), (STALLED, 0));
    }
    assert_eq!(machine.control([2, 1, 0, 0, 0x84, 0, 0, 0], &[]).status, 0);
    let waiting = machine.bulk_in(0x84, 2048);
    machine.bulk_out(4, 0, &ping(OWN, GATEWAY, 56));
    assert_eq!(machine.take(waiting).unwrap().status, 0);
}

#[test]
fn who_detaches_takes_the_power() {
    let mut machine = Machine::new("combined-802-3");
    machine.command(8, &request(0, 0, 1, 0x22, &[1, 1, 0, DMS]));
    let client = *machine.response(8).last().unwrap();
    let waiting = machine.bulk_in(0x87, 16);
    machine.host.detach();
    machine.attach();
    assert_eq!(machine.take(waiting), None);
    machine.command(8, &request(DMS, client, 2, 0x21, &[]));
    assert_eq!(error(&machine.response(8)), 7, "the client is forgotten");
    assert_eq!(machine.take(waiting), None);
    assert_eq!(machine.log.events("connect").len(), 2);
}

#[test]
fn a_device_that_leaves_comes_back_for_who_attaches_it_again() {
    let mut machine = Machine::new("mc7455");
    machine.control([0x21, 0x22, 1, 0, 8, 0, 0, 0], &[]);
    machine.command(8, &request(0, 0, 1, 0x22, &[1, 1, 0, DMS]));
    let client = *machine.response(8).last().unwrap();
    for (message, value) in [(0x50, 1), (0x2e, 3), (0x2e, 4)] {
        machine.command(8, &request(DMS, client, 2, message, &[1, 1, 0, value]));
        assert!(
            !machine.host.has_left(),
            "the answer is still to be fetched"
        );
        assert_eq!(error(&machine.response(8)), 0);
    }
    let limit = Instant::now() + Duration::from_secs(10);
    while !machine.host.has_left() {
        assert!(Instant::now() < limit, "it stays");
        sleep(machine.host.deadline().expect("nothing is due"));
        machine.host.work().unwrap();
    }
    machine.host.detach();
    machine.attach();
    let device = machine.control([0x80, 6, 0, 1, 0, 0, 18, 0], &[]).data;
    assert_eq!(device[8..12], [0x99, 0x11, 0x70, 0x90], "in download mode");
}

#[test]
fn it_goes_at_a_request_as_often_as_it_is_told() {
    let mut machine = Machine::new("combined-802-3");
    let first = Case { seed: 1, number: 0 };
    machine
        .host
        .set_presence(Presence::new(Cases::new(first, 1)));
    machine.host.detach();
    machine.host.attach();
    machine.submit(0, 0, 0, [0, 9, 1, 0, 0, 0, 0, 0], &[]);
    for _ in 0..100 {
        for endpoint in [0x87, 0x82, 1] {
            if !machine.host.has_left() {
                machine.submit(endpoint, 0, 0, [0; 8], &[]);
            }
        }
        if !machine.host.has_left() {
            machine.submit(0x80, 0, 2, [0x80, 0, 0, 0, 0, 0, 2, 0], &[]);
        }
    }
    assert!(machine.host.has_left());
    assert_eq!(machine.log.events("hostile").len(), 1);
}

#[test]
fn requests_that_wait_are_counted() {
    let mut machine = Machine::new("autoconnect");
    for _ in 0..MAX_PENDING {
        machine.bulk_in(0x84, 2048);
    }
    let one_more = [1, 0, DEVICE, 1, 4, 0, 2048, 0, 0, 0];
    let bytes = [words(one_more), vec![0; 8]].concat();
    assert_eq!(machine.write(&bytes), Err(UsbIpError::Pending(MAX_PENDING)));
}

#[test]
fn who_does_not_take_answers_gets_no_more() {
    let mut machine = Machine::new("autoconnect");
    let header = [1, 0, DEVICE, 1, 0, 0, 255, 0, 0, 0];
    let one = [&words(header)[..], &[0x80, 6, 0, 2, 0, 0, 255, 0]].concat();
    let count = 20_000;
    machine.host.push(&one.repeat(count));
    machine.inward = vec![true];
    let mut rounds = 0;
    while machine.answers.len() < count {
        machine.host.work().unwrap();
        let waiting = machine.host.output().len();
        assert!(waiting <= MAX_OUTPUT + 48 + 255, "{waiting} bytes");
        assert!(waiting > 0, "{} answers", machine.answers.len());
        machine.collect();
        rounds += 1;
    }
    assert!(rounds > 1);
    assert!(machine.log.events("set-configuration").len() == 1);
}

#[test]
fn a_flood_waits_for_who_does_not_take_it() {
    let mut machine = Machine::new("autoconnect");
    for _ in 0..2000 {
        machine.bulk_in(0x84, 2048);
    }
    let order = udp(OWN, GATEWAY, 21, b"1900 1500 4000");
    let header = [1, 9999, DEVICE, 0, 4, 0, order.len() as u32, 0, 0, 0];
    machine
        .host
        .push(&[&words(header)[..], &[0; 8], &order].concat());
    machine.host.work().unwrap();
    // One transfer more than the limit, and the headers of all.
    assert!(machine.host.output().len() < MAX_OUTPUT + 2048 + 2000 * 48);
    machine.collect();
    let first = machine.answers.len();
    for _ in 0..10 {
        machine.host.work().unwrap();
        machine.collect();
    }
    assert!(first < 1000, "{first} answers at once");
    assert_eq!(machine.answers.len(), 1901);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn garbage_ends_the_connection_at_worst(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut machine = Machine::new("union-802-3");
        machine.host.push(&bytes);
        let _ = machine.host.work();
    }

    #[test]
    fn any_requests_are_survived_and_no_answer_is_longer_than_asked_for(
        requests in prop::collection::vec(
            (any::<bool>(), 0u32..16, any::<u32>(), 0u32..3000, any::<[u8; 8]>(), any::<bool>()), 0..40),
    ) {
        let mut machine = Machine::new("autoconnect");
        let mut asked = Vec::new();
        let mut bytes = Vec::new();
        for (id, (inward, endpoint, flags, length, setup, standard)) in requests.iter().enumerate() {
            let header = [1, id as u32, DEVICE, (*inward).into(), *endpoint, *flags, *length, 0, 0, 0];
            bytes.extend(words(header));
            let mut setup = *setup;
            if *standard {
                setup[0] &= 0x83;
                setup[1] &= 15;
            }
            bytes.extend(setup);
            if !inward {
                bytes.extend(vec![0x45; *length as usize]);
            }
            asked.push(*length as usize);
        }
        machine.inward = requests.iter().map(|request| request.0).collect();
        machine.answers.clear();
        machine.write(&bytes).unwrap();
        for answer in &machine.answers {
            prop_assert!(answer.length <= asked[answer.id as usize], "{:?}", answer);
        }
        let mut ids: Vec<u32> = machine.answers.iter().map(|answer| answer.id).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        prop_assert_eq!(ids.len(), count, "no request has two answers");
    }

    #[test]
    fn any_unlinking_has_one_answer(which in prop::collection::vec(0u32..12, 0..12)) {
        let mut machine = Machine::new("autoconnect");
        for _ in 0..8 {
            machine.bulk_in(0x84, 2048);
        }
        let mut unlinked = std::collections::BTreeSet::new();
        for which in which {
            // The first request, number 0, was answered when it was attached.
            let waits = (1..=8).contains(&which) && unlinked.insert(which);
            prop_assert_eq!(machine.unlink(which), if waits { UNLINKED } else { 0 });
        }
    }
}
