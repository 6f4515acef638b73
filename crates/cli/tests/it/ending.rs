//! However a start ends, nothing is left running.

use crate::support::{
    Live, World,
    fake_companion::{FakeCompanion, Fault},
    until, until_gone,
};
use rustix::process::{Pid, Signal};

const START: &[&str] = &["start", "--with-audio", "--json"];

/// A live start with a page, and everything that runs for it: the page's server, its child, and the processor.
fn everything(world: &World, args: &[&str]) -> (Live, Vec<(&'static str, i32)>) {
    let mut live = world.live(args);
    live.event("ready");
    let mut all =
        vec![("the page's server", world.pid_in("vite.pid")), ("its child", world.pid_in("esbuild.pid"))];
    all.extend(children(live.pid()).into_iter().map(|pid| ("a child of the start", pid)));
    assert!(all.len() > 2, "the guard at least");
    (live, all)
}

/// ps(1) has the same options on both systems.
fn children(parent: Pid) -> Vec<i32> {
    let output = std::process::Command::new("ps").args(["-A", "-o", "ppid=,pid="]).output().expect("ps");
    let text = String::from_utf8(output.stdout).expect("numbers");
    let pairs = text.lines().map(|line| {
        let mut numbers = line.split_whitespace().map(|word| word.parse::<i32>().expect("a number"));
        (numbers.next(), numbers.next())
    });
    pairs
        .filter(|(ppid, _)| *ppid == Some(parent.as_raw_nonzero().get()))
        .filter_map(|(_, pid)| pid)
        .collect()
}

#[test]
fn a_signal_ends_everything_in_order() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let world = World::with_project().with_page().with_companion();
        let (live, all) = everything(&world, START);
        let companion = world.pid_in("home/wavecraft/companion.pid");
        live.signal(signal);
        let finished = live.finish();
        assert_eq!(finished.code, Some(130), "{signal:?}: {finished:#?}");
        finished.left_nothing();
        until_gone("the companion", companion);
        for (what, pid) in all {
            until_gone(what, pid);
        }
    }
}

#[test]
fn a_killed_start_leaves_nothing_but_a_companion_that_notices() {
    let world = World::with_project().with_page();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let (live, all) = everything(&world, START);
    live.signal(Signal::KILL);
    for (what, pid) in all {
        until_gone(what, pid);
    }
}

/// No process is left to end anything, so the system must: only Linux can.
#[test]
fn a_start_and_its_guards_killed_at_once_leave_no_server() {
    if std::env::consts::OS != "linux" {
        return;
    }
    let world = World::with_project().with_page();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let (live, all) = everything(&world, START);
    let guards = children(live.pid());
    let signal_guards = |signal| {
        for guard in &guards {
            rustix::process::kill_process(Pid::from_raw(*guard).unwrap(), signal).unwrap();
        }
    };
    // While stopped, they can't notice that the start is gone.
    signal_guards(Signal::STOP);
    live.signal(Signal::KILL);
    signal_guards(Signal::KILL);
    let server = all.iter().find(|(what, _)| *what == "the page's server").unwrap();
    until_gone(server.0, server.1);
    kill_what_is_left(world.pid_in("esbuild.pid"));
}

/// The server's child in this test is an endless `sleep`, which no signal to its parent ends.
fn kill_what_is_left(pid: i32) {
    let _ = rustix::process::kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL);
}

#[test]
fn a_server_that_ignores_the_first_signal_is_killed() {
    let stubborn = "trap '' TERM\necho $$ > ../../vite.pid\nsleep 1000 & echo $! > ../../esbuild.pid\n\
                    while true; do sleep 1; done";
    let world = World::with_project().with_page().script("here/ui/node_modules/.bin/vite", stubborn);
    let _companion = FakeCompanion::run(&world, Fault::None);
    let live = world.live(START);
    let (vite, esbuild) = (world.pid_in("vite.pid"), world.pid_in("esbuild.pid"));
    live.signal(Signal::INT);
    let finished = live.finish();
    assert_eq!(finished.code, Some(130), "{finished:#?}");
    finished.left_nothing();
    until_gone("the page's server", vite);
    until_gone("its child", esbuild);
}

