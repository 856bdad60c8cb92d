// SPDX-License-Identifier: GPL-2.0-only
//! Ethernet addresses in data files.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::hex;

/// Six octets, written `02:50:f3:00:00:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MacAddress(pub [u8; 6]);

impl MacAddress {
    /// Twelve upper-case digits, as in the string that iMACAddress names (ECM 1.2, 5.4).
    pub fn digits(self) -> String {
        hex::encode(&self.0).to_uppercase()
    }
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(|octet| format!("{octet:02x}")).collect();
        f.write_str(&parts.join(":"))
    }
}

impl<'de> Deserialize<'de> for MacAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(&text.replace(':', ""))
            .and_then(|octets| octets.try_into().ok())
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected six octets like 02:50:f3:00:00:00"))
    }
}
