//! Sends the protocol's golden files to a real server: it answers as they show.

use serde_json::Value;
use wavecraft_companion_protocol::{
    control::{ChildLog, LogStream},
    session::{Build, Place, State, StateChange},
    transport::Reaches,
};

use crate::{
    harness::{Client, Running},
    project::{audio_status, comparison, lab, transport},
};

/// The name of each file and its lines.
pub(crate) fn golden() -> Vec<(String, Vec<String>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../protocol/golden/browser");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_str().expect("a plain name").to_owned();
        let text = std::fs::read_to_string(path).expect("text");
        (name, text.lines().map(str::to_owned).collect())
    };
    std::fs::read_dir(folder).expect("the folder").map(read).collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// Whether the example has everything that arrived, in the same place and of the same type.
fn shows(example: &Value, came: &Value) -> bool {
    match (example, came) {
        (Value::Object(example), Value::Object(came)) => {
            came.iter().all(|(name, value)| example.get(name).is_some_and(|example| shows(example, value)))
        }
        (Value::Array(example), Value::Array(came)) => {
            came.iter().all(|value| example.iter().any(|example| shows(example, value)))
        }
        (Value::Null, _) | (_, Value::Null) => true,
        _ => std::mem::discriminant(example) == std::mem::discriminant(came),
    }
}

#[tokio::test]
async fn every_example_of_a_method_is_answered_as_it_shows() {
    let running = Running::with_presets().await;
    let (mut page, mut audio) = (running.page().await, running.audio().await);
    let mut answered = 0;
    for (name, lines) in golden() {
        let [asked, example] = &lines[..] else { continue };
        let caller: &mut Client = if name == "registerAudio" { &mut audio } else { &mut page };
        let answer = caller.answer_to(asked.as_str()).await;
        assert!(shows(&json(example), &answer), "{name}: {example}, not {answer}");
        answered += 1;
    }
    assert_eq!(answered, 48);
}

#[tokio::test]
async fn every_example_of_an_error_is_answered_to_the_letter() {
    let running = Running::new().await;
    let mut page = running.page().await;
    let (_, lines) = golden().into_iter().find(|(name, _)| name == "errors").expect("the errors");
    for pair in lines.chunks(2) {
        assert_eq!(page.answer_to(pair[0].as_str()).await, json(&pair[1]));
    }
}

#[tokio::test]
async fn every_notification_is_as_its_example() {
    let running = Running::in_folder().await;
    let mut page = running.page().await.with_history();
    let all = serde_json::json!({"topics": ["meters", "scope", "spectrum", "stats", "state", "log", "build", "lab"], "hz": 60});
    page.call("subscribe", all).await.expect("a subscription");
    let server = &running.server;
    server.parameter_changed("amp_gain", 0.8);
    page.call("savePreset", serde_json::json!({"name": "Warm"})).await.expect("a preset");
    page.call("hearSet", serde_json::json!({"set": "B"})).await.expect("the other set");
    server.parameters_changed();
    server.source_changed();
    server.lab_changed(&lab());
    server.comparison_changed(&comparison());
    server.transport_changed(&transport(Reaches::Reset));
    server.audio_status_changed(&audio_status());
    let failed = Build::Failed {
        errors: "oh no".into(),
        places: vec![Place { file: "src/a.rs".into(), line: 3, column: 5, path: "/p/src/a.rs".into() }],
        coloured: Some("\u{1b}[1moh no\u{1b}[0m".into()),
    };
    for build in [Build::Building, Build::Ok { ms: 900 }, failed] {
        server.build_status(&build);
    }
    let reason = Some("SIGSEGV; again in 1 s".into());
    server.state(&StateChange { session: "demo".into(), state: State::Crashed, reason });
    server.log(&ChildLog { session: "demo".into(), stream: LogStream::Stderr, line: "a line".into() });

    let examples = golden();
    let mut awaited: Vec<&str> =
        examples.iter().filter(|(_, lines)| lines.len() != 2).map(|(name, _)| name.as_str()).collect();
    awaited.retain(|name| *name != "errors");
    assert_eq!(awaited.len(), 18, "{awaited:?}");
    while !awaited.is_empty() {
        let (method, params) = page.hears().await;
        let (_, lines) = examples.iter().find(|(name, _)| *name == method).expect("an example");
        let shown = lines.iter().any(|line| shows(&json(line)["params"], &params));
        assert!(shown, "{method}: {lines:?}, not {params}");
        awaited.retain(|name| *name != method);
    }
}
