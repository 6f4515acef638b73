#![expect(unsafe_code, reason = "a host sets parameters by pointers")]

use super::*;
use nice_plug::context::PluginApi;
use nice_plug::plugin::ParamValue;
use nice_plug::prelude::{GuiContextInner, ParamPtr, Params, PluginState};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use wavecraft_companion_protocol::{
    parameter::{ParameterSpec, ParameterType},
    preset::BAD_PRESET,
    processor::ProcessorSpec,
    rpc::{INVALID_PARAMS, METHOD_NOT_FOUND, OUT_OF_RANGE, PARSE_ERROR, UNKNOWN_PARAMETER},
};

const PRESETS: &str = r#"[{"name": "Dark", "values": {"drive_tone": 100, "drive_bypass": 1}},
    {"name": "Warm", "note": "soft", "values": {"drive_tone": 1e9, "gone": 1}}]"#;

/// A host that takes what it is told at once, and writes down what that was.
struct Host {
    ids: HashMap<ParamPtr, String>,
    told: Arc<Mutex<Vec<String>>>,
}

impl Host {
    fn told(&self, what: &str, param: ParamPtr) {
        self.told.lock().unwrap().push(format!("{what} {}", self.ids[&param]));
    }
}

impl GuiContextInner for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }

    // SAFETY: nothing is read through the pointer.
    unsafe fn raw_begin_set_parameter(&self, param: ParamPtr) {
        self.told("begin", param);
    }

    // SAFETY: the page keeps its parameters.
    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, position: f32) {
        self.told("set", param);
        // SAFETY: the page keeps its parameters.
        unsafe { param._internal_set_normalized_value(position) };
    }

    // SAFETY: nothing is read through the pointer.
    unsafe fn raw_end_set_parameter(&self, param: ParamPtr) {
        self.told("end", param);
    }

    fn get_state(&self) -> PluginState {
        PluginState { version: String::new(), params: BTreeMap::new(), fields: BTreeMap::new() }
    }

    fn set_state(&self, state: PluginState) {
        assert_eq!((state.version.as_str(), state.params.len()), ("1.2.3", self.ids.len()));
        for (param, id) in &self.ids {
            let plain = match state.params[id] {
                ParamValue::F32(value) => value,
                ParamValue::I32(value) => f32::from(i16::try_from(value).unwrap()),
                ParamValue::Bool(value) => f32::from(u8::from(value)),
                ParamValue::String(_) => unreachable!("none has texts"),
            };
            // SAFETY: the page keeps its parameters.
            let position = unsafe { param.preview_normalized(plain) };
            // SAFETY: the page keeps its parameters.
            unsafe { param._internal_set_normalized_value(position) };
        }
    }

    fn request_restart(&self) {}
}

fn specs() -> Vec<ParameterSpec> {
    let of = |spec| ParameterSpec { processor: Some("drive".into()), ..spec };
    vec![
        of(ParameterSpec { skew: Some(3.0), ..ParameterSpec::float("drive_tone", 1000.0, 20.0, 20_000.0) }),
        of(ParameterSpec { step: Some(0.5), ..ParameterSpec::float("drive_tune", 0.25, -0.75, 0.75) }),
        of(ParameterSpec {
            kind: ParameterType::Enum,
            step: Some(1.0),
            variants: Some(vec!["Soft".into(), "Hard".into(), "Fold".into()]),
            ..ParameterSpec::float("drive_shape", 0.0, 0.0, 2.0)
        }),
        of(ParameterSpec {
            kind: ParameterType::Bool,
            step: Some(1.0),
            ..ParameterSpec::float("drive_bypass", 0.0, 0.0, 1.0)
        }),
        of(ParameterSpec::float("drive_one", 3.0, 3.0, 3.0)),
    ]
}

struct Open {
    page: Page,
    parameters: Arc<Parameters>,
    told: Arc<Mutex<Vec<String>>>,
}

fn shown() -> Open {
    let chain =
        vec![ProcessorSpec { id: "drive".into(), name: "Drive".into(), bypass: Some("drive_bypass".into()) }];
    let parameters = Arc::new(Parameters::of(specs(), chain));
    let told = Arc::default();
    let ids = parameters.param_map().into_iter().map(|(id, pointer, _)| (pointer, id)).collect();
    let host = GuiContext::new(Arc::new(Host { ids, told: Arc::clone(&told) }));
    let shown = Shown {
        parameters: Arc::clone(&parameters),
        presets: FactoryPreset::list(PRESETS).leak(),
        version: "1.2.3",
    };
    Open { page: shown.page(host), parameters, told }
}

impl Open {
    /// What the page is told next, as JSON.
    fn next(&self) -> Vec<Value> {
        let texts = self.page.to_tell();
        self.page.ran();
        texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
    }

