//! The menu on a desktop's message bus: the real companion, read and clicked as a panel does it. No display but the
//! test's own, for the picture.

mod bus;
mod command;
mod devices;
mod login;
mod menu;
mod microphone;
mod notifications;
mod picture;
#[path = "../../../crates/cli/tests/sound/place.rs"]
mod place;
#[path = "../../../crates/cli/tests/sound/recording.rs"]
mod recording;
#[path = "../../../crates/cli/tests/sound/server.rs"]
#[expect(dead_code, reason = "some of it is for the command's tests")]
mod server;
#[path = "../it/support.rs"]
#[expect(dead_code, reason = "some of it is for the other tests")]
mod support;

use bus::{Bus, Panel};
use menu::Tray;
use serde_json::json;
use std::{os::unix::fs::PermissionsExt, process::Command};
use support::{Companion, LIMIT, eventually, eventually as until, is_gone};

/// A companion with a menu on this bus.
fn companion(bus: &Bus) -> Companion {
    let home = tempfile::tempdir().unwrap();
    let process = command(bus, &home).args(["--backend", "virtual"]).spawn().unwrap();
    Companion { home, process }
}

fn command(bus: &Bus, home: &tempfile::TempDir) -> Command {
    let mut command = Companion::command(home.path());
    let path = format!("{}:{}", bus.folder().display(), std::env::var("PATH").unwrap_or_default());
    command.env("DBUS_SESSION_BUS_ADDRESS", bus.address()).env("PATH", path);
    // The services of the system's bus are on this one too; what opens at login belongs to this session.
    command.env("DBUS_SYSTEM_BUS_ADDRESS", bus.address()).env("XDG_CONFIG_HOME", bus.folder());
    // The command's link goes where this shell looks for it, in the test's own home.
    command.env("HOME", bus.folder()).env("SHELL", command::shell(bus));
    command
}

