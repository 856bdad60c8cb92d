// SPDX-License-Identifier: GPL-2.0-only
//! Requests and answers of a device that was imported. All numbers are big-endian, but for the SETUP packet.

use super::call::DEVICE_ID;
use super::error::UsbIpError;
use crate::usb::Setup;

/// Bytes of a transfer, at most: more than any driver of a modem asks for.
pub const MAX_TRANSFER: usize = 1 << 20;

/// Bytes of the header of each request and answer.
const HEADER: usize = 48;

const SUBMIT: u32 = 1;
const UNLINK: u32 = 2;
const SUBMIT_ANSWER: u32 = 3;
const UNLINK_ANSWER: u32 = 4;

/// What transfers that are not isochronous shall say. Linux says 0.
const NO_PACKETS: u32 = u32::MAX;
/// A flag of requests: an empty packet follows full ones.
const ZERO_PACKET: u32 = 0x40;

/// From the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromHost {
    /// A transfer.
    Submit {
        /// The request's number.
        id: u32,
        /// Endpoint address; that of endpoint 0 in both directions is 0.
        endpoint: u8,
        /// Whether data goes to the host.
        inward: bool,
        /// Of endpoint 0.
        setup: Setup,
        /// An empty packet follows if the last one is full.
        zero_packet: bool,
        /// Bytes to be sent, or that may come.
        length: usize,
        /// OUT data.
        data: Vec<u8>,
    },
    /// A request is not wanted any more.
    Unlink {
        /// The number of this request.
        id: u32,
        /// The number of that one.
        which: u32,
    },
}

/// To the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToHost {
    /// A transfer has ended.
    Submit {
        /// The request's number.
        id: u32,
        /// 0, or errno below 0.
        status: i32,
        /// Bytes transferred.
        length: usize,
        /// IN data: as many bytes, or none if the request was OUT.
        data: Vec<u8>,
    },
    /// A request has been unlinked, or not.
    Unlink {
        /// The number of the request to unlink.
        id: u32,
        /// 0 if the other has its answer already, else errno below 0: it gets none.
        status: i32,
    },
}

/// Both directions of a connection.
#[derive(Debug, Default)]
pub struct Codec {
    input: Vec<u8>,
    /// Bytes of the input that were taken.
    taken: usize,
}

impl Codec {
    /// Takes bytes from the host.
    pub fn push(&mut self, bytes: &[u8]) {
        self.input.drain(..self.taken);
        self.taken = 0;
        self.input.extend_from_slice(bytes);
    }

    /// The next whole request.
    ///
    /// # Errors
    /// If the bytes are not the protocol; there is no going on then.
    pub fn take(&mut self) -> Result<Option<FromHost>, UsbIpError> {
        let rest = self.input.get(self.taken..).unwrap_or_default();
        let Some((header, body)) = rest.split_first_chunk::<HEADER>() else {
            return Ok(None);
        };
        let (mut request, outward) = decode(header)?;
        let Some(bytes) = body.get(..outward) else {
            return Ok(None);
        };
        if let FromHost::Submit { data, .. } = &mut request {
            *data = bytes.to_vec();
        }
        self.taken += HEADER + outward;
        Ok(Some(request))
    }
}

/// The request that a header begins, and how many bytes of data follow it.
fn decode(header: &[u8; HEADER]) -> Result<(FromHost, usize), UsbIpError> {
    let number = |word: usize| {
        let bytes = header[4 * word..].first_chunk();
        bytes.map_or(0, |bytes| u32::from_be_bytes(*bytes))
    };
    let (command, id, device) = (number(0), number(1), number(2));
    if ![SUBMIT, UNLINK].contains(&command) {
        return Err(UsbIpError::Command(command));
    }
    if device != DEVICE_ID {
        return Err(UsbIpError::Device(device));
    }
    if command == UNLINK {
        let which = number(5);
        return Ok((FromHost::Unlink { id, which }, 0));
    }
    let limited = |what, value: u32, most: u32| {
        if value > most {
            return Err(UsbIpError::Field { what, value });
        }
        Ok(value)
    };
    let inward = limited("direction", number(3), 1)? == 1;
    let endpoint = limited("endpoint", number(4), 15)? as u8;
    let length = limited("length", number(6), MAX_TRANSFER as u32)? as usize;
    if number(8) != NO_PACKETS {
        limited("number of isochronous packets", number(8), 0)?;
    }
    let address = if inward && endpoint != 0 {
        endpoint | 0x80
    } else {
        endpoint
    };
    let request = FromHost::Submit {
        id,
        endpoint: address,
        inward,
        setup: setup(header),
        zero_packet: number(5) & ZERO_PACKET != 0,
        length,
        data: Vec::new(),
    };
    Ok((request, if inward { 0 } else { length }))
}

fn setup(header: &[u8; HEADER]) -> Setup {
    let [.., request_type, request, v0, v1, i0, i1, l0, l1] = *header;
    Setup {
        request_type,
        request,
        value: u16::from_le_bytes([v0, v1]),
        index: u16::from_le_bytes([i0, i1]),
        length: u16::from_le_bytes([l0, l1]),
    }
}

