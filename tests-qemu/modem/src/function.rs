// SPDX-License-Identifier: GPL-2.0-only
//! A QMI function of the modem: its messages, and its packets. A modem may have several, each with clients, a data format and
//! sessions of its own; the radio is the modem's.

use std::rc::Rc;

use serde_json::json;

use crate::addresses::AddressPlan;
use crate::control_channel::ControlChannel;
use crate::event_log::EventLog;
use crate::flash::Flash;
use crate::hex;
use crate::network::Network;
use crate::peer::Peer;
use crate::profile::Profile;
use crate::qmi::{Schema, Server, State};

/// One QMI function.
pub struct Function {
    /// Counted from 0.
    index: usize,
    /// Messages to the host.
    pub control: ControlChannel,
    /// What answers messages of the host.
    pub qmi: Server,
    /// The data path.
    pub network: Network,
    needs_dtr: bool,
    dtr: bool,
    log: EventLog,
}

impl Function {
    /// The function of that number, with `peer` behind it.
    pub fn new(
        index: usize,
        profile: &Profile,
        schema: Rc<Schema>,
        plan: AddressPlan,
        peer: Box<dyn Peer>,
        flash: Flash,
        log: EventLog,
    ) -> Self {
        let state = State::new(profile, index, &schema, plan, flash);
        Self {
            index,
            control: channel(profile, index),
            qmi: Server::new(schema, state, log.clone()),
            network: Network::new(&profile.link, plan, peer, log.clone()),
            needs_dtr: profile.firmware.needs_dtr,
            dtr: false,
            log,
        }
    }

    /// Begins anew as a function of another profile.
    pub fn restart(&mut self, profile: &Profile) {
        self.control = channel(profile, self.index);
        self.qmi.restart(profile, self.index);
        self.network.restart(&profile.link);
        self.needs_dtr = profile.firmware.needs_dtr;
        self.dtr = false;
    }

    /// A bus reset.
    pub fn reset(&mut self) {
        self.control.clear();
        self.set_dtr(false);
    }

    /// The host sets DTR.
    pub fn set_dtr(&mut self, on: bool) {
        let falls = self.dtr && !on;
        self.dtr = on;
        if falls && self.needs_dtr {
            self.qmi.state.forget_clients();
            self.log
                .event("clients-forgotten", json!({ "reason": "DTR is off" }));
        }
    }

    /// The host sends a message.
    pub fn command(&mut self, data: &[u8]) {
        if self.needs_dtr && !self.dtr {
            self.log.event(
                "qmi-dropped",
                json!({ "reason": "DTR is off", "data": hex::encode(data) }),
            );
            return;
        }
        for message in self.qmi.answer(data) {
            self.control.respond(message);
        }
    }

    /// The radio's operating mode was set through another function.
    pub fn follow_radio(&mut self, mode: u8) {
        for message in self.qmi.follow_radio(mode) {
            self.control.respond(message);
        }
    }

    /// A frame from the host.
    pub fn send(&mut self, frame: Vec<u8>) {
        let state = &mut self.qmi.state;
        self.network.send(frame, state.format, &mut state.bearers);
    }

    /// The next transfer to the host.
    pub fn receive(&mut self) -> Option<Vec<u8>> {
        let state = &mut self.qmi.state;
        self.network.receive(state.format, &mut state.bearers)
    }
}

fn channel(profile: &Profile, function: usize) -> ControlChannel {
    ControlChannel::new(profile.control_of(function).map_or(0, |i| i.number))
}
