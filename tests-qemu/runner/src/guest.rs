// SPDX-License-Identifier: GPL-2.0-only
//! A running guest: boots it, has it run scenarios, and serves their requests.
//!
//! Three streams come from a guest: the kernel's log, the control port (one
//! request or answer a line, see `tests-qemu/guest/agent`), and the output of
//! scenarios. The agent puts the same mark into the first and the last where a
//! scenario begins and ends, which tells the streams' parts apart.

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{channel, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::children::{Child, Children};
use crate::error::{Error, Result};
use crate::kernel_log::Watch;
use crate::modem::Modems;
use crate::qemu::{self, Machine};
use crate::run_folder::RunFolder;
use crate::scenario::Scenario;
use crate::setup::System;

/// A cold disk cache and a busy machine make a boot of 8 seconds a long one.
const BOOT_TIMEOUT: Duration = Duration::from_secs(180);
/// For the last checks before a guest is switched off.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(120);

/// A booted guest; dropping it switches it off and ends its modems.
pub struct Guest {
    // Dropped in this order: a modem outlives no guest.
    modems: Modems,
    process: Child,
    control: UnixStream,
    events: Receiver<Event>,
    kernel_log: File,
    folder: PathBuf,
}

/// What a scenario came to.
#[derive(Debug)]
pub struct Outcome {
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// From the request to the tidy guest.
    pub duration: Duration,
    /// What the scenario reported for a table, in order: key and value.
    pub facts: Vec<(String, String)>,
    /// The last lines that it printed.
    pub tail: Vec<String>,
    /// The kernel's lines that failed it.
    pub kernel_excerpt: Vec<String>,
    /// Where its logs are.
    pub folder: PathBuf,
}

/// Why a scenario failed.
#[derive(Debug)]
pub enum Failure {
    /// Its script ended with this status; its last line says why.
    Script(String, String),
    /// The kernel logged a fault.
    Kernel(String),
    /// The driver's module, a device or a process stayed.
    LeftBehind(String),
    /// A modem ended by itself.
    Modem(usize, String),
    /// It did not end in time.
    TimedOut(Duration),
    /// The guest went away.
    GuestEnded,
}

impl Failure {
    /// Whether the guest is fit for another scenario.
    pub fn guest_is_sound(&self) -> bool {
        matches!(self, Self::Script(..) | Self::Modem(..))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Script(status, line) if line.is_empty() => {
                write!(f, "ended with status {status}")
            }
            Self::Script(_, line) => write!(f, "{line}"),
            Self::Kernel(line) => write!(f, "kernel: {line}"),
            Self::LeftBehind(what) => write!(f, "left behind: {what}"),
            Self::Modem(port, line) => write!(f, "modem {port} ended by itself: {line}"),
            Self::TimedOut(limit) => write!(f, "not done after {} s", limit.as_secs()),
            Self::GuestEnded => write!(f, "the guest ended (a kernel panic?)"),
        }
    }
}

enum Event {
    Kernel(String),
    Control(String),
    Output(String),
}

enum Next {
    Event(Event),
    DeadlinePassed,
    /// QEMU has ended and all that it sent was read.
    GuestEnded,
}

impl Guest {
    /// Boots a guest, with its logs in the subfolder `name`.
    pub fn boot(
        system: &System,
        modem_program: &Path,
        run: &RunFolder,
        name: &str,
        children: &Children,
    ) -> Result<Self> {
        let folder = run.subfolder(name)?;
        let machine = Machine {
            system,
            folder: &folder,
            shell: None,
        };
        let qemu = machine.start(children)?;
        let (sender, events) = channel();
        read_lines(qemu.kernel, sender.clone(), Event::Kernel);
        read_lines(qemu.control.try_clone()?, sender.clone(), Event::Control);
        read_lines(qemu.output, sender, Event::Output);
        let log = folder.join("kernel.log");
        let mut guest = Self {
            modems: Modems::new(modem_program, &folder, children),
            process: qemu.process,
            control: qemu.control,
            events,
            kernel_log: File::create(&log).map_err(Error::file(log))?,
            folder,
        };
        guest.wait_until_ready()?;
        Ok(guest)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + BOOT_TIMEOUT;
        loop {
            match self.next(deadline)? {
                Next::Event(Event::Control(line)) if line == "ready" => return Ok(()),
                Next::Event(_) => {}
                Next::DeadlinePassed => return Err(Error::BootTimeout(BOOT_TIMEOUT.as_secs())),
                Next::GuestEnded => {
                    self.process.wait()?;
                    let messages = std::fs::read_to_string(qemu::error_log(&self.folder));
                    let messages = messages.unwrap_or_default();
                    let last = messages.lines().last().unwrap_or("it gave no reason");
                    return Err(Error::QemuEnded(last.to_owned()));
                }
            }
        }
    }

