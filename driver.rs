// SPDX-License-Identifier: GPL-2.0-only

//! The driver's policy: which interfaces it takes, how it sets them up, what user space may change.

#![forbid(unsafe_code)]

use crate::{
    cdc_wdm_glue::ControlChannel,
    kernel_ext::{
        cdc::{
            DataTerminalReady,
            Descriptors, //
        },
        compat::{
            EADDRNOTAVAIL,
            EPROTO, //
        },
        kstrtox::kstrtou8,
        skbuff::{
            OwnedSkb,
            SkBuff, //
        },
        sysfs,
        usb::{
            DeviceId,
            Interface,
            CLASS_VENDOR_SPEC, //
        },
        usb_netdev::{
            self,
            Binding,
            Delivery,
            Device,
            DriverInfo,
            Layout,
            Probed,
            Received,
            Sender,
            Starting, //
        }, //
    },
    module_parameters,
    mux::{
        self,
        Mux, //
    },
    qmap::{
        self,
        MuxId,
        Version, //
    },
    rawip::{
        self,
        EthAddr,
        Frame,
        IpVersion,
        ETH_P_MAP, //
    },
    statistics::{
        Counter,
        Statistics, //
    },
    uplink::{
        self,
        Framing,
        Uplink, //
    },
    usb_ids::Product, //
};
use kernel::{
    fmt::{
        self,
        Write as _, //
    },
    prelude::*,
    str::{
        kstrtobool_bytes,
        Formatter, //
    },
    sync::{
        aref::ARef,
        atomic::{
            Atomic,
            Relaxed, //
        }, //
    }, //
};

/// The smallest `wMaxSegmentSize` to believe, in bytes: less could not carry IPv6, whose smallest
/// MTU is 1280 bytes.
const MIN_SEGMENT_SIZE: u16 = 1280 + rawip::ETH_HLEN as u16;

/// The first `bcdUSB` of chipsets that forget their clients without DTR.
const BCD_USB_NEEDS_DTR: u16 = 0x0201;

/// What a kind of modem needs.
pub(crate) struct Quirks {
    dtr: bool,
}

/// Kinds of modems.
static KINDS: [DriverInfo<QmiWwan>; 2] = [
    DriverInfo::new(c"WWAN/QMI device", Quirks { dtr: false }),
    DriverInfo::new(c"WWAN/QMI device", Quirks { dtr: true }),
];

/// Which of them needs DTR; `scripts/compare-ids` knows it, too.
const NEEDS_DTR: usize = 1;

/// The entries of the id table for `products`.
pub(crate) const fn ids<const N: usize>(products: &[Product; N]) -> [DeviceId; N] {
    let mut ids = [products[0].id; N];
    let mut i = 0;

    while i < N {
        ids[i] = products[i].id;
        if products[i].needs_dtr {
            ids[i] = ids[i].with_info(NEEDS_DTR);
        }
        i += 1;
    }

    ids
}

/// The driver.
pub(crate) struct QmiWwan;

/// A bound modem. The fields are torn down in their order.
#[pin_data]
pub(crate) struct Modem {
    #[pin]
    control: ControlChannel,
    dtr: Option<DataTerminalReady>,
    /// The address that the modem says the host has; zeros if it says nothing.
    reported: EthAddr,
    /// User space has set the link layer to raw IP. Changes only while the link is down.
    raw_ip: Atomic<bool>,
    /// QMAP aggregates go to the network stack as they are, for another driver. Implies `raw_ip`.
    pass_through: Atomic<bool>,
    /// The flags that say which version of QMAP user space has negotiated.
    flags: Atomic<u32>,
    uplink: Uplink,
    statistics: Statistics,
}

/// Flags that `ethtool --set-priv-flags` knows, by their bits: versions of QMAP but the first.
const FLAGS: &[&CStr] = &[c"qmap-v4", c"qmap-v5"];
pub(crate) const FLAG_V4: u32 = 1 << 0;
pub(crate) const FLAG_V5: u32 = 1 << 1;

