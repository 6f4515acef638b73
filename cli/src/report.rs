//! What a running `start`, `record` or `render` tells: to a person, or with `--json` to a program. The one place where it is printed.

use crate::ansi;
use std::{
    cell::Cell,
    io::{self, IsTerminal, Write},
    time::Duration,
};
use wavecraft_companion_protocol::{
    event::Event,
    session::{AudioDevices, Drift, Mode, State},
};

/// Who wrote a line: the `from` of a log event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// The project's processor.
    Child,
    /// cargo and the compiler.
    Cargo,
    /// The companion's program, of a rendering.
    Companion,
    /// npm or the page's server.
    Page,
    /// The same, on its standard error.
    PageError,
}

impl From {
    fn name(self) -> &'static str {
        match self {
            Self::Child => "child",
            Self::Cargo => "cargo",
            Self::Companion => "companion",
            Self::Page | Self::PageError => "ui",
        }
    }
}

/// Standard output has a person's text, or with `--json` one event a line; then the person's text is on standard
/// error.
pub(crate) struct Report {
    json: bool,
    verbose: bool,
    colour: bool,
    closed: Cell<bool>,
}

impl Report {
    /// With colours only where a terminal reads and `NO_COLOR` doesn't forbid (<https://no-color.org>: set and not
    /// empty).
    pub(crate) fn new(json: bool, verbose: bool) -> Self {
        let terminal = if json { io::stderr().is_terminal() } else { io::stdout().is_terminal() };
        Self { json, verbose, colour: terminal && colours_allowed(), closed: Cell::new(false) }
    }

    /// Did the reader of standard output go away? Then nobody would hear of anything any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// A line for a person.
    pub(crate) fn say(&self, text: &str) {
        if self.json {
            // Standard error is a convenience here; a program reads the events.
            let _ = writeln!(io::stderr(), "{text}");
        } else if writeln!(io::stdout(), "{text}").is_err() {
            self.closed.set(true);
        }
    }

