// SPDX-License-Identifier: GPL-2.0-only
//! Packets from and to bytes. All numbers are little-endian.
//!
//! Written here because the crate `usbredirparser`, the binding of the protocol's C library, leaves all
//! its callbacks unimplemented as of 0.4.1; the tests hold the numbers below against that crate's.

use thiserror::Error;

use super::packet::{capability, kind, ControlHeader, FromGuest, Status, ToGuest, TABLE, VERSION};

/// Bytes of a packet after its header, at most: the longest transfer of a host controller is far below.
const MAX_BODY: usize = 16 << 20;

const VERSION_TEXT: &[u8] = concat!("qmi-modem ", env!("CARGO_PKG_VERSION")).as_bytes();

/// What this side can do.
const OWN: u32 = capability::CONNECT_DEVICE_VERSION
    | capability::FILTER
    | capability::EP_INFO_MAX_PACKET_SIZE
    | capability::IDS_64_BITS
    | capability::BULK_LENGTH_32_BITS;

/// What xHCI needs of both sides, and what this side does not work without.
const NEEDED: u32 = capability::CONNECT_DEVICE_VERSION
    | capability::EP_INFO_MAX_PACKET_SIZE
    | capability::IDS_64_BITS
    | capability::BULK_LENGTH_32_BITS;

/// Why the connection cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RedirError {
    /// Something came before the hello, or a second hello.
    #[error("usb-redir: packet type {0} where it may not be")]
    Order(u32),
    /// The other side is too old.
    #[error("usb-redir: the other side lacks capabilities 0x{0:x}; QEMU 1.3 or later has them")]
    Capabilities(u32),
    /// Not a packet of this protocol, or one for the other side.
    #[error("usb-redir: unknown packet type {0}")]
    Type(u32),
    /// The length does not fit the type.
    #[error("usb-redir: packet type {kind} of {length} bytes")]
    Length {
        /// Packet type.
        kind: u32,
        /// Bytes after the header.
        length: usize,
    },
    /// The guest has no port for a device of this speed, or a filter keeps it out.
    #[error("usb-redir: QEMU refuses the device; is there a free port of its speed?")]
    Rejected,
}

/// Both directions of a connection.
#[derive(Debug, Default)]
pub struct Codec {
    input: Vec<u8>,
    /// Whether the hello has come; ids have 32 bits until then.
    greeted: bool,
}

impl Codec {
    /// Takes bytes from the guest.
    pub fn push(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// The next whole packet.
    ///
    /// # Errors
    /// If the bytes are not the protocol; there is no going on then.
    pub fn take(&mut self) -> Result<Option<FromGuest>, RedirError> {
        let id_width = self.id_width();
        let Some((header, rest)) = self.input.split_at_checked(8 + id_width) else {
            return Ok(None);
        };
        let mut fields = Reader(header);
        let (kind, length) = (fields.u32(), fields.u32() as usize);
        let id = if id_width == 8 {
            fields.u64()
        } else {
            fields.u32().into()
        };
        if (kind == kind::HELLO) == self.greeted {
            return Err(RedirError::Order(kind));
        }
        if length > MAX_BODY {
            return Err(RedirError::Length { kind, length });
        }
        let Some(body) = rest.get(..length) else {
            return Ok(None);
        };
        let packet = decode(kind, id, body)?;
        self.input.drain(..8 + id_width + length);
        if let FromGuest::Hello(capabilities) = packet {
            let lacking = NEEDED & !capabilities;
            if lacking != 0 {
                return Err(RedirError::Capabilities(lacking));
            }
            self.greeted = true;
        }
        Ok(Some(packet))
    }

    /// The bytes of a packet to the guest.
    pub fn encode(&self, packet: &ToGuest) -> Vec<u8> {
        let mut body = Vec::new();
        let (kind, id) = encode(packet, &mut body);
        let mut bytes = kind.to_le_bytes().to_vec();
        // Bodies are transfers of at most MAX_BODY bytes.
        bytes.extend((body.len() as u32).to_le_bytes());
        bytes.extend(&id.to_le_bytes()[..self.id_width()]);
        bytes.extend(body);
        bytes
    }

    fn id_width(&self) -> usize {
        if self.greeted {
            8
        } else {
            4
        }
    }
}

/// Reads numbers from bytes whose length was checked; past the end there are zeros.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (head, rest) = self.0.split_at_checked(N).unwrap_or_default();
        self.0 = rest;
        head.try_into().unwrap_or([0; N])
    }

    fn u8(&mut self) -> u8 {
        u8::from_le_bytes(self.take())
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }
}

