//! What a rendering is asked for.

/// The job asks for something that can't be: exit code [`BAD_JOB`].
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct BadJob(pub String);
