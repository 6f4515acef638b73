//! From a changed source to a new build: one build at a time, and always of the newest sources.

use crate::{
    cargo::{self, Build, Outcome, Target},
    processes::Processes,
    report::Report,
    watch::Watch,
};
use anyhow::Context;
use std::{collections::BTreeSet, future::pending, path::PathBuf, pin::Pin, time::Duration};
use tokio::time::{Interval, MissedTickBehavior, interval};

/// No watcher tells on every system that a folder above the watched ones was moved or removed; so often it is looked.
const LOOK: Duration = Duration::from_secs(1);
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
    /// A build that was given up, until nothing is left of it: it holds cargo's lock.
    ending: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// A manifest changed since the folders were asked for.
    manifests_changed: bool,
    /// And it was built since, so that cargo can tell the folders.
    manifests_built: bool,
    look: Interval,
    gone: bool,
}

/// What happened to the sources.
#[derive(Debug)]
pub(super) enum Rebuild {
    /// This changed, and is being built.
    Started(BTreeSet<PathBuf>),
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
        let folder = target.manifest.parent().context("a manifest is in a folder")?;
        let folders = if watching { vec![folder.into()] } else { Vec::new() };
        let watch = Watch::over(folders).context(REFUSED)?;
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            cargo,
            target,
            profile,
            watch,
            watching,
            build: None,
            ending: None,
            manifests_changed: false,
            manifests_built: false,
            look,
            gone: false,
        })
    }

    /// Watches from now on everything that `target` is built from. To be called when it was built.
    ///
    /// # Errors
    /// If the system can't watch, or cargo can't tell the packages.
    pub(super) async fn widen(&mut self, processes: &mut Processes) -> anyhow::Result<()> {
        if !self.watching {
            return Ok(());
        }
        let folders = cargo::local_packages(&self.cargo, &self.target, processes).await?;
        self.watch.renew(folders).context(REFUSED)
    }

    /// The folders that are watched.
    pub(super) fn folders(&self) -> &[PathBuf] {
        self.watch.folders()
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
            if let Some(ending) = &mut self.ending {
                ending.await;
                self.ending = None;
                self.start(processes, report)?;
            }
            if self.manifests_built {
                self.widen(processes).await?;
                (self.manifests_built, self.manifests_changed) = (false, false);
            }
            tokio::select! {
                changed = self.watch.changed(), if !self.gone => {
                    if self.is_gone() {
                        return Ok(self.go());
                    }
                    self.manifests_changed |= changed.iter().any(|path| path.ends_with("Cargo.toml"));
                    self.restart(processes, report)?;
                    return Ok(Rebuild::Started(changed));
                }
                outcome = outcome(&mut self.build, report) => {
                    self.build = None;
                    let outcome = outcome?;
                    self.manifests_built = self.manifests_changed && matches!(outcome, Outcome::Built { .. });
                    return Ok(Rebuild::Ended(outcome));
                }
                _ = self.look.tick(), if self.watching => match (self.gone, self.is_gone()) {
                    (false, true) => return Ok(self.go()),
                    (true, false) => {
                        self.gone = false;
                        // The folders have the same names and are others.
                        self.watch.renew(self.watch.folders().to_vec()).context(REFUSED)?;
                        self.restart(processes, report)?;
                        return Ok(Rebuild::Started(BTreeSet::from([self.target.manifest.clone()])));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Builds now, whether anything changed or not.
    ///
    /// # Errors
    /// If cargo can't be started.
    pub(super) fn build_now(&mut self, processes: &mut Processes, report: &Report) -> anyhow::Result<()> {
        if self.ending.is_none() {
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
                self.ending = Some(Box::pin(build.cancel()));
                Ok(())
            }
            None => self.start(processes, report),
        }
    }

    fn start(&mut self, processes: &mut Processes, report: &Report) -> anyhow::Result<()> {
        let profile = self.profile.as_deref();
        self.build = Some(Build::start(&self.cargo, &self.target, profile, processes, report)?);
        Ok(())
    }
}

async fn outcome(build: &mut Option<Build>, report: &Report) -> anyhow::Result<Outcome> {
    match build {
        Some(build) => build.outcome(report).await,
        None => pending().await,
    }
}