/// The flags to have, if there are those of `before` and user space sets those of `wanted`: one of
/// them or none, because a modem speaks one version at a time. That which was not set before wins.
pub(crate) fn choose_version(before: u32, wanted: u32) -> Result<u32> {
    let new = wanted & !before;

    match if new != 0 { new } else { wanted } {
        only @ (0 | FLAG_V4 | FLAG_V5) => Ok(only),
        _ => Err(EINVAL),
    }
}

impl uplink::Modem for Device<QmiWwan> {
    fn uplink(&self) -> &Uplink {
        &self.uplink
    }

    fn version(&self) -> Version {
        match self.flags.load(Relaxed) {
            FLAG_V4 => Version::V4,
            FLAG_V5 => Version::V5,
            _ => Version::V1,
        }
    }

    fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    fn send(&self, id: MuxId, skb: &OwnedSkb) -> Result<uplink::Sent> {
        self.with_sender(|sender| {
            uplink::send(sender, self, Framing::Qmap(self.version(), id), skb)
        })
    }

    fn start_timer(&self, usecs: u32) {
        self.start_timer(usecs);
    }
}

/// The shortest transfer to have room for: a full packet with a VLAN tag, and the headers of QMAP.
const MIN_RECEIVE: u32 = 1518 + qmap::Header::MAX_LEN as u32;

/// The data interface of the function that is being bound, if it is an interface of its own.
fn separate_data_interface(
    new: &Binding<'_, QmiWwan>,
    descriptors: &Descriptors,
) -> Option<ARef<Interface>> {
    let control = new.interface();
    let union = descriptors.union?;

    match new.sibling(union.data) {
        Some(data) if union.control == control.number() => {
            (data.number() != control.number()).then_some(data)
        }
        _ => {
            dev_err!(
                control.as_ref(),
                "ignoring bogus CDC Union: control {}, data {}\n",
                union.control,
                union.data
            );
            None
        }
    }
}

