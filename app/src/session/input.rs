//! Where a session's input comes from, and whether it may hear the microphone.

use super::{
    event::SessionEvent,
    recent::{self, RecentFiles},
};
use crate::{control::Owed, microphone::Access, outlet::Outlet, to_protocol};
use std::path::{Path, PathBuf};
use wavecraft_audio_core::{AudioFile, Source as AudioSource};
use wavecraft_companion_protocol::{
    browser::PageSource,
    control::SetSource,
    session::{OnBypass, Source, TooHigh},
};

/// A session's input.
pub(crate) struct Input {
    source: Source,
    /// Whether it may hear the microphone, if that is the source.
    access: Option<Access>,
    /// The file that was chosen, read into memory.
    file: Option<(PathBuf, AudioFile)>,
    /// Files that were played before.
    recent: RecentFiles,
    /// The recent file that a page chose, while it is read.
    awaited: Option<u64>,
    /// Why the file that was chosen last isn't played.
    trouble: Option<String>,
    /// Counts what pages may want to know.
    changes: u64,
}

impl Input {
    /// An input from this source, of a project that played these files before. The microphone's access isn't decided yet.
    pub(super) fn new(source: Source, recent: &[PathBuf]) -> Self {
        let recent = RecentFiles::new(recent);
        Self { source, access: None, file: None, recent, awaited: None, trouble: None, changes: 0 }
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    pub(super) fn is_microphone(&self) -> bool {
        self.source == Source::Microphone
    }

    /// Whether it may hear the microphone, if that is the source.
    pub(crate) fn access(&self) -> Option<Access> {
        self.access
    }

    /// The file that was chosen.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_ref().map(|(path, _)| path.as_path())
    }

    /// Uses a source; of a file that was read, notes that it is played.
    pub(super) fn choose(&mut self, source: Source) {
        if let Source::File { path } = &source
            && self.file.as_ref().is_some_and(|(known, _)| known == path)
        {
            self.recent.played(path);
        }
        self.source = source;
        (self.awaited, self.trouble) = (None, None);
        self.changes += 1;
    }

    /// Files that were played before.
    pub(super) fn recent(&self) -> &RecentFiles {
        &self.recent
    }

    /// Why the file that was chosen last isn't played.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Changes with everything that pages may want to know of the source.
    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// The file that is the source, if it was read.
    pub(super) fn playing(&self) -> Option<(&Path, &AudioFile)> {
        match (&self.source, &self.file) {
            (Source::File { path }, Some((known, file))) if path == known => Some((known, file)),
            _ => None,
        }
    }

    /// The frames of the source's file that are looped, if not all.
    pub(super) fn region(&self) -> Option<[u64; 2]> {
        let (path, file) = self.playing()?;
        self.recent.region(path, file.sample_rate(), length(file))
    }

    /// Loops these frames of the source's file, or all of it. False if they aren't in it.
    pub(super) fn set_loop(&mut self, region: Option<[u64; 2]>) -> bool {
        let Some((path, file)) = self.playing() else { return false };
        let fits = region.is_none_or(|[from, to]| from < to && to <= length(file));
        if fits {
            let (path, rate) = (path.to_owned(), file.sample_rate());
            self.recent.set_loop(&path, region, rate);
            self.changes += 1;
        }
        fits
    }

    /// A page chose a recent file, which is read now.
    pub(super) fn await_recent(&mut self, number: u64) {
        self.awaited = Some(number);
    }

    /// Whether this recent file is still wanted.
    pub(super) fn awaits(&self, number: u64) -> bool {
        self.awaited == Some(number)
    }

    /// A recent file can't be played: returns a line about it that names no folder. One that is `gone` is forgotten.
    pub(super) fn recent_failed(&mut self, path: &Path, reason: &str, gone: bool) -> String {
        if gone {
            self.recent.forget(path);
        }
        self.awaited = None;
        self.changes += 1;
        let line = reason.replace(&path.display().to_string(), &recent::name(path));
        self.trouble = Some(line.clone());
        line
    }

    /// Sets the decision about the microphone. Returns the previous one.
    pub(super) fn set_access(&mut self, access: Option<Access>) -> Option<Access> {
        std::mem::replace(&mut self.access, access)
    }

    /// The source that a page names; none for sources that pages can't choose.
    pub(super) fn named(&self, name: PageSource) -> Option<Source> {
        match name {
            PageSource::Signal(signal) => Some(Source::Signal(signal)),
            PageSource::File => self.file().map(|path| Source::File { path: path.into() }),
            PageSource::Microphone => None,
        }
    }

    /// Why the signal that is the source is silent at this rate in Hz, if it is.
    pub(super) fn too_high(&self, sample_rate: u32) -> Option<TooHigh> {
        self.source.signal()?.fits(sample_rate).err()
    }

    /// The source in the engine's form. A file that isn't read yet is silence until it is; so is a microphone that may
    /// not be heard, so that it isn't even opened.
    pub(super) fn audio_source(&self) -> AudioSource {
        match (&self.source, &self.file) {
            (Source::Microphone, _) if self.access == Some(Access::Allowed) => AudioSource::Microphone,
            (Source::Signal(signal), _) => {
                to_protocol::engine_signal(*signal).map_or(AudioSource::Silence, AudioSource::Signal)
            }
            (Source::File { .. }, Some((_, file))) => AudioSource::File(file.looping(self.region())),
            (Source::File { .. }, None) | (Source::Microphone, _) => AudioSource::Silence,
        }
    }

    /// What is heard in place of the processor's output, unless specified otherwise. A microphone is never played
    /// unprocessed: it may be next to its loudspeaker.
    pub(super) fn on_bypass(&self) -> OnBypass {
        if self.is_microphone() { OnBypass::Silence } else { OnBypass::Dry }
    }

    /// The source's file, if the source is one and it isn't in memory at this rate in Hz.
    pub(super) fn unread(&self, sample_rate: u32) -> Option<&Path> {
        let Source::File { path } = &self.source else { return None };
        let read = self
            .file
            .as_ref()
            .is_some_and(|(known, file)| known == path && file.sample_rate() == sample_rate);
        (!read).then_some(path)
    }

    /// Reads a file for the source, at this rate in Hz; a file that is in memory is only converted to the rate. `recent`:
    /// the number by which a page chose it. [`SessionEvent::FileRead`] follows.
    pub(super) fn read(
        &self,
        path: PathBuf,
        rate: u32,
        (reply, recent): (Option<Owed<SetSource>>, Option<u64>),
        events: &Outlet<SessionEvent>,
    ) {
        let known = self.file.as_ref().filter(|(known, _)| *known == path).map(|(_, file)| file.clone());
        let events = events.clone();
        tokio::task::spawn_blocking(move || {
            let result = match known {
                Some(file) => file.at_rate(&path, rate),
                None => AudioFile::load(&path, rate),
            };
            events.send(SessionEvent::FileRead { path, result, reply, recent });
        });
    }

    /// Keeps a file that was read. Returns lines about it for the user, if it isn't the same as before.
    pub(super) fn keep_file(&mut self, path: PathBuf, file: AudioFile) -> Vec<String> {
        let is_new = self.file().is_none_or(|known| known != path);
        let remarks = if is_new { file.remarks().to_vec() } else { Vec::new() };
        self.file = Some((path, file));
        self.changes += 1;
        remarks
    }
}

/// Frames of a file.
fn length(file: &AudioFile) -> u64 {
    u64::try_from(file.frames().len()).unwrap_or(u64::MAX)
}
