//! What a person should know of a project, as one list: for the terminal, the pages and the menu.

use jiff::{Timestamp, tz::TimeZone};
use wavecraft_companion_protocol::{
    session::{NamedValue, NotANumber, Notice, NoticeAction, OnBypass, State},
    words::sentence,
};

/// The id of the notice that the output is not a number.
pub(crate) const NOT_A_NUMBER: &str = "notANumber";

/// Everything that may be wrong with a project.
#[derive(Debug, Default)]
pub(super) struct Facts<'a> {
    pub state: (State, Option<String>),
    /// It was heard, isn't any more, and is on its way again: what is heard meanwhile.
    pub starts_again: Option<String>,
    pub not_a_number: Option<&'a NotANumber>,
    /// The microphone isn't heard, and whether a person's word is what is missing.
    pub microphone: Option<(String, bool)>,
    /// The signal that is the source can't be played.
    pub source: Option<&'a str>,
    pub devices: Option<&'a str>,
    pub mode: Option<&'a str>,
    pub muted: Option<&'a str>,
    pub howl: Option<&'a str>,
    /// What was seen in `process`.
    pub realtime: Option<String>,
}

/// The list, the most urgent first.
pub(super) fn notices(facts: Facts<'_>) -> Vec<Notice> {
    let notice = |id: &str, text: String, action| Notice { id: id.into(), text, action };
    let plain = |id: &str, text: Option<&str>, action| text.map(|text| notice(id, sentence(text), action));
    let (state, reason) = facts.state;
    let state =
        is_trouble(state).then(|| notice("state", reason.unwrap_or_else(|| unnamed(state)), restarts(state)));
    let microphone = facts
        .microphone
        .map(|(text, asks)| notice("microphone", text, asks.then_some(NoticeAction::AllowMicrophone)));
    let starts_again = facts
        .starts_again
        .map(|heard| notice("starting", format!("The processor is starting again. {heard}"), None));
    [
        plain("howl", facts.howl, Some(NoticeAction::Unmute)),
        state,
        starts_again,
        facts
            .not_a_number
            .map(|trouble| notice(NOT_A_NUMBER, not_a_number(trouble), Some(NoticeAction::Restart))),
        microphone,
        plain("source", facts.source, None),
        plain("mute", facts.muted, Some(NoticeAction::Unmute)),
        plain("devices", facts.devices, None),
        plain("mode", facts.mode, None),
        facts.realtime.map(|text| notice("realtime", text, None)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Is the processor not heard as it should be?
pub(super) fn is_trouble(state: State) -> bool {
    matches!(state, State::Bypassed | State::NotResponding | State::Crashed | State::Held)
}

fn restarts(state: State) -> Option<NoticeAction> {
    matches!(state, State::Held | State::NotResponding).then_some(NoticeAction::Restart)
}

fn unnamed(state: State) -> String {
    match state {
        State::Crashed => "The processor has ended.".into(),
        _ => "The processor isn't heard.".into(),
    }
}

/// What is heard while the processor isn't, and what ends that.
pub(super) fn instead(state: State, heard: OnBypass) -> String {
    let heard = match heard {
        OnBypass::Dry => "You hear the dry input",
        OnBypass::Silence => "You hear silence",
    };
    let until = match state {
        State::Bypassed => " until it catches up",
        State::Held => " until you save a fix or restart it",
        _ => "",
    };
    format!("{heard}{until}.")
}

/// The output is a number again.
pub(super) fn finite_again(by_reset: bool) -> String {
    let after = if by_reset { " after a reset" } else { "" };
    format!("The processor's output is a number again{after}, and is heard.")
}

/// "The processor's output is not a number since 12:03 (Cutoff 500 Hz): silence is played instead."
pub(super) fn not_a_number(trouble: &NotANumber) -> String {
    let at = i64::try_from(trouble.since_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let since = at.map_or_else(String::new, |at| {
        at.to_zoned(TimeZone::system()).strftime(" since %H:%M:%S").to_string()
    });
    let values: Vec<String> =
        trouble.parameters.iter().map(|NamedValue { name, value, .. }| format!("{name} {value}")).collect();
    let values = if values.is_empty() { String::new() } else { format!(" ({})", values.join(", ")) };
    let tried = match trouble.resets {
        0 => "",
        1 => " A reset didn't help yet.",
        _ => " Resets didn't help: the cause is still there.",
    };
    let when = since + &values;
    format!("The processor's output is not a number{when}: silence is played instead.") + tried
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nan(resets: u32) -> NotANumber {
        let value =
            |name: &str, value: &str| NamedValue { id: name.into(), name: name.into(), value: value.into() };
        let parameters = vec![value("Cutoff", "500 Hz"), value("Drive", "7 dB")];
        NotANumber { since_ms: 1_795_867_380_000, parameters, resets }
    }

    #[test]
    fn no_trouble_is_no_notice() {
        assert_eq!(notices(Facts { state: (State::Live, None), ..Facts::default() }), []);
        assert_eq!(notices(Facts::default()), [], "a start is none either");
    }

    #[test]
    fn everything_is_told_once_the_most_urgent_first() {
        let nan = nan(1);
        let all = notices(Facts {
            state: (State::Held, Some("Crashed 3 times in 30 s, so it is paused. You hear silence.".into())),
            starts_again: Some(instead(State::Starting, OnBypass::Dry)),
            not_a_number: Some(&nan),
            microphone: Some(("The microphone isn't allowed yet.".into(), true)),
            source: Some("`tone:30000` can't be played at 48000 Hz"),
            devices: Some("no output"),
            mode: Some("direct mode is given up"),
            muted: Some("muted, because…"),
            howl: Some("the level ran away"),
            realtime: Some("It allocates.".into()),
        });
        let ids: Vec<_> = all.iter().map(|notice| notice.id.as_str()).collect();
        assert_eq!(
            ids,
            [
                "howl",
                "state",
                "starting",
                "notANumber",
                "microphone",
                "source",
                "mute",
                "devices",
                "mode",
                "realtime"
            ]
        );
        assert_eq!(all[1].action, Some(NoticeAction::Restart));
        assert_eq!(all[2].text, "The processor is starting again. You hear the dry input.");
        assert_eq!(all[4].action, Some(NoticeAction::AllowMicrophone));
        assert_eq!((all[7].text.as_str(), all[6].text.as_str()), ("No output.", "Muted, because…"));
    }

    #[test]
    fn a_processor_that_is_late_needs_no_restart() {
        let told = notices(Facts { state: (State::Bypassed, Some("Too slow.".into())), ..Facts::default() });
        assert_eq!((told[0].text.as_str(), told[0].action), ("Too slow.", None));
    }

    #[test]
    fn the_values_and_the_tries_are_told() {
        let told = not_a_number(&nan(0));
        assert!(told.contains(" (Cutoff 500 Hz, Drive 7 dB): silence is played instead."), "{told}");
        assert!(!told.contains("didn't help"), "{told}");
        assert!(not_a_number(&nan(1)).ends_with("A reset didn't help yet."));
        assert!(not_a_number(&nan(4)).ends_with("the cause is still there."));
        assert!(
            not_a_number(&NotANumber { parameters: vec![], ..nan(0) }).contains("silence is played instead")
        );
    }
}
