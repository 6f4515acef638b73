//! The desktop's notifications, with a server that only records them; and the system's reports of sleep.

use crate::{
    bus::{Bus, Panel},
    companion,
    menu::Tray,
    support::{LIMIT, eventually},
};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::mpsc::{Receiver, Sender, channel},
};
use zbus::{blocking::Connection, interface, zvariant::OwnedValue};

/// The server, and the notifications that it was asked to show: title and text, one per line.
pub(crate) struct Notifications {
    _connection: Connection,
    shown: Receiver<String>,
}

impl Notifications {
    pub(crate) fn start(bus: &Bus) -> Self {
        let (sender, shown) = channel();
        let connection = bus.connect();
        connection.object_server().at("/org/freedesktop/Notifications", Server { sender }).unwrap();
        connection.request_name("org.freedesktop.Notifications").unwrap();
        Self { _connection: connection, shown }
    }

    /// Waits for the next.
    pub(crate) fn next(&self) -> String {
        self.shown.recv_timeout(LIMIT).expect("a notification")
    }
}

struct Server {
    sender: Sender<String>,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Server {
    #[expect(clippy::too_many_arguments, reason = "as the specification has it")]
    fn notify(
        &self,
        _app_name: String,
        _replaces_id: u32,
        _app_icon: String,
        summary: String,
        body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expire_timeout: i32,
    ) -> u32 {
        let _ = self.sender.send(format!("{summary}\n{body}"));
        1
    }
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn a_project_that_is_held_is_told_once_a_minute() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let notifications = Notifications::start(&bus);
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    let mut control = companion.control();
    let faulty = json!({"name": "broken", "parameters": {"faulty_fault": 1.0}});
    let attached = control.attach("faulty", faulty).unwrap();
    control.state("held");
    let shown = notifications.next();
    assert!(shown.starts_with("broken is held\n") && shown.contains("faulty.rs:"), "{shown}");

    control.call("restart", json!({"session": attached["session"]})).unwrap();
    control.state("held");
    tray.says("broken: held");
    assert!(notifications.shown.try_recv().is_err(), "told twice in a minute");
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn without_a_server_nothing_is_amiss() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    let mut control = companion.control();
    control.attach_live("gain", json!({"source": {"kind": "microphone"}}));
    tray.says("gain asks for the microphone");
    eventually("the log has it", || companion.log().contains("not notified").then_some(()));
    assert!(!tray.text().contains("notif"), "{}", tray.text());
}

struct Logind;

#[interface(name = "org.freedesktop.login1.Manager")]
impl Logind {
    #[zbus(signal)]
    async fn prepare_for_sleep(
        emitter: &zbus::object_server::SignalEmitter<'_>,
        falls_asleep: bool,
    ) -> zbus::Result<()>;
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn the_end_of_a_sleep_is_noticed() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let logind = bus.connect();
    logind.object_server().at("/org/freedesktop/login1", Logind).unwrap();
    logind.request_name("org.freedesktop.login1").unwrap();
    let companion = companion(&bus);
    let tray = Tray::of(&panel);
    tray.says("No project is running");
    let tell = |falls_asleep: bool| {
        let path = "/org/freedesktop/login1";
        logind
            .emit_signal(
                None::<&str>,
                path,
                "org.freedesktop.login1.Manager",
                "PrepareForSleep",
                &falls_asleep,
            )
            .unwrap();
    };
    // Sent repeatedly, as the companion may not be listening yet.
    eventually("it noticed", || {
        tell(true);
        tell(false);
        companion.log().contains("the computer woke up").then_some(())
    });
    // It goes on as before.
    let mut control = companion.control();
    control.attach_live("gain", json!({}));
    tray.says("gain: live");
}