impl usb_netdev::Driver for QmiWwan {
    // libqmi, ModemManager, ofono and udev rules look for this name.
    const NAME: &'static CStr = c"qmi_wwan";
    const DEVICE_NAME: &'static CStr = c"wwan%d";
    const KINDS: &'static [DriverInfo<Self>] = &KINDS;
    const STATISTICS: &'static [&'static CStr] = Counter::NAMES;
    const FLAGS: &'static [&'static CStr] = FLAGS;
    const MIN_RECEIVE: u32 = MIN_RECEIVE;

    type Quirks = Quirks;
    type State = Modem;
    type Stacked = Mux<Device<Self>>;

    fn attributes() -> &'static sysfs::Group<Device<Self>> {
        // ModemManager decides by this file alone whether to make rmnet devices or mux devices, and
        // where there is no rmnet it has none.
        if module_parameters::pass_through.value() != 0 {
            &ATTRIBUTES
        } else {
            &ATTRIBUTES_WITHOUT_PASS_THROUGH
        }
    }

    fn accept(intf: &Probed<'_, Self>, id: &DeviceId) -> Result {
        // The same number can be another function in another configuration of the device.
        if id.matches_interface_number() && intf.class() != CLASS_VENDOR_SPEC {
            return Err(ENODEV);
        }

        // The Quectel EC20 has the ids of a Gobi 2000, whose QMI interface is 0; its own is 4.
        if intf.device().ids() == (0x05c6, 0x9215)
            && intf.num_interfaces() == 5
            && intf.number() == 0
        {
            return Err(ENODEV);
        }

        // DIAG has the same class as QMI, but no endpoint for notifications.
        if intf.num_endpoints() == 2 {
            return Err(ENODEV);
        }

        Ok(())
    }

    fn bind(new: &Binding<'_, Self>) -> Result<impl PinInit<Modem>> {
        let control: ARef<Interface> = new.interface().into();
        let descriptors = Descriptors::parse(control.extra());

        if let Some(ethernet) = descriptors.ethernet {
            if ethernet.max_segment_size >= MIN_SEGMENT_SIZE {
                new.set_max_frame(ethernet.max_segment_size);
            }
            if new.read_address(ethernet.mac_string).is_err() {
                dev_dbg!(control.as_ref(), "no address in the Ethernet descriptor\n");
            }
        }

        let data = separate_data_interface(new, &descriptors);
        if let Some(data) = &data {
            new.claim(data)?;
        }
        new.collect_endpoints(data.as_ref().unwrap_or(&control))?;

        let net = new.net();
        let reported = net.address();
        let address = if rawip::is_usable_address(reported) {
            reported
        } else {
            net.random_address()
        };
        net.set_address(rawip::distinguishable(address));

        let needs_dtr = new.quirks().dtr || control.device().bcd_usb() >= BCD_USB_NEEDS_DTR;
        let dtr = needs_dtr.then(|| DataTerminalReady::set(&control));

        Ok(pin_init!(Modem {
            control <- ControlChannel::new(control),
            dtr,
            reported,
            raw_ip: Atomic::new(false),
            pass_through: Atomic::new(false),
            flags: Atomic::new(0),
            uplink: Uplink::new(),
            statistics: Statistics::new(),
        }))
    }

    fn start(dev: &Starting<'_, Self>) -> Result {
        // To the firmware in question a disabled remote wakeup is the same as a cleared DTR: it
        // forgets its clients, which must survive as long as user space wants them.
        if dev.dtr.is_some() {
            dev.control.manage_power(true);
        }
        dev.control.open(dev)
    }

    fn manage_power(dev: &Device<Self>, on: bool) {
        dev.control.manage_power(on);
    }

    fn layout(dev: &Device<Self>) -> Layout {
        // While there are mux devices all is QMAP.
        if dev.speaks_qmap() {
            Layout::Aggregate
        } else {
            Layout::Packet
        }
    }

    fn receive_packet(dev: &Device<Self>, skb: &mut SkBuff) -> Result<Received> {
        if dev.pass_through.load(Relaxed) {
            skb.reset_mac_header();
            skb.set_protocol(ETH_P_MAP);
            return Ok(Received::Packet);
        }

        if dev.raw_ip.load(Relaxed) {
            let Some(version) = IpVersion::of(skb.data()) else {
                dev.statistics.count(Counter::RxDroppedNotIp, 1);
                return Err(EPROTO);
            };

            skb.reset_mac_header();
            skb.set_protocol(version.ether_type());
            return Ok(Received::Packet);
        }

        let own = dev.net().address();
        match Frame::of(skb.data()) {
            None => {
                dev.statistics.count(Counter::RxDroppedNotIp, 1);
                return Err(EPROTO);
            }
            Some(Frame::Bare(version)) => skb.push(&rawip::ethernet_header(own, version))?,
            Some(Frame::Ethernet(destination)) => {
                if destination == own || !dev.is_misaddressed(destination) {
                    return Ok(Received::Frame);
                }
                *skb.data_mut().first_chunk_mut().ok_or(EPROTO)? = own;
            }
        }
        dev.statistics.count(Counter::RxRepaired, 1);
        Ok(Received::Frame)
    }

    fn receive_aggregate(
        dev: &Device<Self>,
        aggregate: &[u8],
        delivery: &mut Delivery<'_, '_>,
    ) -> Result<usize> {
        // The last mux device may have gone, and there may be no memory for buffers of packets yet.
        if !dev.speaks_qmap() {
            return Err(EPROTO);
        }
        mux::receive(dev, dev.stacked(), aggregate, delivery)
    }

    fn transmit(dev: &Device<Self>, sender: &Sender<'_, Self>, skb: &OwnedSkb) -> Result {
        // The modem would take it for an aggregate.
        if dev.speaks_qmap() && skb.protocol() != ETH_P_MAP {
            return Err(EPROTO);
        }
        uplink::send(sender, dev, Framing::Bare, skb)?;
        Ok(())
    }

    fn timer_expired(dev: &Device<Self>, sender: &Sender<'_, Self>) {
        uplink::flush(sender, &dev.statistics);
    }

    fn statistics(dev: &Device<Self>) -> impl Iterator<Item = u64> + '_ {
        dev.statistics.values()
    }

    fn flags(dev: &Device<Self>) -> u32 {
        dev.flags.load(Relaxed)
    }

    fn set_flags(dev: &Device<Self>, flags: u32) -> Result {
        let flags = choose_version(dev.flags.load(Relaxed), flags)?;

        dev.flags.store(flags, Relaxed);
        // What waits is of the version as it was: no packet is aggregated with it any more.
        dev.start_timer(0);
        Ok(())
    }

    fn check_address(address: EthAddr) -> Result {
        if rawip::looks_like_ip(address) {
            return Err(EADDRNOTAVAIL);
        }
        Ok(())
    }

    fn reset_resume(dev: &Device<Self>) {
        if let Some(dtr) = &dev.dtr {
            dtr.replay();
        }
    }
}

