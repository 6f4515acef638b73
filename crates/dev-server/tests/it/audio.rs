//! A program with its own audio.

use serde_json::{Value, json};
use wavecraft_protocol as published;

use crate::{
    harness::{Client, Running, audio_token, meters, registration, token},
    project::Asked,
};

#[tokio::test]
async fn a_registered_programs_meters_reach_every_page() {
    let mut running = Running::new().await;
    let (mut page, mut other) = (running.page().await, running.page().await);
    let mut audio = running.audio().await;
    // Not before it registers.
    audio.notify("meterUpdate", meters(1)).await;
    assert_eq!(audio.call("meterUpdate", meters(2)).await, Err(-32002));
    page.heard_nothing().await;

    let result = audio.call("registerAudio", registration("synth")).await.expect("to register");
    let result: published::RegisterAudioResult = serde_json::from_value(result).expect("the published shape");
    assert_eq!(result.status, "registered");
    assert_eq!(running.asked().await, Asked::AudioClient(Some("synth".into())));

    for number in 3..6 {
        audio.notify("meterUpdate", meters(number)).await;
    }
    // With an id it is answered like any request.
    assert_eq!(audio.call("meterUpdate", meters(6)).await, Ok(json!({})));
    for client in [&mut page, &mut other] {
        for number in 3..=6 {
            assert_eq!(client.hears().await, ("meterUpdate".into(), meters(number)));
        }
    }
    // Neither its own meters nor invalid data.
    audio.notify("meterUpdate", json!({"left_peak": 1})).await;
    let mut broken = meters(7);
    broken["left_rms"] = json!(1e39);
    assert_eq!(audio.call("meterUpdate", broken).await, Err(-32602));
    audio.heard_nothing().await;
    page.heard_nothing().await;
}

#[tokio::test]
async fn while_registered_its_meters_stand_for_the_hosts() {
    let mut running = Running::new().await;
    let mut page = running.page().await;
    page.call("subscribe", json!({"topics": ["meters", "scope"], "hz": 60})).await.expect("a subscription");
    assert_eq!(running.asked().await, Asked::Watched(true));
    while page.hears().await.1["timestamp_us"] != 100_000 {}

    let mut audio = running.registered("synth").await;
    assert_eq!(running.asked().await, Asked::AudioClient(Some("synth".into())));
    audio.call("meterUpdate", meters(7)).await.expect("to be passed on");
    while page.hears().await.1["timestamp_us"] != 7 {}
    // The scope still comes from the host, and shows that the host's meters would have arrived.
    for _ in 0..5 {
        assert_eq!(page.hears().await.0, "scopeUpdate");
    }
    audio.call("meterUpdate", meters(8)).await.expect("to be passed on");
    while page.hears().await.1["timestamp_us"] != 8 {}

    drop(audio);
    assert_eq!(running.asked().await, Asked::AudioClient(None));
    while page.hears().await.1["timestamp_us"] != 100_000 {}
}

#[tokio::test]
async fn a_project_has_one_and_the_next_comes_when_it_goes() {
    let mut running = Running::new().await;
    let first = running.registered("first").await;
    assert_eq!(running.asked().await, Asked::AudioClient(Some("first".into())));
    let mut second = running.audio().await;
    let answer = second
        .answer_to(
            json!({"jsonrpc": "2.0", "id": 1, "method": "registerAudio", "params": registration("second")})
                .to_string(),
        )
        .await;
    assert_eq!(answer["error"]["code"], -32002);
    assert!(
        answer["error"]["message"].as_str().expect("a sentence").contains("`first` is registered already")
    );
    second.heard_nothing().await;

    drop(first);
    assert_eq!(running.asked().await, Asked::AudioClient(None));
    assert_eq!(
        second.call("registerAudio", registration("second")).await,
        Ok(json!({"status": "registered"}))
    );
    assert_eq!(running.asked().await, Asked::AudioClient(Some("second".into())));
    // Registering again from the same client: its new figures count.
    assert_eq!(
        second.call("registerAudio", registration("renamed")).await,
        Ok(json!({"status": "registered"}))
    );
    assert_eq!(running.asked().await, Asked::AudioClient(Some("renamed".into())));
}

