// SPDX-License-Identifier: GPL-2.0-only

//! USB interfaces, devices and drivers.
//!
//! `kernel::usb` exists only where USB is built in, and it keeps the driver's data in the interface
//! itself, where usbnet keeps its own.
//!
//! C header: [`include/linux/usb.h`](srctree/include/linux/usb.h)

mod bound;
pub(super) mod bulk;
pub(crate) mod cdc;
pub(crate) mod cdc_wdm;
mod claim;
mod device;
mod driver;
mod endpoint;
mod id;
mod interface;

pub(crate) use bound::{
    Bound,
    Probed, //
};
pub(super) use claim::ClaimedInterface;
pub(crate) use device::Device;
pub(crate) use driver::{
    Driver,
    PmMessage,
    Registration, //
};
pub(crate) use endpoint::HostEndpoint;
pub(crate) use id::{
    usb_device_table,
    DeviceId,
    IdTable, //
};
pub(crate) use interface::{
    Interface,
    CLASS_VENDOR_SPEC, //
};