impl Device<QmiWwan> {
    /// Whether all transfers, in both directions, are aggregates of QMAP for mux devices.
    fn speaks_qmap(&self) -> bool {
        self.raw_ip.load(Relaxed) && !self.pass_through.load(Relaxed) && !self.stacked().is_empty()
    }

    /// Whether a frame to `destination`, which is not the host's address, is for the host.
    fn is_misaddressed(&self, destination: EthAddr) -> bool {
        rawip::is_misaddressed(
            destination,
            self.reported,
            !self.net().has_other_receivers(),
        )
    }
}

static ATTRIBUTES: sysfs::Group<Device<QmiWwan>> = sysfs::Group::new(
    c"qmi",
    &[
        sysfs::Entry::read_write::<RawIp>(),
        sysfs::Entry::read_write::<AddMux>(),
        sysfs::Entry::read_write::<DelMux>(),
        sysfs::Entry::read_write::<PassThrough>(),
        sysfs::Entry::END,
    ],
);

static ATTRIBUTES_WITHOUT_PASS_THROUGH: sysfs::Group<Device<QmiWwan>> = sysfs::Group::new(
    c"qmi",
    &[
        sysfs::Entry::read_write::<RawIp>(),
        sysfs::Entry::read_write::<AddMux>(),
        sysfs::Entry::read_write::<DelMux>(),
        sysfs::Entry::END,
    ],
);

/// Shows a switch as user space reads it: by the first byte.
pub(crate) fn show_switch(on: bool, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str(if on { "Y\n" } else { "N\n" })
}

/// `qmi/raw_ip`: the link layer is raw IP, not 802.3. User space tells the modem the same by QMI.
struct RawIp;

impl sysfs::Attribute for RawIp {
    type Parent = Device<QmiWwan>;

    const NAME: &'static CStr = c"raw_ip";

    fn show(dev: &Self::Parent, out: &mut Formatter<'_>) -> fmt::Result {
        show_switch(dev.raw_ip.load(Relaxed), out)
    }
}

impl sysfs::Writable for RawIp {
    fn store(dev: &Self::Parent, value: &[u8]) -> Result {
        let enable = kstrtobool_bytes(value)?;

        // Clients write what is set already, and expect that to succeed in any state.
        if enable == dev.raw_ip.load(Relaxed) {
            return Ok(());
        }

        let net = dev.net();
        let rtnl = net.lock_for_writer()?;

        if !enable && dev.pass_through.load(Relaxed) {
            dev_err!(net.as_ref(), "raw_ip: pass_through needs it\n");
            return Err(EINVAL);
        }
        let down = net
            .down(&rtnl)
            .inspect_err(|_| dev_err!(net.as_ref(), "raw_ip: the link must be down\n"))?;

        down.change_type(|down| {
            dev.raw_ip.store(enable, Relaxed);
            if enable {
                down.setup_headerless();
            } else {
                down.setup_ethernet();
            }
        })
        .inspect_err(|_| dev_err!(net.as_ref(), "raw_ip: another driver refuses the change\n"))
    }
}

