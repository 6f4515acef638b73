//! "Open at Login": a file of the desktop's, written by a click and by nothing else.

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
    let file = bus.folder().join("autostart/dev.wavecraft.companion.desktop");
    tray.says("Open at Login");
    assert!(!tray.find("Open at Login").checked && !file.exists(), "nobody was asked");

    tray.click("Open at Login");
    tray.says("Open at Login ✓");
    let text = fs::read_to_string(&file).unwrap();
    let program = env!("CARGO_BIN_EXE_wavecraft-companion");
    assert!(text.contains(&format!("Exec=\"{program}\" --at-login\n")), "{text}");

    // The desktop's own settings take it out; whatever is clicked next, the menu sees it and leaves it so.
    fs::write(&file, format!("{text}Hidden=true\n")).unwrap();
    tray.click("Copy Diagnostics");
    eventually("the mark is gone", || (!tray.find("Open at Login").checked).then_some(()));
    assert!(fs::read_to_string(&file).unwrap().contains("Hidden=true"));

    tray.click("Open at Login");
    tray.says("Open at Login ✓");
    tray.click("Open at Login");
    eventually("the mark is gone", || (!tray.find("Open at Login").checked).then_some(()));
    assert!(!file.exists());

    // What can't be done is told.
    fs::remove_dir(file.parent().unwrap()).unwrap();
    fs::write(file.parent().unwrap(), "in the way").unwrap();
    tray.click("Open at Login");
    tray.says("dev.wavecraft.companion.desktop");
    assert!(!tray.find("Open at Login").checked);
    drop(companion);
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn at_login_it_waits_for_the_panel() {
    let bus = Bus::start();
    let home = tempfile::tempdir().unwrap();
    let mut command = crate::command(&bus, &home);
    let process = command.args(["--at-login", "--backend", "virtual"]).spawn().unwrap();
    let companion = crate::support::Companion { home, process };
    // As long as there is none it isn't even the one companion of its user.
    eventually("it is on the bus", || (bus.connections() > 1).then_some(()));
    assert!(!companion.socket().exists());
    let panel = Panel::start(&bus);
    Tray::of(&panel).says("No project is running");
}
