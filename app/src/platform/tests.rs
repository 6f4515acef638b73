//! The environment of a started child: the same with each system's file.

use super::{EndWatch, Program, Spawned, spawn};
use rustix::process::{Signal, WaitOptions, kill_process, kill_process_group, waitpid};
use std::{
    fs::File,
    io::{self, Read, Seek, Write},
    os::fd::AsFd,
    path::Path,
};
use wavecraft_companion_protocol::control::ProjectProgram;

fn sh(script: &str) -> Program {
    program("/bin/sh", &["-c", script])
}

fn program(executable: &str, args: &[&str]) -> Program {
    Program {
        runs: ProjectProgram { executable: executable.into(), library: None, loader_path: Vec::new() },
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        cwd: "/".into(),
        env: vec![("A".into(), "b=c".into()), ("PATH".into(), "/usr/bin:/bin".into())],
    }
}

fn holding(text: &str) -> File {
    let mut file = tempfile::tempfile().unwrap();
    writeln!(file, "{text}").unwrap();
    file.rewind().unwrap();
    file
}

fn start(program: &Program) -> io::Result<Spawned> {
    spawn(program, holding("the segment").as_fd(), holding("the socket").as_fd())
}

#[test]
fn a_child_has_what_it_was_given_and_nothing_else() {
    // The exec wouldn't close it, so the spawn must.
    let left_open = rustix::io::dup(holding("nothing of its")).unwrap();
    let spawned = start(&sh(
        "pwd; echo \"$A\"; read -r line <&3; echo \"$line\"; read -r line <&4; echo \"$line\"; \
         for n in 0 1 2 3 4 5 6 7 8 9; do if { true <&$n; } 2>/dev/null; then printf '%s ' \"$n\"; fi; done; echo; \
         ps -o pgid= -p $$ | tr -d ' '; echo no >&2; exit 5",
    ))
    .unwrap();
    let (mut out, mut err) = (String::new(), String::new());
    File::from(spawned.stdout).read_to_string(&mut out).unwrap();
    File::from(spawned.stderr).read_to_string(&mut err).unwrap();
    let pid = spawned.pid.as_raw_nonzero();
    assert_eq!(out, format!("/\nb=c\nthe segment\nthe socket\n0 1 2 3 4 \n{pid}\n"));
    assert_eq!(err, "no\n");
    assert_eq!(waitpid(Some(spawned.pid), WaitOptions::empty()).unwrap().unwrap().1.exit_status(), Some(5));
    drop(left_open);
}

#[test]
fn what_cannot_be_started_is_an_error() {
    let kind = |program: &Program| start(program).unwrap_err().kind();
    assert_eq!(kind(&program("/no/such/program", &[])), io::ErrorKind::NotFound);
    let folder = Path::new("/no/such/folder").to_owned();
    assert_eq!(kind(&Program { cwd: folder, ..sh("true") }), io::ErrorKind::NotFound);
    assert_eq!(kind(&program("/bin/sh", &["a\0b"])), io::ErrorKind::InvalidInput);
}

#[test]
fn its_end_is_heard_and_not_a_stop() {
    let spawned = start(&sh("sleep 600")).unwrap();
    let pid = spawned.pid;
    let watching = std::thread::spawn(move || {
        let mut watch = EndWatch::new(pid);
        while watch.ended() == Err(rustix::io::Errno::INTR) {}
    });
    for _ in 0..10 {
        kill_process(pid, Signal::STOP).unwrap();
        assert!(waitpid(Some(pid), WaitOptions::UNTRACED).unwrap().unwrap().1.stopped());
        kill_process(pid, Signal::CONT).unwrap();
    }
    assert!(!watching.is_finished());
    kill_process_group(pid, Signal::KILL).unwrap();
    watching.join().unwrap();
    assert!(waitpid(Some(pid), WaitOptions::empty()).unwrap().unwrap().1.signaled());
}
