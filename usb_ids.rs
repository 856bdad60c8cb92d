// SPDX-License-Identifier: GPL-2.0-only

//! The product table: which interfaces of which devices carry QMI.

#![forbid(unsafe_code)]

use crate::kernel_ext::usb::DeviceId;

/// `bInterfaceClass`, `bInterfaceSubClass`: vendor specific.
const VENDOR_SPEC: u8 = 0xff;

/// A kind of device that the driver takes.
pub(crate) struct Product {
    /// How the interface is recognised.
    pub(crate) id: DeviceId,
    /// The firmware forgets its clients, or answers none, unless DTR is set.
    pub(crate) needs_dtr: bool,
}

/// QMI on the interface with this `bInterfaceNumber`.
const fn fixed(vendor: u16, product: u16, number: u8) -> Product {
    Product {
        id: DeviceId::device_interface_number(vendor, product, number),
        needs_dtr: false,
    }
}

/// As [`fixed`], and the firmware needs DTR.
const fn fixed_dtr(vendor: u16, product: u16, number: u8) -> Product {
    Product {
        id: DeviceId::device_interface_number(vendor, product, number),
        needs_dtr: true,
    }
}

/// QMI on all interfaces of a vendor with this `bInterfaceSubClass` and `bInterfaceProtocol`.
const fn vendor_class(vendor: u16, subclass: u8, protocol: u8) -> Product {
    Product {
        id: DeviceId::vendor_interface_info(vendor, VENDOR_SPEC, subclass, protocol),
        needs_dtr: false,
    }
}

/// QMI on an interface of class ff/ff/ff at a number that the device's configuration decides.
/// DIAG looks the same but for its endpoints; probe tells the two apart.
const fn dynamic(vendor: u16, product: u16) -> Product {
    Product {
        id: DeviceId::device_interface_info(vendor, product, VENDOR_SPEC, 0xff, 0xff),
        needs_dtr: true,
    }
}

/// All products, in the groups of the C driver's table.
#[rustfmt::skip]
pub(crate) static PRODUCTS: [Product; 12] = [
    // CDC ECM alike: matched on the control interface.
    vendor_class(0x12d1, 0x01, 0x09), // Huawei E392, E398 and others
    vendor_class(0x12d1, 0x01, 0x39), // Huawei K5005 and others
    vendor_class(0x12d1, 0x01, 0x69), // Huawei NDIS control for Qualcomm

    // Combined interface at a number that varies.
    dynamic(0x2c7c, 0x0125), // Quectel EC25, EC20 R2.0
    dynamic(0x2c7c, 0x0512), // Quectel EG12, EM12
    dynamic(0x2c7c, 0x0800), // Quectel RM500Q-GL
    dynamic(0x2c7c, 0x0801), // Quectel RM520N

    // Combined interface at a fixed number.
    fixed(0x1199, 0x68a2, 8),     // Sierra Wireless MC7710
    fixed_dtr(0x1199, 0x9071, 8), // Sierra Wireless MC74xx
    fixed_dtr(0x2c7c, 0x0121, 4), // Quectel EC21

    // Gobi 2000: interface 0.
    fixed(0x05c6, 0x9215, 0), // Acer Gobi 2000 (VP413)
    fixed(0x05c6, 0x9215, 4), // Quectel EC20
];
