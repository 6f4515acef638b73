//! From a changed source to a new build: one build at a time, and always of the newest sources.

use crate::{
    builds::Digest,
    cargo::{self, Build, Layout, Made, Outcome, Target},
    processes::{Processes, Running},
    report::Report,
    watch::{self, Change, Inputs, Watch, When},
};
use anyhow::Context;
use std::{
    collections::BTreeSet,
    future::pending,
    path::{Path, PathBuf},
    pin::Pin,
    time::{Duration, SystemTime},
};
use tokio::time::{Interval, MissedTickBehavior, interval};
use wavecraft_companion_protocol::control::ProjectProgram;

/// No watcher tells on every system that a folder above the watched ones was moved or removed; so often it is looked.
const LOOK: Duration = Duration::from_secs(1);
/// Nobody saves so soon after a build, and again, and again.
const SOON: Duration = Duration::from_secs(5);
const REFUSED: &str = "the system refuses to watch the project's folders";

/// Watches the sources and builds them.
pub(super) struct Rebuilds {
    cargo: PathBuf,
    target: Target,
    profile: Option<String>,
    watch: Watch,
    /// Are the sources watched? Otherwise they are built when that is asked for.
    watching: bool,
    build: Option<Build>,
    /// What has to end before the next build: one that was given up, since it holds cargo's lock.
    before: Option<Pin<Box<dyn Future<Output = ()>>>>,
    /// Where the project's parts are, once cargo was asked.
    layout: Option<Layout>,
    /// What the last build left that worked.
    made: Made,
    /// When the last one began.
    began: SystemTime,
    /// When the one before it ended.
    ended: SystemTime,
    /// The changes that the next build is for, or the one that runs.
    reasons: BTreeSet<Change>,
    /// Packages that cargo takes for built, and that aren't.
    forget: BTreeSet<String>,
    /// What came of the last build.
    result: Option<Result<Digest, String>>,
    /// A manifest or a setting of cargo's changed since cargo was asked for the layout.
    layout_changed: bool,
    /// And it was built since, so that cargo can tell.
    layout_built: bool,
    look: Interval,
    gone: bool,
}

/// What happened to the sources.
#[derive(Debug)]
pub(super) enum Rebuild {
    /// This changed, and is being built.
    Started {
        /// The files.
        changed: BTreeSet<PathBuf>,
        /// Of them, those that cargo would take for what they were.
        unseen: BTreeSet<PathBuf>,
    },
    /// The build ended.
    Ended(Outcome),
    /// The project's manifest is gone, and with it most likely the project. It is looked for.
    Gone(PathBuf),
}

