// SPDX-License-Identifier: GPL-2.0-only
//! The command line.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use thiserror::Error;
use tracing::{info, warn};

use crate::addresses::{AddressPlan, Addresses};
use crate::alias::{Alias, AliasError};
use crate::ethernet_port;
use crate::event_log::{Bulk, EventLog};
use crate::event_loop::{self, Ending, LinkError};
use crate::flash::{Flash, FlashError};
use crate::hostile::checksums::{Checksums, Statement};
use crate::hostile::control::Control;
use crate::hostile::disorder::Disorder;
use crate::hostile::presence::Presence;
use crate::hostile::{descriptors, Case, Cases};
use crate::modem::Modem;
use crate::peer::{Bursts, Clock, Peer, Stack, Tun, TunError};
use crate::profile::{Profile, ProfileError, Speed};
use crate::qmi::{Schema, SchemaError};
use crate::serial::{Commands, CommandsError};
use crate::{redir, usbip};

/// A virtual USB QMI modem, for a guest of QEMU or for Linux itself.
///
/// QEMU listens: -chardev socket,id=r0,path=SOCKET,server=on,wait=off -device usb-redir,chardev=r0.
/// Connecting plugs the modem in; SIGTERM or SIGINT (Ctrl-C) unplugs it.
///
/// With --usbip it is the modem that listens, and `usbip attach` on any Linux machine with vhci_hcd plugs it in there.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Arguments {
    /// UNIX socket on which QEMU listens
    #[arg(long, value_name = "SOCKET", required_unless_present_any = ["list_profiles", "list_messages", "ethernet", "usbip"])]
    connect: Option<PathBuf>,

    /// Wait there for a machine that plugs the modem in by USB/IP, and for the next one when it has unplugged it. The protocol knows
    /// no authentication: any host that reaches the address can have the modem
    #[arg(
        long,
        value_name = "ADDRESS[:PORT]",
        num_args = 0..=1,
        default_missing_value = "127.0.0.1:3240",
        conflicts_with_all = ["connect", "ethernet"]
    )]
    usbip: Option<event_loop::Address>,

    /// Be no modem, but the network behind one at a network card: UNIX socket on which QEMU listens for its -netdev stream
    #[arg(long, value_name = "SOCKET", conflicts_with = "connect")]
    ethernet: Option<PathBuf>,

    /// Name of a built-in profile, or path of a profile file
    #[arg(
        long,
        value_name = "NAME_OR_FILE",
        required_unless_present_any = ["list_profiles", "list_messages", "ethernet"]
    )]
    profile: Option<String>,

    /// Give it the ids and the interface that this alias of a driver matches, as modinfo prints it
    #[arg(long, value_name = "ALIAS")]
    alias: Option<String>,

    /// Write an event log, one JSON object a line
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// Write the bytes of bulk transfers to the log too
    #[arg(long, requires = "log")]
    log_payload: bool,

    /// Count bulk transfers, and leave them out of the log
    #[arg(long, conflicts_with = "log_payload")]
    count_bulk: bool,

    /// Keep here what a modem keeps without power: which firmware it has, if an update has changed that
    #[arg(long, value_name = "FILE")]
    flash: Option<PathBuf>,

    /// Use the kernel's TUN device of this name as peer of the first QMI function, in place of the in-process one (needs root)
    #[arg(long, value_name = "NAME")]
    tun: Option<String>,

    /// Hand packets to the host in bursts, as a radio does: 15000 bytes, or what comes within a millisecond
    #[arg(long)]
    bursts: bool,

    /// Let TCP wait 500 times longer for the host before it sends anything again, for a host that is slow has lost nothing; and
    /// end streams with a FIN by itself
    #[arg(long)]
    patient: bool,

    /// At a network card, handle each frame by itself, so that TCP acknowledges every second segment however busy the machine is
    #[arg(long, requires = "ethernet")]
    prompt: bool,

    /// Answer hosts that ask for IPv6 routers
    #[arg(long)]
    router_advertisements: bool,

    /// Be in a foreign network, not at home
    #[arg(long)]
    roaming: bool,

    /// Tells several modems of one guest apart: each has its own addresses
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    unit: u8,

    /// What pseudo-random choices start from, such as the bytes of the TCP source (port 19)
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,

    /// What is wrong with it; --seed and the number of the case determine how
    #[arg(long, value_name = "WHAT")]
    hostile: Option<Hostile>,

    /// Number of the hostile case, or of the first one
    #[arg(long, value_name = "NUMBER", default_value_t = 0, requires = "hostile")]
    case: u64,

    /// How many wrong answers, departures, or packets there are before all is well
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "hostile")]
    cases: u64,

    /// Seconds to wait for the socket
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    patience: u64,

    /// List the built-in profiles and exit
    #[arg(long)]
    list_profiles: bool,

    /// List the QMI messages that it answers, as README.md has them, and exit
    #[arg(long)]
    list_messages: bool,
}

