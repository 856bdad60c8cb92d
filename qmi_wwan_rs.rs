// SPDX-License-Identifier: GPL-2.0-only

//! Driver for USB modems that are managed with QMI, the Qualcomm MSM Interface.
//!
//! Each QMI function of a modem becomes two devices: a cdc-wdm character device, over which user
//! space exchanges QMI messages with the firmware, and a network device. The driver does not look
//! into the messages.
//!
//! This file owns the module declaration and the USB id table. `unsafe` code is in `kernel_ext/`
//! alone. To read on: `driver.rs`, the policy.

// In a pattern, an error code that a kernel does not have would be a name that matches all.
#![deny(non_snake_case)]

mod attributes;
mod cdc_wdm_glue;
mod driver;
mod inet;
mod kernel_ext;
mod modem;
mod qmap;
mod rawip;
mod receive;
mod statistics;
#[cfg(CONFIG_QMI_WWAN_RS_KUNIT_TEST)]
#[path = "tests-kunit/mod.rs"]
mod tests_kunit;
mod usb_ids;

use kernel::prelude::*;
use kernel_ext::{
    usb,
    usb_netdev, //
};
use modem::QmiWwan;

usb::usb_device_table! {
    USB_TABLE: [usb_ids::PRODUCTS.len()] = driver::ids(&usb_ids::PRODUCTS)
}

struct QmiWwanModule {
    _registration: Pin<KBox<usb::Registration<usb_netdev::Adapter<QmiWwan>>>>,
}

impl kernel::Module for QmiWwanModule {
    fn init(module: &'static ThisModule) -> Result<Self> {
        let registration = KBox::pin_init(usb::Registration::new(&USB_TABLE, module), GFP_KERNEL)
            .inspect_err(|&err| {
            if err == EBUSY {
                pr_err!("the C driver is loaded: unload it with 'modprobe -r qmi_wwan'\n");
            }
        })?;

        Ok(Self {
            _registration: registration,
        })
    }
}

module! {
    type: QmiWwanModule,
    name: "qmi_wwan_rs",
    authors: ["qmi_wwan_rs developers"],
    description: "Driver for USB modems that speak QMI",
    license: "GPL",
    params: {
        pass_through: u8 {
            default: cfg!(CONFIG_RMNET) as u8,
            description: "offer qmi/pass_through: 1 or 0; as the kernel has rmnet or not if unset",
        },
    },
}
