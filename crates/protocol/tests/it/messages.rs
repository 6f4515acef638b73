//! What is read from the golden files is written as it stands there, is of the published shapes, and has the members that
//! are documented.

use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;
use wavecraft_companion_protocol::{
    browser::{self, *},
    comparison::Comparison,
    control::{self, ChildLog},
    method::{Method, Names, Visit},
    preset::{CurrentPreset, PresetList},
    rpc::{
        Call, ErrorObject, INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST, Incoming, METHOD_NOT_FOUND,
        OUT_OF_RANGE, Outcome, PARSE_ERROR, Response, UNKNOWN_PARAMETER, decode,
    },
    session::{Build, StateChange, Stats},
    transport::{TRANSPORT_CHANGED, Transport},
};
use wavecraft_protocol as published;

use crate::golden::Socket;

const NOTIFICATIONS: [&str; 18] = [
    PARAMETER_CHANGED,
    PARAMETERS_CHANGED,
    AUDIO_STATUS_CHANGED,
    BUILD_STATUS,
    METER_UPDATE,
    SCOPE_UPDATE,
    SPECTRUM_UPDATE,
    SOURCE_CHANGED,
    STATS,
    SESSION_STATE,
    CHILD_LOG,
    SETS_CHANGED,
    HISTORY_CHANGED,
    LAB_CHANGED,
    COMPARISON_CHANGED,
    PRESETS_CHANGED,
    PRESET_CHANGED,
    TRANSPORT_CHANGED,
];

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("the method's own type")
}

fn written(method: &str, params: Value) -> String {
    match method {
        PARAMETER_CHANGED => notification(method, &read::<ParameterChanged>(params)),
        PARAMETERS_CHANGED => notification(method, &read::<ParametersChanged>(params)),
        AUDIO_STATUS_CHANGED => notification(method, &read::<AudioRuntimeStatus>(params)),
        BUILD_STATUS => notification(method, &read::<Build>(params)),
        METER_UPDATE => notification(method, &read::<Meters>(params)),
        SCOPE_UPDATE if params.get("frames").is_some() => notification(method, &read::<ScopePicture>(params)),
        SCOPE_UPDATE => notification(method, &read::<OscilloscopeFrame>(params)),
        SPECTRUM_UPDATE => notification(method, &read::<SpectrumFrame>(params)),
        SOURCE_CHANGED => notification(method, &read::<SourceChanged>(params)),
        STATS => notification(method, &read::<Stats>(params)),
        SESSION_STATE => notification(method, &read::<StateChange>(params)),
        CHILD_LOG => notification(method, &read::<ChildLog>(params)),
        SETS_CHANGED => notification(method, &read::<Sets>(params)),
        HISTORY_CHANGED => notification(method, &read::<History>(params)),
        LAB_CHANGED => notification(method, &read::<GetLabResult>(params)),
        COMPARISON_CHANGED => notification(method, &read::<Comparison>(params)),
        PRESETS_CHANGED => notification(method, &read::<PresetList>(params)),
        PRESET_CHANGED => notification(method, &read::<CurrentPreset>(params)),
        TRANSPORT_CHANGED => notification(method, &read::<Transport>(params)),
        _ => panic!("{method} has no example"),
    }
}

fn call(line: &str) -> Call {
    match decode(line) {
        Incoming::Single(Ok(call)) => call,
        other => panic!("{line}: {other:?}"),
    }
}

fn result(answered: &str) -> Value {
    serde_json::from_str::<Value>(answered).expect("JSON")["result"].take()
}

fn names(visit: fn(&mut Names)) -> BTreeSet<&'static str> {
    let mut names = Names::default();
    visit(&mut names);
    let all: BTreeSet<_> = names.0.iter().copied().collect();
    assert_eq!(all.len(), names.0.len(), "a method is declared twice: {:?}", names.0);
    all
}

#[test]
fn every_message_has_an_example() {
    let methods = names(control::visit);
    assert_eq!(Socket::Control.names(), methods.into_iter().collect::<Vec<_>>());
    let mut messages = names(browser::visit);
    messages.extend(NOTIFICATIONS.into_iter().chain(["errors"]));
    assert_eq!(Socket::Browser.names(), messages.into_iter().collect::<Vec<_>>());
}

struct Control;

impl Visit for Control {
    /// Both sides write with sorted members.
    fn method<M: Method>(&mut self) {
        let [asked, answered] = Socket::Control.example(M::NAME);
        let call = call(&asked);
        let id = call.id.clone().expect("an id");
        let number = serde_json::to_value(&id).expect("JSON").as_u64().expect("a number");
        assert_eq!(M::read(&call).expect("its parameters").request(number), asked);
        let result: Result<M::Result, ErrorObject> = Ok(read(result(&answered)));
        assert_eq!(Response::new(id, Outcome::of(result)).text(), answered);
    }
}

struct Browser;

