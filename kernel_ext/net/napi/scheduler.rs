// SPDX-License-Identifier: GPL-2.0-only

//! Scheduling NAPI contexts.

use crate::kernel_ext::bindings;

/// Schedules a NAPI context.
///
/// # Invariants
///
/// The context exists for as long as this is used.
#[derive(Clone, Copy)]
pub(in crate::kernel_ext) struct Scheduler(pub(super) *mut bindings::napi_struct);

// SAFETY: a NAPI context may be scheduled from any thread.
unsafe impl Send for Scheduler {}

// SAFETY: a NAPI context may be scheduled from any thread.
unsafe impl Sync for Scheduler {}

impl Scheduler {
    /// Schedules the context, unless it is disabled. Called in any context.
    pub(in crate::kernel_ext) fn schedule(&self) {
        // SAFETY: by the type invariant the context exists. If this returns true the caller must
        // schedule it.
        if unsafe { bindings::napi_schedule_prep(self.0) } {
            // SAFETY: by the type invariant the context exists. `napi_schedule_prep()` has returned
            // true, so this must schedule it.
            unsafe { bindings::__napi_schedule(self.0) };
        }
    }
}
