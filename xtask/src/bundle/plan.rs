//! Which app is built, and its contents.

use std::path::PathBuf;

pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
pub(crate) const ARM: &str = "aarch64-apple-darwin";
pub(crate) const INTEL: &str = "x86_64-apple-darwin";
/// A program and its folder in the app.
pub(super) const PROGRAMS: [(&str, &str); 3] =
    [("wavecraft-companion", "MacOS"), ("wavecraft", "Helpers"), ("wavecraft-plugin-host", "Helpers")];
pub(super) const NAME: &str = "Wavecraft Companion.app";

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Build {
    /// The version for distribution, in `target/bundle/`.
    Shipped,
    /// For this Mac's architecture only, in `target/bundle-here/`; neither checked nor packed.
    Here,
}

/// An app to build.
pub(super) struct Bundle {
    /// The output folder.
    pub(super) out: PathBuf,
    /// The target processors.
    pub(super) targets: Vec<String>,
    pub(super) commit: String,
}

impl Bundle {
    pub(super) fn app(&self) -> PathBuf {
        self.out.join(NAME)
    }
}
