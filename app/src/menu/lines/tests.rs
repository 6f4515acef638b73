use super::super::{
    microphone::MicrophoneFacts,
    model::Line,
    project::Measured,
    reading::{self, project},
};
use super::*;
use crate::microphone::Access;
use std::path::PathBuf;
use wavecraft_companion_protocol::{
    control::Device,
    session::{AudioDevices, Mode, Source, State, TestSignal},
};

fn devices() -> AudioDevices {
    AudioDevices { sample_rate: 44_100, buffer_frames: 128, ..AudioDevices::default() }
}

fn with(projects: Vec<ProjectFacts>) -> Facts {
    Facts { projects, devices: Some(devices()), ..Facts::default() }
}

fn read(menu: &Menu) -> Vec<String> {
    reading::read(&menu.entries)
}

fn says(menu: &Menu, text: &str) -> bool {
    read(menu).iter().any(|line| line.contains(text))
}

#[test]
fn nothing_attached_says_how_to_attach() {
    let menu = compute(&Facts { about: vec!["Version 1".into()], ..Facts::default() });
    let top: Vec<_> = read(&menu).into_iter().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(
        top,
        [
            "No project is running",
            "To start: `wavecraft start --with-audio` in a project",
            "-",
            "[Input…]",
            "[Output…]",
            "[Sample Rate…]",
            "[Buffer…]",
            "-",
            "Microphone: not used",
            "-",
            "[Show Log]",
            "[Copy Diagnostics]",
            "[About Wavecraft Companion…]",
            "[Quit] ⌘Quit",
        ]
    );
    assert_eq!(menu.icon, Icon::Idle);
    assert_eq!(menu.tooltip, "No project is running");
}

#[test]
fn one_live_project() {
    let menu = compute(&with(vec![project("demo", State::Live)]));
    assert_eq!(
        read(&menu)[..37],
        [
            "1 project · 44.1 kHz / 128 · 6.2 ms · load 3 %",
            "-",
            "demo: live",
            "[Open Page] ⌘Open",
            "[Open Inspector]",
            "[Bypass]",
            "[Mute]",
            "[Volume: 0 dB…]",
            "  [+6 dB]",
            "  [+3 dB]",
            "  [0 dB] ✓",
            "  [−3 dB]",
            "  [−6 dB]",
            "  [−12 dB]",
            "  [−20 dB]",
            "  [−40 dB]",
            "[Record]",
            "[Source: Tone 1 kHz, −12 dBFS…]",
            "  [Microphone]",
            "  [Tone 100 Hz, −12 dBFS]",
            "  [Tone 1 kHz, −12 dBFS] ✓",
            "  [Tone 10 kHz, −12 dBFS]",
            "  [White noise, −20 dBFS]",
            "  [Pink noise, −20 dBFS]",
            "  [Sweep 20 Hz to 20 kHz in 10 s, −12 dBFS]",
            "  [Impulse every 1 s, −12 dBFS]",
            "  [Step, −12 dBFS]",
            "  [Two tones 60 Hz and 7 kHz, −12 dBFS]",
            "  [Two tones 19 kHz and 20 kHz, −12 dBFS]",
            "  [Silence]",
            "[Mode…]",
            "  [Pipelined: a constant delay] ✓",
            "  [Direct: no delay, for quick processors]",
            "[Restart]",
            "[Stop]",
            "-",
            "[Input…]",
        ]
    );
    assert_eq!(menu.icon, Icon::Live);
}

#[test]
fn a_recording_shows_its_time_and_its_trouble() {
    let recorded = ProjectFacts { recorded_seconds: Some(102), ..project("demo", State::Live) };
    let menu = compute(&with(vec![recorded]));
    assert!(says(&menu, "[Stop Recording (1:42)]") && !says(&menu, "[Record]"), "{:?}", read(&menu));
    assert_eq!(menu.action("demo-1/record"), Some(&Action::StopRecording("demo-1".into())));
    let trouble = Some("recording stopped: the disk is full".into());
    let menu =
        compute(&with(vec![ProjectFacts { recording_trouble: trouble, ..project("demo", State::Live) }]));
    assert!(
        says(&menu, "recording stopped: the disk is full") && says(&menu, "[Record]"),
        "{:?}",
        read(&menu)
    );
}