impl Rebuilds {
    /// Watches from now on the package of `target`, if it is to be watched.
    ///
    /// # Errors
    /// If the system can't watch.
    pub(super) fn new(
        cargo: PathBuf,
        target: Target,
        profile: Option<String>,
        watching: bool,
    ) -> anyhow::Result<Self> {
        let mut watch = Watch::new().context(REFUSED)?;
        if watching {
            let package = Inputs::of_package(watch::settled(folder_of(&target)?));
            watch.renew(package, SystemTime::now()).context(REFUSED)?;
        }
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            cargo,
            target,
            profile,
            watch,
            watching,
            build: None,
            before: None,
            layout: None,
            made: Made::default(),
            began: SystemTime::now(),
            ended: SystemTime::now(),
            reasons: BTreeSet::new(),
            forget: BTreeSet::new(),
            result: None,
            layout_changed: false,
            layout_built: false,
            look,
            gone: false,
        })
    }

    /// Watches from now on everything that `built` depends on. To be called when it was built, and left `made`.
    ///
    /// # Errors
    /// If the system can't watch, or cargo can't tell the packages.
    pub(super) async fn widen(
        &mut self,
        built: &ProjectProgram,
        made: Made,
        processes: &mut Processes,
    ) -> anyhow::Result<()> {
        self.made = made;
        self.result = Some(Ok(Digest::of(built)?));
        self.lay_out(processes).await
    }

    async fn lay_out(&mut self, processes: &mut Processes) -> anyhow::Result<()> {
        if !self.watching {
            return Ok(());
        }
        let layout = cargo::layout(&self.cargo, &self.target, processes).await?;
        let inputs = cargo::after_success(&layout, &self.made);
        self.layout = Some(layout);
        self.watch.renew(inputs, self.began).context(REFUSED)?;
        self.watch.forgive_lock();
        Ok(())
    }

    /// The folders that are watched with all below.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.watch.tops()
    }

    /// Waits for what happens next. Nothing is lost if the wait is given up.
    ///
    /// # Errors
    /// If cargo can't be started, or the sources can't be watched any more.
    pub(super) async fn next(
        &mut self,
        processes: &mut Processes,
        report: &Report,
    ) -> anyhow::Result<Rebuild> {
        loop {
            if let Some(before) = &mut self.before {
                before.await;
                self.before = None;
                self.start(processes, report)?;
            }
            if self.layout_built {
                self.lay_out(processes).await?;
                (self.layout_built, self.layout_changed) = (false, false);
            }
            let when = When { building: self.build.is_some(), built: self.began };
            tokio::select! {
                changes = self.watch.changed(when), if self.watching && !self.gone => {
                    if self.is_gone() {
                        return Ok(self.go());
                    }
                    return self.on_changes(changes, processes, report);
                }
                outcome = outcome(&mut self.build, processes, report) => {
                    self.build = None;
                    let outcome = outcome?;
                    self.learn(&outcome, report)?;
                    return Ok(Rebuild::Ended(outcome));
                }
                _ = self.look.tick(), if self.watching => match (self.gone, self.is_gone()) {
                    (false, true) => return Ok(self.go()),
                    (true, false) => {
                        self.gone = false;
                        // The folders have the same names and are others.
                        self.watch.again().context(REFUSED)?;
                        self.restart(processes, report)?;
                        let changed = BTreeSet::from([self.target.manifest.clone()]);
                        return Ok(Rebuild::Started { changed, unseen: BTreeSet::new() });
                    }
                    _ => {}
                }
            }
        }
    }

    fn on_changes(
        &mut self,
        changes: BTreeSet<Change>,
        processes: &mut Processes,
        report: &Report,
    ) -> anyhow::Result<Rebuild> {
        self.layout_changed |= changes.iter().any(|change| decides_about_layout(&change.path));
        let unseen: BTreeSet<_> = changes
            .iter()
            .filter(|change| change.unseen_by_cargo)
            .map(|change| change.path.clone())
            .collect();
        for path in &unseen {
            self.forget.extend(self.layout.iter().flat_map(|layout| layout.packages_of(path)));
        }
        let changed = changes.iter().map(|change| change.path.clone()).collect();
        if self.build.is_none() {
            self.reasons.clear();
        }
        self.reasons.extend(changes);
        self.restart(processes, report)?;
        Ok(Rebuild::Started { changed, unseen })
    }

    /// What came of a build, and what the next one depends on by that.
    fn learn(&mut self, outcome: &Outcome, report: &Report) -> anyhow::Result<()> {
        let result = match outcome {
            Outcome::Built { program, .. } => Ok(Digest::of(program)?),
            Outcome::Failed { errors, .. } => Err(errors.clone()),
        };
        let same = self.result.replace(result) == self.result;
        let soon = self.began.duration_since(self.ended).is_ok_and(|idle| idle < SOON);
        self.ended = SystemTime::now();
        for path in self.watch.judge(&std::mem::take(&mut self.reasons), same, soon) {
            report.say(&format!(
                "{} changes again and again, and nothing comes of it: it is left out until something else changes",
                path.display()
            ));
        }
        let Some(layout) = &self.layout else { return Ok(()) };
        let inputs = match outcome {
            Outcome::Built { made, .. } => {
                self.layout_built = self.layout_changed;
                self.made = made.clone();
                cargo::after_success(layout, &self.made)
            }
            Outcome::Failed { errors, made, .. } => {
                cargo::after_failure(self.watch.inputs(), layout, &self.made, made, self.began, errors)
            }
        };
        self.watch.forgive_lock();
        self.watch.renew(inputs, self.began).context(REFUSED)
    }

    /// Builds now, whether anything changed or not.
    ///
    /// # Errors
    /// If cargo can't be started.
    pub(super) fn build_now(&mut self, processes: &mut Processes, report: &Report) -> anyhow::Result<()> {
        if self.before.is_none() {
            self.restart(processes, report)?;
        }
        Ok(())
    }

    fn is_gone(&self) -> bool {
        !self.target.manifest.is_file()
    }

    fn go(&mut self) -> Rebuild {
        self.gone = true;
        // Dropped: what it says of missing files helps nobody.
        self.build = None;
        Rebuild::Gone(self.target.manifest.clone())
    }

    fn restart(&mut self, processes: &mut Processes, report: &Report) -> anyhow::Result<()> {
        match self.build.take() {
            Some(build) => {
                self.before = Some(Box::pin(build.cancel()));
                Ok(())
            }
            None => self.start(processes, report),
        }
    }

    fn start(&mut self, processes: &mut Processes, report: &Report) -> anyhow::Result<()> {
        let profile = self.profile.as_deref();
        if !self.forget.is_empty() {
            let packages = std::mem::take(&mut self.forget);
            let folder = folder_of(&self.target)?;
            let forgetting = cargo::forget(&self.cargo, &packages, folder, profile, processes)?;
            self.before = Some(Box::pin(to_its_end(forgetting)));
            return Ok(());
        }
        self.began = SystemTime::now();
        self.build = Some(Build::start(&self.cargo, &self.target, profile, processes, report)?);
        Ok(())
    }
}

fn folder_of(target: &Target) -> anyhow::Result<&Path> {
    target.manifest.parent().context("a manifest is in a folder")
}

/// Can the packages, or where cargo builds them, be others after this changed?
fn decides_about_layout(path: &Path) -> bool {
    ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", ".cargo/config"]
        .iter()
        .any(|name| path.ends_with(name))
}

async fn to_its_end(mut running: Running) {
    // Whatever it says: where cargo can't forget, the build goes on as it would have.
    while let Ok(Some(_)) = running.next_line().await {}
    let _ = running.wait().await;
}

async fn outcome(
    build: &mut Option<Build>,
    processes: &mut Processes,
    report: &Report,
) -> anyhow::Result<Outcome> {
    match build {
        Some(build) => build.outcome(processes, report).await,
        None => pending().await,
    }
}
