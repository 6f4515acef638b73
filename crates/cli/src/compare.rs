//! `wavecraft compare`: what two builds, recordings or documents differ by.

mod documents;
mod git;
mod lost;
mod outcome;
mod screen;
mod side;
mod worktrees;

use crate::{
    cargo, companion,
    failure::{FAILED, SUCCESS, Usage},
    numbers::{self, absolute_text},
    offline::{self, BuiltProject, assignment},
    output::out,
    processes::Processes,
    project::{Defaults, Project},
    render,
    report::{Report, json_line},
};
use anyhow::{Context, bail};
use git::{Repository, Revision};
use outcome::Outcome;
use side::Side;
use std::path::{Path, PathBuf};
use wavecraft_companion_analysis::{
    DEFAULT_LEVEL_DBFS, Pair,
    survey::{Depth, Document, Plan},
};
use wavecraft_companion_protocol::{
    event::Event,
    session::Source,
    take::{CompareJob, Compared, ComparedSide},
};
use worktrees::Worktrees;

/// The rate of test signals unless another is asked for, in Hz.
const RATE_HZ: u32 = 48_000;
/// Frames that a processor gets at once unless told otherwise.
const BLOCK_FRAMES: u32 = 512;

/// What `wavecraft compare` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct CompareArgs {
    /// The one before: a git revision, a document of `wavecraft measure --json`, or a sound (WAV, FLAC, MP3, Ogg Vorbis)
    #[arg(value_name = "A")]
    before: String,
    /// The one now, in the same way [default: the project as it is now]
    #[arg(value_name = "B")]
    after: Option<String>,
    /// Play this sound through both, in place of test signals
    #[arg(short, long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Set a parameter of both: a number, `on`, `off`, or a choice's name
    #[arg(long, value_name = "ID=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// Begin with the values of this preset, which lies in the project's folder presets; `--set` goes over it
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// They are the same if no sample differs by more than so many dB, relative to the loudest: −80 [default: by nothing, or no
    /// more than two runs of one build]
    #[arg(long, value_name = "DB", allow_negative_numbers = true, value_parser = numbers::tolerance_db)]
    tolerance: Option<f64>,
    /// Write the place where they differ most: before, after, and the difference, 2 s each
    #[arg(long, value_name = "FILE.wav")]
    difference: Option<PathBuf>,
    /// Replace the file of the difference if it is there
    #[arg(long, requires = "difference")]
    force: bool,
    /// Measure everything of both, as `measure --full`
    #[arg(long)]
    full: bool,
    /// Sample rate of the test signals, 8000 to 384000 [default: 48000]
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u32).range(8_000..=384_000))]
    rate: Option<u32>,
    /// Peak level of the test signals, −120 to 0 [default: −20]
    #[arg(long, value_name = "DBFS", allow_negative_numbers = true, value_parser = numbers::level_dbfs)]
    level: Option<f64>,
    /// Frames that the processor gets at once, 1 to 4096 [default: 512]
    #[arg(long, value_name = "FRAMES", value_parser = clap::value_parser!(u32).range(1..=4096))]
    block_size: Option<u32>,
    /// Play one channel instead of two
    #[arg(long)]
    mono: bool,
    /// The cargo profile to build with [default: an optimised development profile]
    #[arg(long, env = "WAVECRAFT_PROFILE", value_name = "NAME")]
    profile: Option<String>,
    /// Print what was found as JSON, for programs
    #[arg(long)]
    json: bool,
}

impl CompareArgs {
    fn plan(&self) -> anyhow::Result<Plan> {
        Ok(Plan {
            channels: if self.mono { 1 } else { 2 },
            level_dbfs: self.level.unwrap_or(DEFAULT_LEVEL_DBFS),
            block_frames: usize::try_from(self.block_size.unwrap_or(BLOCK_FRAMES))?,
            depth: if self.full { Depth::Full } else { Depth::Standard },
            ..Plan::usual(self.rate.unwrap_or(RATE_HZ))
        })
    }

