//! The program run as a project's child.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The program run as a project's child. Both files are regular, owned by this user, executable, and not writable by
/// others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectProgram {
    /// The program: the project's own `dev-audio`, or the plugin host.
    pub executable: PathBuf,
    /// For the plugin host, its first argument: the library of the plugin to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<PathBuf>,
    /// Folders where the loader finds shared libraries that it wouldn't find by itself, in search order. Usually empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loader_path: Vec<PathBuf>,
}

impl ProjectProgram {
    /// The project's build output: the library if there is one, else the program.
    #[must_use]
    pub fn built(&self) -> &Path {
        self.library.as_deref().unwrap_or(&self.executable)
    }
}
