// SPDX-License-Identifier: GPL-2.0-only
//! The types of the message files, and how a value becomes bytes. `qmi/README.md` tells the format.

use include_dir::{include_dir, Dir};
use serde::Deserialize;
use thiserror::Error;

use super::qmux::Tlv;
use super::value::Value;
use crate::hex::{self, Hex};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/qmi");

/// A message file that cannot be used.
#[derive(Debug, Error)]
#[error("QMI messages '{file}' are not valid: {reason}")]
pub struct SchemaError {
    file: String,
    reason: String,
}

/// All services.
#[derive(Debug)]
pub struct Schema(Vec<Service>);

/// One service and its messages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its short name.
    pub service: String,
    /// Its number.
    pub id: u8,
    /// Major and minor version.
    pub version: [u16; 2],
    #[serde(rename = "message")]
    messages: Vec<Message>,
    #[serde(rename = "indication", default)]
    indications: Vec<Message>,
    /// The SIM card's files, of the service that reads them.
    #[serde(rename = "file", default)]
    pub files: Vec<File>,
}

/// A transparent file of the SIM card.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// File identifier.
    pub id: u16,
    /// All of it.
    pub content: Hex,
}

/// A request with its response, or an indication.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Number.
    pub id: u16,
    /// Name.
    pub name: String,
    /// Request TLVs that must be there.
    #[serde(default)]
    pub required: Vec<u8>,
    /// Request TLVs to keep.
    #[serde(default)]
    pub store: Vec<Store>,
    /// What to do before the answer.
    pub handler: Option<Handler>,
    #[serde(rename = "tlv", default)]
    tlvs: Vec<TlvTemplate>,
}

/// A handler's name in the message files.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handler {
    /// CTL.
    AllocateClient,
    /// CTL.
    ReleaseClient,
    /// CTL.
    Sync,
    /// CTL.
    SetLinkProtocol,
    /// DMS.
    SetOperatingMode,
    /// DMS.
    FirmwarePreference,
    /// DMS.
    SetFirmwarePreference,
    /// DMS.
    CurrentFirmware,
    /// NAS.
    FollowRegistration,
    /// WDS.
    FollowDataSystem,
    /// UIM.
    ReadFile,
    /// UIM.
    FileAttributes,
    /// WDA.
    SetDataFormat,
    /// WDS.
    StartNetwork,
    /// WDS.
    StopNetwork,
    /// WDS.
    PacketServiceStatus,
    /// WDS.
    CurrentSettings,
    /// WDS.
    SetIpFamily,
    /// WDS.
    BindMuxDataPort,
    /// WDS.
    PacketStatistics,
}

/// A number in a request that is kept in a variable.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// TLV type.
    pub tlv: u8,
    /// Width of the number.
    #[serde(rename = "type")]
    pub width: Width,
    /// Where to keep it.
    pub variable: String,
}

/// Width of a number in bytes.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Width {
    /// One.
    U8 = 1,
    /// Two.
    U16 = 2,
    /// Four.
    U32 = 4,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TlvTemplate {
    id: u8,
    value: Vec<Field>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Field {
    U8(Number),
    U16(Number),
    U32(Number),
    U64(Number),
    String(String),
    String8(String),
    Bytes(String),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Number {
    Literal(i64),
    Variable(String),
}

impl Schema {
    /// Reads the built-in files.
    ///
    /// # Errors
    /// If one of them is not valid.
    pub fn load() -> Result<Self, SchemaError> {
        let mut services = FILES
            .files()
            .filter(|file| file.path().extension().is_some_and(|kind| kind == "toml"))
            .map(|file| {
                toml::from_str(file.contents_utf8().unwrap_or_default()).map_err(|error| {
                    SchemaError {
                        file: file.path().display().to_string(),
                        reason: error.to_string().replace('\n', " "),
                    }
                })
            })
            .collect::<Result<Vec<Service>, _>>()?;
        services.sort_by_key(|service| service.id);
        Ok(Self(services))
    }

    /// All messages as a table in Markdown, in the order of their numbers.
    pub fn table(&self) -> String {
        let mut table = "| service | number | message | |\n|---|---|---|---|\n".to_owned();
        for service in &self.0 {
            let requests = service.messages.iter().map(|message| (message, ""));
            let indications = service.indications.iter();
            let indications = indications.map(|message| (message, "indication"));
            let mut all: Vec<_> = requests.chain(indications).collect();
            all.sort_by_key(|(message, what)| (message.id, *what));
            for (Message { id, name, .. }, what) in all {
                table += &format!("| {} | {id:04x} | {name} | {what} |\n", service.service);
            }
        }
        table
    }

    /// The services, by number.
    pub fn services(&self) -> &[Service] {
        &self.0
    }

    /// The service of number `id`.
    pub fn service(&self, id: u8) -> Option<&Service> {
        self.0.iter().find(|service| service.id == id)
    }
}

impl Service {
    /// The message of number `id`.
    pub fn message(&self, id: u16) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == id)
    }

    /// The indication of number `id`.
    pub fn indication(&self, id: u16) -> Option<&Message> {
        self.indications.iter().find(|message| message.id == id)
    }
}

