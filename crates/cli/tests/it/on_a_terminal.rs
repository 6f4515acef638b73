//! A start on a real terminal. The screens are saved in `target/terminal/` for inspection.

use crate::support::{
    Tmux, World,
    fake_companion::{FakeCompanion, Fault},
    until, until_gone, which,
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::fs;

const START: &str = "--with-audio --no-ui --input tone";
const READY: &str = "Press h for the keys";
/// The beginning of the live line.
const LIVE: &str = "live  ";

fn ready(tmux: &Tmux<'_>) {
    tmux.start(START);
    tmux.until_shows(READY);
    tmux.until_last_row(LIVE);
}

/// Presses a key and waits for its message.
fn press(tmux: &Tmux<'_>, key: &str, says: &str) {
    tmux.key(key);
    tmux.until_shows(says);
}

#[test]
#[ignore = "needs tmux: scripts/test terminal"]
fn keys_do_what_the_help_says_and_leave_no_trace() {
    let world = World::with_project().file("here/a loop.wav", "");
    let companion = FakeCompanion::run(&world, Fault::None);
    let tmux = world.tmux("keys", 100, 40);
    ready(&tmux);
    tmux.keep("ready");
    assert!(!tmux.is_as_before(), "keys come one by one");

    press(&tmux, "h", "mute, and unmute");
    tmux.keep("help");
    press(&tmux, "l", "10.0 ms, pipelined: to the processor and back");
    press(&tmux, "p", "gain_reduction is shown below. p shows the next.");
    tmux.until_shows("dB  gain_reduction −3.00 (−6.50 … 0.00)");
    press(&tmux, "p", "No probe is shown any more.");
    press(&tmux, "d", "Loudspeaker");
    press(&tmux, "m", "Muted.");
    tmux.until_last_row("live  muted");
    press(&tmux, "m", "Unmuted.");
    press(&tmux, ".", "Warm: this preset is heard. , and . go on.");
    tmux.until_shows("the project has no parameter `old`: ignored");
    press(&tmux, ",", "Warm: this preset is heard.");
    let steps: Vec<_> = companion.calls("stepPreset").iter().map(|call| call["by"].clone()).collect();
    assert_eq!(steps, [json!(1), json!(-1)]);
    press(&tmux, "b", "The processor is bypassed.");
    tmux.until_last_row("live  bypass");
    press(&tmux, "b", "The processor is back.");
    tmux.until_last_row(LIVE);
    press(&tmux, "x", "You hear the build before, build 1. x goes back to build 2.");
    tmux.until_last_row("live  before (build 1)");
    press(&tmux, "f", "You hear what build 2 differs by from build 1. f goes back to build 2.");
    tmux.until_last_row("live  difference (build 2 − 1)");
    press(&tmux, "f", "You hear the newest build again, build 2.");
    tmux.until_last_row(LIVE);
    let heard: Vec<_> = companion.calls("setComparison").iter().map(|call| call["hear"].clone()).collect();
    assert_eq!(heard, [json!("before"), json!("difference"), json!("after")]);
    press(&tmux, "Space", "Stopped at bar 2.2; the sound goes on. Space plays on from there.");
    tmux.until_last_row("live  stopped");
    press(&tmux, "Space", "Playing at 98.5 BPM. Space stops.");
    tmux.until_last_row(LIVE);
    press(&tmux, "0", "Back at the start, bar 1.1.");
    tmux.key("t");
    until("it was tapped", || (companion.calls("tapTempo").len() == 1).then_some(()));
    assert_eq!(
        companion.calls("setTransport"),
        [json!({"playing": false}), json!({"playing": true}), json!({"position_beats": 0.0})]
    );
    tmux.keep("switched");
    let on = |method| companion.calls(method).iter().map(|call| call["on"].clone()).collect::<Vec<_>>();
    assert_eq!(
        (on("setMute"), on("setBypass")),
        (vec![json!(true), json!(false)], vec![json!(true), json!(false)])
    );

    press(&tmux, "c", LIVE);
    until("the rest is gone", || (tmux.rows().len() == 1).then_some(()));
    press(&tmux, "s", "Source?");
    press(&tmux, "3", "The sound comes from a signal: White noise, −20 dBFS.");
    tmux.key("s");
    press(&tmux, "s", "Which signal?");
    tmux.types("tone:44O");
    tmux.key("Enter");
    tmux.until_shows("a frequency is 0.1 to 192000 Hz");
    tmux.key("BSpace");
    tmux.types("0@-20");
    tmux.key("Enter");
    tmux.until_shows("The sound comes from a signal: Tone 440 Hz, −20 dBFS.");
    tmux.key("s");
    press(&tmux, "f", "Which file?");
    tmux.types("nowhere.wav");
    tmux.key("Enter");
    tmux.until_shows("! there is no file nowhere.wav");
    tmux.keep("question");
    "nowhere.wav".chars().for_each(|_| tmux.key("BSpace"));
    tmux.types("a loop.wav");
    tmux.key("Enter");
    tmux.until_shows("The sound comes from /");
    let sources: Vec<_> = companion.calls("setSource").iter().map(|call| call["source"].clone()).collect();
    assert_eq!(
        sources,
        [
            json!({"kind": "noise"}),
            json!({"kind": "tone", "signal": "tone:440@-20"}),
            json!({"kind": "file", "path": world.path("here/a loop.wav")})
        ]
    );

    press(&tmux, "a", "ws://127.0.0.1:");
    press(&tmux, "r", "nothing has changed, so the processor starts afresh");
    assert_eq!(companion.calls("restart").len(), 1);
    press(&tmux, "q", "code=0");
    tmux.keep("stopped");
    assert!(
        tmux.is_as_before() && !tmux.rows().iter().any(|row| row.starts_with(LIVE)),
        "{:#?}",
        tmux.rows()
    );
}

#[test]
#[ignore = "needs tmux: scripts/test terminal"]
fn the_terminal_that_asked_can_allow_the_microphone_and_refuse_it() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::Asks);
    let tmux = world.tmux("microphone", 110, 40);
    ready(&tmux);
    press(&tmux, "h", "allow the microphone that the project asks for");
    press(&tmux, "y", "The microphone is allowed to this folder from now on.");
    press(&tmux, "n", "The microphone is refused to this folder.");
    tmux.keep("answered");
    let words: Vec<_> = companion
        .calls("confirmMicrophone")
        .iter()
        .map(|call| (call["consent"].clone(), call["if_asked"].clone()))
        .collect();
    assert_eq!(words, [(json!("allowed"), json!(true)), (json!("refused"), json!(true))]);
    assert_eq!(companion.call("confirmMicrophone").unwrap()["project_dir"], json!(world.path("here")));
    press(&tmux, "q", "code=0");

    // If nothing asks, the key allows nothing.
    let world = World::with_project();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let tmux = world.tmux("no-question", 110, 40);
    ready(&tmux);
    press(&tmux, "y", "! nothing here waits for a word on the microphone");
    press(&tmux, "q", "code=0");
}

