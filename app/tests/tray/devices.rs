//! The pickers, on the test's own sound server: what is chosen in the menu is what the engine uses and what is heard.

use crate::{
    bus::Panel,
    menu::Tray,
    recording::Recording,
    server::Server,
    support::{Companion, Control, eventually, tone_rms},
};
use serde_json::{Value, json};

/// A companion with a menu, on this server's bus and sound.
fn companion(server: &Server) -> Companion {
    let home = tempfile::tempdir().unwrap();
    let mut command = server.command(env!("CARGO_BIN_EXE_wavecraft-companion"));
    let process = command.env("WAVECRAFT_HOME", home.path()).spawn().unwrap();
    Companion { home, process }
}

/// A panel on this server's bus.
fn panel(server: &Server) -> Panel {
    Panel::start_on(&format!("unix:path={}", server.path("run/bus").display()))
}

/// Plugs in another output, and returns what unplugs it.
fn plug(server: &Server, name: &str) -> String {
    server.plug(&[&format!("sink_name={name}"), &format!("sink_properties=device.description={name}")])
}

/// Lets the server run at these rates, so that there is a choice.
fn allow_rates(server: &Server, rates: &str) {
    let mut command = server.command("pw-metadata");
    assert!(command.args(["-n", "settings", "0", "clock.allowed-rates", rates]).status().unwrap().success());
}

/// Waits until the control socket reports devices in use that `fits` accepts.
fn in_use(control: &mut Control, what: &str, fits: impl Fn(&Value) -> bool) {
    eventually(what, || {
        let status = control.call("status", json!({})).unwrap();
        fits(&status["devices"]).then_some(())
    });
}

#[test]
#[ignore = "needs PipeWire: scripts/test tray"]
fn devices_are_chosen_by_clicks_and_one_that_goes_is_shown_as_away() {
    let server = Server::start();
    allow_rates(&server, "[44100, 48000]");
    let desk = plug(&server, "Desk");
    let panel = panel(&server);
    let companion = companion(&server);
    let tray = Tray::of(&panel);
    // Listed when the menu is created, when the pointer enters the icon, and on request.
    tray.says("Desk\n");
    assert!(tray.find("Output/System Default (speaker").checked, "{}", tray.text());
    let late = plug(&server, "Late");
    eventually("it is there after a click on the icon", || {
        tray.click_icon();
        tray.text().contains("Late\n").then_some(())
    });
    let later = plug(&server, "Later");
    eventually("it is there after a look", || {
        tray.click("Output/Look for Devices Again");
        tray.text().contains("Later\n").then_some(())
    });

    let idle = tray.color();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let live = eventually("the icon is another", || Some(tray.color()).filter(|color| *color != idle));
    tray.click("Output/Desk");
    in_use(&mut control, "the engine plays on the desk", |devices| devices["output"] == "Desk");
    tray.says("Desk ✓");
    assert!(!tray.find("Output/System Default").checked);
    tray.click("Buffer/512 frames");
    in_use(&mut control, "the buffer is another", |devices| devices["buffer_frames"] == 512);
    tray.says("512 frames · 10.7 ms ✓");
    tray.says("48 kHz / 512");
    tray.click("Sample Rate/44.1 kHz");
    in_use(&mut control, "the rate is another", |devices| devices["sample_rate"] == 44_100);
    tray.says("44.1 kHz ✓");
    tray.says("gain: live");

    // The time is one for all projects, and so has one submenu.
    tray.says("Transport: 120 BPM");
    tray.click("Transport/Loop 4 Bars");
    tray.says("Loop 4 Bars ✓");
    tray.click("Transport/Stop");
    tray.says("Transport: stopped, 120 BPM");
    let time = control.call("getTransport", json!({})).unwrap();
    assert_eq!((&time["playing"], &time["loop_bars"]), (&json!(false), &json!(4)));
    tray.click("Transport/Back to the Start");
    eventually("it is at the start", || {
        (control.call("getTransport", json!({})).unwrap()["position_frames"] == 0).then_some(())
    });

    server.unplug(&desk);
    tray.says("Desk (not connected) ✓");
    assert!(!tray.find("Output/Desk (not connected)").enabled);
    tray.says("the chosen output \"Desk\" isn't connected");
    eventually("the icon asks for attention", || (tray.color() != live).then_some(()));
    let desk = plug(&server, "Desk");
    tray.says("Desk ✓");
    in_use(&mut control, "the desk plays again", |devices| devices["output"] == "Desk");
    eventually("the icon is as before", || (tray.color() == live).then_some(()));

    for default in ["Output/System Default", "Buffer/Usual", "Sample Rate/Device's Own"] {
        tray.click(default);
        eventually("it is checked", || tray.find(default).checked.then_some(()));
    }
    in_use(&mut control, "all is as at first", |devices| {
        devices["output"] != "Desk" && devices["buffer_frames"] == 256 && devices["sample_rate"] == 48_000
    });

    // An outdated list: a choice that isn't possible any more is reported.
    control.call("detach", json!({"session": attached["session"]})).unwrap();
    tray.says("No project is running");
    for module in [&desk, &late, &later] {
        server.unplug(module);
    }
    tray.click("Output/Desk");
    tray.says("there is no output");
    tray.says("System Default (speaker");
    assert!(!tray.text().contains("Desk\n"), "{}", tray.text());
}

#[test]
#[ignore = "needs PipeWire: scripts/test tray"]
fn a_bypass_is_heard() {
    let server = Server::start();
    let panel = panel(&server);
    let companion = companion(&server);
    let tray = Tray::of(&panel);
    let mut control = companion.control();
    control.attach_live("gain", json!({"parameters": {"gain_level": -20.0}}));
    tray.says("gain: live");
    let tone_db = 20.0 * tone_rms().log10();
    let mut recording = Recording::start(&server);
    recording.until_heard(tone_db - 20.0);
    tray.click("Bypass");
    recording.until_heard(tone_db);
    tray.click("Bypass");
    recording.until_heard(tone_db - 20.0);
}