impl ToHost {
    /// Puts its bytes behind those that are there.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        let end = bytes.len() + HEADER;
        let mut header = |numbers: [u32; 9]| {
            bytes.extend(numbers.into_iter().flat_map(u32::to_be_bytes));
            bytes.resize(end, 0);
        };
        match self {
            Self::Submit {
                id,
                status,
                length,
                data,
            } => {
                let length = *length as u32; // at most MAX_TRANSFER
                let status = *status as u32; // its two's complement
                header([SUBMIT_ANSWER, *id, 0, 0, 0, status, length, 0, 0]);
                bytes.extend_from_slice(data);
            }
            Self::Unlink { id, status } => {
                header([UNLINK_ANSWER, *id, 0, 0, 0, *status as u32, 0, 0, 0]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(words: &str) -> Vec<u8> {
        let words = words.split_whitespace();
        words
            .flat_map(|word| u32::from_str_radix(word, 16).unwrap().to_be_bytes())
            .collect()
    }

    /// A bulk request of endpoint 8 to the host, with one word of the header changed.
    fn request(word: usize, value: u32) -> Vec<u8> {
        let mut words = [SUBMIT, 5, DEVICE_ID, 1, 8, 0, 512, 0, NO_PACKETS, 0, 0, 0];
        words[word] = value;
        words.into_iter().flat_map(u32::to_be_bytes).collect()
    }

    fn take(bytes: &[u8]) -> Result<Option<FromHost>, UsbIpError> {
        let mut codec = Codec::default();
        codec.push(bytes);
        codec.take()
    }

    // The protocol's description has requests and answers as captured. Here the device id is ours, and the start frame of the answer
    // 0, as it should be.

    #[test]
    fn requests_as_captured() {
        let inward = bytes(
            "00000001 00000d05 00010002 00000001 00000001 00000200 00000040 ffffffff 00000000 00000004 00000000 00000000",
        );
        let outward = bytes(
            "00000001 00000d06 00010002 00000000 00000001 00000000 00000040 ffffffff 00000000 00000004 00000000 00000000",
        );
        let none = Setup {
            request_type: 0,
            request: 0,
            value: 0,
            index: 0,
            length: 0,
        };
        let wanted = FromHost::Submit {
            id: 0xd05,
            endpoint: 0x81,
            inward: true,
            setup: none,
            zero_packet: false,
            length: 64,
            data: Vec::new(),
        };
        assert_eq!(take(&inward), Ok(Some(wanted)));
        assert_eq!(take(&outward), Ok(None), "its data is to come");
        let data = vec![0xa5; 64];
        let wanted = FromHost::Submit {
            id: 0xd06,
            endpoint: 1,
            inward: false,
            setup: none,
            zero_packet: false,
            length: 64,
            data: data.clone(),
        };
        assert_eq!(take(&[outward, data].concat()), Ok(Some(wanted)));
    }

    #[test]
    fn answers_as_captured() {
        let mut encoded = Vec::new();
        let answer = ToHost::Submit {
            id: 0xd05,
            status: 0,
            length: 64,
            data: vec![0xa5; 64],
        };
        answer.encode(&mut encoded);
        let mut wanted = bytes("00000003 00000d05 00000000 00000000 00000000 00000000 00000040 00000000 00000000 00000000 00000000 00000000");
        wanted.extend([0xa5; 64]);
        assert_eq!(encoded, wanted);
    }

    #[test]
    fn unlinking() {
        let mut request = bytes("00000002 00000007 00010002 00000000 00000000 00000005");
        request.resize(48, 0);
        let wanted = FromHost::Unlink { id: 7, which: 5 };
        assert_eq!(take(&request), Ok(Some(wanted)));
        let mut encoded = Vec::new();
        let answer = ToHost::Unlink {
            id: 7,
            status: -104,
        };
        answer.encode(&mut encoded);
        let mut wanted = bytes("00000004 00000007 00000000 00000000 00000000 ffffff98");
        wanted.resize(48, 0);
        assert_eq!(encoded, wanted);
    }

    #[test]
    fn the_setup_packet_is_little_endian() {
        let mut control = request(4, 0);
        control[40..].copy_from_slice(&[0x80, 6, 0, 3, 9, 4, 0xff, 1]);
        let Ok(Some(FromHost::Submit {
            endpoint, setup, ..
        })) = take(&control)
        else {
            panic!("no request");
        };
        assert_eq!(endpoint, 0);
        assert_eq!(
            (setup.value, setup.index, setup.length),
            (0x300, 0x409, 511)
        );
    }

    #[test]
    fn numbers_without_meaning_end_it() {
        let field = |what, value| Err(UsbIpError::Field { what, value });
        assert_eq!(take(&request(0, 3)), Err(UsbIpError::Command(3)));
        assert_eq!(take(&request(2, 9)), Err(UsbIpError::Device(9)));
        assert_eq!(take(&request(3, 2)), field("direction", 2));
        assert_eq!(take(&request(4, 16)), field("endpoint", 16));
        let most = MAX_TRANSFER as u32;
        assert!(take(&request(6, most)).is_ok());
        assert_eq!(take(&request(6, most + 1)), field("length", most + 1));
        assert_eq!(take(&request(6, u32::MAX)), field("length", u32::MAX));
        assert_eq!(
            take(&request(8, 1)),
            field("number of isochronous packets", 1)
        );
        assert!(take(&request(8, 0)).is_ok());
    }

    #[test]
    fn requests_may_come_in_pieces_and_together() {
        let two = [request(1, 1), request(1, 2)].concat();
        let mut codec = Codec::default();
        let mut ids = Vec::new();
        for byte in &two {
            codec.push(&[*byte]);
            while let Some(FromHost::Submit { id, .. }) = codec.take().unwrap() {
                ids.push(id);
            }
        }
        assert_eq!(ids, [1, 2]);
        codec.push(&two);
        assert!(codec.take().unwrap().is_some() && codec.take().unwrap().is_some());
        assert_eq!(codec.take(), Ok(None));
    }
}
