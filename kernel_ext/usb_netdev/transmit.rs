// SPDX-License-Identifier: GPL-2.0-only

//! Transmission: transfers that are filled, submitted and completed.

use super::{
    ring::{
        Fault,
        RingState,
        TransmitSet,
        TxTransfer, //
    },
    Device,
    Driver, //
};
use crate::kernel_ext::{
    compat::ENOBUFS,
    net::netdevice::{
        NetDevice,
        NetError, //
    }, //
};
use core::ffi::c_void;
use kernel::{
    prelude::*,
    sync::{
        atomic::{
            Full,
            Relaxed, //
        },
        rcu, //
    }, //
};

/// Transfers of the ring.
pub(super) const TRANSFERS: usize = 128;

/// The most segments that a packet may have for the driver to segment it.
pub(crate) const MAX_SEGMENTS: u32 = 48;

/// While fewer transfers are idle the queues are stopped: a packet may need as many.
const RESERVE: usize = MAX_SEGMENTS as usize + 1;

/// Sends transfers of a device. It exists under RCU.
pub(crate) struct Sender<'a, T: Driver> {
    dev: &'a Device<T>,
    rcu: &'a rcu::Guard,
}

impl<'a, T: Driver> Sender<'a, T> {
    /// A transfer to fill. `ENOBUFS` if there is none. Does not sleep.
    pub(crate) fn take(&self) -> Result<TxTransfer<'a>> {
        TxTransfer::take(&self.dev.private().ring, self.rcu).ok_or(ENOBUFS)
    }

    /// The transfer that waits for more packets, if there is one. Does not sleep.
    pub(crate) fn take_pending(&self) -> Option<TxTransfer<'a>> {
        TxTransfer::take_pending(&self.dev.private().ring, self.rcu)
    }

    /// Sends the transfer that waits for more packets, and returns whether there was one. Does not
    /// sleep.
    pub(crate) fn submit_pending(&self) -> bool {
        self.dev.private().ring.submit_pending(self.dev)
    }

    /// Sends a transfer. Does not sleep.
    pub(crate) fn submit(&self, transfer: TxTransfer<'_>) -> Result {
        transfer.submit(self.dev)
    }

    /// Holds a transfer back for more packets, `usecs` microseconds at most since the first one, or
    /// until nothing else is in flight. Does not sleep.
    pub(crate) fn hold(&self, transfer: TxTransfer<'_>, usecs: u32) -> Result {
        if transfer.hold(self.dev)? {
            self.dev.start_timer(usecs);
        }
        Ok(())
    }
}

impl<T: Driver> Device<T> {
    /// Calls `send` with a sender. Bottom halves are off.
    pub(crate) fn with_sender<R>(&self, send: impl FnOnce(&Sender<'_, T>) -> R) -> R {
        let rcu = rcu::read_lock();

        send(&Sender {
            dev: self,
            rcu: &rcu,
        })
    }

    /// Stops the network device's queue if the ring has not enough transfers for another packet.
    pub(super) fn stop_if_busy(&self) {
        let ring = &self.private().ring;

        if ring.has_fewer_than(RESERVE) {
            let queue = self.net().queue();

            queue.stop();
            // A poll may just have processed a completion.
            if self.can_take(ring.state()) {
                queue.wake();
            }
        }
    }

    /// Reserves `transfers` for a packet of `upper`, a device above. If the ring has not as many
    /// that nobody else has reserved, or the limits of the network device are exceeded, it stops
    /// the queue of `upper`, and returns `false`.
    pub(super) fn reserve_for_upper(&self, upper: &NetDevice, transfers: usize) -> bool {
        let reserved = &self.private().reserved;
        let all = reserved
            .fetch_add(transfers, Full)
            .saturating_add(transfers);

        if !self.private().ring.has_fewer_than(all) && !self.net().queue().is_stopped() {
            return true;
        }
        reserved.fetch_add(transfers.wrapping_neg(), Full);
        self.stop_upper(upper);
        false
    }

    /// Returns what was reserved: the packet has its transfers. Stops the queue of `upper` if that
    /// may not send another one.
    pub(super) fn release_for_upper(&self, upper: &NetDevice, transfers: usize) {
        self.private()
            .reserved
            .fetch_add(transfers.wrapping_neg(), Full);

        if self.private().ring.has_fewer_than(RESERVE) || self.net().queue().is_stopped() {
            self.stop_upper(upper);
        } else {
            // Others were stopped for what was reserved.
            self.wake_uppers();
        }
    }

    fn stop_upper(&self, upper: &NetDevice) {
        upper.queue().stop();
        self.private().stopped_uppers.xchg(true, Full);
        // A poll may just have processed a completion, or another sender be done.
        let available = self.private().ring.state().available;
        let needed = self
            .private()
            .reserved
            .load(Relaxed)
            .saturating_add(RESERVE);
        if available >= needed && !self.net().queue().is_stopped() {
            self.wake_uppers();
        }
    }

    /// Whether the ring can take another packet, and send it.
    fn can_take(&self, state: RingState) -> bool {
        state.available >= RESERVE && state.fault.is_none() && !self.is_suspended()
    }

    fn wake_uppers(&self) {
        if self.private().stopped_uppers.load(Relaxed)
            && self.private().stopped_uppers.xchg(false, Full)
        {
            self.uppers().wake(&rcu::read_lock());
        }
    }

    /// Wakes all transmit queues, if the ring has enough transfers.
    pub(super) fn wake_senders(&self) {
        self.wake_senders_if(self.private().ring.state());
    }

    fn wake_senders_if(&self, state: RingState) {
        if !self.can_take(state) {
            return;
        }
        let queue = self.net().queue();
        queue.wake();
        if !queue.is_stopped() {
            self.wake_uppers();
        }
    }

    /// Processes the transfers that have completed, in the poll of the device.
    ///
    /// # Safety
    ///
    /// The link must be up, and bottom halves be off.
    pub(super) unsafe fn complete_transmits(&self, set: &mut TransmitSet) {
        let state = self.private().ring.complete(set, self, |status| {
            match status.result {
                // SAFETY: by the requirement of the function the link is up, hence the device
                // registered, and bottom halves are off.
                Ok(()) => unsafe { self.net().count_sent(1, status.bytes as u64) },
                Err(_) => self.net().count_error(NetError::Transmit),
            }
        });

        let Some(state) = state else {
            return;
        };
        match state.fault {
            None => self.wake_senders_if(state),
            Some(Fault::Halt) => self.recover_from_halt(),
            Some(Fault::Throttle | Fault::Gone) => self.throttle(),
        }
    }
}

/// # Safety
///
/// To be called by a bound device's timer only, with its network device.
pub(super) unsafe fn timer_callback<T: Driver>(net: *mut c_void) {
    // SAFETY: by the requirement of the function this is a device of `T`, whose private part is not
    // dropped before this has returned.
    let dev = unsafe { Device::<T>::from_raw(net.cast()) };

    dev.with_sender(|sender| T::timer_expired(dev, sender));
}
