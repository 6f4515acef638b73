//! The notifications that pages receive.

use serde_json::{Value, json};
use wavecraft_companion_protocol::{
    control::{ChildLog, LogStream},
    session::{Build, State, StateChange, Stats},
};
use wavecraft_protocol as published;

use crate::{
    harness::Running,
    project::{Asked, audio_status},
};

fn state(state: State) -> StateChange {
    StateChange { session: "demo".into(), state, reason: None }
}

#[tokio::test]
async fn every_page_hears_of_parameters_audio_and_builds() {
    let running = Running::new().await;
    let mut pages = [running.page().await, running.page().await];
    let server = &running.server;
    server.parameter_changed("amp_gain", 0.1);
    server.parameters_changed();
    server.audio_status_changed(&audio_status());
    server.build_status(&Build::Building);
    server.build_status(&Build::Failed { errors: "expected `;`".into(), places: Vec::new(), coloured: None });
    server.build_status(&Build::Ok { ms: 900 });
    for page in &mut pages {
        assert_eq!(page.hears().await, ("parameterChanged".into(), json!({"id": "amp_gain", "value": 0.1})));
        assert_eq!(page.hears().await, ("parametersChanged".into(), json!({})));
        let (method, status) = page.hears().await;
        assert_eq!(method, "audioStatusChanged");
        let status: published::AudioRuntimeStatus =
            serde_json::from_value(status).expect("the published shape");
        assert_eq!(status.buffer_size, Some(256));
        for build in [
            json!({"status": "building"}),
            json!({"status": "failed", "errors": "expected `;`"}),
            json!({"status": "ok", "ms": 900}),
        ] {
            assert_eq!(page.hears().await, ("buildStatus".into(), build));
        }
    }
}

#[tokio::test]
async fn frames_come_to_subscribers_until_they_end_it() {
    let mut running = Running::new().await;
    let (mut page, mut other) = (running.page().await, running.page().await);
    assert_eq!(
        page.call("subscribe", json!({"topics": ["meters", "scope", "meters"], "hz": 60})).await,
        Ok(json!({}))
    );
    assert_eq!(running.asked().await, Asked::Watched(true));
    let (mut meters, mut scopes) = (0, 0);
    while meters < 5 || scopes < 5 {
        match page.hears().await {
            (method, params) if method == "meterUpdate" => {
                let update: published::MeterUpdateNotification =
                    serde_json::from_value(params).expect("the published shape");
                assert_eq!((update.left_peak, update.timestamp_us), (0.5, 100_000));
                meters += 1;
            }
            (method, params) if method == "scopeUpdate" => {
                let frame: published::OscilloscopeFrame =
                    serde_json::from_value(params).expect("the published shape");
                assert_eq!(frame.points_l.len(), 1024);
                scopes += 1;
            }
            (method, _) => panic!("{method}"),
        }
    }
    // One clock, one rate: neither topic is sent twice a tick.
    assert!((4..=6).contains(&meters) && (4..=6).contains(&scopes), "{meters} {scopes}");
    other.heard_nothing().await;

    assert_eq!(page.call("subscribe", json!({"topics": []})).await, Ok(json!({})));
    assert_eq!(running.asked().await, Asked::Watched(false));
}

/// A page that draws four times a second misses no value that one with sixty sees.
#[tokio::test]
async fn probes_cover_the_time_between_a_pages_own_frames() {
    let running = Running::new().await;
    for (hz, least_ms) in [(60, 16.0), (4, 250.0), (1, 1000.0)] {
        let mut page = running.page().await;
        page.call("subscribe", json!({"topics": ["meters"], "hz": hz})).await.expect("a subscription");
        let (method, meters) = page.hears().await;
        let span = meters["probes"][0]["last"].as_f64().expect("the span");
        assert_eq!((method.as_str(), &meters["probes"][0]["name"]), ("meterUpdate", &json!("span")));
        assert!((least_ms..least_ms + 50.0).contains(&span), "{hz} Hz: {span} ms");
    }
}