    /// A line for a person who asked for more.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose {
            self.say(&self.painted(DIM, text));
        }
    }

    /// A named value for a person.
    pub(crate) fn item(&self, name: &str, value: &str) {
        self.say(&format!("  {}{value}", self.painted(BOLD, &format!("{name:<10}"))));
    }

    /// A line for a person about something that failed, where programs have their own event for it.
    pub(crate) fn warn(&self, text: &str) {
        self.say(&format!("{} {text}", self.painted(RED, "!")));
    }

    /// Something failed and the command goes on.
    pub(crate) fn trouble(&self, message: &str) {
        self.warn(message);
        self.failure(message);
    }

    /// The failure that ends the command: only for programs, since `main` prints it for people.
    pub(crate) fn failure(&self, message: &str) {
        self.emit(&Event::Error { message: message.into() });
    }

    /// Passes on a failure, which programs hear of too.
    pub(crate) fn failed<T>(&self, error: anyhow::Error) -> anyhow::Result<T> {
        self.failure(&format!("{error:#}"));
        Err(error)
    }

    /// A line that another program wrote. People see cargo's as it wrote them, the processor's and errors of the
    /// page's server always, and the rest when they asked for more.
    pub(crate) fn log(&self, from: From, line: &str) {
        match from {
            From::Cargo => drop(writeln!(io::stderr(), "{line}")),
            From::Child => self.say(&format!("{} {line}", self.painted(DIM, "child │"))),
            From::Companion => self.say(line),
            From::Page => self.detail(&format!("ui │ {line}")),
            From::PageError => self.say(&format!("{} {line}", self.painted(DIM, "ui │"))),
        }
        self.emit(&Event::Log { from: from.name().into(), line: ansi::strip(line) });
    }

    /// Something happened.
    pub(crate) fn event(&self, event: &Event) {
        match event {
            Event::Ready { ui_url, inspector_url, devices, latency_ms, mode, .. } => {
                self.say("");
                if let Some(url) = ui_url {
                    self.item("UI", url);
                }
                // Programs find it in the event; the token needs no second place.
                if !self.json {
                    self.item("Inspector", inspector_url);
                }
                match devices {
                    Some(devices) => {
                        self.item(
                            "Audio",
                            &format!(
                                "{} · {}",
                                audio(devices),
                                latency(latency_ms.unwrap_or_default(), mode.unwrap_or_default())
                            ),
                        );
                        self.notice(devices);
                        self.say(&format!("  {} Ctrl+C stops it.", self.painted(GREEN, "Live.")));
                    }
                    None => {
                        self.item(
                            "Audio",
                            "none: the levels are synthetic. `wavecraft start --with-audio` plays through your DSP",
                        );
                        self.say(&format!("  {} Ctrl+C stops it.", self.painted(GREEN, "Ready.")));
                    }
                }
            }
            Event::Stats {
                blocks, late_blocks, xruns, load, load_p99, drift, input_rms, output_rms, ..
            } => {
                self.detail(&format!(
                    "{blocks} blocks, {late_blocks} late, {xruns} xruns, load {:.1} % (99 % below {:.1} %), in {}, out {}{}",
                    load * 100.0,
                    load_p99 * 100.0,
                    decibels(*input_rms),
                    decibels(*output_rms),
                    drift.as_ref().map(|drift| format!(", clocks {}", clocks(drift))).unwrap_or_default()
                ));
            }
            Event::Devices(devices) => self.devices(devices),
            Event::Reattached { .. } => self.say("The companion is back. Pages reconnect by themselves."),
            Event::State { state, reason } => self.state(*state, reason.as_deref()),
            Event::Reloaded { build_ms, swap_ms } => {
                self.say(&format!("Rebuilt in {}, swapped in {swap_ms} ms", seconds(*build_ms)));
            }
            Event::Recorded(take) => {
                self.say(&format!("{} has {}", take.path.display(), length(take.seconds)));
                if take.dropped_frames > 0 {
                    self.warn(&format!("{} frames are missing: the disk was too slow", take.dropped_frames));
                }
            }
            Event::Rendered { path, seconds, sample_rate, latency_frames, nonfinite, took_ms, .. } => {
                let took = f64::from(u32::try_from(*took_ms).unwrap_or(u32::MAX).max(1)) / 1000.0;
                self.say(&format!(
                    "{} has {} at {sample_rate} Hz; it took {took:.1} s, {:.0} × real time",
                    path.display(),
                    length(*seconds),
                    seconds / took
                ));
                if *latency_frames > 0 {
                    self.say(&format!("The processor's latency of {latency_frames} frames is taken out."));
                }
                if *nonfinite > 0 {
                    self.warn(&format!("{nonfinite} samples were no numbers and are silence now"));
                }
            }
            Event::Stopped { orphans } if *orphans > 0 => {
                self.warn(&format!("{orphans} process(es) could not be ended"));
            }
            // A progress line shows these.
            Event::Recording { .. } | Event::Rendering { .. } => {}
            // What a build is for is known where it is made; errors and lines have their own functions; an end without
            // orphans goes without saying.
            Event::Build(_) | Event::Log { .. } | Event::Error { .. } | Event::Stopped { .. } => {}
        }
        self.emit(event);
    }

    fn devices(&self, devices: &AudioDevices) {
        self.item("Audio", &audio(devices));
        self.notice(devices);
    }

    fn notice(&self, devices: &AudioDevices) {
        if let Some(notice) = &devices.notice {
            self.item("", notice);
        }
    }

    fn state(&self, state: State, reason: Option<&str>) {
        let name = state_name(state);
        let usual = matches!(state, State::Starting | State::Shadow | State::Live | State::Ended);
        match (usual, reason) {
            (true, None) => self.detail(&format!("processor {name}")),
            (true, Some(reason)) => self.say(&format!("processor {name}: {reason}")),
            (false, reason) => self.warn(&format!(
                "processor {name}{}",
                reason.map(|reason| format!(": {reason}")).unwrap_or_default()
            )),
        }
    }

    fn emit(&self, event: &Event) {
        if self.json && writeln!(io::stdout(), "{}", json_line(event)).is_err() {
            self.closed.set(true);
        }
    }

    fn painted(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.into() }
    }
}

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";