    fn asks(&self, method: &str, params: Value) -> Value {
        self.page.hears(&json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).to_string());
        let [answer] = &self.next()[..] else { panic!("one answer") };
        assert_eq!(answer["id"], 7);
        answer.clone()
    }

    fn sets(&self, id: &str, value: f32, gesture: Option<u64>) {
        let answer = self.asks("setParameter", json!({"id": id, "value": value, "gesture": gesture}));
        assert_eq!(answer["result"], json!({}), "{answer}");
    }

    fn value(&self, id: &str) -> f32 {
        self.parameters.value(self.parameters.index(id).unwrap()).unwrap()
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.told.lock().unwrap())
    }
}

#[test]
fn a_page_gets_the_parameters_as_from_the_companion() {
    let shown = shown();
    let result = &shown.asks("getAllParameters", Value::Null)["result"];
    let all: GetAllParametersResult = serde_json::from_value(result.clone()).unwrap();
    let given: Vec<_> = all.parameters.into_iter().map(|parameter| parameter.spec).collect();
    assert_eq!(given, specs());
    assert_eq!(all.processors[0].bypass.as_deref(), Some("drive_bypass"));
    assert_eq!(shown.asks("ping", json!({}))["result"], json!({"pong": true}));
    assert_eq!(shown.asks("getParameter", json!({"id": "drive_one"}))["result"]["value"], 3.0);
}

#[test]
fn what_a_page_sets_is_the_value_whatever_its_curve_and_steps() {
    let shown = shown();
    for (id, value) in [
        ("drive_tone", 20.0),
        ("drive_tone", 440.0),
        ("drive_tone", 20_000.0),
        ("drive_tune", -0.75),
        ("drive_tune", -0.25),
        ("drive_tune", 0.25),
        ("drive_shape", 2.0),
        ("drive_bypass", 1.0),
        ("drive_bypass", 0.0),
        ("drive_one", 3.0),
    ] {
        shown.sets(id, value, None);
        assert!((shown.value(id) - value).abs() <= 1e-5 * value.abs(), "{id} {}", shown.value(id));
    }
}

#[test]
fn a_gesture_is_one_for_the_host_until_the_page_says_so_or_begins_another() {
    let shown = shown();
    for value in [100.0, 200.0, 300.0] {
        shown.sets("drive_tone", value, Some(4));
    }
    assert_eq!(shown.told(), ["begin drive_tone", "set drive_tone", "set drive_tone", "set drive_tone"]);
    shown.asks("endGesture", json!({"gesture": 3}));
    assert_eq!(shown.told(), [""; 0]);
    shown.asks("endGesture", json!({"gesture": 4}));
    shown.asks("endGesture", json!({"gesture": 4}));
    assert_eq!(shown.told(), ["end drive_tone"]);

    shown.sets("drive_shape", 1.0, Some(5));
    shown.sets("drive_tone", 50.0, Some(5));
    shown.sets("drive_bypass", 1.0, Some(6));
    let both = ["begin drive_shape", "set drive_shape", "begin drive_tone", "set drive_tone"];
    assert_eq!(shown.told()[..4], both);
    shown.page.leaves();
    assert_eq!(shown.told(), ["end drive_bypass"]);

    // Who numbers none sets once.
    shown.sets("drive_tone", 60.0, None);
    assert_eq!(shown.told(), ["begin drive_tone", "set drive_tone", "end drive_tone"]);
}

#[test]
fn the_hosts_changes_are_told_once_and_as_they_are_then() {
    let shown = shown();
    let (_, tone, _) = shown.parameters.param_map().remove(0);
    let automate = |position: f32| {
        // SAFETY: `shown` keeps them.
        unsafe { tone._internal_set_normalized_value(position) };
        shown.page.value_changed("drive_tone");
    };
    automate(0.0);
    let first = shown.page.to_tell();
    assert_eq!(first.len(), 1);
    // The page is slow: of many values it gets the newest.
    for position in [0.2, 0.4, 1.0] {
        automate(position);
        assert!(shown.page.to_tell().is_empty());
    }
    shown.page.ran();
    let params = json!({"id": "drive_tone", "value": 20_000.0});
    assert_eq!(shown.next(), [json!({"jsonrpc": "2.0", "method": "parameterChanged", "params": params})]);
    assert!(shown.next().is_empty());
    shown.page.value_changed("of_another");
    assert!(shown.next().is_empty());
    shown.page.state_changed();
    assert_eq!(shown.next()[0]["method"], "parametersChanged");
}

