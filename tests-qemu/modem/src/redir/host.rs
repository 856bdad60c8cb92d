// SPDX-License-Identifier: GPL-2.0-only
//! A modem on a usb-redir connection: packets in, packets out, no I/O of its own.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use serde_json::json;

use super::codec::{Codec, RedirError};
use super::packet::{ControlHeader, EndpointInfo, FromGuest, Status, ToGuest, TABLE};
use crate::event_log::EventLog;
use crate::hostile::failures::Failure;
use crate::hostile::presence::{Presence, Request, Verdict};
use crate::modem::Modem;
use crate::profile::{Speed, Transfer};
use crate::usb::{Setup, Stall};

/// Bits of wMaxPacketSize that are a size.
const PACKET_SIZE: u16 = 0x07ff;

/// A bulk IN request that waits for data.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    id: u64,
    length: usize,
}

/// The device side of a connection.
pub struct Host {
    modem: Modem,
    codec: Codec,
    output: Vec<u8>,
    waiting: BTreeMap<u8, VecDeque<Waiting>>,
    /// Bulk requests, by number, and their endpoint, that get no answer until QEMU cancels them: there when one before them
    /// failed, or left in silence.
    abandoned: BTreeMap<u64, u8>,
    polled: BTreeSet<u8>,
    notifications: u64,
    /// Answers to control requests that are held back, by when they are due and the request's number.
    late: BTreeMap<(Instant, u64), ToGuest>,
    /// Decides when the device goes.
    presence: Option<Presence>,
    log: EventLog,
}

impl Host {
    /// Starts a connection: the hello is ready to be sent.
    pub fn new(modem: Modem, log: EventLog) -> Self {
        let mut host = Self {
            modem,
            codec: Codec::default(),
            output: Vec::new(),
            waiting: BTreeMap::new(),
            abandoned: BTreeMap::new(),
            polled: BTreeSet::new(),
            notifications: 0,
            late: BTreeMap::new(),
            presence: None,
            log,
        };
        host.send(&ToGuest::Hello);
        host
    }

    /// Has `presence` decide when the device goes.
    pub fn set_presence(&mut self, presence: Presence) {
        self.presence = Some(presence);
    }

    /// The modem, for its timers.
    pub fn modem(&mut self) -> &mut Modem {
        &mut self.modem
    }

    /// How long until `pump` is due.
    pub fn deadline(&mut self) -> Option<Duration> {
        let late = self.late.keys().next();
        let late = late.map(|(due, _)| due.saturating_duration_since(Instant::now()));
        [late, self.modem.deadline()].into_iter().flatten().min()
    }

    /// Bytes for the guest; the caller removes those that it could write.
    pub fn output(&mut self) -> &mut Vec<u8> {
        &mut self.output
    }

