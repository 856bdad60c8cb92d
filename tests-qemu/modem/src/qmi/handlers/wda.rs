// SPDX-License-Identifier: GPL-2.0-only
//! The data format.

use super::{Call, Reply};
use crate::link_layer::LinkLayer;
use crate::qmi::QmiError;

/// Takes what it can do of what is asked; the response tells what is in force then.
pub fn set_data_format(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    if let Some(value) = call.fixed(0x11)? {
        let layer = LinkLayer::from_wda(u32::from_le_bytes(value));
        call.state.choose_link_layer(layer);
    }
    Ok(Reply::default())
}