#[test]
#[ignore = "needs tmux: scripts/test terminal"]
fn the_last_row_stays_the_last_whatever_is_logged_and_however_wide_it_is() {
    let world = World::with_project();
    let _companion = FakeCompanion::run(&world, Fault::Chatty);
    let tmux = world.tmux("wide", 100, 20);
    tmux.start(START);
    // The log is too fast to see anything else.
    tmux.until_last_row(LIVE);
    for (columns, all) in [(45, false), (20, false), (100, true)] {
        tmux.resize(columns);
        until(&format!("one live line in {columns} columns, below the log"), || {
            let rows = tmux.rows();
            let live: Vec<_> = rows.iter().filter(|row| row.contains("live")).collect();
            // The terminal may wrap earlier output; later output must be right.
            let logged = rows.iter().rev().nth(1)?.contains("child");
            let [live] = live[..] else { return None };
            (logged && rows.last() == Some(live) && live.contains("3 late") == all).then_some(())
        });
        tmux.keep(&format!("{columns}-columns"));
    }
    press(&tmux, "q", "code=0");
}

#[test]
#[ignore = "needs tmux: scripts/test terminal"]
fn a_build_shows_what_cargo_does_then_what_came_of_it() {
    let world = World::with_project();
    let go = world.path("go");
    let cargo = format!(
        "case \"$1\" in build) echo '   Compiling thing v1.2.3 (/x)' >&2; \
         printf '    Building [=>   ] 34/52: thing\\r' >&2; until test -e '{}'; do sleep 0.1; done;; esac\n\
         exec '{}' \"$@\"",
        go.display(),
        which("cargo").display()
    );
    let world = world.script("tools/cargo", &cargo);
    let _companion = FakeCompanion::run(&world, Fault::None);
    let tmux = world.tmux("build", 100, 40);
    tmux.types("export FORCE_HYPERLINK=1");
    tmux.key("Enter");
    let written = tmux.written_to(world.path("written"));
    tmux.start(START);
    tmux.until_shows("Compiling thing v1.2.3 · 34/52");
    tmux.keep("compiling");
    fs::write(go, "").expect("a file");
    tmux.until_shows(READY);
    assert!(!tmux.rows().iter().any(|row| row.contains("Compiling")), "{:#?}", tmux.rows());

    let source = world.path("here/engine/src/bin/dev-audio.rs");
    let text = fs::read_to_string(&source).expect("the source");
    fs::write(&source, "fn main() { nonsense(); }\n").expect("written");
    tmux.until_shows("The processor from before plays on");
    tmux.until_last_row(LIVE);
    tmux.keep("mistake");
    assert!(tmux.coloured().contains("\u{1b}[31m!"), "{}", tmux.coloured());
    assert!(
        tmux.rows().iter().any(|row| row.contains("--> engine/src/bin/dev-audio.rs:1:13")),
        "{:#?}",
        tmux.rows()
    );
    // cargo's line and the one that sums it up.
    let path = source.canonicalize().expect("a path").display().to_string();
    let link = format!("\u{1b}]8;;file://{path}\u{1b}\\engine/src/bin/dev-audio.rs:1:13\u{1b}]8;;\u{1b}\\");
    until("both places are links", || (written().matches(&link).count() >= 2).then_some(()));
    fs::write(&source, text.replace("String::new()", "String::from(\"other\")")).expect("written");
    tmux.until_shows("swapped in 38 ms, no block late");
    tmux.until_last_row(LIVE);
    tmux.keep("mended");
    press(&tmux, "q", "code=0");
}

