// SPDX-License-Identifier: GPL-2.0-only
//! The device: what the host does to it over USB, and what comes of it.

use std::collections::{BTreeMap, VecDeque};
use std::os::fd::RawFd;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::addresses::AddressPlan;
use crate::event_log::EventLog;
use crate::flash::Flash;
use crate::function::Function;
use crate::hex;
use crate::hostile::checksums::Checksums;
use crate::hostile::control::{Answer, Control};
use crate::hostile::disorder::Disorder;
use crate::hostile::failures::{Failure, Pipe};
use crate::peer::Peer;
use crate::profile::{Interface, Profile, Role, Transfer};
use crate::qdl::{Event, Loader};
use crate::qmi::Schema;
use crate::serial::{Commands, Ports};
use crate::usb::{class, Gadget, Kind, Recipient, Setup, Stall};

/// Bytes of a host's frame that are kept while its transfer goes on.
const MAX_FRAME: usize = 64 * 1024;

/// From the command that restarts it until it leaves the bus: time for the host to take what was answered. Real ones take longer.
const FAREWELL: Duration = Duration::from_secs(1);

/// What a bulk IN request got.
#[derive(Debug, PartialEq, Eq)]
pub struct BulkIn {
    /// At most as many bytes as were asked for.
    pub data: Vec<u8>,
    /// The device had more in its last packet than the request had room for.
    pub babble: bool,
}

/// A modem that is plugged in.
pub struct Modem {
    /// What it is when it has firmware.
    home: Rc<Profile>,
    /// What it is now.
    profile: Rc<Profile>,
    /// It is to leave the bus and come back as this, but not before that time.
    next: Option<(Rc<Profile>, Instant)>,
    gadget: Gadget,
    /// At least one, also if the profile has none.
    functions: Vec<Function>,
    ports: Ports,
    /// Takes firmware, if it has none.
    loader: Option<Loader>,
    flash: Flash,
    /// The unfinished transfer of each bulk OUT endpoint.
    incoming: BTreeMap<u8, Vec<u8>>,
    /// What did not fit into the last transfer of each bulk IN endpoint.
    outgoing: BTreeMap<u8, Vec<u8>>,
    /// Spoils answers to control requests.
    hostile: Option<Control>,
    /// Notifications that nothing has caused.
    unasked: VecDeque<Vec<u8>>,
    /// How often requests of a name stall yet.
    stalls_left: BTreeMap<String, u32>,
    schema: Rc<Schema>,
    log: EventLog,
}

impl Modem {
    /// A modem as `profile` says, with `peer` behind its first function; or a boot loader, if it has no firmware.
    pub fn new(
        home: Rc<Profile>,
        schema: Rc<Schema>,
        plan: AddressPlan,
        peer: Box<dyn Peer>,
        flash: Flash,
        log: EventLog,
    ) -> Self {
        let profile = first_profile(&home, &flash);
        let mut this = Self {
            gadget: Gadget::new(Rc::clone(&profile)),
            functions: Vec::new(),
            ports: Ports::new(&profile, log.clone()),
            loader: profile.takes.clone().map(Loader::new),
            flash,
            incoming: BTreeMap::new(),
            outgoing: BTreeMap::new(),
            hostile: None,
            unasked: VecDeque::new(),
            stalls_left: profile.firmware.first_stalls.clone(),
            home,
            profile,
            next: None,
            schema,
            log,
        };
        this.add_function(plan, peer);
        this
    }

    /// Puts `peer` behind the profile's next function.
    pub fn add_function(&mut self, plan: AddressPlan, peer: Box<dyn Peer>) {
        let (schema, log) = (Rc::clone(&self.schema), self.log.clone());
        let (index, flash) = (self.functions.len(), self.flash.clone());
        let function = Function::new(index, &self.profile, schema, plan, peer, flash, log);
        self.functions.push(function);
    }

