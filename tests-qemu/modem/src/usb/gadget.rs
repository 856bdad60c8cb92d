// SPDX-License-Identifier: GPL-2.0-only
//! The state that standard requests read and change.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::descriptor::{Descriptors, CONFIGURATION_VALUE};
use super::setup::{standard, Recipient, Setup};
use crate::profile::{Endpoint, Interface, Profile};

/// The device refuses a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stall;

const ENDPOINT_HALT: u16 = 0;
const DEVICE_REMOTE_WAKEUP: u16 = 1;

/// A device: its descriptors, and what the host has chosen.
#[derive(Debug)]
pub struct Gadget {
    profile: Rc<Profile>,
    descriptors: Descriptors,
    configuration: u8,
    alternates: BTreeMap<u8, u8>,
    halted: BTreeSet<u8>,
    remote_wakeup: bool,
}

impl Gadget {
    /// A device that is not configured yet.
    pub fn new(profile: Rc<Profile>) -> Self {
        Self {
            descriptors: Descriptors::new(&profile),
            profile,
            configuration: 0,
            alternates: BTreeMap::new(),
            halted: BTreeSet::new(),
            remote_wakeup: false,
        }
    }

    /// Back to the default state, as after a bus reset.
    pub fn reset(&mut self) {
        self.configuration = 0;
        self.alternates.clear();
        self.halted.clear();
        self.remote_wakeup = false;
    }

    /// SET_CONFIGURATION: 0 or the one there is.
    ///
    /// # Errors
    /// Any other value stalls.
    pub fn set_configuration(&mut self, value: u8) -> Result<(), Stall> {
        if ![0, CONFIGURATION_VALUE].contains(&value) {
            return Err(Stall);
        }
        self.configuration = value;
        self.alternates.clear();
        self.halted.clear();
        Ok(())
    }

    /// The configuration in force; 0 means none.
    pub fn configuration(&self) -> u8 {
        self.configuration
    }

    /// SET_INTERFACE.
    ///
    /// # Errors
    /// Stalls if the interface or the setting does not exist.
    pub fn set_alternate(&mut self, number: u8, alternate: u8) -> Result<(), Stall> {
        let interface = self.interface(number).ok_or(Stall)?;
        if usize::from(alternate) >= interface.alternates.len() {
            return Err(Stall);
        }
        self.alternates.insert(number, alternate);
        self.halted.clear();
        Ok(())
    }

    /// The setting in force, or `None` for an unknown interface.
    pub fn alternate(&self, number: u8) -> Option<u8> {
        self.interface(number)?;
        Some(self.alternates.get(&number).copied().unwrap_or(0))
    }

    fn interface(&self, number: u8) -> Option<&Interface> {
        self.profile.interfaces.iter().find(|i| i.number == number)
    }

    /// The endpoints that exist now, each with its interface.
    pub fn endpoints(&self) -> impl Iterator<Item = (&Interface, &Endpoint)> {
        self.profile
            .interfaces
            .iter()
            .filter(|_| self.configuration != 0)
            .flat_map(|interface| {
                let chosen = self.alternates.get(&interface.number).copied().unwrap_or(0);
                let alternate = interface.alternates.get(usize::from(chosen));
                let endpoints = alternate.map_or(&[][..], |a| &a.endpoints);
                endpoints.iter().map(move |endpoint| (interface, endpoint))
            })
    }

    /// The endpoint at `address`, if it exists now.
    pub fn endpoint(&self, address: u8) -> Option<(&Interface, &Endpoint)> {
        self.endpoints()
            .find(|(_, endpoint)| endpoint.address == address)
    }

    /// Halts the endpoint at `address`: only the host can end that.
    pub fn halt(&mut self, address: u8) {
        self.halted.insert(address);
    }

    /// Whether the endpoint at `address` is halted.
    pub fn is_halted(&self, address: u8) -> bool {
        self.halted.contains(&address)
    }

