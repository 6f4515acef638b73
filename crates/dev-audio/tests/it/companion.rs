//! The companion's side, played by the tests.

use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::Pid;
use wavecraft_companion_protocol::child::{FromChild, LINK_VARIABLE, Link, ToChild};
use wavecraft_companion_protocol::frame::{Decoder, encode};
use wavecraft_companion_protocol::parameter::ParameterSpec;
use wavecraft_ring::{ABI_VERSION, BlockHeader, BlockTime, Geometry, HostSide, clock, create};

/// The time limit for anything that is expected to happen.
const LIMIT: Duration = Duration::from_secs(30);

pub(crate) const SAMPLE_RATE: f32 = 48_000.0;

/// An example child, its segment and its socket.
pub(crate) struct Companion {
    pub(crate) segment: HostSide,
    pub(crate) parameters: Vec<ParameterSpec>,
    socket: UnixStream,
    decoder: Decoder,
    child: Started,
    position: u64,
    /// The time of the next block.
    pub(crate) time: BlockTime,
}

impl Companion {
    /// Starts an example with a segment for these channel counts, up to the first block: hello, prepare, start.
    pub(crate) fn running(example: &str, inputs: u32, outputs: u32) -> Self {
        Self::connected(example, inputs, outputs, &[]).started()
    }

    /// Continues up to the first block: hello, prepare, start.
    pub(crate) fn started(mut self) -> Self {
        self.greet();
        assert_eq!(self.prepare(SAMPLE_RATE), Some(FromChild::Ready));
        self.say(&ToChild::Start);
        self
    }

    /// Starts an example and sends nothing.
    pub(crate) fn connected(example: &str, inputs: u32, outputs: u32, arguments: &[&str]) -> Self {
        let segment = create(Geometry::new(4096, inputs, outputs).unwrap(), 1).unwrap();
        Self::with(segment, command(example).args(arguments))
    }

    /// Starts a program on a segment and sends nothing.
    pub(crate) fn with(segment: HostSide, program: &mut Command) -> Self {
        let (socket, child) = start(program, ABI_VERSION, segment.descriptor.as_fd());
        Self {
            segment,
            parameters: Vec::new(),
            socket,
            decoder: Decoder::default(),
            child,
            position: 0,
            time: BlockTime::default(),
        }
    }

    /// Receives the hello and sets every parameter to its default.
    pub(crate) fn greet(&mut self) {
        let Some(FromChild::Hello { parameters, .. }) = self.hear() else { panic!("a hello comes first") };
        let defaults: Vec<f32> = parameters.iter().map(|parameter| parameter.default).collect();
        self.segment.parameters.set_all(&defaults).unwrap();
        self.parameters = parameters;
    }

    pub(crate) fn prepare(&mut self, sample_rate: f32) -> Option<FromChild> {
        let geometry = self.segment.ring.geometry();
        self.say(&ToChild::Prepare {
            sample_rate,
            max_frames: geometry.max_frames(),
            inputs: geometry.inputs(),
            outputs: geometry.outputs(),
        });
        self.hear()
    }

    pub(crate) fn say(&mut self, message: &ToChild) {
        self.say_bytes(&encode(message).unwrap());
    }

