// SPDX-License-Identifier: GPL-2.0-only
//! What a modem keeps without power: which firmware it has, and which one the host prefers.

use std::cell::RefCell;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tracing::error;

use crate::profile::Firmware;
use crate::qdl::Image;

/// DMS firmware image type of firmware.
pub const FIRMWARE: u8 = 0;
/// DMS firmware image type of a carrier's settings.
pub const SETTINGS: u8 = 1;

/// Fits any version.
const ANY: &str = "?";
/// Fits any unique id.
const ANY_ID: &str = "?_?";

/// A file that cannot be used.
#[derive(Debug, Error)]
#[error("cannot use '{path}' as flash: {reason} (remove it for a modem as it is new)")]
pub struct FlashError {
    path: PathBuf,
    reason: String,
}

/// An image as DMS names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// Its type.
    pub kind: u8,
    /// Its unique id.
    pub id: String,
    /// Version of the firmware, and carrier, with `_` between them.
    pub build: String,
}

impl Name {
    /// Whether `other` is this one; parts of this one may be open.
    fn fits(&self, other: &Self) -> bool {
        let part = |wanted: &str, had: &str| wanted == ANY || wanted == had;
        let (version, carrier) = self.build.split_once('_').unwrap_or((&self.build, ANY));
        let (own_version, own_carrier) = other.build.split_once('_').unwrap_or((&other.build, ANY));
        self.kind == other.kind
            && (self.id == ANY_ID || self.id == other.id)
            && part(version, own_version)
            && part(carrier, own_carrier)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Content {
    /// DMS model: a file is of no use to another.
    model: String,
    /// The firmware can be started.
    is_whole: bool,
    /// DMS revision.
    revision: String,
    /// Firmware and settings, if they have names.
    images: Vec<Name>,
    /// What the host prefers.
    preferred: Vec<Name>,
}

/// The flash of one modem, which its functions share.
#[derive(Debug, Clone)]
pub struct Flash {
    content: Rc<RefCell<Content>>,
    file: Option<PathBuf>,
}

impl Flash {
    /// As it is new, and gone with the program.
    pub fn new(firmware: &Firmware) -> Self {
        let named = |settings: &crate::profile::Settings| {
            let name = |kind| Name {
                kind,
                id: settings.version.clone(),
                build: format!("{}_{}", settings.firmware, settings.carrier),
            };
            vec![name(FIRMWARE), name(SETTINGS)]
        };
        let images = firmware.settings.as_ref().map(named).unwrap_or_default();
        let content = Content {
            model: firmware.model.clone(),
            is_whole: true,
            revision: firmware.revision.clone(),
            preferred: images.clone(),
            images,
        };
        Self {
            content: Rc::new(RefCell::new(content)),
            file: None,
        }
    }

    /// As the file says, if there is one of this model; changes go there.
    ///
    /// # Errors
    /// If there is something else.
    pub fn open(file: &Path, firmware: &Firmware) -> Result<Self, FlashError> {
        let unusable = |reason: String| FlashError {
            path: file.to_owned(),
            reason,
        };
        let mut flash = Self::new(firmware);
        flash.file = Some(file.to_owned());
        match fs::read(file) {
            Ok(bytes) => {
                let kept: Content =
                    serde_json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))?;
                if kept.model == firmware.model {
                    *flash.content.borrow_mut() = kept;
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(unusable(error.to_string())),
        }
        Ok(flash)
    }

    fn change(&self, change: impl FnOnce(&mut Content)) {
        let mut content = self.content.borrow_mut();
        let before = content.clone();
        change(&mut content);
        let Some(file) = self.file.as_ref().filter(|_| *content != before) else {
            return;
        };
        let written = serde_json::to_vec(&*content)
            .map_err(|error| error.to_string())
            .and_then(|bytes| fs::write(file, bytes).map_err(|error| error.to_string()));
        if let Err(reason) = written {
            error!(
                "what changes in '{}' will be lost: {reason}",
                file.display()
            );
        }
    }

    /// Whether there is firmware that can be started.
    pub fn is_whole(&self) -> bool {
        self.content.borrow().is_whole
    }

    /// DMS revision.
    pub fn revision(&self) -> String {
        self.content.borrow().revision.clone()
    }

    /// Version and carrier's version and name, as the images are named.
    pub fn image(&self, kind: u8) -> Option<Name> {
        let content = self.content.borrow();
        content
            .images
            .iter()
            .find(|name| name.kind == kind)
            .cloned()
    }

    /// What the host prefers; `None` if this modem does not ask.
    pub fn preferred(&self) -> Option<Vec<Name>> {
        let names = self.content.borrow().preferred.clone();
        (!names.is_empty()).then_some(names)
    }

    /// Takes what the host prefers, and tells the types of those that are not there.
    pub fn prefer(&self, names: Vec<Name>) -> Vec<u8> {
        let is_there = |name: &Name| {
            self.content
                .borrow()
                .images
                .iter()
                .any(|own| name.fits(own))
        };
        let missing = names.iter().filter(|name| !is_there(name));
        let missing = missing.map(|name| name.kind).collect();
        self.change(|content| content.preferred = names);
        missing
    }

    /// An image begins to come, in place of the one that is there.
    pub fn begin(&self, image: &Image) {
        if !has_settings(image) {
            self.change(|content| content.is_whole = false);
        }
    }

    /// An image has come, whole.
    pub fn take(&self, image: &Image) {
        let Some(header) = &image.header else {
            return;
        };
        let (family, version) = header.firmware().unwrap_or(("", ANY));
        let name = match header.settings() {
            Some((carrier, id)) if header.has_settings() => Name {
                kind: SETTINGS,
                id,
                build: format!("{version}_{carrier}"),
            },
            _ => Name {
                kind: FIRMWARE,
                id: ANY_ID.to_owned(),
                build: format!("{version}_{ANY}"),
            },
        };
        let revision = format!("{family}_{version}");
        self.change(|content| {
            if name.kind == FIRMWARE {
                content.is_whole = true;
                content.revision = revision;
            }
            content.images.retain(|own| own.kind != name.kind);
            content.images.push(name);
        });
    }
}

fn has_settings(image: &Image) -> bool {
    let header = image.header.as_ref();
    header.is_some_and(|header| header.has_settings())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::qdl::{cwe, ImageKind};

    fn image(kind: &str, version: &str) -> Image {
        let bytes = cwe::example(kind, version, b"content");
        Image {
            kind: ImageKind::Cwe,
            header: bytes.first_chunk().map(cwe::Header::parse),
        }
    }

    fn name(kind: u8, id: &str, build: &str) -> Name {
        Name {
            kind,
            id: id.to_owned(),
            build: build.to_owned(),
        }
    }

    fn mc7455() -> Profile {
        Profile::load("mc7455").unwrap()
    }

    #[test]
    fn an_update() {
        let flash = Flash::new(&mc7455().firmware);
        let wanted = |version: &str, settings| {
            vec![
                name(FIRMWARE, "?_?", &format!("{version}_?")),
                name(SETTINGS, settings, &format!("{version}_GENERIC")),
            ]
        };
        assert!(flash
            .prefer(wanted("02.24.05.06", "002.026_000"))
            .is_empty());
        assert_eq!(flash.prefer(wanted("02.24.05.06", "002.072_000")), [1]);
        let new = wanted("02.33.03.00", "002.072_000");
        assert_eq!(flash.prefer(new.clone()), [0, 1]);
        let firmware = image("SPKG", "9999999_9999999_SWI9X30C_02.33.03.00_00");
        flash.begin(&firmware);
        assert!(!flash.is_whole());
        flash.take(&firmware);
        assert!(flash.is_whole());
        assert_eq!(flash.revision(), "SWI9X30C_02.33.03.00");
        let settings = "9999999_9904609_SWI9X30C_02.33.03.00_00_GENERIC_002.072_000";
        let settings = image("NVUP", settings);
        flash.begin(&settings);
        assert!(flash.is_whole(), "the firmware stays");
        flash.take(&settings);
        assert!(flash.prefer(new).is_empty());
        assert_eq!(flash.revision(), "SWI9X30C_02.33.03.00");
    }

    #[test]
    fn it_is_kept_for_the_same_model() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("flash");
        let firmware = mc7455().firmware;
        let flash = Flash::open(&file, &firmware).unwrap();
        assert!(!file.exists(), "nothing has changed yet");
        flash.begin(&image("SPKG", ""));
        assert!(!Flash::open(&file, &firmware).unwrap().is_whole());
        let other = Profile::load("combined-802-3").unwrap().firmware;
        assert!(Flash::open(&file, &other).unwrap().is_whole());
        fs::write(&file, b"{").unwrap();
        assert!(Flash::open(&file, &firmware).is_err());
    }

    #[test]
    fn a_modem_that_does_not_ask() {
        let other = Profile::load("combined-802-3").unwrap().firmware;
        assert_eq!(Flash::new(&other).preferred(), None);
    }
}
