//! A session that runs: watched until it is over.

use super::{
    End, Start, places,
    question::Question,
    rebuilds::{Rebuild, Rebuilds},
    swap::Swap,
};
use crate::{
    builds::Digest,
    companion::{Companion, Error, Incoming, QUICK},
    guard,
    page::{self, Page, PageEvent},
    platform, ports,
    processes::{Line, Processes},
    programs,
    project::PageSource,
    report::{From, Report, over_both},
    terminal::{Input, Keyboard},
};
use anyhow::{Context, bail};
use std::{
    future::pending,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::time::{Instant, sleep_until};
use wavecraft_companion_protocol::{
    control::{Attach, Notice, OPEN_ONCE, OpenOnce, OpenedOnce, SET_ORIGINS, STATUS, SetOrigins, Status},
    event::Event,
    session::{State, StateChange, Stats},
    token::FRAGMENT_KEY,
};

/// So long it may take from being attached to being heard and served. The companion gives up on a child much earlier;
/// this is for a companion or a page's server that says nothing at all.
const GETTING_READY: Duration = Duration::from_secs(90);
/// So long the page's server may take before the rest is ready without it.
const PAGE: Duration = Duration::from_secs(10);
/// So often another port is tried for the page, if the one found free is taken by the time the server starts.
const PORT_TRIES: u32 = 3;

/// What is known of a session that runs.
pub(super) struct Session {
    pub(super) name: String,
    /// The project's.
    pub(super) folder: PathBuf,
    ws_url: String,
    pub(super) ws_port: u16,
    /// The processor is heard; without audio, always.
    pub(super) live: bool,
    pub(super) stats: Option<Box<Stats>>,
    /// When it was first heard and served.
    pub(super) ready: Option<Instant>,
    /// The page, where one is served.
    pub(super) source: Option<PageSource>,
    /// How often the page's server was started.
    port_tries: u32,
    /// The page didn't come in time: what is heard doesn't wait for it.
    page_is_late: bool,
    /// Where the companion writes what it does.
    pub(super) log: Option<PathBuf>,
    /// The sources, while they are watched.
    pub(super) rebuilds: Option<Rebuilds>,
    /// What the companion was asked for, to ask it of another: with the program that is heard.
    pub(super) attach: Option<Box<Attach>>,
    /// The program that the companion runs.
    pub(super) heard: Option<Digest>,
    /// The program that is to take its place.
    pub(super) swap: Swap,
    /// What a person is asked at the bottom of the terminal.
    pub(super) question: Option<Question>,
    /// The file that was played, or is.
    pub(super) file: Option<PathBuf>,
}

impl Session {
    /// Of this name, whose dev WebSocket is there. Nothing else is known yet.
    pub(super) fn new(name: String, folder: PathBuf, ws_url: String, ws_port: u16) -> Self {
        Self {
            name,
            folder,
            ws_url,
            ws_port,
            live: false,
            stats: None,
            ready: None,
            source: None,
            port_tries: 1,
            page_is_late: false,
            log: None,
            rebuilds: None,
            attach: None,
            heard: None,
            swap: Swap::default(),
            question: None,
            file: None,
        }
    }

    /// Blocks that came too late so far; `None` before anything is measured.
    pub(super) fn late_blocks(&self) -> Option<u64> {
        self.stats.as_ref().map(|stats| stats.late_blocks.total())
    }
}

impl Start {
    pub(super) fn serve(&mut self, source: &PageSource, port: u16, session: &Session) -> anyhow::Result<()> {
        let url = source.uses_wavecraft_core().then_some(session.ws_url.as_str());
        self.page = Some(Page::serve(source, port, url, &mut self.processes)?);
        Ok(())
    }

    /// Tells what happens until it is over.
    pub(super) async fn watch(&mut self, session: &mut Session) -> anyhow::Result<End> {
        if let Some(rebuilds) = &session.rebuilds {
            for folder in rebuilds.folders() {
                self.report.detail(&format!("watching {}", folder.display()));
            }
        }
        let limit = Instant::now() + GETTING_READY;
        loop {
            self.tell_if_ready(session).await;
            if self.report.is_closed() {
                // Nobody reads any more what this says: as a closed terminal.
                return Ok(End::Interrupted);
            }
            let page = self.page.as_ref().filter(|page| !page.is_up() && !session.page_is_late);
            let page_limit = page.map(|page| page.since + PAGE);
            let end = match session.ready {
                None => Some(limit),
                Some(since) => self.args.run_time().map(|time| since + time),
            };
            tokio::select! {
                incoming = next_of_companion(&mut self.companion) => match incoming {
                    Ok(Incoming::Notice(notice)) => if let Some(end) = self.on_notice(notice, session).await? {
                        return Ok(end);
                    },
                    Ok(Incoming::Answer(id, answer)) => self.on_answer(id, answer, session).await?,
                    Err(error) => return Err(stopped(error, session)),
                },
                event = next_of(&mut self.page) => match event? {
                    PageEvent::Up => self.on_page_up(session),
                    PageEvent::Said(Line::Out(line)) => self.report.log(From::Page, &line),
                    PageEvent::Said(Line::Err(line)) => self.report.log(From::PageError, &line),
                    PageEvent::Ended(status) => self.on_page_ended(status, session).await?,
                },
                rebuild = next_rebuild(&mut session.rebuilds, &mut self.processes, &self.report) => match rebuild {
                    Ok(rebuild) => self.on_rebuild(rebuild, session).await,
                    Err(error) => {
                        session.rebuilds = None;
                        self.report.trouble(&format!(
                            "changes are not built any more, start again for that: {error:#}. What plays goes on"
                        ));
                    }
                },
                input = next_input(&mut self.keyboard) => if let Some(end) = self.on_input(input, session).await? {
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

    fn on_page_up(&self, session: &Session) {
        match self.ui_url(session).filter(|_| session.page_is_late) {
            Some(url) => {
                self.report.event(&Event::Page { ui_url: url.clone() });
                if self.args.open {
                    self.open(&url);
                }
            }
            None => self.report.detail("the page's server is up"),
        }
    }

    /// Nothing answers where the page was told to be. Whatever else runs doesn't wait for it.
    fn on_page_late(&self, session: &mut Session) {
        session.page_is_late = true;
        let Some(page) = &self.page else { return };
        let goes_on = if self.preview.is_some() { "The rest runs" } else { "The sound doesn't wait for it" };
        self.report.trouble(&format!(
            "the page isn't there: nothing answers at {} {} s after its server was started. A `dev` script in \
             ui/package.json has to pass on to its server what it is given (--host, --port and --strictPort). {goes_on}; \
             --no-ui starts without a page. Its server said:{}",
            page.url(),
            PAGE.as_secs(),
            page.last_lines()
        ));
    }

    async fn on_page_ended(&mut self, status: ExitStatus, session: &mut Session) -> anyhow::Result<()> {
        let Some(page) = self.page.take() else { return Ok(()) };
        let again = !page.is_up() && !self.args.strict_port && session.port_tries < PORT_TRIES;
        match ports::free_port(page.port, false).await {
            Ok(port) if again && port != page.port => {
                session.port_tries += 1;
                self.move_page(port, session).await
            }
            _ if session.ready.is_none() => bail!(
                "the page's server ended ({status}); `--no-ui` starts without it. It said:{}",
                page.last_lines()
            ),
            _ => {
                self.report.trouble(&format!(
                    "the page's server ended ({status}). The sound goes on; for the page, stop and start again"
                ));
                Ok(())
            }
        }
    }

    /// Another program took the page's port between the look and the start.
    async fn move_page(&mut self, port: u16, session: &Session) -> anyhow::Result<()> {
        let origins = page::origins(port);
        if let Some(companion) = &mut self.companion {
            let origins = SetOrigins { session: session.name.clone(), origins };
            companion.connection.call::<serde_json::Value>(SET_ORIGINS, &origins, QUICK).await?;
        } else if let Some(preview) = &self.preview {
            preview.server.set_origins(origins);
        }
        match &session.source {
            Some(source) => self.serve(source, port, session),
            None => Ok(()),
        }
    }

    async fn on_notice(&mut self, notice: Notice, session: &mut Session) -> anyhow::Result<Option<End>> {
        match notice {
            Notice::State(change) if change.session == session.name => {
                return self.on_state(change, session).await;
            }
            Notice::Log(log) if log.session == session.name => {
                self.report.log(From::Child, &places::in_project(&log.line, &session.folder));
            }
            Notice::Stats(stats) if stats.session == session.name => {
                if session.ready.is_some() {
                    self.report.event(&stats_event(&stats));
                    self.report.live(&stats);
                }
                session.stats = Some(stats);
            }
            Notice::Devices(devices) if session.ready.is_some() => {
                self.report.event(&Event::Devices(devices))
            }
            // Of other projects, or before there is anything to say.
            _ => {}
        }
        Ok(None)
    }

    async fn on_state(&mut self, change: StateChange, session: &mut Session) -> anyhow::Result<Option<End>> {
        let StateChange { state, reason, .. } = change;
        let reason = reason.map(|reason| places::in_project(&reason, &session.folder));
        self.report.event(&Event::State { state, reason: reason.clone() });
        match state {
            State::Live => {
                // A swap has its own words.
                if session.ready.is_some() && !std::mem::replace(&mut session.live, true) {
                    self.report.say("The processor is heard again.");
                }
                session.live = true;
                self.renew(session).await?;
            }
            State::Held if session.ready.is_none() => bail!(
                "the processor can't run: {}",
                reason.unwrap_or_else(|| "the companion's log tells why".into())
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

    /// Shows how it is at the bottom of the terminal.
    pub(super) fn show_live(&self, session: &Session) {
        if let Some(stats) = session.stats.as_ref().filter(|_| session.ready.is_some()) {
            self.report.live(stats);
        }
    }

    /// Asks for what the companion doesn't tell by itself: the child's process, and figures before the first second is
    /// over.
    pub(super) async fn renew(&mut self, session: &mut Session) -> anyhow::Result<()> {
        let companion = self.companion.as_mut().context("attached")?;
        let status: Status = companion.connection.call(STATUS, &serde_json::json!({}), QUICK).await?;
        if let Some(ours) = status.sessions.into_iter().find(|other| other.session == session.name) {
            self.remember_child(ours.child_pid);
            session.stats = ours.stats.map(Box::new).or(session.stats.take());
        }
        Ok(())
    }

    /// Once it is served, and with audio heard and measured.
    async fn tell_if_ready(&mut self, session: &mut Session) {
        let served = session.page_is_late || self.page.as_ref().is_none_or(Page::is_up);
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
            devices: stats.map(|stats| stats.devices.clone()),
            latency_ms: stats.map(|stats| stats.latency.total_ms(stats.devices.sample_rate)),
            mode: stats.map(|stats| stats.mode),
        });
        self.show_live(session);
        if ui_url.is_some() && self.args.open {
            self.open_page(session).await;
        }
    }

    fn ui_url(&self, session: &Session) -> Option<String> {
        let page = self.page.as_ref().filter(|page| page.is_up())?;
        Some(format!("{}#{FRAGMENT_KEY}={}&ws={}", page.url(), self.token.as_str(), session.ws_port))
    }

    /// The page in the browser, or where there is none the inspector: by an address that works once, since what opens it is
    /// told the address in its arguments, which every user of the machine can read.
    pub(super) async fn open_page(&mut self, session: &Session) {
        let url = match (&mut self.companion, &self.preview) {
            (Some(companion), _) => {
                let open = OpenOnce { session: session.name.clone(), inspector: self.page.is_none() };
                let opened = companion.connection.call::<OpenedOnce>(OPEN_ONCE, &open, QUICK).await;
                opened.map(|opened| opened.url).map_err(|error| error.to_string())
            }
            (None, Some(preview)) => {
                let page = self.ui_url(session);
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

    /// The browser is the user's, not this start's: it is not waited for and not ended.
    fn open(&self, url: &str) {
        let opened = programs::find(platform::OPENER).map(|opener| {
            let mut command = guard::detached(&opener);
            command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
        });
        if !matches!(opened, Some(Ok(_))) {
            self.report.trouble(&format!("no browser could be opened: {} is missing", platform::OPENER));
        }
    }
}

async fn next_of(page: &mut Option<Page>) -> std::io::Result<PageEvent> {
    match page {
        Some(page) => page.next().await,
        None => pending().await,
    }
}

async fn next_of_companion(companion: &mut Option<Companion>) -> Result<Incoming, Error> {
    match companion {
        Some(companion) => companion.connection.next().await,
        None => pending().await,
    }
}

async fn next_input(keyboard: &mut Option<Keyboard>) -> Input {
    match keyboard {
        Some(keyboard) => keyboard.next().await,
        None => pending().await,
    }
}

async fn next_rebuild(
    rebuilds: &mut Option<Rebuilds>,
    processes: &mut Processes,
    report: &Report,
) -> anyhow::Result<Rebuild> {
    match rebuilds {
        Some(rebuilds) => rebuilds.next(processes, report).await,
        None => pending().await,
    }
}

fn stopped(error: Error, session: &Session) -> anyhow::Error {
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
    }
}
