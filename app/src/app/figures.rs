//! What is measured: copied from the engine into what pages and terminals see.

use super::{App, AudioSide, reasons};
use crate::{
    audio::Opened,
    microphone::{self, Trouble},
    session::{RecordingStage, Session},
};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tracing::warn;
use wavecraft_audio_core::{LinkState, Load as AudioLoad, Meter, Mode as AudioMode, ProjectSnapshot};
use wavecraft_companion_protocol::{
    browser::{
        AudioDiagnostic, AudioDiagnosticCode, AudioRuntimePhase, AudioRuntimeStatus, MeterFrame, MeterUpdate,
        OscilloscopeFrame, OscilloscopeTriggerMode, SpectrumFrame,
    },
    control::{self, ChildLog, LogStream},
    session::{
        AudioDevices, Drift, FilePosition, Guard, LateBlocks, Latency, Levels, Load, Mode, RecordingFigures,
        Source, State, Stats,
    },
};

/// Figures that are sent unasked go out so often.
const STATS_PERIOD: Duration = Duration::from_secs(1);

impl App {
    /// Regular work: what the audio thread sent back is freed, figures are renewed, heartbeats are looked at.
    pub(super) fn tick(&mut self) {
        let now = Instant::now();
        self.watch_devices(now);
        self.watch_microphone(now);
        self.mind_recordings();
        let silent = self.watch.is_silent(now);
        let AudioSide::Open(opened) = &mut self.audio else { return };
        opened.audio.poll();
        let stats_due = now >= self.stats_due;
        if stats_due {
            self.stats_due = now + STATS_PERIOD;
        }
        let guard = opened.audio.stats().limiter;
        let limiting = guard.limited_frames > self.limited_frames;
        if stats_due {
            self.limited_frames = guard.limited_frames;
        }
        let howl_began = self.howl.follow(guard.howl_muted);
        let mut peaks = Vec::new();
        let mut news = Vec::new();
        let all: Vec<String> = self.sessions.values().map(|session| session.id.clone()).collect();
        for session in self.sessions.values_mut() {
            let Some(project) = session.project else { continue };
            let Some(snapshot) = opened.audio.snapshot(project) else { continue };
            // Heartbeats are read by the output's callback: without one, no child is to blame.
            if silent {
                session.heartbeat.1 = now;
            }
            renew_levels(session, opened, &snapshot);
            // Direct mode was given up: what is wished for from now on is what there is.
            let gave_up = snapshot.fell_back && session.mode == Mode::Direct;
            if gave_up {
                session.mode = Mode::Pipelined;
                session.mode_reason = Some(reasons::fallback(&snapshot.last_late));
                opened.audio.set_mode(project, AudioMode::Pipelined);
            }
            if stats_due || gave_up || howl_began || session.shared.figures().stats.is_none() {
                let stats = stats(session, opened, &snapshot, limiting, &all);
                session.shared.figures().stats = Some(stats);
            }
            if howl_began && !session.muted {
                let [left, right] = snapshot.output.peak;
                peaks.push((session.id.clone(), left.max(right) * db_to_linear(session.gain_db)));
            }
            news.push((session.id.clone(), snapshot, gave_up));
        }
        if howl_began {
            self.howl.blame(&peaks);
        }
        if stats_due {
            self.tell_devices_if_new();
        }
        for (id, snapshot, gave_up) in news {
            self.follow(&id, &snapshot, now);
            if gave_up {
                self.tell_fallback(&id);
            }
            if howl_began {
                self.warn_of(&id, reasons::HOWL.into());
            }
            if stats_due || gave_up || howl_began {
                self.tell_stats(&id);
            }
            if stats_due {
                self.keep_parameters(&id);
            }
        }
        self.follow_measuring(now);
    }

    /// Who hears that a child is live asks for its figures, not for those of before.
    fn renew_stats(&mut self, id: &str, snapshot: &ProjectSnapshot) {
        let AudioSide::Open(opened) = &self.audio else { return };
        let Some(session) = self.sessions.get(id) else { return };
        let all: Vec<String> = self.sessions.values().map(|session| session.id.clone()).collect();
        let stats = stats(session, opened, snapshot, false, &all);
        session.shared.figures().stats = Some(stats);
    }

    /// Says that direct mode was given up.
    fn tell_fallback(&mut self, id: &str) {
        let Some(reason) = self.sessions.get(id).and_then(|session| session.mode_reason.clone()) else {
            return;
        };
        self.warn_of(id, reason);
    }

    /// Says something in the log, in the terminal, and on pages that listen to the log.
    pub(super) fn warn_of(&mut self, id: &str, line: String) {
        warn!("{id}: {line}");
        self.tell_log(ChildLog { session: id.into(), stream: LogStream::Message, line });
    }