/// A program of the desktop that records its arguments and its input.
fn helper(bus: &Bus, name: &str) -> std::path::PathBuf {
    let (program, notes) = (bus.folder().join(name), bus.folder().join(format!("{name}.notes")));
    let script = format!("#!/bin/sh\n(echo \"$@\"; cat) >'{0}.new' && mv '{0}.new' '{0}'\n", notes.display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    notes
}

fn noted(path: &std::path::Path) -> String {
    eventually(&format!("{} was called", path.display()), || std::fs::read_to_string(path).ok())
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn nothing_attached_says_how_to_attach() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    let process = companion.process.id();
    // The system is asked first whether it does.
    tray.says("Open at Login");
    tray.says("Install the `wavecraft` Command");
    assert_eq!(
        tray.text(),
        format!(
            "No project is running ✗\n\
             To start: `wavecraft start --with-audio` in a project ✗\n\
             -\n\
             Input\n  \
               System Default ✓\n  \
               -\n  \
               Look for Devices Again\n\
             Output\n  \
               System Default ✓\n  \
               -\n  \
               Look for Devices Again\n\
             Sample Rate\n  \
               Device's Own ✓\n\
             Buffer\n  \
               Usual (256 frames) ✓\n  \
               32 frames\n  \
               64 frames\n  \
               128 frames\n  \
               256 frames\n  \
               512 frames\n  \
               1024 frames\n  \
               2048 frames\n\
             -\n\
             Microphone: not used ✗\n\
             -\n\
             Open at Login\n\
             Install the `wavecraft` Command\n\
             Show Log\n\
             Copy Diagnostics\n\
             About Wavecraft Companion\n  \
               Version {}, process {process} ✗\n  \
               Protocol 1, segment {} ✗\n\
             Quit\n",
            env!("CARGO_PKG_VERSION"),
            wavecraft_ring::ABI_VERSION,
        )
    );
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn each_click_does_what_it_says_and_the_marks_follow() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    let idle = tray.color();
    let mut control = companion.control();
    control.attach_live("gain", json!({}));
    tray.says("1 project · 48 kHz / 256 · ");
    tray.says("gain: live");
    eventually("the icon is another", || (tray.color() != idle).then_some(()));
    assert!(tray.find("Source/Tone 1 kHz").checked && tray.find("Mode/Pipelined").checked);
    assert!(!tray.find("Open Page").enabled, "it has no page");

    tray.click("Bypass");
    control.stats(|stats| stats["bypassed"] == true);
    tray.says("Bypass ✓");
    tray.click("Mute");
    control.stats(|stats| stats["muted"] == true);
    tray.says("Mute ✓");
    tray.click("Bypass");
    tray.click("Mute");
    control.stats(|stats| stats["bypassed"] == false && stats["muted"] == false);
    assert!(!tray.text().contains("Bypass ✓") && !tray.text().contains("Mute ✓"));

    control.heard_at(support::tone_rms());
    tray.click("Source/Silence");
    control.stats(|stats| support::output_rms(stats) == 0.0);
    tray.says("Silence ✓");
    assert!(!tray.find("Source/Tone 1 kHz").checked);
    // What is already chosen stays chosen.
    tray.click("Source/Silence");
    tray.says("Silence ✓");
    tray.click("Mode/Direct");
    tray.says("quick processors ✓");
    control.stats(|stats| stats["source"] == "silence");

    tray.click("Buffer/64 frames");
    tray.says("1 project · 48 kHz / 64 · ");
    assert_eq!(control.call("status", json!({})).unwrap()["devices"]["buffer_frames"], 64);
    tray.says("64 frames · 1.3 ms ✓");

    let before = control.child_pid();
    tray.click("Restart");
    eventually("another child is heard", || (control.child_pid() != before).then_some(()));
    is_gone_soon(before);

    tray.click("Source/Microphone");
    tray.says("Microphone: gain listens to ");
    tray.click("Stop");
    tray.says("No project is running");
    eventually("the icon is as before", || (tray.color() == idle).then_some(()));
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn a_second_start_says_that_one_runs() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    let second = command(&bus, &companion.home).output().unwrap();
    let words = String::from_utf8(second.stderr).unwrap();
    let expected = format!("a companion runs already (process {}) and serves", companion.process.id());
    assert!(second.status.success() && words.contains(&expected) && words.contains("--quit"), "{words}");
    tray.says("No project is running");
    assert!(panel.registered.try_recv().is_err(), "there is no second icon");
}

fn is_gone_soon(pid: rustix::process::Pid) {
    eventually("the child before is gone", || is_gone(pid));
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn two_projects_and_one_that_is_held() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    let (mut first, mut second) = (companion.control(), companion.control());
    let idle = tray.color();
    first.attach_live("passthrough", json!({"name": "first"}));
    tray.says("first: live");
    let live = eventually("the icon is another", || Some(tray.color()).filter(|color| *color != idle));
    let attached = second.attach("faulty", json!({"name": "second", "parameters": {"faulty_fault": 1.0}}));
    let attached = attached.unwrap();
    tray.says("2 projects · ");
    tray.says("second: held");
    tray.says("faulty.rs:");
    eventually("the icon asks for attention", || (tray.color() != live).then_some(()));
    assert!(tray.text().contains("first: live"));

    second.call("detach", json!({"session": attached["session"]})).unwrap();
    eventually("the second is gone from the menu", || (!tray.text().contains("second")).then_some(()));
    eventually("the icon is as before", || (tray.color() == live).then_some(()));
    tray.says("1 project · ");
}

/// As on a Mac, where the system reports it: a user who doesn't see the icon opens the app again.
#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn opened_once_more_it_shows_the_newest_inspector_or_says_what_to_do() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let notifications = notifications::Notifications::start(&bus);
    let opened = helper(&bus, "xdg-open");
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    tray.says("No project is running");
    let again = || {
        let output = command(&bus, &companion.home).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("runs already"), "{output:?}");
    };
    again();
    let shown = notifications.next();
    assert!(
        shown.contains("No project is running") && shown.contains("wavecraft start --with-audio"),
        "{shown}"
    );
    let mut first = companion.control();
    first.attach_live("gain", json!({"name": "zebra", "project_dir": "/first"}));
    let mut second = companion.control();
    let newest = second.attach_live("gain", json!({"name": "aardvark", "project_dir": "/second"}));
    again();
    let answer = support::follow(noted(&opened).trim());
    assert!(answer.contains(&format!("location: http://127.0.0.1:{}/#wc=", newest["port"])), "{answer}");
    // The desktop and the command start it too, and then no browser is wanted.
    std::fs::remove_file(&opened).unwrap();
    for quiet in ["--at-login", "--exit-when-idle"] {
        assert!(command(&bus, &companion.home).arg(quiet).output().unwrap().status.success());
    }
    again();
    noted(&opened);
    assert_eq!(companion.log().matches("shown again").count(), 3, "{}", companion.log());
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn the_page_opens_by_an_address_without_its_token_and_the_diagnostics_hold_none() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let (opened, copied) = (helper(&bus, "xdg-open"), helper(&bus, "wl-copy"));
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    let mut control = companion.control();
    let origins = ["http://localhost:5173", "http://127.0.0.1:5173"];
    let attached = control.attach_live("gain", json!({"origins": origins}));
    tray.says("gain: live");
    tray.click("Open Page");
    let token = support::TOKEN;
    let leads_to = |page: String| {
        let url = noted(&opened).trim().to_owned();
        assert!(!url.contains(token), "{url}");
        let answer = support::follow(&url);
        assert!(answer.contains(&format!("location: {page}\r\n")), "{url} answers {answer}");
        std::fs::remove_file(&opened).unwrap();
    };
    let port = &attached["port"];
    leads_to(format!("http://127.0.0.1:5173/#wc={token}&ws={port}"));
    tray.click("Open Inspector");
    leads_to(format!("http://127.0.0.1:{port}/#wc={token}"));
    tray.click("Copy Diagnostics");
    let text = noted(&copied);
    assert!(text.contains("gain in /") && text.contains("Live") && text.contains("companion.log"), "{text}");
    assert!(!text.contains(token) && !text.contains(support::AUDIO_TOKEN), "{text}");
    assert!(!companion.log().contains(token), "{}", companion.log());

    tray.click("Show Log");
    assert_eq!(noted(&opened).trim(), companion.home.path().join("log/companion.log").to_str().unwrap());
    // A failure to open is shown until the next click.
    std::fs::write(bus.folder().join("xdg-open"), "#!/bin/sh\nexit 4\n").unwrap();
    tray.click("Show Log");
    tray.says("nothing could be opened: xdg-open failed");
    tray.click("Bypass");
    tray.says("Bypass ✓");
    assert!(!tray.text().contains("nothing could be opened"));
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn a_recording_says_where_it_is_and_the_volume_is_turned_down() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let opened = helper(&bus, "xdg-open");
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    let mut control = companion.control();
    control.attach_live("gain", json!({}));
    tray.says("gain: live");
    tray.says("Volume: 0 dB");
    tray.click("Volume/−12 dB");
    tray.says("Volume: −12 dB");
    control.stats(|stats| stats["gain_db"] == -12.0);
    tray.click("Record");
    tray.says("Stop Recording");
    let path = eventually("status names the file", || {
        let status = control.call("status", json!({})).unwrap();
        status["sessions"][0]["recording"].as_str().map(str::to_owned)
    });
    tray.click("Stop Recording");
    tray.says(&format!("Recorded {}", &path[path.rfind('/').unwrap() + 1..path.len() - 4]));
    let status = control.call("status", json!({})).unwrap();
    assert_eq!(status["sessions"][0]["recorded"]["path"], path.as_str());
    // No file manager is on this bus, so the folder is opened.
    tray.click("Show in Folder");
    assert_eq!(noted(&opened).trim(), &path[..path.rfind('/').unwrap()]);
    std::fs::remove_file(&path).unwrap();
    tray.click("Show in Folder");
    tray.says("isn't there any more");
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn presets_are_chosen_and_saved_by_clicks() {
    let project = tempfile::tempdir().unwrap();
    let presets = project.path().join("presets");
    std::fs::create_dir(&presets).unwrap();
    let text = |level: f64| json!({"version": 1, "values": {"gain_level": level}}).to_string();
    std::fs::write(presets.join("Loud.json"), text(6.0)).unwrap();
    std::fs::write(presets.join("Soft.json"), text(-6.0)).unwrap();
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({"project_dir": project.path()}));
    let heard = |control: &mut support::Control, gain_db: f64| {
        control.heard_at(support::tone_rms() * 10_f64.powf(gain_db / 20.0));
    };
    tray.click("Presets/Soft");
    heard(&mut control, -6.0);
    tray.says("Soft ✓");
    tray.click("Presets/Next");
    heard(&mut control, 6.0);
    tray.says("Loud ✓");
    assert!(!tray.find("Presets/Soft").checked);
    // Git brings another file: what is heard isn't that preset any more.
    std::fs::write(presets.join("Loud.json"), text(3.0)).unwrap();
    control.call("getPresets", json!({"session": attached["session"]})).unwrap();
    tray.says("Loud * ✓");
    tray.click("Presets/Save over Loud");
    eventually("it is saved", || {
        std::fs::read_to_string(presets.join("Loud.json")).unwrap().contains("6.0").then_some(())
    });
    tray.says("Loud ✓");
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn quit_ends_all_and_leaves_nothing() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let mut companion = companion(&bus);
    let tray = Tray::of(&panel);
    let mut control = companion.control();
    control.attach_live("gain", json!({}));
    tray.says("gain: live");
    let child = control.child_pid();
    tray.click("Quit");
    let status = companion.process.wait().unwrap();
    assert!(status.success(), "{status}");
    assert!(is_gone(child).is_some() && !companion.socket().exists());
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn a_broken_settings_file_is_told_until_something_is_clicked() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("settings.json"), "{ not json").unwrap();
    let process = command(&bus, &home).args(["--backend", "virtual"]).spawn().unwrap();
    let companion = Companion { home, process };
    let tray = Tray::of(&panel);
    tray.says("settings.json.broken");
    assert!(companion.home.path().join("settings.json.broken").exists());
    helper(&bus, "wl-copy");
    tray.click("Copy Diagnostics");
    eventually("it is gone", || (!tray.text().contains("broken")).then_some(()));
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn without_a_place_for_it_there_is_a_word_or_no_menu() {
    let home = tempfile::tempdir().unwrap();
    let bus = Bus::start();
    // First a session without a panel, then no session at all.
    let refused = command(&bus, &home).output().unwrap();
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(
        !refused.status.success() && words.contains("no panel") && words.contains("--headless"),
        "{words}"
    );
    let refused =
        command(&bus, &home).env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere").output().unwrap();
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(words.contains("no desktop session") && words.contains("--headless"), "{words}");

    // As a command's helper it runs without a menu.
    let process = command(&bus, &home).args(["--exit-when-idle", "--backend", "virtual"]).spawn().unwrap();
    let companion = Companion { home, process };
    eventually("it listens", || std::os::unix::net::UnixStream::connect(companion.socket()).ok());
    let mut control = companion.connect();
    let welcome = control.call("hello", json!({"version": 1})).unwrap();
    assert_eq!(welcome["headless"], true);
}
