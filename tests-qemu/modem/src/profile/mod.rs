// SPDX-License-Identifier: GPL-2.0-only
//! What a modem is, as data: USB identity, descriptors, link layer, firmware habits.
//!
//! Profiles are TOML files. Those in `profiles/` are built in; any other is loaded by its path.

mod device;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::rc::Rc;

use include_dir::{include_dir, Dir};
use serde::{de, Deserialize, Deserializer};
use thiserror::Error;

pub use device::{Alternate, Device, Endpoint, Functional, Interface, Role, Speed, Transfer};

use crate::addresses::{Addresses, Network};
use crate::hex::Hex;
use crate::link_layer::qmap::Version;
use crate::link_layer::{EthernetLink, LinkLayer, MacAddress, QmapAbilities, Quirks};
use crate::qdl::Taking;

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/profiles");

/// Why a profile cannot be used.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// Neither a built-in name nor a readable file.
    #[error("no profile '{0}': not built in (see --list-profiles) and not a readable file")]
    Unknown(String),
    /// The text is not a profile.
    #[error("profile '{name}' is not valid: {reason}")]
    Invalid {
        /// Name or path that was asked for.
        name: String,
        /// The parser's words, on one line.
        reason: String,
    },
}

/// One modem.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Profile {
    /// One sentence for `--list-profiles`.
    pub summary: String,
    /// The device descriptor and its strings.
    pub device: Device,
    /// The interfaces of the one configuration, in descriptor order.
    #[serde(rename = "interface")]
    pub interfaces: Vec<Interface>,
    /// The bytes of the configuration descriptor and all behind it, in place of those that describe the interfaces.
    #[serde(default)]
    pub configuration: Option<Hex>,
    /// How packets travel over the bulk endpoints.
    pub link: Link,
    /// What it becomes when it waits for new firmware, by its profile's name.
    #[serde(default, deserialize_with = "by_name")]
    pub download_mode: Option<Rc<Profile>>,
    /// It keeps no firmware: it begins as that, each time.
    #[serde(default)]
    pub wakes_without_firmware: bool,
    /// How it takes firmware, if it waits for some.
    #[serde(default)]
    pub takes: Option<Taking>,
    /// What the firmware says of itself and how it behaves.
    pub firmware: Firmware,
    /// The addresses that the network gives out.
    #[serde(default)]
    pub network: Network,
}

fn by_name<'de, D: Deserializer<'de>>(name: D) -> Result<Option<Rc<Profile>>, D::Error> {
    let profile = Profile::load(&String::deserialize(name)?).map_err(de::Error::custom)?;
    Ok(Some(Rc::new(profile)))
}

/// The data path's behaviour.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Link {
    /// In force until the host sets one through WDA.
    pub default: LinkLayer,
    /// What WDA lets the host choose.
    pub supported: Vec<LinkLayer>,
    /// The largest aggregates that the modem takes and sends; without it, it cannot do QMAP.
    pub qmap: Option<QmapAbilities>,
    /// The modem's own address on an 802.3 link.
    #[serde(default = "default_modem_mac")]
    pub modem_mac: MacAddress,
    /// IPv4 packets pass from the start, without a client that starts a session.
    #[serde(default)]
    pub autoconnect: bool,
    /// A firmware fault: IP packets without Ethernet header on an 802.3 link.
    #[serde(default)]
    pub bare_ip_in_802_3: bool,
    /// A firmware fault: every frame to the host carries this destination.
    pub destination_mac: Option<MacAddress>,
}

impl Link {
    /// The modem's end of it in 802.3.
    pub fn ethernet(&self, addresses: Addresses) -> EthernetLink {
        let quirks = Quirks {
            bare_ip: self.bare_ip_in_802_3,
            destination: self.destination_mac,
        };
        EthernetLink::new(self.modem_mac, quirks, addresses)
    }
}

fn default_modem_mac() -> MacAddress {
    MacAddress([0x02, 0x50, 0xf3, 0, 0, 0])
}

