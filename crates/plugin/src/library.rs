//! What there is once of a library.

use std::any::Any;
use std::sync::OnceLock;

/// What a library knows of its plugin while it is loaded.
pub struct Library {
    presets: &'static str,
    kept: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Library {
    /// With these presets: a list as JSON, see [`PRESETS`](crate::PRESETS).
    #[must_use]
    pub const fn new(presets: &'static str) -> Self {
        Self { presets, kept: OnceLock::new() }
    }

    pub(crate) const fn presets(&self) -> &'static str {
        self.presets
    }

    /// What was made of it first. There is one type of it.
    pub(crate) fn keep<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> &T {
        let kept = self.kept.get_or_init(|| Box::new(make()));
        kept.downcast_ref().unwrap_or_else(|| unreachable!("a library keeps one type"))
    }
}
