// SPDX-License-Identifier: GPL-2.0-only
//! Images, and which of them a loader takes.

use serde::Deserialize;

use super::cwe;

/// What an image is, by the protocol's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum ImageKind {
    /// The modem's firmware, of a Gobi.
    AmssModem = 0x05,
    /// Its other half.
    AmssApplication = 0x06,
    /// A carrier's settings, of a Gobi.
    AmssUqcn = 0x0d,
    /// With Sierra's header.
    Cwe = 0x80,
}

/// How a loader takes firmware.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Taking {
    /// The version of QDL that it speaks.
    pub version: u8,
    /// It begins in DLOAD, and is told to go on with QDL.
    #[serde(default)]
    pub begins_in_dload: bool,
    /// What it takes.
    pub images: Vec<ImageKind>,
    /// What modems images must be for, if they say that.
    #[serde(default)]
    pub product: Option<String>,
}

/// An image that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// What it is.
    pub kind: ImageKind,
    /// What its header says.
    pub header: Option<cwe::Header>,
}
