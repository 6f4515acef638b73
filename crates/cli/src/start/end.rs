//! The end of a start: everything it started is ended, waited for, and counted.

use super::state::Start;
use crate::{
    companion::{self, Companion, QUICK},
    process::Process,
    remembered,
    signals::Signals,
};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use wavecraft_companion_protocol::{
    control::{Detach, GetStatus, Shutdown, ShuttingDown},
    token::PATH_PREFIX,
};

/// How long a companion may take to end, or a child whose companion is gone.
const ENDING: Duration = Duration::from_secs(5);
/// How long to try to reach a companion that was just started, to ask it to end.
const REACHING: Duration = Duration::from_secs(2);
/// How often to check whether a child of the companion's is gone: no event reports that.
const POLL: Duration = Duration::from_millis(10);

impl Start {
    /// Ends everything and returns how many processes are left. A second signal cancels the programs' grace period.
    pub(crate) async fn end(&mut self, signals: &mut Signals) -> usize {
        let hurry = self.processes.hurry();
        let progress = self.report.ending();
        let mut left = std::pin::pin!(self.end_in_order());
        loop {
            tokio::select! {
                left = &mut left => return left,
                () = progress.turn() => {}
                () = signals.next() => drop(hurry.send_replace(true)),
            }
        }
    }

    async fn end_in_order(&mut self) -> usize {
        // Dropped first, so that it ends at the same time as the processor.
        self.page = None;
        if let Some(mut preview) = self.preview.take() {
            if let Some((folder, values)) = self.folder.as_ref().zip(preview.unkept()) {
                // A failure was told in detail when it happened before; nobody waits for it now.
                let _ = remembered::keep(&self.paths, folder, values);
            }
            preview.end().await;
        }
        let asked = self.detach().await;
        let mut left = self.processes.end().await;
        if let Some(launched) = &mut self.launched {
            let gone = (asked && launched.gone_within(ENDING).await) || {
                launched.terminate();
                launched.gone_within(ENDING).await
            };
            left += usize::from(!gone);
        }
        let end = Instant::now() + ENDING;
        while self.children.iter().any(Process::is_there) && Instant::now() < end {
            sleep(POLL).await;
        }
        left += self.children.iter().filter(|child| child.is_there()).count();
        self.builds = None;
        if let Some(claim) = self.claim.take()
            && claim.was_replaced()
        {
            self.report.say("Another start of this folder takes over.");
        }
        left
    }

    /// Detaches the session, and asks the companion to end if this start launched it and nobody else uses it. Returns
    /// whether it was asked.
    ///
    /// The session is identified by its token: this works even if the attach was cancelled before its answer came.
    async fn detach(&mut self) -> bool {
        let Some(mut companion) = self.connected().await else { return false };
        let path = format!("{PATH_PREFIX}{}", self.token.as_str());
        // If one of these fails the companion is gone or hangs: dropping the connection ends the lease.
        let Ok(status) = companion.connection.call(&GetStatus {}, QUICK).await else {
            return false;
        };
        let (ours, others): (Vec<_>, Vec<_>) =
            status.sessions.into_iter().partition(|session| session.ws_url.ends_with(&path));
        for session in ours {
            self.remember_child(session.child_pid);
            let detach = Detach { session: session.session };
            let _ = companion.connection.call(&detach, QUICK).await;
        }
        if self.launched.as_ref().is_none_or(|launched| launched.id() != Some(companion.welcome.pid)) {
            return false;
        }
        if !others.is_empty() {
            // The others use it now, and it ends after the last of them.
            self.launched = None;
            return false;
        }
        match companion.connection.call(&Shutdown { if_idle: true }, QUICK).await {
            Ok(ShuttingDown { ending }) => {
                if !ending {
                    // Another client is just connecting: as above.
                    self.launched = None;
                }
                ending
            }
            Err(_) => false,
        }
    }

    /// The companion, even if the work was cancelled between starting it and talking to it.
    async fn connected(&mut self) -> Option<Companion> {
        let end = Instant::now() + REACHING;
        while let (None, Some(launched)) = (&self.companion, &mut self.launched) {
            if Instant::now() >= end || launched.has_ended() {
                return None;
            }
            self.companion = companion::find(&self.paths).await.ok()?;
            sleep(POLL).await;
        }
        self.companion.take()
    }
}
