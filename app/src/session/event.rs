//! What is heard of one session: of its children, its dev server, its files and its pages.

use super::takes::RecordRequest;
use crate::{child::ChildEvent, control::Owed};
use std::path::PathBuf;
use wavecraft_audio_core::{AudioFile, FileError, Take, WavFile};
use wavecraft_companion_protocol::{control::SetSource, take::StopRecording};
use wavecraft_companion_server::{BindError, Server};

/// The name of a session, as the control socket uses it.
pub(crate) type SessionId = String;

/// Something happened to a session.
pub(crate) enum SessionEvent {
    /// To the child of this generation.
    Child(u32, ChildEvent),
    /// Its dev server listens, or can't.
    ServerBound(Result<Server, BindError>),
    /// Its dev server is closed and its port free.
    ServerClosed,
    /// A file that is to be its source was read, or can't be.
    FileRead {
        path: PathBuf,
        result: Result<AudioFile, FileError>,
        /// The call that asked for it, unless it was the attach.
        reply: Option<Owed<SetSource>>,
    },
    /// The file for a recording was made, or can't be: a sentence says why.
    RecordingFile { request: RecordRequest, result: Result<WavFile, String> },
    /// A recording's file is whole.
    RecordingEnded {
        take: Take,
        /// Why it ended, where nobody asked for it and it doesn't know itself.
        reason: Option<String>,
        /// The call that asked for the end.
        reply: Option<Owed<StopRecording>>,
    },
    /// Its pages ask for something that changes its state: the session holds what.
    PagesAsk,
}
