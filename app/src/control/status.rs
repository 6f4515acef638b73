//! The answer to `status`: everything, in a line short enough for its reader, whatever the projects hold.

use crate::{companion::Companion, login::Login, session::Session};
use wavecraft_companion_protocol::{
    bounded::cut,
    control::{MAX_LINE_BYTES, SessionStatus, Status},
    rpc::to_value,
};

/// Bytes reserved in a line for the envelope and the caller's id.
const ENVELOPE_BYTES: usize = 4 * 1024;
/// Sentences are cut to this length in bytes if they don't all fit.
const SHORT_BYTES: usize = 256;

/// The answer.
pub(super) fn status(companion: &Companion) -> Status {
    fitting(Status {
        companion: companion.welcome.clone(),
        devices: companion.cx.audio.devices(),
        microphone: Some(companion.cx.microphone.permission()),
        login_item: companion.login.as_ref().and_then(Login::state),
        sessions: companion.sessions.iter().filter_map(Session::status).collect(),
        omitted: 0,
    })
}

/// Drops what doesn't fit, the least important first: long sentences, figures, and in the end whole projects.
fn fitting(mut status: Status) -> Status {
    let fits = |status: &Status| to_value(status).to_string().len() <= MAX_LINE_BYTES - ENVELOPE_BYTES;
    for step in [shorten, leave_out_figures] {
        if fits(&status) {
            return status;
        }
        status.sessions.iter_mut().for_each(step);
    }
    while !fits(&status) && !status.sessions.is_empty() {
        let left = status.sessions.len() / 2;
        status.omitted += status.sessions.len() - left;
        status.sessions.truncate(left);
    }
    status
}

fn shorten(session: &mut SessionStatus) {
    let short = |text: &mut Option<String>| {
        if let Some(text) = text {
            *text = cut(text, SHORT_BYTES).into_owned();
        }
    };
    short(&mut session.reason);
    short(&mut session.recording_trouble);
    session.recorded.iter_mut().for_each(|take| short(&mut take.reason));
    session.ui_url.take_if(|url| url.len() > SHORT_BYTES);
    session.name = cut(&session.name, SHORT_BYTES).into_owned();
    if let Some(stats) = &mut session.stats {
        short(&mut stats.source_reason);
        short(&mut stats.mode_reason);
        short(&mut stats.mute_reason);
        short(&mut stats.devices.notice);
        stats.notices.iter_mut().for_each(|notice| notice.text = cut(&notice.text, SHORT_BYTES).into_owned());
        stats.not_a_number.iter_mut().for_each(|trouble| trouble.parameters.clear());
        stats.probes.clear();
        // They are all in this answer.
        stats.others.clear();
    }
}

fn leave_out_figures(session: &mut SessionStatus) {
    session.stats = None;
    session.recording_trouble = None;
    session.recorded = None;
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::{
        control::Welcome,
        session::{State, Stats},
        token::Token,
    };

    fn session(number: usize, text: &str) -> SessionStatus {
        SessionStatus {
            session: format!("s-{number}"),
            name: text.into(),
            project_dir: format!("/{text}").into(),
            state: State::Held,
            reason: Some(text.into()),
            child_pid: None,
            ws_url: "ws://127.0.0.1:9000/p/x".into(),
            audio_token: Token::try_from("a".repeat(43)).unwrap(),
            port: 9000,
            ui_url: Some(format!("http://{text}")),
            inspector_url: None,
            recording: None,
            recorded: None,
            recording_trouble: Some(text.into()),
            stats: Some(Stats { mode_reason: Some(text.into()), ..Stats::default() }),
        }
    }

    fn told(sessions: usize, text: &str) -> (Status, usize) {
        let companion =
            Welcome { version: 1, app_version: "0".into(), pid: 1, headless: true, log: "/log".into() };
        let sessions = (0..sessions).map(|number| session(number, text)).collect();
        let status =
            Status { companion, devices: None, microphone: None, login_item: None, sessions, omitted: 0 };
        let status = fitting(status);
        let bytes = to_value(&status).to_string().len();
        (status, bytes)
    }

    #[test]
    fn whatever_the_projects_hold_the_answer_is_one_line() {
        let (status, _) = told(3, "short");
        assert_eq!(status.sessions[2], session(2, "short"));
        // A line's worth of sentences: they are cut, and all the rest is there.
        let (status, bytes) = told(64, &"x".repeat(1000));
        assert!(bytes < MAX_LINE_BYTES, "{bytes}");
        assert_eq!((status.sessions.len(), status.omitted), (64, 0));
        assert!(status.sessions[63].reason.as_ref().unwrap().contains("more bytes"));
        assert!(status.sessions[63].stats.is_some());
        // More than any project should hold, and each byte of it is escaped as six.
        let (status, bytes) = told(64, &"\u{1}".repeat(8 * 1024));
        assert!(bytes < MAX_LINE_BYTES, "{bytes}");
        assert!(!status.sessions.is_empty() && status.sessions.len() + status.omitted == 64);
    }
}
