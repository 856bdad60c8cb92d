// SPDX-License-Identifier: GPL-2.0-only
//! Data sessions: at most one for each client.

use super::call::{Call, Reply, WDS};
use crate::addresses::IPV6_PREFIX;
use crate::bearer::Bearer;
use crate::link_layer::IpFamily;
use crate::qmi::error::QmiError;
use crate::qmi::qmux::Address;
use crate::qmi::state::{State, DEFAULT_APN};

const PACKET_SERVICE_STATUS: u16 = 0x0022;
const DISCONNECTED: u64 = 1;
const CONNECTED: u64 = 2;
/// Call end reason "client ended the call".
const ENDED_BY_CLIENT: u64 = 2;
/// Call end reason "no service".
const NO_SERVICE: u64 = 3;
/// Endpoint type of a modem on USB, of any speed.
const HIGH_SPEED_USB: u32 = 2;
/// A stop with this handle ends whatever the client has.
const ANY_HANDLE: u32 = 0xffff_ffff;

fn number(family: IpFamily) -> u64 {
    match family {
        IpFamily::V4 => 4,
        IpFamily::V6 => 6,
    }
}

/// The family of a preference; 8 is none in particular.
fn family(preference: u8) -> Result<Option<IpFamily>, QmiError> {
    match preference {
        4 => Ok(Some(IpFamily::V4)),
        6 => Ok(Some(IpFamily::V6)),
        8 => Ok(None),
        _ => Err(QmiError::InvalidIpFamilyPreference),
    }
}

pub fn start(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    if !call.state.is_online() {
        return Err(QmiError::CallFailed);
    }
    let client = call.address.client;
    let apn = match call.tlv(0x14) {
        Some(apn) => String::from_utf8(apn.to_vec()).map_err(|_| QmiError::InvalidArgument)?,
        None => DEFAULT_APN.to_owned(),
    };
    let wish = call.state.wish(client);
    wish.apn.clone_from(&apn);
    let wish = wish.clone();
    let mtu = call.state.mtu_of(&apn);
    let preference = match call.fixed(0x19)? {
        Some([preference]) => family(preference)?,
        None => None,
    };
    let family = preference.unwrap_or(wish.family);
    let bearer = call
        .state
        .bearers
        .start(client, wish.mux, family, mtu)
        .ok_or(QmiError::NoEffect)?;
    let mut reply = Reply::default();
    reply.set("packet_data_handle", bearer.handle);
    reply.set("connection_status", CONNECTED);
    reply.set("ip_family", number(family));
    reply
        .indications
        .push((call.address, PACKET_SERVICE_STATUS));
    Ok(reply)
}

pub fn stop(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    let handle = u32::from_le_bytes(call.required(0x01)?);
    let bearer = bearer(call)?;
    if ![bearer.handle, ANY_HANDLE].contains(&handle) {
        return Err(QmiError::InvalidHandle);
    }
    call.state.bearers.stop(bearer.client);
    let mut reply = Reply::default();
    reply.set("connection_status", DISCONNECTED);
    reply.set("call_end_reason", ENDED_BY_CLIENT);
    reply.set("ip_family", number(bearer.family));
    reply
        .indications
        .push((call.address, PACKET_SERVICE_STATUS));
    Ok(reply)
}

/// Ends all sessions, and tells the clients that had them.
pub fn lose_all(state: &mut State, reply: &mut Reply) {
    reply.set("connection_status", DISCONNECTED);
    reply.set("call_end_reason", NO_SERVICE);
    for bearer in state.bearers.stop_all() {
        let address = Address {
            service: WDS,
            client: bearer.client,
        };
        reply.indications.push((address, PACKET_SERVICE_STATUS));
    }
}

pub fn status(call: &Call<'_>) -> Reply {
    let mut reply = Reply::default();
    let status = bearer(call).map_or(DISCONNECTED, |_| CONNECTED);
    reply.set("connection_status", status);
    reply
}

pub fn set_family(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    let [preference] = call.required(0x01)?;
    let family = family(preference)?.unwrap_or(IpFamily::V4);
    call.state.wish(call.address.client).family = family;
    Ok(Reply::default())
}

/// The client's next session is on the link of that mux id.
pub fn bind_mux(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    if let Some(value) = call.fixed::<8>(0x10)? {
        let [kind, interface] = [0, 4].map(|at| {
            let bytes = &value[at..at + 4];
            bytes
                .iter()
                .rev()
                .fold(0, |number, &byte| (number << 8) | u32::from(byte))
        });
        if kind != HIGH_SPEED_USB || !call.state.has_interface(interface) {
            return Err(QmiError::InvalidArgument);
        }
    }
    if let Some([mux]) = call.fixed(0x11)? {
        call.state.wish(call.address.client).mux = mux;
    }
    Ok(Reply::default())
}

pub fn statistics(call: &Call<'_>) -> Result<Reply, QmiError> {
    let bearer = bearer(call)?;
    let mut reply = Reply::default();
    reply.set("tx_packets", bearer.up.packets);
    reply.set("tx_bytes", bearer.up.bytes);
    reply.set("rx_packets", bearer.down.packets);
    reply.set("rx_bytes", bearer.down.bytes);
    Ok(reply)
}

pub fn settings(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    let bearer = bearer(call)?;
    let apn = call.state.wish(bearer.client).apn.clone();
    let addresses = call.state.plan.on(bearer.mux);
    let mut reply = Reply::default();
    reply.set("ip_family", number(bearer.family));
    reply.set("mtu", bearer.mtu.unwrap_or(addresses.mtu));
    reply.set_bytes("apn", apn.as_bytes());
    match bearer.family {
        IpFamily::V4 => {
            reply.set("pdp_type", 0_u64);
            reply.set("ipv4_address", u32::from(addresses.ipv4));
            reply.set("ipv4_gateway", u32::from(addresses.ipv4_gateway));
            reply.set("ipv4_mask", u32::from(addresses.ipv4_mask));
            reply.set("ipv4_dns_1", u32::from(addresses.ipv4_dns[0]));
            reply.set("ipv4_dns_2", u32::from(addresses.ipv4_dns[1]));
        }
        IpFamily::V6 => {
            reply.set("pdp_type", 2_u64);
            reply.set("ipv6_prefix", IPV6_PREFIX);
            for (name, address) in [
                ("ipv6_address", addresses.ipv6),
                ("ipv6_gateway", addresses.ipv6_gateway),
                ("ipv6_dns_1", addresses.ipv6_dns[0]),
                ("ipv6_dns_2", addresses.ipv6_dns[1]),
            ] {
                reply.set_bytes(name, &address.octets());
            }
        }
    }
    Ok(reply)
}

fn bearer(call: &Call<'_>) -> Result<Bearer, QmiError> {
    call.state
        .bearers
        .of(call.address.client)
        .ok_or(QmiError::OutOfCall)
}
