//! A companion that follows a script: a thread, or a separate program, that speaks the control socket's protocol and
//! runs real children.

use super::{World, this_test_as_a_program};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};
use wavecraft_companion_protocol::{
    PROTOCOL_VERSION,
    comparison::{Comparison, ComparisonState},
    control::{
        self, Attach, Attached, Detach, GetStatus, Hello, ListDevices, OpenOnce, Reload, SelectDevices,
        SessionStatus, SetTransport, Shutdown, Status, TapTempo, Welcome,
    },
    method::Method,
    microphone::{BAD_CONSENT, ConfirmMicrophone, GetMicrophone},
    rpc::{self, Call, ErrorObject, Id, Incoming, Outcome, Response},
    session::{
        AudioDevices, HeardSound, LateBlocks, Latency, Levels, Load, Probe, SourceName, State, StateChange,
        Stats,
    },
    system::{LoginState, Permission},
    transport::Transport,
};

/// How the companion deviates from a good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// It speaks another protocol version.
    OtherVersion,
    /// After the attach it sends something that isn't a message.
    Garbage,
    /// The child can't be prepared.
    Held,
    /// It dies half a second after the processor is live.
    Dies,
    /// It accepts no port.
    PortTaken,
    /// It never stops sending the child's lines.
    Chatty,
    /// It refuses the first newer program.
    NoReload,
    /// Another connection detaches the project once it is live.
    StoppedElsewhere,
    /// It is already playing another project.
    Shared,
    /// A project asks for the microphone, and its name contains control sequences.
    Asks,
    /// Two projects do.
    AsksTwice,
    /// The system denies it the microphone, whatever the user allows.
    DeniedBySystem,
    /// After each answer about its status, a processor that was too slow is heard again, twelve times; then one panics twice.
    Repeats,
    /// Its lines would move the cursor, rename the window and erase the screen.
    Escapes,
}

/// A companion on a thread of the test.
pub(crate) struct FakeCompanion {
    calls: Arc<Mutex<Vec<(String, Value)>>>,
}

impl FakeCompanion {
    /// Listens in the world's home.
    pub(crate) fn run(world: &World, fault: Fault) -> Self {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let listener = listen(&world.path("home/wavecraft"));
        let heard = Arc::clone(&calls);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let heard = Arc::clone(&heard);
                std::thread::spawn(move || Connection::new(stream, fault, heard).serve());
            }
        });
        Self { calls }
    }

    /// The parameters of the first call of this method, if there was one.
    pub(crate) fn call(&self, method: &str) -> Option<Value> {
        self.calls(method).into_iter().next()
    }

    /// The parameters of all calls of this method.
    pub(crate) fn calls(&self, method: &str) -> Vec<Value> {
        let calls = self.calls.lock().expect("no panic");
        calls.iter().filter(|(name, _)| name == method).map(|(_, params)| params.clone()).collect()
    }
}

impl World {
    /// Adds a companion that can be started: [`as_a_program`].
    pub(crate) fn with_companion(self) -> Self {
        let program = self.path("tools/wavecraft-companion");
        let run = this_test_as_a_program("support::fake_companion::as_a_program");
        let version = "[ \"$1\" = --version ] && exec echo 'wavecraft-companion 7.7.7'";
        let may_run = "[ \"$1\" = --may-run ] && exit 0";
        let lines =
            format!("{version}\n{may_run}\necho \"$@\" > '{}'\n{run}", self.path("companion.args").display());
        self.script("tools/wavecraft-companion", &lines).env("WAVECRAFT_COMPANION", program)
    }
}

/// The companion as a program: it writes its process id, and ends when asked to, or when it has no clients.
#[test]
#[ignore = "other tests run it as the companion"]
fn as_a_program() {
    let home = PathBuf::from(std::env::var_os("WAVECRAFT_HOME").expect("run by World::with_companion"));
    let listener = listen(&home);
    fs::write(home.join("companion.pid"), std::process::id().to_string()).expect("its pid");
    for stream in listener.incoming().map_while(Result::ok) {
        Connection::new(stream, Fault::None, Arc::default()).serve();
    }
}

fn listen(home: &Path) -> UnixListener {
    let run = home.join("run");
    fs::create_dir_all(&run).expect("its folder");
    fs::set_permissions(&run, fs::Permissions::from_mode(0o700)).expect("its mode");
    UnixListener::bind(home.join("run/control.sock")).expect("its socket")
}

