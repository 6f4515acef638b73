//! Pages opened by one-time addresses.

use crate::support::{AUDIO_TOKEN, Companion, TOKEN, follow};
use serde_json::json;

#[test]
fn a_page_and_its_inspector_are_opened_without_a_token_in_the_address() {
    let companion = Companion::start();
    let mut control = companion.control();
    let origins = ["http://localhost:5173", "http://127.0.0.1:5173"];
    let attached = control.attach_live("gain", json!({"origins": origins}));
    let mut open = |inspector: bool| {
        let opened =
            control.call("openOnce", json!({"session": attached["session"], "inspector": inspector}));
        opened.unwrap()["url"].as_str().unwrap().to_owned()
    };
    let port = &attached["port"];
    for (inspector, page) in [
        (false, format!("http://127.0.0.1:5173/#wc={TOKEN}&ws={port}")),
        (true, format!("http://127.0.0.1:{port}/#wc={TOKEN}")),
    ] {
        let url = open(inspector);
        assert!(!url.contains(TOKEN) && !url.contains(AUDIO_TOKEN), "{url}");
        let answer = follow(&url);
        assert!(
            answer.starts_with("HTTP/1.1 302") && answer.contains(&format!("location: {page}\r\n")),
            "{answer}"
        );
        assert!(follow(&url).starts_with("HTTP/1.1 403"), "once");
    }
    // Without a page it leads to the inspector.
    let set = json!({"session": attached["session"], "origins": []});
    control.call("setOrigins", set).unwrap();
    let opened = control.call("openOnce", json!({"session": attached["session"]})).unwrap();
    assert!(
        follow(opened["url"].as_str().unwrap()).contains(&format!("location: http://127.0.0.1:{port}/#wc="))
    );
    let refused = control.call("openOnce", json!({"session": "nobody-1"})).unwrap_err();
    assert_eq!(refused["code"], -32011);
    assert!(!companion.log().contains(TOKEN), "{}", companion.log());
}
