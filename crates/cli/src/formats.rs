//! The formats of plugins, and the systems that they differ on.

/// A format of plugins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Format {
    /// A file, on a Mac a folder, ending in `.clap`
    Clap,
    /// A folder ending in `.vst3`
    Vst3,
    /// An Audio Unit, which Logic and GarageBand load: a folder ending in `.component`, made on a Mac only
    Au,
}

impl Format {
    /// The ending of its files and folders.
    pub(crate) const fn ending(self) -> &'static str {
        match self {
            Self::Clap => "clap",
            Self::Vst3 => "vst3",
            Self::Au => "component",
        }
    }
}

/// A system, as far as plugins differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(test), expect(dead_code, reason = "each system makes its own form"))]
pub(crate) enum PluginSystem {
    Linux,
    Mac,
}
