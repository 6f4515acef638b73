//! The main thread: it waits for the work that the runtime's threads do, and meanwhile belongs to the menu, if there
//! is one.

use crate::{
    app::Menus,
    event::{Event, Events},
    platform,
    view::{View, ViewError},
};
use anyhow::Context;
use std::{
    ops::ControlFlow,
    process::ExitCode,
    sync::mpsc::{Receiver, channel},
    time::Duration,
};
use tokio::{
    runtime::Runtime,
    sync::{mpsc, watch},
};

/// The longest wait for devices to close at the end.
const CLOSING_LIMIT: Duration = Duration::from_secs(2);

/// What the app is connected with.
pub(crate) struct Channels {
    /// Into its queue.
    pub events: Events,
    /// Its queue.
    pub inbox: mpsc::UnboundedReceiver<Event>,
    /// Where its menus go; none for an app without one.
    pub menus: Option<Menus>,
}

/// Runs `work` to its end on the runtime's own threads, while this thread only waits.
pub(crate) fn without_menu<W>(runtime: Runtime, work: impl FnOnce(Channels) -> W) -> anyhow::Result<ExitCode>
where
    W: Future<Output = anyhow::Result<ExitCode>> + Send + 'static,
{
    let (events, inbox) = mpsc::unbounded_channel();
    let (sender, outcome) = channel();
    let work = work(Channels { events, inbox, menus: None });
    runtime.spawn(async move {
        let _ = sender.send(work.await);
    });
    end(runtime, &outcome)
}

/// Runs `work` to its end on the runtime's own threads, while this thread shows its menus.
pub(crate) fn with_menu<W>(runtime: Runtime, work: impl FnOnce(Channels) -> W) -> anyhow::Result<ExitCode>
where
    W: Future<Output = anyhow::Result<ExitCode>> + Send + 'static,
{
    let (events, inbox) = mpsc::unbounded_channel();
    let (menus, mut shown) = watch::channel(None);
    let (sender, outcome) = channel();
    let (failure_sender, failure) = channel();
    let mut changes = shown.clone();
    let on_wake = events.clone();
    let work = work(Channels { events: events.clone(), inbox, menus: Some(menus) });
    let begin = |main: platform::MainThread| {
        platform::watch_sleep(on_wake);
        runtime.spawn(async move {
            // Ends with the app, which holds the other half; the last call is for that end.
            while changes.changed().await.is_ok() {
                main.wake();
            }
            main.wake();
        });
        runtime.spawn(async move {
            let _ = sender.send(work.await);
        });
    };
    let mut view: Option<View> = None;
    let look = move || {
        match shown.has_changed() {
            Ok(true) => {}
            // Woken more often than there was news.
            Ok(false) => return ControlFlow::Continue(()),
            Err(_) => return ControlFlow::Break(()),
        }
        let result = match (&mut view, &*shown.borrow_and_update()) {
            (_, None) => Ok(()),
            (Some(view), Some(menu)) => view.show(menu),
            (None, Some(menu)) => View::new(menu, events.clone()).map(|made| view = Some(made)),
        };
        if let Err(error) = result {
            let _ = failure_sender.send(error);
            let _ = events.send(Event::Quit);
        }
        ControlFlow::Continue(())
    };
    platform::main_loop(begin, look);
    let ended = end(runtime, &outcome);
    match failure.try_recv() {
        Ok(error @ (ViewError::Tray(_) | ViewError::Menu(_))) => {
            Err(anyhow::Error::new(error).context("start it with --headless to do without a menu"))
        }
        Err(_) => ended,
    }
}

/// Waits for the outcome. What still closes a device gets a moment; nothing is waited for longer.
fn end(runtime: Runtime, outcome: &Receiver<anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let outcome = outcome.recv().context("the companion's work ended unexpectedly; its log may say why")?;
    runtime.shutdown_timeout(CLOSING_LIMIT);
    outcome
}
