//! Measuring the latency of a loop: the audio side is opened for it where no project has done so.

use super::{App, AudioSide};
use crate::{
    audio::Opened, connection::ConnectionId, event::Reply, microphone::Permission, session::Session,
};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tracing::info;
use wavecraft_audio_core::{InputState, LatencyError, MeasuredLatency};
use wavecraft_companion_protocol::{
    control::NOT_MEASURED,
    latency::{self, ProjectLatency, ReportedLoop},
    rpc::{ErrorObject, INTERNAL_ERROR, to_value},
    session::{AudioDevices, Mode},
};

/// So long it may take in all: two devices may take seconds to open, two clocks 12 s to be matched, the chirps 2 s.
const LIMIT: Duration = Duration::from_secs(30);

/// A measurement under way.
pub(super) struct Measuring {
    asked_by: ConnectionId,
    reply: Reply,
    until: Instant,
}

impl App {
    /// Measures, and answers when that is done.
    pub(super) fn measure_latency(&mut self, from: ConnectionId, reply: Reply) {
        let busy = if self.quitting {
            Some("the companion is quitting: start it again")
        } else {
            self.measuring.is_some().then_some("the latency is just being measured: try again in a moment")
        };
        if let Some(busy) = busy {
            let _ = reply.send(Err(ErrorObject::new(INTERNAL_ERROR, busy)));
            return;
        }
        if let Some(why) = self.may_not_record() {
            let _ = reply.send(Err(refused(why)));
            return;
        }
        self.measuring = Some(Measuring { asked_by: from, reply, until: Instant::now() + LIMIT });
        self.need_audio();
        self.begin_measuring();
    }

    /// Why the system keeps the microphone from the companion, if it does. It is asked where nobody has decided yet. A
    /// person's own word isn't needed: it was a person who wants to measure, and no project hears anything.
    fn may_not_record(&self) -> Option<&'static str> {
        match self.microphone.authority.state() {
            Permission::NotNeeded | Permission::Authorized => None,
            Permission::NotDetermined => {
                self.microphone.authority.ask(&self.events);
                Some(
                    "the system asks whether the companion may use the microphone: answer it, then measure again",
                )
            }
            Permission::Denied => Some(
                "the system doesn't let the companion use the microphone: turn it on in System Settings > Privacy & \
                 Security > Microphone",
            ),
            Permission::Restricted => Some("this computer's rules keep the microphone from the companion"),
        }
    }

    /// Begins as soon as the audio side runs.
    pub(super) fn begin_measuring(&mut self) {
        if let (Some(_), AudioSide::Open(opened)) = (&self.measuring, &mut self.audio) {
            opened.audio.measure_latency();
            info!("measuring the latency: projects are silent meanwhile");
        }
    }

    /// Looks how far the measurement is. Called with every tick.
    pub(super) fn follow_measuring(&mut self, now: Instant) {
        let (Some(measuring), AudioSide::Open(opened)) = (&self.measuring, &mut self.audio) else { return };
        if let Some(recording) = opened.audio.latency_recording() {
            let surroundings = Surroundings::of(opened, &self.sessions);
            let Some(Measuring { reply, .. }) = self.measuring.take() else { return };
            drop(tokio::task::spawn_blocking(move || {
                let _ = reply.send(surroundings.judge(recording.evaluate()));
            }));
            self.rest_if_idle();
            return;
        }
        let stream = opened.audio.stream();
        let refusal = match stream.input {
            _ if stream.backend == "virtual" => opened.notice.clone().unwrap_or_else(|| {
                "the virtual device has no sound: start the companion with another --backend".into()
            }),
            InputState::Failed(error) => error.to_string(),
            _ if now >= measuring.until => format!(
                "the input{} delivers no steady sound: choose another with `wavecraft devices --input`",
                named(&opened.devices().input)
            ),
            _ => return,
        };
        self.refuse_measuring(&refusal);
    }

    /// Ends a measurement with the reason why there is no result.
    pub(super) fn refuse_measuring(&mut self, reason: &str) {
        if let Some(measuring) = self.measuring.take() {
            let _ = measuring.reply.send(Err(refused(reason)));
            self.stop_measuring();
        }
    }

    /// Ends the measurement of a caller that is gone.
    pub(super) fn forget_measuring_of(&mut self, caller: ConnectionId) {
        if let Some(measuring) = self.measuring.take_if(|measuring| measuring.asked_by == caller) {
            info!("who asked for the latency is gone: not measuring any more");
            let _ = measuring.reply.send(Err(refused("the connection was closed meanwhile")));
            self.stop_measuring();
        }
    }

    fn stop_measuring(&mut self) {
        if let AudioSide::Open(opened) = &mut self.audio {
            opened.audio.stop_measuring();
        }
        self.rest_if_idle();
    }
}

