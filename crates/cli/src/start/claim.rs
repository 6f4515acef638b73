//! A folder that runs already: the other start is joined or replaced, or this one runs beside it, as the user says.

use super::{
    session::RunningSession,
    state::{End, Start},
};
use crate::{
    companion::{self, QUICK},
    project::Project,
    starts::{self, Other, Running},
    terminal,
};
use anyhow::bail;
use std::{
    io::{self, IsTerminal},
    path::Path,
    time::Duration,
};
use tokio::time::{Instant, sleep};
use wavecraft_companion_protocol::control::OpenOnce;

/// How long the other start may take to end: what it runs is given time too.
const ENDING: Duration = Duration::from_secs(20);
/// No event reports that it has ended; this is the polling interval.
const POLL: Duration = Duration::from_millis(20);

/// What is done about the other start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Join,
    Replace,
    Again,
    Leave,
}

impl Start {
    /// Claims the project's folder. Returns an end if another start of it goes on instead.
    ///
    /// # Errors
    /// If another start of it runs and nobody can be asked what to do, or it doesn't end.
    pub(super) async fn claim_folder(&mut self, project: &Project) -> anyhow::Result<Option<End>> {
        loop {
            // Made anew for each try: what a question took isn't part of its age.
            let Some(running) = Running::this(self.args.with_audio) else { return Ok(None) };
            let other = match starts::claim(&self.paths, &project.folder, &running, self.args.again) {
                Ok(Ok(claim)) => {
                    self.claim = Some(claim);
                    return Ok(None);
                }
                Ok(Err(other)) => other,
                // Only a convenience: it must not prevent a start.
                Err(error) => {
                    self.report.detail(&format!("other starts of this folder aren't seen: {error}"));
                    return Ok(None);
                }
            };
            let choice = if self.args.replace { Choice::Replace } else { self.choose(&other).await? };
            match choice {
                Choice::Replace => {
                    self.replace(&other, &project.folder, &running).await?;
                    if self.claim.is_some() {
                        return Ok(None);
                    }
                }
                Choice::Again => self.args.again = true,
                Choice::Leave => return Ok(Some(End::Done)),
                Choice::Join => {
                    self.join(&other).await;
                    return Ok(Some(End::Done));
                }
            }
        }
    }

    /// Tells a second start of this folder where this one is found.
    pub(super) fn tell_other_starts(&mut self, session: &RunningSession) {
        let (page, inspector) = (self.ui_url(session), self.token.inspector_url(session.ws_port));
        let name = self.companion.is_some().then(|| session.name.clone());
        let websocket = session.ws_url.clone();
        if let Some(claim) = &mut self.claim {
            claim.tell(|running| {
                (running.page, running.inspector, running.session) = (page, Some(inspector), name);
                running.websocket = Some(websocket);
            });
        }
    }

    async fn choose(&self, other: &Other) -> anyhow::Result<Choice> {
        let there = words(other.running.as_ref());
        if !io::stdin().is_terminal() || !self.report.screen().is_lively() {
            let page = other.running.as_ref().and_then(|running| running.page.as_ref());
            let page = page.map(|page| format!(" Its page is {page}")).unwrap_or_default();
            bail!(
                "this folder runs already, {there}. `--replace` ends that one first, `--again` starts another beside it, \
                 and `wavecraft stop` ends one that plays.{page}"
            );
        }
        self.report.say(&format!("This folder runs already, {there}."));
        loop {
            let question = "  j: its page, and no second start · r: replace it · a: another beside it. A letter, then Enter; Enter \
                            alone leaves it: ";
            match terminal::ask(question.into()).await?.trim().to_ascii_lowercase().as_str() {
                "j" | "join" => return Ok(Choice::Join),
                "r" | "replace" => return Ok(Choice::Replace),
                "a" | "again" => return Ok(Choice::Again),
                "" | "q" | "n" => return Ok(Choice::Leave),
                _ => {}
            }
        }
    }

    /// Shows where the other start's page is, and opens it if that is wanted.
    async fn join(&self, other: &Other) {
        let Some(Running { inspector: Some(inspector), page, session, .. }) = &other.running else {
            self.report.say("It isn't ready yet: its own terminal shows its addresses when it is.");
            return;
        };
        self.report.addresses(page.as_deref(), inspector, None);
        if self.args.open {
            match self.address_once(session.as_ref()).await {
                Some(url) => self.open(&url),
                None => self.report.say("Open that address: `o` in the other terminal does it too."),
            }
        }
    }

    /// An address of the other start's page that works once; only the companion makes these.
    async fn address_once(&self, session: Option<&String>) -> Option<String> {
        let session = session?.clone();
        let mut companion = companion::find(&self.paths).await.ok()??;
        Some(companion.connection.call(&OpenOnce { session, inspector: false }, QUICK).await.ok()?.url)
    }

    /// Ends the other start, and claims the folder as soon as it has let go of it.
    async fn replace(&mut self, other: &Other, folder: &Path, own: &Running) -> anyhow::Result<()> {
        let Some(running) = other.running.as_ref().filter(|_| other.replace()) else {
            bail!(
                "this folder runs already, and that start doesn't tell which process it is: end it in its terminal"
            );
        };
        let id = running.process.id();
        self.report.say(&format!("Ending the start that runs already (process {id}) …"));
        let progress = self.report.progress();
        progress.say(&format!("waiting for process {id} to end"));
        let limit = Instant::now() + ENDING;
        loop {
            match starts::claim(&self.paths, folder, own, false) {
                Ok(Err(other)) if other.is_of(&running.process) => {}
                Ok(Err(_)) => return Ok(()),
                claimed => {
                    self.claim = claimed?.ok();
                    return Ok(());
                }
            }
            if Instant::now() >= limit {
                bail!(
                    "process {id} was asked to end and still runs this folder after {} s: end it in its terminal, or with \
                     `kill -9 {id}`",
                    ENDING.as_secs()
                );
            }
            tokio::select! {
                () = sleep(POLL) => {}
                () = progress.turn() => {}
            }
        }
    }
}

/// "in pts/3 (process 123) for 12 min, with sound".
fn words(running: Option<&Running>) -> String {
    let Some(running) = running else { return "started a moment ago".into() };
    let place = running.terminal.as_ref().map_or_else(
        || "without a terminal".into(),
        |terminal| format!("in the terminal {}", terminal.strip_prefix("/dev").unwrap_or(terminal).display()),
    );
    let sound = if running.with_audio { "with" } else { "without" };
    format!("{place} (process {}), for {}, {sound} sound", running.process.id(), age(running.age()))
}

fn age(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_start_is_told_by_its_terminal_process_and_age() {
        let mut running = Running::this(true).unwrap();
        running.terminal = Some("/dev/pts/3".into());
        let told = words(Some(&running));
        assert!(
            told.starts_with(&format!("in the terminal pts/3 (process {}), for ", std::process::id())),
            "{told}"
        );
        assert!(told.ends_with("with sound"), "{told}");
        assert_eq!(
            [5, 60, 7380].map(|seconds| age(Duration::from_secs(seconds))),
            ["5 s", "1 min", "2 h 3 min"]
        );
    }
}
