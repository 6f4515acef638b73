//! The whole system on a real sound server: a microphone, the companion with a created project, a loudspeaker.
//!
//! Each test has its own PipeWire. None makes assertions about time: test machines lose blocks now and then, so the
//! checks use the median over a second, and take another second if one doesn't fit.

mod devices;
mod jack;
mod latency;
mod microphones;
#[path = "../shared/page.rs"]
#[expect(dead_code, reason = "some of it is for the other tests")]
mod page;
mod place;
mod recording;
mod server;
mod session;

use page::Page;
use place::Program;
use recording::{Recording, TOLERANCE_DB};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use server::{STARTS, Server, answers};
use session::Session;
use std::{
    process::Command,
    time::{Duration, Instant},
};

/// How long anything may take before a test gives up.
const LIMIT: Duration = Duration::from_secs(120);

/// RMS of a sine at −6 dBFS, in dB: a sine's RMS lies 10·log10(2) dB below its peak.
const SINE_DB: f64 = -6.0 - 3.0103;

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
fn a_microphone_that_nothing_feeds_is_told_until_something_does() {
    let server = Server::start();
    let session = Session::start(&server, "silent");
    let notice = || session.status()["devices"]["notice"].clone();
    until("exact silence is told", || {
        notice().as_str().is_some_and(|notice| notice.contains("exact silence")).then_some(())
    });
    let _tone = server.play_tone_into_the_microphone();
    until("it is withdrawn", || notice().is_null().then_some(()));
    session.stop();
}

#[test]
#[ignore = "needs PipeWire: scripts/test sound"]
fn a_killed_child_comes_back_into_the_sound_as_it_was() {
    let server = Server::start();
    let session = Session::start(&server, "killed");
    let _tone = server.play_tone_into_the_microphone();
    let mut recording = Recording::start(&server);
    let mut page = session.clean_page();
    // Neither dry input nor a new child's default is as quiet, so the level shows that the values were kept.
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

/// Two answers of `wavecraft status`.
#[track_caller]
fn same_child(before: &Value, after: &Value) {
    let child = |status: &Value| status["sessions"][0]["child_pid"].clone();
    assert_eq!(child(before), child(after), "the child stayed");
}

/// Polls until there is an answer, at most [`LIMIT`].
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

/// Starts a server until it answers, three times at most: on a busy machine one has been seen to answer nobody, for good.
#[track_caller]
fn serve<T>(server: impl Fn() -> Command, ask: impl Fn() -> Option<T>) -> Program {
    let started = (0..STARTS).find_map(|_| {
        let mut program = Program::spawn(server());
        answers(|| program.runs(), &ask).then_some(program)
    });
    started
        .unwrap_or_else(|| panic!("no answer from {} after three starts", server().get_program().display()))
}
