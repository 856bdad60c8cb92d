// SPDX-License-Identifier: GPL-2.0-only
//! The operating mode.

use super::call::{Call, Reply};
use super::{follow, wds};
use crate::qmi::error::QmiError;
use crate::qmi::state::State;

/// Turned off until a reset.
const OFFLINE: u8 = 3;
/// Starts the firmware anew.
const RESET: u8 = 4;

/// Registration follows the radio, and sessions do not outlive the radio. A reset is due when the host has its answer.
pub fn set_operating_mode(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    let [mode] = call.required(0x01)?;
    let offline = call.state.operating_mode == OFFLINE;
    let mut reply = Reply::default();
    match mode {
        RESET if offline => call.state.reset_is_due = true,
        RESET => return Err(QmiError::InvalidTransition),
        OFFLINE => enter_mode(call.state, mode, &mut reply),
        _ if offline => return Err(QmiError::InvalidTransition),
        _ => enter_mode(call.state, mode, &mut reply),
    }
    Ok(reply)
}

/// The radio changes, and with it what depends on it.
pub fn enter_mode(state: &mut State, mode: u8, reply: &mut Reply) {
    let was_online = state.is_online();
    state.operating_mode = mode;
    if !state.is_online() {
        wds::lose_all(state, reply);
    }
    if state.is_online() != was_online {
        follow::tell(state, reply);
    }
}