struct Connection {
    stream: UnixStream,
    fault: Fault,
    calls: Arc<Mutex<Vec<(String, Value)>>>,
    attached: Option<(Attach, Child)>,
    repeats: u32,
}

impl Connection {
    fn new(stream: UnixStream, fault: Fault, calls: Arc<Mutex<Vec<(String, Value)>>>) -> Self {
        Self { stream, fault, calls, attached: None, repeats: 0 }
    }

    fn serve(mut self) {
        let reader = BufReader::new(self.stream.try_clone().expect("a second handle"));
        for line in reader.lines().map_while(Result::ok) {
            let Incoming::Single(Ok(call)) = rpc::decode(&line) else { panic!("no request: {line}") };
            self.calls.lock().expect("no panic").push((call.method.clone(), call.params.clone()));
            let outcome = self.answer(&call);
            let id = call.id.clone().unwrap_or(Id::Null);
            self.send(&Response::new(id, Outcome::of(outcome)).text());
            match call.method.as_str() {
                Attach::NAME => self.live(),
                Shutdown::NAME => std::process::exit(0),
                GetStatus::NAME if self.fault == Fault::Repeats => self.repeat(),
                _ => {}
            }
            if self.fault == Fault::Dies && call.method == GetStatus::NAME {
                std::thread::sleep(Duration::from_millis(500));
                break;
            }
        }
        self.end_child();
    }

    fn answer(&mut self, call: &Call) -> Result<Value, ErrorObject> {
        match call.method.as_str() {
            Hello::NAME => Ok(rpc::to_value(&welcome(self.fault))),
            Attach::NAME if self.fault == Fault::PortTaken => {
                Err(ErrorObject::new(control::PORT_TAKEN, "port 9000 is taken"))
            }
            Attach::NAME => {
                let attach: Attach = call.params().expect("an attach");
                let child = Command::new(&attach.program.executable)
                    .stdin(Stdio::piped())
                    .spawn()
                    .expect("the child");
                let ws_url = ws_url(&attach);
                self.attached = Some((attach, child));
                let devices = devices();
                Ok(rpc::to_value(&Attached { session: "demo".into(), port: 9000, ws_url, devices }))
            }
            Reload::NAME if self.refuses_reload() => Err(ErrorObject::new(
                control::RELOAD_FAILED,
                "the processor panicked; the processor from before goes on",
            )),
            Reload::NAME => Ok(json!({"swap_ms": 38})),
            GetStatus::NAME => {
                let mut status = rpc::to_value(&self.status());
                if self.fault == Fault::Shared {
                    let sessions = status["sessions"].as_array_mut().expect("a list");
                    sessions.push(json!({"session": "other-1", "name": "other", "project_dir": "/other",
                        "state": "live", "ws_url": "ws://127.0.0.1:9100/", "audio_token": "B".repeat(43),
                        "port": 9100}));
                }
                Ok(status)
            }
            Detach::NAME => {
                let detach: Detach = call.params().expect("a session");
                assert_eq!(detach.session, "demo");
                self.end_child();
                Ok(json!({}))
            }
            GetMicrophone::NAME => Ok(self.microphone("unconfirmed")),
            ConfirmMicrophone::NAME => {
                let confirm: ConfirmMicrophone = call.params().expect("a word");
                let asked = matches!(self.fault, Fault::Asks | Fault::AsksTwice | Fault::DeniedBySystem);
                if confirm.if_asked && !asked {
                    let message = "nothing here waits for a word on the microphone";
                    return Err(ErrorObject::new(BAD_CONSENT, message));
                }
                let denied = self.fault == Fault::DeniedBySystem;
                Ok(self.microphone(if denied { "denied" } else { "allowed" }))
            }
            SetTransport::NAME => {
                let wanted: SetTransport = call.params().expect("a change");
                Ok(rpc::to_value(&time(wanted.change.playing.unwrap_or(true))))
            }
            TapTempo::NAME => Ok(rpc::to_value(&time(true))),
            OpenOnce::NAME => Ok(json!({"url": "http://127.0.0.1:9000/open/a-code"})),
            // The chosen values are returned as requested.
            ListDevices::NAME | SelectDevices::NAME => Ok(json!({"inputs": [], "outputs": [
                {"id": "hw:0", "name": "Loudspeaker", "channels": 2, "sample_rate": 48000, "is_default": true},
                {"id": "hw:1", "name": "Desk", "channels": 8, "sample_rate": 48000, "is_default": false,
                    "sample_rates": [44100, 48000], "buffer_frames": [16, 4096], "transport": "USB"}
            ], "chosen": call.params::<serde_json::Value>().expect("an object")})),
            "stepPreset" => {
                Ok(json!({"name": "Warm", "remarks": ["the project has no parameter `old`: ignored"]}))
            }
            _ => Ok(json!({})),
        }
    }

