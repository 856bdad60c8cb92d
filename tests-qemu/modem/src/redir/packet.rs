// SPDX-License-Identifier: GPL-2.0-only
//! The packets that a device without streams and isochronous endpoints needs.

use crate::port;
use crate::usb::Setup;

/// Packet types.
pub mod kind {
    #![allow(missing_docs)]
    pub const HELLO: u32 = 0;
    pub const DEVICE_CONNECT: u32 = 1;
    pub const DEVICE_DISCONNECT: u32 = 2;
    pub const RESET: u32 = 3;
    pub const INTERFACE_INFO: u32 = 4;
    pub const EP_INFO: u32 = 5;
    pub const SET_CONFIGURATION: u32 = 6;
    pub const GET_CONFIGURATION: u32 = 7;
    pub const CONFIGURATION_STATUS: u32 = 8;
    pub const SET_ALT_SETTING: u32 = 9;
    pub const GET_ALT_SETTING: u32 = 10;
    pub const ALT_SETTING_STATUS: u32 = 11;
    pub const START_INTERRUPT_RECEIVING: u32 = 15;
    pub const STOP_INTERRUPT_RECEIVING: u32 = 16;
    pub const INTERRUPT_RECEIVING_STATUS: u32 = 17;
    pub const CANCEL_DATA_PACKET: u32 = 21;
    pub const FILTER_REJECT: u32 = 22;
    pub const FILTER_FILTER: u32 = 23;
    pub const CONTROL_PACKET: u32 = 100;
    pub const BULK_PACKET: u32 = 101;
    pub const INTERRUPT_PACKET: u32 = 103;
}

/// Bits of the capability word.
pub mod capability {
    #![allow(missing_docs)]
    pub const CONNECT_DEVICE_VERSION: u32 = 1 << 1;
    pub const FILTER: u32 = 1 << 2;
    pub const EP_INFO_MAX_PACKET_SIZE: u32 = 1 << 4;
    pub const IDS_64_BITS: u32 = 1 << 5;
    pub const BULK_LENGTH_32_BITS: u32 = 1 << 6;

    /// What this side can do.
    pub const OWN: u32 = CONNECT_DEVICE_VERSION
        | FILTER
        | EP_INFO_MAX_PACKET_SIZE
        | IDS_64_BITS
        | BULK_LENGTH_32_BITS;
}

/// Entries of the tables of interfaces and endpoints.
pub const TABLE: usize = 32;
/// Bytes of the version text in a hello.
pub const VERSION: usize = 64;
/// Endpoint type of a table entry without endpoint.
pub const INVALID_ENDPOINT: u8 = 255;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Done.
    Success = 0,
    /// At the guest's wish.
    Cancelled = 1,
    /// The request makes no sense.
    Invalid = 2,
    /// The bus had an error.
    IoError = 3,
    /// The device refused.
    Stall = 4,
    /// The device sent more than was asked for.
    Babble = 6,
}

impl From<port::Status> for Status {
    fn from(status: port::Status) -> Self {
        match status {
            port::Status::Done => Self::Success,
            port::Status::Cancelled => Self::Cancelled,
            port::Status::Error => Self::IoError,
            port::Status::Stall => Self::Stall,
            port::Status::Babble => Self::Babble,
        }
    }
}

/// From the guest, which is QEMU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromGuest {
    /// The first packet; its capability word.
    Hello(u32),
    /// Reset the device.
    Reset,
    /// SET_CONFIGURATION.
    SetConfiguration {
        /// Packet id.
        id: u64,
        /// bConfigurationValue.
        value: u8,
    },
    /// GET_CONFIGURATION, with its packet id.
    GetConfiguration(u64),
    /// SET_INTERFACE.
    SetAltSetting {
        /// Packet id.
        id: u64,
        /// bInterfaceNumber.
        interface: u8,
        /// bAlternateSetting.
        alternate: u8,
    },
    /// GET_INTERFACE.
    GetAltSetting {
        /// Packet id.
        id: u64,
        /// bInterfaceNumber.
        interface: u8,
    },
    /// Poll an interrupt endpoint from now on.
    StartInterrupt {
        /// Packet id.
        id: u64,
        /// Endpoint address.
        endpoint: u8,
    },
    /// Poll it no more.
    StopInterrupt {
        /// Packet id.
        id: u64,
        /// Endpoint address.
        endpoint: u8,
    },
    /// Cancel the data packet of that id.
    Cancel(u64),
    /// The guest does not want the device.
    FilterReject,
    /// Nothing that asks for an answer.
    Notice,
    /// A control transfer.
    Control {
        /// Packet id.
        id: u64,
        /// Fields of the SETUP packet, and the endpoint.
        header: ControlHeader,
        /// OUT data.
        data: Vec<u8>,
    },
    /// A bulk transfer.
    Bulk {
        /// Packet id.
        id: u64,
        /// Endpoint address.
        endpoint: u8,
        /// Bytes to be sent, or that may come.
        length: u32,
        /// OUT data.
        data: Vec<u8>,
    },
    /// An interrupt OUT transfer.
    InterruptOut {
        /// Packet id.
        id: u64,
        /// Endpoint address.
        endpoint: u8,
        /// Bytes sent.
        length: u16,
    },
}

