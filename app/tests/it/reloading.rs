//! A newer build replaces the running one.

use crate::{
    page::Page,
    support::{Companion, child, eventually, is_gone, tone_rms},
};
use serde_json::json;
use std::path::{Path, PathBuf};

/// A copy, made like the command's.
pub(crate) fn copy(companion: &Companion, example: &str, generation: u32) -> PathBuf {
    let folder = companion.home.path().join(format!("builds/{}-x/{generation}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("dev-audio");
    std::fs::copy(child(example), &path).unwrap();
    path
}

#[test]
fn a_newer_build_is_heard_and_the_older_one_goes() {
    let companion = Companion::start();
    let mut control = companion.control();
    let first = copy(&companion, "gain", 1);
    let attached =
        control.attach_live("gain", json!({"executable": first, "parameters": {"gain_level": -6.0206}}));
    let session = attached["session"].clone();
    let mut page = Page::open(&attached);
    page.call("ping", json!({})).unwrap();
    let before = control.child_pid();

    // The same processor again: values are carried over, and the list is the same.
    let second = copy(&companion, "gain", 2);
    let reloaded = control.call("reload", json!({"session": session, "executable": second})).unwrap();
    assert!(reloaded["swap_ms"].as_u64().is_some(), "{reloaded}");
    assert_ne!(control.child_pid(), before);
    assert!(first.exists() && is_gone(before).is_none(), "the older child stays, to be compared");
    let stats = control.stats(|_| true);
    control.stats(|later| later["blocks"].as_u64() > stats["blocks"].as_u64());
    control.heard_at(tone_rms() / 2.0);

    // Another processor: other parameters.
    let third = copy(&companion, "passthrough", 3);
    control.call("reload", json!({"session": session, "executable": third})).unwrap();
    page.notice("parametersChanged", |_| true);
    eventually("the first child is gone", || is_gone(before));
    assert!(first.exists() && second.exists(), "what was heard can be heard again");
    control.call("detach", json!({"session": session})).unwrap();
    assert!(!third.parent().and_then(Path::parent).unwrap().exists(), "nothing is left of the copies");
}

#[test]
fn a_newer_build_that_fails_is_never_heard() {
    let companion = Companion::start();
    let mut control = companion.control();
    let session =
        control.attach_live("gain", json!({"parameters": {"gain_level": -6.0206}}))["session"].clone();
    let before = control.child_pid();
    let bad = companion.home.path().join("bad");
    std::fs::copy("/bin/true", &bad).unwrap();
    let error = control.call("reload", json!({"session": session, "executable": bad})).unwrap_err();
    assert_eq!(error["code"], -32016);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("from before goes on"), "{message}");
    assert_eq!(control.child_pid(), before);
    let stats = control.heard_at(tone_rms() / 2.0);
    assert_eq!(stats["state"], "live");
    // A later crash restarts the program that worked.
    crate::support::kill(before);
    control.state("crashed");
    control.state("live");
}
