// SPDX-License-Identifier: GPL-2.0-only

//! USB interfaces, devices and drivers.
//!
//! `kernel::usb` exists only where USB is built in, and it keeps the driver's data in the interface
//! itself, where usbnet keeps its own.
//!
//! C header: [`include/linux/usb.h`](srctree/include/linux/usb.h)

pub(super) mod bulk;
mod claim;
mod driver;
mod id;
mod interface;

pub(crate) use bulk::Filling;
pub(crate) use claim::ClaimedInterface;
pub(crate) use driver::{
    Driver,
    PmMessage,
    Registration, //
};
pub(crate) use id::{
    usb_device_table,
    DeviceId,
    IdTable, //
};
pub(crate) use interface::{
    HostEndpoint,
    Interface,
    CLASS_VENDOR_SPEC, //
};
