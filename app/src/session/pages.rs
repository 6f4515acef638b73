//! What pages ask of a session, and the files that are read for it.

use super::{Context, Session, SessionEvent, page_requests::Compared};
use crate::control::Owed;
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use wavecraft_audio_core::{AudioFile, FileError};
use wavecraft_companion_protocol::{
    control::{BAD_SOURCE, SetSource},
    method::Done,
    rpc::ErrorObject,
    session::Source,
};

/// The shortest time between two rounds of requests from pages.
const REQUESTS_PERIOD: Duration = Duration::from_millis(20);

/// The shortest time between two restarts that pages request: a child that is retired may live on for two seconds.
const RESTART_PERIOD: Duration = Duration::from_millis(500);

impl Session {
    /// Handles the pages' requests, at most once per [`REQUESTS_PERIOD`]; requests in between are merged.
    pub(super) fn pages_ask(&mut self, cx: &mut Context) {
        let now = Instant::now();
        let left = self.requests_due.saturating_duration_since(now);
        if !left.is_zero() {
            return self.events.send_later(left, SessionEvent::PagesAsk);
        }
        self.requests_due = now + REQUESTS_PERIOD;
        let asked = self.playback.audience.shared.requests.take();
        asked.watched.into_iter().for_each(|watched| self.playback.set_watched(watched));
        asked.lab_watched.into_iter().for_each(|watched| self.playback.set_lab_watched(watched));
        if let Some(on) = asked.measuring {
            self.playback.set_measuring(on, cx);
        }
        if let Some((number, full)) = asked.measure {
            self.playback.measure_build(number, full, cx);
        }
        // The request's other parts must not change which file a name means.
        let source = asked.source.and_then(|name| self.playback.input.named(name));
        if let Some(on) = asked.bypass {
            self.set_bypassed(on, None, cx);
        }
        if let Some(on) = asked.mute {
            self.set_muted(on, cx);
        }
        if let Some(gain_db) = asked.gain_db {
            // The server has checked the range.
            let _ = self.set_gain(gain_db, cx);
        }
        if let Some(mode) = asked.mode {
            self.set_mode(mode, cx);
        }
        if let Some(line) = asked.refused {
            self.playback.audience.warn(line, &cx.clients);
        }
        if let Some(source) = source {
            self.use_source(source, cx);
        }
        if let Some(source) = asked.recent.and_then(|number| self.playback.choose_recent(number, cx)) {
            self.use_source(source, cx);
        }
        if let Some(wanted) = asked.region {
            self.playback.set_loop(wanted, cx);
        }
        if let Some(frame) = asked.seek {
            self.playback.seek(frame, cx);
        }
        asked.time.taps.iter().for_each(|at| cx.transport.tap(*at, &mut cx.audio));
        if let Some(change) = &asked.time.change {
            cx.transport.change(change, &mut cx.audio);
        }
        match asked.comparison {
            Some(Compared::By(wanted)) => {
                let outcome = self.playback.compare(wanted, cx);
                self.playback.say_refusal(outcome);
            }
            Some(Compared::End) => self.playback.end_comparison(cx),
            None => {}
        }
        if asked.blind_test {
            self.playback.follow_blind_test(cx);
        }
        if asked.keep {
            self.playback.keep_parameters(cx);
        }
        if asked.restart && now >= self.restart_due && !self.is_ending() {
            self.restart_due = now + RESTART_PERIOD;
            self.playback.restart(cx);
        }
    }

    /// A file was read, for a call, for a page, for the start, or for another rate.
    pub(super) fn file_read(
        &mut self,
        path: PathBuf,
        result: Result<AudioFile, FileError>,
        (reply, recent): (Option<Owed<SetSource>>, Option<u64>),
        cx: &mut Context,
    ) {
        if recent.is_some_and(|number| !self.playback.input.awaits(number)) {
            // Something else was chosen meanwhile.
            return;
        }
        match result {
            Ok(file) => {
                let remarks = self.playback.input.keep_file(path.clone(), file);
                self.playback.audience.shared.figures().has_file = true;
                let source = Source::File { path };
                // Without a call, the file was read for the start or for another rate: use it unless something else was
                // chosen meanwhile.
                if reply.is_some() || recent.is_some() || *self.playback.input.source() == source {
                    self.use_source(source, cx);
                }
                for remark in remarks {
                    self.playback.audience.warn(remark, &cx.clients);
                }
                if let Some(reply) = reply {
                    reply.answer(Done {});
                }
            }
            Err(error) if recent.is_some() => self.playback.recent_failed(&path, &error, cx),
            Err(error) => {
                let error = ErrorObject::new(BAD_SOURCE, error.to_string());
                match reply {
                    Some(reply) => reply.refuse(error),
                    None => self.fail_attach(error, cx),
                }
            }
        }
    }
}
