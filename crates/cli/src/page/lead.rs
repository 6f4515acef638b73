//! Directs a page that knows only one address to the project's server, by a Vite configuration around the project's
//! own. `vite/config.mjs` and the files beside it explain how.

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

/// The configuration, written outside of the project's files, and the address that it directs to.
pub(crate) struct Lead {
    config: PathBuf,
    ws_url: String,
}

impl Lead {
    /// Writes the configuration into `folder`, without the token. An existing file is kept: a change would restart
    /// Vite.
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

    /// Passes Vite the configuration, which includes the project's own, `own`.
    pub(super) fn take(&self, command: &mut Command, own: Option<&str>) {
        // Without the token: everyone who can reach Vite's port can read its variables in a page.
        let bare = self.ws_url.split(PATH_PREFIX).next().unwrap_or_default();
        command
            .arg("--config")
            .arg(&self.config)
            .env("WAVECRAFT_WS_URL", &self.ws_url)
            .env("WAVECRAFT_VITE_OWN_CONFIG", own.unwrap_or_default())
            .env("VITE_WS_URL", bare);
    }

    /// Offers the configuration to a script that may run something else, and sets Vite's variable, with the token in
    /// it.
    pub(super) fn offer(&self, command: &mut Command) {
        command
            .env("WAVECRAFT_VITE_CONFIG", &self.config)
            .env("WAVECRAFT_WS_URL", &self.ws_url)
            .env("VITE_WS_URL", &self.ws_url);
    }

    /// What to do if the `dev` script isn't Vite's server alone.
    pub(crate) fn advice() -> &'static str {
        "the page's `dev` script is more than `vite`, so it isn't led to the project's server by itself. If the page stays \
         unconnected: let `dev` be `vite`, or give the script's vite --config \"$WAVECRAFT_VITE_CONFIG\", which `wavecraft start` sets"
    }
}
