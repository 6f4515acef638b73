//! What no page can do: start a program, name a file, open the microphone, change a device.

use serde_json::{Value, json};
use wavecraft_companion_protocol::{
    browser::{self, PageSource, SetLoop},
    comparison::Compare,
    control,
    method::Names,
    session::{Mode, TestSignal},
    transport::ChangeTransport,
};

use crate::{examples::golden, harness::Running, project::Asked};

/// The control socket's methods that don't exist on the dev WebSocket, and a notification.
fn of_the_control_socket() -> Vec<&'static str> {
    let (mut control, mut browser) = (Names::default(), Names::default());
    control::visit(&mut control);
    browser::visit(&mut browser);
    control.0.retain(|name| !browser.0.contains(name));
    control.0.push(control::DEVICES_CHANGED);
    control.0
}

/// Everything that a method could accept and a page may not name, together with what each method needs to be carried
/// out.
fn greedy(source: Value) -> Value {
    json!({
        "session": "demo", "version": 1, "project_dir": "/", "name": "demo", "cwd": "/", "executable": "/bin/sh",
        "args": ["-c", "true"], "env": {"LD_PRELOAD": "/tmp/evil.so"}, "origins": ["http://evil.example"],
        "path": "/etc/passwd", "file": "/etc/passwd", "input": "microphone", "output": "speaker", "device": "speaker",
        "sample_rate": 96000, "buffer_size": 64, "backend": "jack", "source": source,
        "from": "/etc/passwd", "to": "../../evil", "by": 1, "note": "x", "replace": true,
        "id": "amp_gain", "value": 0.5, "on": true, "mode": "direct", "topics": ["meters"], "width": 1, "height": 1,
        "client_id": "greedy", "timestamp_us": 1, "left_peak": 0, "left_rms": 0, "right_peak": 0, "right_rms": 0,
    })
}

#[tokio::test]
async fn no_method_of_a_page_reaches_a_program_a_file_the_microphone_or_a_device() {
    let mut running = Running::with_presets().await;
    let mut page = running.page().await;
    // Each message has an example, so these are all.
    let methods: Vec<String> = golden().into_iter().map(|(name, _)| name).collect();
    let mut carried_out = 0;
    let of_the_control_socket = of_the_control_socket();
    assert!(of_the_control_socket.len() > 16, "{of_the_control_socket:?}");
    let all = methods.iter().map(String::as_str).chain(of_the_control_socket.iter().copied());
    for method in all {
        for source in [
            json!("microphone"),
            json!("file"),
            json!("/etc/passwd"),
            json!("file:/etc/passwd"),
            json!({"kind": "file", "path": "/etc/passwd"}),
            json!({"kind": "microphone"}),
        ] {
            let outcome = page.call(method, greedy(source)).await;
            if of_the_control_socket.contains(&method) {
                assert_eq!(outcome, Err(-32601), "{method}");
            }
            carried_out += u32::from(outcome.is_ok());
        }
    }
    assert!(carried_out > 0, "they fail for another reason");
    // The host received only these calls; each of them is allowed for a page.
    for asked in running.asked_before() {
        let harmless = matches!(asked, Asked::Bypass(true) | Asked::Mute(true) | Asked::Mode(Mode::Direct))
            || matches!(
                asked,
                Asked::Watched(_)
                    | Asked::Restart
                    | Asked::Sets(_)
                    | Asked::Measure(..)
                    | Asked::Measuring(_)
                    | Asked::LabWatched(_)
                    | Asked::Tap
            )
            || matches!(asked, Asked::EndComparison | Asked::StartAbx | Asked::EndAbx)
            || asked == Asked::Compare(Compare::default())
            || asked == Asked::Loop(SetLoop::default())
            || asked == Asked::Transport(ChangeTransport::default());
        assert!(harmless, "{asked:?}");
    }
    // A call would have been noticed.
    page.call("setSource", json!({"source": "tone"})).await.expect("a source of a page's");
    assert_eq!(running.asked().await, Asked::Source(PageSource::Signal(TestSignal::TONE)));
}
