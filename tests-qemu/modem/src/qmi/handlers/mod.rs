// SPDX-License-Identifier: GPL-2.0-only
//! The messages that change state. Each handler gives the variables that its response needs.

mod call;
mod ctl;
mod dms;
mod firmware;
mod follow;
mod uim;
mod wda;
mod wds;

pub use call::{Call, Reply};
pub use dms::enter_mode;

use super::error::QmiError;
use super::schema::Handler;

/// Runs a handler.
///
/// # Errors
/// The QMI error to answer with.
pub fn run(handler: Handler, mut call: Call<'_>) -> Result<Reply, QmiError> {
    match handler {
        Handler::AllocateClient => ctl::allocate(&mut call),
        Handler::ReleaseClient => ctl::release(&mut call),
        Handler::Sync => Ok(ctl::sync(&mut call)),
        Handler::SetLinkProtocol => ctl::set_link_protocol(&mut call),
        Handler::SetOperatingMode => dms::set_operating_mode(&mut call),
        Handler::FirmwarePreference => firmware::preference(&call),
        Handler::SetFirmwarePreference => firmware::set_preference(&mut call),
        Handler::CurrentFirmware => firmware::current(&call),
        Handler::FollowRegistration => follow::registration(&mut call),
        Handler::FollowDataSystem => follow::data_system(&mut call),
        Handler::ReadFile => uim::read(&call),
        Handler::FileAttributes => uim::attributes(&call),
        Handler::SetDataFormat => wda::set_data_format(&mut call),
        Handler::StartNetwork => wds::start(&mut call),
        Handler::StopNetwork => wds::stop(&mut call),
        Handler::PacketServiceStatus => Ok(wds::status(&call)),
        Handler::CurrentSettings => wds::settings(&mut call),
        Handler::SetIpFamily => wds::set_family(&mut call),
        Handler::BindMuxDataPort => wds::bind_mux(&mut call),
        Handler::PacketStatistics => wds::statistics(&call),
    }
}
