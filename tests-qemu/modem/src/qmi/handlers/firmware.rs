// SPDX-License-Identifier: GPL-2.0-only
//! What firmware there is, and which one the host prefers. Modems without names for their images do not know these messages.

use super::call::{Call, Reply};
use crate::flash::{Name, FIRMWARE, SETTINGS};
use crate::qmi::error::QmiError;
use crate::qmi::value::Value;

/// Bytes of a unique id, with NULs at its end.
const ID: usize = 16;

/// Images as the messages list them.
fn list(names: &[Name]) -> Vec<u8> {
    let short = |length: usize| u8::try_from(length).unwrap_or(u8::MAX);
    let mut bytes = vec![short(names.len())];
    for name in names {
        let mut id = [0; ID];
        id.iter_mut()
            .zip(name.id.bytes())
            .for_each(|(to, byte)| *to = byte);
        bytes.push(name.kind);
        bytes.extend(id);
        bytes.push(short(name.build.len()));
        bytes.extend(name.build.bytes());
    }
    bytes
}

/// The reverse; `None` if lengths do not fit.
fn parse(bytes: &[u8]) -> Option<Vec<Name>> {
    let (&count, mut rest) = bytes.split_first()?;
    let mut names = Vec::new();
    for _ in 0..count {
        let (&kind, after) = rest.split_first()?;
        let (id, after) = after.split_first_chunk::<ID>()?;
        let (&length, after) = after.split_first()?;
        let (build, after) = after.split_at_checked(length.into())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        names.push(Name {
            kind,
            id: text(id).trim_end_matches('\0').to_owned(),
            build: text(build),
        });
        rest = after;
    }
    rest.is_empty().then_some(names)
}

/// What the host prefers.
pub fn preference(call: &Call<'_>) -> Result<Reply, QmiError> {
    let preferred = call.state.flash.preferred();
    let mut reply = Reply::default();
    reply.set_bytes(
        "images",
        &list(&preferred.ok_or(QmiError::InvalidQmiCommand)?),
    );
    Ok(reply)
}

/// Takes what the host prefers. The next start is into download mode if that is not there, or is to be replaced.
pub fn set_preference(call: &mut Call<'_>) -> Result<Reply, QmiError> {
    if call.state.flash.preferred().is_none() {
        return Err(QmiError::InvalidQmiCommand);
    }
    let wanted = call.tlv(0x01).ok_or(QmiError::MissingArgument)?;
    let names = parse(wanted).filter(|names| !names.is_empty());
    let names = names.ok_or(QmiError::InvalidArgument)?;
    let all: Vec<u8> = names.iter().map(|name| name.kind).collect();
    let anyway = call.fixed(0x10)?.is_some_and(|[anyway]| anyway != 0);
    let missing = call.state.flash.prefer(names);
    let needed = if anyway { all } else { missing };
    call.state.awaits_images = !needed.is_empty();
    let mut reply = Reply::default();
    // As many as there were in a list that counts them in a byte.
    let list = [&[needed.len() as u8][..], &needed].concat();
    reply.set_bytes("images", &list);
    Ok(reply)
}

/// What there is, in Sierra's words.
pub fn current(call: &Call<'_>) -> Result<Reply, QmiError> {
    let flash = &call.state.flash;
    flash.preferred().ok_or(QmiError::InvalidQmiCommand)?;
    let mut reply = Reply::default();
    let mut set = |name, text: &str| {
        let value = Value::Text(text.to_owned());
        reply.variables.insert(name, value);
    };
    let version_and_carrier = |name: &Name| {
        let (version, carrier) = name.build.split_once('_')?;
        Some((version.to_owned(), carrier.to_owned()))
    };
    if let Some((version, _)) = flash.image(FIRMWARE).as_ref().and_then(version_and_carrier) {
        set("firmware_version", &version);
    }
    if let Some(settings) = flash.image(SETTINGS) {
        if let Some((_, carrier)) = version_and_carrier(&settings) {
            set("carrier", &carrier);
        }
        set("settings_version", &settings.id);
    }
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_and_back() {
        let name = |kind, id: &str, build: &str| Name {
            kind,
            id: id.to_owned(),
            build: build.to_owned(),
        };
        let names = vec![name(0, "?_?", "02.33.03.00_?"), name(1, "002.072_000", "")];
        let bytes = list(&names);
        assert_eq!(bytes.len(), 1 + 2 * (1 + ID + 1) + 13);
        assert_eq!(parse(&bytes), Some(names));
        assert_eq!(parse(&bytes[..bytes.len() - 1]), None);
        assert_eq!(parse(&[]), None);
        assert_eq!(parse(&[0, 0]), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = parse(&bytes);
        }
    }
}