    pub(crate) fn say_bytes(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).unwrap();
    }

    /// Receives the child's next message; `None` when it has closed its end.
    pub(crate) fn hear(&mut self) -> Option<FromChild> {
        hear(&mut self.socket, &mut self.decoder)
    }

    pub(crate) fn set(&self, id: &str, value: f32) {
        let index = self.parameters.iter().position(|parameter| parameter.id == id);
        self.segment.parameters.set(index.expect("an announced parameter"), value).unwrap();
    }

    /// The child's process.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child.0)
    }

    /// Sends a block; returns its sequence.
    pub(crate) fn send(&mut self, input: &[&[f32]]) -> u32 {
        let frames = u32::try_from(input.first().map_or(0, |channel| channel.len())).unwrap();
        let header =
            BlockHeader { frames, sample_position: self.position, time: self.time, ..BlockHeader::default() };
        let sequence = self.segment.ring.send(header, input).unwrap();
        self.segment.ring.wake();
        self.position += u64::from(frames);
        sequence
    }

    /// Waits for a reply.
    pub(crate) fn wait(&self) {
        let limit = u64::try_from(LIMIT.as_nanos()).unwrap();
        assert!(self.segment.ring.wait(clock::now_ns() + limit), "no reply within {LIMIT:?}");
    }

    /// Sends a block and takes it back.
    pub(crate) fn exchange(&mut self, input: &[&[f32]]) -> Vec<Vec<f32>> {
        self.send(input);
        self.wait();
        let outputs = self.segment.ring.geometry().outputs();
        let mut output = vec![vec![f32::NAN; input[0].len()]; usize::try_from(outputs).unwrap()];
        let mut channels: Vec<&mut [f32]> = output.iter_mut().map(Vec::as_mut_slice).collect();
        assert!(self.segment.ring.take(&mut channels).is_some());
        output
    }

    /// Waits until the child has ended by itself; returns its status, and what it wrote to stderr.
    pub(crate) fn ended(mut self) -> (ExitStatus, String) {
        self.child.ended()
    }

    /// Closes this end of the socketpair and waits for the child's end.
    pub(crate) fn hang_up(self) -> ExitStatus {
        let Self { socket, mut child, .. } = self;
        drop(socket);
        child.ended().0
    }
}

/// A child that is killed, if necessary, when its test ends.
pub(crate) struct Started(Child);

impl Started {
    /// Waits until the child has ended by itself; returns its status, and what it wrote to stderr.
    pub(crate) fn ended(&mut self) -> (ExitStatus, String) {
        let status = until("the child's end", || self.0.try_wait().unwrap());
        let mut text = String::new();
        self.0.stderr.take().expect("piped").read_to_string(&mut text).unwrap();
        (status, text)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Both fail if it has ended, which is fine.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The command that runs an example without a link.
pub(crate) fn command(example: &str) -> Command {
    // target/<profile>/deps/it-… beside target/<profile>/examples
    let tests = std::env::current_exe().unwrap();
    let path: PathBuf = tests.ancestors().nth(2).unwrap().join("examples").join(example);
    assert!(path.exists(), "{} isn't there: cargo build --examples -p wavecraft-dev-audio", path.display());
    let mut command = Command::new(path);
    // Whether the system grants the class (reported in a line) is the subject of one test only.
    command.env("WAVECRAFT_REALTIME", "off");
    command.env_remove(LINK_VARIABLE).env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts a child with a link to `segment`; returns our end of its socketpair.
pub(crate) fn start(command: &mut Command, abi: u32, segment: BorrowedFd<'_>) -> (UnixStream, Started) {
    /// One child at a time, so that none inherits another's descriptors.
    static SPAWNING: Mutex<()> = Mutex::new(());
    let (ours, theirs) = UnixStream::pair().unwrap();
    ours.set_read_timeout(Some(LIMIT)).unwrap();
    let link = Link { abi, segment: segment.as_raw_fd(), socket: theirs.as_raw_fd() };
    command.env(LINK_VARIABLE, link.to_string());
    let alone = SPAWNING.lock();
    for inherited in [segment, theirs.as_fd()] {
        fcntl_setfd(inherited, FdFlags::empty()).unwrap();
    }
    let child = command.spawn().unwrap();
    for inherited in [segment, theirs.as_fd()] {
        fcntl_setfd(inherited, FdFlags::CLOEXEC).unwrap();
    }
    drop(alone);
    (ours, Started(child))
}

/// Calls `look` until it returns something.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let given_up = Instant::now() + LIMIT;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < given_up, "waited {LIMIT:?} for {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Receives the next message on our end of a socketpair; `None` when the child has closed its end.
pub(crate) fn hear(socket: &mut UnixStream, decoder: &mut Decoder) -> Option<FromChild> {
    let mut bytes = [0; 4096];
    loop {
        if let Some(message) = decoder.next_message().unwrap() {
            return Some(message);
        }
        match socket.read(&mut bytes) {
            Ok(0) => return None,
            Ok(count) => decoder.push(&bytes[..count]),
            // The system doesn't restart a read with a timeout after a signal.
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => panic!("neither a message nor the end: {error}"),
        }
    }
}
