// SPDX-License-Identifier: GPL-2.0-only
//! From a packet's bytes to its meaning.

use super::error::RedirError;
use super::packet::{kind, ControlHeader, FromGuest, VERSION};

/// Reads numbers from bytes whose length was checked; past the end there are zeros.
pub struct Reader<'a>(pub &'a [u8]);

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

    pub fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    pub fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }
}

/// Bytes of the fixed part of a packet, and whether data may follow it.
fn shape(kind: u32) -> Option<(usize, bool)> {
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

/// The meaning of a packet with its header taken off.
///
/// # Errors
/// If the type is not known or the length does not fit it.
pub fn decode(kind: u32, id: u64, body: &[u8]) -> Result<FromGuest, RedirError> {
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
            let length = u32::from(low) | (u32::from(fields.u16()) << 16);
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
