//! Every method and every error of a page.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use wavecraft_companion_protocol::browser::PageSource;
use wavecraft_companion_protocol::session::{Mode, Stats};
use wavecraft_companion_protocol::transport::ChangeTransport;
use wavecraft_protocol as published;

use crate::{harness::Running, project::Asked};

fn read<T: serde::de::DeserializeOwned>(result: Result<Value, i64>) -> T {
    serde_json::from_value(result.expect("a result")).expect("the published shape")
}

#[tokio::test]
async fn answers_have_the_published_shapes() {
    let running = Running::new().await;
    let mut page = running.page().await;

    let all: published::GetAllParametersResult = read(page.call("getAllParameters", Value::Null).await);
    let ids: Vec<&str> = all.parameters.iter().map(|parameter| parameter.id.as_str()).collect();
    assert_eq!(ids, ["amp_gain", "amp_shape", "amp_bypass"]);
    assert_eq!(all.parameters[0].param_type, published::ParameterType::Float);
    assert_eq!(all.parameters[0].unit.as_deref(), Some("dB"));
    assert_eq!(all.parameters[0].group.as_deref(), Some("Amp"));
    assert_eq!(all.parameters[1].variants.as_ref().map(Vec::len), Some(3));
    assert_eq!((all.parameters[2].min, all.parameters[2].max), (0.0, 1.0));

    let one: published::GetParameterResult = read(page.call("getParameter", json!({"id": "amp_gain"})).await);
    assert_eq!((one.id.as_str(), one.value), ("amp_gain", 0.5));

    let meters: published::GetMeterFrameResult = read(page.call("getMeterFrame", json!({})).await);
    let frame = meters.frame.expect("a frame");
    assert_eq!((frame.peak_l, frame.rms_r, frame.timestamp), (0.5, 0.1, 4800));

    let scope: published::GetOscilloscopeFrameResult =
        read(page.call("getOscilloscopeFrame", Value::Null).await);
    let frame = scope.frame.expect("a frame");
    assert_eq!((frame.points_l.len(), frame.points_r.len()), (1024, 1024));
    assert_eq!((frame.sample_rate, frame.no_signal), (48_000.0, false));
    assert_eq!(frame.trigger_mode, published::OscilloscopeTriggerMode::RisingZeroCrossing);

    let status: published::GetAudioStatusResult = read(page.call("getAudioStatus", Value::Null).await);
    let status = status.status.expect("a status");
    assert_eq!(status.phase, published::AudioRuntimePhase::RunningFullDuplex);
    assert_eq!((status.sample_rate, status.buffer_size), (Some(48_000.0), Some(256)));

    let resize = page.call("requestResize", json!({"width": 800, "height": 600})).await;
    assert!(!read::<published::RequestResizeResult>(resize).accepted, "nobody sizes a browser's window");
    let _: published::SetParameterResult =
        read(page.call("setParameter", json!({"id": "amp_gain", "value": 0.25})).await);
    assert_eq!(page.call("ping", Value::Null).await, Ok(json!({"pong": true})));
    assert_eq!(read::<Stats>(page.call("getStats", Value::Null).await).blocks, 7);

    running.project.runs.store(false, Ordering::Relaxed);
    assert_eq!(page.call("getMeterFrame", Value::Null).await, Ok(json!({"frame": null})));
    assert_eq!(page.call("getOscilloscopeFrame", Value::Null).await, Ok(json!({"frame": null})));
    assert_eq!(page.call("getAudioStatus", Value::Null).await, Ok(json!({"status": null})));
    assert_eq!(page.call("getStats", Value::Null).await, Ok(Value::Null));
}

#[tokio::test]
async fn a_set_parameter_is_told_to_every_page_before_it_is_answered() {
    let running = Running::new().await;
    let (mut one, mut other) = (running.page().await, running.page().await);
    for (id, value, taken) in [
        ("amp_gain", json!(0.8), json!(0.8)),
        // Setting the same value again notifies again.
        ("amp_gain", json!(0.8), json!(0.8)),
        ("amp_shape", json!(1.4), json!(1.0)),
        ("amp_bypass", json!(1), json!(1.0)),
    ] {
        one.send(json!({"jsonrpc": "2.0", "id": 1, "method": "setParameter", "params": {"id": id, "value": value}}).to_string())
            .await;
        // As in the published server, a client that waits for the answer has the value by then.
        let told = ("parameterChanged".to_string(), json!({"id": id, "value": taken}));
        assert_eq!(one.hears().await, told);
        assert_eq!(one.receive().await, json!({"jsonrpc": "2.0", "id": 1, "result": {}}));
        assert_eq!(other.hears().await, told);
        let got = other.call("getParameter", json!({"id": id})).await;
        assert_eq!(got, Ok(json!({"id": id, "value": taken})));
    }
}

