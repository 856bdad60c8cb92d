// SPDX-License-Identifier: GPL-2.0-only
//! The USB port that a modem is plugged into: what a host asks of the device, and what comes of it. How both travel, `redir` and
//! `usbip` know; here is neither a protocol nor I/O.

mod event;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use serde_json::json;

pub use event::{Behind, Cancelled, End, Event, Status};

use crate::event_log::EventLog;
use crate::hostile::failures::Failure;
use crate::hostile::presence::{Presence, Request, Verdict};
use crate::modem::Modem;
use crate::profile::{Speed, Transfer};
use crate::usb::{Setup, Stall};

/// An IN request that waits for data.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    id: u64,
    length: usize,
}

/// The port, with the modem in it.
pub struct Port {
    modem: Modem,
    behind: Behind,
    events: VecDeque<Event>,
    waiting: BTreeMap<u8, VecDeque<Waiting>>,
    /// Requests, by number, and their endpoint, that get no answer until the host cancels them: there when one before them
    /// failed, or left in silence.
    abandoned: BTreeMap<u64, u8>,
    polled: BTreeSet<u8>,
    /// Answers to control requests that are held back, by when they are due and the request's number.
    late: BTreeMap<(Instant, u64), Event>,
    /// Decides when the device goes.
    presence: Option<Presence>,
    log: EventLog,
}

impl Port {
    /// A port with `modem`, which the host does not know yet.
    pub fn new(modem: Modem, behind: Behind, log: EventLog) -> Self {
        Self {
            modem,
            behind,
            events: VecDeque::new(),
            waiting: BTreeMap::new(),
            abandoned: BTreeMap::new(),
            polled: BTreeSet::new(),
            late: BTreeMap::new(),
            presence: None,
            log,
        }
    }

    /// Has `presence` decide when the device goes.
    pub fn set_presence(&mut self, presence: Presence) {
        self.presence = Some(presence);
    }

    /// The modem.
    pub fn modem(&mut self) -> &mut Modem {
        &mut self.modem
    }

    /// The same, to look at.
    pub fn device(&self) -> &Modem {
        &self.modem
    }

    /// How long until `pump` is due.
    pub fn deadline(&mut self) -> Option<Duration> {
        let late = self.late.keys().next();
        let late = late.map(|(due, _)| due.saturating_duration_since(Instant::now()));
        [late, self.modem.deadline()].into_iter().flatten().min()
    }

    /// What the host is to be told next.
    pub fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// How many requests have no answer yet.
    pub fn pending(&self) -> usize {
        let waiting: usize = self.waiting.values().map(VecDeque::len).sum();
        waiting + self.abandoned.len() + self.late.len()
    }

    /// The host is told of the device.
    pub fn connect(&mut self) {
        match self.presence.as_mut().map(Presence::arrive) {
            Some(Some((number, wrong))) => self.log.hostile(number, &[wrong]),
            Some(None) => self.log.event("staying", json!({})),
            None => {}
        }
        let device = &self.modem.profile().device;
        self.log.event(
            "connect",
            json!({
                "vendor": format!("{:04x}", device.vendor),
                "product": format!("{:04x}", device.product),
                "speed": match device.speed {
                    Speed::High => "high",
                    Speed::Super => "super",
                },
            }),
        );
    }

    /// The host has pulled the device out: it has no power any more, and starts anew when it gets some.
    pub fn power_off(&mut self) {
        self.forget();
        self.events.clear();
        self.modem.crash();
        self.modem.restart();
    }

    /// Whether the device stays for a request; `follow` is to be called behind it.
    pub fn decide(&mut self, request: Option<Request>) -> Verdict {
        match (&mut self.presence, request) {
            (Some(presence), Some(request)) => presence.decide(request),
            _ => Verdict::Stay,
        }
    }

    /// Has the device go, if that was decided.
    pub fn follow(&mut self, verdict: Verdict) {
        if verdict != Verdict::Stay {
            self.modem.crash();
        }
    }

