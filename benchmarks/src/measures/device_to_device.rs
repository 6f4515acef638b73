//! P12: the frames from the input device to the output device, through the real companion and a gain child, on JACK's
//! dummy driver. The anchor is a bare client that copies its input to its output within one callback: its round trip is
//! the one period that JACK itself takes.
//!
//! An impulse goes into the companion's input port and is looked for at its output port; frames are counted, so no clock
//! is in the figure. cpal makes two clients, one for each direction, and how far the input buffer between them is filled
//! is decided when they start: so each run starts a companion anew, and the least and the most of all runs are told.

use crate::Run;
use crate::companion::Companion;
use crate::jack_clients::{JackServer, SERVER};
use crate::lines::{Line, Lines};

/// Frames: long enough for a child on a busy machine to answer within half of it, as direct mode asks.
const PERIOD: u32 = 256;
/// Impulses of a run.
const IMPULSES: u32 = 10;

pub(crate) fn measure(run: &Run, lines: &mut Lines) {
    let server = match JackServer::start(PERIOD) {
        Ok(server) => server,
        Err(reason) => {
            eprintln!("P12 is left out: {reason}");
            return;
        }
    };
    let anchor = {
        let _client = server.passthrough();
        Distribution::of(server.impulses("passthrough:in_0", "passthrough:out_0", IMPULSES))
    };
    let Some(anchor) = anchor else {
        eprintln!("P12 is left out: nothing comes back from the bare passthrough client");
        return;
    };
    for mode in ["direct", "pipelined"] {
        let runs = if run.quick { 2 } else { 6 };
        let frames = (0..runs).flat_map(|_| through_companion(run, &server, mode)).collect();
        let Some(found) = Distribution::of(frames) else {
            eprintln!("P12 is left out for {mode} mode: no run kept it, so this machine is too busy");
            continue;
        };
        for (name, value) in [("median", found.median), ("least", found.least), ("most", found.most)] {
            lines.add(Line {
                id: "P12",
                what: format!(
                    "device to device, {mode}, periods of {PERIOD}, {name} of {} impulses",
                    found.count
                ),
                value: value as f64,
                unit: "frames",
                anchor: "bare passthrough client, median".into(),
                anchor_value: anchor.median as f64,
            });
        }
    }
}

/// One run. Nothing if the engine gave the mode up meanwhile, or had just lost a block.
fn through_companion(run: &Run, server: &JackServer, mode: &str) -> Vec<u64> {
    let companion = Companion::start_on(&run.programs, "jack", &[(SERVER, server.name())]);
    let mut control = companion.control();
    let own = std::env::current_exe().expect("this program");
    control.attach_microphone(&own, &["gain-child"], mode);
    let client = format!("cpal_client_{}", companion.pid());
    let frames = server.impulses(&format!("{client}_in.*:in_0"), &format!("{client}_out.*:out_0"), IMPULSES);
    if control.stats()["mode"] == mode { frames } else { Vec::new() }
}

struct Distribution {
    least: u64,
    median: u64,
    most: u64,
    count: usize,
}

impl Distribution {
    /// `None` of nothing.
    fn of(mut frames: Vec<u64>) -> Option<Self> {
        frames.sort_unstable();
        let (least, most) = (*frames.first()?, *frames.last()?);
        Some(Self { least, median: frames[frames.len() / 2], most, count: frames.len() })
    }
}
