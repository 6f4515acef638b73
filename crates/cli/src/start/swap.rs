//! Replaces the program that is heard by a new build.

use super::{
    rebuilds::Rebuild,
    session::{Asked, Built, RunningSession},
    state::Start,
};
use crate::{
    builds::Digest,
    cargo::Outcome,
    companion::{Answer, Error, QUICK},
    preview,
    report::seconds,
};
use anyhow::Context;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Instant,
};
use wavecraft_companion_protocol::{
    control::{Reload, Restart, SetBuildStatus},
    event::Event,
    lab::MAX_BUILD_FILES,
    session::Build,
};

/// How many changed files are named; beyond that, only their number.
const NAMED: usize = 2;
/// How many changed files of a build are remembered: a change of branch may change thousands.
const MOST_CHANGED: usize = 1000;

impl Start {
    pub(super) async fn on_rebuild(&mut self, rebuild: Rebuild, session: &mut RunningSession) {
        match rebuild {
            Rebuild::Started { changed, unseen } => {
                self.report.say(&format!("{} changed, building …", names(&changed, &session.folder)));
                if !unseen.is_empty() {
                    self.report.say(&format!(
                        "cargo takes the time of {} for older than its last build: what it built of it is made anew",
                        names(&unseen, &session.folder)
                    ));
                }
                session.changed.extend(changed.into_iter().take(MOST_CHANGED));
                self.send_build_status(Build::Building, session);
            }
            Rebuild::Gone(manifest) => {
                self.report.trouble(&format!(
                    "{} is gone. {}. Put the project back and it is built again, or stop with Ctrl+C",
                    manifest.display(),
                    self.goes_on(session)
                ));
            }
            Rebuild::Ended(Outcome::Failed { failure, summary, .. }) => {
                self.report.warn(&format!("{summary}. {}", self.goes_on(session)));
                self.send_build_status(failure.status(), session);
                if std::mem::take(&mut session.start_afresh) && !session.live {
                    self.start_afresh("The one from before starts afresh.", session).await;
                }
            }
            Rebuild::Ended(Outcome::Built { program, ms, .. }) => {
                self.send_build_status(Build::Ok { ms }, session);
                let built = Built { program, ms };
                if session.swap.asked.is_some() {
                    session.swap.next = Some(built);
                } else {
                    self.swap(&built, session).await;
                }
            }
        }
    }

    /// Lets the new program take over, or reports why it can't.
    pub(super) async fn swap(&mut self, built: &Built, session: &mut RunningSession) {
        let outcome =
            if self.preview.is_some() { self.show(built).await } else { self.reload(built, session).await };
        if let Err(error) = outcome {
            self.report.trouble(&format!("{error:#}. {}", self.goes_on(session)));
        }
    }

