//! The main thread: it waits for the work on the runtime's threads, and meanwhile runs the menu, if there is one.

use crate::{
    app::Event,
    menu::Menus,
    outlet::Outlet,
    platform,
    view::{View, ViewError},
};
use anyhow::Context;
use std::{
    cell::Cell,
    ops::ControlFlow,
    process::ExitCode,
    rc::Rc,
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Duration,
};
use tokio::{
    runtime::Runtime,
    sync::{mpsc, watch},
};

/// How long to wait at the end for devices to close.
const CLOSING_LIMIT: Duration = Duration::from_secs(2);

/// The time limits when the system ends the process: first for an end as by Quit, including completing recordings;
/// then, once the children still running are killed, a moment more.
const LEAVING_LIMITS: [Duration; 2] = [Duration::from_secs(3), Duration::from_secs(2)];

/// What connects the app with the main thread.
pub(crate) struct Channels {
    /// The sender of its queue.
    pub events: Outlet<Event>,
    /// The receiver of its queue.
    pub inbox: mpsc::UnboundedReceiver<Event>,
    /// The destination of its menus; none for an app without one.
    pub menus: Option<Menus>,
}

/// The app's one queue.
fn queue() -> (Outlet<Event>, mpsc::UnboundedReceiver<Event>) {
    let (events, inbox) = mpsc::unbounded_channel();
    (Outlet::new(move |event| drop(events.send(event))), inbox)
}

/// Runs `work` to its end on the runtime's threads, while this thread only waits.
pub(crate) fn without_menu<W>(runtime: Runtime, work: impl FnOnce(Channels) -> W) -> anyhow::Result<ExitCode>
where
    W: Future<Output = anyhow::Result<ExitCode>> + Send + 'static,
{
    let (events, inbox) = queue();
    let (sender, outcome) = channel();
    let work = work(Channels { events, inbox, menus: None });
    runtime.spawn(async move {
        let _ = sender.send(work.await);
    });
    Work { runtime, outcome }.end()
}

/// Runs `work` to its end on the runtime's threads, while this thread shows its menus.
pub(crate) fn with_menu<W>(runtime: Runtime, work: impl FnOnce(Channels) -> W) -> anyhow::Result<ExitCode>
where
    W: Future<Output = anyhow::Result<ExitCode>> + Send + 'static,
{
    let (events, inbox) = queue();
    let (menus, mut shown) = watch::channel(None);
    let (sender, outcome) = channel();
    let (failure_sender, failure) = channel();
    let mut changes = shown.clone();
    let (on_wake, on_opened) = (events.clone(), events.clone());
    let work = work(Channels { events: events.clone(), inbox, menus: Some(menus) });
    let handle = runtime.handle().clone();
    let begin = move |main: platform::MainThread| {
        platform::watch_sleep(move || on_wake.send(Event::Woke));
        handle.spawn(async move {
            // Ends with the app, which holds the sender; the last wake-up is for that end.
            while changes.changed().await.is_ok() {
                main.wake();
            }
            main.wake();
        });
        handle.spawn(async move {
            let _ = sender.send(work.await);
        });
    };
    let running = Rc::new(Cell::new(Some(Work { runtime, outcome })));
    let (leaving, quit) = (Rc::clone(&running), events.clone());
    let leave = move || leaving.take().into_iter().for_each(|work| work.leave(&quit, LEAVING_LIMITS));
    let mut view: Option<View> = None;
    let poll = move || {
        match shown.has_changed() {
            Ok(true) => {}
            // The loop was woken, but there is no new menu.
            Ok(false) => return ControlFlow::Continue(()),
            Err(_) => return ControlFlow::Break(()),
        }
        let result = match (&mut view, &*shown.borrow_and_update()) {
            (_, None) => Ok(()),
            (Some(view), Some(menu)) => view.show(menu),
            (None, Some(menu)) => View::new(menu, &events.of(Event::Menu)).map(|made| view = Some(made)),
        };
        if let Err(error) = result {
            let _ = failure_sender.send(error);
            events.send(Event::Quit);
        }
        ControlFlow::Continue(())
    };
    let opened = move || on_opened.send(Event::OpenedAgain);
    platform::main_loop(begin, poll, opened, leave);
    let ended = running.take().map_or(Ok(ExitCode::SUCCESS), Work::end);
    match failure.try_recv() {
        Ok(error @ (ViewError::Tray(_) | ViewError::Menu(_))) => {
            Err(anyhow::Error::new(error).context("start it with --headless to do without a menu"))
        }
        Err(_) => ended,
    }
}

/// Running work, and its runtime.
struct Work {
    runtime: Runtime,
    outcome: Receiver<anyhow::Result<ExitCode>>,
}

impl Work {
    /// Waits for the outcome. Devices that are still closing get a moment; nothing else is waited for.
    fn end(self) -> anyhow::Result<ExitCode> {
        let outcome =
            self.outcome.recv().context("the companion's work ended unexpectedly; its log may say why")?;
        self.runtime.shutdown_timeout(CLOSING_LIMIT);
        outcome
    }

    /// Ends as Quit in the menu does, and returns when that is done, or has taken too long.
    fn leave(self, events: &Outlet<Event>, limits: [Duration; 2]) {
        for limit in limits {
            events.send(Event::Quit);
            if !matches!(self.outcome.recv_timeout(limit), Err(RecvTimeoutError::Timeout)) {
                break;
            }
        }
        self.runtime.shutdown_timeout(CLOSING_LIMIT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Work that ends after this many requests to quit, and reports that.
    fn work(asked: usize) -> (Work, Outlet<Event>, Receiver<&'static str>) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (events, mut inbox) = queue();
        let (sender, outcome) = channel();
        let (done, saved) = channel();
        runtime.spawn(async move {
            for _ in 0..asked {
                while !matches!(inbox.recv().await, Some(Event::Quit)) {}
            }
            done.send("the recording is whole").unwrap();
            let _ = sender.send(Ok(ExitCode::SUCCESS));
        });
        (Work { runtime, outcome }, events, saved)
    }

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(20);

    #[test]
    fn leaving_waits_until_the_work_is_done() {
        for (asked, limits) in [(1, [LONG, LONG]), (2, [SHORT, LONG])] {
            let (work, events, saved) = work(asked);
            work.leave(&events, limits);
            assert_eq!(saved.try_recv(), Ok("the recording is whole"), "asked {asked} times");
        }
    }

    #[test]
    fn leaving_does_not_wait_for_ever() {
        let (work, events, saved) = work(3);
        work.leave(&events, [SHORT, SHORT]);
        assert!(saved.try_recv().is_err());
    }
}
