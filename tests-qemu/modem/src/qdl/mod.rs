// SPDX-License-Identifier: GPL-2.0-only
//! The boot loader of a modem that waits for firmware, and its protocol, QDL: commands in HDLC frames, and images in chunks that
//! have no frame. What is known of it is in Qualcomm's Gobi API and in libqmi's `qmi-firmware-update`.

mod command;
pub mod cwe;
mod hdlc;
mod image;
mod loader;

pub use image::{Image, ImageKind, Taking};
pub use loader::{Event, Loader};
