// SPDX-License-Identifier: GPL-2.0-only
//! The modem's QMI server: messages are data (`qmi/*.toml`), code only where state changes.

mod error;
mod handlers;
pub mod qmux;
mod schema;
mod server;
mod state;
mod value;

pub use error::QmiError;
pub use schema::{Schema, SchemaError};
pub use server::Server;
pub use state::State;
pub use value::Value;
