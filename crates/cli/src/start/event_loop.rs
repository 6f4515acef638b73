//! The main loop while the session runs: waits for all events at once, and passes each to its handler.

use super::{
    defaults_watch::DefaultsWatch,
    session::RunningSession,
    state::{End, Start},
    telling::of_this_project,
};
use crate::{
    companion::{Error, Incoming, QUICK},
    guard,
    page::{Page, PageEvent},
    platform,
    preview::{Preview, PreviewEvent},
    processes::Line,
    programs,
    remembered::{self, Remembered},
    report::{From, clause, over_both},
    terminal::Keyboard,
};
use anyhow::{Context, bail};
use std::{future::pending, process::Stdio, time::Duration};
use tokio::time::{Instant, sleep_until};
use wavecraft_companion_protocol::{
    control::{ChildLog, GetStatus, LogStream, Notice, OpenOnce},
    event::Event,
    session::{State, StateChange, Stats},
};

/// How long a start may take from attaching to being heard and served. The companion gives up on a child much earlier;
/// this is for a companion or a page's server that sends nothing at all.
const GETTING_READY: Duration = Duration::from_secs(90);

impl Start {
    /// Reports events until the session is over.
    pub(super) async fn watch(&mut self, session: &mut RunningSession) -> anyhow::Result<End> {
        if let Some(rebuilds) = &session.rebuilds {
            for folder in rebuilds.folders() {
                self.report.detail(&format!("watching {}", folder.display()));
            }
        }
        let limit = Instant::now() + GETTING_READY;
        loop {
            self.report_if_ready(session).await;
            if self.report.is_closed() {
                // Nobody reads the output any more: treated like a closed terminal.
                return Ok(End::Interrupted);
            }
            let page_limit = self.page_limit(session);
            let end = match session.ready {
                None => Some(limit),
                Some(since) => self.args.run_time().map(|time| since + time),
            };
            tokio::select! {
                incoming = or_never(self.companion.as_mut().map(|companion| companion.connection.next())) => match incoming {
                    Ok(Incoming::Notice(notice)) => if let Some(end) = self.on_notice(notice, session).await? {
                        return Ok(end);
                    },
                    Ok(Incoming::Answer(answer)) => self.on_answer(answer, session).await?,
                    Err(error) => return Err(stopped(error, session)),
                },
                event = or_never(self.page.as_mut().map(Page::next)) => match event? {
                    PageEvent::Up => self.on_page_up(session).await,
                    PageEvent::Said(Line::Out(line)) => self.report.log(From::Page, &line),
                    PageEvent::Said(Line::Err(line)) => self.report.log(From::PageError, &line),
                    PageEvent::Ended(status) => self.on_page_ended(status, session).await?,
                },
                news = session.page.news() => self.on_page_news(news, session).await?,
                event = or_never(self.preview.as_mut().map(Preview::next)) => match event {
                    PreviewEvent::Refused(line) => self.on_page_refused(line, session),
                    PreviewEvent::Keep(values) => self.keep_values(values, session),
                },
                news = or_never(session.defaults.as_mut().map(DefaultsWatch::changed)) => self.on_defaults(news, session).await?,
                rebuild = or_never(
                    session.rebuilds.as_mut().map(|rebuilds| rebuilds.next(&mut self.processes, &self.report)),
                ) => match rebuild {
                    Ok(rebuild) => self.on_rebuild(rebuild, session).await,
                    Err(error) => {
                        session.rebuilds = None;
                        self.report.trouble(&format!(
                            "changes are not built any more: {error:#}. What plays goes on. For changes, stop this (q or Ctrl+C) and start again"
                        ));
                    }
                },
                input = or_never(self.keyboard.as_mut().map(Keyboard::next)) => if let Some(end) = self.on_input(input, session).await? {
                    return Ok(end);
                },
                () = sleep_until(page_limit.unwrap_or_else(Instant::now)), if page_limit.is_some() => {
                    self.on_page_late(session);
                }
                () = sleep_until(end.unwrap_or_else(Instant::now)), if end.is_some() => {
                    if session.ready.is_some() {
                        return Ok(End::Done);
                    }
                    bail!(
                        "not ready after {} s: the processor is not heard. The companion's log may tell more",
                        GETTING_READY.as_secs(),
                    );
                }
            }
        }
    }

