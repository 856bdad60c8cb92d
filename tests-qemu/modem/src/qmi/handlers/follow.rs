// SPDX-License-Identifier: GPL-2.0-only
//! Clients that are told when the modem finds or leaves the network.

use super::call::{Call, Reply, NAS, WDS};
use crate::qmi::error::QmiError;
use crate::qmi::qmux::Address;
use crate::qmi::state::State;

const SERVING_SYSTEM: u16 = 0x0024;
const EVENT_REPORT: u16 = 0x0001;

/// NAS: serving system.
pub fn registration(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    follow(call, 0x13)
}

/// WDS: data system.
pub fn data_system(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    follow(call, 0x1a)
}

/// The TLV says whether the client wants to be told.
fn follow(call: &mut Call<'_>, id: u8) -> Result<Reply, QmiError> {
    let client = (call.address.service, call.address.client);
    match call.fixed(id)? {
        Some([0]) => {
            call.state.followers.remove(&client);
        }
        Some([_]) => {
            call.state.followers.insert(client);
        }
        None => {}
    }
    Ok(Reply::default())
}

/// Tells the clients that want it.
pub fn tell(state: &State, reply: &mut Reply) {
    for &(service, client) in &state.followers {
        let address = Address { service, client };
        match service {
            NAS => reply.indications.push((address, SERVING_SYSTEM)),
            WDS => reply.indications.push((address, EVENT_REPORT)),
            _ => {}
        }
    }
}