    /// Runs a scenario; `on_output` gets each line that it prints.
    pub fn run(
        &mut self,
        scenario: &Scenario,
        folder: PathBuf,
        on_output: &mut dyn FnMut(&str),
    ) -> Result<Outcome> {
        let request = format!("run {}", scenario.name);
        let outcome = self.carry_out(
            &request,
            &scenario.name,
            scenario.timeout,
            folder,
            on_output,
        )?;
        self.modems.unplug("all")?;
        self.modems.move_logs(&outcome.folder)?;
        Ok(outcome)
    }

    /// Looks for faults that show only at a guest's end.
    pub fn close(mut self, folder: PathBuf) -> Result<Outcome> {
        self.carry_out("close", "close", CLOSE_TIMEOUT, folder, &mut |_| ())
    }

    fn carry_out(
        &mut self,
        request: &str,
        mark: &str,
        timeout: Duration,
        folder: PathBuf,
        on_output: &mut dyn FnMut(&str),
    ) -> Result<Outcome> {
        let start = Instant::now();
        let deadline = start + timeout;
        let mut part = Part::begin(mark, folder)?;
        let mut failure = None;
        self.send(request)?;
        while failure.is_none() && !part.is_over() {
            match self.next(deadline)? {
                Next::Event(Event::Kernel(line)) => part.kernel_line(&line)?,
                Next::Event(Event::Output(line)) => part.output_line(&line, on_output)?,
                Next::Event(Event::Control(line)) => self.serve(&line, &mut part)?,
                Next::DeadlinePassed => failure = Some(Failure::TimedOut(timeout)),
                Next::GuestEnded => failure = Some(Failure::GuestEnded),
            }
        }
        Ok(part.judge(failure, start.elapsed()))
    }

    /// Does what the agent or a scenario asks for.
    fn serve(&mut self, line: &str, part: &mut Part) -> Result<()> {
        tracing::debug!(line, "guest");
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let answer = match verb {
            "plug" => self.modems.plug(rest).map(|port| port.to_string()),
            "unplug" => {
                part.deserter = part.deserter.take().or_else(|| self.modems.deserter());
                self.modems.unplug(rest).map(|()| String::new())
            }
            "fact" => {
                let (key, value) = rest.split_once(' ').unwrap_or((rest, ""));
                part.facts.push((key.to_owned(), value.to_owned()));
                return Ok(());
            }
            "done" => {
                let (status, left) = rest.split_once(' ').unwrap_or((rest, ""));
                part.status = Some((status.to_owned(), left.to_owned()));
                return Ok(());
            }
            _ => return self.send(&format!("error the host knows no request {verb}")),
        };
        match answer {
            Ok(text) => self.send(&format!("ok {text}")),
            Err(error) => self.send(&format!("error {error}")),
        }
    }

    fn send(&mut self, line: &str) -> Result<()> {
        // A guest that is gone shows itself by Next::GuestEnded.
        match writeln!(self.control, "{line}") {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Error::GuestLost(error))
            }
            _ => Ok(()),
        }
    }

    fn next(&mut self, deadline: Instant) -> Result<Next> {
        let left = deadline.saturating_duration_since(Instant::now());
        let event = match self.events.recv_timeout(left) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => return Ok(Next::DeadlinePassed),
            Err(RecvTimeoutError::Disconnected) => return Ok(Next::GuestEnded),
        };
        if let Event::Kernel(line) = &event {
            writeln!(self.kernel_log, "{line}")
                .map_err(Error::file(self.folder.join("kernel.log")))?;
        }
        Ok(Next::Event(event))
    }
}

