// SPDX-License-Identifier: GPL-2.0-only
//! Client ids, and the old way of setting the link layer.

use super::call::{Call, Reply, WDS};
use crate::link_layer::{LinkLayer, Wanted};
use crate::qmi::error::QmiError;
use crate::qmi::qmux::CTL;

pub fn allocate(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    let [service] = call.required(0x01)?;
    if service == CTL || !call.state.has_service(service) {
        return Err(QmiError::InvalidServiceType);
    }
    let client = call
        .state
        .allocate(service)
        .ok_or(QmiError::ClientIdsExhausted)?;
    let mut reply = Reply::default();
    reply.set("service", service);
    reply.set("client", client);
    Ok(reply)
}

pub fn release(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    let [service, client] = call.required(0x01)?;
    if !call.state.release(service, client) {
        return Err(QmiError::InvalidClientId);
    }
    if service == WDS {
        call.state.wishes.remove(&client);
        call.state.bearers.stop(client);
    }
    let mut reply = Reply::default();
    reply.set("service", service);
    reply.set("client", client);
    Ok(reply)
}

pub fn sync(call: &mut Call<'_>) -> Reply {
    call.state.forget_clients();
    Reply::default()
}

pub fn set_link_protocol(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    if let Some(value) = call.fixed(0x10)? {
        let layer = LinkLayer::from_wda(u16::from_le_bytes(value).into());
        call.state.agree(Wanted {
            layer,
            ..Wanted::default()
        });
    }
    Ok(Reply::default())
}
