//! One build of `dev-audio`.

use super::{DEV_AUDIO, DevAudio, diagnostics};
use crate::{
    ansi,
    processes::{Line, Processes, Running, guarded_in_background},
    report::{self, From, Report},
    terminal::{Progress, colours_allowed},
};
use anyhow::{Context, bail};
use serde_json::Value;
use std::{
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use wavecraft_companion_protocol::{event::Event, session};

/// A profile of our own: unoptimised DSP misses its deadlines, and an editor that checks the project holds the lock
/// of the usual profile's folder. Given on the command line, so that no project has to define it.
const PROFILE: &str = "wavecraft-dev";
const PROFILE_SETTINGS: [&str; 3] = [
    "profile.wavecraft-dev.inherits=\"dev\"",
    "profile.wavecraft-dev.opt-level=2",
    "profile.wavecraft-dev.debug=\"line-tables-only\"",
];

/// A build that runs.
pub(crate) struct Build {
    cargo: Running,
    started: Instant,
    executable: Option<PathBuf>,
    said: Vec<String>,
    progress: Progress,
}

/// How a build ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// There is a program.
    Built {
        /// Where cargo put it. The next build writes over it.
        executable: PathBuf,
        /// How long it took, in milliseconds.
        ms: u64,
    },
    /// There is none.
    Failed {
        /// Everything that the compiler said, without colours.
        errors: String,
        /// One line of it: the first error and its place.
        summary: String,
    },
}

impl Build {
    /// Starts cargo, in the background of the audio.
    ///
    /// # Errors
    /// If cargo can't be started.
    pub(crate) fn start(
        cargo: &Path,
        dev_audio: &DevAudio,
        profile: Option<&str>,
        processes: &mut Processes,
        report: &Report,
    ) -> anyhow::Result<Self> {
        let mut command = guarded_in_background(cargo);
        command
            .args(["build", "--bin", DEV_AUDIO, "--message-format=json-render-diagnostics"])
            .arg("--manifest-path")
            .arg(&dev_audio.manifest)
            .args(["--profile", profile.unwrap_or(PROFILE)])
            .current_dir(dev_audio.manifest.parent().context("a manifest is in a folder")?);
        if profile.is_none() {
            command.args(PROFILE_SETTINGS.iter().flat_map(|setting| ["--config", setting]));
        }
        if io::stderr().is_terminal() && colours_allowed() {
            command.args(["--color", "always"]);
        }
        report.event(&Event::Build(session::Build::Building));
        let cargo = processes.spawn(&mut command).context("cargo could not be started")?;
        let progress = report.progress();
        progress.say("building");
        Ok(Self { cargo, started: Instant::now(), executable: None, said: Vec::new(), progress })
    }

    /// Tells what cargo says until it ends. Nothing is lost if the wait is given up.
    ///
    /// # Errors
    /// If cargo can't be read, or worked and named no program.
    pub(crate) async fn outcome(&mut self, report: &Report) -> anyhow::Result<Outcome> {
        loop {
            let line = tokio::select! {
                line = self.cargo.next_line() => line?,
                () = self.progress.turn() => continue,
            };
            match line {
                Some(Line::Out(message)) => {
                    self.executable = executable_in(&message).or_else(|| self.executable.take());
                }
                Some(Line::Err(text)) => {
                    let plain = ansi::strip(&text);
                    // Where the line at the bottom tells what cargo does, it isn't told twice.
                    if self.progress.is_shown() && diagnostics::is_progress(&plain) {
                        self.progress.say(&without_place(&plain));
                    } else {
                        report.log(From::Cargo, &text);
                    }
                    self.said.push(plain);
                }
                None => break,
            }
        }
        if !self.cargo.wait().await?.success() {
            let errors = diagnostics::without_progress(&self.said);
            report.event(&Event::Build(session::Build::Failed { errors: errors.clone() }));
            return Ok(Outcome::Failed { summary: diagnostics::summary(&errors), errors });
        }
        let executable = self.executable.take();
        let executable =
            executable.with_context(|| format!("cargo built `{DEV_AUDIO}` and named no executable"))?;
        let ms = milliseconds(self.started.elapsed());
        report.event(&Event::Build(session::Build::Ok { ms }));
        Ok(Outcome::Built { executable, ms })
    }

    /// Ends cargo and the compilers that it runs. Returned is what ends when the last of them has.
    pub(crate) fn cancel(self) -> impl Future<Output = ()> + Send + use<> {
        self.cargo.end()
    }
}

/// Builds once, and tells a person so.
///
/// # Errors
/// There is no program: one line of what the compiler said.
pub(crate) async fn build(
    cargo: &Path,
    dev_audio: &DevAudio,
    profile: Option<&str>,
    processes: &mut Processes,
    report: &Report,
) -> anyhow::Result<PathBuf> {
    report.say("Building dev-audio …");
    let mut build = Build::start(cargo, dev_audio, profile, processes, report)?;
    match build.outcome(report).await? {
        Outcome::Built { executable, ms } => {
            report.say(&format!("Built in {}", report::seconds(ms)));
            Ok(executable)
        }
        Outcome::Failed { summary, .. } => bail!("{summary}"),
    }
}

/// A line of cargo's progress without the folder of a package of one's own: "Compiling demo v0.1.0".
fn without_place(line: &str) -> String {
    line.split(" (/").next().unwrap_or(line).trim().into()
}

/// The program of a compiler-artifact message for our target.
fn executable_in(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let ours = message["reason"] == "compiler-artifact" && message["target"]["name"] == DEV_AUDIO;
    if ours { message["executable"].as_str().map(PathBuf::from) } else { None }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