    /// Refuses flags that mean nothing for these two.
    fn check(&self, sides: &[Side; 2]) -> anyhow::Result<()> {
        let of_builds = [
            ("--input", self.input.is_some()),
            ("--set", !self.set.is_empty()),
            ("--preset", self.preset.is_some()),
            ("--rate", self.rate.is_some()),
            ("--level", self.level.is_some()),
            ("--block-size", self.block_size.is_some()),
            ("--mono", self.mono),
            ("--full", self.full),
        ];
        let of_sounds =
            [("--tolerance", self.tolerance.is_some()), ("--difference", self.difference.is_some())];
        let given =
            |flags: &[(&'static str, bool)]| flags.iter().find(|(_, given)| *given).map(|(flag, _)| *flag);
        let [documents, sounds, builds] = [Side::is_document, Side::is_sound, Side::is_build]
            .map(|is: fn(&Side) -> bool| sides.iter().filter(|side| is(side)).count());
        let wrong = if documents > 0 && sounds > 0 {
            Some(
                "a document has figures and a sound has samples: compare each with its like, or with a build"
                    .into(),
            )
        } else if documents > 0 {
            let why = "the document says how it was measured, and has no sound: leave out";
            given(&[&of_builds[..], &of_sounds[..]].concat()).map(|flag| format!("{why} {flag}"))
        } else if builds == 0 {
            given(&of_builds).map(|flag| {
                format!("{flag} is for builds, and two sounds are compared as they are: leave it out")
            })
        } else if sounds > 0 && self.input.is_none() {
            let sound = sides.iter().find(|side| side.is_sound()).map(Side::label).unwrap_or_default();
            Some(format!("say what {sound} is the answer to: --input FILE is played through the build"))
        } else if self.input.is_some() && self.rate.is_some() {
            Some("--rate is of test signals, and a file is played at its own rate: leave it out".into())
        } else {
            None
        };
        wrong.map_or(Ok(()), |wrong| Err(Usage(wrong).into()))
    }
}

/// Builds what is to be built, and compares; returns the exit code. Whatever can't be compared is 2.
pub(crate) async fn run(args: CompareArgs) -> anyhow::Result<i32> {
    let report = if args.json { Report::beside_a_document() } else { Report::new(false, false) };
    let mut processes = Processes::new();
    let mut same = true;
    let outcome = offline::run(&report, &mut processes, async |report, processes| {
        let outcome = compared(&args, report, processes).await?;
        same = outcome.same;
        if args.json {
            let mut json = outcome.json();
            json["lines"] = screen::lines(&outcome).into();
            out!("{}", json_line(&json));
        } else {
            screen::lines(&outcome).iter().for_each(|line| report.say(line));
        }
        Ok(())
    });
    match outcome.await {
        Ok(SUCCESS) if !same => Ok(FAILED),
        Ok(code) => Ok(code),
        Err(error) => Err(Usage(format!("{error:#}")).into()),
    }
}

async fn compared(args: &CompareArgs, report: &Report, processes: &mut Processes) -> anyhow::Result<Outcome> {
    let sides = [Side::of(&args.before)?, args.after.as_deref().map_or(Ok(Side::Now), Side::of)?];
    args.check(&sides)?;
    if let [Side::Document { document: before, .. }, Side::Document { document: after, .. }] = &sides {
        let (before, after) = ((**before).clone(), (**after).clone());
        return documents::compared(sides.map(|side| side.named(None)), before, after);
    }
    let difference = match &args.difference {
        Some(file) => Some(offline::new_file(file, args.force)?),
        None => None,
    };
    let input = match &args.input {
        Some(file) => Some(sound(file)?),
        None => None,
    };
    let preset = offline::preset(args.preset.as_deref())?;
    let built = Built::of(&sides, args.profile.as_deref(), report, processes).await?;
    let document = sides.iter().find_map(Side::document).cloned();
    let plan = match &document {
        Some(document) => document.plan.clone(),
        None => args.plan()?,
    };
    let [before, after] = [0, 1].map(|index| built.side(index, &sides[index]));
    let job = CompareJob {
        before: before?,
        after: after?,
        env: companion::environment(),
        parameters: args.set.iter().cloned().collect(),
        preset,
        plan: serde_json::to_value(&plan).context("the plan")?,
        input: input.clone(),
        difference,
        force: args.force,
    };
    let (pair, difference) = ask(&job, report, processes).await?;
    let [before, after] = sides;
    let document_first = before.is_document();
    let named = [before.named(built.revisions[0].as_ref()), after.named(built.revisions[1].as_ref())];
    match (document, pair) {
        (Some(document), Pair { before, after, .. }) => {
            let measured = before.or(after).context("nothing was measured")?;
            let (before, after) = if document_first { (document, measured) } else { (measured, document) };
            documents::compared(named, before, after)
        }
        (None, pair) => Outcome::of_sound(named, plan, input, pair, args.tolerance, difference),
    }
}

/// The file to play.
fn sound(given: &Path) -> anyhow::Result<PathBuf> {
    match render::input(given)? {
        Source::File { path } => Ok(path),
        other => bail!(Usage(format!(
            "`{other}` is a signal, and --input is a sound here: without it, test signals are played. A file of that name is ./{other}"
        ))),
    }
}

/// Has the companion's program compare, and returns what it found and the file that it made.
async fn ask(
    job: &CompareJob,
    report: &Report,
    processes: &mut Processes,
) -> anyhow::Result<(Pair, Option<PathBuf>)> {
    let answer =
        offline::companion_answers("--compare", "Comparing …", job, report, processes, |event, _| {
            match event {
                Event::Compared { pair, difference } => Some((pair, difference)),
                _ => None,
            }
        });
    let (pair, difference) = answer.await?;
    Ok((serde_json::from_value(*pair).context("its words can't be read")?, difference))
}

/// A revision that was built, and the project as it is now.
pub(crate) struct Against(Built, Side);

impl Against {
    /// Builds both.
    ///
    /// # Errors
    /// There is no such revision, or one of them doesn't build.
    pub(crate) async fn build(
        revision: &str,
        profile: Option<&str>,
        report: &Report,
        processes: &mut Processes,
    ) -> anyhow::Result<Self> {
        let sides = [Side::Revision(revision.into()), Side::Now];
        let built = Built::of(&sides, profile, report, processes).await?;
        let [before, _] = sides;
        Ok(Self(built, before))
    }

    /// The revision, for the companion.
    pub(crate) fn revision(&self) -> anyhow::Result<ComparedSide> {
        self.0.side(0, &self.1)
    }

    /// The project as it is now.
    pub(crate) fn now(&self) -> anyhow::Result<&BuiltProject> {
        self.0.projects[1].as_ref().context("the project was not built")
    }
}

/// What was built for the two. Copies and worktrees are kept as long as this.
struct Built {
    projects: [Option<BuiltProject>; 2],
    revisions: [Option<Revision>; 2],
    _worktrees: Option<Worktrees>,
}

impl Built {
    async fn of(
        sides: &[Side; 2],
        profile: Option<&str>,
        report: &Report,
        processes: &mut Processes,
    ) -> anyhow::Result<Self> {
        let mut built = Self { projects: [None, None], revisions: [None, None], _worktrees: None };
        if !sides.iter().any(Side::is_build) {
            return Ok(built);
        }
        let project = Project::find(&std::env::current_dir().context("the current folder is gone")?)?;
        let profile = profile.or(project.defaults.profile.as_deref());
        let mut repository = None;
        for (side, revision) in sides.iter().zip(&mut built.revisions) {
            let Side::Revision(name) = side else { continue };
            let found = match repository.take() {
                Some(found) => found,
                None => Repository::around(&project.folder, name, processes).await?,
            };
            *revision = Some(found.revision(name, processes).await?);
            repository = Some(found);
        }
        let wanted: Vec<String> = built.revisions.iter().flatten().map(|one| one.commit.clone()).collect();
        let mut worktrees = match &repository {
            Some(repository) => {
                let (target, workspace) =
                    cargo::folders(&cargo::program()?, &project.engine(), processes).await?;
                Some(Worktrees::open(repository, &target, &workspace, wanted, report, processes).await?)
            }
            None => None,
        };
        for (index, side) in sides.iter().enumerate() {
            built.projects[index] = match (side, &repository, &mut worktrees, &built.revisions[index]) {
                (Side::Now, ..) => {
                    Some(offline::build_project(&project, None, profile, report, processes).await?)
                }
                (Side::Revision(name), Some(repository), Some(worktrees), Some(revision)) => {
                    let checkout = worktrees.checkout(repository, revision, report, processes).await?;
                    let folder = checkout.project(repository, name)?;
                    report.say(&format!("{}:", revision.told()));
                    let project = Project { folder, defaults: Defaults::default() };
                    let outputs = Some(checkout.outputs.as_path());
                    let built = offline::build_project(&project, outputs, profile, report, processes).await;
                    Some(built.with_context(|| format!("{name} can't be built"))?)
                }
                _ => None,
            };
        }
        built._worktrees = worktrees;
        Ok(built)
    }

    /// One of the two for the companion.
    fn side(&self, index: usize, side: &Side) -> anyhow::Result<ComparedSide> {
        let what = match (side, &self.projects[index]) {
            (Side::Sound(path), _) => Compared::Sound { path: absolute_text(path)? },
            (Side::Document { document, .. }, _) => Compared::Document { values: values(document) },
            (_, Some(built)) => Compared::Build { program: built.program.clone(), cwd: built.cwd.clone() },
            (_, None) => bail!("{} was not built", side.label()),
        };
        Ok(ComparedSide { name: side.label(), what })
    }
}

fn values(document: &Document) -> std::collections::BTreeMap<String, f32> {
    document.subject.settings.iter().map(|setting| (setting.id.clone(), setting.value)).collect()
}