#[test]
fn two_projects_have_the_longest_latency_in_the_status() {
    let slow = Measured { latency_ms: 21.0, load: 0.5 };
    let other = ProjectFacts { measured: Some(slow), ..project("other", State::Live) };
    let mut facts = with(vec![project("demo", State::Live), other]);
    facts.devices = Some(AudioDevices { sample_rate: 48_000, ..devices() });
    let menu = compute(&facts);
    assert!(says(&menu, "2 projects · 48 kHz / 128 · 21.0 ms · load 50 %"), "{:?}", read(&menu));
    let pages =
        |lines: Vec<String>| lines.into_iter().filter(|line| line.contains("Open Page")).collect::<Vec<_>>();
    assert_eq!(pages(read(&menu)), ["  [Open Page] ⌘Open", "  [Open Page]"]);
    facts.projects[0].ending = true;
    assert_eq!(pages(read(&compute(&facts))), ["  [Open Page] ⌘Open"]);
}

#[test]
fn of_several_projects_each_is_a_line_and_what_asks_stays_in_sight() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let mut projects: Vec<_> = names.iter().map(|name| project(name, State::Live)).collect();
    projects[0].microphone = Some(Access::Unconfirmed);
    projects[1].reason = Some("It crashed 3 times in 30 s, so it is paused.".into());
    projects[1].state = State::Held;
    projects[2].ending = true;
    projects.iter_mut().for_each(|project| project.howl = true);
    let menu = compute(&with(projects));
    let top: Vec<_> = read(&menu).into_iter().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(
        top[1..13],
        [
            "-",
            "Muted: the level ran away, as feedback does",
            "[Turned Down: Unmute]",
            "[a: muted…]",
            "a asks for the microphone",
            "[Allow]",
            "[Don't Allow]",
            "[b: held…]",
            "c: ending",
            "[d: muted…]",
            "[e: muted…]",
            "[f: muted…]",
        ]
    );
    assert!(says(&menu, "  It crashed 3 times in 30 s"), "{:?}", read(&menu));
    assert_eq!(menu.action("b-1/restart"), Some(&Action::Restart("b-1".into())));
}

#[test]
fn a_volume_that_was_set_elsewhere_is_one_of_them() {
    let quiet = ProjectFacts { gain_db: -7.5, ..project("demo", State::Live) };
    let menu = compute(&with(vec![quiet]));
    assert!(says(&menu, "[Volume: −7.5 dB…]") && says(&menu, "  [−7.5 dB] ✓"), "{:?}", read(&menu));
    assert!(says(&menu, "  [0 dB]") && !says(&menu, "  [0 dB] ✓"));
    assert_eq!(menu.action("demo-1/volume/-12"), Some(&Action::SetGain("demo-1".into(), -12.0)));
}

#[test]
fn a_recording_that_is_done_says_where_it_is() {
    let path: PathBuf = "/home/ada/Music/Wavecraft/demo 2026-11-28 10.12.00.wav".into();
    let menu =
        compute(&with(vec![ProjectFacts { recorded: Some(path.clone()), ..project("demo", State::Live) }]));
    assert!(says(&menu, "Recorded demo 2026-11-28 10.12.00.wav"), "{:?}", read(&menu));
    assert_eq!(menu.action("demo-1/reveal"), Some(&Action::Reveal(path)));
}

#[test]
fn every_state_has_its_word_and_its_reason() {
    let states = [
        (State::Starting, "demo: starting", Icon::Live),
        (State::Shadow, "demo: starting", Icon::Live),
        (State::Live, "demo: live", Icon::Live),
        (State::Bypassed, "demo: too late, bypassed", Icon::Attention),
        (State::NotResponding, "demo: not responding", Icon::Attention),
        (State::Crashed, "demo: crashed", Icon::Attention),
        (State::Held, "demo: held", Icon::Attention),
        (State::Ended, "demo: ended", Icon::Live),
    ];
    for (state, word, icon) in states {
        let failing = ProjectFacts { reason: Some("because of this".into()), ..project("demo", state) };
        let menu = compute(&with(vec![failing.clone()]));
        assert!(says(&menu, word) && says(&menu, "because of this"), "{:?}", read(&menu));
        assert_eq!(menu.icon, icon, "{state:?}");
        // A project that is ending can't be changed any more, and needs no attention.
        let menu = compute(&with(vec![ProjectFacts { ending: true, ..failing }]));
        assert!(says(&menu, "demo: ending") && !says(&menu, "[Stop]"), "{:?}", read(&menu));
        assert_eq!(menu.icon, Icon::Live);
    }
}

