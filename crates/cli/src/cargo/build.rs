//! One build of what is played.

use super::{Target, diagnostics, libraries};
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
use wavecraft_companion_protocol::{control::ProjectProgram, event::Event, session};

/// A profile of our own: unoptimised DSP misses its deadlines, and an editor that checks the project holds the lock
/// of the usual profile's folder. Given on the command line, so that no project has to define it.
const PROFILE: &str = "wavecraft-dev";
const PROFILE_SETTINGS: [&str; 3] = [
    "profile.wavecraft-dev.inherits=\"dev\"",
    "profile.wavecraft-dev.opt-level=2",
    "profile.wavecraft-dev.debug=\"line-tables-only\"",
];

/// What chooses `profile` on cargo's command line, or our own.
pub(super) fn arguments_of_profile(profile: Option<&str>) -> Vec<&str> {
    let mut arguments = vec!["--profile", profile.unwrap_or(PROFILE)];
    if profile.is_none() {
        arguments.extend(PROFILE_SETTINGS.iter().flat_map(|setting| ["--config", setting]));
    }
    arguments
}

/// A build that runs.
pub(crate) struct Build {
    cargo: Running,
    started: Instant,
    target: Target,
    program: Option<ProjectProgram>,
    made: Made,
    said: Vec<String>,
    progress: Progress,
}

/// What a build left in cargo's folder beside the program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Made {
    /// Names the files that were read.
    pub(crate) dep_info: Option<PathBuf>,
    /// The build scripts that ran, or would have if anything had changed.
    pub(crate) scripts: Vec<Script>,
    /// Is a crate of it a shared library?
    pub(crate) has_dylibs: bool,
}

/// What came of a build script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Script {
    /// Its package, as cargo calls it.
    pub(crate) package: String,
    /// Where it wrote. What it said is beside it.
    pub(crate) out_dir: PathBuf,
    /// Where it says that libraries are.
    pub(crate) linked: Vec<PathBuf>,
}

/// How a build ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// There is a program.
    Built {
        /// Where cargo put it. The next build writes over it.
        program: ProjectProgram,
        /// What else it left.
        made: Made,
        /// How long it took, in milliseconds.
        ms: u64,
    },
    /// There is none.
    Failed {
        /// Everything that the compiler said, without colours.
        errors: String,
        /// One line of it: the first error and its place.
        summary: String,
        /// What it left all the same.
        made: Made,
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
            .args(arguments_of_profile(profile))
            .current_dir(target.manifest.parent().context("a manifest is in a folder")?);
        if io::stderr().is_terminal() && colours_allowed() {
            command.args(["--color", "always"]);
        }
        report.event(&Event::Build(session::Build::Building));
        let cargo = processes.spawn(&mut command).context("cargo could not be started")?;
        let progress = report.progress();
        progress.say("building");
        let target = target.clone();
        Ok(Self {
            cargo,
            started: Instant::now(),
            target,
            program: None,
            made: Made::default(),
            said: Vec::new(),
            progress,
        })
    }

    /// Tells what cargo says until it ends. Nothing is lost if the wait is given up.
    ///
    /// # Errors
    /// If cargo can't be read, or worked and named nothing to run.
    pub(crate) async fn outcome(
        &mut self,
        processes: &mut Processes,
        report: &Report,
    ) -> anyhow::Result<Outcome> {
        loop {
            let line = tokio::select! {
                line = self.cargo.next_line() => line?,
                () = self.progress.turn() => continue,
            };
            match line {
                Some(Line::Out(message)) => {
                    if let Ok(message) = serde_json::from_str(&message) {
                        self.note(&message)?;
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
            return Ok(Outcome::Failed {
                summary: diagnostics::summary(&errors),
                errors,
                made: std::mem::take(&mut self.made),
            });
        }
        let nameless = || format!("cargo built {} and named no file", self.target.name());
        let program = self.program.as_ref().with_context(nameless)?;
        let folder = self.target.manifest.parent().context("a manifest is in a folder")?;
        let loader_path = libraries::loader_path(program, &self.made, folder, processes).await?;
        let program = ProjectProgram { loader_path, ..program.clone() };
        let ms = milliseconds(self.started.elapsed());
        report.event(&Event::Build(session::Build::Ok { ms }));
        Ok(Outcome::Built { program, made: std::mem::take(&mut self.made), ms })
    }

    /// A message of cargo's.
    fn note(&mut self, message: &Value) -> anyhow::Result<()> {
        if let Some(program) = self.target.program_in(message)? {
            self.made.dep_info = Some(program.built().with_extension("d"));
            self.program = Some(program);
        }
        let kinds = message["target"]["kind"].as_array().into_iter().flatten();
        self.made.has_dylibs |=
            message["reason"] == "compiler-artifact" && { kinds }.any(|kind| kind == "dylib");
        if message["reason"] == "build-script-executed" {
            self.made.scripts.extend(Script::of(message));
        }
        Ok(())
    }

    /// Ends cargo and the compilers that it runs. Returned is what ends when the last of them has.
    pub(crate) fn cancel(self) -> impl Future<Output = ()> + Send + use<> {
        self.cargo.end()
    }
}

impl Script {
    fn of(message: &Value) -> Option<Self> {
        let linked = message["linked_paths"].as_array().into_iter().flatten().filter_map(Value::as_str);
        // A kind may be before it, as in `native=/there`; a script may also ask for the kinds that programs don't load.
        let path = |text: &str| PathBuf::from(text.split_once('=').map_or(text, |(_, path)| path));
        Some(Self {
            package: message["package_id"].as_str()?.into(),
            out_dir: message["out_dir"].as_str()?.into(),
            linked: linked.map(path).collect(),
        })
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
) -> anyhow::Result<(ProjectProgram, Made)> {
    report.say(&format!("Building {} …", target.name()));
    let mut build = Build::start(cargo, target, profile, processes, report)?;
    match build.outcome(processes, report).await? {
        Outcome::Built { program, made, ms } => {
            report.say(&format!("Built in {}", report::seconds(ms)));
            Ok((program, made))
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
