// SPDX-License-Identifier: GPL-2.0-only
//! What the firmware remembers.

use std::collections::{BTreeMap, BTreeSet};

use super::Schema;
use crate::addresses::Addresses;
use crate::bearer::{Bearers, Direction};
use crate::link_layer::{IpFamily, LinkLayer};
use crate::profile::Profile;

/// The value of a variable in a message file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// For number fields.
    Number(u64),
    /// For string fields.
    Text(String),
    /// For `bytes` fields.
    Bytes(Vec<u8>),
}

impl Value {
    /// The bytes of a text or of bytes; a number has none.
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Text(text) => text.into_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// All state behind the messages.
#[derive(Debug)]
pub struct State {
    /// The link layer in force.
    pub link_layer: LinkLayer,
    /// Data sessions.
    pub bearers: Bearers,
    /// The family that a WDS client asked for.
    pub families: BTreeMap<u8, IpFamily>,
    /// What the network gives out.
    pub addresses: Addresses,
    supported: Vec<LinkLayer>,
    services: BTreeSet<u8>,
    clients: BTreeSet<(u8, u8)>,
    variables: BTreeMap<String, Value>,
}

impl State {
    /// The state of a modem that has just started.
    pub fn new(profile: &Profile, schema: &Schema, addresses: Addresses) -> Self {
        let firmware = &profile.firmware;
        let text = |text: &str| Value::Text(text.to_owned());
        let variables = [
            ("services", Value::Bytes(version_list(schema))),
            ("manufacturer", text(&firmware.manufacturer)),
            ("model", text(&firmware.model)),
            ("revision", text(&firmware.revision)),
            ("hardware_revision", text(&firmware.hardware_revision)),
            ("imei", text(&firmware.imei)),
            ("operating_mode", Value::Number(0)),
        ];
        Self {
            link_layer: profile.link.default,
            supported: profile.link.supported.clone(),
            bearers: Bearers::default(),
            families: BTreeMap::new(),
            addresses,
            services: schema.services().iter().map(|s| s.id).collect(),
            clients: BTreeSet::new(),
            variables: variables
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        }
    }

    /// The value of a variable: of a counter, or of what was set.
    pub fn variable(&self, name: &str) -> Option<Value> {
        let up = self.bearers.counter(Direction::Up);
        let down = self.bearers.counter(Direction::Down);
        let number = match name {
            "link_layer" => self.link_layer as u64,
            "tx_packets" => up.packets.into(),
            "tx_bytes" => up.bytes,
            "tx_dropped" => up.dropped.into(),
            "rx_packets" => down.packets.into(),
            "rx_bytes" => down.bytes,
            "rx_dropped" => down.dropped.into(),
            _ => return self.variables.get(name).cloned(),
        };
        Some(Value::Number(number))
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: Value) {
        self.variables.insert(name.to_owned(), value);
    }

    /// Sets the link layer if it is one that the modem has; else the one in force stays.
    pub fn choose_link_layer(&mut self, layer: Option<LinkLayer>) {
        if let Some(layer) = layer.filter(|layer| self.supported.contains(layer)) {
            self.link_layer = layer;
        }
    }

    /// Whether there is a service of that number.
    pub fn has_service(&self, service: u8) -> bool {
        self.services.contains(&service)
    }

    /// Takes the lowest free client id of a service; `None` if there is none left.
    pub fn allocate(&mut self, service: u8) -> Option<u8> {
        let client = (1..=254).find(|&client| !self.is_client(service, client))?;
        self.clients.insert((service, client));
        Some(client)
    }

    /// Whether the id is allocated.
    pub fn is_client(&self, service: u8, client: u8) -> bool {
        self.clients.contains(&(service, client))
    }

    /// Gives an id back; false if it was not allocated.
    pub fn release(&mut self, service: u8, client: u8) -> bool {
        self.clients.remove(&(service, client))
    }

    /// Forgets all clients and their sessions.
    pub fn forget_clients(&mut self) {
        self.clients.clear();
        self.families.clear();
        self.bearers.stop_all();
    }
}

/// The array in the response of CTL Get Version Info.
fn version_list(schema: &Schema) -> Vec<u8> {
    let services = schema.services();
    let mut list = vec![u8::try_from(services.len()).unwrap_or(u8::MAX)];
    for service in services {
        list.push(service.id);
        list.extend(service.version.iter().flat_map(|part| part.to_le_bytes()));
    }
    list
}
