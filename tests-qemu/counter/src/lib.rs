// SPDX-License-Identifier: GPL-2.0-only
//! A plugin for QEMU that counts the instructions that a guest executes, by address.
//!
//!     qemu-system-x86_64 -plugin libqemu_counter.so,socket=PATH
//!
//! It listens on the socket. Each line that comes there is answered by a line `ADDRESS COUNT` for each translated block of
//! the kernel that was executed so far (address in hexadecimal, instructions in decimal), a line `user COUNT` for all of user
//! space, and a line `.`.
//!
//! A block that is left early, by a fault or for a device's register, counts whole. There is one CPU.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use qemu_plugin::install::{Args, Info, Value};
use qemu_plugin::plugin::{HasCallbacks, Plugin, Register, PLUGIN};
use qemu_plugin::{PluginId, TranslationBlock};

/// The upper half of the address space is the kernel's.
const KERNEL: u64 = 1 << 63;

/// Instructions executed in a block.
type Count = Arc<AtomicU64>;

/// The counts of all blocks.
#[derive(Clone, Default)]
struct Counts {
    user: Count,
    kernel: Arc<Mutex<BTreeMap<u64, Count>>>,
}

impl Counts {
    /// The count for a block that begins at this address.
    fn at(&self, address: u64) -> Count {
        if address < KERNEL {
            return Arc::clone(&self.user);
        }
        let mut kernel = self.kernel.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kernel.entry(address).or_default())
    }

    fn print(&self, out: impl Write) -> std::io::Result<()> {
        let mut out = BufWriter::new(out);
        let kernel = self.kernel.lock().unwrap_or_else(PoisonError::into_inner);
        for (address, count) in kernel.iter() {
            let count = count.load(Ordering::Relaxed);
            if count > 0 {
                writeln!(out, "{address:x} {count}")?;
            }
        }
        writeln!(out, "user {}", self.user.load(Ordering::Relaxed))?;
        writeln!(out, ".")?;
        out.flush()
    }

    /// Answers until the asker goes.
    fn answer(&self, stream: UnixStream) -> std::io::Result<()> {
        for line in BufReader::new(stream.try_clone()?).lines() {
            line?;
            self.print(&stream)?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Counter {
    counts: Counts,
}

impl Register for Counter {
    fn register(&mut self, _: PluginId, args: &Args, _: &Info) -> Result<()> {
        let Some(Value::String(path)) = args.parsed.get("socket") else {
            anyhow::bail!("the counter needs socket=PATH");
        };
        let listener = UnixListener::bind(path).with_context(|| path.clone())?;
        let counts = self.counts.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(|stream| stream.ok()) {
                // The client that asked has gone: the next may ask.
                let _ = counts.answer(stream);
            }
        });
        Ok(())
    }
}

impl HasCallbacks for Counter {
    fn on_translation_block_translate(
        &mut self,
        _: PluginId,
        block: TranslationBlock,
    ) -> Result<()> {
        let count = self.counts.at(block.vaddr());
        let length = block.size() as u64;
        block.register_execute_callback(move |_| {
            // Only the one CPU writes: no need for a locked instruction.
            let sum = count.load(Ordering::Relaxed) + length;
            count.store(sum, Ordering::Relaxed);
        });
        Ok(())
    }
}

impl Plugin for Counter {}

#[ctor::ctor]
fn announce() {
    // The first and only one.
    let _ = PLUGIN.set(Mutex::new(Box::new(Counter::default())));
}
