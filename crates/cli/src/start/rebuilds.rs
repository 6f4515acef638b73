//! From a changed source to a new build: one build at a time, and always of the newest sources.

use crate::{
    builds::Digest,
    cargo::{self, Artifacts, Build, Layout, Outcome, Target},
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

/// How often the manifest is checked for: not every system reports that a folder above the watched ones was moved or
/// removed.
const POLL: Duration = Duration::from_secs(1);
/// A build that begins within this time after the last wasn't caused by a user saving a file.
const SOON: Duration = Duration::from_secs(5);
const REFUSED: &str = "the system refuses to watch the project's folders";

/// Watches the sources and builds them.
pub(super) struct Rebuilds {
    cargo: PathBuf,
    target: Target,
    profile: Option<String>,
    watch: Watch,
    /// Whether the sources are watched. Otherwise they are built when the user asks for it.
    watching: bool,
    build: Option<Build>,
    /// The cancelled build. It must end before the next one begins, since it holds cargo's lock.
    previous: Option<Pin<Box<dyn Future<Output = ()>>>>,
    /// The project's layout; known once cargo was asked.
    layout: Option<Layout>,
    /// What the last successful build left.
    artifacts: Artifacts,
    /// When the last build began.
    began: SystemTime,
    /// When the build before that ended.
    ended: SystemTime,
    /// The changes that the next build, or the running one, is for.
    reasons: BTreeSet<Change>,
    /// Packages that cargo takes for built, though they aren't.
    forget: BTreeSet<String>,
    /// The last build's result.
    result: Option<Result<Digest, String>>,
    /// A manifest or a setting of cargo's changed since cargo was asked for the layout.
    layout_changed: bool,
    /// Whether a build has succeeded since then, so that cargo can be asked again.
    layout_built: bool,
    poll: Interval,
    gone: bool,
}

/// An event of the watched sources.
#[derive(Debug)]
pub(super) enum Rebuild {
    /// Sources changed and are being built.
    Started {
        /// The files.
        changed: BTreeSet<PathBuf>,
        /// Those of them that cargo would take for unchanged.
        unseen: BTreeSet<PathBuf>,
    },
    /// The build ended.
    Ended(Outcome),
    /// The project's manifest is gone, and probably the project with it. The manifest is being checked for.
    Gone(PathBuf),
}

impl Rebuilds {
    /// Watches the package of `target` from now on, if watching is enabled.
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
            watch.update(package, SystemTime::now()).context(REFUSED)?;
        }
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            cargo,
            target,
            profile,
            watch,
            watching,
            build: None,
            previous: None,
            layout: None,
            artifacts: Artifacts::default(),
            began: SystemTime::now(),
            ended: SystemTime::now(),
            reasons: BTreeSet::new(),
            forget: BTreeSet::new(),
            result: None,
            layout_changed: false,
            layout_built: false,
            poll,
            gone: false,
        })
    }

    /// Watches everything that `built` depends on, from now on. `artifacts` is that build's output.
    ///
    /// # Errors
    /// If the system can't watch, or cargo can't list the packages.
    pub(super) async fn watch_inputs(
        &mut self,
        built: &ProjectProgram,
        artifacts: Artifacts,
        processes: &mut Processes,
    ) -> anyhow::Result<()> {
        self.artifacts = artifacts;
        self.result = Some(Ok(Digest::of(built)?));
        self.refresh_layout(processes).await
    }

    async fn refresh_layout(&mut self, processes: &mut Processes) -> anyhow::Result<()> {
        if !self.watching {
            return Ok(());
        }
        let layout = cargo::layout(&self.cargo, &self.target, processes).await?;
        let inputs = cargo::after_success(&layout, &self.artifacts);
        self.layout = Some(layout);
        self.watch.update(inputs, self.began).context(REFUSED)?;
        self.watch.accept_lock();
        Ok(())
    }

    /// The folders that are watched recursively.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.watch.tops()
    }

    /// Waits for the next event. Cancel-safe: none is lost.
    ///
    /// # Errors
    /// If cargo can't be started, or the sources can't be watched any more.
    pub(super) async fn next(
        &mut self,
        processes: &mut Processes,
        report: &Report,
    ) -> anyhow::Result<Rebuild> {
        loop {
            if let Some(previous) = &mut self.previous {
                previous.await;
                self.previous = None;
                self.start(processes, report)?;
            }
            if self.layout_built {
                self.refresh_layout(processes).await?;
                (self.layout_built, self.layout_changed) = (false, false);
            }
            let when = When { building: self.build.is_some(), built: self.began };
            tokio::select! {
                changes = self.watch.changed(when), if self.watching && !self.gone => {
                    if self.is_gone() {
                        return Ok(self.mark_gone());
                    }
                    return self.on_changes(changes, processes, report);
                }
                outcome = outcome(&mut self.build, processes, report) => {
                    self.build = None;
                    let outcome = outcome?;
                    self.learn(&outcome, report)?;
                    return Ok(Rebuild::Ended(outcome));
                }
                _ = self.poll.tick(), if self.watching => match (self.gone, self.is_gone()) {
                    (false, true) => return Ok(self.mark_gone()),
                    (true, false) => {
                        self.gone = false;
                        // The folders have the same names, but are different ones.
                        self.watch.watch_anew().context(REFUSED)?;
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

    /// Stores the outcome of a build, and what the next one depends on because of it.
    fn learn(&mut self, outcome: &Outcome, report: &Report) -> anyhow::Result<()> {
        let result = match outcome {
            Outcome::Built { program, .. } => Ok(Digest::of(program)?),
            Outcome::Failed { failure, .. } => Err(failure.named.clone()),
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
            Outcome::Built { artifacts, .. } => {
                self.layout_built = self.layout_changed;
                self.artifacts = artifacts.clone();
                cargo::after_success(layout, &self.artifacts)
            }
            Outcome::Failed { failure, artifacts, .. } => cargo::after_failure(
                self.watch.inputs(),
                layout,
                &self.artifacts,
                artifacts,
                self.began,
                &failure.named,
            ),
        };
        self.watch.accept_lock();
        self.watch.update(inputs, self.began).context(REFUSED)
    }

    /// Builds now, whether or not anything changed.
    ///
    /// # Errors
    /// If cargo can't be started.
    pub(super) fn build_now(&mut self, processes: &mut Processes, report: &Report) -> anyhow::Result<()> {
        if self.previous.is_none() {
            self.restart(processes, report)?;
        }
        Ok(())
    }

    /// Builds with this cargo profile from the next build on.
    pub(super) fn set_profile(&mut self, profile: Option<String>) {
        self.profile = profile;
    }

    fn is_gone(&self) -> bool {
        !self.target.manifest.is_file()
    }

    fn mark_gone(&mut self) -> Rebuild {
        self.gone = true;
        // Dropped: its messages about missing files help nobody.
        self.build = None;
        Rebuild::Gone(self.target.manifest.clone())
    }

    fn restart(&mut self, processes: &mut Processes, report: &Report) -> anyhow::Result<()> {
        match self.build.take() {
            Some(build) => {
                self.previous = Some(Box::pin(build.cancel()));
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
            self.previous = Some(Box::pin(to_its_end(forgetting)));
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

/// Whether this change can affect the packages, or where cargo builds them.
fn decides_about_layout(path: &Path) -> bool {
    ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", ".cargo/config"]
        .iter()
        .any(|name| path.ends_with(name))
}

async fn to_its_end(mut running: Running) {
    // Any outcome is fine: if cargo can't forget, the build runs as it would have anyway.
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