/// What the firmware answers and needs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Firmware {
    /// QMI stays unanswered, and clients are forgotten, while DTR is off.
    #[serde(default)]
    pub needs_dtr: bool,
    /// A firmware fault: control requests, by their names in the log, that are answered this many milliseconds late.
    #[serde(default)]
    pub late_answers: BTreeMap<String, u64>,
    /// A firmware fault: control requests, by their names in the log, that stall this many times before they are answered.
    #[serde(default)]
    pub first_stalls: BTreeMap<String, u32>,
    /// DMS manufacturer.
    pub manufacturer: String,
    /// DMS model.
    pub model: String,
    /// DMS revision.
    pub revision: String,
    /// DMS hardware revision.
    pub hardware_revision: String,
    /// 15 digits.
    pub imei: String,
    /// A carrier's settings beside the firmware; then the host can say what firmware and settings it prefers.
    #[serde(default)]
    pub settings: Option<Settings>,
}

/// What makes a carrier's settings one of a kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Of what firmware they are.
    pub firmware: String,
    /// Their own version.
    pub version: String,
    /// The carrier that they are of.
    pub carrier: String,
}

impl Profile {
    /// Reads a built-in profile by name, or else a file by path.
    ///
    /// # Errors
    /// If there is neither, or if it is not a valid profile.
    pub fn load(name: &str) -> Result<Self, ProfileError> {
        let built_in = BUILT_IN
            .get_file(format!("{name}.toml"))
            .and_then(|file| file.contents_utf8());
        match built_in {
            Some(text) => Self::parse(name, text),
            None => fs::read_to_string(Path::new(name))
                .map_err(|_| ProfileError::Unknown(name.to_owned()))
                .and_then(|text| Self::parse(name, &text)),
        }
    }

    /// Names of the built-in profiles, sorted.
    pub fn names() -> Vec<String> {
        let mut names: Vec<String> = BUILT_IN
            .files()
            .filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned()))
            .collect();
        names.sort();
        names
    }

    fn parse(name: &str, text: &str) -> Result<Self, ProfileError> {
        let invalid = |reason: String| ProfileError::Invalid {
            name: name.to_owned(),
            reason,
        };
        let profile: Self = toml::from_str(text)
            .map_err(|error| invalid(error.to_string().replace('\n', " ").trim().to_owned()))?;
        profile.check().map_err(invalid)?;
        Ok(profile)
    }

    /// What the types cannot say.
    fn check(&self) -> Result<(), String> {
        if self.interfaces.is_empty() {
            return Err("it has no interface".to_owned());
        }
        if let Some(interface) = self.interfaces.iter().find(|i| i.alternates.is_empty()) {
            return Err(format!("interface {} has no setting", interface.number));
        }
        if self.wakes_without_firmware && self.download_mode.is_none() {
            return Err("it wakes without firmware, but has no download mode".to_owned());
        }
        if !self.link.supported.contains(&self.link.default) {
            return Err("the default link layer is not among the supported ones".to_owned());
        }
        if self.link.qmap.is_some() && !self.link.supported.contains(&LinkLayer::RawIp) {
            return Err("it has QMAP without raw IP".to_owned());
        }
        let without_first = |qmap: &QmapAbilities| !qmap.versions.contains(&Version::V1);
        if self.link.qmap.as_ref().is_some_and(without_first) {
            return Err("it has QMAP without version 1".to_owned());
        }
        Ok(())
    }

    /// How many QMI functions there are; at least one, so that a modem without is one that gets no requests.
    pub fn functions(&self) -> usize {
        let controls = self.interfaces.iter().filter(|i| i.role.is_control());
        controls.count().max(1)
    }

    /// The QMI function, counted from 0, that the interface of that number belongs to: a function's data interface follows
    /// the one for its messages. What comes before all of these counts as the first's.
    pub fn function_of(&self, number: u8) -> usize {
        let place = self.interfaces.iter().position(|i| i.number == number);
        let until = self.interfaces.iter().take(place.map_or(0, |at| at + 1));
        let controls = until.filter(|i| i.role.is_control());
        controls.count().saturating_sub(1)
    }

    /// The interface that takes encapsulated commands for a QMI function, if there is such a function.
    pub fn control_of(&self, function: usize) -> Option<&Interface> {
        let mut controls = self.interfaces.iter().filter(|i| i.role.is_control());
        controls.nth(function)
    }

    /// How control and data are laid out, in a word.
    pub fn layout(&self) -> &'static str {
        let has = |role| self.interfaces.iter().any(|i| i.role == role);
        if has(Role::Combined) {
            "combined"
        } else if has(Role::Control) {
            "union"
        } else {
            "none"
        }
    }
}
