//! Everything that can happen to the app, in one closed list. [`crate::app::App::handle`] is the one place that
//! acts on it.

use crate::{
    app::Wish, child::ExitReason, command_link::LinkState, connection::ConnectionId, devices::Wanted,
    login_item::LoginState,
};
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use wavecraft_audio_core::{
    AudioError, AudioEvent, AudioFile, Backend, DeviceList, FileError, Take, WavFile,
};
use wavecraft_companion_protocol::{
    child::FromChild,
    control::{LogStream, SelectDevices},
    rpc::{Call, ErrorObject},
};
use wavecraft_companion_server::{BindError, Server};

/// The name of a session, as the control socket uses it.
pub(crate) type SessionId = String;

/// The sending half of the app's one queue.
///
/// The queue itself has no bound: whoever sends has one, so that none of them can fill it for the others. Each kind of
/// event and what bounds it is in `docs/queues.md`.
pub(crate) type Events = mpsc::UnboundedSender<Event>;

/// What the answer to a request of the control socket travels back on.
pub(crate) type Reply = oneshot::Sender<Result<Value, ErrorObject>>;

/// Names one child among all that a session ever had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChildId {
    /// Whose child.
    pub session: SessionId,
    /// The how-manieth: also the generation of its segment.
    pub generation: u32,
}

/// Something happened.
pub(crate) enum Event {
    /// A connection of the control socket asks for something.
    Request {
        /// Who asks.
        from: ConnectionId,
        /// What.
        call: Call,
        /// Where the answer goes.
        reply: Reply,
    },
    /// A connection of the control socket is open: its notifications go here.
    ConnectionOpened {
        /// Which.
        id: ConnectionId,
        /// Where its notifications go.
        outbox: crate::connection::Outbox,
    },
    /// A connection of the control socket is gone, and its leases with it.
    ConnectionClosed {
        /// Which.
        id: ConnectionId,
        /// Its place among the connections, which is free when the app has heard of this.
        place: Option<Arc<OwnedSemaphorePermit>>,
    },
    /// A session's dev server listens, or can't.
    ServerBound {
        /// Whose.
        session: SessionId,
        /// The server, or why there is none.
        result: Result<Server, BindError>,
    },
    /// The audio streams run, or can't.
    AudioOpened(Result<Box<crate::audio::Opened>, AudioError>),
    /// A session's dev server is closed and its port free.
    ServerClosed(SessionId),
    /// A file that is to be a session's source was read, or can't be.
    FileRead {
        /// Whose.
        session: SessionId,
        /// Which file.
        path: PathBuf,
        /// The sound in memory, or why there is none.
        result: Result<AudioFile, FileError>,
        /// The call that asked for it, unless it was the attach.
        reply: Option<Reply>,
    },
    /// The file for a recording was made, or can't be.
    RecordingFile {
        /// Of which session.
        session: SessionId,
        /// Who wants it, and where.
        wish: Wish,
        /// The file, or a sentence that says why there is none.
        result: Result<WavFile, String>,
    },
    /// A recording's file is whole.
    RecordingEnded {
        /// Of which session.
        session: SessionId,
        /// What is in it.
        take: Take,
        /// Why it ended, where nobody asked for it and it doesn't know itself.
        reason: Option<String>,
        /// The call that asked for the end.
        reply: Option<Reply>,
    },
    /// The audio side noticed something.
    Audio(AudioEvent),
    /// Another output is set up, or can't be.
    OutputPrepared {
        /// What it was to be.
        wanted: Wanted,
        /// The output, silent until the engine moves there.
        result: Result<Box<dyn Backend>, AudioError>,
    },
    /// The system's devices.
    DevicesListed {
        /// All, or why there are none.
        list: Result<DeviceList, AudioError>,
        /// Who asked.
        asked_by: ListedFor,
    },
    /// A child said something on its socketpair.
    ChildSaid {
        /// Which child.
        child: ChildId,
        /// What.
        message: FromChild,
        /// Keeps a talkative child from filling the queue.
        permit: OwnedSemaphorePermit,
    },
    /// A child wrote a line.
    ChildWrote {
        /// Which child.
        child: ChildId,
        /// Where.
        stream: LogStream,
        /// What.
        line: String,
        /// Keeps a talkative child from filling the queue.
        permit: OwnedSemaphorePermit,
    },
    /// A child's socketpair can't be read further.
    ChildHungUp {
        /// Which child.
        child: ChildId,
        /// Why; `None` where it was closed in an orderly way.
        reason: Option<String>,
    },
    /// The system has started a child's process.
    ChildStarted {
        /// Which child.
        child: ChildId,
        /// The process's number.
        pid: rustix::process::Pid,
    },
    /// A child's process can't be started. Nothing else will be heard of it.
    ChildNotStarted {
        /// Which child.
        child: ChildId,
        /// Why.
        error: std::io::Error,
    },
    /// A child's process is gone.
    ChildExited {
        /// Which child.
        child: ChildId,
        /// How.
        reason: ExitReason,
    },
    /// A time that was set for a child has come.
    ChildDeadline {
        /// Which child.
        child: ChildId,
        /// What it was set for.
        what: Deadline,
    },
    /// The pause after a crash is over.
    Respawn(ChildId),
    /// A session's pages asked for something that changes the app's state: the session holds what.
    Page(SessionId),
    /// A command that had builds is gone for a while, or isn't.
    BuildsMayBeAbandoned,
    /// The settings may be written again.
    SettingsDue,
    /// The settings were written, or can't be.
    SettingsWritten(std::io::Result<()>),
    /// The menu may be opened in a moment: what it shows is looked at again, where nobody tells when that changes.
    MenuMayOpen,
    /// A line of the menu was clicked: the one with this key.
    MenuClicked(String),
    /// What a click asked for couldn't be done: why, and what to do.
    MenuTrouble(String),
    /// The person answered the system's question about the microphone.
    MicrophoneAnswered,
    /// How the system has the login item.
    LoginItemIs(LoginState),
    /// How it is with the `wavecraft` command's link.
    CommandLinkIs(LinkState),
    /// A notice on devices was new a moment ago: is it still the one?
    DeviceStillAway(String),
    /// The app was opened while it runs.
    OpenedAgain,
    /// The computer woke up.
    Woke,
    /// The menu's icon was held back for a moment, which is over.
    IconMayChange,
    /// Look at levels, heartbeats and what the audio thread sent back.
    Tick,
    /// Nothing has been attached for a while, since the moment with this number.
    Idle(u64),
    /// End everything.
    Quit,
}

/// Who wants the list of devices.
pub(crate) enum ListedFor {
    /// The app itself: from time to time, or when the menu is to show it.
    Watch,
    /// A call that gets it as its answer.
    Call(Reply),
    /// A call that chooses from it.
    Select(SelectDevices, Reply),
}

/// What a child gets limited time for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deadline {
    /// To be started by the system, from its launch.
    Start,
    /// To say something, from its start, before a person is told that it is waited for.
    FirstWord,
    /// To say something, from its start.
    Hello,
    /// To be heard, from its first word.
    Ready,
    /// To end by itself, from being told to.
    End,
}
