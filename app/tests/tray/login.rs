//! "Open at Login": a desktop's file, written only by a click.

use crate::{
    bus::{Bus, Panel},
    companion,
    menu::Tray,
    support::eventually,
};
use std::fs;

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn it_is_turned_on_and_off_and_somebody_elses_no_is_seen() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    let folder = bus.folder().join("autostart");
    let file = folder.join("dev.wavecraft.companion.desktop");
    // A panel flips a mark by itself, so it is checked only after the companion has received the state.
    let heard = |state: &str, times: usize| {
        eventually(&format!("it is {state}, for the {times}. time"), || {
            (companion.log().matches(&format!("login item: {state}")).count() == times).then_some(())
        });
    };
    let is_on = |on: bool| {
        eventually(&format!("the mark says {on}"), || {
            (tray.find("Open at Login").checked == on).then_some(())
        });
    };
    heard("NotRegistered", 1);
    tray.says("Open at Login");
    is_on(false);
    assert!(!folder.exists(), "nobody asked for it");

    tray.click("Open at Login");
    heard("Enabled", 1);
    is_on(true);
    let text = fs::read_to_string(&file).unwrap();
    let program = env!("CARGO_BIN_EXE_wavecraft-companion");
    assert!(text.contains(&format!("Exec=\"{program}\" --at-login\n")), "{text}");

    // The desktop's own settings turn it off; whatever is clicked next, the menu notices and leaves it off.
    fs::write(&file, format!("{text}Hidden=true\n")).unwrap();
    tray.click("Copy Diagnostics");
    heard("NotRegistered", 2);
    is_on(false);
    assert!(fs::read_to_string(&file).unwrap().contains("Hidden=true"));

    tray.click("Open at Login");
    heard("Enabled", 2);
    is_on(true);
    tray.click("Open at Login");
    heard("NotRegistered", 3);
    is_on(false);
    assert!(!file.exists());

    // A failure is shown.
    fs::remove_dir(&folder).unwrap();
    fs::write(&folder, "in the way").unwrap();
    tray.click("Open at Login");
    tray.says("dev.wavecraft.companion.desktop");
    is_on(false);
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn at_login_it_waits_for_the_panel() {
    let bus = Bus::start();
    let home = tempfile::tempdir().unwrap();
    let mut command = crate::command(&bus, &home);
    let process = command.args(["--at-login", "--backend", "virtual"]).spawn().unwrap();
    let companion = crate::support::Companion { home, process };
    // While there is no panel, it isn't even its user's one companion.
    eventually("it is on the bus", || (bus.connections() > 1).then_some(()));
    assert!(!companion.socket().exists());
    let panel = Panel::start(&bus);
    Tray::of(&panel).says("No project is running");
}