fn refused(reason: &str) -> ErrorObject {
    ErrorObject::new(NOT_MEASURED, format!("the latency can't be measured: {reason}"))
}

/// What a measurement stands beside.
struct Surroundings {
    sample_rate: u32,
    reported: ReportedLoop,
    projects: Vec<ProjectLatency>,
    devices: AudioDevices,
}

impl Surroundings {
    fn of(opened: &mut Opened, sessions: &BTreeMap<String, Session>) -> Self {
        let stream = opened.audio.stream();
        let project = |session: &Session| {
            let snapshot = opened.audio.snapshot(session.project?)?;
            Some(ProjectLatency {
                session: session.id.clone(),
                mode: match snapshot.mode {
                    wavecraft_audio_core::Mode::Pipelined => Mode::Pipelined,
                    wavecraft_audio_core::Mode::Direct => Mode::Direct,
                },
                pipeline: snapshot.delay_frames,
                processor: session.latency_frames,
            })
        };
        Self {
            sample_rate: stream.sample_rate,
            reported: ReportedLoop {
                output_device: stream.latency.output_device_frames,
                input_device: stream.latency.input_device_frames,
                input_buffer: stream.latency.input_fifo_frames,
            },
            projects: sessions.values().filter_map(project).collect(),
            devices: opened.devices(),
        }
    }

    /// The answer.
    fn judge(
        self,
        measured: Result<MeasuredLatency, LatencyError>,
    ) -> Result<serde_json::Value, ErrorObject> {
        let measured = measured.map_err(|error| refused(&format!("{error}. {}", self.advice(error))))?;
        Ok(to_value(&latency::MeasuredLatency {
            sample_rate: self.sample_rate,
            frames: measured.frames,
            chirps: measured.chirps,
            gain_db: measured.gain_db,
            inverted: measured.inverted,
            reported: self.reported,
            difference_frames: measured.frames - f64::from(self.reported.total_frames()),
            projects: self.projects,
            devices: self.devices,
        }))
    }

    /// What a person can do about it.
    fn advice(&self, error: LatencyError) -> String {
        let (input, output) = (named(&self.devices.input), named(&self.devices.output));
        match error {
            LatencyError::Interrupted => "Measure again".into(),
            LatencyError::NotHeard { input_db } => {
                let heard = if input_db.is_finite() {
                    format!("has something else in it, at {input_db:.0} dB")
                } else {
                    "is silent".into()
                };
                format!(
                    "The input{input} {heard}: connect the output{output} to it by a cable, turn the level up, or \
                     choose another input with `wavecraft devices --input`"
                )
            }
            LatencyError::TooQuiet { gain_db } => {
                format!("They lost {:.0} dB on the way: turn the output or the input's gain up", -gain_db)
            }
            LatencyError::Clipped => "Turn the output or the input's gain down".into(),
            LatencyError::Disagree { .. } => "Frames were lost, or something on the way changes its delay: close \
                                              other programs or choose a larger buffer with `wavecraft devices \
                                              --buffer`, and measure again"
                .into(),
        }
    }
}

/// A device's name to follow "the input" or "the output", where it is known.
fn named(device: &Option<String>) -> String {
    device.as_ref().map(|name| format!(" \"{name}\"")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(error: LatencyError) -> String {
        let devices = AudioDevices {
            input: Some("Desk in".into()),
            output: Some("Desk out".into()),
            ..AudioDevices::default()
        };
        let surroundings = Surroundings {
            sample_rate: 48_000,
            reported: ReportedLoop::default(),
            projects: vec![],
            devices,
        };
        let refused = surroundings.judge(Err(error)).unwrap_err();
        assert_eq!(refused.code, NOT_MEASURED);
        refused.message
    }

    #[test]
    fn a_refusal_says_which_devices_and_what_to_do() {
        assert_eq!(
            told(LatencyError::NotHeard { input_db: f64::NEG_INFINITY }),
            "the latency can't be measured: of the three chirps that were played none came back. The input \"Desk in\" \
             is silent: connect the output \"Desk out\" to it by a cable, turn the level up, or choose another input \
             with `wavecraft devices --input`"
        );
        assert!(
            told(LatencyError::NotHeard { input_db: -31.4 })
                .contains("something else in it, at -31 dB: connect")
        );
        assert!(told(LatencyError::TooQuiet { gain_db: -48.2 }).contains("They lost 48 dB on the way: turn"));
        assert!(told(LatencyError::Clipped).ends_with("gain down"));
        let told = told(LatencyError::Disagree { chirps: [512.0, 768.0, 768.0] });
        assert!(told.contains("512.0, 768.0 and 768.0 frames") && told.contains("--buffer"), "{told}");
    }
}
