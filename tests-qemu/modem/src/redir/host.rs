// SPDX-License-Identifier: GPL-2.0-only
//! A modem on a usb-redir connection: packets in, packets out, no I/O of its own.

use std::time::Duration;

use super::codec::Codec;
use super::error::RedirError;
use super::packet::{ControlHeader, EndpointInfo, FromGuest, Status, ToGuest, TABLE};
use crate::event_log::EventLog;
use crate::hostile::presence::{Presence, Request, Verdict};
use crate::modem::Modem;
use crate::port::{Behind, Cancelled, End, Event, Port};
use crate::profile::{Speed, Transfer};
use crate::usb::Setup;

/// Bits of wMaxPacketSize that are a size.
const PACKET_SIZE: u16 = 0x07ff;

/// The device side of a connection.
pub struct Host {
    port: Port,
    codec: Codec,
    output: Vec<u8>,
    notifications: u64,
}

impl Host {
    /// Starts a connection: the hello is ready to be sent.
    pub fn new(modem: Modem, log: EventLog) -> Self {
        let mut host = Self {
            // QEMU cancels requests behind one that has failed.
            port: Port::new(modem, Behind::Abandoned, log),
            codec: Codec::default(),
            output: Vec::new(),
            notifications: 0,
        };
        host.send(&ToGuest::Hello);
        host
    }

    /// Has `presence` decide when the device goes.
    pub fn set_presence(&mut self, presence: Presence) {
        self.port.set_presence(presence);
    }

    /// The modem, for its timers.
    pub fn modem(&mut self) -> &mut Modem {
        self.port.modem()
    }

    /// How long until `pump` is due.
    pub fn deadline(&mut self) -> Option<Duration> {
        self.port.deadline()
    }

    /// Bytes for the guest; the caller removes those that it could write.
    pub fn output(&mut self) -> &mut Vec<u8> {
        &mut self.output
    }