    async fn on_notice(
        &mut self,
        notice: Notice,
        session: &mut RunningSession,
    ) -> anyhow::Result<Option<End>> {
        match notice {
            Notice::State(change) if change.session == session.name => {
                return self.on_state(change, session).await;
            }
            Notice::Log(log) if log.session == session.name => {
                let line = session.places.told(&log.line).text;
                match log.stream {
                    LogStream::Message => self.tell_companions_words(&line, session),
                    LogStream::Stdout | LogStream::Stderr => self.report.log(From::Child, &line),
                }
            }
            Notice::Stats(stats) if stats.session == session.name => {
                if session.ready.is_some() {
                    self.report.event(&stats_event(&stats));
                    self.tell_notices(&stats, session);
                    self.tell_violations(&stats, session);
                    self.tell_missing_probe(&stats, session);
                }
                session.stats = Some(stats);
                self.show_live(session);
            }
            Notice::Transport(now) => self.show_time(now, session),
            Notice::Measured(measured) if measured.session == session.name => {
                self.tell_measured(&measured.build);
            }
            Notice::RecordingEnded(ended) if ended.session == session.name => {
                self.report.event(&Event::Recorded(ended.take));
            }
            Notice::Devices(devices) if session.ready.is_some() => {
                self.report.event(&Event::Devices(of_this_project(devices, session.stats.as_deref())));
            }
            // For other projects, or before there is anything to report.
            _ => {}
        }
        Ok(None)
    }

    async fn on_state(
        &mut self,
        change: StateChange,
        session: &mut RunningSession,
    ) -> anyhow::Result<Option<End>> {
        let StateChange { state, reason, .. } = change;
        let reason = reason.map(|reason| session.places.told(&reason).text);
        self.report.event(&Event::State { state, reason: reason.clone() });
        self.tell_state(state, reason.as_deref(), session);
        match state {
            State::Live => {
                // A swap has its own messages.
                if session.ready.is_some()
                    && !std::mem::replace(&mut session.live, true)
                    && session.troubles.is_followed()
                {
                    self.report.tell_after("The processor is heard again.");
                }
                session.live = true;
                self.refresh(session).await?;
            }
            State::Held if session.ready.is_none() => bail!(
                "the processor can't run: {}",
                reason.map_or_else(|| "the companion's log tells why".into(), |reason| clause(&reason))
            ),
            State::Ended => {
                self.report.say("Stopped from elsewhere.");
                return Ok(Some(End::Done));
            }
            State::Bypassed | State::NotResponding | State::Crashed | State::Held => session.live = false,
            State::Starting | State::Shadow => {}
        }
        if let Some(stats) = &mut session.stats {
            stats.state = state;
        }
        self.show_live(session);
        Ok(None)
    }

    /// Shows the session's figures at the bottom of the terminal.
    pub(super) fn show_live(&self, session: &RunningSession) {
        if let Some(stats) = session.stats.as_ref().filter(|_| session.ready.is_some()) {
            let probe = self.probe.as_ref().map(|shown| shown.segment(&stats.probes));
            self.report.live(stats, probe);
        }
    }

    /// Requests what the companion doesn't send by itself: the child's process, and figures within the first second.
    pub(super) async fn refresh(&mut self, session: &mut RunningSession) -> anyhow::Result<()> {
        let companion = self.companion.as_mut().context("attached")?;
        let status = companion.connection.call(&GetStatus {}, QUICK).await?;
        if let Some(ours) = status.sessions.into_iter().find(|other| other.session == session.name) {
            self.remember_child(ours.child_pid);
            session.stats = ours.stats.map(Box::new).or(session.stats.take());
        }
        Ok(())
    }

    /// Keeps the values of a project without sound for its next start.
    fn keep_values(&self, values: Remembered, session: &mut RunningSession) {
        if let Err(error) = remembered::keep(&self.paths, &session.folder, values) {
            let text = format!("The parameters' values can't be kept for the next start: {error:#}.");
            let trouble = session.troubles.count(&text, Instant::now());
            if trouble.is_first {
                self.report.tell_trouble(&trouble);
            }
        }
    }

