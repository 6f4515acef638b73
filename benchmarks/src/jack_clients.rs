//! JACK's dummy server, and the two clients of P12. They are roles of this program, since a client finds its server by its
//! environment.

use jack::contrib::ClosureProcessHandler;
use jack::{AudioIn, AudioOut, Client, ClientOptions, Control, ProcessScope};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

/// Names the server to a client.
pub(crate) const SERVER: &str = "JACK_DEFAULT_SERVER";

/// How loud an impulse goes out, and from where on a sample is one that came back: gains down to a half are fine.
const IMPULSE: f32 = 0.5;
const HEARD: f32 = 0.1;

/// Frames from one impulse to the next; what comes back later is lost.
const SPACING: u64 = 12_000;

/// So long a server may take to answer, or a port to appear.
const LIMIT: Duration = Duration::from_secs(10);

/// A server of its own on the dummy driver, which has no device and one exact clock. Ended when dropped.
pub(crate) struct JackServer {
    process: Child,
    name: String,
}

impl JackServer {
    /// At 48 kHz with periods of so many frames; else why there is none.
    pub(crate) fn start(period: u32) -> Result<Self, String> {
        let name = format!("wavecraft-benchmark-{}", std::process::id());
        let process = Command::new("jackd")
            .args(["-n", &name, "-R", "-d", "dummy", "-r", "48000", "-p", &period.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("jackd can't be started ({error}): install the package jackd2"))?;
        let mut server = Self { process, name };
        let end = Instant::now() + LIMIT;
        while !server.role("jack-answers", &[]).status().is_ok_and(|status| status.success()) {
            if let Ok(Some(status)) = server.process.try_wait() {
                return Err(format!("jackd ended at once ({status})"));
            }
            if Instant::now() > end {
                return Err("jackd doesn't answer".into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// This program as a client of this server.
    fn role(&self, role: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.arg(role).args(arguments).env(SERVER, &self.name).stdin(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// The bare passthrough client, until it is dropped.
    pub(crate) fn passthrough(&self) -> Passthrough {
        Passthrough(self.role("jack-passthrough", &[]).spawn().expect("this program"))
    }

    /// Sends impulses into the port whose name begins with `into` and listens at the one that begins with `out_of`: the
    /// frames that each took, without those that were lost.
    pub(crate) fn impulses(&self, into: &str, out_of: &str, count: u32) -> Vec<u64> {
        let mut client = self
            .role("jack-impulses", &[into, out_of, &count.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program");
        let told = BufReader::new(client.stdout.take().expect("a pipe")).lines();
        let frames = told.map_while(Result::ok).filter_map(|line| line.parse().ok()).collect();
        let _ = client.wait();
        frames
    }
}

impl Drop for JackServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A client that runs. Ended when dropped.
pub(crate) struct Passthrough(Child);

impl Drop for Passthrough {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn client(name: &str) -> Option<Client> {
    Client::new(name, ClientOptions::NO_START_SERVER).ok().map(|(client, _)| client)
}

/// Role: is there a server?
pub(crate) fn answers() -> std::process::ExitCode {
    u8::from(client("wavecraft-asks").is_none()).into()
}

/// Role: copies its input to its output, in one callback, until it is killed.
pub(crate) fn play_passthrough() {
    let client = client("passthrough").expect("the server answers");
    let input = client.register_port("in_0", AudioIn::default()).expect("a port");
    let mut output = client.register_port("out_0", AudioOut::default()).expect("a port");
    let process = move |_: &Client, scope: &ProcessScope| {
        output.as_mut_slice(scope).copy_from_slice(input.as_slice(scope));
        Control::Continue
    };
    let _running = client.activate_async((), ClosureProcessHandler::new(process)).expect("a client");
    loop {
        std::thread::park();
    }
}

/// Role: sends impulses, and writes a line for each: the frames until it came back. Counts frames, and looks at no clock.
pub(crate) fn play_impulses() {
    let arguments: Vec<String> = std::env::args().skip(2).collect();
    let [into, out_of, count] = arguments.as_slice() else { return };
    let count: u64 = count.parse().unwrap_or(0);
    let client = client("impulses").expect("the server answers");
    let mut output = client.register_port("sent", AudioOut::default()).expect("a port");
    let input = client.register_port("heard", AudioIn::default()).expect("a port");
    let (sent_name, heard_name) = (output.name().expect("a name"), input.name().expect("a name"));
    // Room for all, so that the callback never waits.
    let (sender, receiver) = sync_channel(usize::try_from(count).unwrap_or(0) + 1);
    let (mut position, mut sent) = (0_u64, None);
    let process = move |_: &Client, scope: &ProcessScope| {
        let (heard, out) = (input.as_slice(scope), output.as_mut_slice(scope));
        // What comes in belongs to the same frames as what goes out.
        for (at, (heard, out)) in (position..).zip(heard.iter().zip(out)) {
            if let Some(begin) = sent.filter(|_| heard.abs() > HEARD) {
                let _ = sender.try_send(at - begin);
                sent = None;
            }
            *out = 0.0;
            // Not at a period's begin, and the first when everything has been connected for a while.
            if at % SPACING == SPACING / 2 + 37 && at > SPACING {
                *out = IMPULSE;
                sent = Some(at);
            }
        }
        position += u64::from(scope.n_frames());
        Control::Continue
    };
    let running = client.activate_async((), ClosureProcessHandler::new(process)).expect("a client");
    let client = running.as_client();
    let port = |prefix: &str| {
        let end = Instant::now() + LIMIT;
        loop {
            let ports = client.ports(Some(&format!("^{prefix}")), None, jack::PortFlags::empty());
            if let Some(name) = ports.into_iter().next() {
                return name;
            }
            assert!(Instant::now() < end, "there is no port {prefix}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    client.connect_ports_by_name(&sent_name, &port(into)).expect("a connection");
    client.connect_ports_by_name(&port(out_of), &heard_name).expect("a connection");
    let end = Instant::now() + Duration::from_millis(250) * (u32::try_from(count).unwrap_or(0) + 8);
    for _ in 0..count {
        match receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(frames) => println!("{frames}"),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
        }
    }
}
