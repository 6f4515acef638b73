//! The output of a running `start`, `record` or `render`: for a person, or with `--json` for a program. All of it is
//! printed here.

mod figures;
mod live;
mod probes;
mod transport;
mod words;

pub(crate) use probes::{probe_name, probe_segment};
pub(crate) use transport::{place, tempo, words as transport_words};
pub(crate) use wavecraft_companion_protocol::words::{clause, gain, sentence};
pub(crate) use words::{
    audio, clock, clocks, decibels, heard_name, heard_words, late, latency, latency_parts, length, over_both,
    percent, seconds, seconds_of, state_name,
};

use crate::{
    ansi,
    counted::Trouble,
    places::Places,
    terminal::{Progress, Screen, Segment, Style, colours_allowed, has_links, paint},
    writer::{Text, Writer},
};
use std::{
    borrow::Cow,
    cell::{Cell, OnceCell},
    io::{self, IsTerminal},
    rc::Rc,
};
use wavecraft_companion_protocol::{
    event::Event,
    lanes,
    session::{AudioDevices, Stats},
};

/// The source of a line: the `from` of a log event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// The project's processor.
    Child,
    /// cargo and the compiler.
    Cargo,
    /// What the companion says of the project; its program, while it renders; without audio, this command.
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

/// Standard output gets the person's text, or with `--json` one event a line; then the person's text goes to standard
/// error.
pub(crate) struct Report {
    json: bool,
    verbose: bool,
    colour: bool,
    /// The same for cargo's lines, which go to standard error.
    cargo_colour: bool,
    /// Makes places in source files hyperlinks, where the terminal has them.
    links: OnceCell<Places>,
    closed: Cell<bool>,
    keys: Cell<bool>,
    screen: Rc<Screen>,
    /// With `--json`, standard error: only a convenience there, which never delays an event.
    errors: Option<Writer>,
}

impl Report {
    /// Colours are used only on a terminal, and only if `NO_COLOR` doesn't forbid them (<https://no-color.org>: set and
    /// not empty).
    pub(crate) fn new(json: bool, verbose: bool) -> Self {
        let terminal = if json { io::stderr().is_terminal() } else { io::stdout().is_terminal() };
        let colour = terminal && colours_allowed();
        // A program that reads events gets no line that changes.
        let screen = Rc::new(Screen::new(colour, !json, if json { missing_event } else { missing_line }));
        let errors = json.then(|| Writer::new(missing_error));
        Self {
            json,
            verbose,
            colour,
            cargo_colour: io::stderr().is_terminal() && colours_allowed(),
            links: OnceCell::new(),
            closed: Cell::new(false),
            keys: Cell::new(false),
            screen,
            errors,
        }
    }

    /// All of it, with no event, goes to standard error: standard output is for a document alone.
    pub(crate) fn beside_a_document() -> Self {
        Self { json: false, ..Self::new(true, false) }
    }

    /// Makes a project's places in source files hyperlinks from now on, if the terminal shows those.
    pub(crate) fn link_places(&self, places: &Places) {
        if self.screen.is_lively() && has_links() {
            let _ = self.links.set(places.clone());
        }
    }

