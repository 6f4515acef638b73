//! A process that reads one program's line tables: `wavecraft-companion --places JOB`. It answers with one line of JSON on standard
//! output, and ends.

use super::reader::{self, Step};
use crate::platform;
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

/// The most time that it may compute, in seconds.
const CPU_SECONDS: u64 = 5;

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    /// The program or library.
    pub file: PathBuf,
    /// As its file counts addresses.
    pub addresses: Vec<u64>,
}

/// What is known.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    /// For each address its functions, innermost first.
    pub frames: Vec<Vec<Step>>,
}

/// Reads and answers.
///
/// # Errors
/// The job can't be read, or the file isn't a program.
pub(crate) fn run(job: &str) -> anyhow::Result<ExitCode> {
    limit();
    let Job { file, addresses } = serde_json::from_str(job)?;
    let frames = reader::read(&file, &addresses).map_err(anyhow::Error::msg)?;
    serde_json::to_writer(io::stdout().lock(), &Answer { frames })?;
    io::stdout().flush()?;
    Ok(ExitCode::SUCCESS)
}

/// A system that doesn't know one of these limits goes without it: the one who asked has a limit in time of its own.
fn limit() {
    let memory = platform::MOST_ADDRESSES_BYTES.map(|most| (Resource::As, most));
    for (resource, most) in memory.into_iter().chain([(Resource::Cpu, CPU_SECONDS), (Resource::Core, 0)]) {
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
}
