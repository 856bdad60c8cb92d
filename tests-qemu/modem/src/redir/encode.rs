// SPDX-License-Identifier: GPL-2.0-only
//! From a packet's meaning to its bytes.

use super::packet::{capability, kind, ToGuest, TABLE, VERSION};

const VERSION_TEXT: &[u8] = concat!("qmi-modem ", env!("CARGO_PKG_VERSION")).as_bytes();

/// Fills `body` and returns type and id.
pub fn encode(packet: &ToGuest, body: &mut Vec<u8>) -> (u32, u64) {
    match packet {
        ToGuest::Hello => {
            body.extend(VERSION_TEXT);
            body.resize(VERSION, 0);
            body.extend(capability::OWN.to_le_bytes());
            (kind::HELLO, 0)
        }
        ToGuest::DeviceConnect {
            speed,
            class,
            vendor,
            product,
            release,
        } => {
            body.push(*speed);
            body.extend(class);
            for number in [vendor, product, release] {
                body.extend(number.to_le_bytes());
            }
            (kind::DEVICE_CONNECT, 0)
        }
        ToGuest::DeviceDisconnect => (kind::DEVICE_DISCONNECT, 0),
        ToGuest::InterfaceInfo(interfaces) => {
            // Profiles have fewer interfaces than the table.
            body.extend((interfaces.len().min(TABLE) as u32).to_le_bytes());
            let column = |value: fn(&(u8, [u8; 3])) -> u8| {
                (0..TABLE).map(move |row| interfaces.get(row).map_or(0, value))
            };
            body.extend(column(|(number, _)| *number));
            body.extend(column(|(_, [class, _, _])| *class));
            body.extend(column(|(_, [_, subclass, _])| *subclass));
            body.extend(column(|(_, [_, _, protocol])| *protocol));
            (kind::INTERFACE_INFO, 0)
        }
        ToGuest::EpInfo(table) => {
            body.extend(table.iter().map(|entry| entry.transfer));
            body.extend(table.iter().map(|entry| entry.interval));
            body.extend(table.iter().map(|entry| entry.interface));
            body.extend(
                table
                    .iter()
                    .flat_map(|entry| entry.max_packet.to_le_bytes()),
            );
            (kind::EP_INFO, 0)
        }
        ToGuest::ConfigurationStatus { id, status, value } => {
            body.extend([*status as u8, *value]);
            (kind::CONFIGURATION_STATUS, *id)
        }
        ToGuest::AltSettingStatus {
            id,
            status,
            interface,
            alternate,
        } => {
            body.extend([*status as u8, *interface, *alternate]);
            (kind::ALT_SETTING_STATUS, *id)
        }
        ToGuest::InterruptStatus {
            id,
            status,
            endpoint,
        } => {
            body.extend([*status as u8, *endpoint]);
            (kind::INTERRUPT_RECEIVING_STATUS, *id)
        }
        ToGuest::Control {
            id,
            status,
            header,
            data,
        } => {
            let (endpoint, request) = (header.endpoint, header.request);
            body.extend([endpoint, request, header.request_type, *status as u8]);
            for number in [header.value, header.index, header.length] {
                body.extend(number.to_le_bytes());
            }
            body.extend(data);
            (kind::CONTROL_PACKET, *id)
        }
        ToGuest::Bulk {
            id,
            status,
            endpoint,
            length,
            data,
        } => {
            let [a, b, c, d] = length.to_le_bytes();
            body.extend([*endpoint, *status as u8, a, b, 0, 0, 0, 0, c, d]);
            body.extend(data);
            (kind::BULK_PACKET, *id)
        }
        ToGuest::Interrupt {
            id,
            status,
            endpoint,
            length,
            data,
        } => {
            body.extend([*endpoint, *status as u8]);
            body.extend(length.to_le_bytes());
            body.extend(data);
            (kind::INTERRUPT_PACKET, *id)
        }
    }
}
