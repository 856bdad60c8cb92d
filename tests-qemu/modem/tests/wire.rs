// SPDX-License-Identifier: GPL-2.0-only
//! The protocol's numbers against the reference binding, and random bytes against the parser.

mod support;

use std::mem::size_of;

use proptest::prelude::*;
use qmi_modem::redir::packet::{capability, kind, Status, TABLE};
use qmi_modem::redir::RedirError;
use support::{hello, host, packet, Guest, Log};
use usbredirparser::ffi;

#[test]
fn the_numbers_are_the_protocol_s() {
    let kinds = [
        (kind::HELLO, ffi::usb_redir_hello),
        (kind::DEVICE_CONNECT, ffi::usb_redir_device_connect),
        (kind::DEVICE_DISCONNECT, ffi::usb_redir_device_disconnect),
        (kind::RESET, ffi::usb_redir_reset),
        (kind::INTERFACE_INFO, ffi::usb_redir_interface_info),
        (kind::EP_INFO, ffi::usb_redir_ep_info),
        (kind::SET_CONFIGURATION, ffi::usb_redir_set_configuration),
        (kind::GET_CONFIGURATION, ffi::usb_redir_get_configuration),
        (
            kind::CONFIGURATION_STATUS,
            ffi::usb_redir_configuration_status,
        ),
        (kind::SET_ALT_SETTING, ffi::usb_redir_set_alt_setting),
        (kind::GET_ALT_SETTING, ffi::usb_redir_get_alt_setting),
        (kind::ALT_SETTING_STATUS, ffi::usb_redir_alt_setting_status),
        (
            kind::START_INTERRUPT_RECEIVING,
            ffi::usb_redir_start_interrupt_receiving,
        ),
        (
            kind::STOP_INTERRUPT_RECEIVING,
            ffi::usb_redir_stop_interrupt_receiving,
        ),
        (
            kind::INTERRUPT_RECEIVING_STATUS,
            ffi::usb_redir_interrupt_receiving_status,
        ),
        (kind::CANCEL_DATA_PACKET, ffi::usb_redir_cancel_data_packet),
        (kind::FILTER_REJECT, ffi::usb_redir_filter_reject),
        (kind::FILTER_FILTER, ffi::usb_redir_filter_filter),
        (kind::CONTROL_PACKET, ffi::usb_redir_control_packet),
        (kind::BULK_PACKET, ffi::usb_redir_bulk_packet),
        (kind::INTERRUPT_PACKET, ffi::usb_redir_interrupt_packet),
    ];
    for (ours, reference) in kinds {
        assert_eq!(ours, reference);
    }
    let capabilities = [
        (
            capability::CONNECT_DEVICE_VERSION,
            ffi::usb_redir_cap_connect_device_version,
        ),
        (capability::FILTER, ffi::usb_redir_cap_filter),
        (
            capability::EP_INFO_MAX_PACKET_SIZE,
            ffi::usb_redir_cap_ep_info_max_packet_size,
        ),
        (capability::IDS_64_BITS, ffi::usb_redir_cap_64bits_ids),
        (
            capability::BULK_LENGTH_32_BITS,
            ffi::usb_redir_cap_32bits_bulk_length,
        ),
    ];
    for (ours, reference) in capabilities {
        assert_eq!(ours, 1 << reference);
    }
    let statuses = [
        (Status::Success, ffi::usb_redir_success),
        (Status::Cancelled, ffi::usb_redir_cancelled),
        (Status::Invalid, ffi::usb_redir_inval),
        (Status::Stall, ffi::usb_redir_stall),
        (Status::Babble, ffi::usb_redir_babble),
    ];
    for (ours, reference) in statuses {
        assert_eq!(ours as u32, reference);
    }
}

