// SPDX-License-Identifier: GPL-2.0-only
//! What handlers are given, and what they give.

use std::collections::BTreeMap;

use crate::qmi::error::QmiError;
use crate::qmi::qmux::{Address, Tlv};
use crate::qmi::state::State;
use crate::qmi::value::Value;

/// Service number of NAS.
pub const NAS: u8 = 3;
/// Service number of WDS, whose clients own data sessions.
pub const WDS: u8 = 1;

/// What a handler is given.
pub struct Call<'a> {
    /// The client.
    pub address: Address,
    /// The request's TLVs.
    pub tlvs: &'a [Tlv],
    /// All state.
    pub state: &'a mut State,
}

/// Variables for the response, and indications to send before it.
#[derive(Debug, Default)]
pub struct Reply {
    /// For the response and the indications.
    pub variables: BTreeMap<&'static str, Value>,
    /// Indications by their numbers, and their receivers.
    pub indications: Vec<(Address, u16)>,
}

impl Reply {
    /// Sets a number.
    pub fn set(&mut self, name: &'static str, number: impl Into<u64>) {
        self.variables.insert(name, Value::Number(number.into()));
    }

    /// Sets bytes.
    pub fn set_bytes(&mut self, name: &'static str, bytes: &[u8]) {
        self.variables.insert(name, Value::Bytes(bytes.to_vec()));
    }
}

impl Call<'_> {
    /// The value of a TLV, if it is there.
    pub fn tlv(&self, id: u8) -> Option<&[u8]> {
        let tlv = self.tlvs.iter().find(|tlv| tlv.id == id)?;
        Some(&tlv.value)
    }

    /// The TLV as an array of exactly `N` bytes, if it is there.
    pub fn fixed<const N: usize>(&self, id: u8) -> Result<Option<[u8; N]>, QmiError> {
        self.tlv(id)
            .map(|value| value.try_into().map_err(|_| QmiError::InvalidArgument))
            .transpose()
    }

    /// The same, but it must be there.
    pub fn required<const N: usize>(&self, id: u8) -> Result<[u8; N], QmiError> {
        self.fixed(id)?.ok_or(QmiError::MissingArgument)
    }
}