#[test]
fn what_is_on_is_checked_and_a_click_turns_it_off() {
    let on = ProjectFacts {
        bypassed: true,
        muted: true,
        mute_reason: Some("muted lest it howl".into()),
        mode: Mode::Direct,
        source: Source::File { path: "/music/loop.flac".into() },
        file: Some("/music/loop.flac".into()),
        page: false,
        ..project("demo", State::Live)
    };
    let menu = compute(&with(vec![on]));
    for line in [
        "[Bypass] ✓",
        "[Mute] ✓",
        "muted lest it howl",
        "quick processors] ✓",
        "[File: loop.flac] ✓",
        "[Open Page] ✗",
    ] {
        assert!(says(&menu, line), "{line}: {:?}", read(&menu));
    }
    let id = || "demo-1".to_owned();
    assert_eq!(menu.action("demo-1/bypass"), Some(&Action::SetBypass(id(), false)));
    assert_eq!(menu.action("demo-1/mute"), Some(&Action::SetMute(id(), false)));
    assert_eq!(menu.action("demo-1/page"), None);
    let tone = Source::Signal(TestSignal::TONE);
    assert_eq!(menu.action("demo-1/source/tone"), Some(&Action::SetSource(id(), tone)));
    let file = Source::File { path: "/music/loop.flac".into() };
    assert_eq!(menu.action("demo-1/source/file"), Some(&Action::SetSource(id(), file)));
    assert_eq!(menu.action("demo-2/mute"), None);
}

#[test]
fn trouble_is_shown_where_it_is_looked_for() {
    let mut facts = with(vec![project("demo", State::Live)]);
    facts.devices = Some(AudioDevices { notice: Some("no loudspeaker".into()), ..devices() });
    assert!(says(&compute(&facts), "no loudspeaker"));
    assert_eq!(compute(&facts).icon, Icon::Attention);

    let howl = ProjectFacts { howl: true, ..project("demo", State::Live) };
    let menu = compute(&with(vec![howl]));
    assert_eq!(menu.icon, Icon::Attention);
    assert_eq!(menu.action("demo-1/unhowl"), Some(&Action::SetMute("demo-1".into(), false)));

    let menu = compute(&Facts { trouble: Some("no browser".into()), ..Facts::default() });
    assert!(says(&menu, "no browser"));
    assert_eq!(menu.icon, Icon::Attention);
}

#[test]
fn the_microphone_names_who_listens() {
    let mut facts = with(vec![project("demo", State::Live)]);
    facts.microphone =
        MicrophoneFacts { heard_by: vec!["demo".into()], device: Some("Built-in".into()), settings: None };
    assert!(says(&compute(&facts), "Microphone: demo listens to Built-in"));
    facts.microphone.device = None;
    assert!(says(&compute(&facts), "Microphone: closed, though demo asks for it"));
}

#[test]
fn no_two_lines_share_a_key() {
    let mut seen = std::collections::BTreeSet::new();
    let mut check = |menu: &Menu| {
        fn keys(entries: &[Entry], into: &mut Vec<String>) {
            for entry in entries {
                into.push(entry.key.clone());
                if let Line::Submenu { entries, .. } = &entry.line {
                    keys(entries, into);
                }
            }
        }
        let mut all = Vec::new();
        keys(&menu.entries, &mut all);
        let count = all.len();
        seen.extend(all);
        assert_eq!(seen.len(), count, "{seen:?}");
    };
    let full = |name| ProjectFacts {
        reason: Some("x".repeat(300)),
        mode_reason: Some("y ".repeat(100)),
        howl: true,
        file: Some("/f".into()),
        ..project(name, State::Held)
    };
    let mut facts = with(vec![full("a"), full("b")]);
    facts.trouble = Some("t ".repeat(100));
    facts.devices = Some(AudioDevices { notice: Some("n ".repeat(100)), ..devices() });
    facts.about = vec!["one".into(), "two".into()];
    // Ids are unique within one sound system, but an input and an output may share one.
    let device = |id: &str| Device {
        id: id.into(),
        name: "Rack".into(),
        channels: 8,
        sample_rate: 48_000,
        sample_rates: vec![44_100, 48_000],
        buffer_frames: None,
        transport: None,
        is_default: true,
    };
    facts.inputs = vec![device("a"), device("b")];
    facts.outputs.clone_from(&facts.inputs);
    facts.chosen.output = Some("away".into());
    check(&compute(&facts));
}
