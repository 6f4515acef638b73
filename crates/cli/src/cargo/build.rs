//! One build of the target: started, followed, and with the compiler's messages for people and for the page.

use super::{
    advice,
    artifacts::{Artifacts, Script, loader_path},
    target::Target,
};
use crate::{
    ansi,
    places::Told,
    processes::{Line, Processes, Running, guarded, guarded_in_background},
    report::{self, From, Report},
    terminal::Progress,
};
use anyhow::{Context, bail};
use cargo_metadata::Message;
use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};
use wavecraft_companion_protocol::{
    bounded::{BUILD_BYTES, COLOURED_BYTES, PLACES_BYTES, cut},
    control::ProjectProgram,
    event::Event,
    session::{self, Place},
};

/// Our own profile: unoptimised DSP misses its deadlines, and an editor that checks the project holds the lock of the
/// usual profile's folder. Defined on the command line, so that no project has to define it.
const PROFILE: &str = "wavecraft-dev";
const PROFILE_SETTINGS: [&str; 3] = [
    "profile.wavecraft-dev.inherits=\"dev\"",
    "profile.wavecraft-dev.opt-level=2",
    "profile.wavecraft-dev.debug=\"line-tables-only\"",
];

/// The cargo arguments that choose `profile`, or our own.
fn arguments_of_profile(profile: Option<&str>) -> Vec<&str> {
    let mut arguments = vec!["--profile", profile.unwrap_or(PROFILE)];
    if profile.is_none() {
        arguments.extend(PROFILE_SETTINGS.iter().flat_map(|setting| ["--config", setting]));
    }
    arguments
}

/// The most places of one build that are told.
const MOST_PLACES: usize = 64;
/// Ends all colours (ECMA-48, select graphic rendition).
const NO_COLOUR: &str = "\u{1b}[0m";

/// cargo right-aligns its progress verbs ("Compiling") to this column.
const PROGRESS_WIDTH: usize = 12;

/// Has cargo tell how many of its units are done, which it does by itself only on a terminal. The width is that of its bar
/// and its names, which aren't shown.
const TELL_PROGRESS: [&str; 2] = ["term.progress.when=\"always\"", "term.progress.width=60"];

/// LLVM's linker prints this where it can't write, one reason for which is a `%` in the path.
const NO_OUTPUT: &str = "lld: error: cannot open output file";

/// A running build.
pub(crate) struct Build {
    cargo: Running,
    started: Instant,
    target: Target,
    program: Option<ProjectProgram>,
    artifacts: Artifacts,
    /// What cargo wrote, with colours; places are relative to the project's folder.
    said: Vec<String>,
    /// The same without colours, and with the places as the compiler names them.
    named: Vec<String>,
    places: Vec<Place>,
    progress: Progress,
    /// What cargo said last that it does.
    doing: String,
    /// How many of how many units are done, once cargo has told.
    units: Option<(u32, u32)>,
}

/// How a build ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The build produced a program.
    Built {
        /// Where cargo put it. The next build overwrites it.
        program: ProjectProgram,
        /// The artifacts beside it.
        artifacts: Artifacts,
        /// How long it took, in milliseconds.
        ms: u64,
    },
    /// The build produced none.
    Failed {
        /// What the compiler said.
        failure: Failure,
        /// One line of that: the first error and its place.
        summary: String,
        /// The artifacts that were built nevertheless.
        artifacts: Artifacts,
    },
}

/// The compiler's output of a build that failed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// All of it, without colours; places are relative to the project's folder.
    pub(crate) errors: String,
    /// The same with colours.
    coloured: String,
    /// Without colours, and with the places as the compiler names them.
    pub(crate) named: String,
    /// The places in it.
    places: Vec<Place>,
}

impl Failure {
    /// What the pages and programs are told, cut to what a message has room for.
    pub(crate) fn status(&self) -> session::Build {
        // A colour that was cut in two is dropped, and the text behind it isn't coloured.
        let mut room = PLACES_BYTES;
        let fits = |place: &&Place| {
            let needed = serde_json::to_string(place).map_or(PLACES_BYTES, |text| text.len());
            room.checked_sub(needed).inspect(|left| room = *left).is_some()
        };
        let coloured = ansi::keep_colours(&cut(&self.coloured, COLOURED_BYTES)) + NO_COLOUR;
        session::Build::Failed {
            errors: cut(&self.errors, BUILD_BYTES).into_owned(),
            places: self.places.iter().take_while(fits).cloned().collect(),
            coloured: Some(coloured).filter(|_| self.coloured != self.errors),
        }
    }
}