/// The fixed part of a control packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ControlHeader {
    pub endpoint: u8,
    pub request: u8,
    pub request_type: u8,
    pub value: u16,
    pub index: u16,
    pub length: u16,
}

impl ControlHeader {
    /// The header of a transfer that was asked for by `setup`; the endpoint tells the direction only.
    pub fn of(setup: Setup, length: u16) -> Self {
        Self {
            endpoint: setup.request_type & 0x80,
            request: setup.request,
            request_type: setup.request_type,
            value: setup.value,
            index: setup.index,
            length,
        }
    }

    /// The SETUP packet.
    pub fn setup(self) -> Setup {
        Setup {
            request_type: self.request_type,
            request: self.request,
            value: self.value,
            index: self.index,
            length: self.length,
        }
    }
}

/// An entry of the endpoint table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndpointInfo {
    /// Transfer type as in bmAttributes.
    pub transfer: u8,
    /// bInterval.
    pub interval: u8,
    /// bInterfaceNumber.
    pub interface: u8,
    /// Bytes.
    pub max_packet: u16,
}

impl EndpointInfo {
    /// No endpoint.
    pub const NONE: Self = Self {
        transfer: INVALID_ENDPOINT,
        interval: 0,
        interface: 0,
        max_packet: 0,
    };
}

/// To the guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToGuest {
    /// The first packet.
    Hello,
    /// A device is there.
    DeviceConnect {
        /// 2 is High, 3 is Super.
        speed: u8,
        /// Class triple.
        class: [u8; 3],
        /// idVendor.
        vendor: u16,
        /// idProduct.
        product: u16,
        /// bcdDevice.
        release: u16,
    },
    /// It is gone.
    DeviceDisconnect,
    /// Interface numbers with their class triples.
    InterfaceInfo(Vec<(u8, [u8; 3])>),
    /// Endpoints, by number, IN after OUT.
    EpInfo(Box<[EndpointInfo; TABLE]>),
    /// To set and get configuration.
    ConfigurationStatus {
        /// Packet id.
        id: u64,
        /// How it went.
        status: Status,
        /// The configuration in force.
        value: u8,
    },
    /// To set and get alt setting.
    AltSettingStatus {
        /// Packet id.
        id: u64,
        /// How it went.
        status: Status,
        /// bInterfaceNumber.
        interface: u8,
        /// The setting in force.
        alternate: u8,
    },
    /// To start and stop interrupt receiving.
    InterruptStatus {
        /// Packet id.
        id: u64,
        /// How it went.
        status: Status,
        /// Endpoint address.
        endpoint: u8,
    },
    /// To a control packet.
    Control {
        /// Packet id.
        id: u64,
        /// How it went.
        status: Status,
        /// The request's, but with the length of the data.
        header: ControlHeader,
        /// IN data.
        data: Vec<u8>,
    },
    /// To a bulk packet.
    Bulk {
        /// Packet id.
        id: u64,
        /// How it went.
        status: Status,
        /// Endpoint address.
        endpoint: u8,
        /// Bytes transferred.
        length: u32,
        /// IN data.
        data: Vec<u8>,
    },
    /// An unsolicited interrupt IN packet of the device, or the answer to an OUT one.
    Interrupt {
        /// Packet id.
        id: u64,
        /// How it went.
        status: Status,
        /// Endpoint address.
        endpoint: u8,
        /// Bytes transferred.
        length: u16,
        /// IN data.
        data: Vec<u8>,
    },
}