#[test]
fn the_plugins_presets_are_loaded_as_a_hosts_state() {
    let shown = shown();
    let list = &shown.asks("getPresets", json!({}))["result"];
    assert_eq!(
        *list,
        json!({"presets": [{"name": "Dark"}, {"name": "Warm", "note": "soft"}], "changed": false})
    );
    shown.sets("drive_shape", 2.0, None);
    let loaded = |method, params: Value| {
        shown.page.hears(&json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).to_string());
        shown.page.state_changed();
        let told = shown.next();
        let methods: Vec<_> = told.iter().map(|message| message["method"].as_str().unwrap_or("")).collect();
        assert_eq!(methods, ["parametersChanged", "presetChanged", ""]);
        (told[1]["params"].clone(), told[2]["result"].clone())
    };
    let dark = (json!({"current": "Dark", "changed": false}), json!({"name": "Dark"}));
    assert_eq!(loaded("loadPreset", json!({"name": "Dark"})), dark);
    let values =
        |shown: &Open| ["drive_tone", "drive_bypass", "drive_shape"].map(|id| shown.value(id).round());
    assert_eq!(values(&shown), [100.0, 1.0, 0.0]);
    // What the plugin can't have is the nearest that it can; and after the last one comes the first.
    assert_eq!(loaded("stepPreset", json!({"by": 1})).1, json!({"name": "Warm"}));
    assert_eq!(values(&shown), [20_000.0, 0.0, 0.0]);
    assert_eq!(loaded("stepPreset", json!({"by": 1})), dark);
    assert_eq!(loaded("stepPreset", json!({"by": -1})).1, json!({"name": "Warm"}));

    let set = json!({"jsonrpc": "2.0", "id": 7, "method": "setParameter", "params": {"id": "drive_tone", "value": 440}});
    shown.page.hears(&set.to_string());
    let told = shown.next();
    assert_eq!(told[0]["params"], json!({"current": "Warm", "changed": true}));
    assert_eq!(told[1]["result"], json!({}));
    assert_eq!(shown.asks("loadPreset", json!({"name": "None"}))["error"]["code"], BAD_PRESET);
    assert_eq!(shown.asks("stepPreset", json!({"by": 2}))["error"]["code"], INVALID_PARAMS);
}

#[test]
fn nothing_that_a_page_says_is_trusted() {
    let shown = shown();
    let code = |method: &str, params: Value| shown.asks(method, params)["error"]["code"].clone();
    assert_eq!(code("setParameter", json!({"id": "none", "value": 1})), UNKNOWN_PARAMETER);
    assert_eq!(code("getParameter", json!({"id": "none"})), UNKNOWN_PARAMETER);
    for value in [json!(19.9), json!(20_001), json!(1e300), json!(-1e39)] {
        assert_eq!(code("setParameter", json!({"id": "drive_tone", "value": value})), OUT_OF_RANGE);
    }
    assert_eq!(code("setParameter", json!({"id": "drive_tone", "value": null})), INVALID_PARAMS);
    assert_eq!(code("setParameter", json!({"id": "drive_tone"})), INVALID_PARAMS);
    assert_eq!(code("endGesture", json!({"gesture": -1})), INVALID_PARAMS);
    for method in ["subscribe", "setMute", "restart", "savePreset", "setSource", "undo", ""] {
        assert_eq!(code(method, json!({})), METHOD_NOT_FOUND, "{method}");
    }
    for (text, code) in [
        ("{", PARSE_ERROR),
        ("[]", INVALID_REQUEST),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, INVALID_REQUEST),
        (&" ".repeat(MAX_MESSAGE_BYTES + 1), INVALID_REQUEST),
        (&"[".repeat(1000), PARSE_ERROR),
    ] {
        shown.page.hears(text);
        assert_eq!(shown.next()[0]["error"]["code"], code, "{text:.20}");
    }
    assert_eq!(shown.told(), [""; 0], "the host is told of none");
    // A call without an id has no answer.
    shown.page.hears(r#"{"jsonrpc":"2.0","method":"nothing"}"#);
    assert!(shown.next().is_empty());
}

#[test]
fn a_page_that_takes_nothing_doesnt_fill_the_memory() {
    let shown = shown();
    let ask = || shown.page.hears(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#);
    ask();
    assert_eq!(shown.page.to_tell().len(), 1);
    (0..5000).for_each(|_| ask());
    shown.page.ran();
    assert_eq!(shown.next().len(), 1024);
    shown.page.leaves();
    assert!(shown.next().is_empty());
}

#[test]
fn a_text_comes_as_it_is_whatever_is_in_it() {
    let texts = ["\"a\\\"".to_owned(), "</script>\n\u{2028}`${1}".to_owned()];
    let script = window::receiving(&texts);
    assert!(script.contains(r#"receive?.("\"a\\\"");"#), "{script}");
    assert!(script.contains("receive?.(\"</script>\\n\u{2028}`${1}\");"), "{script}");
}
