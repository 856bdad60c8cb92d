// SPDX-License-Identifier: GPL-2.0-only
//! What the firmware remembers.

use std::collections::{BTreeMap, BTreeSet};

use super::schema::{File, Schema};
use super::value::Value;
use crate::addresses::AddressPlan;
use crate::bearer::Bearers;
use crate::flash::Flash;
use crate::link_layer::{Abilities, DataFormat, IpFamily, Wanted};
use crate::profile::Profile;

/// Variable with what DMS says of the next start: 0 is normal.
const BOOT_IMAGE_MODE: &str = "boot_image_mode";

/// DMS operating mode "online".
const ONLINE: u8 = 0;

/// The access point of a client that names none.
pub const DEFAULT_APN: &str = "internet";

/// What a WDS client wants of its next session.
#[derive(Debug, Clone)]
pub struct SessionWish {
    /// What it carries.
    pub family: IpFamily,
    /// Mux id of its link; 0 is the link without one.
    pub mux: u8,
    /// Its access point.
    pub apn: String,
}

impl Default for SessionWish {
    fn default() -> Self {
        Self {
            family: IpFamily::V4,
            mux: 0,
            apn: DEFAULT_APN.to_owned(),
        }
    }
}

/// All state behind the messages.
#[derive(Debug)]
pub struct State {
    /// The data format in force.
    pub format: DataFormat,
    /// Data sessions.
    pub bearers: Bearers,
    /// What WDS clients asked for.
    pub wishes: BTreeMap<u8, SessionWish>,
    /// Services and clients that want to be told when the network is found or lost.
    pub followers: BTreeSet<(u8, u8)>,
    /// DMS operating mode.
    pub operating_mode: u8,
    /// The firmware is to start anew.
    pub reset_is_due: bool,
    /// The host prefers images that are not there: they are to come at the next start.
    pub awaits_images: bool,
    /// What is kept without power.
    pub flash: Flash,
    /// What the network gives out.
    pub plan: AddressPlan,
    apn_mtu: BTreeMap<String, u16>,
    files: Vec<File>,
    abilities: Abilities,
    interfaces: BTreeSet<u8>,
    services: BTreeSet<u8>,
    clients: BTreeSet<(u8, u8)>,
    variables: BTreeMap<String, Value>,
}

impl State {
    /// The state of a QMI function of a modem that has just started.
    pub fn new(
        profile: &Profile,
        function: usize,
        schema: &Schema,
        plan: AddressPlan,
        flash: Flash,
    ) -> Self {
        let firmware = &profile.firmware;
        let text = |text: &str| Value::Text(text.to_owned());
        let variables = [
            ("services", Value::Bytes(version_list(schema))),
            ("manufacturer", text(&firmware.manufacturer)),
            ("model", text(&firmware.model)),
            ("revision", Value::Text(flash.revision())),
            ("hardware_revision", text(&firmware.hardware_revision)),
            ("imei", text(&firmware.imei)),
            (BOOT_IMAGE_MODE, Value::Number(0)),
            // NAS has it in two ways: as a status, and as an indicator, which is off when it is not 0.
            ("roaming", Value::Number(profile.network.roaming.into())),
            (
                "roaming_indicator",
                Value::Number((!profile.network.roaming).into()),
            ),
        ];
        Self {
            format: DataFormat {
                layer: profile.link.default,
                qmap: None,
            },
            apn_mtu: profile.network.apn_mtu.clone(),
            files: schema
                .services()
                .iter()
                .flat_map(|service| service.files.clone())
                .collect(),
            abilities: Abilities {
                layers: profile.link.supported.clone(),
                qmap: profile.link.qmap.clone(),
                mtu: profile.network.mtu.into(),
            },
            interfaces: profile
                .interfaces
                .iter()
                .filter(|interface| interface.role.is_qmi())
                .map(|interface| interface.number)
                .filter(|&number| profile.function_of(number) == function)
                .collect(),
            bearers: match profile.link.autoconnect {
                true => Bearers::autoconnected(),
                false => Bearers::default(),
            },
            wishes: BTreeMap::new(),
            followers: BTreeSet::new(),
            operating_mode: ONLINE,
            reset_is_due: false,
            awaits_images: false,
            flash,
            plan,
            services: schema.services().iter().map(|s| s.id).collect(),
            clients: BTreeSet::new(),
            variables: variables
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        }
    }

    /// The value of a variable: of the data format, of the radio, or of what was set.
    pub fn variable(&self, name: &str) -> Option<Value> {
        let limits = self.format.qmap.unwrap_or_default();
        let online = self.is_online();
        let number = match name {
            "operating_mode" => self.operating_mode.into(),
            // NAS: registered or not, attached or detached, service or none.
            "registration" => u64::from(online),
            "attachment" => 2 - u64::from(online),
            "service_status" => 2 * u64::from(online),
            // WDS: LTE, or no technology.
            "data_system" => 0x20 * u64::from(online),
            "link_layer" => self.format.layer as u64,
            "aggregation_protocol" => self.format.protocol().into(),
            "downlink_datagrams" => limits.downlink.datagrams as u64,
            "downlink_size" => limits.downlink.size as u64,
            "uplink_datagrams" => limits.uplink.datagrams as u64,
            "uplink_size" => limits.uplink.size as u64,
            _ => return self.variables.get(name).cloned(),
        };
        Some(Value::Number(number))
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: Value) {
        self.variables.insert(name.to_owned(), value);
    }

    /// Takes what it can do of what is wanted.
    pub fn agree(&mut self, wanted: Wanted) {
        self.format = self.abilities.agree(self.format, wanted);
    }

    /// Whether the interface of that number belongs to the QMI function.
    pub fn has_interface(&self, number: u32) -> bool {
        self.interfaces.iter().any(|&own| u32::from(own) == number)
    }

    /// Whether the radio is on; the network is always there then.
    pub fn is_online(&self) -> bool {
        self.operating_mode == ONLINE
    }

    /// Whether the next start is to be into download mode.
    pub fn wants_download(&self) -> bool {
        self.awaits_images || self.variable(BOOT_IMAGE_MODE) != Some(Value::Number(0))
    }

    /// A file of the SIM card.
    pub fn file(&self, id: u16) -> Option<&File> {
        self.files.iter().find(|file| file.id == id)
    }

    /// What the WDS client wants of its next session.
    pub fn wish(&mut self, client: u8) -> &mut SessionWish {
        self.wishes.entry(client).or_default()
    }

    /// The MTU that an access point has of its own.
    pub fn mtu_of(&self, apn: &str) -> Option<u16> {
        self.apn_mtu.get(apn).copied()
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
        self.followers.remove(&(service, client));
        self.clients.remove(&(service, client))
    }

    /// Forgets all clients and their sessions.
    pub fn forget_clients(&mut self) {
        self.clients.clear();
        self.followers.clear();
        self.wishes.clear();
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