    /// Answers a standard request; the caller truncates the data stage to wLength.
    ///
    /// # Errors
    /// Stalls on what a device without that feature stalls on.
    pub fn standard(&mut self, setup: Setup) -> Result<Vec<u8>, Stall> {
        match (setup.request, setup.recipient()) {
            (standard::GET_DESCRIPTOR, Recipient::Device) => {
                let [index, kind] = setup.value.to_le_bytes();
                self.descriptors.get(kind, index).ok_or(Stall)
            }
            (standard::GET_STATUS, recipient) => {
                self.status(recipient, setup.target()).map(|s| vec![s, 0])
            }
            (standard::SET_FEATURE, recipient) => self.feature(recipient, setup, true),
            (standard::CLEAR_FEATURE, recipient) => self.feature(recipient, setup, false),
            (standard::SET_SEL | standard::SET_ISOCH_DELAY, Recipient::Device) => Ok(Vec::new()),
            _ => Err(Stall),
        }
    }

    fn status(&self, recipient: Recipient, target: u8) -> Result<u8, Stall> {
        match recipient {
            // Bit 1: remote wakeup is on. The modem takes bus power.
            Recipient::Device => Ok(u8::from(self.remote_wakeup) << 1),
            Recipient::Interface => self.interface(target).map(|_| 0).ok_or(Stall),
            Recipient::Endpoint if target & 0x0f == 0 => Ok(0),
            Recipient::Endpoint => self
                .endpoint(target)
                .map(|_| u8::from(self.halted.contains(&target)))
                .ok_or(Stall),
            Recipient::Other => Err(Stall),
        }
    }

    fn feature(&mut self, recipient: Recipient, setup: Setup, on: bool) -> Result<Vec<u8>, Stall> {
        match (recipient, setup.value) {
            (Recipient::Device, DEVICE_REMOTE_WAKEUP) => self.remote_wakeup = on,
            // U1, U2 and LTM enable at SuperSpeed: no effect on this side.
            (Recipient::Device, 48..=50) => {}
            // Function suspend.
            (Recipient::Interface, 0) => {
                self.interface(setup.target()).ok_or(Stall)?;
            }
            (Recipient::Endpoint, ENDPOINT_HALT) => {
                let address = setup.target();
                if address & 0x0f != 0 {
                    self.endpoint(address).ok_or(Stall)?;
                }
                if on {
                    self.halted.insert(address);
                } else {
                    self.halted.remove(&address);
                }
            }
            _ => return Err(Stall),
        }
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gadget(name: &str) -> Gadget {
        Gadget::new(Rc::new(Profile::load(name).unwrap()))
    }

    #[test]
    fn endpoints_follow_configuration_and_setting() {
        let mut modem = gadget("union-802-3");
        assert_eq!(modem.endpoints().count(), 0);
        modem.set_configuration(1).unwrap();
        let before = modem.endpoints().count();
        let data = modem
            .profile
            .interfaces
            .iter()
            .find(|i| i.role.is_data())
            .unwrap()
            .number;
        modem.set_alternate(data, 1).unwrap();
        assert_eq!(modem.endpoints().count(), before + 2);
        assert_eq!(modem.alternate(data), Some(1));
        assert_eq!(modem.set_alternate(data, 2), Err(Stall));
        assert_eq!(modem.set_configuration(7), Err(Stall));
    }

    #[test]
    fn the_host_clears_a_halt() {
        let mut modem = gadget("raw-ip-hs");
        modem.set_configuration(1).unwrap();
        let address = modem.endpoints().next().unwrap().1.address;
        modem.halt(address);
        assert!(modem.is_halted(address));
        let clear = Setup {
            request_type: 2,
            request: standard::CLEAR_FEATURE,
            value: ENDPOINT_HALT,
            index: address.into(),
            length: 0,
        };
        modem.standard(clear).unwrap();
        assert!(!modem.is_halted(address));
    }

    #[test]
    fn remote_wakeup_shows_in_the_status() {
        let mut modem = gadget("raw-ip-hs");
        let get = Setup {
            request_type: 0x80,
            request: standard::GET_STATUS,
            value: 0,
            index: 0,
            length: 2,
        };
        let set = Setup {
            request_type: 0,
            request: standard::SET_FEATURE,
            value: DEVICE_REMOTE_WAKEUP,
            ..get
        };
        modem.standard(set).unwrap();
        assert_eq!(modem.standard(get), Ok(vec![2, 0]));
    }
}
