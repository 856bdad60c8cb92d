// SPDX-License-Identifier: GPL-2.0-only
//! The virtual modems of one guest: a process for each that is plugged in.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::children::{Child, Children};
use crate::error::{Error, Result};
use crate::qemu::{card_socket, redir_socket, MODEM_PORTS};

/// Modems by USB port.
pub struct Modems {
    program: PathBuf,
    folder: PathBuf,
    children: Children,
    ports: [Option<Child>; MODEM_PORTS],
    card: Option<Child>,
}

impl Modems {
    /// No modem yet. `folder` is the guest's, which has the sockets and gets the logs.
    pub fn new(program: &Path, folder: &Path, children: &Children) -> Self {
        Self {
            program: program.to_owned(),
            folder: folder.to_owned(),
            children: children.clone(),
            ports: Default::default(),
            card: None,
        }
    }

    /// Plugs a modem into the first free port and returns the port's number. Its log is `modem-PORT.log`, and the next one of its
    /// model in that port has the firmware that it had. `what` is a profile, and after it, each after a blank, further options of
    /// the modem.
    pub fn plug(&mut self, what: &str) -> Result<usize> {
        let (profile, options) = what.split_once(' ').unwrap_or((what, ""));
        self.check_profile(profile)?;
        let free = self.ports.iter().position(Option::is_none);
        let index = free.ok_or(Error::NoFreePort)?;
        let port = index + 1;
        let messages = self.folder.join(format!("modem-{port}.messages"));
        let messages = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&messages)
            .map_err(Error::file(&messages))?;
        let child = self.children.spawn(
            Command::new(&self.program)
                .arg("--connect")
                .arg(redir_socket(&self.folder, port))
                .args(["--profile", profile])
                .args(options.split_whitespace())
                .args(["--unit", &index.to_string()])
                .arg("--log")
                .arg(self.log(port))
                .arg("--flash")
                .arg(self.folder.join(format!("modem-{port}.flash")))
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(messages),
        )?;
        self.ports[index] = Some(child);
        Ok(port)
    }

    /// Puts the network that modems have behind them behind the guest's network card, with these options of the modem's program.
    pub fn stand_at_card(&mut self, options: &str) -> Result<()> {
        let messages = self.folder.join("card.messages");
        let messages = File::create(&messages).map_err(Error::file(&messages))?;
        self.card = Some(
            self.children.spawn(
                Command::new(&self.program)
                    .arg("--ethernet")
                    .arg(card_socket(&self.folder))
                    .args(options.split_whitespace())
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(messages),
            )?,
        );
        Ok(())
    }

    /// Pulls the modem out of a port (`1`...) or of each (`all`).
    pub fn unplug(&mut self, which: &str) -> Result<()> {
        if which == "all" {
            self.ports.iter_mut().for_each(|port| drop(port.take()));
            return Ok(());
        }
        let no_modem = || Error::NoModem(which.to_owned());
        let port: usize = which.parse().map_err(|_| no_modem())?;
        let slot = self
            .ports
            .get_mut(port.wrapping_sub(1))
            .ok_or_else(no_modem)?;
        slot.take().map(drop).ok_or_else(no_modem)
    }

    /// A modem that ended before it was unplugged: its port and last message.
    pub fn crashed(&self) -> Option<(usize, String)> {
        let ended = |child: &Child| matches!(child.try_wait(), Ok(Some(_)) | Err(_));
        let index = self
            .ports
            .iter()
            .position(|port| port.as_ref().is_some_and(ended))?;
        let port = index + 1;
        let message = File::open(self.folder.join(format!("modem-{port}.messages")))
            .ok()
            .and_then(|file| {
                BufReader::new(file)
                    .lines()
                    .map_while(|line| line.ok())
                    .last()
            });
        Some((port, message.unwrap_or_default()))
    }

    /// Moves the logs so far, and what modems have kept, to another folder.
    pub fn move_logs(&self, to: &Path) -> Result<()> {
        for port in 1..=MODEM_PORTS {
            for ending in ["log", "messages", "flash"] {
                let name = format!("modem-{port}.{ending}");
                let from = self.folder.join(&name);
                if from.exists() {
                    fs::rename(&from, to.join(&name)).map_err(Error::file(&from))?;
                }
            }
        }
        Ok(())
    }

    fn log(&self, port: usize) -> PathBuf {
        self.folder.join(format!("modem-{port}.log"))
    }

    /// Errors if the modem has no such profile.
    pub fn check_profile(&self, name: &str) -> Result<()> {
        let output = Command::new(&self.program)
            .arg("--list-profiles")
            .output()
            .map_err(|source| Error::Start {
                program: self.program.display().to_string(),
                source,
            })?;
        let known = String::from_utf8_lossy(&output.stdout);
        let mut names = known
            .lines()
            .skip(1) // the heading
            .filter_map(|line| line.split_whitespace().next());
        if names.clone().any(|known| known == name) || Path::new(name).is_file() {
            return Ok(());
        }
        Err(Error::NoProfile {
            name: name.to_owned(),
            known: names.by_ref().collect::<Vec<_>>().join(" "),
        })
    }
}