#[test]
#[ignore = "needs tmux: scripts/test terminal"]
fn q_ends_also_a_build() {
    let world = World::with_project().script(
        "tools/cargo",
        &format!(
            "case \"$1\" in build) echo $$ > ../../cargo.pid; sleep 1000;; esac\nexec '{}' \"$@\"",
            which("cargo").display()
        ),
    );
    let tmux = world.tmux("quit", 80, 20);
    tmux.start(START);
    let cargo = world.pid_in("cargo.pid");
    press(&tmux, "q", "code=0");
    until_gone("cargo", cargo);
    assert!(tmux.is_as_before());
}

#[test]
#[ignore = "needs tmux: scripts/test terminal"]
fn the_second_ctrl_c_does_not_wait() {
    let stubborn =
        "trap '' TERM\necho $$ > ../../vite.pid\necho $$ > ../../esbuild.pid\nwhile true; do sleep 1; done";
    let world = World::with_project().with_page().script("here/ui/node_modules/.bin/vite", stubborn);
    let _companion = FakeCompanion::run(&world, Fault::None);
    let tmux = world.tmux("twice", 100, 20);
    tmux.start("--with-audio");
    let vite = world.pid_in("vite.pid");
    press(&tmux, "C-c", "stopping; Ctrl+C again doesn't wait");
    tmux.keep("stopping");
    press(&tmux, "C-c", "code=130");
    tmux.keep("stopped");
    until_gone("the page's server", vite);
    assert!(tmux.is_as_before());
    assert!(!tmux.rows().iter().any(|row| row.contains("stopping")), "{:#?}", tmux.rows());
}

