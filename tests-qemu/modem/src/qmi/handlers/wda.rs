// SPDX-License-Identifier: GPL-2.0-only
//! The data format.

use super::call::{Call, Reply};
use crate::link_layer::{LinkLayer, Wanted, WantedLimits};
use crate::qmi::error::QmiError;

/// Takes what it can do of what is asked; the response tells what is in force then.
pub fn set_data_format(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    let wanted = Wanted {
        layer: number(call, 0x11)?.and_then(LinkLayer::from_wda),
        protocols: [number(call, 0x12)?, number(call, 0x13)?],
        // Not the types that the response has for them.
        uplink: WantedLimits {
            datagrams: limit(call, 0x1b)?,
            size: limit(call, 0x1c)?,
        },
        downlink: WantedLimits {
            datagrams: limit(call, 0x15)?,
            size: limit(call, 0x16)?,
        },
    };
    call.state.agree(wanted);
    Ok(Reply::default())
}

fn number(call: &Call<'_>, tlv: u8) -> Result<Option<u32>, QmiError> {
    Ok(call.fixed(tlv)?.map(u32::from_le_bytes))
}

fn limit(call: &Call<'_>, tlv: u8) -> Result<Option<usize>, QmiError> {
    let number = number(call, tlv)?;
    Ok(number.map(|number| usize::try_from(number).unwrap_or(usize::MAX)))
}