#[test]
fn a_signal_during_the_build_ends_cargo() {
    let slow =
        "echo $$ > ../../cargo.pid\ncase \"$1\" in metadata) exec \"$REAL_CARGO\" \"$@\";; esac\nsleep 1000";
    let cargo = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join("cargo"))
        .find(|file| file.is_file())
        .unwrap();
    let world = World::with_project().script("tools/cargo", slow).env("REAL_CARGO", cargo);
    let mut live = world.live(START);
    live.event("build");
    until("cargo runs", || (!children(live.pid()).is_empty()).then_some(()));
    let guards = children(live.pid());
    live.signal(Signal::INT);
    let finished = live.finish();
    assert_eq!(finished.code, Some(130), "{finished:#?}");
    finished.left_nothing();
    for guard in guards {
        until_gone("cargo's guard", guard);
    }
    until_gone("cargo", world.pid_in("cargo.pid"));
}

#[test]
fn a_reader_that_goes_away_ends_the_start() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::Chatty);
    let mut live = world.live(START);
    live.event("ready");
    live.stop_reading();
    let finished = live.finish();
    assert_eq!(finished.code, Some(130), "{finished:#?}");
    assert!(companion.call("detach").is_some());
}

#[test]
fn a_second_signal_ends_as_well() {
    let stubborn =
        "trap '' TERM\necho $$ > ../../vite.pid\necho $$ > ../../esbuild.pid\nwhile true; do sleep 1; done";
    let world = World::with_project().with_page().script("here/ui/node_modules/.bin/vite", stubborn);
    let companion = FakeCompanion::run(&world, Fault::None);
    let live = world.live(START);
    let vite = world.pid_in("vite.pid");
    live.signal(Signal::INT);
    until("the first signal is heard", || companion.call("detach"));
    live.signal(Signal::INT);
    let finished = live.finish();
    assert_eq!(finished.code, Some(130), "{finished:#?}");
    finished.left_nothing();
    until_gone("the page's server", vite);
}

#[test]
fn a_signal_while_the_companion_starts_ends_the_companion() {
    let world = World::with_project();
    let lines = format!("echo $$ > '{}'; exec sleep 1000", world.path("companion.pid").display());
    let program = world.path("tools/companion");
    let world = world.script("tools/companion", &lines).env("WAVECRAFT_COMPANION", program);
    let live = world.live(START);
    let companion = world.pid_in("companion.pid");
    live.signal(Signal::TERM);
    let finished = live.finish();
    assert_eq!(finished.code, Some(130), "{finished:#?}");
    finished.left_nothing();
    until_gone("the companion", companion);
}

#[test]
fn a_killed_guard_does_not_free_what_it_guarded() {
    let world = World::with_project().with_page();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let (mut live, all) = everything(&world, START);
    for guard in children(live.pid()) {
        rustix::process::kill_process(Pid::from_raw(guard).unwrap(), Signal::KILL).unwrap();
    }
    for (what, pid) in all {
        until_gone(what, pid);
    }
    let error = live.event("error");
    assert!(error["message"].as_str().unwrap().contains("The sound goes on"), "{error}");
    live.signal(Signal::INT);
    live.finish().left_nothing();
}

#[test]
fn a_closed_terminal_ends_everything() {
    let world = World::with_project().with_page();
    let companion = FakeCompanion::run(&world, Fault::Chatty);
    let mut terminal = world.live_on_a_terminal(&["start", "--with-audio", "-v"]);
    let shown = terminal.read_until("Ctrl+C stops it.");
    assert!(shown.contains('\u{1b}'), "colours on a terminal: {shown}");
    let (vite, esbuild) = (world.pid_in("vite.pid"), world.pid_in("esbuild.pid"));
    assert_eq!(terminal.close(), Some(130));
    assert!(companion.call("detach").is_some());
    until_gone("the page's server", vite);
    until_gone("its child", esbuild);
}