#[tokio::test]
async fn parameter_changes_are_forwarded_once_it_is_registered() {
    let running = Running::new().await;
    let mut page = running.page().await;
    let mut audio = running.audio().await;
    page.call("setParameter", json!({"id": "amp_gain", "value": 0.1})).await.expect("to be set");
    audio.heard_nothing().await;

    audio.call("registerAudio", registration("synth")).await.expect("to register");
    page.call("setParameter", json!({"id": "amp_gain", "value": 0.2})).await.expect("to be set");
    running.server.parameters_changed();
    running.server.audio_status_changed(&crate::project::audio_status());
    running.server.parameter_changed("amp_shape", 2.0);
    assert_eq!(audio.hears().await, ("parameterChanged".into(), json!({"id": "amp_gain", "value": 0.2})));
    assert_eq!(audio.hears().await, ("parametersChanged".into(), json!({})));
    assert_eq!(audio.hears().await, ("parameterChanged".into(), json!({"id": "amp_shape", "value": 2.0})));
    audio.heard_nothing().await;
}

#[tokio::test]
async fn neither_token_does_what_the_other_is_for() {
    let running = Running::new().await;
    let mut page = running.page().await;
    assert_eq!(page.call("registerAudio", registration("page")).await, Err(-32002));
    assert_eq!(page.call("meterUpdate", meters(1)).await, Err(-32002));

    let mut audio = running.registered("synth").await;
    for (method, params) in [
        ("setParameter", json!({"id": "amp_gain", "value": 0.9})),
        ("getMeterFrame", Value::Null),
        ("getOscilloscopeFrame", Value::Null),
        ("getAudioStatus", Value::Null),
        ("requestResize", json!({"width": 1, "height": 1})),
        ("getStats", Value::Null),
        ("subscribe", json!({"topics": ["meters"]})),
        ("setBypass", json!({"on": true})),
        ("setMute", json!({"on": true})),
        ("setSource", json!({"source": "tone"})),
        ("restart", Value::Null),
        ("getSets", Value::Null),
        ("hearSet", json!({"set": "B"})),
        ("copySet", Value::Null),
        ("getHistory", Value::Null),
        ("undo", Value::Null),
        ("redo", Value::Null),
    ] {
        assert_eq!(audio.call(method, params).await, Err(-32002), "{method}");
    }
    assert_eq!(audio.call("nothing", Value::Null).await, Err(-32601));
    assert_eq!(audio.call("registerAudio", json!({})).await, Err(-32602));
    assert_eq!(audio.call("ping", Value::Null).await, Ok(json!({"pong": true})));
    assert_eq!(
        audio.call("getParameter", json!({"id": "amp_gain"})).await,
        Ok(json!({"id": "amp_gain", "value": 0.5}))
    );
    let all = audio.call("getAllParameters", Value::Null).await.expect("all of them");
    assert_eq!(all["parameters"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn the_audio_token_makes_an_audio_program_wherever_it_is_put() {
    let running = Running::new().await;
    let (page, audio) = (token(), audio_token());
    let (page, audio) = (page.as_str(), audio.as_str());
    for (path, beside) in [
        (format!("/p/{audio}"), None),
        ("/".into(), Some(audio)),
        (format!("/p/{audio}"), Some(audio)),
        // As from a program that was given the project's address.
        (format!("/p/{page}"), Some(audio)),
        (format!("/p/{audio}"), Some(page)),
    ] {
        let mut client = Client::open_at(running.port(), &path, beside).await;
        assert_eq!(client.call("setMute", json!({"on": true})).await, Err(-32002), "{path} {beside:?}");
    }
    let mut client = Client::open_at(running.port(), "/", Some(page)).await;
    assert_eq!(client.call("setMute", json!({"on": true})).await, Ok(json!({})));
}