#[tokio::test]
async fn errors_have_their_codes() {
    let running = Running::new().await;
    let mut page = running.page().await;
    for (method, params, code) in [
        ("nothing", json!({}), -32601),
        ("getParameter", Value::Null, -32602),
        ("getParameter", json!({"id": 1}), -32602),
        ("setParameter", json!({"id": "amp_gain"}), -32602),
        ("setParameter", json!({"id": "amp_gain", "value": "0.5"}), -32602),
        ("setParameter", json!({"id": "amp_gain", "value": null}), -32602),
        ("requestResize", json!({"width": "wide"}), -32602),
        ("subscribe", json!({"topics": ["meters"], "hz": 61}), -32602),
        ("subscribe", json!({"topics": ["meters"], "hz": 0}), -32602),
        ("subscribe", json!({"topics": ["rain"]}), -32602),
        ("setBypass", json!({}), -32602),
        ("setMute", json!({"on": "yes"}), -32602),
        ("setMode", json!({"mode": "fast"}), -32602),
        ("setTransport", json!({"tempo": 19}), -32602),
        ("setTransport", json!({"tempo": 1e300}), -32602),
        ("setTransport", json!({"tempo": null, "loop_bars": 65}), -32602),
        ("setTransport", json!({"position_beats": -1}), -32602),
        ("setGain", json!({"gain_db": 12.1}), -32602),
        ("setGain", json!({"gain_db": -1e39}), -32602),
        ("setGain", json!({}), -32602),
        ("setSource", json!({"source": "/etc/passwd"}), -32602),
        ("setSource", json!({"source": {"kind": "file", "path": "/etc/passwd"}}), -32602),
        ("setSource", json!({"source": "tone:440@3"}), -32602),
        ("setSource", json!({"source": "sweep:20-"}), -32602),
        ("setSource", json!({"source": "microphone"}), -32002),
        // The host's own error.
        ("setSource", json!({"source": "file"}), -32603),
        ("getParameter", json!({"id": "no_such"}), -32000),
        ("setParameter", json!({"id": "no_such", "value": 0.5}), -32000),
        ("setParameter", json!({"id": "amp_gain", "value": 1.01}), -32001),
        ("setParameter", json!({"id": "amp_gain", "value": -0.01}), -32001),
        ("setParameter", json!({"id": "amp_gain", "value": 1e39}), -32001),
        ("setParameter", json!({"id": "amp_gain", "value": -1e300}), -32001),
    ] {
        assert_eq!(page.call(method, params.clone()).await, Err(code), "{method} {params}");
    }
    page.heard_nothing().await;
}

