// SPDX-License-Identifier: GPL-2.0-only
//! The operating mode.

use super::{follow, wds, Call, Reply};
use crate::qmi::QmiError;

/// Turned off until a reset.
const OFFLINE: u8 = 3;
/// Starts the firmware anew.
const RESET: u8 = 4;

/// Registration follows the radio, and sessions do not outlive the radio. A reset is due when the host has its answer.
pub fn set_operating_mode(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    let [mode] = call.required(0x01)?;
    let was_online = call.state.is_online();
    let offline = call.state.operating_mode == OFFLINE;
    match mode {
        RESET if offline => call.state.reset_is_due = true,
        RESET => return Err(QmiError::InvalidTransition),
        OFFLINE => call.state.operating_mode = mode,
        _ if offline => return Err(QmiError::InvalidTransition),
        _ => call.state.operating_mode = mode,
    }
    let mut reply = Reply::default();
    if !call.state.is_online() {
        wds::lose_all(call.state, &mut reply);
    }
    if call.state.is_online() != was_online {
        follow::tell(call.state, &mut reply);
    }
    Ok(reply)
}