    /// Has its serial ports know these AT commands.
    pub fn set_commands(&mut self, commands: Commands) {
        self.ports.set_commands(commands);
    }

    /// The function that the interface of that number belongs to.
    fn function(&mut self, interface: u8) -> &mut Function {
        let last = self.functions.len() - 1;
        let index = self.profile.function_of(interface).min(last);
        &mut self.functions[index]
    }

    /// What it is.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Its chapter 9 state.
    pub fn gadget(&self) -> &Gadget {
        &self.gadget
    }

    /// Has `control` spoil its answers from now on.
    pub fn set_hostile(&mut self, control: Control) {
        self.hostile = Some(control);
    }

    /// Has `checksums` spoil packets to the host from now on.
    pub fn set_checksums(&mut self, checksums: Checksums) {
        self.functions[0].network.set_checksums(checksums);
    }

    /// Has hosts that ask for routers get an answer from now on.
    pub fn advertise(&mut self) {
        for function in &mut self.functions {
            function.network.advertise();
        }
    }

    /// Has `disorder` bring packets to the host out of order from now on.
    pub fn set_disorder(&mut self, disorder: Disorder) {
        self.functions[0].network.set_disorder(disorder);
    }

    /// Has it leave the bus at once and come back.
    pub fn crash(&mut self) {
        for function in &mut self.functions {
            function.control.clear();
        }
        let profile = first_profile(&self.home, &self.flash);
        self.next = Some((profile, Instant::now()));
    }

    /// Has it come back as `profile`, in a while.
    fn start(&mut self, profile: Rc<Profile>) {
        self.next = Some((profile, Instant::now() + FAREWELL));
    }

    /// Whether it is time to leave the bus and come back: a reset waits until the host has all answers.
    pub fn restart_is_due(&self) -> bool {
        let due = |(_, due): &(_, Instant)| *due <= Instant::now();
        self.next.as_ref().is_some_and(due) && self.functions.iter().all(|f| f.control.is_empty())
    }

    /// Starts its next firmware, if there is one; it is not on the bus meanwhile.
    pub fn restart(&mut self) {
        let Some((profile, _)) = self.next.take() else {
            return;
        };
        self.gadget = Gadget::new(Rc::clone(&profile));
        for function in &mut self.functions {
            function.restart(&profile);
        }
        self.ports.restart(&profile);
        self.loader = profile.takes.clone().map(Loader::new);
        self.restart_transfers();
        self.unasked.clear();
        self.profile = profile;
    }

    /// A bus reset.
    pub fn reset(&mut self) {
        self.gadget.reset();
        self.restart_transfers();
        for function in &mut self.functions {
            function.reset();
        }
        self.ports.restart(&self.profile);
    }

    /// SET_CONFIGURATION.
    ///
    /// # Errors
    /// Stalls if there is no such configuration.
    pub fn set_configuration(&mut self, value: u8) -> Result<(), Stall> {
        self.gadget.set_configuration(value)?;
        self.restart_transfers();
        Ok(())
    }

    /// SET_INTERFACE.
    ///
    /// # Errors
    /// Stalls if there is no such interface or setting.
    pub fn set_alternate(&mut self, interface: u8, alternate: u8) -> Result<(), Stall> {
        self.gadget.set_alternate(interface, alternate)?;
        self.restart_transfers();
        Ok(())
    }

    fn restart_transfers(&mut self) {
        self.incoming.clear();
        self.outgoing.clear();
        if let Some(loader) = &mut self.loader {
            loader.port_closed();
        }
    }

    /// A control transfer; the answer is at most wLength bytes, or a stall on what the device does not know.
    pub fn control(&mut self, setup: Setup, data: &[u8]) -> Answer {
        let result = match setup.kind() {
            _ if self.stalls_yet(setup) => Err(Stall),
            Kind::Standard => self.gadget.standard(setup),
            Kind::Class => self.class_request(setup, data),
            Kind::Vendor | Kind::Reserved => Err(Stall),
        };
        let result = result.map(|mut answer| {
            answer.truncate(setup.length.into());
            answer
        });
        let late = self.profile.firmware.late_answers.get(setup.name());
        let late = Duration::from_millis(late.copied().unwrap_or(0));
        let mut answer = Answer::honest(setup, result, late);
        self.spoil(setup, &mut answer);
        self.note_control(setup, data, &answer.result);
        answer
    }

