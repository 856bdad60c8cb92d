// SPDX-License-Identifier: GPL-2.0-only

//! USB Communications Device Class: functional descriptors and the control line state.
//!
//! The kernel's own parser, `cdc_parse_cdc_header()`, hands out pointers into the descriptors and
//! logs a line for each stray byte of them; this one keeps a device from flooding the log.
//!
//! C header: [`include/uapi/linux/usb/cdc.h`](srctree/include/uapi/linux/usb/cdc.h)
//!
//! Specification: Class Definitions for Communications Devices 1.2, section 5.2.3, and Subclass
//! Specification for Ethernet Control Model Devices 1.2, section 5.4.

use super::Interface;
use crate::kernel_ext::bindings;
use kernel::{
    prelude::*,
    sync::aref::ARef, //
};

/// `bDescriptorType` CS_INTERFACE.
const CS_INTERFACE: u8 = bindings::USB_DT_CS_INTERFACE as u8;

/// `bDescriptorSubtype` of a Union functional descriptor.
const UNION: u8 = bindings::USB_CDC_UNION_TYPE as u8;

/// `bDescriptorSubtype` of an Ethernet Networking functional descriptor.
const ETHERNET: u8 = bindings::USB_CDC_ETHERNET_TYPE as u8;

/// `bRequest` of SET_CONTROL_LINE_STATE, and its bit for "data terminal ready".
const SET_CONTROL_LINE_STATE: u8 = bindings::USB_CDC_REQ_SET_CONTROL_LINE_STATE as u8;
const DTR: u16 = bindings::USB_CDC_CTRL_DTR as u16;

/// A Union functional descriptor: which interfaces a function consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Union {
    /// `bMasterInterface0`, the number of the control interface.
    pub(crate) control: u8,
    /// `bSlaveInterface0`, the number of the first data interface.
    pub(crate) data: u8,
}

/// An Ethernet Networking functional descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ethernet {
    /// `iMACAddress`: index of the string descriptor that holds the host's address.
    pub(crate) mac_string: u8,
    /// `wMaxSegmentSize`: the largest frame, in bytes, with its header.
    pub(crate) max_segment_size: u16,
}

/// The functional descriptors of an interface that concern a network function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Descriptors {
    pub(crate) union: Option<Union>,
    pub(crate) ethernet: Option<Ethernet>,
}

impl Descriptors {
    /// Parses the class specific descriptors behind an interface descriptor.
    ///
    /// Takes the first Union descriptor. Skips unknown and short descriptors, and stops at a length
    /// that exceeds the rest. Two Ethernet descriptors contradict each other: then nothing in
    /// `extra` is trusted.
    pub(crate) fn parse(mut extra: &[u8]) -> Self {
        let mut found = Self::default();

        while let Some((&length, tail)) = extra.split_first() {
            if length == 0 {
                extra = tail;
                continue;
            }

            let Some((descriptor, rest)) = extra.split_at_checked(length.into()) else {
                break;
            };
            extra = rest;

            match *descriptor {
                [_, CS_INTERFACE, UNION, control, data, ..] => {
                    found.union.get_or_insert(Union { control, data });
                }
                [_, CS_INTERFACE, ETHERNET, mac_string, _, _, _, _, size0, size1, _, _, _] => {
                    if found.ethernet.is_some() {
                        return Self::default();
                    }
                    found.ethernet = Some(Ethernet {
                        mac_string,
                        max_segment_size: u16::from_le_bytes([size0, size1]),
                    });
                }
                [_] | [_, _] => break,
                _ => (),
            }
        }

        found
    }
}

/// "Data terminal ready" on a control interface; dropping it clears it.
pub(crate) struct DataTerminalReady(ARef<Interface>);

impl DataTerminalReady {
    /// Sets DTR on `control`. Sleeps. A device that refuses is none the worse for it.
    pub(crate) fn set(control: &Interface) -> Self {
        let this = Self(control.into());
        this.replay();
        this
    }

    /// Sets DTR once more, on a device that has lost its state. Sleeps.
    pub(crate) fn replay(&self) {
        self.send(DTR);
    }

    fn send(&self, state: u16) {
        if let Err(err) = self.0.class_request(SET_CONTROL_LINE_STATE, state) {
            dev_dbg!(
                self.0.as_ref(),
                "SET_CONTROL_LINE_STATE({}) failed: {:?}\n",
                state,
                err
            );
        }
    }
}

impl Drop for DataTerminalReady {
    fn drop(&mut self) {
        self.send(0);
    }
}
