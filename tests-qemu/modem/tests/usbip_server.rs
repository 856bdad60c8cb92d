// SPDX-License-Identifier: GPL-2.0-only
//! The program at a TCP port: callers, good and bad.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);
const LIST: [u8; 8] = [1, 0x11, 0x80, 5, 0, 0, 0, 0];

/// The program, on a port that was free.
struct Program {
    child: Child,
    address: String,
    commands: String,
}

impl Program {
    fn start(profile: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_qmi-modem"))
            .args(["--usbip", "127.0.0.1:0", "--profile", profile])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let rest = lines.take_while(|line| !line.as_ref().unwrap().starts_with("Ctrl-C"));
        let commands = rest.map(Result::unwrap).collect::<Vec<_>>().join("\n");
        let (_, rest) = first.split_once(" waits at ").expect("the address");
        let (address, _) = rest.split_once(". ").expect("its end");
        Self {
            child,
            address: address.to_owned(),
            commands,
        }
    }

    fn call(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(bytes).unwrap();
        stream
    }

    /// All that is answered until the connection ends.
    fn ask(&self, bytes: &[u8]) -> Vec<u8> {
        let mut answer = Vec::new();
        // What was not read makes the end a reset.
        let _ = self.call(bytes).read_to_end(&mut answer);
        answer
    }

    /// Imports the modem: the connection, behind a good answer.
    fn import(&self) -> TcpStream {
        let mut stream = self.call(&import("1-1"));
        let mut answer = [0; 320];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer[..8], [1, 0x11, 0, 3, 0, 0, 0, 0]);
        stream
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn import(name: &str) -> Vec<u8> {
    let mut bytes = vec![1, 0x11, 0x80, 3, 0, 0, 0, 0];
    bytes.extend(name.as_bytes());
    bytes.resize(40, 0);
    bytes
}

/// GET_DESCRIPTOR of the device.
fn get_descriptor(id: u32) -> Vec<u8> {
    let words = [1, id, 0x1_0002, 1, 0, 0, 18, 0, 0, 0];
    let mut bytes: Vec<u8> = words.into_iter().flat_map(u32::to_be_bytes).collect();
    bytes.extend([0x80, 6, 0, 1, 0, 0, 18, 0]);
    bytes
}

fn expect_descriptor(stream: &mut TcpStream) {
    let mut answer = [0; 48 + 18];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer[..4], [0, 0, 0, 3]);
    assert_eq!(answer[48..50], [18, 1]);
}

#[test]
fn the_list_has_one_device_with_its_interfaces() {
    let program = Program::start("raw-ip-ss");
    let list = program.ask(&LIST);
    assert_eq!(list[..12], [1, 0x11, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(list[0x10c..0x110], *b"1-1\0");
    assert_eq!(list[0x12c..0x138], [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 5]);
    assert_eq!(list[0x142], 1, "configurations");
    assert_eq!(list.len(), 0x144 + 4 * usize::from(list[0x143]));
    let (_, port) = program.address.split_once(':').unwrap();
    assert!(program
        .commands
        .contains(&format!("usbip --tcp-port {port} attach")));
}

#[test]
fn one_has_it_at_a_time() {
    let program = Program::start("raw-ip-hs");
    assert_eq!(program.ask(&import("1-2")), [1, 0x11, 0, 3, 0, 0, 0, 4]);
    let mut stream = program.import();
    assert_eq!(program.ask(&import("1-1")), [1, 0x11, 0, 3, 0, 0, 0, 2]);
    assert!(program.ask(&LIST).len() > 12, "it can be listed meanwhile");
    stream.write_all(&get_descriptor(1)).unwrap();
    expect_descriptor(&mut stream);
    stream.shutdown(Shutdown::Both).unwrap();
    drop(stream);
    // The next one may come before the program has seen that this one went.
    let again = (0..100).find_map(|_| {
        let mut stream = program.call(&import("1-1"));
        let mut answer = [0; 8];
        stream.read_exact(&mut answer).unwrap();
        (answer[7] == 0).then_some(stream)
    });
    let mut stream = again.expect("it is free");
    stream.read_exact(&mut [0; 312]).unwrap();
    stream.write_all(&get_descriptor(1)).unwrap();
    expect_descriptor(&mut stream);
}

#[test]
fn who_says_nothing_or_nonsense_keeps_nobody_waiting() {
    let program = Program::start("raw-ip-hs");
    let silent: Vec<TcpStream> = (0..20).map(|_| program.call(&[1])).collect();
    assert_eq!(program.ask(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), []);
    assert_eq!(program.ask(&[1, 0, 0x80, 5, 0, 0, 0, 0]), []);
    let mut stream = program.import();
    stream.write_all(&get_descriptor(7)).unwrap();
    expect_descriptor(&mut stream);
    drop(silent);
    stream.write_all(&get_descriptor(8)).unwrap();
    expect_descriptor(&mut stream);
    // A request without meaning costs this host the modem, and the program goes on.
    stream.write_all(&[0xff; 48]).unwrap();
    assert_eq!(stream.read(&mut [0; 1]).unwrap_or(0), 0);
    expect_descriptor_again(&program);
}

fn expect_descriptor_again(program: &Program) {
    let mut stream = program.import();
    stream.write_all(&get_descriptor(9)).unwrap();
    expect_descriptor(&mut stream);
}

#[test]
fn requests_may_come_with_the_call() {
    let program = Program::start("raw-ip-hs");
    let mut stream = program.call(&[import("1-1"), get_descriptor(1)].concat());
    stream.read_exact(&mut [0; 320]).unwrap();
    expect_descriptor(&mut stream);
}

#[test]
fn two_programs_cannot_listen_at_one_port() {
    let program = Program::start("raw-ip-hs");
    let output = Command::new(env!("CARGO_BIN_EXE_qmi-modem"))
        .args(["--usbip", &program.address, "--profile", "raw-ip-hs"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("cannot listen at 127.0.0.1:"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}
