// SPDX-License-Identifier: GPL-2.0-only
//! Control transfers.

use std::time::Duration;

use serde_json::json;

use super::{first_profile, Modem};
use crate::hex;
use crate::hostile::control::Answer;
use crate::usb::{class, Kind, Recipient, Setup, Stall};

impl Modem {
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
        self.corrupt(setup, &mut answer);
        self.note_control(setup, data, &answer.result);
        answer
    }

    fn corrupt(&mut self, setup: Setup, answer: &mut Answer) {
        let Some(control) = &mut self.hostile else {
            return;
        };
        let honest = answer.result.clone();
        if let Some((number, wrong)) = control.corrupt(answer) {
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
            // No answer is waited for there; what the host has not fetched by now is lost.
            others.for_each(|function| function.control.clear());
            let loader = self.home.download_mode.clone().filter(|_| download);
            self.start(loader.unwrap_or_else(|| first_profile(&self.home, &self.flash)));
        } else if mode != before {
            others.for_each(|function| function.follow_radio(mode));
        }
    }
}
