// SPDX-License-Identifier: GPL-2.0-only

//! Bringing the link up and down, and the size of receive buffers.

use super::{
    poll::DataPath,
    ring::ReceiveRing,
    transmit::TRANSFERS,
    Device,
    Driver,
    Layout, //
};
use crate::kernel_ext::{
    bindings,
    net::{
        rtnl::Rtnl,
        skbuff::{
            buffer_len,
            HEADROOM, //
        }, //
    },
    page::Pool, //
};
use kernel::{
    prelude::*,
    sync::atomic::Relaxed, //
};

/// Memory that transfers in flight may have, in bytes: at high speed as with usbnet, from super
/// speed on ten aggregates of 16 KiB, as many as r8152 has. Under a flood each packet waits behind
/// all of it.
const HIGH_SPEED_MEMORY: usize = 60 * 1518;
const SUPER_SPEED_MEMORY: usize = 10 * 16384;

/// How many transfers are in flight at least, and at most.
const MIN_TRANSFERS: usize = 4;
const MAX_TRANSFERS: usize = 128;

/// Bytes of a page that several buffers of one packet are taken from.
const PACKET_PAGE: usize = 32768;

/// The largest receive buffer, in bytes.
pub(super) const MAX_RECEIVE: u32 = 65536;

/// The geometry of the receive ring.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct RingGeometry {
    pub(super) layout: Layout,
    /// Where a transfer begins in its buffer, in bytes.
    headroom: usize,
    /// The longest transfer, in bytes: a multiple of the packet size.
    pub(super) len: u32,
    /// Transfers in flight.
    pub(super) count: usize,
}

impl<T: Driver> Device<T> {
    /// The geometry of the receive ring, by the current settings. RTNL protects what it depends on.
    pub(super) fn geometry(&self) -> RingGeometry {
        let layout = T::layout(self);
        let net = self.net();
        let header = net.hard_header_len();
        let by_mtu = net.mtu().saturating_add(header);
        let wanted = match self.private().receive_len.load(Relaxed) {
            0 => by_mtu,
            set => set,
        };
        let packet = u32::from(self.private().receive_pipe.max_packet());
        // A transfer that is larger than its buffer is an error, unless the buffer is a multiple of
        // the packet size.
        let len = wanted
            .max(T::MIN_RECEIVE)
            .min(MAX_RECEIVE)
            .checked_next_multiple_of(packet)
            .unwrap_or(MAX_RECEIVE);
        let memory = if self.private().interface.device().is_super_speed() {
            SUPER_SPEED_MEMORY
        } else {
            HIGH_SPEED_MEMORY
        };

        RingGeometry {
            layout,
            headroom: match layout {
                Layout::Aggregate => 0,
                Layout::Packet if header > 0 => HEADROOM + bindings::NET_IP_ALIGN as usize,
                Layout::Packet => HEADROOM,
            },
            len,
            count: memory
                .checked_div(len as usize)
                .unwrap_or(MIN_TRANSFERS)
                .clamp(MIN_TRANSFERS, MAX_TRANSFERS),
        }
    }

    fn new_receive_ring(&self, geometry: RingGeometry) -> Result<ReceiveRing> {
        let len = geometry.len as usize;
        let (chunk, page) = match geometry.layout {
            Layout::Aggregate => {
                let chunk = len.checked_next_power_of_two().ok_or(EINVAL)?;

                (chunk, chunk)
            }
            Layout::Packet => {
                let used = geometry
                    .headroom
                    .saturating_sub(HEADROOM)
                    .saturating_add(len);

                (buffer_len(used), PACKET_PAGE)
            }
        };
        // Twice as many as are in flight, so that packets may keep some in use.
        let pool = Pool::new(chunk, page, geometry.count.saturating_mul(2))?;
        let pipe = self.private().receive_pipe.clone();
        // SAFETY: the ring, which is what uses this, is part of what the NAPI context works on, and
        // is removed when the link goes down, before the context is dropped.
        let napi = unsafe { self.private().napi.scheduler() };

        // SAFETY: what the ring returns is in `DataPath::current` at most, which is dropped when
        // the ring is removed.
        unsafe {
            ReceiveRing::new(
                pipe,
                napi,
                geometry.count,
                pool,
                geometry.headroom,
                geometry.len,
            )
        }
    }

