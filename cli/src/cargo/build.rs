//! One build of what is played.

use super::{Target, diagnostics};
use crate::{
    ansi,
    processes::{Line, Processes, Running, guarded_in_background},
    report::{self, From, Report},
    terminal::{Progress, colours_allowed},
};
use anyhow::{Context, bail};
use std::{
    io::{self, IsTerminal},
    path::Path,
    time::{Duration, Instant},
};
use wavecraft_companion_protocol::{control::ProjectProgram, event::Event, session};

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
    target: Target,
    program: Option<ProjectProgram>,
    said: Vec<String>,
    progress: Progress,
}

/// How a build ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// There is a program.
    Built {
        /// Where cargo put it. The next build writes over it.
        program: ProjectProgram,
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
        target: &Target,
        profile: Option<&str>,
        processes: &mut Processes,
        report: &Report,
    ) -> anyhow::Result<Self> {
        let mut command = guarded_in_background(cargo);
        command
            .args(["build", "--message-format=json-render-diagnostics"])
            .args(target.arguments(profile.unwrap_or(PROFILE)))
            .arg("--manifest-path")
            .arg(&target.manifest)
            .args(["--profile", profile.unwrap_or(PROFILE)])
            .current_dir(target.manifest.parent().context("a manifest is in a folder")?);
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
        let target = target.clone();
        Ok(Self { cargo, started: Instant::now(), target, program: None, said: Vec::new(), progress })
    }

    /// Tells what cargo says until it ends. Nothing is lost if the wait is given up.
    ///
    /// # Errors
    /// If cargo can't be read, or worked and named nothing to run.
    pub(crate) async fn outcome(&mut self, report: &Report) -> anyhow::Result<Outcome> {
        loop {
            let line = tokio::select! {
                line = self.cargo.next_line() => line?,
                () = self.progress.turn() => continue,
            };
            match line {
                Some(Line::Out(message)) => {
                    if let Ok(message) = serde_json::from_str(&message)
                        && let Some(program) = self.target.program_in(&message)?
                    {
                        self.program = Some(program);
                    }
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
        let program = self.program.take();
        let program =
            program.with_context(|| format!("cargo built {} and named no file", self.target.name()))?;
        let ms = milliseconds(self.started.elapsed());
        report.event(&Event::Build(session::Build::Ok { ms }));
        Ok(Outcome::Built { program, ms })
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
    target: &Target,
    profile: Option<&str>,
    processes: &mut Processes,
    report: &Report,
) -> anyhow::Result<ProjectProgram> {
    report.say(&format!("Building {} …", target.name()));
    let mut build = Build::start(cargo, target, profile, processes, report)?;
    match build.outcome(report).await? {
        Outcome::Built { program, ms } => {
            report.say(&format!("Built in {}", report::seconds(ms)));
            Ok(program)
        }
        Outcome::Failed { summary, .. } => bail!("{summary}"),
    }
}

/// A line of cargo's progress without the folder of a package of one's own: "Compiling demo v0.1.0".
fn without_place(line: &str) -> String {
    line.split(" (/").next().unwrap_or(line).trim().into()
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
