// SPDX-License-Identifier: GPL-2.0-only

//! What is done about faults: halted endpoints, errors of the bus, a queue that stands still.
//!
//! A halt is cleared in process context. After errors of the bus nothing is submitted for a while:
//! they come in floods when a device is unplugged, until the hub reports it.

use super::{
    link,
    poll::DataPath,
    ring::Fault,
    Device,
    Driver, //
};
use crate::kernel_ext::{
    bindings,
    compat::ESHUTDOWN,
    usb::bulk::Pipe, //
};
use core::ffi::c_void;
use kernel::{
    ffi,
    prelude::*,
    sync::atomic::{
        Atomic,
        Full,
        Relaxed, //
    },
    time::Delta, //
};

/// How long nothing is submitted after errors.
const THROTTLE: Delta = Delta::from_millis(125);

/// Tasks: clear a halted endpoint; restart transmission, after the watchdog; end the throttle.
const CLEAR_HALT: u32 = 1 << 0;
const RESTART_TRANSMIT: u32 = 1 << 1;
const END_THROTTLE: u32 = 1 << 2;

/// Not a task: the throttle's timer runs.
const THROTTLED: u32 = 1 << 3;

/// Adds `task`, and returns whether it was not there yet.
fn add_task(tasks: &Atomic<u32>, task: u32) -> bool {
    let mut now = tasks.load(Relaxed);

    while let Err(other) = tasks.cmpxchg(now, now | task, Full) {
        now = other;
    }
    now & task == 0
}

fn take_task(tasks: &Atomic<u32>, task: u32) -> bool {
    let mut now = tasks.load(Relaxed);

    while now & task != 0 {
        match tasks.cmpxchg(now, now & !task, Full) {
            Ok(_) => return true,
            Err(other) => now = other,
        }
    }
    false
}

impl<T: Driver> Device<T> {
    /// Queues the work that clears halted endpoints. Called in any context.
    pub(super) fn recover_from_halt(&self) {
        add_task(&self.private().tasks, CLEAR_HALT);
        self.private().work.queue();
    }

    /// Queues the work that ends what is in flight to the device: nothing completes. Called in any
    /// context.
    pub(super) fn restart_transmit(&self) {
        add_task(&self.private().tasks, RESTART_TRANSMIT);
        self.private().work.queue();
    }

    /// Starts the throttle: transfers are submitted again when it expires. Called in any context.
    pub(super) fn throttle(&self) {
        // A throttle that runs is not restarted.
        if add_task(&self.private().tasks, THROTTLED) {
            self.private().throttle.start(THROTTLE);
        }
    }

    /// Cancels all recovery: the link is down. Sleeps.
    pub(super) fn end_recovery(&self) {
        self.private().work.cancel();
        self.private().throttle.stop();
        self.private().tasks.store(0, Relaxed);
    }

    /// Submits transfers again, if the throttle has expired. For polls.
    pub(super) fn clear_throttle(&self, data: &mut DataPath) {
        if self.is_suspended() || !take_task(&self.private().tasks, END_THROTTLE) {
            return;
        }
        if let Some(ring) = &mut data.receive {
            if ring.fault() == Some(Fault::Throttle) {
                ring.clear_fault();
            }
        }
        if self.private().ring.fault() == Some(Fault::Throttle) {
            self.private().ring.clear_fault();
            self.wake_senders();
        }
    }

    fn recover(&self) {
        let private = self.private();
        // If this fails the device is gone, or will be resumed, which starts over.
        let Ok(_autopm) = private.interface.autopm_get() else {
            return;
        };
        let halt = take_task(&private.tasks, CLEAR_HALT);
        let restart = take_task(&private.tasks, RESTART_TRANSMIT);

        if halt {
            self.recover_receive();
        }
        if halt || restart {
            self.recover_transmit(restart);
        }
        // A poll completes the transfers that were ended.
    }

    // A device may take five seconds to answer that a halt is cleared. NAPI is not paused
    // meanwhile: what pauses it holds RTNL. The fault keeps the ring, or the one in its place, from
    // submitting.

