// SPDX-License-Identifier: GPL-2.0-only
//! TCP that this guest forwards: a host behind its network card is the client of a service behind the modem.

use std::net::IpAddr;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::modem::{socket, CLIENT};
use crate::stream::SEGMENT;

/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// Longest answer in bytes.
const ANSWER: usize = 100;

/// Has `client` download from `server`, or upload to it, so many segments, and waits until it is through.
pub fn forward(client: IpAddr, server: IpAddr, down: bool, segments: u64) -> Result<()> {
    let socket = socket(client, CLIENT)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let way = if down { "down" } else { "up" };
    let bytes = segments * SEGMENT;
    let fail = Error::network("asking", client);
    socket
        .send(format!("{way} {bytes} {server}\n").as_bytes())
        .map_err(&fail)?;
    let mut answer = [0; ANSWER];
    let length = socket.recv(&mut answer).map_err(&fail)?;
    let answer = String::from_utf8_lossy(&answer[..length]);
    let got = answer.trim_end().strip_prefix("done ");
    match got.and_then(|number| number.parse().ok()) {
        Some(got) if got == bytes => Ok(()),
        Some(got) => Err(Error::Length {
            address: client,
            got,
            wanted: bytes,
        }),
        None => Err(Error::Forward(answer.trim_end().to_owned())),
    }
}