/// `qmi/pass_through`: QMAP aggregates are left to another driver, such as rmnet.
struct PassThrough;

impl sysfs::Attribute for PassThrough {
    type Parent = Device<QmiWwan>;

    const NAME: &'static CStr = c"pass_through";

    fn show(dev: &Self::Parent, out: &mut Formatter<'_>) -> fmt::Result {
        show_switch(dev.pass_through.load(Relaxed), out)
    }
}

impl sysfs::Writable for PassThrough {
    fn store(dev: &Self::Parent, value: &[u8]) -> Result {
        let enable = kstrtobool_bytes(value)?;

        if enable == dev.pass_through.load(Relaxed) {
            return Ok(());
        }

        let rtnl = dev.net().lock_for_writer()?;

        if !dev.raw_ip.load(Relaxed) {
            dev_err!(dev.net().as_ref(), "pass_through: raw_ip must be set\n");
            return Err(EINVAL);
        }
        if enable && !dev.stacked().is_empty() {
            dev_err!(dev.net().as_ref(), "pass_through: there are mux devices\n");
            return Err(EBUSY);
        }
        dev.pass_through.store(enable, Relaxed);
        dev.update_buffers(&rtnl)
            .inspect_err(|_| dev.pass_through.store(!enable, Relaxed))
    }
}

/// Shows the ids of all mux devices, a line each.
fn show_muxes(dev: &Device<QmiWwan>, out: &mut Formatter<'_>) -> fmt::Result {
    for id in dev.stacked().numbers() {
        out.write_fmt(fmt!("0x{id:02x}\n"))?;
    }
    Ok(())
}

/// A mux id as user space writes it, in any base that C knows. What is too large for one is
/// `EINVAL` as well.
pub(crate) fn parse_mux_id(value: &[u8]) -> Result<MuxId> {
    let id = kstrtou8(value).map_err(|_| EINVAL)?;

    MuxId::new(id).ok_or(EINVAL)
}

/// `qmi/add_mux`: adds a network device for a channel.
struct AddMux;

impl sysfs::Attribute for AddMux {
    type Parent = Device<QmiWwan>;

    const NAME: &'static CStr = c"add_mux";

    fn show(dev: &Self::Parent, out: &mut Formatter<'_>) -> fmt::Result {
        show_muxes(dev, out)
    }
}

impl sysfs::Writable for AddMux {
    fn store(dev: &Self::Parent, value: &[u8]) -> Result {
        let id = parse_mux_id(value)?;

        dev.configure(|uppers| {
            if dev.pass_through.load(Relaxed) {
                dev_err!(dev.net().as_ref(), "add_mux: pass_through is set\n");
                return Err(EBUSY);
            }
            match uppers.add(id.get(), Mux::new(id)) {
                Err(EEXIST) => {
                    dev_err!(dev.net().as_ref(), "add_mux: {} is there\n", id.get());
                    return Err(EINVAL);
                }
                other => other?,
            }
            dev.update_buffers(uppers.rtnl()).inspect_err(|_| {
                // It would receive nothing. It was added just now, so this does not fail.
                let _ = uppers.remove(id.get());
            })
        })
    }
}

/// `qmi/del_mux`: removes the network device of a channel.
struct DelMux;

impl sysfs::Attribute for DelMux {
    type Parent = Device<QmiWwan>;

    const NAME: &'static CStr = c"del_mux";

    fn show(dev: &Self::Parent, out: &mut Formatter<'_>) -> fmt::Result {
        show_muxes(dev, out)
    }
}

impl sysfs::Writable for DelMux {
    fn store(dev: &Self::Parent, value: &[u8]) -> Result {
        let id = parse_mux_id(value)?;

        dev.configure(|uppers| {
            uppers.remove(id.get()).inspect_err(|_| {
                dev_err!(dev.net().as_ref(), "del_mux: no {}\n", id.get());
            })?;
            dev.update_buffers(uppers.rtnl())
        })
    }
}
