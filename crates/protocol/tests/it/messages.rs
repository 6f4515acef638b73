//! What is read from the golden files is written as it stands there, and is of the published shapes.

use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;
use wavecraft_companion_protocol::{
    browser::*,
    control::ChildLog,
    rpc::{
        Call, INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST, Incoming, METHOD_NOT_FOUND, OUT_OF_RANGE,
        PARSE_ERROR, UNKNOWN_PARAMETER, decode,
    },
    session::{Build, StateChange, Stats},
};
use wavecraft_protocol as published;

use crate::golden;

/// All methods that a page or a program with its own audio can call with an answer. One that is new has to be named here,
/// and in [`name`].
const METHODS: [&str; 15] = [
    PING,
    GET_PARAMETER,
    SET_PARAMETER,
    GET_ALL_PARAMETERS,
    GET_METER_FRAME,
    GET_OSCILLOSCOPE_FRAME,
    GET_AUDIO_STATUS,
    REQUEST_RESIZE,
    GET_STATS,
    SUBSCRIBE,
    SET_BYPASS,
    SET_MUTE,
    SET_SOURCE,
    SET_MODE,
    REGISTER_AUDIO,
];

const NOTIFICATIONS: [&str; 9] = [
    PARAMETER_CHANGED,
    PARAMETERS_CHANGED,
    AUDIO_STATUS_CHANGED,
    BUILD_STATUS,
    METER_UPDATE,
    SCOPE_UPDATE,
    STATS,
    SESSION_STATE,
    CHILD_LOG,
];

/// Has no `_`, so that a new request doesn't compile before it is here.
fn name(request: &Request) -> &'static str {
    match request {
        Request::Ping => PING,
        Request::GetParameter(_) => GET_PARAMETER,
        Request::SetParameter(_) => SET_PARAMETER,
        Request::GetAllParameters => GET_ALL_PARAMETERS,
        Request::GetMeterFrame => GET_METER_FRAME,
        Request::GetOscilloscopeFrame => GET_OSCILLOSCOPE_FRAME,
        Request::GetAudioStatus => GET_AUDIO_STATUS,
        Request::RequestResize(_) => REQUEST_RESIZE,
        Request::GetStats => GET_STATS,
        Request::Subscribe(_) => SUBSCRIBE,
        Request::SetBypass(_) => SET_BYPASS,
        Request::SetMute(_) => SET_MUTE,
        Request::SetSource(_) => SET_SOURCE,
        Request::SetMode(_) => SET_MODE,
        Request::RegisterAudio(_) => REGISTER_AUDIO,
        Request::MeterUpdate(_) => METER_UPDATE,
    }
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("the method's own type")
}

fn reply(method: &str, result: Value) -> Reply {
    match method {
        PING => Reply::Pong(read(result)),
        GET_PARAMETER => Reply::Parameter(read(result)),
        GET_ALL_PARAMETERS => Reply::Parameters(read(result)),
        GET_METER_FRAME => Reply::MeterFrame(read(result)),
        GET_OSCILLOSCOPE_FRAME => Reply::OscilloscopeFrame(read(result)),
        GET_AUDIO_STATUS => Reply::AudioStatus(read(result)),
        REQUEST_RESIZE => Reply::Resize(read(result)),
        GET_STATS => Reply::Stats(read(result)),
        REGISTER_AUDIO => Reply::Registered(read(result)),
        _ => Reply::Done {},
    }
}

fn written(method: &str, params: Value) -> String {
    match method {
        PARAMETER_CHANGED => notification(method, &read::<ParameterChanged>(params)),
        PARAMETERS_CHANGED => notification(method, &read::<ParametersChanged>(params)),
        AUDIO_STATUS_CHANGED => notification(method, &read::<AudioRuntimeStatus>(params)),
        BUILD_STATUS => notification(method, &read::<Build>(params)),
        METER_UPDATE => notification(method, &read::<MeterUpdate>(params)),
        SCOPE_UPDATE => notification(method, &read::<OscilloscopeFrame>(params)),
        STATS => notification(method, &read::<Stats>(params)),
        SESSION_STATE => notification(method, &read::<StateChange>(params)),
        CHILD_LOG => notification(method, &read::<ChildLog>(params)),
        _ => panic!("{method} has no example"),
    }
}

fn call(line: &str) -> Call {
    match decode(line) {
        Incoming::Single(Ok(call)) => call,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn every_message_has_an_example() {
    let expected: BTreeSet<&str> = METHODS.into_iter().chain(NOTIFICATIONS).chain(["errors"]).collect();
    let there = golden::names();
    assert_eq!(there.iter().map(String::as_str).collect::<BTreeSet<_>>(), expected);
}

#[test]
fn methods_are_answered_as_in_their_examples() {
    for method in METHODS {
        let [asked, answered] = &golden::lines(method)[..] else {
            panic!("{method}: a request and its answer")
        };
        let call = call(asked);
        assert_eq!(name(&Request::read(&call).expect("a request")), method);
        let result = serde_json::from_str::<Value>(answered).expect("JSON")["result"].take();
        assert_eq!(answer(&call.id.expect("an id"), &Ok(reply(method, result))), *answered);

        // What the published clients send and read.
        let request: published::IpcRequest = serde_json::from_str(asked).expect("the published envelope");
        let response: published::IpcResponse =
            serde_json::from_str(answered).expect("the published envelope");
        assert_eq!(request.id, response.id);
        assert!(response.error.is_none());
    }
    let all: Value = serde_json::from_str(&golden::lines(GET_ALL_PARAMETERS)[1]).expect("JSON");
    let _: published::GetAllParametersResult = read(all["result"].clone());
}

#[test]
fn notifications_are_written_as_in_their_examples() {
    for method in NOTIFICATIONS {
        for line in golden::lines(method) {
            let told = call(&line);
            assert_eq!((told.id, told.method.as_str()), (None, method));
            assert_eq!(written(method, told.params), line);
            let _: published::IpcNotification = serde_json::from_str(&line).expect("the published envelope");
        }
    }
    let meters = call(&golden::lines(METER_UPDATE)[0]);
    assert_eq!(name(&Request::read(&meters).expect("a registered program's")), METER_UPDATE);
}

#[test]
fn errors_have_the_codes_of_their_examples() {
    let of_a_project = [INTERNAL_ERROR, UNKNOWN_PARAMETER, OUT_OF_RANGE, NOT_ALLOWED].map(i64::from);
    let lines = golden::lines("errors");
    let mut codes = Vec::new();
    for pair in lines.chunks(2) {
        let [asked, answered] = pair else { panic!("a request and its answer") };
        let shown: Value = serde_json::from_str(answered).expect("JSON");
        codes.push(shown["error"]["code"].as_i64().expect("a code"));
        // What needs no project to be refused.
        let refused = match decode(asked) {
            Incoming::Single(Err(rejected)) => Some((rejected.id, rejected.error)),
            Incoming::Single(Ok(call)) => {
                Request::read(&call).err().map(|error| (call.id.clone().expect("an id"), error))
            }
            Incoming::Batch(_) => panic!("{asked}"),
        };
        match refused {
            Some((id, error)) => assert_eq!(answer(&id, &Err(error)), *answered),
            None => assert!(codes.last().is_some_and(|code| of_a_project.contains(code)), "{asked}"),
        }
    }
    let refused_unseen = [PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS].map(i64::from);
    assert_eq!(codes, [refused_unseen, of_a_project].concat());
}
