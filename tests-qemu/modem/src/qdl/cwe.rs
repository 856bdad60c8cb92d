// SPDX-License-Identifier: GPL-2.0-only
//! The header that Sierra Wireless puts before an image. Its numbers are big-endian, and its CRC-32 is the usual one but for the
//! last step, the complement.

use crc::{Crc, Digest, CRC_32_JAMCRC};

/// Bytes of a header.
pub const HEADER: usize = 400;
/// Bytes at its beginning that have a checksum of their own.
const PRODUCT_SPECIFIC: usize = 0x100;
/// The kind of an image with a carrier's settings.
const SETTINGS: &str = "NVUP";

static CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_JAMCRC);

/// Begins the checksum of an image.
pub fn sum() -> Digest<'static, u32> {
    CRC.digest()
}

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Whether the checksum of its own first part is right.
    pub is_right: bool,
    /// What the image is, in four letters.
    pub kind: String,
    /// What modems it is for, in four letters.
    pub product: String,
    /// Bytes that follow the header.
    pub size: u32,
    /// Their checksum.
    pub sum: u32,
    /// What it is called, in parts with `_` between them.
    pub version: String,
}

impl Header {
    /// Reads a header.
    pub fn parse(bytes: &[u8; HEADER]) -> Self {
        let number = |at: usize| {
            let bytes = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
            u32::from_be_bytes(bytes)
        };
        Self {
            is_right: CRC.checksum(&bytes[..PRODUCT_SPECIFIC]) == number(0x100),
            kind: text(&bytes[0x10c..0x110]),
            product: text(&bytes[0x110..0x114]),
            size: number(0x114),
            sum: number(0x118),
            version: text(&bytes[0x11c..0x170]),
        }
    }

    /// Whether the image is not firmware, but a carrier's settings for it.
    pub fn has_settings(&self) -> bool {
        self.kind == SETTINGS
    }

    /// The modem's family and the firmware's version, if both are in the name.
    pub fn firmware(&self) -> Option<(&str, &str)> {
        let mut parts = self.version.split('_').skip(2);
        Some((parts.next()?, parts.next()?))
    }

    /// The carrier, and the version of its settings, if both are in the name.
    pub fn settings(&self) -> Option<(&str, String)> {
        let mut parts = self.version.split('_').skip(5);
        let carrier = parts.next()?;
        Some((carrier, format!("{}_{}", parts.next()?, parts.next()?)))
    }
}

/// Text that ends with the field or with a NUL.
fn text(field: &[u8]) -> String {
    let end = field.iter().position(|&byte| byte == 0);
    let text = &field[..end.unwrap_or(field.len())];
    String::from_utf8_lossy(text).into_owned()
}

/// An image for tests: header and content.
#[cfg(test)]
pub fn example(kind: &str, version: &str, content: &[u8]) -> Vec<u8> {
    let mut header = vec![0; HEADER];
    let sum = CRC.checksum(&header[..PRODUCT_SPECIFIC]);
    header[0x100..0x104].copy_from_slice(&sum.to_be_bytes());
    header[0x10c..0x110].copy_from_slice(kind.as_bytes());
    header[0x110..0x114].copy_from_slice(b"9x30");
    header[0x114..0x118].copy_from_slice(&(content.len() as u32).to_be_bytes());
    header[0x118..0x11c].copy_from_slice(&CRC.checksum(content).to_be_bytes());
    header[0x11c..0x11c + version.len()].copy_from_slice(version.as_bytes());
    [header, content.to_vec()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(kind: &str, version: &str) -> Header {
        let image = example(kind, version, b"123456789");
        Header::parse(image.first_chunk().unwrap())
    }

    #[test]
    fn what_a_header_says() {
        let header = header(
            "NVUP",
            "9999999_9904609_SWI9X30C_02.33.03.00_00_GENERIC_002.072_000",
        );
        assert!(header.is_right && header.has_settings());
        assert_eq!(header.product, "9x30");
        assert_eq!((header.size, header.sum), (9, !0xcbf4_3926));
        assert_eq!(header.firmware(), Some(("SWI9X30C", "02.33.03.00")));
        assert_eq!(
            header.settings(),
            Some(("GENERIC", "002.072_000".to_owned()))
        );
    }

    #[test]
    fn what_it_does_not_say() {
        let plain = header("SPKG", "9999999_9999999_SWI9X30C_02.33.03.00_00");
        assert!(!plain.has_settings());
        assert_eq!(plain.settings(), None);
        assert_eq!(header("SPKG", "nothing").firmware(), None);
        let mut damaged = example("SPKG", "", b"");
        damaged[0] = 1;
        assert!(!Header::parse(damaged.first_chunk().unwrap()).is_right);
    }
}
