//! iceoryx2: a publisher and subscriber for each way, and its events to wake the other side.

use super::{Block, LIMIT_NS, SAMPLES, Transport};
use crate::peer::Peer;
use iceoryx2::port::{listener::Listener, notifier::Notifier, publisher::Publisher, subscriber::Subscriber};
use iceoryx2::prelude::*;
use std::os::unix::process::parent_id;
use std::process::Stdio;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_nanos(LIMIT_NS);

/// One side's four ports.
struct Ports {
    publisher: Publisher<ipc::Service, Block, ()>,
    subscriber: Subscriber<ipc::Service, Block, ()>,
    notifier: Notifier<ipc::Service>,
    listener: Listener<ipc::Service>,
    _node: Node<ipc::Service>,
}

impl Ports {
    fn open(run: u32, there: &str, back: &str) -> Self {
        let node = NodeBuilder::new().create::<ipc::Service>().expect("a node");
        let name = |way: &str, kind: &str| -> ServiceName {
            format!("wavecraft-benchmarks/{run}/{way}/{kind}").as_str().try_into().expect("a name")
        };
        let samples = |way| {
            node.service_builder(&name(way, "samples"))
                .publish_subscribe::<Block>()
                .open_or_create()
                .expect("a service")
        };
        let event =
            |way| node.service_builder(&name(way, "event")).event().open_or_create().expect("a service");
        Self {
            publisher: samples(there).publisher_builder().create().expect("a publisher"),
            subscriber: samples(back).subscriber_builder().create().expect("a subscriber"),
            notifier: event(there).notifier_builder().create().expect("a notifier"),
            listener: event(back).listener_builder().create().expect("a listener"),
            _node: node,
        }
    }

    fn send(&self, block: Block) {
        let sample = self.publisher.loan_uninit().expect("a sample");
        sample.write_payload(block).send().expect("it is sent");
        self.notifier.notify().expect("it is told");
    }

    /// A wait may end early and without an event, so only the clock ends it.
    fn receive(&self) -> Option<Block> {
        let given_up = Instant::now() + LIMIT;
        while Instant::now() < given_up {
            if let Some(sample) = self.subscriber.receive().expect("a connection") {
                return Some(*sample);
            }
            self.listener.timed_wait(|_| {}, LIMIT).expect("it listens");
        }
        None
    }
}

struct Iceoryx2 {
    ports: Ports,
    echo: Peer,
}

pub(crate) fn start() -> Box<dyn Transport> {
    let run = std::process::id();
    let ports = Ports::open(run, "there", "back");
    let mut echo = Peer::start("iceoryx2-echo", Stdio::piped());
    tell(&mut echo, run);
    // Nobody hears what is sent before the echo is there: until it answers, ask again.
    let mut started = None;
    while started.is_none() {
        ports.send([1.0; SAMPLES]);
        std::thread::sleep(Duration::from_millis(20));
        started = ports.subscriber.receive().expect("a connection");
    }
    drop(started);
    std::thread::sleep(Duration::from_millis(100));
    while ports.subscriber.receive().expect("a connection").is_some() {}
    ports.listener.try_wait(|_| {}).expect("it listens");
    Box::new(Iceoryx2 { ports, echo })
}

fn tell(echo: &mut Peer, run: u32) {
    use std::io::Write;
    writeln!(echo.0.stdin.as_mut().expect("piped"), "{run}").expect("the echo reads");
}

impl Transport for Iceoryx2 {
    fn name(&self) -> &'static str {
        "iceoryx2 0.10"
    }

    fn round_trip(&mut self, block: &mut Block) {
        self.ports.send(*block);
        *block = self.ports.receive().expect("iceoryx2's echo answers");
    }
}

/// Told to end by a block of NaN: a killed process would leave its files behind.
impl Drop for Iceoryx2 {
    fn drop(&mut self) {
        self.ports.send([f32::NAN; SAMPLES]);
        let given_up = Instant::now() + LIMIT;
        while Instant::now() < given_up && matches!(self.echo.0.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

pub(crate) fn echo() {
    let mut run = String::new();
    std::io::stdin().read_line(&mut run).expect("the run's number");
    let ports = Ports::open(run.trim().parse().expect("a number"), "back", "there");
    let parent = parent_id();
    // Idle while others are measured; an orphan ends.
    while parent == parent_id() {
        match ports.receive() {
            Some(block) if block[0].is_nan() => return,
            Some(block) => ports.send(block),
            None => {}
        }
    }
}
