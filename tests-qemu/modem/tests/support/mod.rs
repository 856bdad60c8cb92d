// SPDX-License-Identifier: GPL-2.0-only
//! The guest's side of usb-redir, just enough to drive a modem without QEMU.

#![allow(dead_code)]

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io::Write;
use std::rc::Rc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use qmi_modem::addresses::AddressPlan;
use qmi_modem::event_log::{Bulk, EventLog};
use qmi_modem::flash::Flash;
use qmi_modem::modem::Modem;
use qmi_modem::peer::{Peer, Stack};
use qmi_modem::profile::Profile;
use qmi_modem::qmi::Schema;
use qmi_modem::redir::packet::kind;
use qmi_modem::redir::{Host, RedirError};
use qmi_modem::serial::Commands;

/// Capabilities that QEMU 10 has: all but disconnect-ack.
const QEMU: u32 = 0xf7;

/// A packet of the modem: type, id, body.
pub struct Packet {
    pub kind: u32,
    pub id: u64,
    pub body: Vec<u8>,
}

/// What the modem logs, for the test to read.
#[derive(Clone, Default)]
pub struct Log(Rc<RefCell<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub fn events(&self, name: &str) -> Vec<serde_json::Value> {
        let bytes = self.0.borrow();
        let lines = std::str::from_utf8(&bytes).unwrap().lines();
        lines
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .filter(|event| event["event"] == name)
            .collect()
    }
}

pub struct Guest {
    pub host: Host,
    pub log: Log,
    pub packets: VecDeque<Packet>,
    raw: Vec<u8>,
    greeted: bool,
    id: u64,
}

thread_local! {
    static SCHEMA: Rc<Schema> = Rc::new(Schema::load().unwrap());
    static PROFILES: RefCell<BTreeMap<String, Rc<Profile>>> = RefCell::default();
}

fn profile(name: &str) -> Rc<Profile> {
    PROFILES.with_borrow_mut(|profiles| {
        let load = || Rc::new(Profile::load(name).unwrap());
        Rc::clone(profiles.entry(name.to_owned()).or_insert_with(load))
    })
}

/// A peer that takes all and sends nothing.
struct Silence;

impl Peer for Silence {
    fn send(&mut self, _: Vec<u8>) {}

    fn receive(&mut self) -> Option<Vec<u8>> {
        None
    }

    fn poll(&mut self) {}
}

/// A modem with `peer` behind its first function, and an IP stack behind each other one.
fn with_peer(name: &str, log: EventLog, peer: Box<dyn Peer>) -> Modem {
    let profile = profile(name);
    let plan = AddressPlan::new(&profile.network, 0);
    let schema = SCHEMA.with(Rc::clone);
    let flash = Flash::new(&profile.firmware);
    let mut modem = Modem::new(Rc::clone(&profile), schema, plan, peer, flash, log.clone());
    modem.set_commands(Commands::load().unwrap());
    for function in 1..profile.functions() {
        let plan = plan.of_function(function);
        let stack = Stack::new(&plan.on(0), 1, log.clone());
        modem.add_function(plan, Box::new(stack));
    }
    modem
}

/// A modem without a peer.
pub fn host(name: &str, log: &Log) -> Host {
    let log = EventLog::to(Box::new(log.clone()), Bulk::WithPayload);
    Host::new(with_peer(name, log.clone(), Box::new(Silence)), log)
}

/// A modem with the IP stack behind it, and its log.
pub fn modem(name: &str, log: &Log) -> (Modem, EventLog) {
    let events = EventLog::to(Box::new(log.clone()), Bulk::WithPayload);
    let addresses = AddressPlan::new(&profile(name).network, 0).on(0);
    let stack = Stack::new(&addresses, 1, events.clone());
    (with_peer(name, events.clone(), Box::new(stack)), events)
}

pub fn packet(kind: u32, id: u64, body: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(id.to_le_bytes());
    bytes.extend(body);
    bytes
}

pub fn hello() -> Vec<u8> {
    let mut body = vec![0; 64];
    body.extend(QEMU.to_le_bytes());
    let mut bytes = packet(kind::HELLO, 0, &body);
    bytes.drain(12..16);
    bytes
}

