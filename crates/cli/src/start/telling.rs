//! What a person is told of the project while it runs: each trouble once, with its place and the key that helps.

use super::{session::RunningSession, state::Start, told_notices::News};
use crate::report::{From, sentence, state_name};
use tokio::time::Instant;
use wavecraft_companion_protocol::{
    child::PANICKED,
    lab::LabBuild,
    session::{AudioDevices, State, Stats},
};

impl Start {
    /// Prints what the companion, or without audio this command, says of the project. A panic is told here, with its place.
    pub(super) fn tell_companions_words(&self, line: &str, session: &mut RunningSession) {
        session.notices.said(line);
        self.report.log_event(From::Companion, line);
        let panicked = line.starts_with(PANICKED);
        let news = session.troubles.count(&sentence(line), Instant::now());
        let printed = if panicked { self.report.tell_trouble(&news) } else { self.report.tell_again(&news) };
        session.troubles.was_printed(printed, Instant::now());
        session.troubles.said(line);
    }

    /// Prints a new state, if a person has to know of it.
    pub(super) fn tell_state(&self, state: State, reason: Option<&str>, session: &mut RunningSession) {
        reason.iter().for_each(|reason| session.notices.said(reason));
        let usual = matches!(state, State::Starting | State::Shadow | State::Live | State::Ended);
        match (usual, reason) {
            (true, None) => self.report.detail(&format!("processor {}", state_name(state))),
            (true, Some(reason)) => self.report.say(&sentence(reason)),
            (false, reason) => {
                let unnamed = || format!("The processor is {}.", state_name(state));
                let text = reason.map_or_else(unnamed, sentence);
                let beyond = session.troubles.beyond_words(&text).map(str::to_owned);
                self.tell_trouble(&text, beyond.as_deref(), session);
            }
        }
    }

    /// Prints what a build changed, in one line. Of the first there is nothing to say.
    pub(super) fn tell_measured(&self, build: &LabBuild) {
        match (&build.trouble, &build.changes) {
            (Some(trouble), _) => {
                self.report.say(&format!("This build could not be measured: {}", sentence(trouble)));
            }
            (None, Some(changes)) if build.same == Some(true) => self.report.say(changes),
            (None, Some(changes)) => self.report.say(&format!("changed: {changes}")),
            (None, None) => {}
        }
    }

    /// Prints a trouble, or what there is of it beyond what the companion just said.
    fn tell_trouble(&self, text: &str, beyond: Option<&str>, session: &mut RunningSession) {
        if beyond == Some("") {
            return;
        }
        let follows = beyond.is_some() && session.troubles.is_followed();
        let trouble = session.troubles.count(beyond.unwrap_or(text), Instant::now());
        let printed = if follows {
            self.report.tell_after(&format!("  {}", beyond.unwrap_or(text)));
            true
        } else {
            (beyond.is_none() || trouble.is_first) && self.report.tell_trouble(&trouble)
        };
        session.troubles.was_printed(printed, Instant::now());
    }

    /// Says once that no probe has the name that was asked for. A second of sound is time enough for a first value.
    pub(super) fn tell_missing_probe(&mut self, stats: &Stats, session: &RunningSession) {
        let has_played =
            stats.state == State::Live && session.stats.as_ref().is_some_and(|before| before.blocks > 0);
        let shown = self.probe.as_mut().filter(|_| has_played);
        if let Some(told) = shown.and_then(|shown| shown.missing(&stats.probes)) {
            self.report.say(&told);
        }
    }

    /// Prints what the processor is newly seen to do in `process`.
    pub(super) fn tell_violations(&self, stats: &Stats, session: &mut RunningSession) {
        for line in session.violations.news(stats.total.builds, &stats.realtime, stats.heard) {
            self.report.warn(&line);
        }
    }

    /// Prints what is new among the notices.
    pub(super) fn tell_notices(&self, stats: &Stats, session: &mut RunningSession) {
        let mut notices = stats.notices.clone();
        for notice in &mut notices {
            notice.text = session.places.told(&notice.text).text;
        }
        for news in session.notices.news(&notices) {
            match news {
                News::Over(line) => self.report.say(line),
                News::Began { text, key } => {
                    let key = key.filter(|_| self.keyboard.is_some());
                    match (text, key) {
                        (Some(text), key) => {
                            let text = [Some(text.as_str()), key].into_iter().flatten().collect::<Vec<_>>();
                            let trouble = session.troubles.count(&text.join(" "), Instant::now());
                            let printed = self.report.tell_trouble(&trouble);
                            session.troubles.was_printed(printed, Instant::now());
                        }
                        // What hangs is ended by itself: no key is quicker.
                        (None, Some(key)) if stats.state != State::NotResponding => self.report.say(key),
                        (None, _) => {}
                    }
                }
            }
        }
    }
}

/// The devices, with what there is to say of them to this project: not that another one's microphone isn't heard.
pub(super) fn of_this_project(devices: AudioDevices, stats: Option<&Stats>) -> AudioDevices {
    let Some(stats) = stats else { return devices };
    let notice = devices.notice_for(stats.source).map(str::to_owned);
    let hears = notice == devices.notice;
    let microphone_notice = devices.microphone_notice.clone().filter(|_| hears);
    AudioDevices { notice, microphone_notice, ..devices }
}
