//! What `render`, `measure` and `compare` share: the project is built as `start` builds it, and the companion's program does the rest,
//! in a separate process that is independent of a running companion.

use crate::{
    builds::Builds,
    bundle::{
        build::Made,
        library::{self, Wanted},
    },
    cargo, companion,
    failure::{INTERRUPTED, SUCCESS, Usage},
    lines::LastLines,
    numbers::absolute_text,
    plugin_host,
    processes::{Line, Processes, guarded},
    project::Project,
    report::{From, Report},
    signals::Signals,
    terminal::Progress,
};
use anyhow::{Context, anyhow, bail};
use serde::Serialize;
use std::path::{Path, PathBuf};
use wavecraft_companion_presets::{Folder, Name};
use wavecraft_companion_protocol::{
    control::ProjectProgram,
    event::Event,
    take::{BAD_JOB, JobPreset, check_name, check_place},
};

/// Does the work until it is done or a signal comes, and ends what it started. Returns the exit code.
///
/// # Errors
/// The work's, which was reported.
pub(crate) async fn run(
    report: &Report,
    processes: &mut Processes,
    work: impl AsyncFnOnce(&Report, &mut Processes) -> anyhow::Result<()>,
) -> anyhow::Result<i32> {
    let mut signals = Signals::take().context("the system's signals can't be watched")?;
    let outcome = tokio::select! {
        outcome = work(report, processes) => outcome.map(|()| SUCCESS),
        () = signals.next() => Ok(INTERRUPTED),
    };
    let hurry = processes.hurry();
    let mut ending = std::pin::pin!(processes.end());
    let orphans = loop {
        tokio::select! {
            left = &mut ending => break left,
            // On a second signal the grace ends.
            () = signals.next() => drop(hurry.send_replace(true)),
        }
    };
    if let Err(error) = &outcome {
        report.failure(&format!("{error:#}"));
    }
    report.event(&Event::Stopped { orphans });
    outcome
}

/// A project that was built. What was built is kept as long as this.
pub(crate) struct BuiltProject {
    pub(crate) name: String,
    pub(crate) program: ProjectProgram,
    pub(crate) cwd: PathBuf,
    _builds: Builds,
}

impl BuiltProject {
    /// Keeps a copy of what was built.
    ///
    /// # Errors
    /// It can't be copied.
    pub(crate) fn keep(name: String, built: &ProjectProgram, cwd: PathBuf) -> anyhow::Result<Self> {
        let mut builds = Builds::create(&companion::paths()?.builds_dir)?;
        let program = builds.keep(built)?;
        Ok(Self { name, program, cwd, _builds: builds })
    }
}

/// Builds the project of the current folder.
///
/// # Errors
/// There is none, or it doesn't build.
pub(crate) async fn build(
    profile: Option<&str>,
    report: &Report,
    processes: &mut Processes,
) -> anyhow::Result<BuiltProject> {
    let project = Project::find(&std::env::current_dir().context("the current folder is gone")?)?;
    build_project(&project, None, profile, report, processes).await
}

/// Builds the project of the current folder, or its plugin for DAWs.
///
/// # Errors
/// There is none, or it doesn't build.
pub(crate) async fn build_either(
    plugin: bool,
    profile: Option<&str>,
    report: &Report,
    processes: &mut Processes,
) -> anyhow::Result<BuiltProject> {
    if !plugin {
        return build(profile, report, processes).await;
    }
    let project = Project::find(&std::env::current_dir().context("the current folder is gone")?)?;
    build_plugin(&project, profile, report)
}

/// Builds the plugin as `wavecraft bundle` does, to be run by the plugin host.
///
/// # Errors
/// There is none in the project, or it doesn't build.
pub(crate) fn build_plugin(
    project: &Project,
    profile: Option<&str>,
    report: &Report,
) -> anyhow::Result<BuiltProject> {
    library::is_there(project)?;
    let executable = plugin_host::find()?;
    let profile = profile.unwrap_or(library::PROFILE);
    let wanted = Wanted { profile, targets: &[], page: true, audio_unit: false };
    let Made { libraries, name, .. } = library::made(project, &wanted, report)?;
    let program =
        ProjectProgram { executable, library: libraries.into_iter().next(), loader_path: Vec::new() };
    BuiltProject::keep(name, &program, project.engine())
}

/// Builds a project: into `outputs` if that is named, else where cargo builds it.
///
/// # Errors
/// It doesn't build.
pub(crate) async fn build_project(
    project: &Project,
    outputs: Option<&Path>,
    profile: Option<&str>,
    report: &Report,
    processes: &mut Processes,
) -> anyhow::Result<BuiltProject> {
    let cargo = cargo::program()?;
    let mut target = cargo::find_target(&cargo, project, processes).await?;
    target.outputs = outputs.map(Path::to_owned);
    let profile = profile.or(project.defaults.profile.as_deref());
    let (built, _) = cargo::build(&cargo, &target, profile, processes, report).await?;
    BuiltProject::keep(target.package, &built, project.engine())
}

