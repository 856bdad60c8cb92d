// SPDX-License-Identifier: GPL-2.0-only
//! QMUX frames, message headers and TLVs: bytes in, bytes out. All numbers are little-endian.

use thiserror::Error;

/// Service number of CTL, whose header is shorter than that of all others.
pub const CTL: u8 = 0;
/// Client id that means every client.
pub const BROADCAST: u8 = 0xff;

const MARKER: u8 = 0x01;
const FROM_MODEM: u8 = 0x80;
/// Bytes after the marker that the length field counts besides the message: itself, flags, service, client.
const QMUX_HEADER: usize = 5;

/// Why bytes are not a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// The first byte is not 01.
    #[error("no QMUX marker")]
    Marker,
    /// The QMUX length is not that of the frame.
    #[error("QMUX length differs from the frame's")]
    Length,
    /// The message header does not fit.
    #[error("too short for the message header")]
    Header,
}

/// Where a message goes or comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// Service number.
    pub service: u8,
    /// Client id; 0 for CTL.
    pub client: u8,
}

/// What a message of the modem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageType {
    /// To a request.
    Response,
    /// Unsolicited.
    Indication,
}

/// A type and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tlv {
    /// Type.
    pub id: u8,
    /// Value.
    pub value: Vec<u8>,
}

/// A message of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Addressee.
    pub address: Address,
    /// Transaction; one byte wide for CTL.
    pub transaction: u16,
    /// Message number.
    pub message: u16,
    /// TLVs, or `None` if their lengths do not fit.
    pub tlvs: Option<Vec<Tlv>>,
}

impl Request {
    /// Parses one frame.
    ///
    /// # Errors
    /// If there is no telling what an answer would have to look like. Broken TLVs are not an error
    /// here: they are answered.
    pub fn parse(frame: &[u8]) -> Result<Self, FrameError> {
        let (&marker, rest) = frame.split_first().ok_or(FrameError::Marker)?;
        if marker != MARKER {
            return Err(FrameError::Marker);
        }
        let (header, message) = rest
            .split_at_checked(QMUX_HEADER)
            .ok_or(FrameError::Length)?;
        if usize::from(u16::from_le_bytes([header[0], header[1]])) != rest.len() {
            return Err(FrameError::Length);
        }
        let address = Address {
            service: header[3],
            client: header[4],
        };
        let wide = usize::from(address.service != CTL);
        let (header, body) = message
            .split_at_checked(6 + wide)
            .ok_or(FrameError::Header)?;
        let number = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let transaction = match address.service {
            CTL => header[1].into(),
            _ => number(1),
        };
        let fits = usize::from(number(4 + wide)) == body.len();
        Ok(Self {
            address,
            transaction,
            message: number(2 + wide),
            tlvs: fits.then(|| parse_tlvs(body)).flatten(),
        })
    }
}

/// The TLVs of a message body, or `None` if a length runs over the end.
pub fn parse_tlvs(mut bytes: &[u8]) -> Option<Vec<Tlv>> {
    let mut tlvs = Vec::new();
    while !bytes.is_empty() {
        let (header, rest) = bytes.split_at_checked(3)?;
        let length = u16::from_le_bytes([header[1], header[2]]);
        let (value, rest) = rest.split_at_checked(length.into())?;
        tlvs.push(Tlv {
            id: header[0],
            value: value.to_vec(),
        });
        bytes = rest;
    }
    Some(tlvs)
}

/// The frame of a message of the modem. What does not fit into 64 KiB is left out.
pub fn frame(
    kind: MessageType,
    address: Address,
    transaction: u16,
    message: u16,
    tlvs: &[Tlv],
) -> Vec<u8> {
    let mut body = Vec::new();
    for tlv in tlvs {
        body.push(tlv.id);
        body.extend(length(tlv.value.len()));
        body.extend(&tlv.value);
    }
    let mut sdu = Vec::new();
    if address.service == CTL {
        sdu.push(match kind {
            MessageType::Response => 1,
            MessageType::Indication => 2,
        });
        sdu.push(transaction.to_le_bytes()[0]);
    } else {
        sdu.push(match kind {
            MessageType::Response => 2,
            MessageType::Indication => 4,
        });
        sdu.extend(transaction.to_le_bytes());
    }
    sdu.extend(message.to_le_bytes());
    sdu.extend(length(body.len()));
    sdu.extend(body);

    let mut bytes = vec![MARKER];
    bytes.extend(length(QMUX_HEADER + sdu.len()));
    bytes.extend([FROM_MODEM, address.service, address.client]);
    bytes.extend(sdu);
    bytes
}

fn length(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALLOCATE_DMS: [u8; 16] = [1, 15, 0, 0, 0, 0, 0, 7, 0x22, 0, 4, 0, 1, 1, 0, 2];

    #[test]
    fn a_ctl_request_and_its_response() {
        let request = Request::parse(&ALLOCATE_DMS).unwrap();
        assert_eq!(request.transaction, 7);
        assert_eq!(request.message, 0x22);
        assert_eq!(request.tlvs.unwrap()[0].value, [2]);
        let tlv = Tlv {
            id: 2,
            value: vec![0; 4],
        };
        let bytes = frame(MessageType::Response, request.address, 7, 0x22, &[tlv]);
        let expected = [
            1, 18, 0, 0x80, 0, 0, 1, 7, 0x22, 0, 7, 0, 2, 4, 0, 0, 0, 0, 0,
        ];
        assert_eq!(bytes, expected);
    }

    #[test]
    fn a_service_message_has_a_wide_transaction() {
        let bytes = [1, 12, 0, 0, 2, 1, 0, 0x34, 0x12, 0x21, 0, 0, 0];
        let request = Request::parse(&bytes).unwrap();
        assert_eq!((request.transaction, request.message), (0x1234, 0x21));
        assert_eq!(request.tlvs, Some(vec![]));
    }

    #[test]
    fn lying_lengths() {
        let mut lying = ALLOCATE_DMS;
        lying[1] = 14;
        assert_eq!(Request::parse(&lying), Err(FrameError::Length));
        let mut lying = ALLOCATE_DMS;
        lying[13] = 9;
        assert_eq!(Request::parse(&lying).unwrap().tlvs, None);
        assert_eq!(Request::parse(&[]), Err(FrameError::Marker));
        assert_eq!(Request::parse(&[1, 5, 0, 0, 0, 0]), Err(FrameError::Header));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Request::parse(&bytes);
            let _ = parse_tlvs(&bytes);
        }

        #[test]
        fn a_valid_frame_cut_or_changed_does_not_panic(at in 0..16usize, byte: u8, end in 0..17usize) {
            let mut bytes = ALLOCATE_DMS.to_vec();
            bytes[at] = byte;
            bytes.truncate(end);
            let _ = Request::parse(&bytes);
        }
    }
}