#[test]
#[ignore = "needs tmux: scripts/test terminal"]
fn every_way_out_gives_the_terminal_back() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::None);
    let tmux = world.tmux("ways-out", 100, 20);
    ready(&tmux);
    // The shell's child: the fake companion is connected to a child of this process.
    kill_process(start_of(&tmux, &world), Signal::TERM).expect("it runs");
    tmux.until_shows("code=130");
    assert!(tmux.is_as_before());
    tmux.types("clear");
    tmux.key("Enter");

    ready(&tmux);
    let start = start_of(&tmux, &world);
    let before = companion.calls("detach").len();
    tmux.close();
    until("the project is detached", || (companion.calls("detach").len() > before).then_some(()));
    until_gone("the start", start.as_raw_nonzero().get());
}

/// The command that runs in the terminal. Only this command of this world has copies of a built processor, and they are
/// named after its process.
fn start_of(tmux: &Tmux<'_>, world: &World) -> Pid {
    let named =
        |name: &String| name.split('-').next().and_then(|number| number.parse().ok()).and_then(Pid::from_raw);
    let start = world.names_in("home/wavecraft/builds").iter().find_map(named);
    start.unwrap_or_else(|| panic!("no start: {:#?}", tmux.rows()))
}

#[test]
#[ignore = "needs tmux: scripts/test terminal"]
fn variables_make_it_plain() {
    for (name, value, lively) in [("NO_COLOR", "1", true), ("CI", "true", false), ("TERM", "dumb", false)] {
        let world = World::with_project();
        let _companion = FakeCompanion::run(&world, Fault::None);
        let tmux = world.tmux("plain", 100, 20);
        tmux.types(&format!("export {name}={value}"));
        tmux.key("Enter");
        tmux.start(&format!("{START} --seconds 2"));
        tmux.until_shows("Ctrl+C stops it.");
        let keys = tmux.rows().iter().any(|row| row.contains(READY));
        assert_eq!((keys, !tmux.is_as_before()), (lively, lively), "{name}");
        assert!(!tmux.coloured().contains("\u{1b}["), "{name}: {}", tmux.coloured());
        tmux.keep(name);
        tmux.until_shows("code=0");
    }
}

#[test]
#[ignore = "needs tmux: scripts/test terminal"]
fn a_second_start_of_a_folder_is_asked_about() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::None);
    let mut first = world.live(&["start", "--with-audio", "--no-ui", "--json"]);
    first.event("ready");
    let tmux = world.tmux("second", 110, 30);
    tmux.start(START);
    tmux.until_shows("This folder runs already, without a terminal (process");
    tmux.until_shows("r: replace it");
    tmux.keep("asked");
    tmux.key("Enter");
    tmux.until_shows("code=0");
    tmux.types("clear");
    tmux.key("Enter");
    tmux.start(START);
    tmux.until_shows("r: replace it");
    tmux.types("j");
    tmux.key("Enter");
    tmux.until_shows("Inspector http://127.0.0.1:9000/#wc=");
    tmux.until_shows("code=0");
    tmux.keep("joined");
    assert_eq!(companion.calls("attach").len(), 1, "neither started anything");
    tmux.types("clear");
    tmux.key("Enter");
    tmux.start(START);
    tmux.until_shows("r: replace it");
    tmux.types("r");
    tmux.key("Enter");
    tmux.until_shows(READY);
    assert_eq!(first.finish().code, Some(130));
    press(&tmux, "q", "code=0");
    assert!(tmux.is_as_before());
}

#[test]
#[ignore = "needs tmux: scripts/test terminal"]
fn a_trouble_that_comes_again_is_counted_in_its_line() {
    let world = World::with_project();
    let _companion = FakeCompanion::run(&world, Fault::Repeats);
    let tmux = world.tmux("counted", 70, 30);
    tmux.start(START);
    tmux.until_shows("(× 12)");
    // The line wraps, and is replaced whole with what follows from it.
    tmux.until_shows("oh no. (× 2)");
    tmux.keep("all");
    let rows = tmux.rows().concat();
    for (text, times) in [("Too slow", 1), ("panicked", 1), ("The processor is heard again.", 2)] {
        assert_eq!(rows.matches(text).count(), times, "{text}: {:#?}", tmux.rows());
    }
    press(&tmux, "q", "code=0");
}
