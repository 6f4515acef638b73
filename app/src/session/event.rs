//! The events of one session: from its children, its dev server, its files and its pages.

use super::takes::RecordRequest;
use crate::{child::ChildEvent, control::Owed, symbols::Spot};
use std::path::PathBuf;
use wavecraft_audio_core::{AudioFile, FileError, Take, WavFile};
use wavecraft_companion_analysis::survey::Document;
use wavecraft_companion_protocol::{control::SetSource, take::StopRecording};
use wavecraft_companion_server::{BindError, Server};

/// A session's id, as the control socket uses it.
pub(crate) type SessionId = String;

/// The result of a measurement: the document, or why there is none.
pub(crate) type Outcome = Result<Box<Document>, String>;

/// Something happened to a session.
pub(crate) enum SessionEvent {
    /// An event of the child of this generation.
    Child(u32, ChildEvent),
    /// Its dev server listens, or failed to.
    ServerBound(Result<Server, BindError>),
    /// Its dev server is closed and its port free.
    ServerClosed,
    /// The file for a source was read, or reading it failed.
    FileRead {
        path: PathBuf,
        result: Result<AudioFile, FileError>,
        /// The call that asked for it, unless that was the attach.
        reply: Option<Owed<SetSource>>,
        /// The number of the recent file, if a page chose it.
        recent: Option<u64>,
    },
    /// The file for a recording was created, or a sentence says why not.
    RecordingFile { request: RecordRequest, result: Result<WavFile, String> },
    /// A recording's file is complete.
    RecordingEnded {
        take: Take,
        /// Why it ended, if nobody asked for that and the recording doesn't know the reason itself.
        reason: Option<String>,
        /// The call that asked for the end.
        reply: Option<Owed<StopRecording>>,
    },
    /// Places of the child of this generation were looked up, by their numbers.
    Placed { generation: u32, spots: Vec<(u32, Spot)> },
    /// A measurement of a build has ended.
    Measured { number: u32, ticket: u64, outcome: Outcome },
    /// Its pages request a change of its state; the session holds the requests.
    PagesAsk,
}