/// A scenario's part of the guest's streams.
struct Part {
    begin: String,
    end: String,
    kernel: Stream,
    output: Stream,
    watch: Watch,
    tail: Vec<String>,
    facts: Vec<(String, String)>,
    /// Exit status, and what is left behind.
    status: Option<(String, String)>,
    deserter: Option<(usize, String)>,
    folder: PathBuf,
}

struct Stream {
    file: File,
    ended: bool,
}

impl Stream {
    fn create(path: PathBuf) -> Result<Self> {
        let file = File::create(&path).map_err(Error::file(path))?;
        Ok(Self { file, ended: false })
    }
}

impl Part {
    const TAIL: usize = 20;

    fn begin(mark: &str, folder: PathBuf) -> Result<Self> {
        Ok(Self {
            begin: format!("e2e: {mark} begins"),
            end: format!("e2e: {mark} ended"),
            kernel: Stream::create(folder.join("kernel.log"))?,
            output: Stream::create(folder.join("output.log"))?,
            watch: Watch::default(),
            tail: Vec::new(),
            facts: Vec::new(),
            status: None,
            deserter: None,
            folder,
        })
    }

    fn is_over(&self) -> bool {
        self.status.is_some() && self.kernel.ended && self.output.ended
    }

    /// A fault between two scenarios counts for the later one: nothing else would show it.
    fn kernel_line(&mut self, line: &str) -> Result<()> {
        self.watch.line(line);
        self.kernel.ended |= line.ends_with(&self.end);
        writeln!(self.kernel.file, "{line}")?;
        Ok(())
    }

    fn output_line(&mut self, line: &str, on_output: &mut dyn FnMut(&str)) -> Result<()> {
        // A last line without a newline has the mark behind it.
        let line = match line.strip_suffix(&self.end) {
            Some(rest) => {
                self.output.ended = true;
                rest
            }
            None => line,
        };
        if line == self.begin || (line.is_empty() && self.output.ended) {
            return Ok(());
        }
        writeln!(self.output.file, "{line}")?;
        on_output(line);
        if self.tail.len() == Self::TAIL {
            self.tail.remove(0);
        }
        self.tail.push(line.to_owned());
        Ok(())
    }

    /// A fault of the kernel explains most, so it comes first.
    fn judge(self, failure: Option<Failure>, duration: Duration) -> Outcome {
        let (status, left) = self.status.unwrap_or_default();
        let last_line = self.tail.iter().rev().find(|line| !line.trim().is_empty());
        let kernel = self
            .watch
            .headline()
            .map(|line| Failure::Kernel(line.to_owned()));
        let failure = kernel
            .or(failure)
            .or_else(|| self.deserter.map(|(port, line)| Failure::Modem(port, line)))
            .or_else(|| {
                let line = last_line.cloned().unwrap_or_default();
                (status != "0").then_some(Failure::Script(status, line))
            })
            .or_else(|| (!left.is_empty()).then_some(Failure::LeftBehind(left)));
        Outcome {
            failure,
            duration,
            facts: self.facts,
            kernel_excerpt: self.watch.excerpt().to_vec(),
            tail: self.tail,
            folder: self.folder,
        }
    }
}

fn read_lines(
    stream: impl Read + Send + 'static,
    sender: Sender<Event>,
    event: fn(String) -> Event,
) {
    thread::spawn(move || {
        let mut lines = BufReader::new(stream);
        let mut line = Vec::new();
        while matches!(lines.read_until(b'\n', &mut line), Ok(length) if length > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            if sender.send(event(text)).is_err() {
                return;
            }
            line.clear();
        }
    });
}
