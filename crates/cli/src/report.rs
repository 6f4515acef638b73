//! What a running `start`, `record` or `render` tells: to a person, or with `--json` to a program. The one place where it is printed.

mod figures;
mod live;
mod words;

pub(crate) use words::{
    audio, clock, clocks, decibels, late, latency, latency_parts, over_both, percent, seconds, seconds_of,
    state_name,
};

use crate::{
    ansi,
    terminal::{Progress, Screen, Style, colours_allowed, paint},
    writer::{Text, Writer},
};
use std::{
    cell::Cell,
    io::{self, IsTerminal},
    rc::Rc,
};
use wavecraft_companion_protocol::{
    event::Event,
    lanes,
    session::{AudioDevices, State, Stats},
};
use words::length;

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
    keys: Cell<bool>,
    screen: Rc<Screen>,
    /// With `--json`, standard error: a convenience there, which holds up no event.
    errors: Option<Writer>,
}

impl Report {
    /// With colours only where a terminal reads and `NO_COLOR` doesn't forbid (<https://no-color.org>: set and not
    /// empty).
    pub(crate) fn new(json: bool, verbose: bool) -> Self {
        let terminal = if json { io::stderr().is_terminal() } else { io::stdout().is_terminal() };
        let colour = terminal && colours_allowed();
        // A program that reads events sees no line that changes.
        let screen = Rc::new(Screen::new(colour, !json, if json { missing_event } else { missing_line }));
        let errors = json.then(|| Writer::new(missing_error));
        Self { json, verbose, colour, closed: Cell::new(false), keys: Cell::new(false), screen, errors }
    }

    /// What stands at the bottom of the terminal, and is printed above.
    pub(crate) fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Something begins that takes a while.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(Rc::clone(&self.screen))
    }

    /// Shows how a project is, at the bottom of the terminal from now on.
    pub(crate) fn live(&self, stats: &Stats) {
        self.screen.set_figures(live::line(stats));
    }

    /// The end began: what stood at the bottom is no longer so.
    pub(crate) fn ending(&self) -> Progress {
        self.screen.set_question(None);
        self.screen.set_figures(Vec::new());
        let progress = self.progress();
        progress.say("stopping; Ctrl+C again doesn't wait");
        progress
    }

    /// There are keys from now on, which a person is told.
    pub(crate) fn has_keys(&self) {
        self.keys.set(true);
    }

    /// Did the reader of standard output go away? Then nobody would hear of anything any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get() || self.screen.writer().is_some_and(Writer::is_closed)
    }

    /// A line for a person. What is no text in it isn't printed, wherever it came from.
    pub(crate) fn say(&self, text: &str) {
        self.print(&ansi::strip(text));
    }

    /// A line of which every part is text, or our own colour.
    fn print(&self, text: &str) {
        if let Some(errors) = &self.errors {
            errors.line("messages", Text::Err(text.to_owned()));
        } else if self.screen.print(text).is_err() {
            self.closed.set(true);
        }
    }

    /// A line for a person who asked for more.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose {
            self.print(&self.painted(Style::Dim, text));
        }
    }

    /// A named value for a person.
    pub(crate) fn item(&self, name: &str, value: &str) {
        let name = self.painted(Style::Bold, &format!("{name:<10}"));
        self.print(&format!("  {name}{}", ansi::strip(value)));
    }

    /// A line for a person about something that failed, where programs have their own event for it.
    pub(crate) fn warn(&self, text: &str) {
        self.print(&format!("{} {}", self.painted(Style::Red, "!"), ansi::strip(text)));
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
            // Its colours are wanted: it was asked for them.
            From::Cargo => {
                let line = if self.colour { ansi::keep_colours(line) } else { ansi::strip(line) };
                match &self.errors {
                    Some(errors) => errors.line(from.name(), Text::Err(line)),
                    None => drop(self.screen.print_error(from.name(), &line)),
                }
            }
            From::Child => self.quote(from, "child │", line),
            From::Companion => self.pass_on(from, &ansi::strip(line)),
            From::Page if !self.verbose => {}
            From::Page => {
                self.pass_on(from, &self.painted(Style::Dim, &format!("ui │ {}", ansi::line(line))))
            }
            From::PageError => self.quote(from, "ui │", line),
        }
        let event = Event::Log { from: from.name().into(), line: ansi::strip(line) };
        if let Some(writer) = self.screen.writer().filter(|_| self.json) {
            writer.line(from.name(), Text::Out(json_line(&event)));
        }
    }

    /// A line of another program's for a person, of which every part is text, or our own colour.
    fn pass_on(&self, from: From, text: &str) {
        let printed = match &self.errors {
            Some(errors) => {
                errors.line(from.name(), Text::Err(text.to_owned()));
                Ok(())
            }
            None => self.screen.print_log(from.name(), text),
        };
        if printed.is_err() {
            self.closed.set(true);
        }
    }

    /// What another program said, each line behind its name: none can pose as ours.
    fn quote(&self, from: From, name: &str, text: &str) {
        for line in ansi::strip(text).split('\n') {
            self.pass_on(from, &format!("{} {line}", self.painted(Style::Dim, name)));
        }
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
                        self.say_how_to_stop("Live.");
                    }
                    None => {
                        self.item(
                            "Audio",
                            "none: the levels are synthetic. `wavecraft start --with-audio` plays through your DSP",
                        );
                        self.say_how_to_stop("Ready.");
                    }
                }
            }
            Event::Stats {
                blocks, late_blocks, xruns, load, load_p99, drift, input_rms, output_rms, ..
            } => {
                self.detail(&format!(
                    "{blocks} blocks, {late_blocks} late, {xruns} xruns, load {} (99 % below {}), in {}, out {}{}",
                    percent(*load),
                    percent(*load_p99),
                    decibels(*input_rms),
                    decibels(*output_rms),
                    drift.as_ref().map(|drift| format!(", clocks {}", clocks(drift))).unwrap_or_default()
                ));
            }
            Event::Devices(devices) => self.devices(devices),
            Event::Page { ui_url } => self.say(&format!("The page is there now: {ui_url}")),
            Event::Reattached { .. } => self.say("The companion is back. Pages reconnect by themselves."),
            Event::State { state, reason } => self.state(*state, reason.as_deref()),
            Event::Reloaded { build_ms, swap_ms, late_blocks } => {
                let late = late_blocks.map(|blocks| format!(", {}", late(blocks))).unwrap_or_default();
                self.say(&format!("Rebuilt in {}, swapped in {swap_ms} ms{late}", seconds(*build_ms)));
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
                    self.warn(&format!(
                        "{nonfinite} samples were no numbers, or far beyond what is sound, and were limited"
                    ));
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

    fn say_how_to_stop(&self, state: &str) {
        let keys = if self.keys.get() { "Press h for the keys; q or " } else { "" };
        self.print(&format!("  {} {keys}Ctrl+C stops it.", self.painted(Style::Green, state)));
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
        let Some(writer) = self.screen.writer().filter(|_| self.json) else { return };
        let text = Text::Out(json_line(event));
        match event {
            Event::Stats { .. } => writer.update("stats", text),
            Event::Recording { .. } => writer.update("recording", text),
            Event::Rendering { .. } => writer.update("rendering", text),
            _ => writer.keep(text),
        }
    }

    fn painted(&self, style: Style, text: &str) -> String {
        paint(style, &ansi::strip(text), self.colour)
    }
}

