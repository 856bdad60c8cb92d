// SPDX-License-Identifier: GPL-2.0-only
//! The device: what the host does to it over USB, and what comes of it.

mod control;
pub mod transfers;

use std::collections::{BTreeMap, VecDeque};
use std::os::fd::RawFd;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::addresses::AddressPlan;
use crate::event_log::EventLog;
use crate::flash::Flash;
use crate::function::Function;
use crate::hostile::checksums::Checksums;
use crate::hostile::control::Control;
use crate::hostile::disorder::Disorder;
use crate::peer::Peer;
use crate::profile::{Interface, Profile, Role};
use crate::qdl::{Event, Loader};
use crate::qmi::Schema;
use crate::serial::{Commands, Ports};
use crate::usb::{Gadget, Stall};

/// From the command that restarts it until it leaves the bus: time for the host to take what was answered. Real ones take longer.
const RESTART_DELAY: Duration = Duration::from_secs(1);

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
    /// Corrupts answers to control requests.
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

    /// Has `control` corrupt its answers from now on.
    pub fn set_hostile(&mut self, control: Control) {
        self.hostile = Some(control);
    }

    /// Has `checksums` corrupt packets to the host from now on.
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
        self.next = Some((profile, Instant::now() + RESTART_DELAY));
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