/// A WAV file to make, as an absolute path in an existing folder. Checked now rather than after the build.
///
/// # Errors
/// There is something that isn't replaced, no such folder, or a name of another format.
pub(crate) fn new_file(given: &Path, force: bool) -> anyhow::Result<PathBuf> {
    let file = absolute_text(given)?;
    check_name(&file).map_err(Usage)?;
    if let Ok(there) = file.metadata() {
        check_place(&file, there.file_type()).map_err(Usage)?;
    }
    free_place(file, force)
}

/// A file's place, if nothing is there or it is to be replaced, in an existing folder. The path is absolute.
///
/// # Errors
/// There is something that isn't replaced, or no such folder.
pub(crate) fn free_place(file: PathBuf, force: bool) -> anyhow::Result<PathBuf> {
    if !force && file.symlink_metadata().is_ok() {
        let message = "is there already: choose another name, or replace it with --force";
        bail!(Usage(format!("{} {message}", file.display())));
    }
    match file.parent() {
        Some(folder) if folder.is_dir() => Ok(file),
        Some(folder) => bail!("there is no folder {}: make it first, or choose another", folder.display()),
        None => bail!(Usage(format!("{} is no file", file.display()))),
    }
}

/// Has the companion's program do a job, named by its flag. What it reports is passed on, and other events are handed to
/// `each`.
///
/// # Errors
/// It fails, with its words.
pub(crate) async fn companion_does(
    flag: &str,
    job: &impl Serialize,
    report: &Report,
    processes: &mut Processes,
    mut each: impl FnMut(Event),
) -> anyhow::Result<()> {
    let job =
        serde_json::to_string(job).context("the project's path isn't text: give its folders other names")?;
    let program = companion::program()?;
    let mut command = guarded(&program);
    command.arg(flag).arg(job);
    let mut running =
        processes.spawn(&mut command).with_context(|| format!("{} can't be run", program.display()))?;
    let mut failure = None;
    let mut said = LastLines::default();
    while let Some(line) = running.next_line().await? {
        let event = match &line {
            Line::Out(text) => serde_json::from_str(text).ok(),
            Line::Err(_) => None,
        };
        match (event, line) {
            (Some(Event::Error { message }), _) => failure = Some(message),
            (Some(Event::Log { from, line }), _) if from == "child" => report.log(From::Child, &line),
            (Some(Event::Log { line, .. }), _) => report.log(From::Companion, &line),
            (Some(event), _) => each(event),
            (None, Line::Out(text) | Line::Err(text)) => said.push(text),
        }
    }
    let status = running.wait().await?;
    match (status.success(), failure) {
        (true, _) => Ok(()),
        (false, Some(message)) if status.code() == Some(BAD_JOB.into()) => bail!(Usage(message)),
        (false, Some(message)) => Err(anyhow!(message)),
        (false, None) => bail!("the companion's program failed ({status}). It said:{said}"),
    }
}

/// Has it do a job that has one answer, which `pick` finds among the events. Meanwhile the terminal says what is being done.
///
/// # Errors
/// It fails, with its words, or gives no answer.
pub(crate) async fn companion_answers<T>(
    flag: &str,
    doing: &str,
    job: &impl Serialize,
    report: &Report,
    processes: &mut Processes,
    mut pick: impl FnMut(Event, &Progress) -> Option<T>,
) -> anyhow::Result<T> {
    let progress = report.progress();
    progress.say(doing);
    let mut answer = None;
    let outcome = companion_does(flag, job, report, processes, |event| {
        answer = pick(event, &progress).or(answer.take());
    });
    let outcome = outcome.await;
    drop(progress);
    outcome?;
    answer.context("the companion's program said nothing")
}

/// `--preset NAME`: one of this folder's project. Read now rather than after the build.
///
/// # Errors
/// There is none of this name, or it can't be used.
pub(crate) fn preset(name: Option<&str>) -> anyhow::Result<Option<JobPreset>> {
    let Some(name) = name else { return Ok(None) };
    let project = Project::find(&std::env::current_dir().context("the current folder is gone")?)?;
    let name = Name::new(name).map_err(|bad| Usage(bad.to_string()))?;
    let (name, preset) = Folder::of(&project.folder).read(&name).map_err(|error| Usage(error.to_string()))?;
    Ok(Some(JobPreset { name: name.to_string(), values: preset.values }))
}

/// `--set ID=VALUE`.
pub(crate) fn assignment(text: &str) -> Result<(String, String), String> {
    let (id, value) = text.split_once('=').ok_or("write it as ID=VALUE")?;
    Ok((id.trim().to_owned(), value.trim().to_owned()))
}
