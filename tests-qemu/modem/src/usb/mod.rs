// SPDX-License-Identifier: GPL-2.0-only
//! The USB device framework (USB 2.0 and 3.2, chapter 9): descriptors and standard requests.

mod descriptor;
mod gadget;
mod setup;

pub use descriptor::Descriptors;
pub use gadget::{Gadget, Stall};
pub use setup::{class, standard, Kind, Recipient, Setup};
