//! Permission for the microphone, requested and given in the menu.

use crate::{
    bus::{Bus, Panel},
    companion, helper,
    menu::Tray,
    noted,
    notifications::Notifications,
    support::{Companion, Control, eventually},
};
use serde_json::{Value, json};
use std::fs;

fn microphone(folder: &str) -> Value {
    json!({"source": {"kind": "microphone"}, "project_dir": folder})
}

fn told(control: &mut Control, part: &str) {
    control.notice("childLog", |log| log["line"].as_str().is_some_and(|line| line.contains(part)));
}

/// Waits until the user's answer for the folder is saved: settings are written after a moment.
fn is_remembered(companion: &Companion, folder: &str, word: &str) {
    eventually("the word is remembered", || {
        let text = fs::read_to_string(companion.home.path().join("settings.json")).ok()?;
        let settings: Value = serde_json::from_str(&text).ok()?;
        (settings["projects"][folder]["microphone"] == word).then_some(())
    });
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn a_project_asks_once_and_its_folder_is_remembered() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let notifications = Notifications::start(&bus);
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    let mut control = companion.control();
    // It doesn't wait for the answer: it is live, with silence.
    let attached = control.attach_live("gain", microphone("/first"));
    told(&mut control, "click Allow in the companion's menu");
    tray.says("gain asks for the microphone");
    tray.says("Microphone: not used");
    assert!(notifications.next().contains("gain asks for the microphone"));
    let stats = control.stats(|stats| stats["source_reason"].is_string());
    assert_eq!(stats["devices"]["input"], Value::Null);

    tray.click("Allow");
    tray.says("Microphone: gain listens to Virtual input");
    told(&mut control, "the microphone is allowed");
    control.stats(|stats| stats["devices"]["input"].is_string());
    assert!(!tray.text().contains("asks for"), "{}", tray.text());
    is_remembered(&companion, "/first", "allowed");

    // The folder is known from now on, another folder isn't.
    control.call("detach", json!({"session": attached["session"]})).unwrap();
    tray.says("No project is running");
    let mut again = companion.control();
    again.attach_live("gain", microphone("/first"));
    tray.says("Microphone: gain listens to Virtual input");
    let mut other = companion.control();
    other.attach_live(
        "gain",
        json!({"name": "other", "project_dir": "/second", "source": {"kind": "microphone"}}),
    );
    tray.says("other asks for the microphone");
    tray.says("Microphone: gain listens to Virtual input");
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn a_refusal_is_silence_until_it_is_taken_back_in_the_menu() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    let mut control = companion.control();
    let attached = control.attach_live("gain", microphone("/first"));
    tray.says("gain asks for the microphone");
    let asking = tray.color();
    tray.click("Don't Allow");
    tray.says("The microphone was refused");
    told(&mut control, "the microphone was refused to it");
    eventually("the icon is at ease", || (tray.color() != asking).then_some(()));
    is_remembered(&companion, "/first", "refused");
    // Its terminal can't change that.
    let set = json!({"session": attached["session"], "source": {"kind": "microphone"}});
    control.call("setSource", set).unwrap();
    let stats = control.stats(|stats| stats["source_reason"].is_string());
    assert_eq!(stats["devices"]["input"], Value::Null);

    tray.click("Source/Microphone");
    tray.says("Microphone: gain listens to Virtual input");
    is_remembered(&companion, "/first", "allowed");
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn a_terminal_can_say_yes_and_each_yes_is_notified() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let notifications = Notifications::start(&bus);
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    let mut control = companion.control();
    let folder = "/odd\u{1b}[31m/first";
    control.attach_live("gain", microphone(folder));
    told(&mut control, "press y in its terminal");
    tray.says("gain asks for the microphone");
    assert!(notifications.next().contains("gain asks for the microphone"));
    let by_key = json!({"project_dir": folder, "consent": "allowed", "if_asked": true});
    control.call("confirmMicrophone", by_key.clone()).unwrap();
    tray.says("Microphone: gain listens to Virtual input");
    let shown = notifications.next();
    assert!(shown.starts_with("gain may hear the microphone\nA terminal allowed it for /odd"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    // No project asks any more.
    assert_eq!(control.call("confirmMicrophone", by_key).unwrap_err()["code"], -32019);

    // Revoked and given again within the same minute: announced again.
    let word = |consent: &str| json!({"project_dir": folder, "consent": consent});
    control.call("confirmMicrophone", word("refused")).unwrap();
    tray.says("The microphone was refused");
    control.call("confirmMicrophone", word("allowed")).unwrap();
    assert!(notifications.next().starts_with("gain may hear the microphone\n"));
    is_remembered(&companion, folder, "allowed");
    // A forgotten answer is asked for again.
    control.call("confirmMicrophone", json!({"project_dir": folder})).unwrap();
    tray.says("gain asks for the microphone");
    // An answer from the menu is recorded as such.
    tray.click("Allow");
    tray.says("Microphone: gain listens to Virtual input");
    let access = control.call("microphone", json!({})).unwrap();
    assert_eq!(access["remembered"][0]["given"]["from"], "menu", "{access}");
}

#[cfg(debug_assertions)]
#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn a_permission_that_is_denied_has_the_way_to_the_settings() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let notifications = Notifications::start(&bus);
    let opened = helper(&bus, "xdg-open");
    let home = tempfile::tempdir().unwrap();
    let system = home.path().join("permission");
    fs::write(&system, "denied").unwrap();
    let mut command = crate::command(&bus, &home);
    command.args(["--backend", "virtual"]).env("WAVECRAFT_PLAY_MICROPHONE", &system);
    let companion = Companion { home, process: command.spawn().unwrap() };
    let tray = Tray::of(&panel);
    let mut control = companion.control();
    control.attach_live("gain", json!({}));
    tray.says("gain: live");
    let live = tray.color();
    tray.click("Source/Microphone");
    tray.says("Microphone: not allowed by the system");
    tray.says("The microphone isn't allowed: silence is heard");
    eventually("the icon asks for attention", || (tray.color() != live).then_some(()));
    assert!(notifications.next().contains("may not use the microphone"));
    tray.click("Open Privacy Settings…");
    assert_eq!(noted(&opened).trim(), "played:privacy");

    fs::write(&system, "authorized").unwrap();
    tray.says("Microphone: gain listens to Virtual input");
    assert!(!tray.text().contains("Privacy"), "{}", tray.text());
}