/// Bytes of the fixed part of a packet, and whether data may follow it.
pub(super) fn shape(kind: u32) -> Option<(usize, bool)> {
    Some(match kind {
        kind::HELLO => (VERSION, true),
        kind::RESET | kind::GET_CONFIGURATION | kind::CANCEL_DATA_PACKET => (0, false),
        kind::FILTER_REJECT => (0, false),
        kind::FILTER_FILTER => (0, true),
        kind::SET_CONFIGURATION | kind::GET_ALT_SETTING => (1, false),
        kind::START_INTERRUPT_RECEIVING | kind::STOP_INTERRUPT_RECEIVING => (1, false),
        kind::SET_ALT_SETTING => (2, false),
        kind::CONTROL_PACKET => (10, true),
        kind::BULK_PACKET => (10, true),
        kind::INTERRUPT_PACKET => (4, true),
        _ => return None,
    })
}

fn decode(kind: u32, id: u64, body: &[u8]) -> Result<FromGuest, RedirError> {
    let wrong_length = RedirError::Length {
        kind,
        length: body.len(),
    };
    let (fixed, more) = shape(kind).ok_or(RedirError::Type(kind))?;
    let (header, data) = body.split_at_checked(fixed).ok_or(wrong_length.clone())?;
    if !more && !data.is_empty() {
        return Err(wrong_length);
    }
    // Only OUT packets bring data, and just as much as they say.
    let carried = |endpoint: u8, length: u32| {
        let expected = if endpoint & 0x80 == 0 { length } else { 0 };
        if data.len() == expected as usize {
            Ok(data.to_vec())
        } else {
            Err(wrong_length.clone())
        }
    };
    let mut fields = Reader(header);
    Ok(match kind {
        kind::HELLO => FromGuest::Hello(Reader(data).u32()),
        kind::RESET => FromGuest::Reset,
        kind::SET_CONFIGURATION => FromGuest::SetConfiguration {
            id,
            value: fields.u8(),
        },
        kind::GET_CONFIGURATION => FromGuest::GetConfiguration(id),
        kind::SET_ALT_SETTING => FromGuest::SetAltSetting {
            id,
            interface: fields.u8(),
            alternate: fields.u8(),
        },
        kind::GET_ALT_SETTING => FromGuest::GetAltSetting {
            id,
            interface: fields.u8(),
        },
        kind::START_INTERRUPT_RECEIVING => FromGuest::StartInterrupt {
            id,
            endpoint: fields.u8(),
        },
        kind::STOP_INTERRUPT_RECEIVING => FromGuest::StopInterrupt {
            id,
            endpoint: fields.u8(),
        },
        kind::CANCEL_DATA_PACKET => FromGuest::Cancel(id),
        kind::FILTER_REJECT => FromGuest::FilterReject,
        kind::CONTROL_PACKET => {
            let header = control_header(&mut fields);
            let data = carried(header.request_type, header.length.into())?;
            FromGuest::Control { id, header, data }
        }
        kind::BULK_PACKET => {
            let (endpoint, _status) = (fields.u8(), fields.u8());
            let (low, _stream) = (fields.u16(), fields.u32());
            let length = u32::from(low) | u32::from(fields.u16()) << 16;
            FromGuest::Bulk {
                id,
                endpoint,
                length,
                data: carried(endpoint, length)?,
            }
        }
        kind::INTERRUPT_PACKET => {
            let (endpoint, _status, length) = (fields.u8(), fields.u8(), fields.u16());
            carried(endpoint, length.into())?;
            FromGuest::InterruptOut {
                id,
                endpoint,
                length,
            }
        }
        _ => FromGuest::Notice,
    })
}

fn control_header(fields: &mut Reader<'_>) -> ControlHeader {
    let (endpoint, request, request_type) = (fields.u8(), fields.u8(), fields.u8());
    let _status = fields.u8();
    ControlHeader {
        endpoint,
        request,
        request_type,
        value: fields.u16(),
        index: fields.u16(),
        length: fields.u16(),
    }
}

/// Fills `body` and returns type and id.
fn encode(packet: &ToGuest, body: &mut Vec<u8>) -> (u32, u64) {
    match packet {
        ToGuest::Hello => {
            body.extend(VERSION_TEXT);
            body.resize(VERSION, 0);
            body.extend(OWN.to_le_bytes());
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

impl From<Result<(), crate::usb::Stall>> for Status {
    fn from(result: Result<(), crate::usb::Stall>) -> Self {
        match result {
            Ok(()) => Self::Success,
            Err(crate::usb::Stall) => Self::Stall,
        }
    }
}