    /// Brings a session's state in line with what the engine sees of its child.
    fn follow(&mut self, id: &str, snapshot: &ProjectSnapshot, now: Instant) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let incoming = session.incoming.as_ref().map(|incoming| incoming.child.id.generation);
        if incoming.is_some() && snapshot.live_generation == incoming {
            self.heard(id);
            self.renew_stats(id, snapshot);
            return;
        }
        // Without a child the state is what its end, or its start, made it.
        let Some(child) = &session.child else { return };
        if incoming.is_some() || session.ending.is_some() {
            return;
        }
        if snapshot.heartbeat != session.heartbeat.0 {
            session.heartbeat = (snapshot.heartbeat, now);
        }
        let silent_ms =
            u64::try_from(now.duration_since(session.heartbeat.1).as_millis()).unwrap_or(u64::MAX);
        let patience = &self.settings.get().patience;
        if silent_ms < patience.not_responding_ms {
            // Said once: the times of each further late block are no news.
            if snapshot.link == LinkState::Bypassed && session.state != State::Bypassed {
                let dry = session.on_bypass() == wavecraft_audio_core::OnBypass::Dry;
                self.set_state(id, State::Bypassed, Some(reasons::bypass(&snapshot.last_late, dry)));
            } else if snapshot.link == LinkState::Live {
                self.set_state(id, State::Live, None);
            }
            return;
        }
        let traced = child.pid().is_some_and(crate::platform::is_traced);
        if silent_ms >= patience.end_after_ms && !traced {
            warn!("{id}: no sign of life for {silent_ms} ms: ending it");
            let limit_ms = patience.end_after_ms;
            session.last_words =
                Some(format!("the processor did not respond for {limit_ms} ms and was ended"));
            child.kill();
            return;
        }
        let reason = if traced {
            "the processor stands still in a debugger: it is bypassed and left alone".into()
        } else {
            format!(
                "the processor has not moved for {} ms: it is bypassed, and ended after {} ms",
                patience.not_responding_ms, patience.end_after_ms
            )
        };
        self.set_state(id, State::NotResponding, Some(reason));
    }

    fn tell_stats(&self, id: &str) {
        let Some(stats) = self.sessions.get(id).and_then(|session| session.shared.figures().stats.clone())
        else {
            return;
        };
        self.tell(id, control::STATS, &stats);
    }

    /// Tells pages how the audio side is, if that changed.
    pub(super) fn renew_audio_status(&mut self, id: &str) {
        let devices = match &self.audio {
            AudioSide::Open(opened) => Some(opened.devices()),
            _ => None,
        };
        let Some(session) = self.sessions.get(id) else { return };
        let status = audio_status(session, devices.as_ref());
        let mut figures = session.shared.figures();
        let same = figures.audio_status.as_ref().is_some_and(|old| {
            let text = |status: &AudioRuntimeStatus| status.diagnostic.as_ref().map(|d| d.message.clone());
            (old.phase, old.sample_rate, old.buffer_size, text(old))
                == (status.phase, status.sample_rate, status.buffer_size, text(&status))
        });
        if same {
            return;
        }
        figures.audio_status = Some(status.clone());
        drop(figures);
        if let Some(server) = session.server() {
            server.audio_status_changed(&status);
        }
    }
}

fn renew_levels(session: &mut Session, opened: &mut Opened, snapshot: &ProjectSnapshot) {
    let rate = opened.audio.stream().sample_rate;
    let (scope, spectrum) = match (session.watched, session.project) {
        (true, Some(project)) => (opened.audio.scope(project), opened.audio.spectrum(project)),
        _ => (None, None),
    };
    let mut figures = session.shared.figures();
    let [left_peak, right_peak] = snapshot.output.peak;
    let [left_rms, right_rms] = snapshot.output.rms;
    figures.meter_frame = Some(MeterFrame {
        peak_l: left_peak,
        peak_r: right_peak,
        rms_l: left_rms,
        rms_r: right_rms,
        timestamp: snapshot.timestamp_frames,
    });
    figures.meter_update = Some(MeterUpdate {
        timestamp_us: snapshot.timestamp_frames.saturating_mul(1_000_000) / u64::from(rate.max(1)),
        left_peak,
        left_rms,
        right_peak,
        right_rms,
    });
    figures.input_levels = Some(levels(snapshot.input));
    if let Some(spectrum) = spectrum {
        figures.spectrum = Some(SpectrumFrame {
            levels_db: spectrum.levels_db,
            low_hz: spectrum.low_hz,
            high_hz: spectrum.high_hz,
            timestamp: spectrum.timestamp_frames,
        });
    }
    if let Some(scope) = scope {
        figures.scope = Some(OscilloscopeFrame {
            points_l: scope.left.to_vec(),
            points_r: scope.right.to_vec(),
            sample_rate: super::lifecycle::rate_as_f32(rate),
            timestamp: scope.timestamp_frames,
            no_signal: scope.no_signal,
            trigger_mode: OscilloscopeTriggerMode::RisingZeroCrossing,
        });
    }
}

