// SPDX-License-Identifier: GPL-2.0-only

//! The attributes of a modem in sysfs, `qmi/`: parsing and printing. What they change is in
//! `modem.rs`.

#![forbid(unsafe_code)]

use crate::{
    kernel_ext::{
        kstrtox::kstrtou8,
        sysfs,
        usb_netdev::Device, //
    },
    modem::QmiWwan,
    module_parameters,
    qmap::framing::MuxId, //
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
    }, //
};

/// The attributes of a new modem.
pub(crate) fn group() -> &'static sysfs::Group<Device<QmiWwan>> {
    // ModemManager decides by this file alone whether to add rmnet devices or mux devices, and
    // where there is no rmnet it has none.
    //
    // Depending on the kernel this is the value, or a reference to it: a pattern matches both.
    match module_parameters::pass_through.value() {
        0 => &WITHOUT_PASS_THROUGH,
        _ => &ALL,
    }
}

static ALL: sysfs::Group<Device<QmiWwan>> = sysfs::Group::new(
    c"qmi",
    &[
        sysfs::Entry::read_write::<RawIp>(),
        sysfs::Entry::read_write::<AddMux>(),
        sysfs::Entry::read_write::<DelMux>(),
        sysfs::Entry::read_write::<PassThrough>(),
        sysfs::Entry::END,
    ],
);

static WITHOUT_PASS_THROUGH: sysfs::Group<Device<QmiWwan>> = sysfs::Group::new(
    c"qmi",
    &[
        sysfs::Entry::read_write::<RawIp>(),
        sysfs::Entry::read_write::<AddMux>(),
        sysfs::Entry::read_write::<DelMux>(),
        sysfs::Entry::END,
    ],
);

/// Prints a boolean: user space reads the first byte.
pub(crate) fn show_bool(on: bool, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_str(if on { "Y\n" } else { "N\n" })
}

/// `qmi/raw_ip`: the link layer is raw IP, not 802.3. User space tells the modem the same by QMI.
struct RawIp;

impl sysfs::Attribute for RawIp {
    type Parent = Device<QmiWwan>;

    const NAME: &'static CStr = c"raw_ip";

    fn show(dev: &Self::Parent, out: &mut Formatter<'_>) -> fmt::Result {
        show_bool(dev.is_raw_ip(), out)
    }
}

impl sysfs::Writable for RawIp {
    fn store(dev: &Self::Parent, value: &[u8]) -> Result {
        dev.set_raw_ip(kstrtobool_bytes(value)?)
    }
}

/// `qmi/pass_through`: QMAP aggregates are left to another driver, such as rmnet.
struct PassThrough;

impl sysfs::Attribute for PassThrough {
    type Parent = Device<QmiWwan>;

    const NAME: &'static CStr = c"pass_through";

    fn show(dev: &Self::Parent, out: &mut Formatter<'_>) -> fmt::Result {
        show_bool(dev.is_pass_through(), out)
    }
}

impl sysfs::Writable for PassThrough {
    fn store(dev: &Self::Parent, value: &[u8]) -> Result {
        dev.set_pass_through(kstrtobool_bytes(value)?)
    }
}

/// Shows the ids of all mux devices, a line each.
fn show_muxes(dev: &Device<QmiWwan>, out: &mut Formatter<'_>) -> fmt::Result {
    for id in dev.uppers().numbers() {
        out.write_fmt(fmt!("0x{id:02x}\n"))?;
    }
    Ok(())
}

/// A mux id as user space writes it, in any base of C. `EINVAL` if it is too large, too.
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
        dev.add_mux(parse_mux_id(value)?)
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
        dev.remove_mux(parse_mux_id(value)?)
    }
}
