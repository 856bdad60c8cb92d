// SPDX-License-Identifier: GPL-2.0-only
//! Values of variables.

/// The value of a variable in a message file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// For number fields.
    Number(u64),
    /// For string fields.
    Text(String),
    /// For `bytes` fields.
    Bytes(Vec<u8>),
}

impl Value {
    /// The bytes of a text or of bytes; a number has none.
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Text(text) => text.into_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}
