// SPDX-License-Identifier: GPL-2.0-only
//! The SETUP stage of a control transfer (USB 2.0, 9.3).

/// bmRequestType bits 6..5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Chapter 9.
    Standard,
    /// The interface's class.
    Class,
    /// The vendor's own.
    Vendor,
    /// Not assigned.
    Reserved,
}

/// bmRequestType bits 4..0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// The device.
    Device,
    /// The interface whose number is in wIndex.
    Interface,
    /// The endpoint whose address is in wIndex.
    Endpoint,
    /// Something else.
    Other,
}

/// A SETUP packet's fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setup {
    /// bmRequestType.
    pub request_type: u8,
    /// bRequest.
    pub request: u8,
    /// wValue.
    pub value: u16,
    /// wIndex.
    pub index: u16,
    /// wLength: bytes of the data stage, at most.
    pub length: u16,
}

/// Standard requests (USB 3.2, table 9-5).
pub mod standard {
    /// GET_STATUS.
    pub const GET_STATUS: u8 = 0x00;
    /// CLEAR_FEATURE.
    pub const CLEAR_FEATURE: u8 = 0x01;
    /// SET_FEATURE.
    pub const SET_FEATURE: u8 = 0x03;
    /// GET_DESCRIPTOR.
    pub const GET_DESCRIPTOR: u8 = 0x06;
    /// GET_CONFIGURATION.
    pub const GET_CONFIGURATION: u8 = 0x08;
    /// GET_INTERFACE.
    pub const GET_INTERFACE: u8 = 0x0a;
    /// SET_CONFIGURATION.
    pub const SET_CONFIGURATION: u8 = 0x09;
    /// SET_INTERFACE.
    pub const SET_INTERFACE: u8 = 0x0b;
    /// SET_SEL: system exit latencies.
    pub const SET_SEL: u8 = 0x30;
    /// SET_ISOCH_DELAY.
    pub const SET_ISOCH_DELAY: u8 = 0x31;
}

/// CDC class requests (CDC PSTN 1.2, table 13; ECM 1.2, table 6).
pub mod class {
    /// SEND_ENCAPSULATED_COMMAND.
    pub const SEND_ENCAPSULATED_COMMAND: u8 = 0x00;
    /// GET_ENCAPSULATED_RESPONSE.
    pub const GET_ENCAPSULATED_RESPONSE: u8 = 0x01;
    /// SET_CONTROL_LINE_STATE: bit 0 of wValue is DTR.
    pub const SET_CONTROL_LINE_STATE: u8 = 0x22;
    /// SET_ETHERNET_PACKET_FILTER.
    pub const SET_ETHERNET_PACKET_FILTER: u8 = 0x43;
}

impl Setup {
    /// Whether the data stage goes to the host.
    pub fn is_in(self) -> bool {
        self.request_type & 0x80 != 0
    }

    /// What defines the request.
    pub fn kind(self) -> Kind {
        match (self.request_type >> 5) & 3 {
            0 => Kind::Standard,
            1 => Kind::Class,
            2 => Kind::Vendor,
            _ => Kind::Reserved,
        }
    }

    /// To what it is addressed.
    pub fn recipient(self) -> Recipient {
        match self.request_type & 0x1f {
            0 => Recipient::Device,
            1 => Recipient::Interface,
            2 => Recipient::Endpoint,
            _ => Recipient::Other,
        }
    }

    /// The number or address of the recipient: the low byte of wIndex.
    pub fn target(self) -> u8 {
        self.index.to_le_bytes()[0]
    }

    /// The request's name in the specifications, for the log.
    pub fn name(self) -> &'static str {
        match (self.kind(), self.request) {
            (Kind::Standard, standard::GET_STATUS) => "GET_STATUS",
            (Kind::Standard, standard::CLEAR_FEATURE) => "CLEAR_FEATURE",
            (Kind::Standard, standard::SET_FEATURE) => "SET_FEATURE",
            (Kind::Standard, standard::GET_DESCRIPTOR) => "GET_DESCRIPTOR",
            (Kind::Standard, standard::GET_CONFIGURATION) => "GET_CONFIGURATION",
            (Kind::Standard, standard::GET_INTERFACE) => "GET_INTERFACE",
            (Kind::Standard, standard::SET_SEL) => "SET_SEL",
            (Kind::Standard, standard::SET_ISOCH_DELAY) => "SET_ISOCH_DELAY",
            (Kind::Class, class::SEND_ENCAPSULATED_COMMAND) => "SEND_ENCAPSULATED_COMMAND",
            (Kind::Class, class::GET_ENCAPSULATED_RESPONSE) => "GET_ENCAPSULATED_RESPONSE",
            (Kind::Class, class::SET_CONTROL_LINE_STATE) => "SET_CONTROL_LINE_STATE",
            (Kind::Class, class::SET_ETHERNET_PACKET_FILTER) => "SET_ETHERNET_PACKET_FILTER",
            _ => "unknown",
        }
    }
}
