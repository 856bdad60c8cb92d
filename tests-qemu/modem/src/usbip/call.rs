// SPDX-License-Identifier: GPL-2.0-only
//! The beginning of a connection: the caller wants to know what there is, or to have it. All numbers are big-endian.

use super::error::UsbIpError;
use crate::modem::Modem;
use crate::profile::Speed;

/// Version 1.1.1, in both directions.
const VERSION: u16 = 0x0111;

const REQUEST_DEVICES: u16 = 0x8005;
const REQUEST_IMPORT: u16 = 0x8003;
const REPLY_DEVICES: u16 = 0x0005;
const REPLY_IMPORT: u16 = 0x0003;

/// Status words, of `usbip_common.h` in Linux' tools; the protocol's description knows 0 and 1 only.
const OK: u32 = 0;
const BUSY: u32 = 2;
const NO_DEVICE: u32 = 4;

/// Bytes of the header, of a bus id, and of a path.
const HEADER: usize = 8;
const BUS_ID_FIELD: usize = 32;
const PATH_FIELD: usize = 256;

/// What the one device is called.
pub const BUS_ID: &str = "1-1";
const PATH: &str = "/sys/devices/platform/qmi-modem/usb1/1-1";
const BUS_NUMBER: u32 = 1;
const DEVICE_NUMBER: u32 = 2;
/// How requests name it.
pub(super) const DEVICE_ID: u32 = (BUS_NUMBER << 16) | DEVICE_NUMBER;

/// What the caller wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// A list of devices; the connection ends with the answer.
    List,
    /// The device with this bus id.
    Import(Vec<u8>),
}

impl Call {
    /// Bytes of a call, at most: what comes behind is of the device.
    pub const MAX: usize = HEADER + BUS_ID_FIELD;

    /// The call in the first bytes of a connection, and how many of them it has; `None` if more are to come.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, UsbIpError> {
        let Some((header, rest)) = bytes.split_first_chunk::<HEADER>() else {
            return Ok(None);
        };
        let [v0, v1, c0, c1, ..] = *header;
        let (version, code) = (u16::from_be_bytes([v0, v1]), u16::from_be_bytes([c0, c1]));
        if version != VERSION {
            return Err(UsbIpError::Version(version));
        }
        match code {
            REQUEST_DEVICES => Ok(Some((Self::List, HEADER))),
            REQUEST_IMPORT => Ok(rest.first_chunk::<BUS_ID_FIELD>().map(|field| {
                let text = field.split(|&byte| byte == 0).next().unwrap_or_default();
                (Self::Import(text.to_vec()), Self::MAX)
            })),
            _ => Err(UsbIpError::Call(code)),
        }
    }
}

/// What is answered.
pub enum Answer<'a> {
    /// The list: of this one.
    List(&'a Modem),
    /// The caller has it from now on.
    Imported(&'a Modem),
    /// Another host has it.
    Busy,
    /// There is none of this name.
    Unknown,
}

impl Answer<'_> {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::List(modem) => {
                let mut bytes = header(REPLY_DEVICES, OK);
                bytes.extend(1_u32.to_be_bytes());
                device(modem, &mut bytes);
                for interface in listed(modem) {
                    bytes.extend(interface.class);
                    bytes.push(0);
                }
                bytes
            }
            Self::Imported(modem) => {
                let mut bytes = header(REPLY_IMPORT, OK);
                device(modem, &mut bytes);
                bytes
            }
            Self::Busy => header(REPLY_IMPORT, BUSY),
            Self::Unknown => header(REPLY_IMPORT, NO_DEVICE),
        }
    }
}

fn header(code: u16, status: u32) -> Vec<u8> {
    let mut bytes = VERSION.to_be_bytes().to_vec();
    bytes.extend(code.to_be_bytes());
    bytes.extend(status.to_be_bytes());
    bytes
}

/// The interfaces that a count of one byte can tell.
fn listed(modem: &Modem) -> &[crate::profile::Interface] {
    let all = &modem.profile().interfaces;
    &all[..all.len().min(u8::MAX.into())]
}

fn device(modem: &Modem, bytes: &mut Vec<u8>) {
    let device = &modem.profile().device;
    text(PATH, PATH_FIELD, bytes);
    text(BUS_ID, BUS_ID_FIELD, bytes);
    // `enum usb_device_speed` of Linux.
    let speed: u32 = match device.speed {
        Speed::High => 3,
        Speed::Super => 5,
    };
    for number in [BUS_NUMBER, DEVICE_NUMBER, speed] {
        bytes.extend(number.to_be_bytes());
    }
    for number in [device.vendor, device.product, device.release] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(device.class);
    bytes.push(modem.gadget().configuration());
    bytes.push(1);
    bytes.push(listed(modem).len() as u8);
}

/// A text in a field that ends with a zero at least.
fn text(text: &str, field: usize, bytes: &mut Vec<u8>) {
    let end = bytes.len() + field;
    bytes.extend(text.bytes().take(field - 1));
    bytes.resize(end, 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_may_come_in_pieces() {
        let list = [1, 0x11, 0x80, 5, 0, 0, 0, 0, 0xff];
        for length in 0..8 {
            assert_eq!(Call::parse(&list[..length]), Ok(None));
        }
        assert_eq!(Call::parse(&list), Ok(Some((Call::List, 8))));
        let mut import = vec![1, 0x11, 0x80, 3, 0, 0, 0, 0];
        import.extend(b"1-1");
        import.resize(39, 0);
        assert_eq!(Call::parse(&import), Ok(None));
        import.extend([0, 0xff]);
        let wanted = (Call::Import(b"1-1".to_vec()), 40);
        assert_eq!(Call::parse(&import), Ok(Some(wanted)));
    }

    #[test]
    fn a_bus_id_may_fill_its_field() {
        let mut import = vec![1, 0x11, 0x80, 3, 0, 0, 0, 0];
        import.extend([b'1'; 32]);
        let wanted = (Call::Import(vec![b'1'; 32]), 40);
        assert_eq!(Call::parse(&import), Ok(Some(wanted)));
    }

    #[test]
    fn what_is_no_call() {
        let parse = |bytes: &[u8]| Call::parse(bytes);
        assert_eq!(
            parse(&[1, 6, 0x80, 5, 0, 0, 0, 0]),
            Err(UsbIpError::Version(0x106))
        );
        assert_eq!(
            parse(&[1, 0x11, 0, 5, 0, 0, 0, 0]),
            Err(UsbIpError::Call(5))
        );
        assert!(parse(b"GET / HTTP/1.1\r\n").is_err());
    }
}
