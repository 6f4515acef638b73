//! Measuring the latency of a loop: the audio side is opened for that if no project has done so.

use super::open::Open;
use crate::{
    control::{ConnectionId, Owed},
    to_protocol,
};
use std::time::{Duration, Instant};
use wavecraft_audio_core::{InputState, LatencyError, LatencyRecording, MeasuredLatency};
use wavecraft_companion_protocol::{
    control::NOT_MEASURED,
    latency::{self, MeasureLatency, ProjectLatency, ReportedLoop},
    rpc::ErrorObject,
    session::AudioDevices,
};

/// The limit for the whole measurement: two devices may take seconds to open, two clocks 12 s to be matched, the chirps
/// 2 s.
const LIMIT: Duration = Duration::from_secs(30);

/// A measurement under way.
pub(super) struct Measuring {
    asked_by: ConnectionId,
    reply: Owed<MeasureLatency>,
    until: Instant,
}

impl Measuring {
    pub(super) fn new(asked_by: ConnectionId, reply: Owed<MeasureLatency>) -> Self {
        Self { asked_by, reply, until: Instant::now() + LIMIT }
    }

    pub(super) fn is_of(&self, caller: ConnectionId) -> bool {
        self.asked_by == caller
    }

    /// Why it can't succeed, as of `now`.
    pub(super) fn hopeless(&self, open: &Open, now: Instant) -> Option<String> {
        let stream = open.audio.stream();
        match stream.input {
            _ if stream.backend == "virtual" => Some(open.notice.clone().unwrap_or_else(|| {
                "the virtual device has no sound: start the companion with another --backend".into()
            })),
            InputState::Failed(error) => Some(error.to_string()),
            _ if now >= self.until => Some(format!(
                "the input{} delivers no steady sound: choose another with `wavecraft devices --input`",
                named(&open.devices().input)
            )),
            _ => None,
        }
    }

    /// Reports that there is no result, for this reason.
    pub(super) fn refuse(self, reason: &str) {
        self.reply.refuse(refused(reason));
    }

    /// Answers with the evaluation of the recording, which takes a moment.
    pub(super) fn answer(self, recording: LatencyRecording, surroundings: Surroundings) {
        drop(tokio::task::spawn_blocking(move || {
            self.reply.settle(surroundings.judge(recording.evaluate()));
        }));
    }
}

pub(crate) fn refused(reason: &str) -> ErrorObject {
    ErrorObject::new(NOT_MEASURED, format!("the latency can't be measured: {reason}"))
}

/// What is reported together with a measurement.
pub(super) struct Surroundings {
    sample_rate: u32,
    reported: ReportedLoop,
    projects: Vec<ProjectLatency>,
    devices: AudioDevices,
}

impl Surroundings {
    pub(super) fn of(open: &Open, projects: Vec<ProjectLatency>) -> Self {
        let stream = open.audio.stream();
        Self {
            sample_rate: stream.sample_rate,
            reported: to_protocol::reported_loop(stream.latency),
            projects,
            devices: open.devices(),
        }
    }

    /// The answer.
    fn judge(
        self,
        measured: Result<MeasuredLatency, LatencyError>,
    ) -> Result<latency::MeasuredLatency, ErrorObject> {
        let measured = measured.map_err(|error| refused(&format!("{error}. {}", self.advice(error))))?;
        let Self { sample_rate, reported, projects, devices } = self;
        Ok(to_protocol::measured_latency(measured, sample_rate, reported, projects, devices))
    }

    /// What the user can do about it.
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

/// A device's name to follow "the input" or "the output", if it is known.
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