impl Build {
    /// Starts cargo at a lower priority than the audio.
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
        if let Some(outputs) = &target.outputs {
            command.arg("--target-dir").arg(outputs);
        }
        // For the page; where the terminal shows none, they are taken out.
        command.args(["--color", "always"]);
        report.event(&Event::Build(session::Build::Building));
        let progress = report.progress();
        if progress.is_shown() {
            command.args(TELL_PROGRESS.iter().flat_map(|setting| ["--config", setting]));
        }
        let mut cargo = processes.spawn(&mut command).context("cargo could not be started")?;
        if progress.is_shown() {
            cargo.end_errors_at_returns();
        }
        progress.say("building");
        let target = target.clone();
        Ok(Self {
            cargo,
            started: Instant::now(),
            target,
            program: None,
            artifacts: Artifacts::default(),
            said: Vec::new(),
            named: Vec::new(),
            places: Vec::new(),
            progress,
            doing: "building".into(),
            units: None,
        })
    }

    /// Reports cargo's output until it ends. Cancel-safe: no output is lost.
    ///
    /// # Errors
    /// If cargo's output can't be read, or cargo succeeded without naming a program.
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
                        self.note(message)?;
                    }
                }
                // cargo's own bar, of whatever form: it is never a message.
                Some(Line::Err(text)) if text.ends_with('\r') => {
                    self.units = units_in(&ansi::strip(&text)).or(self.units);
                    self.show();
                }
                Some(Line::Err(text)) => {
                    let text = ansi::keep_colours(&text);
                    let plain = ansi::strip(&text);
                    let Told { text, places } = self.target.places.told(&text);
                    // Where the bottom line shows cargo's progress, it isn't printed as well.
                    if self.progress.is_shown() && is_progress(&plain) {
                        self.doing = without_place(&plain);
                        self.show();
                    } else {
                        report.log(From::Cargo, &text);
                    }
                    for place in places {
                        if self.places.len() < MOST_PLACES && !self.places.contains(&place) {
                            self.places.push(place);
                        }
                    }
                    self.said.push(text);
                    self.named.push(plain);
                }
                None => break,
            }
        }
        if !self.cargo.wait().await?.success() {
            if let Some(advice) = advice::on(&self.named.join("\n")) {
                report.log(From::Cargo, advice);
                self.said.push(advice.into());
            }
            let coloured = without_progress(&self.said);
            let failure = Failure {
                errors: ansi::strip(&coloured),
                coloured,
                named: without_progress(&self.named),
                places: std::mem::take(&mut self.places),
            };
            report.event(&Event::Build(failure.status()));
            let summary = summary(&failure.errors);
            return Ok(Outcome::Failed { failure, summary, artifacts: std::mem::take(&mut self.artifacts) });
        }
        let nameless = || format!("cargo built {} and named no file", self.target.name());
        let program = self.program.as_ref().with_context(nameless)?;
        let folder = self.target.manifest.parent().context("a manifest is in a folder")?;
        let loader_path = loader_path(program, &self.artifacts, folder, processes).await?;
        let program = ProjectProgram { loader_path, ..program.clone() };
        let ms = milliseconds(self.started.elapsed());
        report.event(&Event::Build(session::Build::Ok { ms }));
        Ok(Outcome::Built { program, artifacts: std::mem::take(&mut self.artifacts), ms })
    }

    fn show(&self) {
        match self.units {
            Some((done, all)) => self.progress.say(&format!("{} · {done}/{all}", self.doing)),
            None => self.progress.say(&self.doing),
        }
    }

    /// Collects from a message of cargo's what was built.
    fn note(&mut self, message: Message) -> anyhow::Result<()> {
        match message {
            Message::CompilerArtifact(artifact) => {
                if let Some(program) = self.target.program_in(&artifact)? {
                    self.artifacts.dep_info = Some(program.built().with_extension("d"));
                    self.program = Some(program);
                }
                self.artifacts.has_dylibs |= artifact.target.is_dylib();
            }
            Message::BuildScriptExecuted(ran) => self.artifacts.scripts.push(Script::of(ran)),
            _ => {}
        }
        Ok(())
    }

    /// Ends cargo and the compilers that it runs. The returned future completes when the last of them has ended.
    pub(crate) fn cancel(self) -> impl Future<Output = ()> + Send + use<> {
        self.cargo.end()
    }
}

/// Builds once, and reports the build.
///
/// # Errors
/// If there is no program: one line of the compiler's output.
pub(crate) async fn build(
    cargo: &Path,
    target: &Target,
    profile: Option<&str>,
    processes: &mut Processes,
    report: &Report,
) -> anyhow::Result<(ProjectProgram, Artifacts)> {
    report.say(&format!("Building {} …", target.name()));
    let mut build = Build::start(cargo, target, profile, processes, report)?;
    match build.outcome(processes, report).await? {
        Outcome::Built { program, artifacts, ms } => {
            report.say(&format!("Built in {}", report::seconds(ms)));
            Ok((program, artifacts))
        }
        Outcome::Failed { summary, .. } => bail!("{summary}"),
    }
}

/// Makes cargo forget what it built of these packages with this profile, in its own folder. cargo goes by a file's
/// modification time, so it takes a file with other content and an older time for unchanged.
///
/// # Errors
/// If cargo can't be started.
pub(crate) fn forget(
    cargo: &Path,
    packages: &BTreeSet<String>,
    folder: &Path,
    profile: Option<&str>,
    processes: &mut Processes,
) -> anyhow::Result<Running> {
    let mut command = guarded(cargo);
    command.args(["clean", "--quiet"]).args(arguments_of_profile(profile)).current_dir(folder);
    command.args(packages.iter().flat_map(|package| ["--package", package]));
    processes.spawn(&mut command).context("cargo could not be started")
}

