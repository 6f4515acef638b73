//! The whole of it on a real sound server: a microphone, the companion with a created project, a loudspeaker.
//!
//! Each test has a PipeWire of its own. None claims anything about time: machines that run tests lose blocks now and
//! then, so what is checked is the median over a second, and another second is taken if one doesn't fit.

mod jack;
mod latency;
#[path = "../shared/page.rs"]
#[expect(dead_code, reason = "some of it is for the other tests")]
mod page;
mod place;
mod recording;
mod server;
mod session;

use page::Page;
use recording::Recording;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use server::Server;
use session::Session;
use std::time::{Duration, Instant};

/// So long anything may take before a test gives up.
const LIMIT: Duration = Duration::from_secs(60);

/// RMS of a sine at −6 dBFS, in dB: a sine's RMS lies 10·log10(2) dB below its peak.
const SINE_DB: f64 = -6.0 - 3.0103;

/// As far as two measurements of one level may be apart, in dB.
const TOLERANCE_DB: f64 = 0.5;

#[test]
#[ignore = "needs PipeWire: scripts/test sound"]
fn the_microphone_is_heard_as_loud_as_the_output_gain_says() {
    let server = Server::start();
    let session = Session::start(&server, "level");
    let _tone = server.play_tone_into_the_microphone();
    let mut recording = Recording::start(&server);
    let mut page = session.clean_page();

    // 20·log10(1/2) = −6.0206.
    for gain_db in [0.0, -6.0206, 3.0] {
        page.set("saturator_output", gain_db);
        recording.until_heard(SINE_DB + gain_db);
        meters_agree(&mut page, &session, &recording.last_db);
    }
    session.stop();
}

/// Waits until the companion's meters show what was recorded, and the microphone's own level.
fn meters_agree(page: &mut Page, session: &Session, recorded_db: &[f64; 2]) {
    let fits = |shown: &Value, db: f64| {
        shown.as_f64().is_some_and(|linear| (20.0 * linear.log10() - db).abs() < TOLERANCE_DB)
    };
    until(&format!("the meters show {recorded_db:.2?} dB"), || {
        let frame = page.call("getMeterFrame", json!({}))["frame"].clone();
        let [left, right] = *recorded_db;
        (fits(&frame["rms_l"], left) && fits(&frame["rms_r"], right)).then_some(())
    });
    until("the figures of `start --json` show the same", || {
        let stats = session.last_event("stats")?;
        (fits(&stats["input_rms"], SINE_DB) && fits(&stats["output_rms"], recorded_db[0])).then_some(())
    });
}

#[test]
#[ignore = "needs PipeWire: scripts/test sound"]
fn a_killed_child_comes_back_into_the_sound_as_it_was() {
    let server = Server::start();
    let session = Session::start(&server, "killed");
    let _tone = server.play_tone_into_the_microphone();
    let mut recording = Recording::start(&server);
    let mut page = session.clean_page();
    // Neither dry input nor a new child's default is as quiet, so the level tells that the values were kept.
    page.set("saturator_output", -12.0);
    recording.until_heard(SINE_DB - 12.0);

    let before = session.status();
    let child = &before["sessions"][0]["child_pid"];
    let pid = child.as_i64().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
    kill_process(pid.expect("a child"), Signal::KILL).expect("it runs");

    until("the crash was told", || {
        session.events().iter().any(|event| event["state"] == "crashed").then_some(())
    });
    let after = until("another child is heard", || {
        let status = session.status();
        (status["sessions"][0]["child_pid"] != *child && status["sessions"][0]["state"] == "live")
            .then_some(status)
    });
    recording.until_heard(SINE_DB - 12.0);
    assert_eq!(after["companion"], before["companion"], "the companion is the same one");
    page.set("saturator_output", 0.0);
    recording.until_heard(SINE_DB);
    session.stop();
}

