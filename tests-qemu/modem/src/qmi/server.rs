// SPDX-License-Identifier: GPL-2.0-only
//! From a request to its response and the indications before it.

use std::rc::Rc;

use serde_json::json;

use super::error::QmiError;
use super::handlers::{self, enter_mode, Call, Reply};
use super::qmux::{self, Address, MessageType, Request, Tlv};
use super::schema::{Message, Schema, Store};
use super::state::State;
use super::value::Value;
use crate::event_log::EventLog;
use crate::hex;
use crate::profile::Profile;

/// Type of the result TLV: status and error, u16 each.
const RESULT: u8 = 0x02;
/// Bytes of a TLV that the log shows.
const SHOWN: usize = 64;

/// Answers QMI requests.
pub struct Server {
    schema: Rc<Schema>,
    /// What the messages read and change.
    pub state: State,
    log: EventLog,
}

impl Server {
    /// A server of the messages in `schema`.
    pub fn new(schema: Rc<Schema>, state: State, log: EventLog) -> Self {
        Self { schema, state, log }
    }

    /// Begins anew as a function of another profile's firmware.
    pub fn restart(&mut self, profile: &Profile, function: usize) {
        let (plan, flash) = (self.state.plan, self.state.flash.clone());
        self.state = State::new(profile, function, &self.schema, plan, flash);
    }

    /// The modem's radio is turned on or off through another function: what this one's clients are told.
    pub fn follow_radio(&mut self, mode: u8) -> Vec<Vec<u8>> {
        let mut reply = Reply::default();
        enter_mode(&mut self.state, mode, &mut reply);
        self.indications(&reply)
    }

    /// Answers one QMUX frame: no frame at all if the request cannot be answered, else any
    /// indications and the response.
    pub fn answer(&mut self, frame: &[u8]) -> Vec<Vec<u8>> {
        let request = match Request::parse(frame) {
            Ok(request) => request,
            Err(reason) => {
                let data = hex::encode(frame.get(..SHOWN).unwrap_or(frame));
                let reason = reason.to_string();
                self.log
                    .event("qmi-dropped", json!({ "reason": reason, "data": data }));
                return Vec::new();
            }
        };
        let schema = Rc::clone(&self.schema);
        let service = schema.service(request.address.service);
        let message = service.and_then(|service| service.message(request.message));
        let tlvs = request.tlvs.as_deref();
        self.note("request", &request, message, tlvs.unwrap_or(&[]), None);

        let result = self.run(&request, message);
        let error = result.as_ref().err().copied();
        let mut tlvs = vec![result_tlv(error)];
        let reply = result.unwrap_or_default();
        if let (Some(message), None) = (message, error) {
            tlvs.extend(self.render(message, &reply));
        }
        let mut frames = self.indications(&reply);

        // Last, because a client that has it may close the port: cdc-wdm lets the next one read an end of file if a
        // message was being fetched meanwhile.
        self.note("response", &request, message, &tlvs, error);
        frames.push(qmux::frame(
            MessageType::Response,
            request.address,
            request.transaction,
            request.message,
            &tlvs,
        ));
        frames
    }

    fn indications(&self, reply: &Reply) -> Vec<Vec<u8>> {
        let indications = reply.indications.iter().filter_map(|&(address, id)| {
            let indication = self.schema.service(address.service)?.indication(id)?;
            let tlvs = self.render(indication, reply);
            let about = Request {
                address,
                transaction: 0,
                message: id,
                tlvs: None,
            };
            self.note("indication", &about, Some(indication), &tlvs, None);
            let kind = MessageType::Indication;
            Some(qmux::frame(kind, address, 0, id, &tlvs))
        });
        indications.collect()
    }

    fn run(&mut self, request: &Request, message: Option<&Message>) -> Result<Reply, QmiError> {
        let Address { service, client } = request.address;
        if service != qmux::CTL && !self.state.is_client(service, client) {
            return Err(QmiError::InvalidClientId);
        }
        let message = message.ok_or(QmiError::InvalidQmiCommand)?;
        let tlvs = request.tlvs.as_ref().ok_or(QmiError::MalformedMessage)?;
        let missing = |id: &u8| !tlvs.iter().any(|tlv| tlv.id == *id);
        if message.required.iter().any(missing) {
            return Err(QmiError::MissingArgument);
        }
        for store in &message.store {
            if let Some(tlv) = tlvs.iter().find(|tlv| tlv.id == store.tlv) {
                let value = number(&tlv.value, store).ok_or(QmiError::InvalidArgument)?;
                self.state.set(&store.variable, Value::Number(value));
            }
        }
        match message.handler {
            Some(handler) => handlers::run(
                handler,
                Call {
                    address: request.address,
                    tlvs,
                    state: &mut self.state,
                },
            ),
            None => Ok(Reply::default()),
        }
    }

    fn render(&self, message: &Message, reply: &Reply) -> Vec<Tlv> {
        message.render(&|name| {
            let own = reply.variables.get(name).cloned();
            own.or_else(|| self.state.variable(name))
        })
    }

    fn note(
        &self,
        direction: &str,
        about: &Request,
        message: Option<&Message>,
        tlvs: &[Tlv],
        error: Option<QmiError>,
    ) {
        let service = self.schema.service(about.address.service);
        let tlvs: Vec<_> = tlvs
            .iter()
            .map(|tlv| {
                let shown = tlv.value.get(..SHOWN).unwrap_or(&tlv.value);
                json!({
                    "type": format!("0x{:02x}", tlv.id),
                    "length": tlv.value.len(),
                    "value": hex::encode(shown),
                })
            })
            .collect();
        self.log.event(
            "qmi",
            json!({
                "direction": direction,
                "service": service.map_or("unknown", |s| &s.service),
                "message": message.map_or("unknown", |m| &m.name),
                "service_id": format!("0x{:02x}", about.address.service),
                "message_id": format!("0x{:04x}", about.message),
                "client": about.address.client,
                "transaction": about.transaction,
                "error": error.map(|error| format!("{error:?}")),
                "tlvs": tlvs,
            }),
        );
    }
}

fn result_tlv(error: Option<QmiError>) -> Tlv {
    let (status, code) = match error {
        None => (0_u16, 0),
        Some(error) => (1, error as u16),
    };
    Tlv {
        id: RESULT,
        value: [status.to_le_bytes(), code.to_le_bytes()].concat(),
    }
}

/// The number in a TLV that must have just that width.
fn number(value: &[u8], store: &Store) -> Option<u64> {
    if value.len() != store.width as usize {
        return None;
    }
    let bytes = value.iter().rev();
    Some(bytes.fold(0, |number, &byte| (number << 8) | u64::from(byte)))
}
