// SPDX-License-Identifier: GPL-2.0-only
//! A running guest: boots it, has it run scenarios, and serves their requests.
//!
//! Three streams come from a guest: the kernel's log, the control port (one
//! request or answer a line, see `tests-qemu/guest/agent`), and the output of
//! scenarios. The agent puts marks into the first and the last, which tell where
//! a scenario ends.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{channel, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::children::{Child, Children};
use crate::error::{Error, Result};
use crate::modem::Modems;
use crate::outcome::{Failure, Outcome, Recording};
use crate::qemu::{self, Counted, Machine};
use crate::run_folder::RunFolder;
use crate::scenario::Scenario;
use crate::setup::System;

/// A cold disk cache and a busy machine make a boot of 8 seconds a long one.
const BOOT_TIMEOUT: Duration = Duration::from_secs(180);
/// For the last checks before a guest is switched off.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(120);

/// Answers what a scenario asks for beyond what the guest itself can do.
pub trait Answers {
    /// The answer to `verb` with `rest` behind it, or `None` if it is unknown.
    fn answer(&mut self, verb: &str, rest: &str) -> Option<Result<String>>;
}

/// Nothing more.
impl Answers for () {
    fn answer(&mut self, _: &str, _: &str) -> Option<Result<String>> {
        None
    }
}

/// A booted guest; dropping it switches it off and ends its modems.
pub struct Guest {
    // Dropped in this order: a modem outlives no guest.
    modems: Modems,
    process: Child,
    control: UnixStream,
    events: Receiver<Event>,
    kernel_log: File,
    folder: PathBuf,
    /// How many times longer than usual things may take.
    patience: u32,
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
        counted: Option<&Counted>,
    ) -> Result<Self> {
        let folder = run.subfolder(name)?;
        let machine = Machine {
            system,
            folder: &folder,
            settings: run.settings(),
            shell: None,
            counted,
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
            patience: system.kernel.patience,
        };
        guest.wait_until_ready()?;
        Ok(guest)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + BOOT_TIMEOUT * self.patience;
        loop {
            match self.next(deadline)? {
                Next::Event(Event::Control(line)) if line == "ready" => return Ok(()),
                Next::Event(_) => {}
                Next::DeadlinePassed => {
                    return Err(Error::BootTimeout((BOOT_TIMEOUT * self.patience).as_secs()))
                }
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
        self.run_with(scenario, folder, on_output, &mut ())
    }

    /// Runs a scenario that asks for more.
    pub fn run_with(
        &mut self,
        scenario: &Scenario,
        folder: PathBuf,
        on_output: &mut dyn FnMut(&str),
        answers: &mut dyn Answers,
    ) -> Result<Outcome> {
        let recording = Recording::begin(&scenario.name, folder, on_output)?
            .permitting(scenario.permits.as_deref())?;
        let request = format!("run {}/{}", scenario.folder, scenario.name);
        let timeout = scenario.timeout * self.patience;
        let mut outcome = self.carry_out(&request, timeout, recording, answers)?;
        if let Some(pattern) = &scenario.shows {
            outcome = outcome.showing(pattern)?;
        }
        self.modems.unplug("all")?;
        self.modems.move_logs(&outcome.folder)?;
        Ok(outcome)
    }

    /// Looks for faults that show only at a guest's end.
    pub fn close(mut self, folder: PathBuf) -> Result<Outcome> {
        let mut ignore = |_: &str| ();
        let recording = Recording::begin("close", folder, &mut ignore)?;
        let timeout = CLOSE_TIMEOUT * self.patience;
        self.carry_out("close", timeout, recording, &mut ())
    }

    fn carry_out(
        &mut self,
        request: &str,
        timeout: Duration,
        mut recording: Recording<'_>,
        answers: &mut dyn Answers,
    ) -> Result<Outcome> {
        let deadline = recording.start() + timeout;
        let mut broken_off = None;
        self.send(request)?;
        while broken_off.is_none() && !recording.is_over() {
            match self.next(deadline)? {
                Next::Event(Event::Kernel(line)) => recording.kernel_line(&line)?,
                Next::Event(Event::Output(line)) => recording.output_line(&line)?,
                Next::Event(Event::Control(line)) => self.serve(&line, &mut recording, answers)?,
                Next::DeadlinePassed => broken_off = Some(Failure::TimedOut(timeout)),
                Next::GuestEnded => broken_off = Some(Failure::GuestEnded),
            }
        }
        Ok(recording.judge(broken_off))
    }

    /// Does what the agent or a scenario asks for.
    fn serve(
        &mut self,
        line: &str,
        recording: &mut Recording<'_>,
        answers: &mut dyn Answers,
    ) -> Result<()> {
        tracing::debug!(line, "guest");
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let answer = match verb {
            "plug" => self.modems.plug(rest).map(|port| port.to_string()),
            "unplug" => {
                if let Some((port, message)) = self.modems.crashed() {
                    recording.modem_crashed(port, message);
                }
                self.modems.unplug(rest).map(|()| String::new())
            }
            "fact" => {
                let (key, value) = rest.split_once(' ').unwrap_or((rest, ""));
                recording.fact(key, value);
                return Ok(());
            }
            "card" => self.modems.stand_at_card(rest).map(|()| String::new()),
            _ => match answers.answer(verb, rest) {
                Some(answer) => answer,
                None => return self.send(&format!("error the host knows no request {verb}")),
            },
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