impl Visit for Browser {
    /// The server writes members in their types' order, and numbers in their short form.
    fn method<M: Method>(&mut self) {
        // Its example is the notification's.
        if M::NAME == METER_UPDATE {
            return assert!(M::read(&call(&Socket::Browser.lines(M::NAME)[0])).is_ok());
        }
        let [asked, answered] = Socket::Browser.example(M::NAME);
        let call = call(&asked);
        assert!(M::read(&call).is_ok(), "{asked}");
        let result: Result<M::Result, ErrorObject> = Ok(read(result(&answered)));
        assert_eq!(answer(&call.id.expect("an id"), &result), answered);

        // What the published clients send and read.
        let request: published::IpcRequest = serde_json::from_str(&asked).expect("the published envelope");
        let response: published::IpcResponse =
            serde_json::from_str(&answered).expect("the published envelope");
        assert_eq!(request.id, response.id);
        assert!(response.error.is_none());
    }
}

#[test]
fn methods_are_called_and_answered_as_in_their_examples() {
    control::visit(&mut Control);
    browser::visit(&mut Browser);
    let [_, all] = Socket::Browser.example("getAllParameters");
    let _: published::GetAllParametersResult = read(result(&all));
}

struct Documented(Socket);

impl Visit for Documented {
    /// A member that is documented without a `?` has to be there, one with it may be absent, and there is no other. `…`
    /// stands for more.
    fn method<M: Method>(&mut self) {
        let Some(members) = M::DOC.params.strip_prefix("`{").and_then(|rest| rest.strip_suffix("}`")) else {
            return;
        };
        let documented: Vec<&str> = members.split(", ").collect();
        let asked = call(&self.0.lines(M::NAME)[0]);
        let shown: Vec<&String> = asked.params.as_object().expect("an object").keys().collect();
        for member in &shown {
            let known = documented.iter().any(|name| name.trim_end_matches('?') == *member || *name == "…");
            assert!(known, "{}: `{member}` isn't documented", M::NAME);
        }
        for name in documented.iter().filter(|name| **name != "…") {
            let member = name.trim_end_matches('?');
            let mut less = asked.clone();
            let there = less.params.as_object_mut().expect("an object").remove(member).is_some();
            assert!(there, "{}: the example lacks `{member}`", M::NAME);
            assert_eq!(M::read(&less).is_ok(), name.ends_with('?'), "{}: without `{member}`", M::NAME);
        }
    }
}

#[test]
fn members_may_be_absent_where_the_documentation_says_so_and_nowhere_else() {
    control::visit(&mut Documented(Socket::Control));
    browser::visit(&mut Documented(Socket::Browser));
}

#[test]
fn notifications_are_written_as_in_their_examples() {
    for method in NOTIFICATIONS {
        for line in Socket::Browser.lines(method) {
            let told = call(&line);
            assert_eq!((told.id, told.method.as_str()), (None, method));
            assert_eq!(written(method, told.params), line);
            let _: published::IpcNotification = serde_json::from_str(&line).expect("the published envelope");
        }
    }
}

/// Reads a call as the method that it names.
struct Reader<'a> {
    call: &'a Call,
    outcome: Result<(), ErrorObject>,
}

impl Visit for Reader<'_> {
    fn method<M: Method>(&mut self) {
        if M::NAME == self.call.method {
            self.outcome = M::read(self.call).map(drop);
        }
    }
}

/// Reads a page's call as a server does.
pub(crate) fn read_call(call: &Call) -> Result<(), ErrorObject> {
    let mut reader = Reader { call, outcome: Err(ErrorObject::no_method(&call.method)) };
    browser::visit(&mut reader);
    reader.outcome
}

#[test]
fn errors_have_the_codes_of_their_examples() {
    let of_a_project = [INTERNAL_ERROR, UNKNOWN_PARAMETER, OUT_OF_RANGE, NOT_ALLOWED].map(i64::from);
    let lines = Socket::Browser.lines("errors");
    let mut codes = Vec::new();
    for pair in lines.chunks(2) {
        let [asked, answered] = pair else { panic!("a request and its answer") };
        let shown: Value = serde_json::from_str(answered).expect("JSON");
        codes.push(shown["error"]["code"].as_i64().expect("a code"));
        // What needs no project to be refused.
        let refused = match decode(asked) {
            Incoming::Single(Err(rejected)) => Some((rejected.id, rejected.error)),
            Incoming::Single(Ok(call)) => {
                read_call(&call).err().map(|error| (call.id.clone().expect("an id"), error))
            }
            Incoming::Batch(_) => panic!("{asked}"),
        };
        match refused {
            Some((id, error)) => assert_eq!(answer(&id, &Err::<Value, _>(error)), *answered),
            None => assert!(codes.last().is_some_and(|code| of_a_project.contains(code)), "{asked}"),
        }
    }
    let refused_unseen = [PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS].map(i64::from);
    assert_eq!(codes, [refused_unseen, of_a_project].concat());
}
