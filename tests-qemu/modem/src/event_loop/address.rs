// SPDX-License-Identifier: GPL-2.0-only
//! Where a modem listens for USB/IP.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use thiserror::Error;

use crate::usbip::BUS_ID;

/// The TCP port that programs expect.
pub const PORT: u16 = 3240;

/// Where to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(pub SocketAddr);

/// What is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("an IP address, with or without :PORT, is wanted; [::1]:PORT if it is one of IPv6")]
pub struct AddressError;

impl Default for Address {
    /// The port that programs expect, for this machine only.
    fn default() -> Self {
        Self(SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)))
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let bare = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'));
        let bare = bare.unwrap_or(text);
        let alone = || Some(SocketAddr::from((bare.parse::<IpAddr>().ok()?, PORT)));
        let whole = text.parse().ok();
        whole.or_else(alone).map(Self).ok_or(AddressError)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Address {
    /// Whether only this machine reaches it.
    pub fn is_local(&self) -> bool {
        self.0.ip().is_loopback()
    }

    /// What to type to plug in the modem that listens here, on the machine that it listens on.
    pub fn commands(&self) -> String {
        let ip = match self.0.ip() {
            ip if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            ip => ip,
        };
        let port = match self.0.port() {
            PORT => String::new(),
            port => format!("--tcp-port {port} "),
        };
        let there = SocketAddr::from((ip, self.0.port()));
        format!(
            "    modprobe vhci-hcd
    usbip {port}attach --remote {ip} --busid {BUS_ID}

or, without the program usbip,

    modprobe vhci-hcd
    tests-qemu/modem/attach {there}
"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_and_without_port() {
        let parse = |text: &str| text.parse::<Address>().map(|address| address.to_string());
        for (text, wanted) in [
            ("127.0.0.1", "127.0.0.1:3240"),
            ("0.0.0.0:99", "0.0.0.0:99"),
            ("::1", "[::1]:3240"),
            ("[::1]", "[::1]:3240"),
            ("[::1]:99", "[::1]:99"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(wanted));
        }
        for text in ["", "localhost", "3240", "127.0.0.1:", "127.0.0.1:65536"] {
            assert_eq!(parse(text), Err(AddressError), "{text}");
        }
        assert!(Address::default().is_local());
    }

    #[test]
    fn commands_tell_the_port_if_it_is_unusual() {
        let commands = |text: &str| text.parse::<Address>().unwrap().commands();
        assert!(commands("127.0.0.1").contains("usbip attach --remote 127.0.0.1 --busid 1-1\n"));
        let there = commands("0.0.0.0:99");
        assert!(there.contains("usbip --tcp-port 99 attach --remote 127.0.0.1 "));
        assert!(there.contains("modem/attach 127.0.0.1:99\n"));
    }
}