/// The lines other than cargo's progress.
fn without_progress(lines: &[String]) -> String {
    let kept: Vec<_> =
        lines.iter().filter(|line| !is_progress(&ansi::strip(line))).map(String::as_str).collect();
    kept.join("\n").trim().to_owned()
}

/// Whether the line is one of cargo's progress lines.
fn is_progress(line: &str) -> bool {
    line.split_at_checked(PROGRESS_WIDTH).is_some_and(|(word, rest)| {
        let word = word.trim_start();
        rest.starts_with(' ')
            && word.starts_with(|char: char| char.is_ascii_uppercase())
            && word.chars().all(|char| char.is_ascii_alphabetic())
    })
}

/// How many of how many units are done: "Building [===>   ] 34/52: a, b".
fn units_in(bar: &str) -> Option<(u32, u32)> {
    let behind = bar.rsplit(']').next()?.trim_start();
    let (done, rest) = behind.split_once('/')?;
    let end = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
    Some((done.parse().ok()?, rest[..end].parse().ok()?))
}

/// The closing line: the first error and its place.
fn summary(errors: &str) -> String {
    let mut lines = errors.lines().skip_while(|line| !line.starts_with("error"));
    let Some(error) = lines.next() else {
        return "the build failed; cargo's own words are above".into();
    };
    let place = lines
        .take_while(|line| !line.starts_with("error"))
        .find_map(|line| line.trim_start().strip_prefix("--> "));
    if errors.lines().any(|line| line.contains(NO_OUTPUT) && line.contains('%')) {
        return "the build failed: rust-lld can't write into a folder with a % in its path: give the project's folder \
                another name, or set CARGO_TARGET_DIR to a folder without"
            .into();
    }
    match place {
        Some(place) => format!("the build failed at {place}: {error}"),
        None => format!("the build failed: {error}"),
    }
}

/// A progress line of cargo's without the folder of a local package: "Compiling demo v0.1.0".
fn without_place(line: &str) -> String {
    line.split(" (/").next().unwrap_or(line).trim().into()
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::bounded::json_bytes;

    const SAID: &str = "   Compiling demo v0.1.0 (/x)\nwarning: unused\n --> src/a.rs:1:1\nerror[E0425]: cannot find \
                        value `y`\n  --> src/lib.rs:3:5\n   |\n3  |     y\n\nerror: could not compile `demo`\n";

    #[test]
    fn the_first_error_and_its_place_are_found() {
        let lines: Vec<_> = SAID.lines().map(str::to_owned).collect();
        let errors = without_progress(&lines);
        assert!(!errors.contains("Compiling") && errors.contains("3  |     y"), "{errors}");
        assert_eq!(
            summary(&errors),
            "the build failed at src/lib.rs:3:5: error[E0425]: cannot find value `y`"
        );
        assert_eq!(summary("error: no such profile"), "the build failed: error: no such profile");
        let linker = "error: linking with `cc` failed\n  = note: rust-lld: error: cannot open output file /a%b/x: No such file";
        assert!(summary(linker).contains("a % in its path"));
        assert!(!summary(&linker.replace('%', "")).contains('%'));
        assert!(summary("killed").contains("above"));
    }

    #[test]
    fn of_a_long_output_no_colour_is_cut_in_two_and_none_is_left_on() {
        let line = "\u{1b}[1m\u{1b}[38;5;9merror\u{1b}[0m: no\n";
        for more in 0..line.len() {
            let coloured = format!("{}{}", "x".repeat(more), line.repeat(20_000));
            let errors = ansi::strip(&coloured);
            let failure = Failure { named: errors.clone(), errors, coloured, places: Vec::new() };
            let session::Build::Failed { errors, coloured, .. } = failure.status() else { panic!("failed") };
            let coloured = coloured.expect("colours");
            assert!(json_bytes(&errors) <= BUILD_BYTES && json_bytes(&coloured) <= COLOURED_BYTES + 10);
            assert!(coloured.contains("more bytes") && coloured.ends_with(NO_COLOUR));
            assert_eq!(ansi::keep_colours(&coloured), coloured);
        }
    }

    #[test]
    fn the_units_are_read_from_the_bar() {
        let bar = "    Building [======>                      ] 34/52: a(build), b[c]";
        assert_eq!(units_in("    Building [=>    ] 34/52: a(build), b         \r"), Some((34, 52)));
        assert_eq!(units_in("    Building [=>    ] 0/4"), Some((0, 4)));
        for other in ["    Building [=>    ] soon", "", "    Updating crates.io index", bar] {
            assert_eq!(units_in(other), None, "{other}");
        }
    }

    #[test]
    fn what_has_no_colours_is_told_once() {
        let plain = || "error: no".to_owned();
        let failure = Failure { errors: plain(), coloured: plain(), named: plain(), places: Vec::new() };
        let session::Build::Failed { coloured, .. } = failure.status() else { panic!("failed") };
        assert_eq!(coloured, None);
    }
}
