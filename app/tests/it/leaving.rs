//! Which programs are run, and what they leave behind.

use crate::support::{Companion, Control, child, eventually, is_gone, kill};
use rustix::process::Pid;
use serde_json::json;
use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

/// Only Linux notifies a process of its parent's death, and lets another process's environment be read.
fn on_linux() -> bool {
    std::env::consts::OS == "linux"
}

/// A program of a few lines, and the file that it writes a process id to.
fn script(folder: &Path, lines: &str) -> (PathBuf, PathBuf) {
    let (program, pid) = (folder.join("program"), folder.join("pid"));
    fs::write(&program, format!("#!/bin/sh\npid='{}'\n{lines}\n", pid.display())).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o700)).unwrap();
    (program, pid)
}

fn pid_in(file: &Path) -> Pid {
    eventually("the number is written", || {
        let text = fs::read_to_string(file).ok()?;
        text.strip_suffix('\n')?.parse().ok().and_then(Pid::from_raw)
    })
}

#[test]
fn what_a_child_left_running_by_itself_is_ended_and_told() {
    if !on_linux() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // A separate session is a separate process group, which the companion doesn't know.
    let lines = "setsid sh -c 'echo $$ > \"$1\"; exec sleep 1000' sh \"$pid\" > /dev/null 2>&1 &\n\
                 until [ -s \"$pid\" ]; do sleep 0.05; done\nexit 1";
    let (program, pid) = script(folder.path(), lines);
    let companion = Companion::start();
    let mut control = companion.control();
    control.attach("gain", json!({"executable": program})).unwrap();
    let left = pid_in(&pid);
    let told = control.notice("childLog", |log| log["line"].as_str().unwrap().contains("running by itself"));
    assert!(told["line"].as_str().unwrap().contains(&format!("process {left}")), "{told}");
    eventually("it is gone", || is_gone(left));
}

#[test]
fn a_child_that_looks_at_nothing_ends_with_its_companion() {
    if !on_linux() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (program, pid) = script(folder.path(), "echo $$ > \"$pid\"\nexec sleep 1000");
    let companion = Companion::start();
    let mut control = companion.control();
    control.attach("gain", json!({"executable": program})).unwrap();
    let deaf = pid_in(&pid);
    // If memory runs out, the child goes before the companion.
    eventually("the system would end it first", || {
        let score = fs::read_to_string(format!("/proc/{deaf}/oom_score_adj")).ok()?;
        (score.trim() == "500").then_some(())
    });
    // SIGKILL, without a message to the child.
    drop(companion);
    eventually("it is gone", || is_gone(deaf));
}

/// The gain example, copied into a separate folder.
fn copied(folder: &Path) -> PathBuf {
    let program = folder.join("gain");
    fs::copy(child("gain"), &program).unwrap();
    program
}

fn refusal(control: &mut Control, executable: &Path) -> String {
    control.attach("gain", json!({"executable": executable})).unwrap_err()["message"].as_str().unwrap().into()
}

#[test]
fn what_somebody_else_could_change_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let program = copied(folder.path());
    let companion = Companion::start();
    let mut control = companion.control();
    fs::set_permissions(&program, Permissions::from_mode(0o777)).unwrap();
    assert!(refusal(&mut control, &program).contains("chmod o-w"));
    fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    let text = refusal(&mut control, &program);
    assert!(text.contains(&folder.path().canonicalize().unwrap().display().to_string()), "{text}");
    assert!(refusal(&mut control, &folder.path().join("x/../gain")).contains("`..`"));
}

#[test]
fn a_link_to_a_program_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link");
    symlink(copied(folder.path()), &link).unwrap();
    let companion = Companion::start();
    companion.control().attach_live("gain", json!({"executable": link}));
}

#[test]
fn a_program_is_looked_at_again_before_each_start() {
    let folder = tempfile::tempdir().unwrap();
    let program = copied(folder.path());
    let companion = Companion::start();
    let mut control = companion.control();
    control.attach_live("gain", json!({"executable": program}));
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    kill(control.child_pid());
    let refused = |change: &serde_json::Value| {
        change["reason"].as_str().is_some_and(|reason| reason.contains("somebody else could change it"))
    };
    let change = control.notice("sessionState", refused);
    assert_eq!(change["state"], "held", "{change}");
}
