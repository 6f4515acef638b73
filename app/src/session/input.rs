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
    /// Whether it hears the microphone, where that is the source.
    access: Option<Access>,
    /// The file that was chosen, read into memory.
    file: Option<(PathBuf, AudioFile)>,
}

impl Input {
    /// From this source. Whether it is heard is not decided yet.
    pub(super) fn new(source: Source) -> Self {
        Self { source, access: None, file: None }
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    pub(super) fn is_microphone(&self) -> bool {
        self.source == Source::Microphone
    }

    /// Whether it hears the microphone, where that is the source.
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

    /// What was decided on the microphone. Returns what held before.
    pub(super) fn set_access(&mut self, access: Option<Access>) -> Option<Access> {
        std::mem::replace(&mut self.access, access)
    }

    /// The source that a page means; none for those that it gets no way to.
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

    /// The engine's form of the source. A file that isn't read yet is silence until it is, and a microphone that may not be
    /// heard is too, so that it isn't even opened.
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

    /// What is heard while the processor isn't, where nobody said otherwise. A microphone is never played unprocessed: its
    /// loudspeaker may stand beside it.
    pub(super) fn on_bypass(&self) -> OnBypass {
        if self.is_microphone() { OnBypass::Silence } else { OnBypass::Dry }
    }

    /// The file that is the source, if one is, and isn't in memory at this rate in Hz.
    pub(super) fn unread(&self, sample_rate: u32) -> Option<&Path> {
        let Source::File { path } = &self.source else { return None };
        let read = self
            .file
            .as_ref()
            .is_some_and(|(known, file)| known == path && file.sample_rate() == sample_rate);
        (!read).then_some(path)
    }

    /// Reads a file that is to be the source, at this rate in Hz; of one that was read, only the rate is converted.
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

    /// A file was read. Returns what is to be said of it, where it is another than before.
    pub(super) fn keep_file(&mut self, path: PathBuf, file: AudioFile) -> Vec<String> {
        let is_new = self.file().is_none_or(|known| known != path);
        let remarks = if is_new { file.remarks().to_vec() } else { Vec::new() };
        self.file = Some((path, file));
        remarks
    }
}