    /// Takes bytes of the guest and does what they ask.
    ///
    /// # Errors
    /// If they are not the protocol, or if the guest refuses the device: the connection is over then.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), RedirError> {
        self.codec.push(bytes);
        while let Some(packet) = self.codec.take()? {
            if packet == FromGuest::FilterReject {
                return Err(RedirError::Rejected);
            }
            let verdict = self.decide(&packet);
            if verdict != Verdict::Go {
                self.handle(packet);
            }
            if verdict != Verdict::Stay {
                self.modem.crash();
            }
            self.pump();
        }
        Ok(())
    }

    /// Gives waiting requests what the modem has for them.
    pub fn pump(&mut self) {
        while let Some(entry) = self.late.first_entry() {
            if entry.key().0 > Instant::now() {
                break;
            }
            let packet = entry.remove();
            self.send(&packet);
        }
        self.modem.poll();
        let endpoints: Vec<u8> = self.waiting.keys().copied().collect();
        for endpoint in endpoints {
            while self.complete_bulk_in(endpoint) {
                self.modem.poll();
            }
        }
        let polled: Vec<u8> = self.polled.iter().copied().collect();
        for endpoint in polled {
            // One at a time: there are no requests that as many could answer.
            if !self.modem.is_halted(endpoint) {
                if let Some(failure) = self.modem.failure(endpoint) {
                    self.send_notification(endpoint, failure.into(), Vec::new());
                }
            }
            if self.modem.is_halted(endpoint) {
                continue;
            }
            while let Some(notification) = self.modem.notification(endpoint) {
                self.send_notification(endpoint, Status::Success, notification);
            }
        }
        if self.modem.restart_is_due() {
            self.restart();
        }
    }

    fn send_notification(&mut self, endpoint: u8, status: Status, data: Vec<u8>) {
        self.notifications += 1;
        self.send(&ToGuest::Interrupt {
            id: self.notifications,
            status,
            endpoint,
            // A few dozens of bytes at most.
            length: data.len() as u16,
            data,
        });
    }

    /// The device leaves the bus and comes back as another. QEMU lets the guest see that it was away.
    fn restart(&mut self) {
        self.unplug();
        self.waiting.clear();
        self.abandoned.clear();
        self.polled.clear();
        self.late.clear();
        self.modem.restart();
        self.log.event("restart", json!({}));
        self.connect();
    }

    /// Unplugs the device.
    pub fn unplug(&mut self) {
        self.send(&ToGuest::DeviceDisconnect);
    }

    fn send(&mut self, packet: &ToGuest) {
        let bytes = self.codec.encode(packet);
        self.output.extend(bytes);
    }

    /// Whether the device stays for this packet.
    fn decide(&mut self, packet: &FromGuest) -> Verdict {
        match (&mut self.presence, request(packet)) {
            (Some(presence), Some(request)) => presence.decide(request),
            _ => Verdict::Stay,
        }
    }

    fn handle(&mut self, packet: FromGuest) {
        match packet {
            FromGuest::Hello(_) => self.connect(),
            FromGuest::Reset => {
                self.log.event("reset", json!({}));
                self.modem.reset();
                self.cancel_all();
            }
            FromGuest::SetConfiguration { id, value } => {
                let status = self.modem.set_configuration(value).into();
                self.note_choice("set-configuration", status, json!({ "value": value }));
                self.cancel_all();
                self.describe();
                self.configuration_status(id, status);
            }
            FromGuest::GetConfiguration(id) => self.configuration_status(id, Status::Success),
            FromGuest::SetAltSetting {
                id,
                interface,
                alternate,
            } => {
                let status = self.modem.set_alternate(interface, alternate).into();
                let fields = json!({ "interface": interface, "alternate": alternate });
                self.note_choice("set-interface", status, fields);
                self.describe();
                self.alt_setting_status(id, status, interface);
            }
            FromGuest::GetAltSetting { id, interface } => {
                self.alt_setting_status(id, Status::Success, interface);
            }
            FromGuest::StartInterrupt { id, endpoint } => {
                let known = self.modem.gadget().endpoint(endpoint).is_some();
                if known {
                    self.polled.insert(endpoint);
                }
                self.interrupt_status(id, endpoint, known, "start-interrupt");
            }
            FromGuest::StopInterrupt { id, endpoint } => {
                let known = self.polled.remove(&endpoint);
                self.modem.polling_stopped(endpoint);
                self.interrupt_status(id, endpoint, known, "stop-interrupt");
            }
            FromGuest::Cancel(id) => self.cancel(id),
            FromGuest::FilterReject | FromGuest::Notice => {}
            FromGuest::Control { id, header, data } => self.control(id, header, &data),
            FromGuest::Bulk {
                id,
                endpoint,
                length,
                data,
            } => self.bulk(id, endpoint, length, &data),
            FromGuest::InterruptOut {
                id,
                endpoint,
                length,
            } => self.send(&ToGuest::Interrupt {
                id,
                status: Status::Stall,
                endpoint,
                length,
                data: Vec::new(),
            }),
        }
    }

    /// Plugs the device in. QEMU wants to know interfaces and endpoints before it.
    fn connect(&mut self) {
        match self.presence.as_mut().map(Presence::arrive) {
            Some(Some((number, wrong))) => self.log.hostile(number, &[wrong]),
            Some(None) => self.log.event("staying", json!({})),
            None => {}
        }
        self.describe();
        let device = &self.modem.profile().device;
        let speed = match device.speed {
            Speed::High => 2,
            Speed::Super => 3,
        };
        self.log.event(
            "connect",
            json!({
                "vendor": format!("{:04x}", device.vendor),
                "product": format!("{:04x}", device.product),
                "speed": if speed == 2 { "high" } else { "super" },
            }),
        );
        let packet = ToGuest::DeviceConnect {
            speed,
            class: device.class,
            vendor: device.vendor,
            product: device.product,
            release: device.release,
        };
        self.send(&packet);
    }

    fn describe(&mut self) {
        // Endpoint 0 in both directions is always there, as a control endpoint.
        let mut table = Box::new([EndpointInfo::NONE; TABLE]);
        for entry in [0, TABLE / 2] {
            table[entry] = EndpointInfo {
                transfer: 0,
                max_packet: 64,
                ..EndpointInfo::NONE
            };
        }
        for (interface, endpoint) in self.modem.gadget().endpoints() {
            let row =
                (usize::from(endpoint.address & 0x80) >> 3) | usize::from(endpoint.address & 15);
            table[row] = EndpointInfo {
                transfer: match endpoint.transfer {
                    Transfer::Bulk => 2,
                    Transfer::Interrupt => 3,
                },
                // QEMU refuses an interval of 0, and divides by the size.
                interval: endpoint.interval.max(1),
                interface: interface.number,
                max_packet: match endpoint.max_packet & PACKET_SIZE {
                    0 => PACKET_SIZE,
                    _ => endpoint.max_packet,
                },
            };
        }
        let interfaces = self.modem.profile().interfaces.iter();
        let interfaces = interfaces.map(|i| (i.number, i.class)).collect();
        self.send(&ToGuest::InterfaceInfo(interfaces));
        self.send(&ToGuest::EpInfo(table));
    }

    fn note_choice(&self, event: &str, status: Status, mut fields: serde_json::Value) {
        let ok = status == Status::Success;
        fields["status"] = json!(if ok { "ok" } else { "stall" });
        self.log.event(event, fields);
    }

    fn configuration_status(&mut self, id: u64, status: Status) {
        let value = self.modem.gadget().configuration();
        self.send(&ToGuest::ConfigurationStatus { id, status, value });
    }

    fn alt_setting_status(&mut self, id: u64, status: Status, interface: u8) {
        let alternate = self.modem.gadget().alternate(interface);
        self.send(&ToGuest::AltSettingStatus {
            id,
            status: alternate.map_or(Status::Stall, |_| status),
            interface,
            alternate: alternate.unwrap_or(0),
        });
    }

    fn interrupt_status(&mut self, id: u64, endpoint: u8, known: bool, event: &str) {
        let address = format!("0x{endpoint:02x}");
        self.log.event(event, json!({ "endpoint": address }));
        let status = if known {
            Status::Success
        } else {
            Status::Invalid
        };
        self.send(&ToGuest::InterruptStatus {
            id,
            status,
            endpoint,
        });
    }

    fn control(&mut self, id: u64, header: ControlHeader, data: &[u8]) {
        let setup = Setup {
            request_type: header.request_type,
            request: header.request,
            value: header.value,
            index: header.index,
            length: header.length,
        };
        let reply = self.modem.control(setup, data);
        let status = reply.result.as_ref().map(|_| ()).map_err(|_| Stall).into();
        let answer = reply.result.unwrap_or_default();
        let length = match (status, setup.is_in()) {
            // The answer was cut to wLength.
            (Status::Success, true) => answer.len() as u16,
            (Status::Success, false) => header.length,
            _ => 0,
        };
        let packet = ToGuest::Control {
            id,
            status,
            header: ControlHeader { length, ..header },
            data: answer,
        };
        if reply.late.is_zero() {
            self.send(&packet);
        } else {
            self.late.insert((Instant::now() + reply.late, id), packet);
        }
    }

    fn bulk(&mut self, id: u64, endpoint: u8, length: u32, data: &[u8]) {
        if endpoint & 0x80 != 0 && self.modem.gadget().endpoint(endpoint).is_some() {
            let request = Waiting {
                id,
                length: length as usize,
            };
            self.waiting.entry(endpoint).or_default().push_back(request);
            return;
        }
        // What comes behind a transfer that gets no answer waits as well.
        if self.abandoned.values().any(|&silent| silent == endpoint) {
            self.abandoned.insert(id, endpoint);
            return;
        }
        let status = match self.modem.failure(endpoint) {
            Some(Failure::Silence) => {
                self.abandoned.insert(id, endpoint);
                return;
            }
            Some(failure) => failure.into(),
            None => self.modem.bulk_out(endpoint, data).into(),
        };
        let done = status == Status::Success;
        self.send(&ToGuest::Bulk {
            id,
            status,
            endpoint,
            length: if done { length } else { 0 },
            data: Vec::new(),
        });
    }

    /// Completes the oldest bulk IN request of an endpoint, if there is something for it.
    fn complete_bulk_in(&mut self, endpoint: u8) -> bool {
        let Some(queue) = self.waiting.get_mut(&endpoint) else {
            return false;
        };
        let Some(&Waiting { id, length }) = queue.front() else {
            return false;
        };
        if let Some(failure) = self.modem.failure(endpoint) {
            queue.pop_front();
            let others = queue.drain(..).map(|request| (request.id, endpoint));
            self.abandoned.extend(others);
            self.send_failed(id, endpoint, failure.into());
            return true;
        }
        let Some(transfer) = self.modem.bulk_in(endpoint, length) else {
            return false;
        };
        queue.pop_front();
        self.send(&ToGuest::Bulk {
            id,
            status: if transfer.babble {
                Status::Babble
            } else {
                Status::Success
            },
            endpoint,
            // No more than the guest's request asked for, a 32-bit number.
            length: transfer.data.len() as u32,
            data: transfer.data,
        });
        true
    }

    /// A request that waits is answered as cancelled; one that is answered already stays so.
    fn cancel(&mut self, id: u64) {
        self.late.retain(|(_, late), _| *late != id);
        let mut found = self.abandoned.remove(&id);
        for (&endpoint, queue) in &mut self.waiting {
            if let Some(place) = queue.iter().position(|request| request.id == id) {
                queue.remove(place);
                found = Some(endpoint);
            }
        }
        if let Some(endpoint) = found {
            self.send_failed(id, endpoint, Status::Cancelled);
        }
    }

    fn cancel_all(&mut self) {
        for (endpoint, queue) in std::mem::take(&mut self.waiting) {
            for request in queue {
                self.send_failed(request.id, endpoint, Status::Cancelled);
            }
        }
        for (id, endpoint) in std::mem::take(&mut self.abandoned) {
            self.send_failed(id, endpoint, Status::Cancelled);
        }
        self.polled.clear();
        self.late.clear();
    }

    fn send_failed(&mut self, id: u64, endpoint: u8, status: Status) {
        self.send(&ToGuest::Bulk {
            id,
            status,
            endpoint,
            length: 0,
            data: Vec::new(),
        });
    }
}

/// The kind of request that a packet is, if it is one.
fn request(packet: &FromGuest) -> Option<Request> {
    match packet {
        FromGuest::Control { .. }
        | FromGuest::SetConfiguration { .. }
        | FromGuest::SetAltSetting { .. } => Some(Request::Control),
        FromGuest::Bulk { endpoint, .. } if endpoint & 0x80 != 0 => Some(Request::BulkIn),
        FromGuest::Bulk { .. } => Some(Request::BulkOut),
        FromGuest::StartInterrupt { .. } | FromGuest::StopInterrupt { .. } => {
            Some(Request::Polling)
        }
        _ => None,
    }
}
