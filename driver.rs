// SPDX-License-Identifier: GPL-2.0-only

//! The driver's policy: which interfaces it binds to, how it sets them up, and what its callbacks
//! do. To read on: `modem.rs`, the state of a bound modem; `attributes.rs`, its attributes.

#![forbid(unsafe_code)]

use crate::{
    attributes,
    kernel_ext::{
        compat::{
            EADDRNOTAVAIL,
            EPROTO, //
        },
        net::skbuff::{
            OwnedSkb,
            SkBuff, //
        },
        sysfs,
        usb::{
            cdc::{
                DataTerminalReady,
                Descriptors, //
            },
            DeviceId,
            Interface,
            CLASS_VENDOR_SPEC, //
        },
        usb_netdev::{
            self,
            BindContext,
            Device,
            DriverInfo,
            Layout,
            Probed,
            Received,
            RxContext,
            Sender,
            StartContext, //
        }, //
    },
    modem::{
        Modem,
        QmiWwan,
        FLAGS, //
    },
    qmap::{
        aggregate::Framing,
        framing,
        mux::Mux,
        uplink, //
    },
    rawip::{
        self,
        EthAddr,
        ETH_P_MAP, //
    },
    receive,
    statistics::Counter,
    usb_ids::Product, //
};
use kernel::{
    prelude::*,
    sync::aref::ARef, //
};

/// The smallest valid `wMaxSegmentSize`, in bytes: IPv6 requires an MTU of 1280 bytes.
const MIN_SEGMENT_SIZE: u16 = 1280 + rawip::ETH_HLEN as u16;

/// The first `bcdUSB` of chipsets that drop their QMI clients without DTR.
const BCD_USB_NEEDS_DTR: u16 = 0x0201;

/// The quirks of a kind of modem.
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

/// The shortest receive buffer, in bytes: a full packet with a VLAN tag, and the headers of QMAP.
const MIN_RECEIVE: u32 = 1518 + framing::Header::MAX_LEN as u32;

/// The data interface of the function that is being bound, if it is an interface of its own.
fn separate_data_interface(
    new: &BindContext<'_, QmiWwan>,
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
    type Upper = Mux<Device<Self>>;

    fn attributes() -> &'static sysfs::Group<Device<Self>> {
        attributes::group()
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

    fn bind(new: &BindContext<'_, Self>) -> Result<impl PinInit<Modem>> {
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

        Ok(Modem::new(control, dtr, reported))
    }

    fn start(dev: &StartContext<'_, Self>) -> Result {
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
        // While there are mux devices all transfers are QMAP.
        if dev.uses_qmap() {
            Layout::Aggregate
        } else {
            Layout::Packet
        }
    }

    fn receive_packet(dev: &Device<Self>, skb: &mut SkBuff) -> Result<Received> {
        receive::packet(dev, skb)
    }

    fn receive_aggregate(
        dev: &Device<Self>,
        aggregate: &[u8],
        rx: &mut RxContext<'_, '_>,
    ) -> Result<usize> {
        receive::aggregate(dev, aggregate, rx)
    }

    fn transmit(dev: &Device<Self>, sender: &Sender<'_, Self>, skb: &OwnedSkb) -> Result {
        // The modem would take it for an aggregate.
        if dev.uses_qmap() && skb.protocol() != ETH_P_MAP {
            return Err(EPROTO);
        }
        uplink::send(sender, dev, Framing::Bare, skb)?;
        Ok(())
    }

    fn timer_expired(dev: &Device<Self>, sender: &Sender<'_, Self>) {
        uplink::flush(sender, Modem::statistics(dev));
    }

    fn statistics(dev: &Device<Self>) -> impl Iterator<Item = u64> + '_ {
        Modem::statistics(dev).values()
    }

    fn flags(dev: &Device<Self>) -> u32 {
        Modem::flags(dev)
    }

    fn set_flags(dev: &Device<Self>, flags: u32) -> Result {
        dev.set_version(flags)
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