/// `all` are the sessions there are, this one among them.
fn stats(
    session: &Session,
    opened: &Opened,
    snapshot: &ProjectSnapshot,
    limiting: bool,
    all: &[String],
) -> Stats {
    let engine = opened.audio.stats();
    let parts = opened.audio.stream().latency;
    let microphone = session.source == Source::Microphone;
    let of_microphone = |frames| if microphone { frames } else { 0 };
    Stats {
        session: session.id.clone(),
        state: session.state,
        blocks: snapshot.blocks,
        late_blocks: LateBlocks {
            not_scheduled: snapshot.late.not_scheduled,
            too_slow: snapshot.late.too_slow,
            queue_full: snapshot.late.full,
            device: snapshot.late.device,
        },
        nonfinite: snapshot.nonfinite,
        xruns: engine.device_xruns,
        load: engine.load.average,
        load_max: engine.load.maximum,
        load_p99: engine.load.percentile99,
        processor_load: load(snapshot.load),
        wake_us: Duration::from_nanos(snapshot.wake_ns).as_secs_f32() * 1e6,
        input: levels(snapshot.input),
        output: levels(snapshot.output),
        latency: Latency {
            input_device: of_microphone(parts.input_device_frames),
            input_buffer: of_microphone(parts.input_fifo_frames),
            pipeline: snapshot.delay_frames,
            processor: session.latency_frames,
            output_device: parts.output_device_frames,
        },
        drift: engine
            .input
            .drift_ppm
            .filter(|_| microphone)
            .map(|ppm| Drift { ppm, buffer_frames: parts.input_fifo_frames }),
        devices: opened.devices(),
        source: session.source.name(),
        source_reason: session.microphone.and_then(microphone::trouble).map(Trouble::line),
        file: snapshot.file.map(|file| FilePosition {
            position_frames: file.position_frames,
            length_frames: file.length_frames,
        }),
        recording: recording(session),
        mode: match snapshot.mode {
            AudioMode::Pipelined => Mode::Pipelined,
            AudioMode::Direct => Mode::Direct,
        },
        mode_reason: session.mode_reason.clone(),
        bypassed: session.bypassed,
        muted: session.muted,
        mute_reason: session.mute_reason.clone(),
        gain_db: session.gain_db,
        guard: Guard {
            limiting: limiting || engine.limiter.gain < 1.0,
            howl_muted: engine.limiter.howl_muted,
        },
        respawns: u64::from(session.generation.saturating_sub(1)),
        others: all.iter().filter(|id| **id != session.id).cloned().collect(),
    }
}

fn recording(session: &Session) -> Option<RecordingFigures> {
    let RecordingStage::Running { recording, .. } = &session.recording else { return None };
    Some(RecordingFigures {
        seconds: super::recordings::seconds(recording.frames(), recording.sample_rate()),
        dropped_frames: recording.dropped_frames(),
    })
}

fn load(load: AudioLoad) -> Load {
    Load { average: load.average, max: load.maximum, p99: load.percentile99 }
}

fn levels(meter: Meter) -> Levels {
    Levels { peak: meter.peak, rms: meter.rms }
}

/// Linear amplitude of a level in dB: 10^(dB/20).
pub(super) fn db_to_linear(db: f32) -> f32 {
    10_f32.powf(db / 20.0)
}

fn audio_status(session: &Session, devices: Option<&AudioDevices>) -> AudioRuntimeStatus {
    let microphone = session.microphone.and_then(microphone::trouble);
    let (phase, problem) = match (devices, session.state) {
        (None, _) | (_, State::Starting | State::Shadow) => (AudioRuntimePhase::Initializing, None),
        (_, State::Crashed | State::Held) => (
            AudioRuntimePhase::Failed,
            Some((AudioDiagnosticCode::ProcessorCreateFailed, session.reason.clone())),
        ),
        (_, State::Bypassed | State::NotResponding) => {
            (AudioRuntimePhase::Degraded, Some((AudioDiagnosticCode::Unknown, session.reason.clone())))
        }
        (_, State::Ended) => (AudioRuntimePhase::Disabled, None),
        (Some(devices), State::Live) => match (microphone, &devices.notice) {
            (Some(trouble), _) => (
                AudioRuntimePhase::Degraded,
                Some((AudioDiagnosticCode::InputPermissionDenied, Some(trouble.what.into()))),
            ),
            (None, Some(notice)) => {
                let code = if devices.output.is_none() {
                    AudioDiagnosticCode::NoOutputDevice
                } else {
                    AudioDiagnosticCode::NoInputDevice
                };
                (AudioRuntimePhase::Degraded, Some((code, Some(notice.clone()))))
            }
            (None, None) => (AudioRuntimePhase::RunningFullDuplex, None),
        },
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    AudioRuntimeStatus {
        phase,
        diagnostic: problem.map(|(code, message)| AudioDiagnostic {
            hint: Some(match (code, microphone) {
                (AudioDiagnosticCode::InputPermissionDenied, Some(trouble)) => trouble.hint.into(),
                _ => "the terminal where `wavecraft start` runs shows more".into(),
            }),
            code,
            message: message.unwrap_or_else(|| "the processor isn't heard".into()),
        }),
        sample_rate: devices.map(|devices| super::lifecycle::rate_as_f32(devices.sample_rate)),
        buffer_size: devices.map(|devices| devices.buffer_frames),
        updated_at_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
    }
}
