//! This program's own commands, run for an agent as a person would run them.

use super::call::Call;
use crate::{
    ansi, companion,
    processes::{Line, Processes, guarded},
    project::Project,
};
use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{
    sync::{Mutex, Semaphore, watch},
    time::{Instant, interval_at, sleep_until},
};
use wavecraft_companion_protocol::paths::Paths;

/// The most bytes of standard output that are kept: a whole document of the longest kind is a fraction of it.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// What is kept of standard error: the last lines, and of each so many letters.
const MOST_LINES: usize = 120;
const MOST_LETTERS: usize = 500;
/// How often a silent command is reported on.
const REPORTED_EVERY: Duration = Duration::from_secs(5);

/// What a command said.
#[derive(Debug)]
pub(super) struct Said {
    /// Its exit code.
    pub(super) code: Option<i32>,
    /// Its standard output.
    pub(super) out: String,
    /// The last lines of its standard error.
    err: VecDeque<String>,
}

impl Said {
    /// Why it failed: what it said last.
    pub(super) fn failure(&self) -> String {
        let lines: Vec<&str> = self.err.iter().map(String::as_str).collect();
        let text = lines.join("\n");
        let text = text.trim();
        if text.is_empty() { "the command failed, and said nothing".into() } else { text.into() }
    }

    fn error_line(&mut self, line: &str) {
        if self.err.len() == MOST_LINES {
            self.err.pop_front();
        }
        self.err.push_back(ansi::strip(line).chars().take(MOST_LETTERS).collect());
    }
}

/// The commands that an agent's calls run, and where.
pub(super) struct Commands {
    folder: PathBuf,
    limit: Duration,
    processes: Mutex<Processes>,
    hurry: watch::Sender<bool>,
    /// Had by the one call that builds: the others wait in their order.
    building: Semaphore,
}

impl Commands {
    /// Commands in this folder, each of which may take so long.
    pub(super) fn new(folder: PathBuf, limit: Duration) -> Self {
        let processes = Processes::new();
        let hurry = processes.hurry();
        Self { folder, limit, processes: Mutex::new(processes), hurry, building: Semaphore::new(1) }
    }

    /// The folder of the project around the commands' own, as it is now.
    ///
    /// # Errors
    /// For the agent: there is none.
    pub(super) fn project(&self) -> Result<PathBuf, String> {
        Project::find(&self.folder).map(|project| project.folder).map_err(|error| format!("{error:#}"))
    }

    /// Where the companion and the starts keep their files.
    ///
    /// # Errors
    /// For the agent: the environment doesn't say.
    pub(super) fn paths(&self) -> Result<Paths, String> {
        companion::paths().map_err(|error| format!("{error:#}"))
    }

    /// Runs `wavecraft` with these words when no other call's command runs, until its end or that of the call.
    ///
    /// # Errors
    /// As [`run_beside`](Self::run_beside).
    pub(super) async fn run(&self, words: &[String], call: &mut Call) -> Result<Said, String> {
        let turn = tokio::select! {
            turn = self.building.acquire() => turn,
            () = call.unwanted() => return Err("the call was taken back before its turn".into()),
        };
        let _turn = turn.map_err(|error| error.to_string())?;
        self.run_beside(words, call).await
    }

    /// Runs it at once, beside others: for one that builds nothing.
    ///
    /// # Errors
    /// For the agent: it can't be run, took too long, said too much, or is wanted no more.
    pub(super) async fn run_beside(&self, words: &[String], call: &mut Call) -> Result<Said, String> {
        let name = words.first().map(String::as_str).unwrap_or_default();
        let own = std::env::current_exe()
            .map_err(|error| format!("this program's own place can't be told: {error}"))?;
        let began = Instant::now();
        let running = self.processes.lock().await.spawn(command(&own, words).current_dir(&self.folder));
        let mut running = running.map_err(|error| format!("this program can't be run again: {error}"))?;
        let mut said = Said { code: None, out: String::new(), err: VecDeque::new() };
        let mut reports = interval_at(began + REPORTED_EVERY, REPORTED_EVERY);
        let wrong = loop {
            tokio::select! {
                line = running.next_line() => match line {
                    Ok(Some(Line::Out(line))) => {
                        if said.out.len() + line.len() > MOST_BYTES {
                            break format!("`wavecraft {name}` printed more than {MOST_BYTES} bytes");
                        }
                        said.out.push_str(&line);
                        said.out.push('\n');
                    }
                    Ok(Some(Line::Err(line))) => {
                        said.error_line(&line);
                        call.report(ansi::line(&line).trim()).await;
                    }
                    Ok(None) => {
                        let status = running.wait().await.map_err(|error| format!("`wavecraft {name}`: {error}"))?;
                        said.code = status.code();
                        return Ok(said);
                    }
                    Err(error) => break format!("`wavecraft {name}` can't be read: {error}"),
                },
                () = call.unwanted() => break format!("`wavecraft {name}` was ended: the call was taken back, or the client is gone"),
                () = sleep_until(began + self.limit) => {
                    break format!(
                        "`wavecraft {name}` did not end within {} s, and was ended. Does something in the build or in the processor \
                         wait? `wavecraft mcp --limit` sets the time. It said last:\n{}",
                        self.limit.as_secs(),
                        said.failure()
                    );
                }
                _ = reports.tick() => call.report(&format!("{name}: {} s", began.elapsed().as_secs())).await,
            }
        };
        // The next call begins when nothing of this one is left.
        running.end().await;
        Err(wrong)
    }

    /// Waits until nothing is left of them. Every call must have ended.
    pub(super) async fn finish(&self) {
        self.processes.lock().await.end().await;
    }

    /// Ends without grace what is left.
    pub(super) fn hurry(&self) {
        self.hurry.send_replace(true);
    }
}

fn command(own: &Path, words: &[String]) -> tokio::process::Command {
    let mut command = guarded(own);
    command.args(words).env("NO_COLOR", "1").env("CARGO_TERM_COLOR", "never");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_a_command_says_the_end_is_kept_without_colours() {
        let mut said = Said { code: Some(1), out: String::new(), err: VecDeque::new() };
        assert!(said.failure().contains("said nothing"));
        (0..200).for_each(|number| said.error_line(&format!("\u{1b}[31mline {number}\u{1b}[0m")));
        said.error_line(&"x".repeat(2_000));
        let failure = said.failure();
        assert!(
            failure.starts_with("line 81\n") && failure.ends_with(&format!("\n{}", "x".repeat(500))),
            "{failure}"
        );
    }
}