    /// Takes bytes of the guest and does what they ask.
    ///
    /// # Errors
    /// If they are not the protocol, or if the guest refuses the device: the connection is over then.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), RedirError> {
        self.codec.push(bytes);
        while let Some(packet) = self.codec.take()? {
            if packet == FromGuest::FilterReject {
                return Err(RedirError::Rejected);
            }
            let verdict = self.port.decide(request(&packet));
            if verdict != Verdict::Go {
                self.handle(packet);
            }
            self.port.follow(verdict);
            self.pump();
        }
        Ok(())
    }

    /// Gives waiting requests what the modem has for them.
    pub fn pump(&mut self) {
        self.port.pump(usize::MAX);
        self.forward();
    }

    /// Tells the guest what has come of its requests.
    fn forward(&mut self) {
        while let Some(event) = self.port.event() {
            match event {
                Event::Control {
                    id,
                    setup,
                    status,
                    data,
                } => self.send_control(id, setup, status.into(), data),
                Event::Transfer {
                    id,
                    endpoint,
                    status,
                    length,
                    data,
                } => self.send(&ToGuest::Bulk {
                    id,
                    status: status.into(),
                    endpoint,
                    // No more than the guest's request asked for, a 32-bit number.
                    length: length as u32,
                    data,
                }),
                Event::Notification {
                    endpoint,
                    status,
                    data,
                } => {
                    self.notifications += 1;
                    self.send(&ToGuest::Interrupt {
                        id: self.notifications,
                        status: status.into(),
                        endpoint,
                        // A few dozens of bytes at most.
                        length: data.len() as u16,
                        data,
                    });
                }
                // QEMU lets the guest see that the device was away.
                Event::Restarted => {
                    self.unplug();
                    self.connect();
                }
            }
        }
    }

    /// Unplugs the device.
    pub fn unplug(&mut self) {
        self.send(&ToGuest::DeviceDisconnect);
    }

    fn send(&mut self, packet: &ToGuest) {
        let bytes = self.codec.encode(packet);
        self.output.extend(bytes);
    }

    fn handle(&mut self, packet: FromGuest) {
        match packet {
            FromGuest::Hello(_) => self.connect(),
            FromGuest::Reset => self.port.reset(),
            FromGuest::SetConfiguration { id, value } => {
                let status = self.port.set_configuration(value).into();
                self.forward();
                self.describe();
                self.configuration_status(id, status);
            }
            FromGuest::GetConfiguration(id) => self.configuration_status(id, Status::Success),
            FromGuest::SetAltSetting {
                id,
                interface,
                alternate,
            } => {
                let status = self.port.set_alternate(interface, alternate).into();
                self.describe();
                self.alt_setting_status(id, status, interface);
            }
            FromGuest::GetAltSetting { id, interface } => {
                self.alt_setting_status(id, Status::Success, interface);
            }
            FromGuest::StartInterrupt { id, endpoint } => {
                let known = self.port.start_polling(endpoint);
                self.interrupt_status(id, endpoint, known);
            }
            FromGuest::StopInterrupt { id, endpoint } => {
                let known = self.port.stop_polling(endpoint);
                self.interrupt_status(id, endpoint, known);
            }
            FromGuest::Cancel(id) => self.cancel(id),
            FromGuest::FilterReject | FromGuest::Notice => {}
            FromGuest::Control { id, header, data } => {
                self.port.control(id, header.setup(), &data);
            }
            FromGuest::Bulk {
                id,
                endpoint,
                length,
                data,
            } => {
                let length = length as usize;
                self.port.transfer(id, endpoint, length, &data, End::AsItIs);
            }
            FromGuest::InterruptOut {
                id,
                endpoint,
                length,
            } => self.send(&ToGuest::Interrupt {
                id,
                status: Status::Stall,
                endpoint,
                length,
                data: Vec::new(),
            }),
        }
    }

    /// Plugs the device in. QEMU wants to know interfaces and endpoints before it.
    fn connect(&mut self) {
        self.port.connect();
        self.describe();
        let device = &self.port.device().profile().device;
        let packet = ToGuest::DeviceConnect {
            speed: match device.speed {
                Speed::High => 2,
                Speed::Super => 3,
            },
            class: device.class,
            vendor: device.vendor,
            product: device.product,
            release: device.release,
        };
        self.send(&packet);
    }

    fn describe(&mut self) {
        // Endpoint 0 in both directions is always there, as a control endpoint.
        let mut table = Box::new([EndpointInfo::NONE; TABLE]);
        for entry in [0, TABLE / 2] {
            table[entry] = EndpointInfo {
                transfer: 0,
                max_packet: 64,
                ..EndpointInfo::NONE
            };
        }
        for (interface, endpoint) in self.port.device().gadget().endpoints() {
            let row =
                (usize::from(endpoint.address & 0x80) >> 3) | usize::from(endpoint.address & 15);
            table[row] = EndpointInfo {
                transfer: match endpoint.transfer {
                    Transfer::Bulk => 2,
                    Transfer::Interrupt => 3,
                },
                // QEMU refuses an interval of 0, and divides by the size.
                interval: endpoint.interval.max(1),
                interface: interface.number,
                max_packet: match endpoint.max_packet & PACKET_SIZE {
                    0 => PACKET_SIZE,
                    _ => endpoint.max_packet,
                },
            };
        }
        let interfaces = self.port.device().profile().interfaces.iter();
        let interfaces = interfaces.map(|i| (i.number, i.class)).collect();
        self.send(&ToGuest::InterfaceInfo(interfaces));
        self.send(&ToGuest::EpInfo(table));
    }

    fn configuration_status(&mut self, id: u64, status: Status) {
        let value = self.port.device().gadget().configuration();
        self.send(&ToGuest::ConfigurationStatus { id, status, value });
    }

    fn alt_setting_status(&mut self, id: u64, status: Status, interface: u8) {
        let alternate = self.port.device().gadget().alternate(interface);
        self.send(&ToGuest::AltSettingStatus {
            id,
            status: alternate.map_or(Status::Stall, |_| status),
            interface,
            alternate: alternate.unwrap_or(0),
        });
    }

    fn interrupt_status(&mut self, id: u64, endpoint: u8, known: bool) {
        let status = if known {
            Status::Success
        } else {
            Status::Invalid
        };
        self.send(&ToGuest::InterruptStatus {
            id,
            status,
            endpoint,
        });
    }

    fn send_control(&mut self, id: u64, setup: Setup, status: Status, data: Vec<u8>) {
        let length = match (status, setup.is_in()) {
            // The answer was truncated to wLength.
            (Status::Success, true) => data.len() as u16,
            (Status::Success, false) => setup.length,
            _ => 0,
        };
        self.send(&ToGuest::Control {
            id,
            status,
            header: ControlHeader::of(setup, length),
            data,
        });
    }

    /// A request that waits is answered as cancelled; one that is answered already stays so.
    fn cancel(&mut self, id: u64) {
        if let Some(Cancelled::Transfer(endpoint)) = self.port.cancel(id) {
            self.send(&ToGuest::Bulk {
                id,
                status: Status::Cancelled,
                endpoint,
                length: 0,
                data: Vec::new(),
            });
        }
    }
}

/// The kind of request that a packet is, if it is one.
fn request(packet: &FromGuest) -> Option<Request> {
    match packet {
        FromGuest::Control { .. }
        | FromGuest::SetConfiguration { .. }
        | FromGuest::SetAltSetting { .. } => Some(Request::Control),
        FromGuest::Bulk { endpoint, .. } if endpoint & 0x80 != 0 => Some(Request::BulkIn),
        FromGuest::Bulk { .. } => Some(Request::BulkOut),
        FromGuest::StartInterrupt { .. } | FromGuest::StopInterrupt { .. } => {
            Some(Request::Polling)
        }
        _ => None,
    }
}
