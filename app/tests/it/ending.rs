//! Every way to end, after which nothing is left.

use crate::support::{Companion, LIMIT, eventually, is_gone, kill};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::{net::TcpListener, time::Instant};

fn pid_of(companion: &Companion) -> Pid {
    Pid::from_child(&companion.process)
}

#[test]
fn a_lease_ends_with_its_connection() {
    let companion = Companion::start();
    let mut owner = companion.control();
    let port = owner.attach_live("gain", json!({}))["port"].as_u64().unwrap();
    let child = owner.child_pid();
    owner.stream.shutdown(std::net::Shutdown::Both).unwrap();
    eventually("the child is gone", || is_gone(child));
    eventually("the port is free", || TcpListener::bind(("127.0.0.1", u16::try_from(port).unwrap())).ok());
    let mut other = companion.control();
    eventually("the session is gone", || {
        (other.call("status", json!({})).unwrap()["sessions"] == json!([])).then_some(())
    });
}

#[test]
fn detach_is_answered_when_nothing_is_left() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let child = control.child_pid();
    control.call("detach", json!({"session": attached["session"]})).unwrap();
    is_gone(child).expect("the child is reaped before the answer");
    let port = u16::try_from(attached["port"].as_u64().unwrap()).unwrap();
    TcpListener::bind(("127.0.0.1", port)).expect("the port is free before the answer");
}

#[test]
fn a_looping_processor_does_not_hold_up_the_end() {
    let companion = Companion::start();
    let mut control = companion.control();
    let session = control.attach_live("faulty", json!({"parameters": {}}))["session"].clone();
    let child = control.child_pid();
    kill_process(child, Signal::STOP).unwrap();
    control.call("detach", json!({"session": session})).unwrap();
    is_gone(child).expect("a stopped child is killed");
}

#[test]
fn a_killed_companion_leaves_no_child_and_the_next_one_starts() {
    let mut companion = Companion::start();
    let child = {
        let mut control = companion.control();
        control.attach_live("gain", json!({}));
        control.child_pid()
    };
    kill(pid_of(&companion));
    companion.process.wait().unwrap();
    eventually("the child is gone", || is_gone(child));
    let home = std::mem::replace(&mut companion.home, tempfile::tempdir().unwrap());
    let next = Companion::start_in(home, &["--backend", "virtual"]);
    next.control().attach_live("gain", json!({}));
}

#[test]
fn sigterm_ends_all_of_it() {
    let mut companion = Companion::start();
    let mut control = companion.control();
    control.attach_live("gain", json!({}));
    let child = control.child_pid();
    kill_process(pid_of(&companion), Signal::TERM).unwrap();
    assert!(companion.process.wait().unwrap().success());
    is_gone(child).expect("the child went first");
    assert!(!companion.socket().exists());
}

#[test]
fn shutdown_if_idle_respects_a_project() {
    let mut companion = Companion::start();
    let mut control = companion.control();
    let session = control.attach_live("gain", json!({}))["session"].clone();
    control.call("shutdown", json!({"if_idle": true})).unwrap();
    control.stats(|_| true);
    control.call("detach", json!({"session": session})).unwrap();
    control.call("shutdown", json!({"if_idle": true})).unwrap();
    assert!(companion.process.wait().unwrap().success());
}

#[test]
fn an_idle_companion_ends_by_itself_if_asked_to() {
    let home = tempfile::tempdir().unwrap();
    let mut companion = Companion::start_in(home, &["--backend", "virtual", "--exit-when-idle"]);
    let mut control = companion.control();
    control.attach_live("gain", json!({}));
    drop(control.stream.shutdown(std::net::Shutdown::Both));
    let since = Instant::now();
    let status = eventually("it ends", || companion.process.try_wait().unwrap());
    assert!(status.success() && since.elapsed() < LIMIT);
}

#[test]
fn there_is_one_companion_at_a_time() {
    let companion = Companion::start();
    let second = Companion::command(companion.home.path()).arg("--headless").output().unwrap();
    assert!(second.status.success());
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains(&format!("process {}", companion.process.id())), "{said}");
    companion.control().call("status", json!({})).unwrap();
}

#[test]
fn quit_ends_the_one_that_runs() {
    let mut companion = Companion::start();
    let quit = Companion::command(companion.home.path()).arg("--quit").status().unwrap();
    assert!(quit.success());
    assert!(companion.process.wait().unwrap().success());
    let again = Companion::command(companion.home.path()).arg("--quit").output().unwrap();
    assert!(String::from_utf8_lossy(&again.stderr).contains("none is running"));
}