    /// Reports that the server of a project without sound refused a page. With sound the companion does that.
    fn on_page_refused(&self, line: String, session: &mut RunningSession) {
        self.tell_companions_words(&line, session);
        if let Some(preview) = &self.preview {
            preview.server.log(&ChildLog { session: session.name.clone(), stream: LogStream::Message, line });
        }
    }

    /// Reports that the project is ready: when it is served, and with audio when it is also heard and measured.
    async fn report_if_ready(&mut self, session: &mut RunningSession) {
        let served = session.page.late || self.page.as_ref().is_none_or(Page::is_up);
        if session.ready.is_some() || !session.live || !served {
            return;
        }
        let stats = session.stats.as_deref();
        if self.args.with_audio && stats.is_none() {
            return;
        }
        session.ready = Some(Instant::now());
        let ui_url = self.ui_url(session);
        self.report.event(&Event::Ready {
            session: session.name.clone(),
            ws_url: session.ws_url.clone(),
            ui_url: ui_url.clone(),
            inspector_url: self.token.inspector_url(session.ws_port),
            devices: stats.map(|stats| of_this_project(stats.devices.clone(), Some(stats))),
            latency_ms: stats.map(|stats| stats.latency.total_ms(stats.devices.sample_rate)),
            mode: stats.map(|stats| stats.mode),
        });
        self.tell_other_starts(session);
        self.show_live(session);
        if ui_url.is_some() && self.args.open {
            self.open_page(false, session).await;
        }
    }

    /// Opens the page in the browser, or the inspector, also if there is no page: by a single-use address, since the opening
    /// program gets it in its arguments, which every user of the machine can read.
    pub(super) async fn open_page(&mut self, inspector: bool, session: &RunningSession) {
        let inspector = inspector || self.page.is_none();
        let url = match (&mut self.companion, &self.preview) {
            (Some(companion), _) => {
                let open = OpenOnce { session: session.name.clone(), inspector };
                let opened = companion.connection.call(&open, QUICK).await;
                opened.map(|opened| opened.url).map_err(|error| error.to_string())
            }
            (None, Some(preview)) => {
                let page = self.ui_url(session).filter(|_| !inspector);
                let page = page.unwrap_or_else(|| self.token.inspector_url(session.ws_port));
                preview.server.open_once(&page).map_err(|error| error.to_string())
            }
            (None, None) => return,
        };
        match url {
            Ok(url) => self.open(&url),
            Err(error) => self.report.trouble(&format!("the page could not be opened: {error}")),
        }
    }

    /// The browser belongs to the user, not to this start: it is neither waited for nor ended.
    pub(super) fn open(&self, url: &str) {
        let opened = programs::find(platform::OPENER).map(|opener| {
            let mut command = guard::detached(&opener);
            command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
        });
        if !matches!(opened, Some(Ok(_))) {
            self.report.trouble(&format!("no browser could be opened: {} is missing", platform::OPENER));
        }
    }
}

/// The next item of a source of events; without the source this waits forever.
async fn or_never<T>(next: Option<impl Future<Output = T>>) -> T {
    match next {
        Some(next) => next.await,
        None => pending().await,
    }
}

fn stopped(error: Error, session: &RunningSession) -> anyhow::Error {
    let log = session.log.as_ref().map(|log| log.display().to_string()).unwrap_or_default();
    anyhow::Error::new(error).context(format!("the sound stopped; {log} may say why"))
}

fn stats_event(stats: &Stats) -> Event {
    Event::Stats {
        blocks: stats.blocks,
        late_blocks: stats.late_blocks.total(),
        late: stats.late_blocks,
        xruns: stats.xruns,
        load: stats.load,
        load_max: stats.load_max,
        load_p99: stats.load_p99,
        processor_load: stats.processor_load,
        wake_us: stats.wake_us,
        mode: stats.mode,
        drift: stats.drift,
        input_rms: over_both(stats.input.rms),
        output_rms: over_both(stats.output.rms),
        heard: stats.heard,
        notices: stats.notices.clone(),
        probes: stats.probes.clone(),
        realtime: stats.realtime.clone(),
    }
}
