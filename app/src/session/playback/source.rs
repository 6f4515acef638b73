//! What feeds the processor, and what pages are told of it.

use super::Playback;
use crate::{microphone::Access, session::context::Context, to_protocol};
use std::path::Path;
use wavecraft_audio_core::FileError;
use wavecraft_companion_protocol::{
    browser::{RecentFile, SetLoop, SourceInfo},
    session::Source,
};

impl Playback {
    /// Uses a source; a file must have been read. False if the project isn't played yet at all.
    pub(in crate::session) fn use_source(&mut self, source: Source, cx: &mut Context) -> bool {
        self.input.choose(source.clone());
        // A caller that asks again for what isn't allowed gets the same answer again.
        let heard_before = self.decide_access(cx).filter(|access| *access == Access::Allowed);
        self.update_feedback(cx);
        let rate = cx.audio.sample_rate().filter(|_| self.mix.project().is_some());
        if let Some(rate) = rate {
            cx.audio.set_on_bypass(self.mix.project(), self.on_bypass());
            cx.audio.set_source(self.mix.project(), &self.input.audio_source());
            // A file that was read for another output rate is silence until it is converted.
            if let Some(path) = self.input.unread(rate).map(Path::to_owned) {
                self.input.read(path, rate, (None, None), &self.events);
            }
        }
        cx.audio.quieter(self.mix.project());
        let recent = self.input.recent().paths();
        cx.settings.remember(&self.folder, |project| {
            (project.source, project.recent) = (Some(source), recent);
        });
        self.notify_access(heard_before, cx);
        rate.is_some()
    }

    /// Loops a part of the source's file, or all of it. Ignored if the file has changed meanwhile.
    pub(in crate::session) fn set_loop(&mut self, wanted: SetLoop, cx: &mut Context) {
        let whole = wanted == SetLoop::default();
        let length = self.input.playing().map(|(_, file)| to_protocol::frames_of(file)).unwrap_or_default();
        let region = [wanted.from_frames.unwrap_or(0), wanted.to_frames.unwrap_or(length)];
        if self.input.set_loop((!whole).then_some(region)) {
            cx.audio.set_loop(self.mix.project(), self.input.region());
        }
    }

    /// Plays the source's file on from another frame.
    pub(in crate::session) fn seek(&mut self, frame: u64, cx: &mut Context) {
        cx.audio.seek(self.mix.project(), frame);
    }

    /// A page chose a file that was played before. One that isn't in memory is read first.
    pub(in crate::session) fn choose_recent(&mut self, number: u64, cx: &mut Context) -> Option<Source> {
        let path = self.input.recent().path(number)?.to_owned();
        if self.input.file() == Some(&path) {
            return Some(Source::File { path });
        }
        let rate = cx.audio.sample_rate()?;
        self.input.await_recent(number);
        self.input.read(path, rate, (None, Some(number)), &self.events);
        None
    }

    /// A recent file can't be played: says so to its terminal and its pages.
    pub(in crate::session) fn recent_failed(&mut self, path: &Path, error: &FileError, cx: &mut Context) {
        let gone = matches!(error, FileError::Missing { .. });
        let mut reason = error.to_string();
        if gone {
            reason = format!("{} is gone, so it isn't played: choose another file", path.display());
        }
        let line = self.input.recent_failed(path, &reason, gone);
        self.audience.warn(line, &cx.clients);
        let recent = self.input.recent().paths();
        cx.settings.remember(&self.folder, |project| project.recent = recent);
    }

    /// Tells pages of the source, if anything about it changed.
    pub(in crate::session) fn notify_source(&mut self, cx: &Context) {
        let Some(sample_rate) = cx.audio.sample_rate() else { return };
        let now = (self.input.changes(), sample_rate);
        if std::mem::replace(&mut self.told_source, now) == now {
            return;
        }
        self.audience.shared.figures().source = Some(self.source_info(sample_rate));
        if let Some(server) = self.audience.server.open() {
            server.source_changed();
        }
    }

    fn source_info(&self, sample_rate: u32) -> SourceInfo {
        let (source, playing) = (self.input.source(), self.input.playing());
        let path = match source {
            Source::File { path } => Some(path),
            _ => None,
        };
        let recent = self.input.recent().iter().map(|file| RecentFile {
            number: file.number,
            name: file.name(),
            playing: path == Some(&file.path),
        });
        SourceInfo {
            source: source.name(),
            name: path.map(|path| crate::session::recent::name(path)),
            sample_rate,
            length_frames: playing.map(|(_, file)| to_protocol::frames_of(file)),
            region: self.input.region(),
            waveform: playing.map(|(_, file)| to_protocol::waveform(file.overview())),
            recent: recent.collect(),
            signal: source.signal().map(|signal| to_protocol::signal(signal, sample_rate)),
            trouble: self.input.trouble().map(str::to_owned),
        }
    }
}