#[tokio::test]
async fn what_is_no_request_is_told_so() {
    let running = Running::new().await;
    let mut page = running.page().await;
    for (text, code, id) in [
        ("", -32700, Value::Null),
        ("{", -32700, Value::Null),
        ("hello", -32700, Value::Null),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"setParameter","params":{"id":"amp_gain","value":NaN}}"#,
            -32700,
            Value::Null,
        ),
        ("[]", -32600, Value::Null),
        ("null", -32600, Value::Null),
        (r#""ping""#, -32600, Value::Null),
        (r#"{"id":1,"method":"ping"}"#, -32600, json!(1)),
        (r#"{"jsonrpc":"1.0","id":"a","method":"ping"}"#, -32600, json!("a")),
        (r#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#, -32600, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1}"#, -32600, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":5}"#, -32600, json!(1)),
        (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600, Value::Null),
        (r#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, -32600, Value::Null),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":"no"}"#, -32600, json!(1)),
        (r#"{"jsonrpc":"1.0","method":"ping"}"#, -32600, Value::Null),
    ] {
        let answer = page.answer_to(text).await;
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(code), &id), "{text}");
        assert_eq!(answer.get("result"), None, "{text}");
    }
    let deep = "[".repeat(10_000);
    assert_eq!(page.answer_to(deep).await["error"]["code"], -32700);
    page.heard_nothing().await;
}

#[tokio::test]
async fn ids_come_back_as_they_went() {
    let running = Running::new().await;
    let mut page = running.page().await;
    for id in [
        json!(0),
        json!(-7),
        json!(1.5),
        json!(9_007_199_254_740_993_u64),
        json!(""),
        json!("ä\"\\"),
        Value::Null,
    ] {
        let request = json!({"jsonrpc": "2.0", "id": id, "method": "ping"});
        let answer = page.answer_to(request.to_string()).await;
        assert_eq!(answer, json!({"jsonrpc": "2.0", "id": id, "result": {"pong": true}}));
    }
}

#[tokio::test]
async fn a_notification_is_carried_out_and_not_answered() {
    let running = Running::new().await;
    let mut page = running.page().await;
    page.notify("setParameter", json!({"id": "amp_gain", "value": 0.75})).await;
    page.notify("setParameter", json!({"id": "amp_gain", "value": 7})).await;
    page.notify("setParameter", json!(["wrong"])).await;
    page.notify("nothing", json!({})).await;
    page.notify("meterUpdate", crate::harness::meters(1)).await;
    page.notify("ping", json!({})).await;
    assert_eq!(page.hears().await, ("parameterChanged".into(), json!({"id": "amp_gain", "value": 0.75})));
    page.heard_nothing().await;
}

#[tokio::test]
async fn batches_are_answered_as_json_rpc_says() {
    let running = Running::new().await;
    let mut page = running.page().await;
    let batch = json!([
        {"jsonrpc": "2.0", "id": "a", "method": "ping"},
        {"jsonrpc": "2.0", "method": "setParameter", "params": {"id": "amp_gain", "value": 1}},
        1,
        {"jsonrpc": "2.0", "id": 2, "method": "getParameter", "params": {"id": "amp_gain"}},
        {"jsonrpc": "2.0", "id": 3, "method": "nothing"},
        {"id": 4}
    ]);
    let answers = page.answer_to(batch.to_string()).await;
    let answers = answers.as_array().expect("an array");
    assert_eq!(answers.len(), 5);
    assert_eq!(answers[0], json!({"jsonrpc": "2.0", "id": "a", "result": {"pong": true}}));
    assert_eq!((&answers[1]["id"], &answers[1]["error"]["code"]), (&Value::Null, &json!(-32600)));
    assert_eq!(answers[2]["result"], json!({"id": "amp_gain", "value": 1.0}));
    assert_eq!((&answers[3]["id"], &answers[3]["error"]["code"]), (&json!(3), &json!(-32601)));
    assert_eq!((&answers[4]["id"], &answers[4]["error"]["code"]), (&json!(4), &json!(-32600)));
    assert_eq!(page.hears().await.0, "parameterChanged");

    let silent = json!([{"jsonrpc": "2.0", "method": "ping"}, {"jsonrpc": "2.0", "method": "nothing"}]);
    page.send(silent.to_string()).await;
    page.heard_nothing().await;

    let long = format!("[{}]", ["1"; 1001].join(","));
    assert_eq!(page.answer_to(long).await["error"]["code"], -32600);
}

#[tokio::test]
async fn two_hundred_requests_at_once_are_all_answered_in_order() {
    let running = Running::new().await;
    let mut page = running.page().await;
    for id in 0..200 {
        let request = match id % 3 {
            0 => json!({"jsonrpc": "2.0", "id": id, "method": "ping"}),
            1 => json!({"jsonrpc": "2.0", "id": id, "method": "getOscilloscopeFrame"}),
            _ => {
                json!({"jsonrpc": "2.0", "id": id, "method": "setParameter", "params": {"id": "amp_gain", "value": 0.5}})
            }
        };
        page.send(request.to_string()).await;
    }
    let mut next = 0;
    while next < 200 {
        let message = page.receive().await;
        if message.get("method").is_none() {
            assert_eq!(message["id"], next);
            assert!(message.get("result").is_some(), "{message}");
            next += 1;
        }
    }
}

#[tokio::test]
async fn switches_and_sources_reach_the_project() {
    let mut running = Running::new().await;
    let mut page = running.page().await;
    assert_eq!(page.call("setBypass", json!({"on": true})).await, Ok(json!({})));
    assert_eq!(running.asked().await, Asked::Bypass(true));
    assert_eq!(page.call("setMute", json!({"on": false})).await, Ok(json!({})));
    assert_eq!(running.asked().await, Asked::Mute(false));
    assert_eq!(page.call("setGain", json!({"gain_db": -60})).await, Ok(json!({})));
    assert_eq!(running.asked().await, Asked::Gain(-60.0));
    assert_eq!(page.call("setMode", json!({"mode": "direct"})).await, Ok(json!({})));
    assert_eq!(running.asked().await, Asked::Mode(Mode::Direct));
    let time = json!({"playing": false, "tempo": 98, "position_beats": 0, "loop_bars": 64, "none": true});
    assert_eq!(page.call("setTransport", time).await, Ok(json!({})));
    let wanted = ChangeTransport {
        playing: Some(false),
        tempo: Some(98.0),
        position_beats: Some(0.0),
        loop_bars: Some(64),
    };
    assert_eq!(running.asked().await, Asked::Transport(wanted));
    assert_eq!(page.call("tapTempo", Value::Null).await, Ok(json!({})));
    assert_eq!(running.asked().await, Asked::Tap);
    for text in ["tone", "noise", "sweep", "silence", "tone:440@-20", "twotone:60,7000", "impulse:0.5"] {
        assert_eq!(page.call("setSource", json!({"source": text})).await, Ok(json!({})));
        assert_eq!(running.asked().await, Asked::Source(PageSource::Signal(text.parse().unwrap())));
    }
}

/// Unlike the published server, which keeps 0.3 unchanged: a page is told the value that the processor has.
#[tokio::test]
async fn a_switch_takes_the_nearer_of_its_two_values_and_says_which() {
    let running = Running::new().await;
    let mut page = running.page().await;
    for (asked, taken) in [(0.3, 0.0), (0.7, 1.0), (1.0, 1.0)] {
        page.notify("setParameter", json!({"id": "amp_bypass", "value": asked})).await;
        assert_eq!(
            page.hears().await,
            ("parameterChanged".into(), json!({"id": "amp_bypass", "value": taken}))
        );
        let held = page.call("getParameter", json!({"id": "amp_bypass"})).await;
        assert_eq!(held, Ok(json!({"id": "amp_bypass", "value": taken})));
    }
}