    /// What is heard, or shown, after a failed build.
    fn goes_on(&self, session: &RunningSession) -> &'static str {
        match (&self.preview, session.live) {
            (Some(_), _) => "The page keeps the parameters from before",
            (None, true) => "The processor from before plays on",
            (None, false) => "What you hear stays as it is",
        }
    }

    /// Sends the build's status to the pages. A failure is ignored: the pages then merely know less.
    pub(super) fn send_build_status(&mut self, build: Build, session: &RunningSession) {
        if let Some(preview) = &self.preview {
            preview.server.build_status(&build);
        } else if let Some(companion) = &mut self.companion {
            let status = SetBuildStatus { session: session.name.clone(), build };
            // It fits, since it was cut.
            let _ = companion.connection.tell(&status);
        }
    }

    /// Without audio: the page gets the new parameters.
    async fn show(&mut self, built: &Built) -> anyhow::Result<()> {
        let asked = Instant::now();
        let described = preview::describe(&built.program, &mut self.processes).await?;
        if let Some(generated) = &mut self.generated {
            generated.write(&described, &self.report);
        }
        let preview = self.preview.as_mut().context("started without audio")?;
        preview.replace(described);
        let swap_ms = u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.report.event(&Event::Reloaded { build_ms: built.ms, swap_ms, late_blocks: None });
        Ok(())
    }

    /// Has the companion run the same program anew, after the user asked for it.
    async fn start_afresh(&mut self, says: &str, session: &mut RunningSession) {
        if self.carry_out(&Restart { session: session.name.clone() }, QUICK).await.is_some() {
            session.troubles.forget();
            self.report.say(says);
        }
    }

    async fn reload(&mut self, built: &Built, session: &mut RunningSession) -> anyhow::Result<()> {
        let digest = Digest::of(&built.program)?;
        let afresh = std::mem::take(&mut session.start_afresh);
        if session.live && session.heard == Some(digest) {
            if afresh {
                let rebuilt = format!("Rebuilt in {}: nothing has changed, so", seconds(built.ms));
                self.start_afresh(&format!("{rebuilt} the processor starts afresh."), session).await;
                return Ok(());
            }
            self.report.say(&format!("Rebuilt in {}: the same program as before", seconds(built.ms)));
            return Ok(());
        }
        let copy = self.builds.as_mut().context("attached")?.keep(&built.program)?;
        self.refresh(session).await?;
        let companion = self.companion.as_mut().context("attached")?;
        let (files, more_files) = named(&session.changed, &session.folder);
        let reload = Reload { session: session.name.clone(), program: copy.clone(), files, more_files };
        let ticket = companion.connection.ask(&reload)?;
        let late_blocks = session.late_blocks();
        session.swap.asked = Some(Asked { ticket, built: built.clone(), digest, copy, late_blocks });
        Ok(())
    }

    pub(super) async fn on_answer(
        &mut self,
        answer: Answer,
        session: &mut RunningSession,
    ) -> anyhow::Result<()> {
        let Some(asked) = session.swap.asked.take_if(|asked| asked.ticket.is_for(&answer)) else {
            return Ok(());
        };
        match asked.ticket.read(answer) {
            Ok(reloaded) => {
                session.heard = Some(asked.digest);
                if session.swap.next.is_none() {
                    session.changed.clear();
                }
                session.troubles.forget();
                self.generate(&asked.copy).await;
                if let Some(attach) = &mut session.attach {
                    attach.program = asked.copy;
                }
                self.refresh(session).await?;
                let late_blocks = session.late_blocks().zip(asked.late_blocks);
                self.report.event(&Event::Reloaded {
                    build_ms: asked.built.ms,
                    swap_ms: reloaded.swap_ms,
                    late_blocks: late_blocks.map(|(after, before)| after.saturating_sub(before)),
                });
            }
            Err(Error::Refused(refused)) => {
                self.report.trouble(&format!("the new build can't be heard: {refused}"));
            }
            Err(error) => return Err(error.into()),
        }
        if let Some(next) = session.swap.next.take() {
            self.swap(&next, session).await;
        }
        Ok(())
    }
}

/// The changed files, relative to the project's folder if they are in it, and how many more there are.
fn named(changed: &BTreeSet<PathBuf>, folder: &Path) -> (Vec<String>, u32) {
    let name = |path: &PathBuf| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    let more = u32::try_from(changed.len().saturating_sub(MAX_BUILD_FILES)).unwrap_or(u32::MAX);
    (changed.iter().take(MAX_BUILD_FILES).map(name).collect(), more)
}

/// The changed files, relative to the project's folder if they are in it. Deleted files are named only if nothing else
/// changed: otherwise they were a tool's temporary files.
fn names(changed: &BTreeSet<PathBuf>, folder: &Path) -> String {
    let there: Vec<&PathBuf> = changed.iter().filter(|path| path.exists()).collect();
    let named = if there.is_empty() { changed.iter().collect() } else { there };
    let name = |path: &&PathBuf| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    match named.len() {
        0..=NAMED => named.iter().map(name).collect::<Vec<_>>().join(" and "),
        more => format!("{more} files"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_files_are_named_from_the_project_on() {
        let three = ["/p/engine/a.rs", "/q/b.rs", "/r/c.rs"].map(PathBuf::from);
        let names = |paths: &[PathBuf]| names(&paths.iter().cloned().collect(), Path::new("/p"));
        assert_eq!(names(&three), "3 files");
        assert_eq!(names(&three[..2]), "engine/a.rs and /q/b.rs", "deleted");
        let there = std::env::current_exe().unwrap();
        let name = there.display().to_string();
        assert_eq!(names(&[there, three[0].clone()]), name);
    }
}
