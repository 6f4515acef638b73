//! Attaches to the companion that runs the session, and attaches again if it goes away while the project runs.

use super::{
    session::RunningSession,
    state::{End, Start},
    transport,
};
use crate::{
    companion::{self, Companion, Error, QUICK, Unreachable},
    page,
};
use anyhow::Context;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use wavecraft_companion_protocol::{
    control::{Attach, Attached, PORT_TAKEN, SetBypass, SetMute, Subscribe},
    event::Event,
};

/// Timeout of an attach: the system may check a program that it hasn't seen before.
const ATTACHING: Duration = Duration::from_secs(30);
/// The pause before a second try if the companion can't be reached.
const ONCE_MORE: Duration = Duration::from_secs(1);
/// How long a companion may take to end the session of a lost connection.
const STILL_ENDING: Duration = Duration::from_secs(10);
/// How often the attach is retried meanwhile.
const ENDING_POLL: Duration = Duration::from_millis(100);
/// A companion that ends within this time after a restart would probably do so again and again.
const TOO_SOON: Duration = Duration::from_secs(60);

impl Start {
    /// Connects to the running companion, or starts one, and subscribes to its events.
    ///
    /// # Errors
    /// If it can't be reached, even on a second try.
    pub(super) async fn meet_companion(&mut self) -> anyhow::Result<()> {
        let companion = self.reach().await?;
        let companion = self.companion.insert(companion);
        self.report.detail(&format!(
            "companion {}, process {}{}",
            companion.welcome.app_version,
            companion.welcome.pid,
            if companion.welcome.headless { ", without a menu" } else { "" }
        ));
        companion.connection.call(&Subscribe { all: false }, QUICK).await?;
        Ok(())
    }

    /// Asks the companion to run what `attach` says.
    ///
    /// # Errors
    /// If it refuses, or goes away.
    pub(super) async fn run_on_companion(&mut self, attach: &Attach) -> anyhow::Result<Attached> {
        let companion = self.companion.as_mut().context("met")?;
        companion.connection.call(attach, ATTACHING).await.map_err(attach_error)
    }

    /// Attaches again. If only the connection was lost, the companion is still ending the old session, whose port is
    /// taken until then.
    async fn run_again(&mut self, attach: &Attach) -> anyhow::Result<Attached> {
        let limit = Instant::now() + STILL_ENDING;
        loop {
            let companion = self.companion.as_mut().context("met")?;
            match companion.connection.call(attach, ATTACHING).await {
                Err(Error::Refused(refused)) if refused.code == PORT_TAKEN && Instant::now() < limit => {
                    sleep(ENDING_POLL).await;
                }
                outcome => return outcome.map_err(attach_error),
            }
        }
    }

    async fn reach(&mut self) -> anyhow::Result<Companion> {
        let tell = |text: &str| self.report.say(text);
        match companion::find_or_start(&self.paths, &mut self.launched, &tell).await {
            Err(error) if error.is::<Unreachable>() => {
                self.report.trouble(&format!("{error:#}\nTrying once more …"));
                sleep(ONCE_MORE).await;
                companion::find_or_start(&self.paths, &mut self.launched, &tell).await
            }
            outcome => outcome,
        }
    }

    /// Reports events until the session is over. If the companion goes away it is restarted, once within [`TOO_SOON`],
    /// and runs the project at the same addresses, so that its pages find it.
    ///
    /// # Errors
    /// If the project can't run any more; the text says why.
    pub(super) async fn watch_and_resume(&mut self, session: &mut RunningSession) -> anyhow::Result<End> {
        let mut resumed: Option<Instant> = None;
        loop {
            let lost = match self.watch(session).await {
                Err(error) if is_loss(&error) => error,
                outcome => return outcome,
            };
            if resumed.is_some_and(|since| since.elapsed() < TOO_SOON) {
                return Err(lost.context("the companion went again soon after it was started anew"));
            }
            self.report.trouble(&format!("{lost:#}. Starting the companion again …"));
            self.resume(session).await?;
            resumed = Some(Instant::now());
        }
    }

    async fn resume(&mut self, session: &mut RunningSession) -> anyhow::Result<()> {
        self.companion = None;
        session.live = false;
        let mut attach = session.attach.take().context("attached")?;
        attach.port = Some(session.ws_port);
        attach.strict_port = true;
        if session.stats.is_some() {
            // It was running, so the companion remembers what was set of the project, including later changes.
            (attach.source, attach.mode) = (None, None);
            attach.parameters.clear();
            (attach.sets, attach.preset) = (None, None);
            attach.transport = transport::going_on(attach.transport, session);
        }
        attach.origins = self.page.as_ref().map(|page| page::origins(page.port)).unwrap_or_default();
        // The build that was heard is gone if the companion had begun with the next one before it was lost.
        if !attach.program.built().exists()
            && let Some(next) = session.swap.copy_asked_for()
        {
            attach.program = next.clone();
        }
        self.meet_companion().await?;
        let attached = self.run_again(&attach).await?;
        session.attach = Some(attach);
        session.name = attached.session;
        self.restore(session).await?;
        self.report.event(&Event::Reattached { session: session.name.clone() });
        if let Some(built) = session.swap.take_unheard() {
            self.swap(&built, session).await;
        }
        Ok(())
    }

    /// Restores from the last figures what a companion doesn't remember about a project.
    async fn restore(&mut self, session: &RunningSession) -> anyhow::Result<()> {
        let (Some(stats), Some(companion)) = (&session.stats, &mut self.companion) else { return Ok(()) };
        let (connection, name) = (&mut companion.connection, &session.name);
        // If it was muted for another reason, the new companion finds that reason itself.
        if stats.muted && stats.mute_reason.is_none() {
            let mute = SetMute { session: name.clone(), on: true };
            connection.call(&mute, QUICK).await?;
        }
        if stats.bypassed {
            let bypass = SetBypass { session: name.clone(), on: true, on_bypass: None };
            connection.call(&bypass, QUICK).await?;
        }
        Ok(())
    }
}

/// Whether the companion went away, rather than refused or failed.
fn is_loss(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(Error::Gone | Error::Io(_)))
}

pub(super) fn no_port(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow::anyhow!("{error}. Choose another with --port, or leave out --strict-port")
}

fn attach_error(error: Error) -> anyhow::Error {
    match error {
        Error::Refused(refused) if refused.code == PORT_TAKEN => no_port(refused),
        other => anyhow::Error::new(other).context("the companion could not run the project"),
    }
}