    fn spoil(&mut self, setup: Setup, answer: &mut Answer) {
        let Some(control) = &mut self.hostile else {
            return;
        };
        let honest = answer.result.clone();
        if let Some((number, wrong)) = control.spoil(answer) {
            self.log.hostile(number, &[wrong]);
        }
        self.unasked.append(&mut answer.notifications);
        if let (true, Ok(message)) = (answer.twice, honest) {
            self.function(setup.target()).control.respond(message);
        }
    }

    /// Whether the firmware fails to answer this, one of the first times.
    fn stalls_yet(&mut self, setup: Setup) -> bool {
        match self.stalls_left.get_mut(setup.name()) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    fn note_control(&self, setup: Setup, data: &[u8], result: &Result<Vec<u8>, Stall>) {
        let (shown, status) = match result {
            Ok(answer) if setup.is_in() => (answer.as_slice(), "ok"),
            Ok(_) => (data, "ok"),
            Err(Stall) => (data, "stall"),
        };
        self.log.event(
            "control",
            json!({
                "direction": if setup.is_in() { "in" } else { "out" },
                "name": setup.name(),
                "request_type": setup.request_type,
                "request": setup.request,
                "value": setup.value,
                "index": setup.index,
                "length": setup.length,
                "data": hex::encode(shown),
                "status": status,
            }),
        );
    }

    fn class_request(&mut self, setup: Setup, data: &[u8]) -> Result<Vec<u8>, Stall> {
        let target = setup.target();
        let interface = self.profile.interfaces.iter().find(|i| i.number == target);
        let interface = interface
            .filter(|_| setup.recipient() == Recipient::Interface)
            .ok_or(Stall)?;
        let qmi = interface.role.is_control();
        match (setup.request, setup.is_in()) {
            (class::SET_CONTROL_LINE_STATE, false) => {
                let dtr = setup.value & 1 != 0;
                if qmi {
                    self.function(target).set_dtr(dtr);
                } else if !dtr {
                    self.ports.hang_up(target);
                }
            }
            (class::SEND_ENCAPSULATED_COMMAND, false) if qmi => self.command(target, data),
            (class::GET_ENCAPSULATED_RESPONSE, true) if qmi => {
                return Ok(self.function(target).control.fetch())
            }
            (class::SET_ETHERNET_PACKET_FILTER, false) if qmi => {}
            _ => return Err(Stall),
        }
        Ok(Vec::new())
    }

    fn command(&mut self, interface: u8, data: &[u8]) {
        let function = self.function(interface);
        let before = function.qmi.state.operating_mode;
        function.command(data);
        let state = &mut function.qmi.state;
        let mode = state.operating_mode;
        let reset = std::mem::take(&mut state.reset_is_due);
        let download = state.wants_download();
        let this = self.profile.function_of(interface);
        let others = self.functions.iter_mut().enumerate();
        let others = others.filter(|&(index, _)| index != this).map(|(_, f)| f);
        if reset {
            // Nobody there waits for an answer; what the host has not fetched by now is lost.
            others.for_each(|function| function.control.clear());
            let loader = self.home.download_mode.clone().filter(|_| download);
            self.start(loader.unwrap_or_else(|| first_profile(&self.home, &self.flash)));
        } else if mode != before {
            others.for_each(|function| function.follow_radio(mode));
        }
    }

    /// Bytes for the boot loader.
    fn load(&mut self, data: &[u8]) {
        let Some(loader) = &mut self.loader else {
            return;
        };
        for event in loader.receive(data) {
            self.log.event("download", event.fields());
            let has_all = self.loader.as_ref().is_some_and(Loader::has_all);
            let forgets = self.home.wakes_without_firmware;
            match event {
                Event::Opened(image, _) if !forgets => self.flash.begin(&image),
                Event::Taken(image) if !forgets => self.flash.take(&image),
                // It starts with what it has been given.
                Event::Done | Event::Reset if forgets && has_all => {
                    self.start(Rc::clone(&self.home));
                }
                Event::Reset => self.start(first_profile(&self.home, &self.flash)),
                _ => {}
            }
        }
    }

    /// A bulk OUT transfer's bytes. A frame ends with a packet that is not full; a transfer that ends
    /// without one is continued by the next.
    ///
    /// # Errors
    /// Stalls if there is no such endpoint now.
    pub fn bulk_out(&mut self, address: u8, data: &[u8]) -> Result<(), Stall> {
        let (interface, endpoint) = self.gadget.endpoint(address).ok_or(Stall)?;
        let role = interface.role;
        let packet = usize::from(endpoint.max_packet).max(1);
        let number = interface.number;
        self.log.bulk(false, data, |direction, payload| {
            json!({
                "direction": direction,
                "endpoint": format!("0x{address:02x}"),
                "interface": number,
                "length": data.len(),
                "status": "ok",
                "payload": payload,
            })
        });
        if role == Role::Download {
            self.load(data);
        }
        if role.is_serial() {
            // Its firmware is that of the first function.
            let state = &self.functions[0].qmi.state;
            let lookup = |name: &str| state.variable(name);
            self.ports.take(number, data, &lookup);
        }
        if !role.is_data() {
            return Ok(());
        }
        let frame = self.incoming.entry(address).or_default();
        frame.extend_from_slice(data);
        let ended = data.len() % packet != 0 || data.is_empty();
        if ended || frame.len() > MAX_FRAME {
            let frame = std::mem::take(frame);
            if !frame.is_empty() {
                self.function(number).send(frame);
            }
        }
        Ok(())
    }

    /// What there is for a bulk IN request of `length` bytes, or `None` if it has to wait.
    pub fn bulk_in(&mut self, address: u8, length: usize) -> Option<BulkIn> {
        let (interface, endpoint) = self.gadget.endpoint(address)?;
        let (role, number) = (interface.role, interface.number);
        if role.is_serial() {
            let data = self.ports.give(number, length)?;
            self.note_bulk_in(address, number, &data, "ok");
            let babble = false;
            return Some(BulkIn { data, babble });
        }
        if !role.is_data() && role != Role::Download {
            return None;
        }
        let whole_packets = length % usize::from(endpoint.max_packet).max(1) == 0;
        let mut data = match self.outgoing.remove(&address) {
            Some(rest) => rest,
            None if role == Role::Download => self.loader.as_mut()?.answer()?,
            None => self.function(number).receive()?,
        };
        let mut babble = false;
        if data.len() > length {
            let rest = data.split_off(length);
            // A request of whole packets just ends; what is left comes with the next one.
            babble = !whole_packets;
            if !babble {
                self.outgoing.insert(address, rest);
            }
        }
        let status = if babble { "babble" } else { "ok" };
        self.note_bulk_in(address, number, &data, status);
        Some(BulkIn { data, babble })
    }

    fn note_bulk_in(&self, address: u8, interface: u8, data: &[u8], status: &str) {
        self.log.bulk(true, data, |direction, payload| {
            json!({
                "direction": direction,
                "endpoint": format!("0x{address:02x}"),
                "interface": interface,
                "length": data.len(),
                "status": status,
                "payload": payload,
            })
        });
    }

    /// How the next transfer of the endpoint at `address` fails, if it is to. After a stall each does until the host clears that.
    pub fn failure(&mut self, address: u8) -> Option<Failure> {
        let (interface, endpoint) = self.gadget.endpoint(address)?;
        let (role, number) = (interface.role, interface.number);
        let pipe = match endpoint.transfer {
            Transfer::Interrupt if role.is_control() => Pipe::Interrupt,
            Transfer::Bulk if role.is_data() && address & 0x80 != 0 => Pipe::In,
            Transfer::Bulk if role.is_data() => Pipe::Out,
            Transfer::Bulk | Transfer::Interrupt => return None,
        };
        let halted = self.gadget.is_halted(address);
        let failure = match halted {
            true => Failure::Stall,
            false => self.function(number).network.failure(pipe)?,
        };
        if failure == Failure::Stall {
            self.gadget.halt(address);
        }
        self.log.event(
            "failure",
            json!({
                "endpoint": format!("0x{address:02x}"),
                "interface": number,
                "status": failure.name(),
            }),
        );
        Some(failure)
    }

    /// Whether the endpoint at `address` is halted.
    pub fn is_halted(&self, address: u8) -> bool {
        self.gadget.is_halted(address)
    }

    /// The next notification for the interrupt endpoint at `address`.
    pub fn notification(&mut self, address: u8) -> Option<Vec<u8>> {
        let (interface, endpoint) = self.gadget.endpoint(address)?;
        if !interface.role.is_control() || endpoint.transfer != Transfer::Interrupt {
            return None;
        }
        let number = interface.number;
        let unasked = self.unasked.pop_front();
        let control = &mut self.function(number).control;
        let asked = || Some(control.notify(Instant::now())?.to_vec());
        let notification = unasked.or_else(asked)?;
        self.log.event(
            "notification",
            json!({
                "endpoint": format!("0x{address:02x}"),
                "name": if notification.get(1) == Some(&1) { "RESPONSE_AVAILABLE" } else { "unknown" },
                "data": hex::encode(&notification),
            }),
        );
        Some(notification)
    }

    /// The host has taken back all of its requests to the bulk IN endpoint at `address`: it does so when it closes a port.
    pub fn reading_stopped(&mut self, address: u8) {
        let endpoint = self.gadget.endpoint(address);
        let is_download = |(interface, _): (&Interface, _)| interface.role == Role::Download;
        match &mut self.loader {
            Some(loader) if endpoint.is_some_and(is_download) => loader.port_closed(),
            _ => {}
        }
    }

    /// The host polls the interrupt endpoint at `address` no more.
    pub fn polling_stopped(&mut self, address: u8) {
        let Some((interface, _)) = self.gadget.endpoint(address) else {
            return;
        };
        if interface.role.is_control() {
            let number = interface.number;
            let control = &mut self.function(number).control;
            control.polling_stopped(Instant::now());
        }
    }

    /// Lets the network do what is due.
    pub fn poll(&mut self) {
        for function in &mut self.functions {
            function.network.poll();
        }
        self.ports.poll();
    }

    /// How long until `poll` is due, or a restart.
    pub fn deadline(&mut self) -> Option<Duration> {
        // One that is overdue waits for the host.
        let restart = self.next.as_ref().map(|(_, due)| *due);
        let restart = restart.and_then(|due| due.checked_duration_since(Instant::now()));
        let functions = self.functions.iter_mut();
        let networks = functions.filter_map(|f| f.network.deadline());
        networks.chain(self.ports.deadline()).chain(restart).min()
    }

    /// A file descriptor whose readability makes `poll` due.
    pub fn readable(&self) -> Option<RawFd> {
        self.functions.iter().find_map(|f| f.network.readable())
    }
}

/// What a modem begins as: a boot loader, if it has no firmware.
fn first_profile(home: &Rc<Profile>, flash: &Flash) -> Rc<Profile> {
    let has_firmware = flash.is_whole() && !home.wakes_without_firmware;
    let loader = home.download_mode.as_ref().filter(|_| !has_firmware);
    Rc::clone(loader.unwrap_or(home))
}
