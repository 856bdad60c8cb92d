// SPDX-License-Identifier: GPL-2.0-only
//! The subcommands and their options.

use std::path::Path;

use clap::{Args, Parser, Subcommand};

use crate::children::Children;
use crate::error::Result;
use crate::kernel::{Arch, Driver, Kernel};
use crate::run_folder::RunFolder;
use crate::scenario::{self, Scenario};
use crate::setup::{Settings, SDK};
use crate::suite::Suite;
use crate::test::Choice;
use crate::{bench, checks, clients, defects, demo, matrix, seed, shell, test};

/// Runs the driver in QEMU guests with virtual modems.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show what the driver does, step by step
    Demo {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        kernel: OneKernel,
    },
    /// Run the checks and the scenarios; one line for each
    Test {
        #[command(flatten)]
        common: Common,
        /// The kernels to boot; if not given, the best one for each scenario, or all with --full
        #[arg(long, value_enum, conflicts_with = "arch")]
        kernel: Vec<Kernel>,
        /// Boot kernels for this processor only
        #[arg(long, value_enum)]
        arch: Option<Arch>,
        /// Guests that run side by side
        #[arg(long, default_value_t = 2)]
        jobs: usize,
        /// Run those that take long, too, and try more in the others
        #[arg(long)]
        full: bool,
        /// Run only those whose name contains one of these, such as "mux-one" or "debug/mux"; "mux/" is a folder of scenarios
        patterns: Vec<String>,
    },
    /// Show the defects of the kernel's own driver, and that ours has none, and write Documentation/defects.md
    Defects {
        #[command(flatten)]
        common: Common,
        /// Guests that run side by side
        #[arg(long, default_value_t = 2)]
        jobs: usize,
        /// Run only scenarios whose name contains one of these; the other rows stay as they are
        patterns: Vec<String>,
    },
    /// Show what people's programs do with the kernel's own driver and with ours, and write the table of Documentation/clients.md
    Clients {
        #[command(flatten)]
        common: Common,
        /// Guests that run side by side
        #[arg(long, default_value_t = 2)]
        jobs: usize,
        /// Run only scenarios whose name contains one of these; the other rows stay as they are
        patterns: Vec<String>,
    },
    /// Try the driver on each kernel that it is for, and write Documentation/kernels.md
    Matrix {
        #[command(flatten)]
        common: Common,
        /// Write nothing
        #[arg(long)]
        check: bool,
        /// Try only kernels with one of these in their names, such as "sid/7.2"; the other rows stay as they are
        patterns: Vec<String>,
    },
    /// Measure what packets cost with the kernel's own driver and with ours, and write Documentation/benchmarks/
    Bench {
        #[command(flatten)]
        common: Common,
        /// Only what tells most, once; writes nothing
        #[arg(long)]
        quick: bool,
        /// Tell where the instructions go, by function
        #[arg(long, conflicts_with = "quick")]
        profile: bool,
        /// How often to measure; 3 times if not given, or once with --quick or --profile
        #[arg(long)]
        repeats: Option<usize>,
        /// The processor to measure on
        #[arg(long, value_enum, default_value_t = Arch::Amd64)]
        arch: Arch,
        /// Measure only what has one of these in its name, such as "ours, raw-ip"; writes nothing
        patterns: Vec<String>,
    },
    /// Open a shell in a guest with a modem attached; `exit` ends it
    Shell {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        kernel: OneKernel,
        /// A modem profile, or usb:VVVV:PPPP for a USB device of this machine
        #[arg(long, env = "MODEM", default_value = shell::DEFAULT_MODEM)]
        modem: String,
    },
    /// List the checks and scenarios
    List,
}

#[derive(Debug, Args)]
struct Common {
    /// The driver to run
    #[arg(long, value_enum, default_value_t = Driver::Rs)]
    driver: Driver,
    /// Runs to keep the logs of
    #[arg(long, default_value_t = 5)]
    keep: usize,
    /// What scenarios start from when they choose at random; any number if not given
    #[arg(long, env = "QMI_WWAN_RS_SEED", hide_env_values = true)]
    seed: Option<u32>,
}

#[derive(Debug, Args)]
struct OneKernel {
    /// The kernel to boot; if not given, Debian's own
    #[arg(long, value_enum, conflicts_with = "arch")]
    kernel: Option<Kernel>,
    /// The processor to boot Debian's own kernel on
    #[arg(long, value_enum, default_value_t = Arch::Amd64)]
    arch: Arch,
}

impl OneKernel {
    fn chosen(&self) -> Kernel {
        self.kernel.unwrap_or(self.arch.stock())
    }
}

impl Common {
    fn run(&self, full: bool) -> Result<(RunFolder, Children)> {
        let seed = self.seed.unwrap_or_else(seed::any);
        let settings = Settings { seed, full };
        let run = RunFolder::create(&Path::new(SDK).join("run"), self.keep, settings)?;
        Ok((run, Children::ended_by_signals()?))
    }

    fn suite(&self, kernel: &OneKernel) -> Result<Suite> {
        let (run, children) = self.run(false)?;
        println!("Building the driver and the virtual modem.");
        Suite::prepare(kernel.chosen().place()?, self.driver, run, children)
    }
}

/// Runs the program; true if everything held.
pub fn run(cli: Cli) -> Result<bool> {
    match cli.command {
        Command::Demo { common, kernel } => demo::run(&common.suite(&kernel)?),
        Command::Test {
            common,
            kernel,
            arch,
            jobs,
            full,
            patterns,
        } => {
            let (run, children) = common.run(full)?;
            let choice = Choice {
                driver: common.driver,
                kernels: kernel,
                arch,
                full,
                patterns,
            };
            test::run(&choice, run, children, jobs)
        }
        Command::Defects {
            common,
            jobs,
            patterns,
        } => {
            let (run, children) = common.run(false)?;
            defects::run(&run, &children, jobs, &patterns)
        }
        Command::Clients {
            common,
            jobs,
            patterns,
        } => {
            let (run, children) = common.run(false)?;
            clients::run(&run, &children, jobs, &patterns)
        }
        Command::Matrix {
            common,
            check,
            patterns,
        } => {
            let (run, children) = common.run(false)?;
            matrix::run(&run, &children, check, &patterns)
        }
        Command::Bench {
            common,
            quick,
            profile,
            repeats,
            arch,
            patterns,
        } => {
            let (run, children) = common.run(false)?;
            let choice = bench::Choice {
                quick,
                profile,
                repeats,
                arch,
                patterns,
            };
            bench::run(&choice, &run, &children)
        }
        Command::Shell {
            common,
            kernel,
            modem,
        } => {
            let modem = shell::choose(&modem)?;
            shell::run(&common.suite(&kernel)?, modem)
        }
        Command::List => {
            for check in checks::all()? {
                println!("{:<42} {}", check.name, check.title);
            }
            let mut scenarios = scenario::all()?;
            scenarios.sort_by(|a, b| a.folder.cmp(&b.folder));
            for Scenario {
                folder,
                name,
                title,
                ..
            } in scenarios
            {
                println!("{:<42} {title}", format!("{folder}/{name}"));
            }
            Ok(true)
        }
    }
}
