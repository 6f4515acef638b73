//! Where a session's input comes from, and whether it may hear the microphone.

use super::event::SessionEvent;
use crate::{control::Owed, microphone::Access, outlet::Outlet};
use std::path::{Path, PathBuf};
use wavecraft_audio_core::{AudioFile, Source as AudioSource};
use wavecraft_companion_protocol::{
    control::SetSource,
    session::{OnBypass, Source, SourceName},
};

/// A session's input.
pub(crate) struct Input {
    source: Source,
    /// Whether it may hear the microphone, if that is the source.
    access: Option<Access>,
    /// The file that was chosen, read into memory.
    file: Option<(PathBuf, AudioFile)>,
}

impl Input {
    /// An input from this source. The microphone's access isn't decided yet.
    pub(super) fn new(source: Source) -> Self {
        Self { source, access: None, file: None }
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

    pub(super) fn choose(&mut self, source: Source) {
        self.source = source;
    }

    /// Sets the decision about the microphone. Returns the previous one.
    pub(super) fn set_access(&mut self, access: Option<Access>) -> Option<Access> {
        std::mem::replace(&mut self.access, access)
    }

    /// The source that a page's name stands for; none for sources that pages can't choose.
    pub(super) fn named(&self, name: SourceName) -> Option<Source> {
        match name {
            SourceName::Tone => Some(Source::Tone),
            SourceName::Noise => Some(Source::Noise),
            SourceName::Sweep => Some(Source::Sweep),
            SourceName::Silence => Some(Source::Silence),
            SourceName::File => self.file().map(|path| Source::File { path: path.into() }),
            SourceName::Microphone => None,
        }
    }

    /// The source in the engine's form. A file that isn't read yet is silence until it is; so is a microphone that may
    /// not be heard, so that it isn't even opened.
    pub(super) fn audio_source(&self) -> AudioSource {
        match (&self.source, &self.file) {
            (Source::Microphone, _) if self.access == Some(Access::Allowed) => AudioSource::Microphone,
            (Source::Tone, _) => AudioSource::Tone,
            (Source::Noise, _) => AudioSource::Noise,
            (Source::Sweep, _) => AudioSource::Sweep,
            (Source::File { .. }, Some((_, file))) => AudioSource::File(file.clone()),
            (Source::File { .. }, None) | (Source::Microphone | Source::Silence, _) => AudioSource::Silence,
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

    /// Reads a file for the source, at this rate in Hz; a file that is in memory is only converted to the rate.
    /// [`SessionEvent::FileRead`] follows.
    pub(super) fn read(
        &self,
        path: PathBuf,
        rate: u32,
        reply: Option<Owed<SetSource>>,
        events: &Outlet<SessionEvent>,
    ) {
        let known = self.file.as_ref().filter(|(known, _)| *known == path).map(|(_, file)| file.clone());
        let events = events.clone();
        tokio::task::spawn_blocking(move || {
            let result = match known {
                Some(file) => file.at_rate(&path, rate),
                None => AudioFile::load(&path, rate),
            };
            events.send(SessionEvent::FileRead { path, result, reply });
        });
    }

    /// Keeps a file that was read. Returns lines about it for the user, if it isn't the same as before.
    pub(super) fn keep_file(&mut self, path: PathBuf, file: AudioFile) -> Vec<String> {
        let is_new = self.file().is_none_or(|known| known != path);
        let remarks = if is_new { file.remarks().to_vec() } else { Vec::new() };
        self.file = Some((path, file));
        remarks
    }
}