#[test]
#[ignore = "needs PipeWire: scripts/test sound"]
fn the_sound_comes_back_after_the_sound_server_was_killed() {
    let server = Server::start();
    let session = Session::start(&server, "lost");
    let tone = server.play_tone_into_the_microphone();
    let mut recording = Recording::start(&server);
    let mut page = session.clean_page();
    page.set("saturator_output", -12.0);
    recording.until_heard(SINE_DB - 12.0);
    let before = session.status();

    drop((tone, recording));
    server.kill();
    let away = until("the virtual device stands in", || {
        let status = session.status();
        (status["devices"]["backend"] == "virtual").then_some(status)
    });
    let notice = away["devices"]["notice"].as_str().unwrap_or_default();
    assert!(notice.contains("the output is gone") && notice.contains("nothing is heard"), "{notice}");

    server.restart();
    let _tone = server.play_tone_into_the_microphone();
    let mut recording = Recording::start(&server);
    recording.until_heard(SINE_DB - 12.0);
    let after = session.status();
    assert_eq!(after["devices"]["backend"], "PipeWire");
    assert_eq!(after["devices"]["notice"], Value::Null);
    same_child(&before, &after);
    assert_eq!(after["sessions"][0]["stats"]["respawns"], 0, "{:?}", session.events());
    session.stop();
}

#[test]
#[ignore = "needs PipeWire: scripts/test sound"]
fn a_chosen_output_is_left_when_it_goes_and_returned_to() {
    let server = Server::start();
    let plug = || server.plug(&["sink_name=desk"]);
    let module = plug();
    let session = Session::start(&server, "chosen");
    let tone = server.play_tone_into_the_microphone();
    let _page = session.clean_page();
    Recording::start(&server).until_heard(SINE_DB);
    let before = session.status();

    let list = session.ask(&["devices", "--output", "desk", "--buffer", "512"]);
    assert_eq!(list["chosen"]["buffer_size"], 512, "{list}");
    let id = list["chosen"]["output"].as_str().expect("an id").to_owned();
    assert!(list["outputs"].as_array().expect("outputs").iter().any(|device| device["id"] == *id), "{list}");
    Recording::of(&server, "desk").until_heard(SINE_DB);

    server.unplug(&module);
    until("it is told that the chosen output is away", || {
        let status = session.status();
        let notice = status["devices"]["notice"].as_str().unwrap_or_default();
        notice.contains(&format!("\"{id}\" isn't connected")).then_some(())
    });
    Recording::start(&server).until_heard(SINE_DB);

    plug();
    until("it is used again", || (session.status()["devices"]["notice"] == Value::Null).then_some(()));
    // pw-play falls silent now and then when its graph is made anew: another one plays.
    drop(tone);
    let _tone = server.play_tone_into_the_microphone();
    Recording::of(&server, "desk").until_heard(SINE_DB);
    let after = session.status();
    same_child(&before, &after);

    let list = session.ask(&["devices", "--output", "default", "--buffer", "default"]);
    assert_eq!(list["chosen"], json!({}), "{list}");
    Recording::start(&server).until_heard(SINE_DB);
    session.stop();
}

#[test]
#[ignore = "needs PipeWire: scripts/test sound"]
fn the_systems_default_is_followed() {
    let server = Server::start();
    let session = Session::start(&server, "default");
    let tone = server.play_tone_into_the_microphone();
    let _page = session.clean_page();
    Recording::start(&server).until_heard(SINE_DB);
    let before = session.status();

    server.plug(&["sink_name=desk"]);
    server.make_default("sink", "desk");
    // As above: pw-play may have fallen silent.
    drop(tone);
    let _tone = server.play_tone_into_the_microphone();
    Recording::of(&server, "desk").until_heard(SINE_DB);
    let after = session.status();
    same_child(&before, &after);
    assert_eq!(after["devices"]["notice"], Value::Null);
    session.stop();
}

/// Two answers of `wavecraft status`.
#[track_caller]
fn same_child(before: &Value, after: &Value) {
    let child = |status: &Value| status["sessions"][0]["child_pid"].clone();
    assert_eq!(child(before), child(after), "the child stayed");
}

/// Asks again and again until there is an answer, at most [`LIMIT`].
fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + LIMIT;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "still not so: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