    fn linked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.links.get().map_or(Cow::Borrowed(text), |places| places.linked(text))
    }

    /// The bottom line of the terminal; everything else is printed above it.
    pub(crate) fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Shows that something has begun that takes a while.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(Rc::clone(&self.screen))
    }

    /// Shows the project's state at the bottom of the terminal from now on, with one part more if there is one.
    pub(crate) fn live(&self, stats: &Stats, more: Option<Segment>) {
        self.screen.set_figures(live::line(stats, more));
    }

    /// The command is ending: removes the bottom line, which is out of date.
    pub(crate) fn ending(&self) -> Progress {
        self.screen.set_question(None);
        self.screen.set_figures(Vec::new());
        let progress = self.progress();
        progress.say("stopping; Ctrl+C again doesn't wait");
        progress
    }

    /// Notes that keys work from now on, so that the user is told so.
    pub(crate) fn has_keys(&self) {
        self.keys.set(true);
    }

    /// Whether the reader of standard output has gone away. Then nobody would see any report.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get() || self.screen.writer().is_some_and(Writer::is_closed)
    }

    /// Prints a line for a person. Control sequences are removed, whatever their source.
    pub(crate) fn say(&self, text: &str) {
        self.print(&ansi::strip(text));
    }

    /// Prints a line made only of text and our own colours.
    fn print(&self, text: &str) {
        if let Some(errors) = &self.errors {
            errors.line("messages", Text::Err(text.to_owned()));
        } else if self.screen.print(&self.linked(text)).is_err() {
            self.closed.set(true);
        }
    }

    /// Prints a line for a person who asked for details.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose {
            self.print(&self.painted(Style::Dim, text));
        }
    }

    /// Prints a named value for a person.
    pub(crate) fn item(&self, name: &str, value: &str) {
        let name = self.painted(Style::Bold, &format!("{name:<10}"));
        self.print(&format!("  {name}{}", ansi::strip(value)));
    }

    /// Prints an error for a person, where programs get a separate event.
    pub(crate) fn warn(&self, text: &str) {
        self.print(&format!("{} {}", self.painted(Style::Red, "!"), ansi::strip(text)));
    }

    /// Reports a failure after which the command goes on.
    pub(crate) fn trouble(&self, message: &str) {
        self.warn(message);
        self.failure(message);
    }

    /// Reports the failure that ends the command: only to programs, since `main` prints it for people.
    pub(crate) fn failure(&self, message: &str) {
        self.emit(&Event::Error { message: message.into() });
    }

    /// Passes on a failure, after reporting it to programs too.
    pub(crate) fn failed<T>(&self, error: anyhow::Error) -> anyhow::Result<T> {
        self.failure(&format!("{error:#}"));
        Err(error)
    }

    /// Prints a line from another program. People always see cargo's lines unchanged, the processor's, and errors of
    /// the page's server; the rest only if they asked for details.
    pub(crate) fn log(&self, from: From, line: &str) {
        match from {
            // Keeps its colours, which cargo was asked for.
            From::Cargo => {
                let line = if self.cargo_colour { ansi::keep_colours(line) } else { ansi::strip(line) };
                match &self.errors {
                    Some(errors) => errors.line(from.name(), Text::Err(line)),
                    // It may be no terminal, even if standard output is one.
                    None if !io::stderr().is_terminal() => drop(self.screen.print_error(from.name(), &line)),
                    None => drop(self.screen.print_error(from.name(), &self.linked(&line))),
                }
            }
            From::Child => self.quote(from, "child │", line),
            From::Companion => self.pass_on(from, &indented(&ansi::strip(line))),
            From::Page if !self.verbose => {}
            From::Page => {
                self.pass_on(from, &self.painted(Style::Dim, &format!("ui │ {}", ansi::line(line))))
            }
            From::PageError => self.quote(from, "ui │", line),
        }
        self.log_event(from, line);
    }

    /// Passes another program's line on to programs alone.
    pub(crate) fn log_event(&self, from: From, line: &str) {
        let event = Event::Log { from: from.name().into(), line: ansi::strip(line) };
        if let Some(writer) = self.screen.writer().filter(|_| self.json) {
            writer.line(from.name(), Text::Out(json_line(&event)));
        }
    }

    /// Prints another program's line for a person, made only of text and our own colours.
    fn pass_on(&self, from: From, text: &str) {
        let printed = match &self.errors {
            Some(errors) => {
                errors.line(from.name(), Text::Err(text.to_owned()));
                Ok(())
            }
            None => self.screen.print_log(from.name(), &self.linked(text)),
        };
        if printed.is_err() {
            self.closed.set(true);
        }
    }

    /// Another program's lines, each prefixed with its name: none can pose as ours.
    fn quote(&self, from: From, name: &str, text: &str) {
        for line in ansi::strip(text).split('\n') {
            self.pass_on(from, &format!("{} {line}", self.painted(Style::Dim, name)));
        }
    }

    /// Reports an event.
    pub(crate) fn event(&self, event: &Event) {
        match event {
            Event::Ready { ui_url, inspector_url, devices, latency_ms, mode, .. } => {
                self.say("");
                // Programs find the inspector in the event; the token isn't needed twice.
                if self.json {
                    ui_url.iter().for_each(|url| self.item("UI", url));
                } else {
                    self.addresses(ui_url.as_deref(), inspector_url, None);
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
                blocks,
                late_blocks,
                xruns,
                processor_load,
                drift,
                input_rms,
                output_rms,
                heard,
                ..
            } => {
                self.detail(&format!(
                    "{blocks} blocks, {late_blocks} late, {xruns} xruns, load {} (99 % below {}), in {}, {} {}{}",
                    percent(processor_load.average),
                    percent(processor_load.p99),
                    decibels(*input_rms),
                    heard_name(*heard),
                    decibels(*output_rms),
                    drift.as_ref().map(|drift| format!(", clocks {}", clocks(drift))).unwrap_or_default()
                ));
            }
            Event::Devices(devices) => self.devices(devices),
            Event::Page { ui_url } => self.say(&format!("The page is there now: {ui_url}")),
            Event::Reattached { .. } => self.say("The companion is back. Pages reconnect by themselves."),
            Event::Reloaded { build_ms, swap_ms, late_blocks } => {
                let late = late_blocks.map(|blocks| format!(", {}", late(blocks))).unwrap_or_default();
                self.say(&format!("Rebuilt in {}, swapped in {swap_ms} ms{late}", seconds(*build_ms)));
            }
            Event::Recorded(take) => {
                self.say(&format!("Recorded {} into {}", length(take.seconds), take.path.display()));
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
            Event::Recording { .. }
            | Event::Rendering { .. }
            | Event::Measured { .. }
            | Event::Compared { .. }
            | Event::Checking { .. }
            | Event::Checked { .. } => {}
            // The reason for a build is printed where the build starts; states, errors and lines have their own functions;
            // an end without orphans needs no message.
            Event::Build(_)
            | Event::State { .. }
            | Event::Log { .. }
            | Event::Error { .. }
            | Event::Stopped { .. } => {}
        }
        self.emit(event);
    }

    /// Prints the addresses of the page, the inspector and the dev WebSocket, as far as they are given.
    pub(crate) fn addresses(&self, page: Option<&str>, inspector: &str, websocket: Option<&str>) {
        let named = [("UI", page), ("Inspector", Some(inspector)), ("WebSocket", websocket)];
        named
            .into_iter()
            .filter_map(|(name, url)| Some((name, url?)))
            .for_each(|(name, url)| self.item(name, url));
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

    /// Tells a person of a trouble: in a line of its own, or by the count in its last line. Returns whether it was printed.
    pub(crate) fn tell_trouble(&self, trouble: &Trouble) -> bool {
        let text = indented(&ansi::strip(&trouble.text));
        let text = format!("{} {text}", self.painted(Style::Red, "!"));
        self.repeat(trouble, &text)
    }

    /// The same for what is no trouble.
    pub(crate) fn tell_again(&self, news: &Trouble) -> bool {
        self.repeat(news, &indented(&ansi::strip(&news.text)))
    }

    fn repeat(&self, news: &Trouble, text: &str) -> bool {
        if !news.is_first && matches!(self.screen.print_over(&news.kind, &self.linked(text)), Ok(true)) {
            return true;
        }
        if !news.is_due {
            return false;
        }
        if self.errors.is_some() {
            self.print(text);
        } else if self.screen.print_first(&news.kind, &self.linked(text)).is_err() {
            self.closed.set(true);
        }
        true
    }

    /// Prints what follows from a trouble that was just told.
    pub(crate) fn tell_after(&self, text: &str) {
        let text = ansi::strip(text);
        if self.errors.is_some() {
            self.print(&text);
        } else if self.screen.print_more(&self.linked(&text)).is_err() {
            self.closed.set(true);
        }
    }

    fn emit(&self, event: &Event) {
        let Some(writer) = self.screen.writer().filter(|_| self.json) else { return };
        let text = Text::Out(json_line(event));
        match event {
            Event::Stats { .. } => writer.update("stats", text),
            Event::Recording { .. } => writer.update("recording", text),
            // Its command shows what was found.
            Event::Measured { .. }
            | Event::Compared { .. }
            | Event::Checking { .. }
            | Event::Checked { .. } => {}
            Event::Rendering { .. } => writer.update("rendering", text),
            _ => writer.keep(text),
        }
    }

    fn painted(&self, style: Style, text: &str) -> String {
        paint(style, &ansi::strip(text), self.colour)
    }
}

/// Reports to a program how many lines are missing.
fn missing_event(source: &str, lines: usize) -> Text {
    Text::Out(json_line(&Event::Log { from: source.into(), line: missing(source, lines) }))
}

/// The same, beside the events.
fn missing_error(source: &str, lines: usize) -> Text {
    Text::Err(missing(source, lines))
}

/// The same, to a person.
fn missing_line(source: &str, lines: usize) -> Text {
    Text::Out(missing(source, lines))
}

/// The text with its further lines further in: none can pose as another message.
fn indented(text: &str) -> String {
    text.replace('\n', "\n  ")
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

/// A protocol message as one line, without characters that a terminal would act on: JSON can escape those (RFC 8259,
/// section 7), but serde_json escapes only the first 32.
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
