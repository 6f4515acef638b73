//! The way of a page that knows one address alone to the project's server: a configuration of Vite's around the project's own.
//! `vite/config.mjs` and the files beside it say how.

use anyhow::Context;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tokio::process::Command;
use wavecraft_companion_protocol::token::PATH_PREFIX;

const FILES: [(&str, &str); 5] = [
    ("config.mjs", include_str!("vite/config.mjs")),
    ("plugin.mjs", include_str!("vite/plugin.mjs")),
    ("owner.mjs", include_str!("vite/owner.mjs")),
    ("policy.mjs", include_str!("vite/policy.mjs")),
    ("lead.js", include_str!("vite/lead.js")),
];

/// The configuration, written where nothing of the project's lies, and the address that it leads to.
pub(crate) struct Lead {
    config: PathBuf,
    ws_url: String,
}

impl Lead {
    /// Writes the configuration into `folder`. The token isn't in it. Written before, it stays: Vite would start again.
    ///
    /// # Errors
    /// If the files can't be written.
    pub(crate) fn write(folder: &Path, ws_url: &str) -> anyhow::Result<Self> {
        for (name, text) in FILES {
            let path = folder.join(name);
            if !path.exists() {
                fs::write(&path, text).with_context(|| format!("{} can't be written", path.display()))?;
            }
        }
        Ok(Self { config: folder.join("config.mjs"), ws_url: ws_url.into() })
    }

    /// Gives Vite the configuration, which includes `own`, the project's.
    pub(super) fn take(&self, command: &mut Command, own: Option<&str>) {
        // Without the token: whatever of Vite's stands in a page can be read by all who reach its port.
        let bare = self.ws_url.split(PATH_PREFIX).next().unwrap_or_default();
        command
            .arg("--config")
            .arg(&self.config)
            .env("WAVECRAFT_WS_URL", &self.ws_url)
            .env("WAVECRAFT_VITE_OWN_CONFIG", own.unwrap_or_default())
            .env("VITE_WS_URL", bare);
    }

    /// Offers the configuration to a script that may run something else; also Vite's variable, with the token in it.
    pub(super) fn offer(&self, command: &mut Command) {
        command
            .env("WAVECRAFT_VITE_CONFIG", &self.config)
            .env("WAVECRAFT_WS_URL", &self.ws_url)
            .env("VITE_WS_URL", &self.ws_url);
    }

    /// What to do where the `dev` script isn't Vite's server alone.
    pub(crate) fn advice() -> &'static str {
        "the page's `dev` script is more than `vite`, so it isn't led to the project's server by itself. If the page stays \
         unconnected: let `dev` be `vite`, or give the script's vite --config \"$WAVECRAFT_VITE_CONFIG\", which `wavecraft start` sets"
    }
}
