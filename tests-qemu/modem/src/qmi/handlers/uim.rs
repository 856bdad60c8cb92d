// SPDX-License-Identifier: GPL-2.0-only
//! The SIM card's files.

use super::call::{Call, Reply};
use crate::qmi::error::QmiError;
use crate::qmi::schema::File;

/// As many bytes as are asked for from the offset that is asked for; none means all.
pub fn read(call: &Call<'_>) -> Result<Reply, QmiError> {
    let [o0, o1, l0, l1] = call.required(0x03)?;
    let content = file(call)?.content.0.as_slice();
    let rest = content
        .get(usize::from(u16::from_le_bytes([o0, o1]))..)
        .ok_or(QmiError::InvalidArgument)?;
    let part = match u16::from_le_bytes([l0, l1]) {
        0 => rest,
        length => rest.get(..length.into()).ok_or(QmiError::InvalidArgument)?,
    };
    let mut reply = Reply::default();
    reply.set("content_length", part.len() as u64);
    reply.set_bytes("content", part);
    Ok(reply)
}

pub fn attributes(call: &Call<'_>) -> Result<Reply, QmiError> {
    let file = file(call)?;
    let size = u16::try_from(file.content.0.len()).map_err(|_| QmiError::InvalidArgument)?;
    let mut reply = Reply::default();
    reply.set("file_id", file.id);
    reply.set("file_size", size);
    reply.set_bytes("file_id_be", &file.id.to_be_bytes());
    reply.set_bytes("file_size_be", &size.to_be_bytes());
    Ok(reply)
}

/// The file that TLV 02 names, whatever folder it is looked for in.
fn file<'a>(call: &'a Call<'_>) -> Result<&'a File, QmiError> {
    let id = match call.tlv(0x02) {
        Some(&[low, high, ..]) => u16::from_le_bytes([low, high]),
        _ => return Err(QmiError::InvalidArgument),
    };
    call.state.file(id).ok_or(QmiError::SimFileNotFound)
}
