//! Asks for the source of the sound at the bottom of the terminal. Everything else goes on meanwhile.

use super::{
    args::existing,
    session::{Question, RunningSession},
    state::Start,
};
use crate::terminal::Key;
use std::{path::Path, time::Duration};
use wavecraft_companion_protocol::{
    control::SetSource,
    session::{BadSignal, SIGNALS, SignalKind, Source, TestSignal},
};

/// Timeout for reading a file.
const READING: Duration = Duration::from_secs(60);
/// The key for a file that isn't in the list.
const ANOTHER_FILE: char = 'f';
/// The key for a signal that isn't in the list.
const ANOTHER_SIGNAL: char = 's';

impl Start {
    pub(super) fn ask_for_source(&self, session: &mut RunningSession) {
        if self.companion.is_none() {
            return self.report_no_sound();
        }
        for (source, key) in sources(session).iter().zip('1'..) {
            let name = match source {
                Source::Microphone => "microphone".into(),
                Source::File { path } => path.display().to_string(),
                Source::Signal(signal) => signal.label(),
            };
            self.report.item(&key.to_string(), &name);
        }
        self.report.item(&ANOTHER_FILE.to_string(), "a file: WAV, FLAC, MP3 or Ogg Vorbis, in a loop");
        let forms = SIGNALS.map(SignalKind::form).join(", ");
        self.report.item(&ANOTHER_SIGNAL.to_string(), &format!("a signal with numbers: {forms}"));
        session.question = Some(Question::Source);
        self.show_question(session);
    }

    pub(super) async fn on_reply(&mut self, key: Key, session: &mut RunningSession) {
        let chosen = match (session.question.take(), key) {
            (None, _) | (Some(_), Key::Escape) | (Some(Question::Source), Key::Enter) => None,
            (Some(Question::Source), Key::Char(ANOTHER_FILE)) => {
                session.question = Some(Question::File(String::new()));
                None
            }
            (Some(Question::Source), Key::Char(ANOTHER_SIGNAL)) => {
                session.question = Some(Question::Signal(String::new()));
                None
            }
            (Some(Question::Source), Key::Char(char)) => {
                let chosen = sources(session).into_iter().zip('1'..).find(|(_, key)| *key == char);
                if chosen.is_none() {
                    session.question = Some(Question::Source);
                }
                chosen.map(|(source, _)| source)
            }
            (Some(Question::Source), Key::Backspace) => {
                session.question = Some(Question::Source);
                None
            }
            (Some(Question::File(typed)), Key::Enter) => self.file(typed, session),
            (Some(Question::Signal(typed)), Key::Enter) => self.signal(typed, session),
            (Some(Question::Signal(mut typed)), key) => {
                match key {
                    Key::Char(char) => typed.push(char),
                    _ => drop(typed.pop()),
                }
                session.question = Some(Question::Signal(typed));
                None
            }
            (Some(Question::File(mut typed)), key) => {
                match key {
                    Key::Char(char) => typed.push(char),
                    _ => drop(typed.pop()),
                }
                session.question = Some(Question::File(typed));
                None
            }
        };
        self.show_question(session);
        if let Some(chosen) = chosen {
            self.set_source(chosen, session).await;
        }
    }

    /// The file whose path was typed. If it isn't one, that is reported, and the path can be corrected.
    fn file(&self, typed: String, session: &mut RunningSession) -> Option<Source> {
        match existing(Source::File { path: plain_path(&typed).into() }) {
            Ok(file) => Some(file),
            Err(error) => {
                self.report.warn(&error);
                session.question = Some(Question::File(typed));
                None
            }
        }
    }

    /// The signal that was typed. If it isn't one, that is reported, and it can be corrected.
    fn signal(&self, typed: String, session: &mut RunningSession) -> Option<Source> {
        match typed.trim().parse() {
            Ok(signal) => Some(Source::Signal(signal)),
            Err(error) => {
                self.report.warn(&BadSignal::to_string(&error));
                session.question = Some(Question::Signal(typed));
                None
            }
        }
    }

    pub(super) async fn set_source(&mut self, source: Source, session: &mut RunningSession) {
        let params = SetSource { session: session.name.clone(), source };
        if self.carry_out(&params, READING).await.is_none() {
            return;
        }
        let source = params.source;
        self.report.say(&format!("The sound comes from {}.", words(&source)));
        if let Some(stats) = &mut session.stats {
            (stats.source, stats.signal) = (source.name(), source.signal());
        }
        if let Source::File { path } = source {
            session.file = Some(path);
        }
        self.show_live(session);
    }

    fn show_question(&self, session: &RunningSession) {
        self.report.screen().set_question(session.question.as_ref().map(ToString::to_string));
    }
}

/// The sources that can be chosen with one key: nine at most.
fn sources(session: &RunningSession) -> Vec<Source> {
    let usual = SIGNALS.map(|kind| Source::Signal(TestSignal::usual(kind)));
    let file = session.file.iter().map(|path| Source::File { path: path.clone() });
    std::iter::once(Source::Microphone).chain(usual).chain(file).collect()
}

fn words(source: &Source) -> String {
    match source {
        Source::Microphone => "the microphone".into(),
        Source::Signal(TestSignal::Silence) => "nowhere: it is silence".into(),
        Source::Signal(signal) => format!("a signal: {}", signal.label()),
        Source::File { path } => path.display().to_string(),
    }
}

/// Parses a path as a shell would: terminals quote paths that are dropped on them, or put a backslash before a space.
fn plain_path(typed: &str) -> String {
    let typed = typed.trim();
    let quoted = ['\'', '"'].iter().find_map(|quote| typed.strip_prefix(*quote)?.strip_suffix(*quote));
    let path = quoted.map_or_else(|| typed.replace("\\ ", " "), str::to_owned);
    match path.strip_prefix("~/").zip(std::env::home_dir()) {
        Some((inside, home)) => home.join(Path::new(inside)).display().to_string(),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_file_is_understood() {
        for typed in ["/a b/c.wav", "'/a b/c.wav'", "\"/a b/c.wav\" ", "/a\\ b/c.wav"] {
            assert_eq!(plain_path(typed), "/a b/c.wav", "{typed}");
        }
        let home = std::env::home_dir().unwrap().join("x.wav");
        assert_eq!(plain_path("~/x.wav"), home.display().to_string());
        assert_eq!(plain_path(""), "");
    }
}