#[test]
fn the_packets_have_the_protocol_s_sizes() {
    let mut guest = Guest::new("combined-802-3");
    guest.send(kind::SET_CONFIGURATION, &[1]);
    guest.send(kind::GET_ALT_SETTING, &[8]);
    guest.send(kind::START_INTERRUPT_RECEIVING, &[0x87]);
    guest.send(kind::CONTROL_PACKET, &[0x80, 6, 0x80, 0, 0, 9, 0, 0, 0, 0]);
    guest.send(kind::BULK_PACKET, &[4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    // A table of streams follows only where both sides can do streams.
    let ep_info = size_of::<ffi::usb_redir_ep_info_header>() - TABLE * size_of::<u32>();
    let sizes = [
        (
            kind::INTERFACE_INFO,
            size_of::<ffi::usb_redir_interface_info_header>(),
        ),
        (kind::EP_INFO, ep_info),
        (
            kind::CONFIGURATION_STATUS,
            size_of::<ffi::usb_redir_configuration_status_header>(),
        ),
        (
            kind::ALT_SETTING_STATUS,
            size_of::<ffi::usb_redir_alt_setting_status_header>(),
        ),
        (
            kind::INTERRUPT_RECEIVING_STATUS,
            size_of::<ffi::usb_redir_interrupt_receiving_status_header>(),
        ),
        (
            kind::CONTROL_PACKET,
            size_of::<ffi::usb_redir_control_packet_header>(),
        ),
        (
            kind::BULK_PACKET,
            size_of::<ffi::usb_redir_bulk_packet_header>(),
        ),
    ];
    for (kind, size) in sizes {
        assert_eq!(guest.expect(kind).body.len(), size, "type {kind}");
    }
}

#[test]
fn order_capabilities_and_lengths() {
    let log = Log::default();
    let receive = |bytes: &[u8]| host("combined-802-3", &log).receive(bytes);
    assert_eq!(
        receive(&packet(kind::RESET, 0, &[])),
        Err(RedirError::Order(kind::RESET))
    );
    let mut old = hello();
    old[12 + 64] = 0;
    assert_eq!(receive(&old), Err(RedirError::Capabilities(0x72)));
    let after_hello = |bytes: &[u8]| receive(&[&hello(), bytes].concat());
    assert_eq!(after_hello(&packet(77, 0, &[])), Err(RedirError::Type(77)));
    let short = packet(kind::SET_ALT_SETTING, 0, &[1]);
    let wrong = RedirError::Length {
        kind: kind::SET_ALT_SETTING,
        length: 1,
    };
    assert_eq!(after_hello(&short), Err(wrong));
    // Ten bytes are announced, none come.
    let lying = packet(kind::BULK_PACKET, 0, &[4, 0, 10, 0, 0, 0, 0, 0, 0, 0]);
    let wrong = RedirError::Length {
        kind: kind::BULK_PACKET,
        length: 10,
    };
    assert_eq!(after_hello(&lying), Err(wrong));
    assert_eq!(
        after_hello(&packet(kind::FILTER_REJECT, 0, &[])),
        Err(RedirError::Rejected)
    );
}

#[test]
fn bytes_may_come_one_at_a_time() {
    let log = Log::default();
    let mut modem = host("combined-802-3", &log);
    for byte in [hello(), packet(kind::SET_CONFIGURATION, 5, &[1])].concat() {
        modem.receive(&[byte]).unwrap();
    }
    assert_eq!(log.events("set-configuration").len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn garbage_ends_the_connection_at_worst(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let log = Log::default();
        let _ = host("union-802-3", &log).receive(&bytes);
        let _ = host("union-802-3", &log).receive(&[hello(), bytes].concat());
    }

    #[test]
    fn any_packet_of_the_right_shape_is_survived(
        packets in prop::collection::vec(
            (prop::sample::select(vec![3u32, 6, 7, 9, 10, 15, 16, 21, 100, 101, 103]),
             prop::collection::vec(any::<u8>(), 0..40)),
            0..12),
    ) {
        let log = Log::default();
        let mut modem = host("raw-ip-hs", &log);
        modem.receive(&hello()).unwrap();
        modem.receive(&packet(kind::SET_CONFIGURATION, 1, &[1])).unwrap();
        for (id, (kind, body)) in packets.iter().enumerate() {
            if modem.receive(&packet(*kind, id as u64, body)).is_err() {
                break;
            }
        }
    }

    #[test]
    fn any_qmi_message_is_survived(
        service: u8, message in 0u16..0x80, tlvs in prop::collection::vec(any::<u8>(), 0..60), raw: bool,
    ) {
        let mut guest = Guest::alone("combined-802-3");
        for service in [1, 2, 3, 0x1a] {
            guest.qmi(8, &support::request(0, 0, 1, 0x22, &[1, 1, 0, service]));
        }
        let frame = if raw { tlvs } else { support::request(service % 4, 1, 1, message, &tlvs) };
        prop_assert_eq!(guest.command(8, &frame), 0);
        guest.response(8);
        let version = support::request(0, 0, 9, 0x21, &[]);
        while !guest.response(8).is_empty() {}
        prop_assert_eq!(support::error(&guest.qmi(8, &version)), 0);
    }
}

#[test]
fn a_late_answer_waits_until_it_is_due_or_cancelled() {
    let mut guest = Guest::alone("late-status");
    let status = [0x80, 0, 0x80, 0, 0, 0, 0, 0, 2, 0];
    let id = guest.send(kind::CONTROL_PACKET, &status);
    assert!(guest.try_take(kind::CONTROL_PACKET).is_none());
    assert!(guest.host.deadline().is_some_and(|wait| wait.as_secs() < 4));
    guest
        .write(&packet(kind::CANCEL_DATA_PACKET, id, &[]))
        .unwrap();
    assert_eq!(guest.host.deadline(), None);
}
