//! A job for this program: given as an argument, answered by events on standard output and by the exit code.

use super::tell::tell;
use crate::{executable, platform::Program};
use std::{collections::BTreeMap, path::PathBuf, process::ExitCode};
use tokio::signal::unix::{SignalKind, signal};
use wavecraft_companion_protocol::{
    control::ProjectProgram, event::Event, realtime::WATCH_VARIABLE, take::BAD_JOB,
};

/// The variable that tells the child which class its audio thread gets.
const REALTIME: &str = "WAVECRAFT_REALTIME";
/// The customary exit code of a program that a signal ended.
const INTERRUPTED: u8 = 130;

/// The job requests something impossible: exit code [`BAD_JOB`].
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BadJob(pub String);

/// The program of a job, and where it runs.
pub(crate) struct Facts<'a> {
    pub program: &'a ProjectProgram,
    pub cwd: &'a PathBuf,
    pub env: &'a BTreeMap<String, String>,
}

impl Facts<'_> {
    /// The program as it is started, watching what it does in `process`.
    pub(crate) fn watched_program(&self) -> Program {
        let mut program = self.program();
        program.env.push((WATCH_VARIABLE.into(), "1".into()));
        program
    }

    /// The program as it is started. It works without a pause: in a real-time class it would block the whole system.
    pub(crate) fn program(&self) -> Program {
        let mut env = executable::environment(self.env);
        env.retain(|(name, _)| name != REALTIME);
        env.push((REALTIME.into(), "off".into()));
        Program { runs: self.program.clone(), args: Vec::new(), cwd: self.cwd.clone(), env }
    }
}

/// Waits for the work, or for a signal, which aborts it: what is incomplete is removed, the child's socketpair closes, and
/// so the child ends. Must run within a tokio runtime.
///
/// # Errors
/// The signals can't be watched.
pub(crate) async fn answer_job(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<ExitCode> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let outcome = tokio::select! {
        outcome = work => outcome,
        _ = interrupt.recv() => return Ok(INTERRUPTED.into()),
        _ = terminate.recv() => return Ok(INTERRUPTED.into()),
        _ = hang_up.recv() => return Ok(INTERRUPTED.into()),
    };
    let Err(error) = outcome else { return Ok(ExitCode::SUCCESS) };
    tell(&Event::Error { message: format!("{error:#}") });
    Ok(if error.is::<BadJob>() { BAD_JOB.into() } else { ExitCode::FAILURE })
}