#[tokio::test]
async fn stats_come_once_a_second_and_watch_nothing() {
    let mut running = Running::new().await;
    let mut page = running.page().await;
    page.call("subscribe", json!({"topics": ["stats"], "hz": 60})).await.expect("a subscription");
    for _ in 0..2 {
        let (method, stats) = page.hears().await;
        assert_eq!(method, "stats");
        assert_eq!(serde_json::from_value::<Stats>(stats).expect("stats").session, "demo");
    }
    // The first call that the project receives is about the page that watches meters.
    page.call("subscribe", json!({"topics": ["meters"]})).await.expect("a subscription");
    assert_eq!(running.asked().await, Asked::Watched(true));
}

#[tokio::test]
async fn a_page_that_asks_for_frames_is_looking_for_a_while() {
    let mut running = Running::new().await;
    let mut page = running.page().await;
    for method in ["getMeterFrame", "getOscilloscopeFrame"] {
        page.call(method, Value::Null).await.expect("a frame");
        page.call(method, Value::Null).await.expect("a frame");
        assert_eq!(running.asked().await, Asked::Watched(true));
        assert_eq!(running.asked().await, Asked::Watched(false));
    }
}

#[tokio::test]
async fn a_page_that_goes_looks_no_more() {
    let mut running = Running::new().await;
    let mut page = running.page().await;
    page.call("subscribe", json!({"topics": ["scope"], "hz": 1})).await.expect("a subscription");
    assert_eq!(running.asked().await, Asked::Watched(true));
    drop(page);
    assert_eq!(running.asked().await, Asked::Watched(false));
}

#[tokio::test]
async fn state_and_log_come_to_subscribers_as_they_come() {
    let running = Running::new().await;
    let (mut page, mut other) = (running.page().await, running.page().await);
    let server = &running.server;
    let line = ChildLog { session: "demo".into(), stream: LogStream::Stderr, line: "before".into() };
    server.log(&line);
    server.state(&state(State::Starting));
    server.state(&state(State::Live));
    server.build_status(&Build::Ok { ms: 1 });
    assert_eq!(page.hears().await.0, "buildStatus");
    assert_eq!(other.hears().await.0, "buildStatus");

    // A new subscriber receives the last state and build, but no old log lines.
    page.send(json!({"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": {"topics": ["state", "log", "build"]}}).to_string())
        .await;
    assert_eq!(page.hears().await, ("sessionState".into(), json!({"session": "demo", "state": "live"})));
    assert_eq!(page.hears().await, ("buildStatus".into(), json!({"status": "ok", "ms": 1})));
    assert_eq!(page.receive().await["result"], json!({}));

    server.log(&ChildLog { line: "after".into(), ..line });
    let log = json!({"session": "demo", "stream": "stderr", "line": "after"});
    assert_eq!(page.hears().await, ("childLog".into(), log));
    server.state(&StateChange { reason: Some("SIGSEGV; again in 1 s".into()), ..state(State::Crashed) });
    let crashed = json!({"session": "demo", "state": "crashed", "reason": "SIGSEGV; again in 1 s"});
    assert_eq!(page.hears().await, ("sessionState".into(), crashed));
    page.heard_nothing().await;
    other.heard_nothing().await;
}

#[tokio::test]
async fn the_host_knows_whether_a_page_shows_what_was_measured() {
    let mut running = Running::new().await;
    let (mut one, mut other) = (running.page().await, running.page().await);
    one.call("subscribe", json!({"topics": ["lab"]})).await.expect("a subscription");
    assert_eq!(running.asked().await, Asked::LabWatched(true));
    other.call("subscribe", json!({"topics": ["lab"]})).await.expect("a subscription");
    one.call("subscribe", json!({"topics": []})).await.expect("no subscription");
    other.call("measureBuild", json!({"number": 2, "full": true})).await.expect("it is asked for");
    assert_eq!(running.asked().await, Asked::Measure(2, true), "another one still shows it");
    other.call("setMeasuring", json!({"on": false})).await.expect("it is set");
    assert_eq!(running.asked().await, Asked::Measuring(false));
    drop(other);
    assert_eq!(running.asked().await, Asked::LabWatched(false));
}