impl Guest {
    /// A modem with the IP stack behind it, plugged in, with configuration 1.
    pub fn new(name: &str) -> Self {
        let log = Log::default();
        let (modem, events) = modem(name, &log);
        Self::with(Host::new(modem, events), log)
    }

    /// A modem without a peer, plugged in, with configuration 1.
    pub fn alone(name: &str) -> Self {
        let log = Log::default();
        Self::with(host(name, &log), log)
    }

    fn with(host: Host, log: Log) -> Self {
        let mut guest = Self {
            host,
            log,
            packets: VecDeque::new(),
            raw: Vec::new(),
            greeted: false,
            id: 0,
        };
        guest.write(&hello()).unwrap();
        guest.expect(kind::DEVICE_CONNECT);
        guest.send(kind::SET_CONFIGURATION, &[1]);
        let status = guest.expect(kind::CONFIGURATION_STATUS);
        assert_eq!(status.body, [0, 1]);
        guest
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), RedirError> {
        let result = self.host.receive(bytes);
        self.collect();
        result
    }

    pub fn collect(&mut self) {
        self.host.pump();
        self.raw.append(self.host.output());
        loop {
            let id_width = if self.greeted { 8 } else { 4 };
            let Some(header) = self.raw.get(..8 + id_width) else {
                return;
            };
            let number = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().unwrap());
            let (kind, length) = (number(0), number(4) as usize);
            let id = number(8).into();
            self.raw.drain(..8 + id_width);
            let body = self.raw.drain(..length).collect();
            self.greeted = true;
            self.packets.push_back(Packet { kind, id, body });
        }
    }

    pub fn send(&mut self, kind: u32, body: &[u8]) -> u64 {
        self.id += 1;
        self.write(&packet(kind, self.id, body)).unwrap();
        self.id
    }

    /// The next packet of that type; those before it are dropped.
    pub fn expect(&mut self, kind: u32) -> Packet {
        self.try_take(kind)
            .unwrap_or_else(|| panic!("no packet of type {kind}"))
    }

    /// Waits until the modem leaves the bus, which it does in a while; packets before that are dropped.
    pub fn expect_departure(&mut self) {
        let limit = Instant::now() + Duration::from_secs(10);
        while self.try_take(kind::DEVICE_DISCONNECT).is_none() {
            assert!(Instant::now() < limit, "it stays");
            sleep(self.host.deadline().expect("nothing is due"));
            self.collect();
        }
    }

    pub fn try_take(&mut self, kind: u32) -> Option<Packet> {
        while let Some(packet) = self.packets.pop_front() {
            if packet.kind == kind {
                return Some(packet);
            }
        }
        None
    }

    /// A control transfer: the status and the data.
    pub fn control(&mut self, setup: [u8; 8], data: &[u8]) -> (u8, Vec<u8>) {
        let [request_type, request, v0, v1, i0, i1, l0, l1] = setup;
        let mut body = vec![request_type & 0x80, request, request_type, 0];
        body.extend([v0, v1, i0, i1, l0, l1]);
        body.extend(data);
        let id = self.send(kind::CONTROL_PACKET, &body);
        let answer = self.expect(kind::CONTROL_PACKET);
        assert_eq!(answer.id, id);
        (answer.body[3], answer.body[10..].to_vec())
    }

    /// Sends a QMUX frame to an interface.
    pub fn command(&mut self, interface: u8, frame: &[u8]) -> u8 {
        let [low, high] = (frame.len() as u16).to_le_bytes();
        let setup = [0x21, 0, 0, 0, interface, 0, low, high];
        self.control(setup, frame).0
    }

    pub fn response(&mut self, interface: u8) -> Vec<u8> {
        let setup = [0xa1, 1, 0, 0, interface, 0, 0, 0x10];
        let (status, data) = self.control(setup, &[]);
        assert_eq!(status, 0);
        data
    }

    /// A command and its response; indications before it are dropped.
    pub fn qmi(&mut self, interface: u8, frame: &[u8]) -> Vec<u8> {
        assert_eq!(self.command(interface, frame), 0);
        loop {
            let message = self.response(interface);
            let is_indication = message[4] != 0 && message[6] == 4;
            if !is_indication {
                return message;
            }
        }
    }

    pub fn bulk_out(&mut self, endpoint: u8, data: &[u8]) -> u8 {
        let body = [&bulk_header(endpoint, data.len()), data].concat();
        self.send(kind::BULK_PACKET, &body);
        self.expect(kind::BULK_PACKET).body[1]
    }

    /// Asks for a bulk IN transfer; the answer comes as a packet.
    pub fn bulk_in(&mut self, endpoint: u8, length: usize) -> u64 {
        self.send(kind::BULK_PACKET, &bulk_header(endpoint, length))
    }
}

