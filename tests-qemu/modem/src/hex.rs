// SPDX-License-Identifier: GPL-2.0-only
//! Bytes written as hexadecimal text, in data files and in the log.

use std::fmt::Write;

use serde::{Deserialize, Deserializer};

/// Bytes given as text like `05 24 06 00 01`; blanks are free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hex(pub Vec<u8>);

/// Lower-case digits without blanks.
pub fn encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes that `text` stands for, or `None` if it is not pairs of digits.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    pairs
        .remainder()
        .is_empty()
        .then(|| pairs.map(|pair| (pair[0] << 4) | pair[1]).collect())
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        decode(&text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected pairs of hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_refusal() {
        assert_eq!(decode("05 24\n0f"), Some(vec![5, 0x24, 15]));
        assert_eq!(encode(&[5, 0x24, 15]), "05240f");
        assert_eq!(decode("052"), None);
        assert_eq!(decode("zz"), None);
    }
}
