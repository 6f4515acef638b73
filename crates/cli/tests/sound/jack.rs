//! Through JACK: the test's own server with its dummy driver, and JACK's own programs around the companion.

use crate::{
    place::{Place, Program},
    recording::{Measured, TOLERANCE_DB, measure_second},
    serve,
    server::ANSWER,
    session::Session,
    until,
};
use rustix::process::Signal;
use std::{
    fs,
    time::{Duration, Instant},
};

/// What `jack_simple_client` plays: a table of 200 samples, one by one on the left, every third on the right.
const LEFT_HZ: f64 = 48_000.0 / 200.0;
const RIGHT_HZ: f64 = 3.0 * LEFT_HZ;
/// Its peak is 0.2: 20·log10(0.2) − 10·log10(2).
const PLAYED_DB: f64 = -13.979_4 - 3.010_3;

struct Jack {
    server: Program,
    place: Place,
}

/// A server that is killed leaves its place in the system's list of servers taken, and there are eight.
impl Drop for Jack {
    fn drop(&mut self) {
        if self.server.runs() {
            self.server.signal(Signal::TERM);
        }
        let end = Instant::now() + ANSWER;
        while self.server.runs() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Jack {
    /// With periods that even a busy machine can keep.
    fn start() -> Self {
        let mut place = Place::new();
        let name = format!("wavecraft-{}", std::process::id());
        place.set("JACK_DEFAULT_SERVER", &name);
        place.set("WAVECRAFT_BACKEND", "jack");
        let server = || {
            let mut server = place.command("jackd");
            server.args(["-n", &name, "-R", "-d", "dummy", "-r", "48000", "-p", "1024"]);
            server
        };
        let ports = || place.ask("jack_lsp", &[]).filter(|ports| ports.contains("system:playback_1"));
        let server = serve(server, ports);
        Self { server, place }
    }

    /// The full name of a port; waits for the port.
    fn port(&self, end: &str) -> String {
        until(&format!("there is a port …{end}"), || {
            let ports = self.place.ask("jack_lsp", &[])?;
            ports.lines().find(|port| port.ends_with(end)).map(str::to_owned)
        })
    }

    fn connect(&self, from: &str, to: &str) {
        until(&format!("{from} is connected to {to}"), || {
            // Fails too if it is connected already.
            let _ = self.place.ask("jack_connect", &[from, to]);
            let list = self.place.ask("jack_lsp", &["-c", to])?;
            list.lines().any(|line| line.trim() == from).then_some(())
        });
    }

    /// Checks a second of what two ports play.
    fn record(&self, left: &str, right: &str) -> [Measured; 2] {
        let (file, raw) = (self.place.path("take.wav"), self.place.path("take.f32"));
        let (file, raw) = (file.to_str().expect("text"), raw.to_str().expect("text"));
        self.place.ask("jack_rec", &["-f", file, "-d", "2", "-b", "32", left, right]).expect("jack_rec");
        self.place.ask("sox", &[file, "-t", "f32", raw]).expect("sox");
        measure_second(&fs::read(raw).expect("the take"), 2, 0)
    }
}

#[test]
#[ignore = "needs JACK: scripts/test sound"]
fn a_project_plays_what_it_records_through_jack() {
    let jack = Jack::start();
    let session = Session::start_in(&jack.place, "jack", "JACK");
    assert_eq!(session.ready["devices"]["buffer_frames"], 1024, "the server's: {}", session.ready);
    let mut page = session.clean_page();
    page.set("saturator_output", -6.0206);

    let mut player = jack.place.command("jack_simple_client");
    player.arg("sine");
    let _player = Program::spawn(player);
    for (output, input) in [("sine:output1", "_in:in_0"), ("sine:output2", "_in:in_1")] {
        jack.connect(&jack.port(output), &jack.port(input));
    }
    let (left, right) = (jack.port("_out:out_0"), jack.port("_out:out_1"));
    let heard = until("both sides come out as loud as the output gain says", || {
        let heard = jack.record(&left, &right);
        let fits = |side: &Measured, hz: f64| {
            (side.db - (PLAYED_DB - 6.0206)).abs() < TOLERANCE_DB && (side.hz - hz).abs() < 2.0
        };
        println!("heard {heard:.3?}");
        (fits(&heard[0], LEFT_HZ) && fits(&heard[1], RIGHT_HZ)).then_some(heard)
    });
    println!("at last {heard:.3?}");
    assert_eq!(session.status()["devices"]["backend"], "JACK");
    session.stop();
}
