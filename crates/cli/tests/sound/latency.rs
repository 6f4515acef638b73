//! `wavecraft measure-latency`, with and without a loop.

use crate::{place::Program, server::Server, session::wavecraft, until};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Output, Stdio},
};

fn measure(server: &Server, arguments: &[&str]) -> Output {
    let mut command = wavecraft(server.place(), Path::new("/"));
    command.arg("measure-latency").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.output().expect("wavecraft")
}

#[test]
#[ignore = "needs PipeWire: scripts/test sound"]
fn a_caller_that_goes_away_ends_it() {
    let server = Server::start();
    let log = || fs::read_to_string(server.path("home/log/companion.log")).unwrap_or_default();
    let mut command = wavecraft(server.place(), Path::new("/"));
    command.arg("measure-latency");
    let caller = Program::spawn(command);
    until("it is under way", || log().contains("the microphone is open").then_some(()));
    drop(caller);
    until("the end is noticed", || log().contains("not measuring any more").then_some(()));
    until("everything is closed", || log().contains("audio: closed").then_some(()));
}

#[test]
#[ignore = "needs PipeWire: scripts/test sound"]
fn without_a_loop_it_says_what_is_missing() {
    let server = Server::start();
    let refused = measure(&server, &["--json"]);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(1), 0), "{told}");
    for words in ["of the three chirps that were played none came back", "is silent", "by a cable", "--input"]
    {
        assert!(told.contains(words), "{told}");
    }
}

/// Loudspeaker, link and microphone are one graph, which plays and records a period at a time. What the output's
/// callback writes is played in the graph's next period, and the microphone, which runs after the loudspeaker, delivers
/// it in the one after: that makes two periods, and between them and the renderer is the companion's own input buffer.
/// Its level is read at one moment, at which it may or may not contain a delivery, so the whole is right to within a
/// period.
#[test]
#[ignore = "needs PipeWire: scripts/test sound"]
fn a_loop_takes_what_the_graph_adds() {
    let server = Server::start();
    for side in ["FL", "FR"] {
        until("the loudspeaker is linked to the microphone", || {
            let (from, to) = (format!("speaker:monitor_{side}"), format!("vmic:input_{side}"));
            server.place().ask("pw-link", &[&from, &to])
        });
    }
    let number = |value: &Value| value.as_f64().expect("a number");
    // A machine that loses a period meanwhile gets a refusal, which is right, and one that delays a callback at the end
    // has another level then; so this is retried.
    let measured: Value = until("three chirps agree, and what the graph adds is in them", || {
        let output = measure(&server, &["--json"]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() || told.contains("which is no one delay"), "{told}");
        let measured: Value = serde_json::from_slice(&output.stdout).ok()?;
        println!("{measured}");
        let period = number(&measured["devices"]["buffer_frames"]);
        let graph = number(&measured["frames"]) - number(&measured["reported"]["input_buffer"]);
        // One frame for the error of the estimate.
        let level = number(&measured["gain_db"]);
        ((graph - 2.0 * period).abs() <= period + 1.0 && level.abs() < 0.1).then_some(measured)
    });
    assert_eq!(measured["inverted"], false, "{measured}");
    assert_eq!(measured["projects"], serde_json::json!([]), "{measured}");

    let table = until("it is told to a person too", || {
        let output = measure(&server, &[]);
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    });
    assert!(table.starts_with("Measured ") && table.contains("\nDifference "), "{table}");
}