fn bulk_header(endpoint: u8, length: usize) -> [u8; 10] {
    let [a, b, c, d] = (length as u32).to_le_bytes();
    [endpoint, 0, a, b, 0, 0, 0, 0, c, d]
}

/// A QMUX request.
pub fn request(service: u8, client: u8, transaction: u8, message: u16, tlvs: &[u8]) -> Vec<u8> {
    let mut sdu = vec![0, transaction];
    if service != 0 {
        sdu.push(0);
    }
    sdu.extend(message.to_le_bytes());
    sdu.extend((tlvs.len() as u16).to_le_bytes());
    sdu.extend(tlvs);
    let mut frame = vec![1];
    frame.extend((sdu.len() as u16 + 5).to_le_bytes());
    frame.extend([0, service, client]);
    frame.extend(sdu);
    frame
}

/// The error of a response; 0 is success.
pub fn error(response: &[u8]) -> u16 {
    let header = if response[4] == 0 { 12 } else { 13 };
    assert_eq!(response[header], 2, "the result comes first");
    u16::from_le_bytes([response[header + 5], response[header + 6]])
}

/// A new client of a service.
pub fn allocate(guest: &mut Guest, interface: u8, service: u8) -> u8 {
    let response = guest.qmi(interface, &request(0, 0, 1, 0x22, &[1, 1, 0, service]));
    assert_eq!(error(&response), 0);
    *response.last().unwrap()
}

/// A TLV of a response.
pub fn tlv(response: &[u8], id: u8) -> Option<Vec<u8>> {
    let mut rest = &response[if response[4] == 0 { 12 } else { 13 }..];
    while let [kind, low, high, tail @ ..] = rest {
        let (value, tail) = tail.split_at(u16::from_le_bytes([*low, *high]).into());
        if *kind == id {
            return Some(value.to_vec());
        }
        rest = tail;
    }
    None
}

/// An ICMP echo request.
pub fn ping(source: [u8; 4], destination: [u8; 4], payload: usize) -> Vec<u8> {
    let mut icmp = vec![8, 0, 0, 0, 0, 1, 0, 1];
    icmp.resize(8 + payload, 0x55);
    let sum = checksum(&icmp);
    icmp[2..4].copy_from_slice(&sum);
    ipv4(1, source, destination, &icmp)
}

/// A UDP datagram without checksum.
pub fn udp(source: [u8; 4], destination: [u8; 4], port: u16, payload: &[u8]) -> Vec<u8> {
    let length = (8 + payload.len()) as u16;
    let mut datagram = vec![0xc0, 0];
    datagram.extend(port.to_be_bytes());
    datagram.extend(length.to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    ipv4(17, source, destination, &datagram)
}

fn ipv4(protocol: u8, source: [u8; 4], destination: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let length = (20 + payload.len()) as u16;
    let mut packet = vec![0x45, 0];
    packet.extend(length.to_be_bytes());
    packet.extend([0, 1, 0, 0, 64, protocol, 0, 0]);
    packet.extend(source);
    packet.extend(destination);
    let sum = checksum(&packet);
    packet[10..12].copy_from_slice(&sum);
    packet.extend(payload);
    packet
}

/// The Internet checksum.
pub fn checksum(bytes: &[u8]) -> [u8; 2] {
    let words = bytes
        .chunks(2)
        .map(|pair| (u32::from(pair[0]) << 8) | u32::from(*pair.get(1).unwrap_or(&0)));
    let sum: u32 = words.sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let folded = (folded & 0xffff) + (folded >> 16);
    (!(folded as u16)).to_be_bytes()
}