    /// A bus reset.
    pub fn reset(&mut self) {
        self.log.event("reset", json!({}));
        self.modem.reset();
        self.cancel_all();
    }

    /// SET_CONFIGURATION.
    pub fn set_configuration(&mut self, value: u8) -> Status {
        let status = self.modem.set_configuration(value).into();
        self.note_choice("set-configuration", status, json!({ "value": value }));
        self.cancel_all();
        status
    }

    /// SET_INTERFACE.
    pub fn set_alternate(&mut self, interface: u8, alternate: u8) -> Status {
        let status = self.modem.set_alternate(interface, alternate).into();
        let fields = json!({ "interface": interface, "alternate": alternate });
        self.note_choice("set-interface", status, fields);
        status
    }

    fn note_choice(&self, event: &str, status: Status, mut fields: serde_json::Value) {
        let done = status == Status::Done;
        fields["status"] = json!(if done { "ok" } else { "stall" });
        self.log.event(event, fields);
    }

    /// Polls an interrupt endpoint from now on, without requests; false if there is none.
    pub fn start_polling(&mut self, endpoint: u8) -> bool {
        let known = self.modem.gadget().endpoint(endpoint).is_some();
        if known {
            self.polled.insert(endpoint);
        }
        self.note_polling("start-interrupt", endpoint);
        known
    }

    /// Polls it no more; false if it was not polled.
    pub fn stop_polling(&mut self, endpoint: u8) -> bool {
        let known = self.polled.remove(&endpoint);
        self.modem.polling_stopped(endpoint);
        self.note_polling("stop-interrupt", endpoint);
        known
    }

    fn note_polling(&self, event: &str, endpoint: u8) {
        let address = format!("0x{endpoint:02x}");
        self.log.event(event, json!({ "endpoint": address }));
    }

    /// A control transfer.
    pub fn control(&mut self, id: u64, setup: Setup, data: &[u8]) {
        let reply = self.modem.control(setup, data);
        let event = Event::Control {
            id,
            setup,
            status: reply.result.as_ref().map(|_| ()).map_err(|_| Stall).into(),
            data: reply.result.unwrap_or_default(),
        };
        if reply.late.is_zero() {
            self.events.push_back(event);
        } else {
            self.late.insert((Instant::now() + reply.late, id), event);
        }
    }

    /// A bulk or interrupt transfer: of `data`, which ends as `end` says, or of at most `length` bytes to the host.
    pub fn transfer(&mut self, id: u64, endpoint: u8, length: usize, data: &[u8], end: End) {
        if endpoint & 0x80 != 0 && self.modem.gadget().endpoint(endpoint).is_some() {
            let request = Waiting { id, length };
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
            None => self.send(endpoint, data, end).into(),
        };
        let done = status == Status::Done;
        self.events.push_back(Event::Transfer {
            id,
            endpoint,
            status,
            length: if done { length } else { 0 },
            data: Vec::new(),
        });
    }

    fn send(&mut self, endpoint: u8, data: &[u8], end: End) -> Result<(), Stall> {
        self.modem.bulk_out(endpoint, data)?;
        let known = self.modem.gadget().endpoint(endpoint);
        let packet = known.map_or(1, |(_, known)| usize::from(known.max_packet).max(1));
        if end == End::Empty && !data.is_empty() && data.len() % packet == 0 {
            self.modem.bulk_out(endpoint, &[])?;
        }
        Ok(())
    }

    /// A request that waits will get no answer; `None` if it has one already.
    pub fn cancel(&mut self, id: u64) -> Option<Cancelled> {
        let before = self.late.len();
        self.late.retain(|(_, late), _| *late != id);
        let control = (self.late.len() < before).then_some(Cancelled::Control);
        let mut endpoint = self.abandoned.remove(&id);
        for (&address, queue) in &mut self.waiting {
            if let Some(place) = queue.iter().position(|request| request.id == id) {
                queue.remove(place);
                endpoint = Some(address);
                if queue.is_empty() {
                    self.modem.reading_stopped(address);
                }
            }
        }
        endpoint.map(Cancelled::Transfer).or(control)
    }

