//! The audio side's life: opened with the first project, closed after the last, opened anew when it is lost.

use super::{App, AudioSide};
use crate::{audio, event::Event};
use tracing::{info, warn};
use wavecraft_audio_core::{AudioError, AudioEvent};
use wavecraft_companion_protocol::{
    control,
    rpc::{ErrorObject, INTERNAL_ERROR},
    session::State,
};

impl App {
    /// Makes sure that the audio side runs, or will.
    pub(super) fn need_audio(&mut self) {
        if !matches!(self.audio, AudioSide::Closed) {
            return;
        }
        self.audio = AudioSide::Opening;
        let (choice, settings, events) =
            (self.options.backend, self.settings.get().clone(), self.events.clone());
        tokio::task::spawn_blocking(move || {
            let to_app = events.clone();
            let notify = move |event| {
                let _ = to_app.send(Event::Audio(event));
            };
            let _ =
                events.send(Event::AudioOpened(audio::open_audio(choice, &settings, notify).map(Box::new)));
        });
    }

    pub(super) fn audio_opened(&mut self, result: Result<Box<audio::Opened>, AudioError>) {
        match result {
            Ok(opened) => {
                let devices = opened.devices();
                info!(
                    "audio: {} at {} Hz, {} frames, output {}",
                    devices.backend,
                    devices.sample_rate,
                    devices.buffer_frames,
                    devices.output.as_deref().unwrap_or("none")
                );
                if let Some(notice) = &devices.notice {
                    warn!("audio: {notice}");
                }
                self.audio = AudioSide::Open(opened);
                self.tell_all(control::DEVICES_CHANGED, &devices);
                let waiting: Vec<_> = self.sessions.keys().cloned().collect();
                for session in waiting {
                    self.begin(&session);
                }
                if self.sessions.is_empty() {
                    self.close_audio();
                }
            }
            Err(error) => {
                self.audio = AudioSide::Closed;
                warn!("audio: {error}");
                let waiting: Vec<_> = self.sessions.keys().cloned().collect();
                for session in waiting {
                    self.fail_attach(&session, ErrorObject::new(INTERNAL_ERROR, error.to_string()));
                }
            }
        }
    }

    pub(super) fn audio_event(&mut self, event: AudioEvent) {
        match event {
            AudioEvent::OutputLost { reason } => {
                // An event may arrive from a stream that was replaced already; only one that runs can be lost.
                if matches!(self.audio, AudioSide::Open(_)) {
                    warn!("audio: the output is gone ({reason}): opening one anew");
                    self.reopen_audio();
                }
                return;
            }
            AudioEvent::InputLost { reason } => warn!("audio: the input is gone: {reason}"),
            AudioEvent::InputFailed(error) => warn!("audio: {error}"),
            AudioEvent::RealtimeDenied { reason } => {
                info!("audio: no real-time priority ({reason}): dropouts under load are likelier");
            }
            AudioEvent::DeviceChanged => info!("audio: the system's default device changed"),
            AudioEvent::InputOpened => info!("audio: the microphone is open"),
            AudioEvent::InputClosed => info!("audio: the microphone is closed"),
        }
        if let AudioSide::Open(opened) = &self.audio {
            let devices = opened.devices();
            self.tell_all(control::DEVICES_CHANGED, &devices);
        }
        let sessions: Vec<_> = self.sessions.keys().cloned().collect();
        for session in sessions {
            self.renew_audio_status(&session);
        }
    }

    /// A new stream may have another rate, so every child gets a new segment on it.
    fn reopen_audio(&mut self) {
        self.close_audio();
        for session in self.sessions.values_mut() {
            session.project = None;
            if let Some(incoming) = session.incoming.take() {
                incoming.child.kill();
                session.retiring.push((incoming.child.id.clone(), incoming.child.process()));
                if let Some((reply, _)) = incoming.reload {
                    let message = "the audio output went away during the swap: save the change again";
                    let _ = reply.send(Err(ErrorObject::new(control::RELOAD_FAILED, message)));
                }
            }
        }
        let running: Vec<_> = self.sessions.keys().cloned().collect();
        for session in running {
            self.retire_child(&session);
            self.set_state(&session, State::Starting, Some("the audio output changed".into()));
        }
        self.need_audio();
    }

    /// Stops the streams. Doing so may take a moment, so it is done elsewhere.
    pub(super) fn close_audio(&mut self) {
        if let AudioSide::Open(opened) = std::mem::take(&mut self.audio) {
            info!("audio: closed");
            drop(tokio::task::spawn_blocking(move || drop(opened)));
        }
    }
}