    fn recover_receive(&self) {
        let napi = &self.private().napi;
        let pipe = match &napi.pause().receive {
            Some(ring) if ring.fault() == Some(Fault::Halt) => {
                ring.stop();
                ring.pipe().clone()
            }
            _ => return,
        };

        let is_cleared = self.clear_halt(&pipe, "rx", bindings::NETIF_MSG_RX_ERR_BIT);
        let mut data = napi.pause();
        let Some(ring) = &mut data.receive else {
            return;
        };
        if ring.fault() != Some(Fault::Halt) {
            // It was suspended meanwhile.
            return;
        }
        if !is_cleared {
            ring.set_fault(Fault::Throttle);
        } else if ring.end_halt() {
            ring.refill();
        } else {
            self.throttle();
        }
    }

    fn recover_transmit(&self, restart: bool) {
        let private = self.private();
        let ring = &private.ring;
        let is_halted = ring.fault() == Some(Fault::Halt);
        if !is_halted && !restart {
            return;
        }

        if let Some(set) = &private.napi.pause().transmit {
            set.kill();
        }
        if is_halted {
            let is_cleared = self.clear_halt(ring.pipe(), "tx", bindings::NETIF_MSG_TX_ERR_BIT);

            match ring.fault() {
                Some(Fault::Halt) if is_cleared => ring.clear_fault(),
                Some(Fault::Halt) => ring.set_fault(Fault::Throttle),
                // It was suspended meanwhile.
                _ => (),
            }
        }
        self.wake_senders();
    }

    /// Clears a halt, and returns whether that succeeded; if not, it is tried again after the
    /// throttle.
    fn clear_halt(&self, pipe: &Pipe, name: &str, message: ffi::c_uint) -> bool {
        match pipe.clear_halt() {
            Ok(()) | Err(EPIPE | ESHUTDOWN) => true,
            Err(err) => {
                if self.netif_msg(message) {
                    self.net().error(fmt!(
                        "can't clear {} halt, status {}\n",
                        name,
                        err.to_errno()
                    ));
                }
                self.throttle();
                false
            }
        }
    }

    /// The device is about to be suspended, of its own (`can_wait`) or with the system: ends all
    /// transfers. `EBUSY` if something is in flight and the suspend can wait. Sleeps.
    pub(super) fn suspend_path(&self, can_wait: bool) -> Result {
        let private = self.private();

        private.ring.suspend(can_wait)?;
        if !can_wait {
            // When it expired the pending transfer would be dropped, because nothing can be sent
            // now.
            private.timer.stop();
        }
        let mut data = private.napi.pause();
        if let Some(ring) = &mut data.receive {
            ring.set_fault(Fault::Gone);
            ring.stop();
        }
        if let Some(set) = &data.transmit {
            set.kill();
        }
        // A poll processes what has arrived, and what was ended.
        Ok(())
    }

    /// The device is resumed, or was not suspended after all. Sleeps.
    pub(super) fn resume_path(&self) {
        let private = self.private();
        let mut data = private.napi.pause();

        if let Some(ring) = &mut data.receive {
            ring.clear_fault();
        }
        link::refill(&mut data);
        private.ring.clear_fault();
        private.ring.resume(self);
        if data.transmit.is_some() {
            self.wake_senders();
        }
    }
}

/// # Safety
///
/// To be called by a bound device's timer only, with its network device.
pub(super) unsafe fn throttle_callback<T: Driver>(net: *mut c_void) {
    // SAFETY: by the requirement of the function this is a device of `T`, whose private part is not
    // dropped before this has returned.
    let dev = unsafe { Device::<T>::from_raw(net.cast()) };

    take_task(&dev.private().tasks, THROTTLED);
    add_task(&dev.private().tasks, END_THROTTLE);
    dev.private().napi.schedule();
}

/// # Safety
///
/// To be called by a bound device's work item only, with its network device.
pub(super) unsafe fn work_callback<T: Driver>(net: *mut c_void) {
    // SAFETY: by the requirement of the function this is a device of `T`, whose private part is not
    // dropped before this has returned.
    unsafe { Device::<T>::from_raw(net.cast()) }.recover();
}