    /// What a good companion sends after an attach, up to two lines of figures.
    fn live(&mut self) {
        self.state(State::Starting, None);
        match self.fault {
            Fault::Held => return self.state(State::Held, Some("no processor is named")),
            Fault::Garbage => return self.send("%%%"),
            Fault::PortTaken => return,
            _ => {}
        }
        let log = json!({"session": "demo", "stream": "stdout", "line": "hello from the child"});
        self.send(&rpc::notification(control::CHILD_LOG, &log));
        if self.fault == Fault::Escapes {
            let line = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[1;1Hover\u{9b}31m\rwritten\nerror: not ours";
            let log = json!({"session": "demo", "stream": "message", "line": line});
            self.send(&rpc::notification(control::CHILD_LOG, &log));
            self.state(State::Shadow, Some("\u{1b}]52;c;aGk=\u{7}because"));
        }
        self.state(State::Live, None);
        for _ in 0..2 {
            self.send(&rpc::notification(control::STATS, &stats()));
        }
        if self.fault == Fault::Chatty {
            let mut stream = self.stream.try_clone().expect("a second handle");
            let line = rpc::notification(control::CHILD_LOG, &log) + "\n";
            std::thread::spawn(move || {
                while stream.write_all(line.as_bytes()).is_ok() {
                    std::thread::sleep(Duration::from_millis(10));
                }
            });
        }
        if self.fault == Fault::StoppedElsewhere {
            self.end_child();
            self.state(State::Ended, Some("stopped by another terminal"));
        }
    }

    /// The next trouble and its end, which the command asks for the status after.
    fn repeat(&mut self) {
        self.repeats += 1;
        let number = self.repeats;
        match number {
            1..=12 => {
                let text = format!(
                    "Too slow: a block takes {number}.5 ms and may take 5.3. You hear the dry input."
                );
                self.state(State::Bypassed, Some(&text));
            }
            13 | 14 => {
                let words = "the processor panicked at src/lib.rs:3:9: oh no";
                let log = json!({"session": "demo", "stream": "message", "line": words});
                self.send(&rpc::notification(control::CHILD_LOG, &log));
                let reason =
                    format!("T{}. It starts again in {number} ms. You hear the dry input.", &words[1..]);
                self.state(State::Crashed, Some(&reason));
                let notice = json!([{"id": "state", "text": reason}]);
                let mut stats = rpc::to_value(&stats());
                stats["notices"] = notice;
                self.send(&rpc::notification(control::STATS, &stats));
            }
            15 => {
                let devices = AudioDevices {
                    notice: Some("the desk is away; another microphone is used".into()),
                    microphone_notice: Some("another microphone is used".into()),
                    ..devices()
                };
                return self.send(&rpc::notification(control::DEVICES_CHANGED, &devices));
            }
            _ => return,
        }
        self.state(State::Live, None);
    }

    fn status(&mut self) -> Status {
        let sessions = self.attached.as_ref().map(|(attach, child)| SessionStatus {
            session: "demo".into(),
            name: attach.name.clone(),
            project_dir: attach.project_dir.clone(),
            state: State::Live,
            reason: None,
            child_pid: Some(child.id()),
            ws_url: ws_url(attach),
            audio_token: attach.audio_token.clone(),
            port: 9000,
            ui_url: None,
            inspector_url: Some(attach.token.inspector_url(9000)),
            recording: None,
            recorded: None,
            recording_trouble: None,
            stats: None,
        });
        Status {
            omitted: 0,
            companion: welcome(self.fault),
            devices: None,
            microphone: Some(Permission::Denied),
            login_item: Some(LoginState::Enabled),
            sessions: sessions.into_iter().collect(),
        }
    }

    /// The projects that ask, or what they were granted.
    fn microphone(&self, access: &str) -> Value {
        let own = self.attached.as_ref().map(|(attach, _)| attach.project_dir.clone());
        let own = own.unwrap_or_else(|| "/projects/one".into());
        let project = |session: &str, name: &str, folder: &Path| json!({"session": session, "name": name, "project_dir": folder, "access": access});
        let evil = "one\u{1b}]0;owned\u{7}\u{1b}[2J\nallowed";
        let projects = match self.fault {
            Fault::Asks | Fault::DeniedBySystem => vec![project("one-1", evil, &own)],
            Fault::AsksTwice => {
                vec![project("one-1", "one", &own), project("two-1", "two", Path::new("/projects/two"))]
            }
            _ => Vec::new(),
        };
        json!({
            "permission": if self.fault == Fault::DeniedBySystem { "denied" } else { "notNeeded" },
            "projects": projects,
            "remembered": [
                {"project_dir": "/projects/old", "consent": "allowed", "given": {"at": 1_700_000_000, "from": "terminal"}},
                {"project_dir": "/projects/\u{1b}[31modd\nname", "consent": "refused"},
            ],
        })
    }

    fn refuses_reload(&self) -> bool {
        let calls = self.calls.lock().expect("no panic");
        self.fault == Fault::NoReload && calls.iter().filter(|(name, _)| name == Reload::NAME).count() == 1
    }

    fn end_child(&mut self) {
        if let Some((_, mut child)) = self.attached.take() {
            let _ = child.kill();
            child.wait().expect("its end");
        }
    }

    fn state(&mut self, state: State, reason: Option<&str>) {
        let change = StateChange { session: "demo".into(), state, reason: reason.map(str::to_owned) };
        self.send(&rpc::notification(control::SESSION_STATE, &change));
    }

    fn send(&mut self, line: &str) {
        // A command that is gone is noticed when the next line is read.
        let _ = self.stream.write_all(format!("{line}\n").as_bytes());
    }
}

fn ws_url(attach: &Attach) -> String {
    format!("ws://127.0.0.1:9000/p/{}", attach.token.as_str())
}

fn welcome(fault: Fault) -> Welcome {
    let version = if fault == Fault::OtherVersion { PROTOCOL_VERSION + 1 } else { PROTOCOL_VERSION };
    Welcome {
        version,
        app_version: "7.7.7".into(),
        pid: std::process::id(),
        headless: true,
        log: "/somewhere/companion.log".into(),
    }
}

fn devices() -> AudioDevices {
    AudioDevices {
        backend: "virtual".into(),
        sample_rate: 48_000,
        buffer_frames: 256,
        ..AudioDevices::default()
    }
}

fn time(playing: bool) -> Transport {
    Transport {
        playing,
        tempo: 98.5,
        position_frames: 160_000,
        position_beats: 5.47,
        sample_rate: 48_000,
        loop_bars: None,
        reaches: None,
    }
}

fn stats() -> Stats {
    Stats {
        session: "demo".into(),
        state: State::Live,
        blocks: 10,
        late_blocks: LateBlocks { not_scheduled: 1, too_slow: 2, ..LateBlocks::default() },
        nonfinite: 0,
        xruns: 4,
        load: 0.25,
        load_max: 0.5,
        input: Levels { peak: [0.5; 2], rms: [0.5; 2] },
        output: Levels { peak: [0.4; 2], rms: [0.3, 0.4] },
        latency: Latency { pipeline: 480, ..Latency::default() },
        devices: devices(),
        source: SourceName::Tone,
        heard: HeardSound::Processed,
        processor_load: Load { average: 0.125, max: 0.5, p99: 0.25, last_second: 0.25 },
        bypassed: false,
        probes: vec![Probe {
            name: "gain_reduction".into(),
            processor: Some("saturator".into()),
            last: Some(-3.0),
            least: Some(-6.5),
            greatest: Some(0.0),
            not_finite: 0,
        }],
        comparison: Some(Comparison {
            state: ComparisonState::Kept,
            after: Some(2),
            before: Some(1),
            builds: vec![1],
            ..Comparison::default()
        }),
        ..Stats::default()
    }
}
