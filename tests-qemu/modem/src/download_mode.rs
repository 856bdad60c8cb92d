// SPDX-License-Identifier: GPL-2.0-only
//! The boot loader of a modem that waits for new firmware. Of its protocol, QDL, it knows the command that ends the mode;
//! commands are HDLC frames (RFC 1662) with CRC-16.

const FLAG: u8 = 0x7e;
const ESCAPE: u8 = 0x7d;
/// What escaped bytes are combined with.
const ESCAPED: u8 = 0x20;
/// QDL command "reset".
const RESET: u8 = 0x2d;

/// Whether a transfer holds the command to start the firmware.
pub fn is_reset(transfer: &[u8]) -> bool {
    transfer
        .split(|&byte| byte == FLAG)
        .filter_map(unframe)
        .any(|command| command == [RESET])
}

/// What a frame carries, if its checksum is right.
fn unframe(frame: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut frame = frame.iter();
    while let Some(&byte) = frame.next() {
        bytes.push(match byte {
            ESCAPE => frame.next()? ^ ESCAPED,
            byte => byte,
        });
    }
    let (command, sum) = bytes.split_last_chunk::<2>()?;
    (crc(command) == u16::from_le_bytes(*sum)).then(|| command.to_vec())
}

/// CRC-16 of RFC 1662, C.2.
fn crc(bytes: &[u8]) -> u16 {
    let crc = bytes.iter().fold(0xffff, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte), |crc, _| {
            (crc >> 1) ^ (0x8408 * (crc & 1))
        })
    });
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_of_the_usual_example() {
        assert_eq!(crc(b"123456789"), 0x906e);
    }

    #[test]
    fn only_a_whole_reset_is_one() {
        let [low, high] = crc(&[RESET]).to_le_bytes();
        let frame = [FLAG, RESET, low, high, FLAG];
        assert!(is_reset(&frame));
        assert!(is_reset(&[b"noise".as_slice(), &frame].concat()));
        assert!(!is_reset(&frame[..3]));
        assert!(!is_reset(&[FLAG, RESET, low, !high, FLAG]));
        assert!(!is_reset(&[FLAG, FLAG, ESCAPE, FLAG]));
    }
}
