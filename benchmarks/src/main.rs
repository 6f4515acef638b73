//! The real-time link, measured: each value stands beside an anchor that was measured in the same run.
//!
//! `wavecraft-benchmarks [--json] [--quick] [--only P1,P2] [--programs DIR]`. With `--json` one object a line:
//! `{"id","what","value","unit","anchor","anchor_value","ratio"}`; else a table. `DIR` holds the companion, the command
//! and the example children, built for release. What each measure is stands in its file under `measures`.
//!
//! This program is its own other side too: started with a role as its first argument it is an echo, a dev server, a JACK client,
//! or a processor child.

mod child;
mod companion;
mod dev_servers;
mod figures;
mod jack_clients;
mod lines;
mod measures;
mod pages;
mod panel;
mod peer;
mod platform;
mod processors;
mod transports;

use lines::Lines;
use std::path::PathBuf;

/// What the caller chose.
pub(crate) struct Run {
    /// Short runs: to see that it works, not to quote.
    pub(crate) quick: bool,
    /// Where the companion, the command and `examples/` are.
    pub(crate) programs: PathBuf,
}

/// As `run!` installs it.
#[global_allocator]
static ALLOCATOR: wavecraft_dev_audio::WatchedAllocator =
    wavecraft_dev_audio::WatchedAllocator::new(std::alloc::System);

fn main() -> std::process::ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    if let Some(code) = arguments.peek().and_then(|role| play(role)) {
        return code;
    }
    if arguments.next_if(|role| role == "dev-server").is_some() {
        dev_servers::play(&arguments.next().expect("parameters"));
        return 0.into();
    }
    let mut run = Run { quick: false, programs: "target/release".into() };
    let (mut json, mut only) = (false, None);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.peek()) {
            ("--json", _) => json = true,
            ("--quick", _) => run.quick = true,
            ("--only", Some(_)) => only = arguments.next(),
            ("--programs", Some(_)) => run.programs = arguments.next().unwrap_or_default().into(),
            _ => {
                eprintln!("{argument}: flags are --json, --quick, --only P1,P2, --programs DIR");
                return 2.into();
            }
        }
    }
    let chosen = |id: &str| only.as_ref().is_none_or(|only| only.split(',').any(|one| one == id));
    let unknown = only
        .iter()
        .flat_map(|only| only.split(','))
        .find(|id| !measures::ALL.iter().any(|(known, _)| known == id));
    if let Some(id) = unknown {
        let known: Vec<_> = measures::ALL.iter().map(|(id, _)| *id).collect();
        eprintln!("there is no measure {id}: {}", known.join(" "));
        return 2.into();
    }
    let mut lines = Lines::new(json);
    for (id, measure) in measures::ALL {
        if chosen(id) {
            measure(&run, &mut lines);
        }
    }
    0.into()
}

/// Plays the role of another side, if the argument is one.
fn play(role: &str) -> Option<std::process::ExitCode> {
    match role {
        "ring-echo" => transports::ring::echo(),
        "futex-echo" => transports::futex::echo(),
        "unix-echo" => transports::unix::echo(),
        "websocket-echo" => transports::websocket::echo(),
        "iceoryx2-echo" => transports::iceoryx2::echo(),
        "jack-passthrough" => jack_clients::play_passthrough(),
        "jack-impulses" => jack_clients::play_impulses(),
        "jack-answers" => return Some(jack_clients::answers()),
        "gain-child" => return Some(processors::gain_child()),
        "probe-child" => return Some(processors::probe_child()),
        _ => return None,
    }
    Some(0.into())
}
