//! Where a companion is, and how to start it.

use std::{ffi::OsString, path::PathBuf};

/// Where the companion is.
pub(crate) enum CompanionPlace {
    /// A program.
    Program(PathBuf),
    /// An app, which the system opens: macOS's open(1) with these arguments.
    App(Vec<OsString>),
}