/// Says to a program how many lines are missing.
fn missing_event(source: &str, lines: usize) -> Text {
    Text::Out(json_line(&Event::Log { from: source.into(), line: missing(source, lines) }))
}

/// The same beside the events.
fn missing_error(source: &str, lines: usize) -> Text {
    Text::Err(missing(source, lines))
}

/// Says it to a person.
fn missing_line(source: &str, lines: usize) -> Text {
    Text::Out(missing(source, lines))
}

fn missing(source: &str, lines: usize) -> String {
    let of = match source {
        "child" => "the processor's output",
        "cargo" => "cargo's output",
        "ui" => "the page's server's output",
        "messages" => "what was told",
        _ => "the companion's output",
    };
    lanes::dropped(lines, of)
}

/// A message of the protocol as one line, without a character that a terminal would obey: JSON has another way to write
/// those (RFC 8259, section 7), and serde_json uses it for the first 32 alone.
pub(crate) fn json_line(message: &impl serde::Serialize) -> String {
    let line = wavecraft_companion_protocol::rpc::to_value(message).to_string();
    if !line.contains(ansi::is_hidden) {
        return line;
    }
    let escaped = |char: char| match ansi::is_hidden(char) {
        true => format!("\\u{:04x}", u32::from(char)),
        false => char.to_string(),
    };
    line.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_every_character_and_shows_none_that_a_terminal_obeys() {
        let name = "a\u{1b}[2Jb\u{9b}31m\u{202e}c\u{7f}ä\n\"";
        let line = json_line(&name);
        assert!(!line.contains(ansi::is_hidden), "{line:?}");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), name);
    }
}