    /// Brings the link up. Sleeps.
    pub(super) fn open(&self, rtnl: &Rtnl) -> Result {
        let private = self.private();
        let _autopm = private.interface.autopm_get()?;

        let geometry = self.geometry();
        let receive = self.new_receive_ring(geometry)?;
        // SAFETY: the set, which is what uses this, is part of what the NAPI context works on, and
        // is closed when the link goes down, before the context is dropped.
        let napi = unsafe { private.napi.scheduler() };
        // SAFETY: the set is used in polls of this device, with this ring, and is closed when the
        // link goes down.
        let transmit = unsafe { private.ring.open(TRANSFERS, napi, self) }?;
        {
            let mut data = private.napi.pause();

            data.geometry = Some(geometry);
            data.receive = Some(receive);
            data.transmit = Some(transmit);
            if !self.is_suspended() {
                refill(&mut data);
            }
            data.set_enabled(true);
        }
        self.net().queue().wake();
        // Upper devices may have been stopped while the link went down.
        self.wake_senders();
        self.uppers().set_carrier(true, rtnl);
        if self.netif_msg(bindings::NETIF_MSG_IFUP_BIT) {
            self.net().info(fmt!(
                "open: enable queueing (rx {}, tx {}) mtu {}\n",
                geometry.count,
                TRANSFERS,
                self.net().mtu()
            ));
        }
        T::manage_power(self, true);
        Ok(())
    }

    /// Takes the link down. Sleeps.
    pub(super) fn close(&self, rtnl: &Rtnl) {
        let private = self.private();

        self.net().queue().stop();
        self.uppers().set_carrier(false, rtnl);
        // So that the device is not resumed or suspended meanwhile. An error means that it is gone.
        let autopm = private.interface.autopm_get();
        {
            let mut data = private.napi.pause();

            data.set_enabled(false);
            data.remove_receive_ring();
            data.clear_heads();
            if let Some(set) = data.transmit.take() {
                private.ring.close(set, self);
            }
        }
        self.end_recovery();
        private.timer.stop();
        drop(autopm);
        T::manage_power(self, false);
    }

    /// Replaces the receive ring, if the link is up and its geometry changes. What is in flight
    /// stays with the device. On error it stays as it was. Sleeps; RTNL must be held.
    pub(crate) fn update_buffers(&self, _rtnl: &Rtnl) -> Result {
        self.update_receive_ring()
    }

    pub(super) fn update_receive_ring(&self) -> Result {
        let private = self.private();
        let geometry = self.geometry();
        let now = private.napi.pause().geometry;
        if now.is_none_or(|now| now == geometry) {
            return Ok(());
        }

        let mut new = self.new_receive_ring(geometry)?;
        let mut data = private.napi.pause();
        // A halted endpoint stays halted, and a device that is suspended stays so.
        if let Some(fault) = data.receive.as_ref().and_then(ReceiveRing::fault) {
            new.set_fault(fault);
        }
        data.remove_receive_ring();
        data.geometry = Some(geometry);
        data.receive = Some(new);
        if !self.is_suspended() {
            refill(&mut data);
        }
        Ok(())
    }

    /// Changes the MTU, to `mtu` bytes. `EDOM` if a frame of that size would be a multiple of the
    /// packet size: programs expect that of drivers of such devices. Sleeps.
    pub(super) fn change_mtu(&self, mtu: u32, rtnl: &Rtnl) -> Result {
        let frame = mtu.saturating_add(self.net().hard_header_len());
        let packet = u32::from(self.private().ring.pipe().max_packet());

        if frame.checked_rem(packet) == Some(0) {
            return Err(EDOM);
        }
        let before = self.net().mtu();
        self.net().set_mtu(mtu, rtnl);
        self.update_receive_ring()
            .inspect_err(|_| self.net().set_mtu(before, rtnl))
    }
}

/// Submits idle transfers.
pub(super) fn refill(data: &mut DataPath) {
    if let Some(ring) = &mut data.receive {
        ring.refill();
    }
}
