//! The parameters of a rendering.

/// The job requests something impossible: exit code [`BAD_JOB`](wavecraft_companion_protocol::take::BAD_JOB).
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct BadJob(pub String);