/// Does the user allow colours where a terminal reads?
pub(crate) fn colours_allowed() -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb")
}

/// A message of the protocol as one line.
pub(crate) fn json_line(message: &impl serde::Serialize) -> String {
    wavecraft_companion_protocol::rpc::to_value(message).to_string()
}

/// A state in a person's words.
pub(crate) fn state_name(state: State) -> &'static str {
    match state {
        State::Starting => "starting",
        State::Shadow => "listening",
        State::Live => "live",
        State::Bypassed => "bypassed",
        State::NotResponding => "not responding",
        State::Crashed => "crashed",
        State::Held => "held",
        State::Ended => "ended",
    }
}

/// One line about the audio side.
pub(crate) fn audio(devices: &AudioDevices) -> String {
    let mut text = devices.backend.clone();
    if let Some(input) = &devices.input {
        text += &format!(" · in {input}");
    }
    if let Some(output) = &devices.output {
        text += &format!(" · out {output}");
    }
    let asked = |asked: Option<u32>| asked.map_or_else(String::new, |asked| format!(" (asked for {asked})"));
    text + &format!(
        " · {} Hz{} / {} frames{}",
        devices.sample_rate,
        asked(devices.asked_sample_rate),
        devices.buffer_frames,
        asked(devices.asked_buffer_frames)
    )
}

/// How far apart two clocks are, and what evens that out.
pub(crate) fn clocks(drift: &Drift) -> String {
    format!("{:+.1} ppm apart, matched over {} frames", drift.ppm, drift.buffer_frames)
}

/// How long a project's way takes, and in which mode.
pub(crate) fn latency(ms: f64, mode: Mode) -> String {
    format!("{ms:.1} ms, {mode}")
}

/// A linear amplitude in dBFS: 20 · log10(amplitude).
pub(crate) fn decibels(amplitude: f32) -> String {
    if amplitude > 0.0 { format!("{:.1} dB", 20.0 * amplitude.log10()) } else { "silence".into() }
}

/// The RMS of two channels as one.
pub(crate) fn over_both([left, right]: [f32; 2]) -> f32 {
    ((left * left + right * right) / 2.0).sqrt()
}

/// A time in seconds, to a tenth.
pub(crate) fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

/// A time as minutes and seconds: "0:42".
pub(crate) fn clock(seconds: f64) -> String {
    let whole = Duration::try_from_secs_f64(seconds).unwrap_or_default().as_secs();
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// How long a file is: to a tenth of a second where it is short.
fn length(seconds: f64) -> String {
    if seconds < 60.0 { format!("{seconds:.1} s") } else { clock(seconds) }
}

/// Frames as seconds: exact below 2^53 frames.
#[expect(clippy::cast_precision_loss, reason = "see above")]
pub(crate) fn seconds_of(frames: u64, sample_rate: u32) -> f64 {
    frames as f64 / f64::from(sample_rate.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(decibels(0.5), "-6.0 dB");
        assert_eq!(decibels(0.0), "silence");
        assert_eq!(seconds(1_432), "1.4 s");
        assert_eq!((length(1.99), length(61.0)), ("2.0 s".into(), "1:01".into()));
        assert_eq!((clock(0.9), clock(3661.0)), ("0:00".into(), "61:01".into()));
        let devices = AudioDevices {
            backend: "virtual".into(),
            sample_rate: 48_000,
            buffer_frames: 256,
            ..AudioDevices::default()
        };
        assert_eq!(audio(&devices), "virtual · 48000 Hz / 256 frames");
        assert_eq!(
            clocks(&Drift { ppm: -12.34, buffer_frames: 431 }),
            "-12.3 ppm apart, matched over 431 frames"
        );
        assert_eq!(latency(12.34, Mode::Direct), "12.3 ms, direct");
    }
}
