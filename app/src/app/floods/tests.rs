//! Every entrance is flooded while the app's loop stands still: what waits stays below the sum of the limits, and a
//! call that comes last is answered after at most that many events.

use super::{App, BackendChoice, Event, Options};
use crate::{
    child::{Child, ChildEvent, Launched},
    control::{self, ConnectionId, ControlEvent, Outbox},
    outlet::Outlet,
    platform::Program,
    session::{SessionEvent, SharedWithPages},
    sessions::SessionsEvent,
};
use serde_json::json;
use std::{
    io::Write,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::Duration,
};
use tokio::{
    net::UnixListener,
    sync::{mpsc, oneshot, watch},
    time::{sleep, timeout},
};
use wavecraft_companion_protocol::{
    PROTOCOL_VERSION,
    browser::PageSource,
    control::{GetStatus, ProjectProgram, Status, Welcome},
    method::Method,
    paths::Paths,
    rpc::Call,
    session::{Mode, TestSignal},
    settings::RememberedProject,
};
use wavecraft_companion_server::Host;
use wavecraft_ring::Geometry;

/// Only a test that has failed waits this long.
const LIMIT: Duration = Duration::from_secs(60);
/// The most events of a child: its lines and messages, and the events about its end.
const OF_A_CHILD: usize = 1024 + 64 + 4;
/// The most events of the connections, each of which opens, calls, hangs up and closes.
const OF_CONNECTIONS: usize = 256 * 4;

fn queue() -> (Outlet<Event>, mpsc::UnboundedReceiver<Event>) {
    let (events, inbox) = mpsc::unbounded_channel();
    (Outlet::new(move |event| drop(events.send(event))), inbox)
}

/// What this session shares with its pages.
fn shared(session: &str, events: &Outlet<Event>) -> SharedWithPages {
    let id = session.to_owned();
    let events = events.of(move |event| Event::Sessions(SessionsEvent::Of(id.clone(), event)));
    SharedWithPages::new(session.into(), events, PathBuf::new(), RememberedProject::default())
}

fn app(home: &Path, events: &Outlet<Event>) -> App {
    let home_of = |name: &str| (name == "WAVECRAFT_HOME").then(|| home.as_os_str().to_owned());
    let paths = Paths::linux(home_of).unwrap();
    let welcome = Welcome {
        version: PROTOCOL_VERSION,
        app_version: "0".into(),
        pid: std::process::id(),
        headless: true,
        log: paths.log(),
    };
    let options = Options { exit_when_idle: false, backend: Some(BackendChoice::Virtual) };
    App::new(options, events, &paths, welcome, None)
}

/// A child that only prints.
fn printing(lines: usize, events: Outlet<ChildEvent>) -> Launched {
    let runs = ProjectProgram { executable: "/bin/sh".into(), library: None, loader_path: Vec::new() };
    let text = format!("i=0; while [ $i -lt {lines} ]; do echo line $i; echo line $i >&2; i=$((i+1)); done");
    let program = Program { runs, args: vec!["-c".into(), text], cwd: "/".into(), env: Vec::new() };
    let geometry = Geometry::new(4096, 2, 2).unwrap();
    Child::launch(("flood-1", 1), &program, geometry, events).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_door_lets_in_more_than_its_bound_and_a_call_is_answered_after_as_many_events() {
    let home = tempfile::tempdir().unwrap();
    let (events, mut inbox) = queue();

    // A page: a hundred thousand requests become one event.
    let shared = shared("flood-1", &events);
    for number in 0..25_000 {
        let even = number % 2 == 0;
        shared.set_mute(even).unwrap();
        shared.set_bypass(even).unwrap();
        shared.set_mode(if even { Mode::Direct } else { Mode::Pipelined }).unwrap();
        shared
            .set_source(PageSource::Signal(if even { TestSignal::NOISE } else { TestSignal::TONE }))
            .unwrap();
    }
    assert_eq!(inbox.len(), 1, "a page's requests");

    // A child: it prints to its end though nothing takes its lines.
    let of = |event| Event::Sessions(SessionsEvent::Of("flood-1".into(), SessionEvent::Child(1, event)));
    let child = printing(50_000, events.of(of)).child;
    let ended = async {
        while child.alive().load(Ordering::Acquire) {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LIMIT, ended).await.expect("the child isn't held up");
    assert!(inbox.len() <= 1 + OF_A_CHILD, "a child's lines: {}", inbox.len());

    // The control socket: more connections than allowed, with more calls than are read, that come and go.
    let socket = home.path().join("s");
    let listener = UnixListener::bind(&socket).unwrap();
    let (stop, stopped) = watch::channel(());
    let accepting = tokio::spawn(control::accept(listener, events.of(Event::Control), stopped));
    let calls = format!("{}\n", json!({"jsonrpc": "2.0", "id": 1, "method": "status"})).repeat(20);
    let flood = tokio::task::spawn_blocking(move || {
        let mut kept = Vec::new();
        for number in 0..400 {
            let mut stream = UnixStream::connect(&socket).unwrap();
            stream.write_all(calls.as_bytes()).unwrap();
            // Every other one is closed at once.
            kept.extend((number % 2 == 0).then_some(stream));
        }
        kept
    });
    let kept = timeout(LIMIT, flood).await.expect("the socket's queue takes them").unwrap();
    let bound = 1 + OF_A_CHILD + OF_CONNECTIONS;
    assert!(inbox.len() <= bound, "all doors: {}", inbox.len());

    // A call that comes after all that.
    let (reply, mut answer) = oneshot::channel();
    let from = ConnectionId::of_test();
    let mut app = app(home.path(), &events);
    let outbox = Outbox::default();
    app.companion.cx.clients.open(from, outbox);
    app.companion.cx.clients.greet(from);
    let call = Call { id: None, method: GetStatus::NAME.into(), params: json!({}) };
    events.send(Event::Control(ControlEvent::Called { from, call, reply }));
    drop(kept);
    let mut handled = 0;
    let status = loop {
        let event = timeout(LIMIT, inbox.recv()).await.expect("an event").expect("the queue");
        app.handle(event);
        handled += 1;
        if let Ok(answer) = answer.try_recv() {
            break answer;
        }
    };
    let status: Status = status.read().unwrap().unwrap();
    assert!(status.sessions.is_empty());
    assert!(handled <= bound + 1, "answered after {handled} events");
    drop((stop, app));
    accepting.abort();
}

/// Requests from pages of a project that is gone are ignored.
#[tokio::test]
async fn requests_for_a_project_that_went_are_forgotten() {
    let home = tempfile::tempdir().unwrap();
    let (events, _inbox) = queue();
    let shared = shared("gone-1", &events);
    shared.set_mute(true).unwrap();
    let event = SessionsEvent::Of("gone-1".into(), SessionEvent::PagesAsk);
    app(home.path(), &events).handle(Event::Sessions(event));
}
