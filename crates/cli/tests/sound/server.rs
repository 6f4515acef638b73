//! The test's own sound server: a private bus, PipeWire, and a virtual microphone and loudspeaker.

use crate::{
    place::{Place, Program},
    until,
};
use rustix::process::Signal;
use serde_json::Value;
use std::{
    cell::RefCell,
    fs::{self, DirBuilder, File},
    os::unix::fs::DirBuilderExt,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

/// The sample rate of everything, in Hz.
pub(crate) const RATE: u32 = 48_000;

/// The programs of the server, in the order of their start.
const PROGRAMS: [&str; 3] = ["pipewire", "wireplumber", "pipewire-pulse"];

/// How often the server is started before a test gives up.
pub(crate) const STARTS: usize = 3;

/// How long a server may take to answer.
pub(crate) const ANSWER: Duration = Duration::from_secs(20);

/// Waits for an answer while what is to give it runs, at most [`ANSWER`].
pub(crate) fn answers<T>(mut runs: impl FnMut() -> bool, mut ask: impl FnMut() -> Option<T>) -> bool {
    let end = Instant::now() + ANSWER;
    while ask().is_none() {
        if !runs() || Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

/// A message bus that starts no service by itself.
const BUS: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:path=BUS</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

/// The server. Ended on drop.
pub(crate) struct Server {
    /// In reverse order of their start: fields and elements are dropped from first to last.
    programs: RefCell<Vec<Program>>,
    _bus: Program,
    place: Place,
}

impl Server {
    /// A server with `speaker` and `vmic`, both stereo, as the default devices.
    pub(crate) fn start() -> Self {
        let mut place = Place::new();
        let runtime = place.path("run");
        DirBuilder::new().mode(0o700).create(&runtime).expect("the runtime folder");
        let bus = runtime.join("bus");
        let config = place.path("bus.conf");
        place.set("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", bus.display()));
        place.set("XDG_RUNTIME_DIR", runtime);
        fs::write(&config, BUS.replace("BUS", bus.to_str().expect("text"))).expect("its configuration");
        let mut daemon = place.command("dbus-daemon");
        daemon.arg("--nofork").arg("--config-file").arg(config);
        let daemon = Program::spawn(daemon);
        until("the bus is there", || bus.exists().then_some(()));
        let server = Self { programs: RefCell::default(), _bus: daemon, place };
        server.restart();
        server
    }

    /// Kills the sound server, as if it crashed.
    pub(crate) fn kill(&self) {
        self.programs.borrow_mut().clear();
    }

    /// Starts the sound server, for the first time or again, with its devices.
    pub(crate) fn restart(&self) {
        // One of them has been seen to end, or to answer nobody, at a start on a busy machine.
        let started = (1..=STARTS).any(|start| {
            let started = self.start_programs();
            if let Err(silent) = &started {
                eprintln!("start {start}: {silent} doesn't answer. {}", self.said());
                self.kill();
            }
            started.is_ok()
        });
        assert!(started, "no sound server after {STARTS} starts");

        self.plug(&["sink_name=speaker"]);
        self.plug(&["media.class=Audio/Source/Virtual", "sink_name=vmic"]);
        self.make_default("sink", "speaker");
        self.make_default("source", "vmic");
    }

    /// Starts the server's programs, or names the one that ended or doesn't answer.
    fn start_programs(&self) -> Result<(), &'static str> {
        self.run("pipewire");
        self.answers("pipewire", "pw-cli", &["info", "0"])?;
        self.run("wireplumber");
        self.run("pipewire-pulse");
        self.answers("pipewire-pulse", "pactl", &["info"])
    }

    /// Waits until `program` answers, while all that were started run.
    fn answers(&self, program: &'static str, asking: &str, arguments: &[&str]) -> Result<(), &'static str> {
        let all_run = || self.programs.borrow_mut().iter_mut().all(Program::runs);
        if answers(all_run, || self.ask(asking, arguments)) { Ok(()) } else { Err(program) }
    }

    /// What its programs have printed.
    fn said(&self) -> String {
        let printed =
            |program| fs::read_to_string(self.path(program).with_extension("log")).unwrap_or_default();
        PROGRAMS.map(|program| format!("{program}: {}", printed(program))).join("\n")
    }

    /// Makes a `sink` or `source` the system's default.
    pub(crate) fn make_default(&self, kind: &str, name: &str) {
        until(&format!("{name} is the default"), || {
            self.ask("pactl", &[&format!("set-default-{kind}"), name])?;
            let answer = self.ask("pactl", &[&format!("get-default-{kind}")])?;
            (answer.trim() == name).then_some(())
        });
    }

    /// Halts the sound server, as a machine that is too busy would, and resumes it.
    pub(crate) fn halt(&self, halted: bool) {
        let programs = self.programs.borrow();
        let pipewire = programs.last().expect("it runs");
        pipewire.signal(if halted { Signal::STOP } else { Signal::CONT });
    }

    /// Adds a stereo output, and returns the handle for [`unplug`](Self::unplug).
    pub(crate) fn plug(&self, device: &[&str]) -> String {
        self.plug_wide("stereo", device)
    }

    /// The same with other channels.
    pub(crate) fn plug_wide(&self, map: &str, device: &[&str]) -> String {
        let map = format!("channel_map={map}");
        let arguments = [&["load-module", "module-null-sink", &map], device].concat();
        self.ask("pactl", &arguments).unwrap_or_else(|| panic!("pactl {arguments:?}")).trim().to_owned()
    }

    /// Removes an output by its name.
    pub(crate) fn unplug_output(&self, name: &str) {
        let modules = self.ask("pactl", &["list", "short", "modules"]).expect("a list");
        let named = |line: &&str| line.contains(&format!("sink_name={name}"));
        let module = modules.lines().find(named).and_then(|line| line.split_whitespace().next());
        self.unplug(module.expect("it is plugged"));
    }

    /// Removes a device.
    pub(crate) fn unplug(&self, module: &str) {
        self.ask("pactl", &["unload-module", module]).expect("the device goes");
    }

    /// Adds an input with these channels, in brackets, and further properties, until it is dropped.
    pub(crate) fn plug_microphone(&self, name: &str, channels: &[&str], properties: &str) -> Program {
        let mut loopback = self.command("pw-loopback");
        loopback
            .args(["-n", name, "-c", &channels.len().to_string()])
            .args(["-m", &format!("[ {} ]", channels.join(" "))])
            .arg(format!(
                "--capture-props={{ node.name={name}.in media.class=Stream/Input/Audio node.autoconnect=false }}"
            ))
            .arg(format!(
                "--playback-props={{ node.name={name} node.description={name} media.class=Audio/Source {properties} }}"
            ));
        let loopback = Program::spawn(loopback);
        until(&format!("{name} is there"), || {
            let first = format!("{name}:capture_{}", channels[0]);
            self.ask("pw-link", &["-o"])?.lines().any(|port| port == first).then_some(())
        });
        loopback
    }

    /// Whether there is a stream whose name begins with this.
    pub(crate) fn has_stream(&self, name: &str) -> bool {
        let dump = self.ask("pw-dump", &[]).expect("the server's objects");
        // Changes during the output follow as further arrays.
        let arrays = serde_json::Deserializer::from_str(&dump).into_iter::<Vec<Value>>();
        arrays.flat_map(|array| array.expect("JSON")).any(|object| {
            object["info"]["props"]["media.name"].as_str().is_some_and(|stream| stream.starts_with(name))
        })
    }

    /// Makes every device run at this rate, or with 0 at its own again.
    pub(crate) fn force_rate(&self, rate: u32) {
        self.ask("pw-metadata", &["-n", "settings", "0", "clock.force-rate", &rate.to_string()])
            .expect("it is set");
    }

    /// Plays a sine at −6 dBFS into the default microphone: for three minutes, or until it is dropped.
    pub(crate) fn play_tone_into_the_microphone(&self) -> Program {
        self.play_tone(&["vmic:input_FL", "vmic:input_FR"])
    }

    /// Plays the same into these ports, left and right.
    pub(crate) fn play_tone(&self, ports: &[&str]) -> Program {
        let file = self.path("tone.wav");
        let made = self
            .command("sox")
            .args(["-n", "-r", &RATE.to_string(), "-c", "2", "-b", "24"])
            .arg(&file)
            .args(["synth", "180", "sine", &crate::recording::TONE_HZ.to_string(), "gain", "-6"])
            .status();
        assert!(made.is_ok_and(|status| status.success()), "sox makes a tone");
        let mut player = self.command("pw-play");
        player.arg("--target=0").arg(file);
        let player = Program::spawn(player);
        for (side, port) in ["FL", "FR"].into_iter().zip(ports) {
            let from = format!("pw-play:output_{side}");
            until(&format!("the tone reaches {port}"), || self.ask("pw-link", &[&from, port]));
        }
        player
    }

    /// The folder in which its programs run.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// A program that finds this server and no other environment.
    pub(crate) fn command(&self, program: &str) -> Command {
        self.place.command(program)
    }

    /// A path in this server's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path(name)
    }

    fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
        self.place.ask(program, arguments)
    }

    fn run(&self, program: &str) {
        let mut command = self.command(program);
        command.stderr(File::create(self.path(program).with_extension("log")).expect("its log"));
        self.programs.borrow_mut().insert(0, Program::spawn(command));
    }
}