impl Message {
    /// The TLVs, with `lookup` giving the variables' values.
    pub fn render(&self, lookup: &dyn Fn(&str) -> Option<Value>) -> Vec<Tlv> {
        self.tlvs
            .iter()
            .filter_map(|template| {
                let fields: Option<Vec<_>> = template
                    .value
                    .iter()
                    .map(|field| field.render(lookup))
                    .collect();
                Some(Tlv {
                    id: template.id,
                    value: fields?.concat(),
                })
            })
            .collect()
    }
}

impl Field {
    fn render(&self, lookup: &dyn Fn(&str) -> Option<Value>) -> Option<Vec<u8>> {
        let text = |text: &str| match text.strip_prefix('$') {
            Some(name) => lookup(name).map(Value::into_bytes),
            None => Some(text.as_bytes().to_vec()),
        };
        match self {
            Self::U8(number) => number.render(1, lookup),
            Self::U16(number) => number.render(2, lookup),
            Self::U32(number) => number.render(4, lookup),
            Self::U64(number) => number.render(8, lookup),
            Self::String(value) => text(value),
            Self::String8(value) => {
                let bytes = text(value)?;
                let length = u8::try_from(bytes.len()).ok()?;
                Some([vec![length], bytes].concat())
            }
            Self::Bytes(value) if value.starts_with('$') => text(value),
            Self::Bytes(value) => hex::decode(value),
        }
    }
}

impl Number {
    fn render(&self, width: usize, lookup: &dyn Fn(&str) -> Option<Value>) -> Option<Vec<u8>> {
        let bytes = match self {
            Self::Literal(number) => number.to_le_bytes(),
            Self::Variable(name) => match lookup(name.strip_prefix('$')?)? {
                Value::Number(number) => number.to_le_bytes(),
                Value::Text(_) | Value::Bytes(_) => return None,
            },
        };
        bytes.get(..width).map(<[u8]>::to_vec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything(name: &str) -> Option<Value> {
        let text = [
            "manufacturer",
            "model",
            "revision",
            "hardware_revision",
            "imei",
            "apn",
        ];
        let bytes = [
            "services",
            "ipv6_address",
            "ipv6_gateway",
            "ipv6_dns_1",
            "ipv6_dns_2",
            "content",
            "file_id_be",
            "file_size_be",
        ];
        if text.contains(&name) {
            Some(Value::Text("x".to_owned()))
        } else if bytes.contains(&name) {
            Some(Value::Bytes(vec![1]))
        } else {
            Some(Value::Number(1))
        }
    }

    #[test]
    fn every_tlv_of_the_files_renders() {
        for service in Schema::load().unwrap().services() {
            for message in service.messages.iter().chain(&service.indications) {
                let rendered = message.render(&everything);
                assert_eq!(rendered.len(), message.tlvs.len(), "{}", message.name);
            }
        }
    }

    #[test]
    fn the_readme_lists_them() {
        let readme = include_str!("../../README.md");
        let (begin, end) = ("<!-- messages -->\n", "<!-- end of messages -->");
        let (_, rest) = readme.split_once(begin).expect("README.md has the list");
        let (listed, _) = rest.split_once(end).expect("the list has an end");
        let table = Schema::load().unwrap().table();
        assert_eq!(
            listed, table,
            "put what qmi-modem --list-messages prints between the two comments in README.md"
        );
    }

    #[test]
    fn numbers_are_unique() {
        for service in Schema::load().unwrap().services() {
            let mut ids: Vec<u16> = service.messages.iter().map(|m| m.id).collect();
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "{}", service.service);
        }
    }

    #[test]
    fn negative_numbers_and_missing_variables() {
        let field: Message = toml::from_str(
            "id = 1\nname = 'x'\ntlv = [{ id = 1, value = [{ u16 = -2 }] }, { id = 2, value = [{ u8 = '$no' }] }]",
        )
        .unwrap();
        let tlvs = field.render(&|_| None);
        assert_eq!(tlvs.len(), 1);
        assert_eq!(tlvs[0].value, [0xfe, 0xff]);
    }
}
