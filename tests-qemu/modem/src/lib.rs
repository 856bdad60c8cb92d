// SPDX-License-Identifier: GPL-2.0-only
//! A virtual USB QMI modem: the device side of QEMU's usb-redir, and of Linux' USB/IP.
//!
//! From the wire inwards: `redir` and `usbip` speak the protocols, `port` keeps what a host asks for until the modem has it, `usb`
//! answers chapter 9, `modem` connects them with each `function`: the control channel (`control_channel`, `qmi`) and the data path
//! (`network`, `link_layer`, `bearer`, `peer`); `serial` has the ports beside those. Without firmware it is a boot loader (`qdl`);
//! `flash` is what it keeps. What a modem is stands in `profile`, and `alias` makes it pass for another; `hostile` corrupts what it
//! says and does. `event_loop` and `cli` drive it all; `ethernet_port` is the network without a modem.

pub mod addresses;
pub mod alias;
pub mod bearer;
pub mod cli;
pub mod control_channel;
pub mod ethernet_port;
pub mod event_log;
pub mod event_loop;
pub mod flash;
pub mod function;
pub mod hex;
pub mod hostile;
pub mod link_layer;
pub mod modem;
pub mod network;
pub mod peer;
pub mod port;
pub mod profile;
pub mod qdl;
pub mod qmi;
pub mod redir;
pub mod router;
pub mod serial;
pub mod usb;
pub mod usbip;
