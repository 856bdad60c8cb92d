// SPDX-License-Identifier: GPL-2.0-only
//! The messages that change state. Each handler gives the variables that its response needs.

mod ctl;
mod dms;
mod firmware;
mod follow;
mod uim;
mod wda;
mod wds;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use dms::enter_mode;

use super::qmux::{Address, Tlv};
use super::state::{State, Value};
use super::QmiError;

/// Service number of NAS.
pub const NAS: u8 = 3;
/// Service number of WDS, whose clients own data sessions.
pub const WDS: u8 = 1;

/// A handler's name in the message files.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handler {
    /// CTL.
    AllocateClient,
    /// CTL.
    ReleaseClient,
    /// CTL.
    Sync,
    /// CTL.
    SetLinkProtocol,
    /// DMS.
    SetOperatingMode,
    /// DMS.
    FirmwarePreference,
    /// DMS.
    SetFirmwarePreference,
    /// DMS.
    CurrentFirmware,
    /// NAS.
    FollowRegistration,
    /// WDS.
    FollowDataSystem,
    /// UIM.
    ReadFile,
    /// UIM.
    FileAttributes,
    /// WDA.
    SetDataFormat,
    /// WDS.
    StartNetwork,
    /// WDS.
    StopNetwork,
    /// WDS.
    PacketServiceStatus,
    /// WDS.
    CurrentSettings,
    /// WDS.
    SetIpFamily,
    /// WDS.
    BindMuxDataPort,
    /// WDS.
    PacketStatistics,
}

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
    /// Indications by their numbers, and to whom.
    pub indications: Vec<(Address, u16)>,
}

impl Reply {
    fn set(&mut self, name: &'static str, number: impl Into<u64>) {
        self.variables.insert(name, Value::Number(number.into()));
    }

    fn set_bytes(&mut self, name: &'static str, bytes: &[u8]) {
        self.variables.insert(name, Value::Bytes(bytes.to_vec()));
    }
}

impl Handler {
    /// Runs the handler.
    ///
    /// # Errors
    /// The QMI error to answer with.
    pub fn run(self, mut call: Call<'_>) -> Result<Reply, QmiError> {
        match self {
            Self::AllocateClient => ctl::allocate(&mut call),
            Self::ReleaseClient => ctl::release(&mut call),
            Self::Sync => Ok(ctl::sync(&mut call)),
            Self::SetLinkProtocol => ctl::set_link_protocol(&mut call),
            Self::SetOperatingMode => dms::set_operating_mode(&mut call),
            Self::FirmwarePreference => firmware::preference(&call),
            Self::SetFirmwarePreference => firmware::set_preference(&mut call),
            Self::CurrentFirmware => firmware::current(&call),
            Self::FollowRegistration => follow::registration(&mut call),
            Self::FollowDataSystem => follow::data_system(&mut call),
            Self::ReadFile => uim::read(&call),
            Self::FileAttributes => uim::attributes(&call),
            Self::SetDataFormat => wda::set_data_format(&mut call),
            Self::StartNetwork => wds::start(&mut call),
            Self::StopNetwork => wds::stop(&mut call),
            Self::PacketServiceStatus => Ok(wds::status(&call)),
            Self::CurrentSettings => wds::settings(&mut call),
            Self::SetIpFamily => wds::set_family(&mut call),
            Self::BindMuxDataPort => wds::bind_mux(&mut call),
            Self::PacketStatistics => wds::statistics(&call),
        }
    }
}

impl Call<'_> {
    fn tlv(&self, id: u8) -> Option<&[u8]> {
        let tlv = self.tlvs.iter().find(|tlv| tlv.id == id)?;
        Some(&tlv.value)
    }

    /// The TLV as an array of exactly `N` bytes, if it is there.
    fn fixed<const N: usize>(&self, id: u8) -> Result<Option<[u8; N]>, QmiError> {
        self.tlv(id)
            .map(|value| value.try_into().map_err(|_| QmiError::InvalidArgument))
            .transpose()
    }

    /// The same, but it must be there.
    fn required<const N: usize>(&self, id: u8) -> Result<[u8; N], QmiError> {
        self.fixed(id)?.ok_or(QmiError::MissingArgument)
    }
}
