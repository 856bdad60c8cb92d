// SPDX-License-Identifier: GPL-2.0-only
//! A USB device: what its descriptors say.

use serde::Deserialize;

use crate::hex::Hex;
use crate::link_layer::MacAddress;

/// USB bus speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speed {
    /// 480 Mbit/s.
    High,
    /// 5 Gbit/s.
    Super,
}

/// Device descriptor fields (USB 2.0, 9.6.1) and strings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Device {
    /// Speed at which the device connects.
    pub speed: Speed,
    /// bcdUSB.
    pub usb_version: u16,
    /// idVendor.
    pub vendor: u16,
    /// idProduct.
    pub product: u16,
    /// bcdDevice.
    pub release: u16,
    /// bDeviceClass, bDeviceSubClass, bDeviceProtocol.
    #[serde(default)]
    pub class: [u8; 3],
    /// iManufacturer.
    pub manufacturer: String,
    /// iProduct.
    pub model: String,
    /// iSerialNumber.
    pub serial: String,
    /// bmAttributes of the configuration; bit 7 is always set, bit 5 is remote wakeup.
    pub attributes: u8,
    /// bMaxPower in mA.
    pub max_power: u16,
}

/// What an interface is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// QMI messages, over encapsulated commands.
    Control,
    /// Packets, over bulk endpoints.
    Data,
    /// Both on one interface.
    Combined,
    /// The boot loader's commands, over bulk endpoints.
    Download,
    /// A serial port for AT commands.
    At,
    /// A serial port for NMEA sentences.
    Nmea,
    /// A serial port for DIAG, which says nothing.
    Diag,
    /// Anything else: there, but silent.
    Other,
}

impl Role {
    /// Whether encapsulated commands to this interface are QMI.
    pub fn is_control(self) -> bool {
        matches!(self, Self::Control | Self::Combined)
    }

    /// Whether the bulk endpoints of this interface carry packets.
    pub fn is_data(self) -> bool {
        matches!(self, Self::Data | Self::Combined)
    }

    /// Whether the bulk endpoints of this interface are a serial port.
    pub fn is_serial(self) -> bool {
        matches!(self, Self::At | Self::Nmea | Self::Diag)
    }

    /// Whether it belongs to a QMI function.
    pub fn is_qmi(self) -> bool {
        self.is_control() || self.is_data()
    }
}

/// One interface with its alternate settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Interface {
    /// bInterfaceNumber.
    pub number: u8,
    /// What it is for.
    pub role: Role,
    /// bInterfaceClass, bInterfaceSubClass, bInterfaceProtocol.
    pub class: [u8; 3],
    /// iInterface; none if absent.
    pub name: Option<String>,
    /// CDC functional descriptors, after the first setting's interface descriptor.
    #[serde(default)]
    pub functional: Vec<Functional>,
    /// Settings in order: the first is bAlternateSetting 0.
    #[serde(rename = "alternate")]
    pub alternates: Vec<Alternate>,
}

/// One alternate setting.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternate {
    /// Its endpoints, in descriptor order.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
}

/// A CDC functional descriptor (CDC 1.2, 5.2.3; ECM 1.2, 5.4).
#[derive(Debug, Clone, Deserialize)]
#[serde(
    deny_unknown_fields,
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub enum Functional {
    /// Header: bcdCDC.
    Header(u16),
    /// Union of a control interface and its data interfaces.
    Union {
        /// bControlInterface.
        control: u8,
        /// bSubordinateInterface, one or more.
        data: Vec<u8>,
    },
    /// Ethernet networking.
    Ethernet {
        /// The host's MAC address, given as a string descriptor.
        mac: MacAddress,
        /// wMaxSegmentSize in bytes.
        max_segment: u16,
    },
    /// Bytes as they are, right or wrong.
    Raw(Hex),
}

/// Transfer type of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transfer {
    /// Bulk.
    Bulk,
    /// Interrupt.
    Interrupt,
}

/// One endpoint. At SuperSpeed a companion descriptor follows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Endpoint {
    /// bEndpointAddress; bit 7 set means towards the host.
    pub address: u8,
    /// Transfer type.
    #[serde(rename = "type")]
    pub transfer: Transfer,
    /// wMaxPacketSize in bytes.
    pub max_packet: u16,
    /// bInterval.
    #[serde(default)]
    pub interval: u8,
    /// SuperSpeed bMaxBurst: packets in a burst, less one.
    #[serde(default)]
    pub max_burst: u8,
}
