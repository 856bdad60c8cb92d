// SPDX-License-Identifier: GPL-2.0-only
//! Child processes that never outlive this program.

use std::io;
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use shared_child::unix::SharedChildExt;
use shared_child::SharedChild;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::error::{Error, Result};

/// How long a process may take to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(5);

/// All running children. A signal to this program ends them, and so
/// what waits for them.
#[derive(Clone, Default)]
pub struct Children {
    running: Arc<Mutex<Vec<Arc<SharedChild>>>>,
    interrupted: Arc<AtomicBool>,
}

impl Children {
    /// An empty set, emptied again by SIGINT, SIGTERM and SIGHUP.
    pub fn ended_by_signals() -> Result<Self> {
        let children = Self::default();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let handle = children.clone();
        thread::spawn(move || {
            for _ in signals.forever() {
                handle.interrupt();
            }
        });
        Ok(children)
    }

    /// Whether a signal asked this program to stop.
    pub fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }

    /// Starts a process.
    pub fn spawn(&self, command: &mut Command) -> Result<Child> {
        let mut running = self.lock();
        // Under the lock: a signal either sees the new child or is seen here.
        if self.interrupted() {
            return Err(Error::Interrupted);
        }
        let process = SharedChild::spawn(command).map_err(|source| Error::Start {
            program: command.get_program().to_string_lossy().into_owned(),
            source,
        })?;
        let process = Arc::new(process);
        running.push(Arc::clone(&process));
        Ok(Child {
            process,
            children: self.clone(),
        })
    }

    fn interrupt(&self) {
        let running = self.lock();
        self.interrupted.store(true, Ordering::SeqCst);
        for process in running.iter() {
            // One that has ended already needs no signal.
            let _ = process.send_signal(SIGTERM);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<SharedChild>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running process; dropping it ends it.
pub struct Child {
    process: Arc<SharedChild>,
    children: Children,
}

impl Child {
    /// Waits until the process ends by itself.
    pub fn wait(&self) -> io::Result<ExitStatus> {
        self.process.wait()
    }

    /// The exit status, if the process has ended.
    pub fn try_wait(&self) -> io::Result<Option<ExitStatus>> {
        self.process.try_wait()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Errors here mean that it is gone, which is what is wanted.
        let _ = self.process.send_signal(SIGTERM);
        if !matches!(self.process.wait_timeout(GRACE), Ok(Some(_))) {
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
        self.children
            .lock()
            .retain(|other| !Arc::ptr_eq(other, &self.process));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn dropping_ends_the_process() {
        let start = Instant::now();
        let child = Children::default()
            .spawn(Command::new("sleep").arg("100"))
            .unwrap();
        drop(child);
        assert!(start.elapsed() < GRACE);
    }

    #[test]
    fn interrupting_ends_all_and_starts_no_more() {
        let children = Children::default();
        let child = children.spawn(Command::new("sleep").arg("100")).unwrap();
        children.interrupt();
        assert!(!child.wait().unwrap().success());
        assert!(matches!(
            children.spawn(&mut Command::new("true")),
            Err(Error::Interrupted)
        ));
    }
}
