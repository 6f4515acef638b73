//! One call of a tool: what it may be told, and by what it ends.

use rmcp::{RoleServer, model::ProgressNotificationParam, service::RequestContext};
use std::time::Duration;
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

/// The shortest time between two reports of progress.
const BETWEEN_REPORTS: Duration = Duration::from_millis(250);
/// How long a report may take where the client doesn't read.
const PATIENCE: Duration = Duration::from_secs(1);
/// The most letters of a report.
const MOST_LETTERS: usize = 200;

/// A call that runs.
pub(super) struct Call {
    context: RequestContext<RoleServer>,
    ended: watch::Receiver<bool>,
    reports: u32,
    last: Option<Instant>,
}

impl Call {
    /// A call. `ended` becomes true when the client is gone.
    pub(super) fn new(context: RequestContext<RoleServer>, ended: watch::Receiver<bool>) -> Self {
        Self { context, ended, reports: 0, last: None }
    }

    /// Waits until the client takes the call back, or goes. Cancel-safe.
    pub(super) async fn unwanted(&mut self) {
        tokio::select! {
            () = self.context.ct.cancelled() => {}
            _ = self.ended.wait_for(|ended| *ended) => {}
        }
    }

    /// Reports what is being done, if the client asked for that: not more often than it can be read.
    pub(super) async fn report(&mut self, text: &str) {
        let Some(token) = self.context.meta.get_progress_token() else { return };
        if self.last.is_some_and(|last| last.elapsed() < BETWEEN_REPORTS) {
            return;
        }
        self.last = Some(Instant::now());
        self.reports += 1;
        let message: String = text.chars().take(MOST_LETTERS).collect();
        let progress = ProgressNotificationParam::new(token, self.reports.into()).with_message(message);
        // A client that doesn't read its progress gets less of it.
        let _ = timeout(PATIENCE, self.context.peer.notify_progress(progress)).await;
    }
}
