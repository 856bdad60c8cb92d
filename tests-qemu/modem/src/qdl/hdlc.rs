// SPDX-License-Identifier: GPL-2.0-only
//! Frames of HDLC (RFC 1662): flags around them, escaped bytes, and a CRC-16 at the end.

use crc::{Crc, CRC_16_IBM_SDLC};

/// Begins a frame, and ends it.
pub const FLAG: u8 = 0x7e;
const ESCAPE: u8 = 0x7d;
/// What escaped bytes are combined with.
const ESCAPED: u8 = 0x20;

static CRC: Crc<u16> = Crc::<u16>::new(&CRC_16_IBM_SDLC);

/// The checksum of some bytes.
pub fn checksum(bytes: &[u8]) -> u16 {
    CRC.checksum(bytes)
}

/// What stands between two flags, taken out of the frame; `None` if its checksum is wrong.
pub fn unframe(frame: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(frame.len());
    let mut frame = frame.iter();
    while let Some(&byte) = frame.next() {
        bytes.push(match byte {
            ESCAPE => frame.next()? ^ ESCAPED,
            byte => byte,
        });
    }
    let (content, sum) = bytes.split_last_chunk::<2>()?;
    (checksum(content) == u16::from_le_bytes(*sum)).then(|| content.to_vec())
}

/// A frame with its flags.
pub fn frame(content: &[u8]) -> Vec<u8> {
    let sum = checksum(content).to_le_bytes();
    let mut frame = vec![FLAG];
    for &byte in content.iter().chain(&sum) {
        match byte {
            FLAG | ESCAPE => frame.extend([ESCAPE, byte ^ ESCAPED]),
            byte => frame.push(byte),
        }
    }
    frame.push(FLAG);
    frame
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_checksum_of_the_usual_example() {
        assert_eq!(checksum(b"123456789"), 0x906e);
    }

    #[test]
    fn the_frame_of_a_command() {
        assert_eq!(frame(&[0x2d]), [FLAG, 0x2d, 0x9f, 0x0a, FLAG]);
        assert_eq!(unframe(&[0x2d, 0x9f, 0x0a]), Some(vec![0x2d]));
        assert_eq!(unframe(&[0x2d, 0x9f, 0x0b]), None);
        assert_eq!(unframe(&[0x2d, 0x9f]), None);
        assert_eq!(unframe(&[]), None);
        assert_eq!(unframe(&[ESCAPE]), None);
    }

    proptest! {
        #[test]
        fn what_is_framed_comes_back(content in prop::collection::vec(any::<u8>(), 1..300)) {
            let frame = frame(&content);
            let inner = &frame[1..frame.len() - 1];
            prop_assert!(!inner.contains(&FLAG));
            prop_assert_eq!(unframe(inner), Some(content));
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = unframe(&bytes);
        }
    }
}
