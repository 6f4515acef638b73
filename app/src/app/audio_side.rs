//! The audio side's life: opened with the first project, closed after the last, opened anew when it is lost.

use super::{App, AudioSide};
use crate::{
    audio::{self, Opened},
    devices::Wanted,
    event::Event,
    platform::Activity,
};
use std::sync::Arc;
use tracing::{info, warn};
use wavecraft_audio_core::{Audio, AudioError, AudioEvent, Backend, LatencyError, Limits};
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
        let (choice, chosen, events) =
            (self.options.backend, self.settings.get().devices.clone(), self.events.clone());
        let notify = self.notify();
        tokio::task::spawn_blocking(move || {
            let opened = audio::open_audio(choice, &chosen, notify);
            let _ = events.send(Event::AudioOpened(opened.map(Box::new)));
        });
    }

    /// Brings what the audio side notices to the app.
    pub(super) fn notify(&self) -> impl Fn(AudioEvent) + Clone + Send + Sync + 'static {
        let events = self.events.clone();
        move |event| {
            let _ = events.send(Event::Audio(event));
        }
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
                self.activity = Some(Activity::begin());
                self.watch.begin();
                self.listen_to_devices();
                self.tell_all(control::DEVICES_CHANGED, &devices);
                self.told = Some(devices);
                let waiting: Vec<_> = self.sessions.keys().cloned().collect();
                for session in waiting {
                    self.begin(&session);
                }
                self.begin_measuring();
                if self.is_idle() {
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
                self.refuse_measuring(&error.to_string());
            }
        }
    }

    pub(super) fn audio_event(&mut self, event: AudioEvent) {
        match event {
            AudioEvent::OutputLost { reason } => {
                // An event may arrive from a stream that was replaced already; only one that runs can be lost.
                if matches!(&self.audio, AudioSide::Open(opened) if opened.audio.output_lost()) {
                    self.lose_output(&reason);
                }
                return;
            }
            AudioEvent::OutputStale { reason } => return self.renew_output(&reason),
            AudioEvent::ListChanged => return self.look_at_devices_soon(),
            AudioEvent::InputLost { reason } => {
                warn!("audio: the input is gone: {reason}");
                self.look_at_devices_soon();
            }
            AudioEvent::InputFailed(error) => warn!("audio: {error}"),
            AudioEvent::RealtimeDenied { reason } => {
                info!("audio: no real-time priority ({reason}): dropouts under load are likelier");
            }
            AudioEvent::DeviceChanged => {
                info!("audio: the system's default device changed");
                self.look_at_devices_soon();
            }
            AudioEvent::InputOpened => info!("audio: the microphone is open"),
            AudioEvent::InputClosed => info!("audio: the microphone is closed"),
        }
        self.tell_devices();
    }

    /// Tells what is in use now.
    pub(super) fn tell_devices(&mut self) {
        if let AudioSide::Open(opened) = &self.audio {
            let devices = opened.devices();
            self.tell_all(control::DEVICES_CHANGED, &devices);
            self.told = Some(devices);
        }
        self.note_devices();
        let sessions: Vec<_> = self.sessions.keys().cloned().collect();
        for session in sessions {
            self.mind_feedback(&session);
            self.renew_audio_status(&session);
        }
    }

    /// The same for what changes by itself: the frames per callback, and what a source asks of the microphone.
    pub(super) fn tell_devices_if_new(&mut self) {
        let AudioSide::Open(opened) = &self.audio else { return };
        if self.told.as_ref().is_none_or(|told| audio::is_news(told, &opened.devices())) {
            self.tell_devices();
        }
    }

    /// Begins anew where the engine can't just move: on an output of another rate, or without one that it could go on
    /// with. Every child is started anew.
    pub(super) fn reopen_audio(&mut self, next: Option<(Box<dyn Backend>, Wanted)>) {
        self.end_all_recordings(&self.why_anew(next.as_ref().map(|(backend, _)| &**backend)));
        self.refuse_measuring(&LatencyError::Interrupted.to_string());
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
        let Some((backend, wanted)) = next else { return self.need_audio() };
        let started = Audio::start(backend, Limits::default(), Arc::new(self.notify()));
        self.audio_opened(started.map(|audio| Box::new(Opened::new(audio, wanted))));
    }

    /// Why a recording can't go on in the engine on another output.
    fn why_anew(&self, next: Option<&dyn Backend>) -> String {
        match (&self.audio, next.map(|next| next.output().sample_rate)) {
            (AudioSide::Open(opened), Some(rate)) if rate != opened.audio.stream().sample_rate => {
                format!("the sound has {rate} Hz from now on, and a WAV file has one rate: record again")
            }
            _ => "the audio output is opened anew: record again".into(),
        }
    }

    /// Stops the streams. Doing so may take a moment, so it is done elsewhere.
    pub(super) fn close_audio(&mut self) {
        self.activity = None;
        if let AudioSide::Open(opened) = std::mem::take(&mut self.audio) {
            info!("audio: closed");
            self.leave_devices();
            drop(tokio::task::spawn_blocking(move || drop(opened)));
        }
    }
}