/// Whose addresses are used at a network card.
const ETHERNET_PROFILE: &str = "union-802-3";

/// What can be wrong with a modem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Hostile {
    /// Its descriptors
    Descriptors,
    /// Answers to control requests, and notifications
    Control,
    /// It is pulled out at some request, and comes back
    Presence,
    /// Checksums of TCP and UDP in packets to the host; with QMAPv4 and QMAPv5 it says that they are wrong
    Checksums,
    /// The same, but it says that they are right
    FeignedChecksums,
    /// Packets to the host come twice, or behind the next one
    Disorder,
}

/// Why the program ends with a failure.
#[derive(Debug, Error)]
pub enum Error {
    /// The profile.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The alias.
    #[error(transparent)]
    Alias(#[from] AliasError),
    /// The file of the flash.
    #[error(transparent)]
    Flash(#[from] FlashError),
    /// The message files.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The AT commands.
    #[error(transparent)]
    Commands(#[from] CommandsError),
    /// The TUN device.
    #[error(transparent)]
    Tun(#[from] TunError),
    /// The connection.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The log file.
    #[error("cannot write the log '{path}': {reason}")]
    Log {
        /// Its path.
        path: PathBuf,
        /// The system's words.
        reason: io::Error,
    },
    /// A needed argument is not there.
    #[error("--profile is needed, with --connect or --usbip")]
    Arguments,
}

/// Does what the command line says.
///
/// # Errors
/// The one line to print.
pub fn main(arguments: &Arguments) -> Result<(), Error> {
    if arguments.list_profiles {
        return list_profiles();
    }
    if arguments.list_messages {
        print!("{}", Schema::load()?.table());
        return Ok(());
    }
    if let Some(socket) = &arguments.ethernet {
        return serve_ethernet(arguments, socket);
    }
    let name = arguments.profile.as_ref().ok_or(Error::Arguments)?;
    let mut profile = Profile::load(name)?;
    if let Some(alias) = &arguments.alias {
        profile = profile.matching(&alias.parse::<Alias>()?);
    }
    profile.network.roaming |= arguments.roaming;
    let log = event_log(arguments)?;
    let case = Case {
        seed: arguments.seed,
        number: arguments.case,
    };
    let cases = || Cases::new(case, arguments.cases);
    if arguments.hostile == Some(Hostile::Descriptors) {
        let wrongs = descriptors::mutate(&mut profile, case);
        log.hostile(case.number, &wrongs);
    }
    let flash = match &arguments.flash {
        Some(file) => Flash::open(file, &profile.firmware)?,
        None => Flash::new(&profile.firmware),
    };
    let profile = Rc::new(profile);
    let schema = Rc::new(Schema::load()?);
    let plan = AddressPlan::new(&profile.network, arguments.unit);
    let addresses = plan.on(0);
    let peer: Box<dyn Peer> = match &arguments.tun {
        Some(device) => Box::new(Tun::new(device, &addresses)?),
        None => stack(arguments, &addresses, log.clone()),
    };
    let peer = paced(arguments, peer);
    let others: Vec<_> = (1..profile.functions())
        .map(|function| {
            let plan = plan.of_function(function);
            let stack = stack(arguments, &plan.on(0), log.clone());
            (plan, paced(arguments, stack))
        })
        .collect();
    let mut modem = Modem::new(profile, schema, plan, peer, flash, log.clone());
    modem.set_commands(Commands::load()?);
    for (plan, peer) in others {
        modem.add_function(plan, peer);
    }
    if arguments.router_advertisements {
        modem.advertise();
    }
    match arguments.hostile {
        Some(Hostile::Control) => modem.set_hostile(Control::new(cases())),
        Some(Hostile::Checksums) => {
            modem.set_checksums(Checksums::new(cases(), Statement::Honest));
        }
        Some(Hostile::FeignedChecksums) => {
            modem.set_checksums(Checksums::new(cases(), Statement::Feigned));
        }
        Some(Hostile::Disorder) => modem.set_disorder(Disorder::new(cases())),
        Some(Hostile::Descriptors | Hostile::Presence) | None => {}
    }
    let presence = (arguments.hostile == Some(Hostile::Presence)).then(|| Presence::new(cases()));
    let device = &modem.profile().device;
    let what = format!("{name} ({:04x}:{:04x})", device.vendor, device.product);
    match (&arguments.connect, arguments.usbip) {
        (Some(socket), _) => {
            let stream =
                event_loop::redir::connect(socket, Duration::from_secs(arguments.patience))?;
            info!("plugging in {what}, host address {}", addresses.ipv4);
            let mut host = redir::Host::new(modem, log.clone());
            if let Some(presence) = presence {
                host.set_presence(presence);
            }
            match event_loop::redir::run(&mut host, stream, &log)? {
                Ending::Unplugged => info!("unplugged"),
                Ending::GuestGone => info!("QEMU has closed the connection"),
            }
        }
        (None, Some(address)) => {
            let listener = event_loop::usbip::listen(address)?;
            let address = listener.local_addr().map_or(address, event_loop::Address);
            welcome(&what, address);
            let mut host = usbip::Host::new(modem, log.clone());
            if let Some(presence) = presence {
                host.set_presence(presence);
            }
            event_loop::usbip::run(host, listener, log)?;
        }
        (None, None) => return Err(Error::Arguments),
    }
    Ok(())
}

/// Says what to do next.
fn welcome(what: &str, address: event_loop::Address) {
    let text = format!(
        "The modem {what} waits at {address}. To plug it into this machine, type as root

{}
Ctrl-C here pulls it out.
",
        address.commands()
    );
    // There may be no terminal.
    let _ = io::stdout().write_all(text.as_bytes());
    if !address.is_local() {
        warn!("any host that reaches {address} can have the modem: USB/IP knows no authentication");
    }
}

fn serve_ethernet(arguments: &Arguments, socket: &Path) -> Result<(), Error> {
    let profile = Profile::load(arguments.profile.as_deref().unwrap_or(ETHERNET_PROFILE))?;
    let addresses = AddressPlan::new(&profile.network, arguments.unit).on(0);
    let peer = stack(arguments, &addresses, event_log(arguments)?);
    let peer = paced(arguments, peer);
    let stream = event_loop::redir::connect(socket, Duration::from_secs(arguments.patience))?;
    let link = profile.link.ethernet(addresses);
    ethernet_port::run(link, peer, stream, arguments.prompt).map_err(LinkError::Io)?;
    Ok(())
}

fn stack(arguments: &Arguments, addresses: &Addresses, log: EventLog) -> Box<dyn Peer> {
    let clock = if arguments.patient {
        Clock::slow()
    } else {
        Clock::usual()
    };
    Box::new(Stack::with_clock(addresses, arguments.seed, log, clock))
}

fn paced(arguments: &Arguments, peer: Box<dyn Peer>) -> Box<dyn Peer> {
    if arguments.bursts {
        Box::new(Bursts::new(peer))
    } else {
        peer
    }
}

fn event_log(arguments: &Arguments) -> Result<EventLog, Error> {
    let Some(path) = &arguments.log else {
        return Ok(EventLog::none());
    };
    let bulk = match (arguments.log_payload, arguments.count_bulk) {
        (true, _) => Bulk::WithPayload,
        (_, true) => Bulk::Counted,
        _ => Bulk::Told,
    };
    EventLog::create(path, bulk).map_err(|reason| Error::Log {
        path: path.clone(),
        reason,
    })
}

fn list_profiles() -> Result<(), Error> {
    println!(
        "{:<20} {:<9} {:<5} {:<8} WHAT",
        "NAME", "ID", "SPEED", "LAYOUT"
    );
    for name in Profile::names() {
        let profile = Profile::load(&name)?;
        let device = &profile.device;
        println!(
            "{name:<20} {:04x}:{:04x} {:<5} {:<8} {}",
            device.vendor,
            device.product,
            match device.speed {
                Speed::High => "high",
                Speed::Super => "super",
            },
            profile.layout(),
            profile.summary
        );
    }
    Ok(())
}
