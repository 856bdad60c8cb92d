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

/// As [`vendor_class`], on one of the vendor's products.
const fn device_class(vendor: u16, product: u16, subclass: u8, protocol: u8) -> Product {
    Product {
        id: DeviceId::device_interface_info(vendor, product, VENDOR_SPEC, subclass, protocol),
        needs_dtr: false,
    }
}

/// QMI on an interface that passes for CDC Ethernet.
const fn device_ecm(vendor: u16, product: u16) -> Product {
    /// `bInterfaceClass` Communications, `bInterfaceSubClass` Ethernet Networking, no protocol.
    const ECM: (u8, u8, u8) = (0x02, 0x06, 0x00);

    Product {
        id: DeviceId::device_interface_info(vendor, product, ECM.0, ECM.1, ECM.2),
        needs_dtr: false,
    }
}

/// QMI on an interface of class ff/ff/ff, at a number that the device's configuration decides.
/// DIAG looks the same but for its endpoints; probe tells the two apart.
const fn dynamic(vendor: u16, product: u16) -> Product {
    Product {
        id: DeviceId::device_interface_info(vendor, product, VENDOR_SPEC, 0xff, 0xff),
        needs_dtr: true,
    }
}

/// All products: those of the C driver's table in its groups, then those that only vendors' own
/// drivers take. Each group is sorted; `scripts/compare-ids` checks all of this.
#[rustfmt::skip]
pub(crate) static PRODUCTS: [Product; 447 + 103] = [
    // CDC ECM alike: two interfaces, matched on the one for control.
    vendor_class(0x12d1, 0x01, 0x09),  // Huawei E392, E398 and others
    vendor_class(0x12d1, 0x01, 0x39),  // Vodafone/Huawei K5005 (12d1:14c8) and others
    vendor_class(0x12d1, 0x01, 0x69),  // Huawei NDIS control interface
    vendor_class(0x22b8, 0xfb, 0xff),  // Motorola Mapphone devices with MDM6600

    // One interface, matched on its class.
    vendor_class(0x106c, 0xf0, 0xff),  // Pantech UML290, P4200 and others
    vendor_class(0x106c, 0xf1, 0xff),  // Pantech UML290 - newer firmware
    vendor_class(0x12d1, 0x01, 0x07),  // Huawei E367 in "Windows mode"
    vendor_class(0x12d1, 0x01, 0x11),  // Huawei E392, E398 in "Windows mode"
    vendor_class(0x12d1, 0x01, 0x37),  // Huawei NDIS single interface, Vodafone
    vendor_class(0x12d1, 0x01, 0x67),  // Huawei NDIS hardware interface
    device_ecm(0x03f0, 0x421d),        // HP lt2523 (Novatel E371)
    device_class(0x03f0, 0x581d, 0x01, 0x07), // HP lt4112 LTE/HSPA+ Gobi 4G Module (Huawei me906e)
    device_ecm(0x1410, 0x9010),        // Novatel E362
    device_ecm(0x1410, 0x9011),        // Novatel Expedite E371
    device_ecm(0x1410, 0xb001),        // Novatel USB551L and MC551
    device_ecm(0x16d5, 0x650a),        // ADU960S
    dynamic(0x2c7c, 0x0122),           // Quectel RG650V
    dynamic(0x2c7c, 0x0125),           // Quectel EC25, EC20 R2.0 Mini PCIe
    dynamic(0x2c7c, 0x013d),           // Quectel RG660QB
    dynamic(0x2c7c, 0x0306),           // Quectel EP06/EG06/EM06
    dynamic(0x2c7c, 0x030b),           // Quectel EM060K/EG120K-EA
    dynamic(0x2c7c, 0x0512),           // Quectel EG12/EM12
    dynamic(0x2c7c, 0x0620),           // Quectel EM160R-GL
    dynamic(0x2c7c, 0x0800),           // Quectel RM500Q-GL
    dynamic(0x2c7c, 0x0801),           // Quectel RM520N
    device_ecm(0x413c, 0x8195),        // Dell Wireless 5800 (Novatel E362)
    device_ecm(0x413c, 0x8196),        // Dell Wireless 5800 V2 (Novatel E362)
    device_ecm(0x413c, 0x819b),        // Dell Wireless 5804 (Novatel E371)

    // One interface, at a fixed number.
    fixed(0x03f0, 0x4e1d, 8),          // HP lt4111 LTE/EV-DO/HSPA+ Gobi 4G Module
    fixed(0x03f0, 0x9d1d, 1),          // HP lt4120 Snapdragon X5 LTE
    fixed(0x0408, 0xea42, 4),          // Yota / Megafon M100-1
    fixed(0x0489, 0xe0b4, 0),          // Foxconn T77W968 LTE
    fixed(0x0489, 0xe0b5, 0),          // Foxconn T77W968 LTE with eSIM support
    fixed_dtr(0x04b7, 0x8217, 8),      // Compal EXM-G1x
    fixed(0x05c6, 0x6001, 3),          // 4G LTE usb-modem U901
    fixed(0x05c6, 0x7000, 0),          // Qualcomm
    fixed(0x05c6, 0x7001, 1),          // Qualcomm
    fixed(0x05c6, 0x7002, 1),          // Qualcomm
    fixed(0x05c6, 0x7101, 1),          // Qualcomm
    fixed(0x05c6, 0x7101, 2),          // Qualcomm
    fixed(0x05c6, 0x7101, 3),          // Qualcomm
    fixed(0x05c6, 0x7102, 1),          // Qualcomm
    fixed(0x05c6, 0x7102, 2),          // Qualcomm
    fixed(0x05c6, 0x7102, 3),          // Qualcomm
    fixed(0x05c6, 0x8000, 7),          // Qualcomm
    fixed(0x05c6, 0x8001, 6),          // Qualcomm
    fixed(0x05c6, 0x9000, 4),          // Qualcomm
    fixed(0x05c6, 0x9003, 4),          // Qualcomm
    fixed(0x05c6, 0x9005, 2),          // Qualcomm
    fixed(0x05c6, 0x900a, 4),          // Qualcomm
    fixed(0x05c6, 0x900b, 2),          // Qualcomm
    fixed(0x05c6, 0x900c, 4),          // Qualcomm
    fixed(0x05c6, 0x900c, 5),          // Qualcomm
    fixed(0x05c6, 0x900c, 6),          // Qualcomm
    fixed(0x05c6, 0x900d, 5),          // Qualcomm
    fixed(0x05c6, 0x900f, 3),          // Qualcomm
    fixed(0x05c6, 0x900f, 4),          // Qualcomm
    fixed(0x05c6, 0x900f, 5),          // Qualcomm
    fixed(0x05c6, 0x9010, 4),          // Qualcomm
    fixed(0x05c6, 0x9010, 5),          // Qualcomm
    fixed(0x05c6, 0x9011, 3),          // Qualcomm
    fixed(0x05c6, 0x9011, 4),          // Qualcomm
    fixed(0x05c6, 0x9021, 1),          // Qualcomm
    fixed(0x05c6, 0x9022, 2),          // Qualcomm
    fixed_dtr(0x05c6, 0x9025, 4),      // Alcatel-sbell ASB TL131 TDD LTE (China Mobile)
    fixed(0x05c6, 0x9026, 3),          // Qualcomm
    fixed(0x05c6, 0x902e, 5),          // Qualcomm
    fixed(0x05c6, 0x9031, 5),          // Qualcomm
    fixed(0x05c6, 0x9032, 4),          // Qualcomm
    fixed(0x05c6, 0x9033, 3),          // Qualcomm
    fixed(0x05c6, 0x9033, 4),          // Qualcomm
    fixed(0x05c6, 0x9033, 5),          // Qualcomm
    fixed(0x05c6, 0x9033, 6),          // Qualcomm
    fixed(0x05c6, 0x9034, 3),          // Qualcomm
    fixed(0x05c6, 0x9034, 4),          // Qualcomm
    fixed(0x05c6, 0x9034, 5),          // Qualcomm
    fixed(0x05c6, 0x9034, 6),          // Qualcomm
    fixed(0x05c6, 0x9034, 7),          // Qualcomm
    fixed(0x05c6, 0x9035, 4),          // Qualcomm
    fixed(0x05c6, 0x9036, 3),          // Qualcomm
    fixed(0x05c6, 0x9037, 5),          // Qualcomm
    fixed(0x05c6, 0x9038, 4),          // Qualcomm
    fixed(0x05c6, 0x903b, 7),          // Qualcomm
    fixed(0x05c6, 0x903c, 6),          // Qualcomm
    fixed(0x05c6, 0x903d, 6),          // Qualcomm
    fixed(0x05c6, 0x903e, 5),          // Qualcomm
    fixed(0x05c6, 0x9043, 3),          // Qualcomm
    fixed(0x05c6, 0x9046, 3),          // Qualcomm
    fixed(0x05c6, 0x9046, 4),          // Qualcomm
    fixed(0x05c6, 0x9046, 5),          // Qualcomm
    fixed(0x05c6, 0x9047, 2),          // Qualcomm
    fixed(0x05c6, 0x9047, 3),          // Qualcomm
    fixed(0x05c6, 0x9047, 4),          // Qualcomm
    fixed(0x05c6, 0x9048, 4),          // Qualcomm
    fixed(0x05c6, 0x9048, 5),          // Qualcomm
    fixed(0x05c6, 0x9048, 6),          // Qualcomm
    fixed(0x05c6, 0x9048, 7),          // Qualcomm
    fixed(0x05c6, 0x9048, 8),          // Qualcomm
    fixed(0x05c6, 0x904c, 5),          // Qualcomm
    fixed(0x05c6, 0x904c, 6),          // Qualcomm
    fixed(0x05c6, 0x904c, 7),          // Qualcomm
    fixed(0x05c6, 0x904c, 8),          // Qualcomm
    fixed(0x05c6, 0x9050, 3),          // Qualcomm
    fixed(0x05c6, 0x9052, 4),          // Qualcomm
    fixed(0x05c6, 0x9053, 6),          // Qualcomm
    fixed(0x05c6, 0x9053, 7),          // Qualcomm
    fixed(0x05c6, 0x9054, 5),          // Qualcomm
    fixed(0x05c6, 0x9054, 6),          // Qualcomm
    fixed(0x05c6, 0x9055, 3),          // Qualcomm
    fixed(0x05c6, 0x9055, 4),          // Qualcomm
    fixed(0x05c6, 0x9055, 5),          // Qualcomm
    fixed(0x05c6, 0x9055, 6),          // Qualcomm
    fixed(0x05c6, 0x9055, 7),          // Qualcomm
    fixed(0x05c6, 0x9056, 3),          // Qualcomm
    fixed(0x05c6, 0x9062, 2),          // Qualcomm
    fixed(0x05c6, 0x9062, 3),          // Qualcomm
    fixed(0x05c6, 0x9062, 4),          // Qualcomm
    fixed(0x05c6, 0x9062, 5),          // Qualcomm
    fixed(0x05c6, 0x9062, 6),          // Qualcomm
    fixed(0x05c6, 0x9062, 7),          // Qualcomm
    fixed(0x05c6, 0x9062, 8),          // Qualcomm
    fixed(0x05c6, 0x9062, 9),          // Qualcomm
    fixed(0x05c6, 0x9064, 3),          // Qualcomm
    fixed(0x05c6, 0x9065, 6),          // Qualcomm
    fixed(0x05c6, 0x9065, 7),          // Qualcomm
    fixed(0x05c6, 0x9066, 5),          // Qualcomm
    fixed(0x05c6, 0x9066, 6),          // Qualcomm
    fixed(0x05c6, 0x9067, 1),          // Qualcomm
    fixed(0x05c6, 0x9068, 2),          // Qualcomm
    fixed(0x05c6, 0x9068, 3),          // Qualcomm
    fixed(0x05c6, 0x9068, 4),          // Qualcomm
    fixed(0x05c6, 0x9068, 5),          // Qualcomm
    fixed(0x05c6, 0x9068, 6),          // Qualcomm
    fixed(0x05c6, 0x9068, 7),          // Qualcomm
    fixed(0x05c6, 0x9069, 5),          // Qualcomm
    fixed(0x05c6, 0x9069, 6),          // Qualcomm
    fixed(0x05c6, 0x9069, 7),          // Qualcomm
    fixed(0x05c6, 0x9069, 8),          // Qualcomm
    fixed(0x05c6, 0x9070, 4),          // Qualcomm
    fixed(0x05c6, 0x9070, 5),          // Qualcomm
    fixed(0x05c6, 0x9075, 5),          // Qualcomm
    fixed(0x05c6, 0x9076, 4),          // Qualcomm
    fixed(0x05c6, 0x9076, 5),          // Qualcomm
    fixed(0x05c6, 0x9076, 6),          // Qualcomm
    fixed(0x05c6, 0x9076, 7),          // Qualcomm
    fixed(0x05c6, 0x9076, 8),          // Qualcomm
    fixed(0x05c6, 0x9077, 3),          // Qualcomm
    fixed(0x05c6, 0x9077, 4),          // Qualcomm
    fixed(0x05c6, 0x9077, 5),          // Qualcomm
    fixed(0x05c6, 0x9077, 6),          // Qualcomm
    fixed(0x05c6, 0x9078, 3),          // Qualcomm
    fixed(0x05c6, 0x9079, 4),          // Qualcomm
    fixed(0x05c6, 0x9079, 5),          // Qualcomm
    fixed(0x05c6, 0x9079, 6),          // Qualcomm
    fixed(0x05c6, 0x9079, 7),          // Qualcomm
    fixed(0x05c6, 0x9079, 8),          // Qualcomm
    fixed(0x05c6, 0x9080, 5),          // Qualcomm
    fixed(0x05c6, 0x9080, 6),          // Qualcomm
    fixed(0x05c6, 0x9080, 7),          // Qualcomm
    fixed(0x05c6, 0x9080, 8),          // Qualcomm
    fixed(0x05c6, 0x9083, 3),          // Qualcomm
    fixed(0x05c6, 0x9084, 4),          // Qualcomm
    fixed_dtr(0x05c6, 0x9091, 2),      // Compal RXM-G1
    fixed(0x05c6, 0x90b2, 3),          // ublox R410M
    fixed_dtr(0x05c6, 0x90db, 2),      // Compal RXM-G1
    fixed(0x05c6, 0x920d, 0),          // Qualcomm
    fixed(0x05c6, 0x920d, 5),          // Qualcomm
    fixed_dtr(0x05c6, 0x9625, 4),      // YUGA CLM920-NC5
    fixed(0x0846, 0x68a2, 8),          // Netgear
    fixed(0x0846, 0x68d3, 8),          // Netgear Aircard 779S
    fixed(0x0b3c, 0xc000, 4),          // Olivetti Olicard 100
    fixed(0x0b3c, 0xc001, 4),          // Olivetti Olicard 120
    fixed(0x0b3c, 0xc002, 4),          // Olivetti Olicard 140
    fixed(0x0b3c, 0xc004, 6),          // Olivetti Olicard 155
    fixed(0x0b3c, 0xc005, 6),          // Olivetti Olicard 200
    fixed(0x0b3c, 0xc00a, 6),          // Olivetti Olicard 160
    fixed(0x0b3c, 0xc00b, 4),          // Olivetti Olicard 500
    fixed(0x0f3d, 0x68a2, 8),          // Sierra Wireless MC7700
    fixed(0x114f, 0x68a2, 8),          // Sierra Wireless MC7750
    fixed(0x1199, 0x68a2, 8),          // Sierra Wireless MC7710
    fixed(0x1199, 0x68a2, 19),         // Sierra Wireless MC7710
    fixed_dtr(0x1199, 0x68c0, 8),      // Sierra Wireless MC7304/MC7354, WP76xx
    fixed_dtr(0x1199, 0x68c0, 10),     // Sierra Wireless MC7304/MC7354
    fixed(0x1199, 0x901c, 8),          // Sierra Wireless EM7700
    fixed(0x1199, 0x901f, 8),          // Sierra Wireless EM7355
    fixed(0x1199, 0x9041, 8),          // Sierra Wireless MC7305/MC7355
    fixed(0x1199, 0x9041, 10),         // Sierra Wireless MC7305/MC7355
    fixed(0x1199, 0x9051, 8),          // Netgear AirCard 340U
    fixed(0x1199, 0x9053, 8),          // Sierra Wireless Modem
    fixed(0x1199, 0x9054, 8),          // Sierra Wireless Modem
    fixed(0x1199, 0x9055, 8),          // Netgear AirCard 341U
    fixed(0x1199, 0x9056, 8),          // Sierra Wireless Modem
    fixed(0x1199, 0x9057, 8),          // Sierra Wireless
    fixed(0x1199, 0x9061, 8),          // Sierra Wireless Modem
    fixed(0x1199, 0x9063, 8),          // Sierra Wireless EM7305
    fixed(0x1199, 0x9063, 10),         // Sierra Wireless EM7305
    fixed_dtr(0x1199, 0x9071, 8),      // Sierra Wireless MC74xx
    fixed_dtr(0x1199, 0x9071, 10),     // Sierra Wireless MC74xx
    fixed_dtr(0x1199, 0x9079, 8),      // Sierra Wireless EM74xx
    fixed_dtr(0x1199, 0x9079, 10),     // Sierra Wireless EM74xx
    fixed_dtr(0x1199, 0x907b, 8),      // Sierra Wireless EM74xx
    fixed_dtr(0x1199, 0x907b, 10),     // Sierra Wireless EM74xx
    fixed_dtr(0x1199, 0x9091, 8),      // Sierra Wireless EM7565
    fixed_dtr(0x1199, 0xc081, 8),      // Sierra Wireless EM7590
    fixed(0x12d1, 0x140c, 1),          // Huawei E173
    fixed(0x12d1, 0x14ac, 1),          // Huawei E1820
    fixed(0x1435, 0x0918, 3),          // Wistron NeWeb D16Q1
    fixed(0x1435, 0x0918, 4),          // Wistron NeWeb D16Q1
    fixed(0x1435, 0x0918, 5),          // Wistron NeWeb D16Q1
    fixed(0x1435, 0x3185, 4),          // Wistron NeWeb M18Q5
    fixed(0x1435, 0xd111, 4),          // M9615A DM11-1 D51QC
    fixed(0x1435, 0xd181, 3),          // Wistron NeWeb D18Q1
    fixed(0x1435, 0xd181, 4),          // Wistron NeWeb D18Q1
    fixed(0x1435, 0xd181, 5),          // Wistron NeWeb D18Q1
    fixed(0x1435, 0xd182, 4),          // Wistron NeWeb D18
    fixed(0x1435, 0xd182, 5),          // Wistron NeWeb D18
    fixed(0x1435, 0xd191, 4),          // Wistron NeWeb D19Q1
    fixed_dtr(0x1508, 0x1001, 4),      // Fibocom NL668 series
    fixed_dtr(0x1546, 0x1312, 4),      // u-blox LARA-R6 01B
    fixed_dtr(0x1546, 0x1342, 4),      // u-blox LARA-L6
    fixed(0x1690, 0x7588, 4),          // ASKEY WWHC050
    fixed(0x16d8, 0x6003, 0),          // CMOTech 6003
    fixed(0x16d8, 0x6007, 0),          // CMOTech CHE-628S
    fixed(0x16d8, 0x6008, 0),          // CMOTech CMU-301
    fixed(0x16d8, 0x6280, 0),          // CMOTech CHU-628
    fixed(0x16d8, 0x7001, 0),          // CMOTech CHU-720S
    fixed(0x16d8, 0x7002, 0),          // CMOTech 7002
    fixed(0x16d8, 0x7003, 4),          // CMOTech CHU-629K
    fixed(0x16d8, 0x7004, 3),          // CMOTech 7004
    fixed(0x16d8, 0x7006, 5),          // CMOTech CGU-629
    fixed(0x16d8, 0x700a, 4),          // CMOTech CHU-629S
    fixed(0x16d8, 0x7211, 0),          // CMOTech CHU-720I
    fixed(0x16d8, 0x7212, 0),          // CMOTech 7212
    fixed(0x16d8, 0x7213, 0),          // CMOTech 7213
    fixed(0x16d8, 0x7251, 1),          // CMOTech 7251
    fixed(0x16d8, 0x7252, 1),          // CMOTech 7252
    fixed(0x16d8, 0x7253, 1),          // CMOTech 7253
    fixed(0x19d2, 0x0002, 1),          // ZTE
    fixed(0x19d2, 0x0012, 1),          // ZTE
    fixed(0x19d2, 0x0017, 3),          // ZTE
    fixed(0x19d2, 0x0019, 3),          // ONDA MT689DC
    fixed(0x19d2, 0x0021, 4),          // ZTE
    fixed(0x19d2, 0x0025, 1),          // ZTE
    fixed(0x19d2, 0x0031, 4),          // ZTE
    fixed(0x19d2, 0x0042, 4),          // ZTE
    fixed(0x19d2, 0x0049, 5),          // ZTE
    fixed(0x19d2, 0x0052, 4),          // ZTE
    fixed(0x19d2, 0x0055, 1),          // ZTE (Vodafone) K3520-Z
    fixed(0x19d2, 0x0058, 4),          // ZTE
    fixed(0x19d2, 0x0063, 4),          // ZTE (Vodafone) K3565-Z
    fixed(0x19d2, 0x0104, 4),          // ZTE (Vodafone) K4505-Z
    fixed(0x19d2, 0x0113, 5),          // ZTE
    fixed(0x19d2, 0x0118, 5),          // ZTE
    fixed(0x19d2, 0x0121, 5),          // ZTE
    fixed(0x19d2, 0x0123, 4),          // ZTE
    fixed(0x19d2, 0x0124, 5),          // ZTE
    fixed(0x19d2, 0x0125, 6),          // ZTE
    fixed(0x19d2, 0x0126, 5),          // ZTE
    fixed(0x19d2, 0x0130, 1),          // ZTE
    fixed(0x19d2, 0x0133, 3),          // ZTE
    fixed(0x19d2, 0x0141, 5),          // ZTE
    fixed(0x19d2, 0x0157, 5),          // ZTE MF683
    fixed(0x19d2, 0x0158, 3),          // ZTE
    fixed(0x19d2, 0x0167, 4),          // ZTE MF820D
    fixed(0x19d2, 0x0168, 4),          // ZTE
    fixed(0x19d2, 0x0176, 3),          // ZTE
    fixed(0x19d2, 0x0178, 3),          // ZTE
    fixed(0x19d2, 0x0189, 4),          // ZTE MF290
    fixed(0x19d2, 0x0191, 4),          // ZTE EuFi890
    fixed(0x19d2, 0x0199, 1),          // ZTE MF820S
    fixed(0x19d2, 0x0200, 1),          // ZTE
    fixed(0x19d2, 0x0257, 3),          // ZTE MF821
    fixed(0x19d2, 0x0265, 4),          // ONDA MT8205 4G LTE
    fixed(0x19d2, 0x0284, 4),          // ZTE MF880
    fixed(0x19d2, 0x0326, 4),          // ZTE MF821D
    fixed(0x19d2, 0x0396, 3),          // ZTE ZM8620
    fixed(0x19d2, 0x0412, 4),          // Telewell TW-LTE 4G
    fixed(0x19d2, 0x1008, 4),          // ZTE (Vodafone) K3570-Z
    fixed(0x19d2, 0x1010, 4),          // ZTE (Vodafone) K3571-Z
    fixed(0x19d2, 0x1012, 4),          // ZTE
    fixed(0x19d2, 0x1018, 3),          // ZTE (Vodafone) K5006-Z
    fixed(0x19d2, 0x1021, 2),          // ZTE
    fixed(0x19d2, 0x1245, 4),          // ZTE
    fixed(0x19d2, 0x1247, 4),          // ZTE
    fixed(0x19d2, 0x1252, 4),          // ZTE
    fixed(0x19d2, 0x1254, 4),          // ZTE
    fixed(0x19d2, 0x1255, 3),          // ZTE
    fixed(0x19d2, 0x1255, 4),          // ZTE
    fixed(0x19d2, 0x1256, 4),          // ZTE
    fixed(0x19d2, 0x1270, 5),          // ZTE MF667
    fixed(0x19d2, 0x1275, 3),          // ZTE P685M
    fixed(0x19d2, 0x1401, 2),          // ZTE
    fixed(0x19d2, 0x1402, 2),          // ZTE MF60
    fixed(0x19d2, 0x1424, 2),          // ZTE
    fixed(0x19d2, 0x1425, 2),          // ZTE
    fixed(0x19d2, 0x1426, 2),          // ZTE MF91
    fixed(0x19d2, 0x1428, 2),          // Telewell TW-LTE 4G v2
    fixed(0x19d2, 0x1432, 3),          // ZTE ME3620
    fixed(0x19d2, 0x1485, 5),          // ZTE MF286D
    fixed(0x19d2, 0x2002, 4),          // ZTE (Vodafone) K3765-Z
    fixed(0x1bbb, 0x011e, 4),          // Telekom Speedstick LTE II (Alcatel One Touch L100V LTE)
    fixed(0x1bbb, 0x0203, 2),          // Alcatel L800MA
    fixed_dtr(0x1bc7, 0x0991, 0),      // Telit FE990D50
    fixed_dtr(0x1bc7, 0x1031, 3),      // Telit LE910C1-EUX
    fixed_dtr(0x1bc7, 0x1034, 2),      // Telit LE910C4-WWX
    fixed_dtr(0x1bc7, 0x1037, 4),      // Telit LE910C4-WWX
    fixed_dtr(0x1bc7, 0x1038, 3),      // Telit LE910C4-WWX
    fixed_dtr(0x1bc7, 0x103a, 0),      // Telit LE910C4-WWX
    fixed_dtr(0x1bc7, 0x1040, 2),      // Telit LE922A
    fixed_dtr(0x1bc7, 0x1050, 2),      // Telit FN980
    fixed_dtr(0x1bc7, 0x1057, 2),      // Telit FN980
    fixed_dtr(0x1bc7, 0x1060, 2),      // Telit LN920
    fixed_dtr(0x1bc7, 0x1070, 2),      // Telit FN990A
    fixed_dtr(0x1bc7, 0x1077, 2),      // Telit FN990A w/audio
    fixed_dtr(0x1bc7, 0x1080, 2),      // Telit FE990A
    fixed_dtr(0x1bc7, 0x10a0, 0),      // Telit FN920C04
    fixed_dtr(0x1bc7, 0x10a4, 0),      // Telit FN920C04
    fixed_dtr(0x1bc7, 0x10a9, 0),      // Telit FN920C04
    fixed_dtr(0x1bc7, 0x10b0, 0),      // Telit FE990B
    fixed_dtr(0x1bc7, 0x10c0, 0),      // Telit FE910C04
    fixed_dtr(0x1bc7, 0x10c4, 0),      // Telit FE910C04
    fixed_dtr(0x1bc7, 0x10c8, 0),      // Telit FE910C04
    fixed_dtr(0x1bc7, 0x10d0, 0),      // Telit FN990B
    fixed(0x1bc7, 0x1100, 3),          // Telit ME910
    fixed(0x1bc7, 0x1101, 3),          // Telit ME910 dual modem
    fixed(0x1bc7, 0x1200, 5),          // Telit LE920
    fixed_dtr(0x1bc7, 0x1201, 2),      // Telit LE920, LE920A4
    fixed_dtr(0x1bc7, 0x1230, 2),      // Telit LE910Cx
    fixed_dtr(0x1bc7, 0x1250, 0),      // Telit LE910Cx
    fixed_dtr(0x1bc7, 0x1260, 2),      // Telit LE910Cx
    fixed_dtr(0x1bc7, 0x1261, 2),      // Telit LE910Cx
    fixed_dtr(0x1bc7, 0x1900, 1),      // Telit LN940 series
    fixed_dtr(0x1bc7, 0x3000, 0),      // Telit FN912 series
    fixed_dtr(0x1bc7, 0x3001, 0),      // Telit FN912 series
    fixed(0x1c9e, 0x9801, 3),          // Telewell TW-3G HSPA+
    fixed(0x1c9e, 0x9803, 4),          // Telewell TW-3G HSPA+
    fixed(0x1c9e, 0x9b01, 3),          // XS Stick W100-2 from 4G Systems
    fixed_dtr(0x1c9e, 0x9b05, 4),      // Longsung U8300
    fixed_dtr(0x1c9e, 0x9b3c, 4),      // Longsung U9300
    fixed_dtr(0x1e0e, 0x9001, 5),      // SIMCom 7100E, 7230E, 7600E ++
    fixed_dtr(0x1e0e, 0x9071, 3),      // SIMCom 8230C ++
    fixed(0x1e2d, 0x0053, 4),          // Cinterion PHxx,PXxx
    fixed(0x1e2d, 0x0060, 4),          // Cinterion PLxx
    fixed(0x1e2d, 0x0063, 10),         // Cinterion ALASxx (1 RmNet)
    fixed_dtr(0x1e2d, 0x006f, 8),      // Cinterion PLS83/PLS63
    fixed(0x1e2d, 0x0082, 4),          // Cinterion PHxx,PXxx (2 RmNet)
    fixed(0x1e2d, 0x0082, 5),          // Cinterion PHxx,PXxx (2 RmNet)
    fixed(0x1e2d, 0x0083, 4),          // Cinterion PHxx,PXxx (1 RmNet + USB Audio)
    fixed_dtr(0x1e2d, 0x00b0, 4),      // Cinterion CLS8
    fixed(0x1e2d, 0x00b7, 0),          // Cinterion MV31 RmNet
    fixed(0x1e2d, 0x00b9, 0),          // Cinterion MV31 RmNet based on new baseline
    fixed(0x1e2d, 0x00f3, 0),          // Cinterion MV32-W-A RmNet
    fixed(0x1e2d, 0x00f4, 0),          // Cinterion MV32-W-B RmNet
    fixed(0x2001, 0x7e16, 3),          // D-Link DWM-221
    fixed(0x2001, 0x7e19, 4),          // D-Link DWM-221 B1
    fixed(0x2001, 0x7e35, 4),          // D-Link DWM-222
    fixed(0x2001, 0x7e3d, 4),          // D-Link DWM-222 A2
    fixed(0x2020, 0x2031, 4),          // Olicard 600
    fixed(0x2020, 0x2033, 4),          // BroadMobi BM806U
    fixed_dtr(0x2020, 0x2060, 4),      // BroadMobi BM818
    fixed_dtr(0x22de, 0x9051, 2),      // Hucom Wireless HM-211S/K
    fixed(0x22de, 0x9061, 3),          // WeTelecom WPD-600N
    fixed(0x2357, 0x0201, 4),          // TP-LINK HSUPA Modem MA180
    fixed(0x2357, 0x9000, 4),          // TP-LINK MA260
    fixed(0x2692, 0x9025, 4),          // Cellient MPL200 (rebranded Qualcomm 05c6:9025)
    fixed_dtr(0x2c7c, 0x0121, 4),      // Quectel EC21 Mini PCIe
    fixed_dtr(0x2c7c, 0x0191, 4),      // Quectel EG91
    fixed_dtr(0x2c7c, 0x0195, 4),      // Quectel EG95
    fixed(0x2c7c, 0x0296, 4),          // Quectel BG96
    fixed_dtr(0x2c7c, 0x030e, 4),      // Quectel EM05GV2
    fixed_dtr(0x2c7c, 0x0316, 3),      // Quectel RG255C
    fixed_dtr(0x2cb7, 0x0104, 4),      // Fibocom NL678 series
    fixed_dtr(0x2cb7, 0x0112, 0),      // Fibocom FG132
    fixed(0x2dee, 0x4d22, 5),          // MeiG Smart SRM825L
    fixed_dtr(0x2dee, 0x4d63, 0),      // MeiG SRM813Q w/ Modem(PPP)
    fixed_dtr(0x2dee, 0x4d64, 0),      // MeiG SRM813Q w/ NMEA
    fixed_dtr(0x33f8, 0x0104, 4),      // Rolling RW101 RMNET
    fixed_dtr(0x33f8, 0x9300, 8),      // Rolling RN947R RMNET
    fixed(0x413c, 0x81a2, 8),          // Dell Wireless 5806 Gobi(TM) 4G LTE Mobile Broadband Card
    fixed(0x413c, 0x81a3, 8),          // Dell Wireless 5570 HSPA+ (42Mbps) Mobile Broadband Card
    fixed(0x413c, 0x81a4, 8),          // Dell Wireless 5570e HSPA+ (42Mbps) Mobile Broadband Card
    fixed(0x413c, 0x81a8, 8),          // Dell Wireless 5808 Gobi(TM) 4G LTE Mobile Broadband Card
    fixed(0x413c, 0x81a9, 8),          // Dell Wireless 5808e Gobi(TM) 4G LTE Mobile Broadband Card
    fixed(0x413c, 0x81b1, 8),          // Dell Wireless 5809e Gobi(TM) 4G LTE Mobile Broadband Card
    fixed(0x413c, 0x81b3, 8),          // Dell Wireless 5809e Gobi 4G LTE (rev3)
    fixed(0x413c, 0x81b6, 8),          // Dell Wireless 5811e
    fixed(0x413c, 0x81b6, 10),         // Dell Wireless 5811e
    fixed(0x413c, 0x81c2, 8),          // Dell Wireless 5811e
    fixed(0x413c, 0x81cc, 8),          // Dell Wireless 5816e
    fixed(0x413c, 0x81d7, 0),          // Dell Wireless 5821e
    fixed(0x413c, 0x81d7, 1),          // Dell Wireless 5821e preproduction config
    fixed(0x413c, 0x81e0, 0),          // Dell Wireless 5821e with eSIM support
    fixed(0x413c, 0x81e4, 0),          // Dell Wireless 5829e with eSIM support
    fixed(0x413c, 0x81e6, 0),          // Dell Wireless 5829e

    // Gobi 1000: interface 3.
    fixed(0x03f0, 0x1f1d, 3),          // HP un2400 Gobi Modem Device
    fixed(0x04da, 0x250d, 3),          // Panasonic Gobi
    fixed(0x05c6, 0x9001, 3),          // Generic Gobi
    fixed(0x05c6, 0x9002, 3),          // Generic Gobi
    fixed(0x05c6, 0x9009, 3),          // Generic Gobi
    fixed(0x05c6, 0x9202, 3),          // Generic Gobi
    fixed(0x05c6, 0x9203, 3),          // Generic Gobi
    fixed(0x05c6, 0x9212, 3),          // Acer Gobi Modem Device
    fixed(0x05c6, 0x9222, 3),          // Generic Gobi
    fixed(0x0b05, 0x1776, 3),          // Asus Gobi
    fixed(0x1410, 0xa001, 3),          // Novatel/Verizon USB-1000
    fixed(0x1410, 0xa002, 3),          // Novatel Gobi
    fixed(0x1410, 0xa003, 3),          // Novatel Gobi
    fixed(0x1410, 0xa004, 3),          // Novatel Gobi
    fixed(0x1410, 0xa005, 3),          // Novatel Gobi
    fixed(0x1410, 0xa006, 3),          // Novatel Gobi
    fixed(0x1410, 0xa007, 3),          // Novatel Gobi
    fixed(0x19d2, 0xfff3, 3),          // ONDA Gobi
    fixed(0x413c, 0x8172, 3),          // Dell Gobi

    // Gobi 2000 and 3000: interface 0, but for EC20.
    fixed(0x03f0, 0x251d, 0),          // HP Gobi 2000 (VP412)
    fixed(0x03f0, 0x371d, 0),          // HP un2430 Mobile Broadband Module
    fixed(0x05c6, 0x9205, 0),          // Gobi 2000
    fixed(0x05c6, 0x920b, 0),          // Generic Gobi 2000
    fixed(0x05c6, 0x9215, 0),          // Acer Gobi 2000 (VP413)
    fixed(0x05c6, 0x9215, 4),          // Quectel EC20 Mini PCIe
    fixed(0x05c6, 0x9225, 0),          // Sony Gobi 2000 (N0279, VU730)
    fixed(0x05c6, 0x9235, 0),          // Top Global Gobi 2000 (VR306)
    fixed(0x05c6, 0x9245, 0),          // Samsung Gobi 2000 (VL176)
    fixed(0x05c6, 0x9265, 0),          // Asus Gobi 2000 (VR305)
    fixed(0x05c6, 0x9275, 0),          // iRex Technologies Gobi 2000 (VR307)
    fixed(0x0af0, 0x8120, 0),          // Option GTM681W
    fixed(0x1199, 0x68a5, 0),          // Sierra Wireless Modem
    fixed(0x1199, 0x68a9, 0),          // Sierra Wireless Modem
    fixed(0x1199, 0x9001, 0),          // Sierra Wireless Gobi 2000 (VT773)
    fixed(0x1199, 0x9002, 0),          // Sierra Wireless Gobi 2000 (VT773)
    fixed(0x1199, 0x9003, 0),          // Sierra Wireless Gobi 2000 (VT773)
    fixed(0x1199, 0x9004, 0),          // Sierra Wireless Gobi 2000 (VT773)
    fixed(0x1199, 0x9005, 0),          // Sierra Wireless Gobi 2000 (VT773)
    fixed(0x1199, 0x9006, 0),          // Sierra Wireless Gobi 2000 (VT773)
    fixed(0x1199, 0x9007, 0),          // Sierra Wireless Gobi 2000 (VT773)
    fixed(0x1199, 0x9008, 0),          // Sierra Wireless Gobi 2000 (VT773)
    fixed(0x1199, 0x9009, 0),          // Sierra Wireless Gobi 2000 (VT773)
    fixed(0x1199, 0x900a, 0),          // Sierra Wireless Gobi 2000 (VT773)
    fixed(0x1199, 0x9011, 0),          // Sierra Wireless Gobi 2000 (MC8305)
    fixed(0x1199, 0x9013, 0),          // Sierra Wireless Gobi 3000 (MC8355)
    fixed(0x1199, 0x9015, 0),          // Sierra Wireless Gobi 3000
    fixed(0x1199, 0x9019, 0),          // Sierra Wireless Gobi 3000
    fixed(0x1199, 0x901b, 0),          // Sierra Wireless MC7770
    fixed(0x12d1, 0x14f1, 0),          // Sony Gobi 3000 Composite
    fixed(0x1410, 0xa021, 0),          // Foxconn Gobi 3000 (Novatel E396)
    fixed(0x16d8, 0x8002, 0),          // CMDTech Gobi 2000 (VU922)
    fixed(0x413c, 0x8186, 0),          // Dell Gobi 2000 (N0218, VU936)
    fixed(0x413c, 0x8194, 0),          // Dell Gobi 3000 Composite

    // Only in vendors' own drivers, which the end of each comment names.
    fixed_dtr(0x05c6, 0x9049, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x908a, 5),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x908a, 6),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x908b, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x908e, 7),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x908e, 8),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x908f, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x908f, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x9090, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x9090, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x9092, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x9094, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x9095, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x9096, 1),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x9097, 0),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x909a, 5),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x909b, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x909f, 5),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x909f, 6),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90a0, 5),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90a0, 6),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90a1, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90a2, 5),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90a3, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90a5, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90a6, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90a7, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90a8, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90a9, 5),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90aa, 1),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90aa, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90aa, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90ab, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90ac, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90ad, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90ae, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90af, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90b0, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90b7, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90b8, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90b9, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90b9, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90c1, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90c2, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90c3, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90c5, 5),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90c6, 5),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90c7, 5),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90c8, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90c9, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90d2, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90d3, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90d5, 3),      // Foxconn T99W240T00; qmi_wwan_q (Quectel)
    fixed_dtr(0x05c6, 0x90d7, 6),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90d8, 6),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90dc, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90dd, 7),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90de, 7),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90e1, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90e2, 13),     // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90e3, 5),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90e4, 6),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90e5, 6),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90ea, 0),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90eb, 0),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90ed, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90ee, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90ef, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90f0, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90f1, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90f3, 1),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90f6, 7),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90f7, 7),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90fa, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90fc, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90fd, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90fd, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x90fe, 4),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x9102, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x9103, 2),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x910a, 1),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x910b, 1),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x910e, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x910f, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x9110, 3),      // Qualcomm; qcom_usbnet
    fixed_dtr(0x05c6, 0x9111, 3),      // Qualcomm; qcom_usbnet
    fixed(0x05c6, 0xf601, 5),          // MeiG SLM750; qmi_wwan_m (MeiG)
    fixed_dtr(0x1199, 0x90b1, 8),      // Sierra Wireless EM7565, beside MBIM; GobiNet (Sierra)
    fixed(0x1410, 0xa023, 0),          // Novatel E346, Gobi 3000; GobiNet (Qualcomm)
    fixed_dtr(0x1508, 0x1000, 2),      // Fibocom NL668; qmi_wwan_f (Fibocom)
    fixed(0x2077, 0x2002, 4),          // T&W TW04C; lede
    fixed(0x2077, 0x2003, 4),          // T&W TW12G; lede
    fixed(0x2077, 0x2004, 4),          // T&W TW510M; lede
    fixed_dtr(0x2c7c, 0x0435, 4),      // Quectel AG35; qmi_wwan_q (Quectel)
    fixed_dtr(0x2c7c, 0x0455, 2),      // Quectel AG551; qmi_wwan_q (Quectel)
    fixed_dtr(0x2c7c, 0x0457, 2),      // Quectel AG598; qmi_wwan_q (Quectel)
    fixed_dtr(0x2c7c, 0x0700, 3),      // Quectel BG95; qmi_wwan_q (Quectel)
    fixed_dtr(0x2cb7, 0x0109, 2),      // Fibocom FG150/FM150; qmi_wwan_f (Fibocom)
    fixed_dtr(0x2cb7, 0x0113, 0),      // Fibocom FG101; qmi_wwan_f (Fibocom)
    device_class(0x2dee, 0x4d49, 0x10, 0x05), // MeiG SGM828; lede
    fixed_dtr(0x305a, 0x1403, 3),      // GosunCn GM800; qmi_wwan_q (Quectel)
    fixed_dtr(0x305a, 0x1418, 4),      // GosunCn; GobiNet (GosunCn)
    fixed_dtr(0x305a, 0x1421, 3),      // GosunCn GM800; qmi_wwan_q (Quectel)
];