    /// Gives waiting requests what the modem has for them, until that is `most` bytes or more.
    pub fn pump(&mut self, most: usize) {
        while let Some(entry) = self.late.first_entry() {
            if entry.key().0 > Instant::now() {
                break;
            }
            self.events.push_back(entry.remove());
        }
        self.modem.poll();
        let endpoints: Vec<u8> = self.waiting.keys().copied().collect();
        let mut given = 0;
        for endpoint in endpoints {
            while given < most {
                let Some(length) = self.complete(endpoint) else {
                    break;
                };
                given += length;
                self.modem.poll();
            }
        }
        let polled: Vec<u8> = self.polled.iter().copied().collect();
        for endpoint in polled {
            self.serve_polled(endpoint);
        }
        if self.modem.restart_is_due() {
            self.forget();
            self.modem.restart();
            self.log.event("restart", json!({}));
            self.events.push_back(Event::Restarted);
        }
    }

    /// Completes the oldest IN request of an endpoint, if there is something for it: its length.
    fn complete(&mut self, endpoint: u8) -> Option<usize> {
        let queue = self.waiting.get_mut(&endpoint)?;
        let &Waiting { id, length } = queue.front()?;
        if let Some(failure) = self.modem.failure(endpoint) {
            queue.pop_front();
            if self.behind == Behind::Abandoned {
                let others = queue.drain(..).map(|request| (request.id, endpoint));
                self.abandoned.extend(others);
            }
            self.fail(id, endpoint, failure.into());
            return Some(0);
        }
        let (data, status) = self.fetch(endpoint, length)?;
        if let Some(queue) = self.waiting.get_mut(&endpoint) {
            queue.pop_front();
        }
        let length = data.len();
        self.events.push_back(Event::Transfer {
            id,
            endpoint,
            status,
            length,
            data,
        });
        Some(length)
    }

    /// What there is for a request of `length` bytes, and whether that was too much.
    fn fetch(&mut self, endpoint: u8, length: usize) -> Option<(Vec<u8>, Status)> {
        let (_, known) = self.modem.gadget().endpoint(endpoint)?;
        let (mut data, babble) = match known.transfer {
            Transfer::Bulk => {
                let transfer = self.modem.bulk_in(endpoint, length)?;
                (transfer.data, transfer.babble)
            }
            Transfer::Interrupt => {
                let data = self.modem.notification(endpoint)?;
                let babble = data.len() > length;
                (data, babble)
            }
        };
        data.truncate(length);
        let status = if babble { Status::Babble } else { Status::Done };
        Some((data, status))
    }

    fn serve_polled(&mut self, endpoint: u8) {
        // One at a time: there are no requests that as many could answer.
        if !self.modem.is_halted(endpoint) {
            if let Some(failure) = self.modem.failure(endpoint) {
                self.notify(endpoint, failure.into(), Vec::new());
            }
        }
        if self.modem.is_halted(endpoint) {
            return;
        }
        while let Some(notification) = self.modem.notification(endpoint) {
            self.notify(endpoint, Status::Done, notification);
        }
    }

    fn notify(&mut self, endpoint: u8, status: Status, data: Vec<u8>) {
        self.events.push_back(Event::Notification {
            endpoint,
            status,
            data,
        });
    }

    fn cancel_all(&mut self) {
        for (endpoint, queue) in std::mem::take(&mut self.waiting) {
            for request in queue {
                self.fail(request.id, endpoint, Status::Cancelled);
            }
        }
        for (id, endpoint) in std::mem::take(&mut self.abandoned) {
            self.fail(id, endpoint, Status::Cancelled);
        }
        self.polled.clear();
        self.late.clear();
    }

    fn fail(&mut self, id: u64, endpoint: u8, status: Status) {
        self.events.push_back(Event::Transfer {
            id,
            endpoint,
            status,
            length: 0,
            data: Vec::new(),
        });
    }

    /// Forgets all requests.
    fn forget(&mut self) {
        self.waiting.clear();
        self.abandoned.clear();
        self.polled.clear();
        self.late.clear();
    }
}
