//! When the settings' file is written: soon after a change, not again for a while, and never by the app's own loop,
//! which others wait for.

use super::App;
use crate::event::Event;
use std::{io, time::Duration};
use tracing::warn;

/// The file is written so often at most, however much changes.
const PERIOD: Duration = Duration::from_millis(500);

/// Whether the file may be written now.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    /// It is being written, or was a moment ago: somebody looks again.
    busy: bool,
    /// It couldn't be written, and that was said.
    failed: bool,
}

impl App {
    /// What changed is written now, or when the time has come.
    pub(super) fn keep_settings(&mut self) {
        if self.keeping.busy {
            return;
        }
        let Some(file) = self.settings.take_unwritten() else { return };
        self.keeping.busy = true;
        let events = self.events.clone();
        tokio::task::spawn_blocking(move || {
            let _ = events.send(Event::SettingsWritten(file.write()));
        });
    }

    pub(super) fn settings_written(&mut self, result: io::Result<()>) {
        if let Err(error) = &result {
            self.settings.not_written();
            if !self.keeping.failed {
                warn!(
                    "the settings can't be written: {error}. They are in force, and tried again with the next change"
                );
            }
        }
        self.keeping.failed = result.is_err();
        self.send_later(PERIOD, Event::SettingsDue);
    }

    pub(super) fn settings_due(&mut self) {
        self.keeping.busy = false;
        // One that failed waits for the next change.
        if !self.keeping.failed {
            self.keep_settings();
        }
    }

    /// At the end: what isn't in the file yet.
    pub(super) fn flush_settings(&mut self) {
        if let Some(Err(error)) = self.settings.take_unwritten().map(|file| file.write()) {
            warn!("the settings can't be written: {error}");
        }
    }
}
