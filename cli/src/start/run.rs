//! The work of a start: everything up to the sound, then watching over it.

use super::{End, Start, current_folder};
use crate::{
    builds::Builds,
    cargo,
    companion::{self, QUICK},
    guard,
    page::{self, Page, PageEvent},
    platform, ports,
    processes::Line,
    programs,
    project::{PageSource, Project},
    report::From,
};
use anyhow::{Context, bail};
use std::{
    collections::BTreeMap,
    future::pending,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::time::{Instant, sleep_until};
use wavecraft_companion_protocol::{
    control::{
        self, ATTACH, Attach, Attached, Notice, SET_ORIGINS, STATUS, SUBSCRIBE, SetOrigins, Status, Subscribe,
    },
    event::Event,
    session::{State, StateChange, Stats},
    token::FRAGMENT_KEY,
};

/// So long an attach may take: the system may check a program that it never saw before.
const ATTACHING: Duration = Duration::from_secs(30);
/// So long it may take from being attached to being heard and served. The companion gives up on a child much earlier;
/// this is for a companion or a page's server that says nothing at all.
const GETTING_READY: Duration = Duration::from_secs(90);
/// So often another port is tried for the page, if the one found free is taken by the time the server starts.
const PORT_TRIES: u32 = 3;
/// Variables that the processor may want to see.
const PASSED_ON: [&str; 2] = ["RUST_BACKTRACE", "RUST_LOG"];

/// What is known of a session that runs.
struct Session {
    name: String,
    ws_url: String,
    ws_port: u16,
    live: bool,
    stats: Option<Box<Stats>>,
    /// When it was first heard and served.
    ready: Option<Instant>,
    /// How often the page's server was started.
    port_tries: u32,
}

impl Start {
    /// Builds, attaches, serves, and watches until it is over.
    pub(crate) async fn work(&mut self) -> anyhow::Result<End> {
        let project = Project::find(&current_folder()?)?;
        self.report.say(&format!("wavecraft {} · {}", env!("CARGO_PKG_VERSION"), project.folder.display()));
        let source = if self.args.no_ui { None } else { project.page()? };
        if source.is_some() && self.args.strict_port {
            // Known at once rather than after the build.
            ports::free_port(self.args.ui_port, true)?;
        }
        let cargo = cargo::program()?;
        let dev_audio = cargo::find_dev_audio(&cargo, &project, &mut self.processes).await?;
        if let Some(source) = &source {
            let policy = self.args.install_policy();
            page::install_if_needed(source, policy, &mut self.processes, &self.report).await?;
        }
        let profile = self.args.profile.as_deref();
        let built = cargo::build(&cargo, &dev_audio, profile, &mut self.processes, &self.report).await?;
        let builds = self.builds.insert(Builds::create(&self.paths.builds_dir)?);
        let executable = builds.keep(&built)?;

        let companion = companion::find_or_start(&self.paths, &mut self.launched).await?;
        let companion = self.companion.insert(companion);
        let log = companion.welcome.log.clone();
        self.report.detail(&format!(
            "companion {}, process {}{}",
            companion.welcome.app_version,
            companion.welcome.pid,
            if companion.welcome.headless { ", without a menu" } else { "" }
        ));
        let ui_port = match &source {
            Some(_) => Some(ports::free_port(self.args.ui_port, self.args.strict_port)?),
            None => None,
        };
        let attach = Attach {
            project_dir: project.folder.clone(),
            name: dev_audio.package,
            executable,
            args: Vec::new(),
            cwd: project.engine(),
            env: environment(),
            parameters: BTreeMap::new(),
            origins: ui_port.map(page::origins).unwrap_or_default(),
            port: self.args.port,
            strict_port: self.args.strict_port,
            token: self.token.clone(),
            audio_token: self.audio_token.clone(),
            source: self.args.input.clone(),
        };
        let connection = &mut companion.connection;
        connection.call::<serde_json::Value>(SUBSCRIBE, &Subscribe { all: false }, QUICK).await?;
        let attached: Attached = connection.call(ATTACH, &attach, ATTACHING).await.map_err(attach_error)?;
        let mut session = Session {
            name: attached.session,
            ws_url: attached.ws_url,
            ws_port: attached.port,
            live: false,
            stats: None,
            ready: None,
            port_tries: 1,
        };
        if let (Some(source), Some(port)) = (&source, ui_port) {
            self.serve(source, port, &session)?;
        }
        self.report.item("Log", &log.display().to_string());
        self.watch(&mut session, source.as_ref(), &log).await
    }

    fn serve(&mut self, source: &PageSource, port: u16, session: &Session) -> anyhow::Result<()> {
        let url = source.uses_wavecraft_core().then_some(session.ws_url.as_str());
        self.page = Some(Page::serve(source, port, url, &mut self.processes)?);
        Ok(())
    }

    /// Tells what happens until it is over.
    async fn watch(
        &mut self,
        session: &mut Session,
        source: Option<&PageSource>,
        log: &Path,
    ) -> anyhow::Result<End> {
        let limit = Instant::now() + GETTING_READY;
        loop {
            let end = match session.ready {
                None => Some(limit),
                Some(since) => self.args.run_time().map(|time| since + time),
            };
            let companion = self.companion.as_mut().context("attached")?;
            tokio::select! {
                notice = companion.connection.notice() => {
                    let notice = notice.with_context(|| format!("the sound stopped; {} may say why", log.display()))?;
                    if let Some(end) = self.on_notice(notice, session).await? {
                        return Ok(end);
                    }
                }
                event = next_of(&mut self.page) => match event? {
                    PageEvent::Up => self.report.detail("the page's server is up"),
                    PageEvent::Said(Line::Out(line)) => self.report.log(From::Page, &line),
                    PageEvent::Said(Line::Err(line)) => self.report.log(From::PageError, &line),
                    PageEvent::Ended(status) => self.on_page_ended(status, source, session).await?,
                },
                () = sleep_until(end.unwrap_or_else(Instant::now)), if end.is_some() => {
                    if session.ready.is_some() {
                        return Ok(End::Done);
                    }
                    bail!(
                        "not ready after {} s: the processor is {}, the page's server is {}. The companion's log may \
                         tell more",
                        GETTING_READY.as_secs(),
                        if session.live { "heard" } else { "not heard" },
                        if self.page.as_ref().is_none_or(Page::is_up) { "up or not wanted" } else { "not up" }
                    );
                }
            }
            self.tell_if_ready(session);
            if self.report.is_closed() {
                // Nobody reads any more what this says: as a closed terminal.
                return Ok(End::Interrupted);
            }
        }
    }

    async fn on_page_ended(
        &mut self,
        status: ExitStatus,
        source: Option<&PageSource>,
        session: &mut Session,
    ) -> anyhow::Result<()> {
        let Some(page) = self.page.take() else { return Ok(()) };
        let again =
            source.filter(|_| !page.is_up() && !self.args.strict_port && session.port_tries < PORT_TRIES);
        match (again, ports::free_port(page.port, false)) {
            (Some(source), Ok(port)) if port != page.port => {
                session.port_tries += 1;
                self.move_page(source, port, session).await
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
    async fn move_page(&mut self, source: &PageSource, port: u16, session: &Session) -> anyhow::Result<()> {
        let origins = SetOrigins { session: session.name.clone(), origins: page::origins(port) };
        let companion = self.companion.as_mut().context("attached")?;
        companion.connection.call::<serde_json::Value>(SET_ORIGINS, &origins, QUICK).await?;
        self.serve(source, port, session)
    }

    async fn on_notice(&mut self, notice: Notice, session: &mut Session) -> anyhow::Result<Option<End>> {
        match notice {
            Notice::State(change) if change.session == session.name => {
                return self.on_state(change, session).await;
            }
            Notice::Log(log) if log.session == session.name => self.report.log(From::Child, &log.line),
            Notice::Stats(stats) if stats.session == session.name => {
                if session.ready.is_some() {
                    self.report.event(&stats_event(&stats));
                }
                session.stats = Some(stats);
            }
            Notice::Devices(devices) if session.ready.is_some() => {
                let latency =
                    session.stats.as_ref().map_or(0.0, |stats| stats.latency.total_ms(devices.sample_rate));
                self.report.item("Audio", &crate::report::audio(&devices, latency));
            }
            // Of other projects, or before there is anything to say.
            _ => {}
        }
        Ok(None)
    }

    async fn on_state(&mut self, change: StateChange, session: &mut Session) -> anyhow::Result<Option<End>> {
        let StateChange { state, reason, .. } = change;
        self.report.event(&Event::State { state, reason: reason.clone() });
        match state {
            State::Live => {
                session.live = true;
                if session.ready.is_some() {
                    self.report.say("The processor is heard again.");
                }
                let companion = self.companion.as_mut().context("attached")?;
                let status: Status = companion.connection.call(STATUS, &serde_json::json!({}), QUICK).await?;
                let ours = status.sessions.into_iter().find(|other| other.session == session.name);
                if let Some(ours) = ours {
                    self.remember_child(ours.child_pid);
                    session.stats = ours.stats.map(Box::new).or(session.stats.take());
                }
            }
            State::Held if session.ready.is_none() => bail!(
                "the processor can't run: {}",
                reason.unwrap_or_else(|| "the companion's log tells why".into())
            ),
            State::Ended => {
                self.report.say("Stopped from elsewhere.");
                return Ok(Some(End::Done));
            }
            _ => {}
        }
        Ok(None)
    }

    /// Once it is heard, measured and served.
    fn tell_if_ready(&mut self, session: &mut Session) {
        let served = self.page.as_ref().is_none_or(Page::is_up);
        if session.ready.is_some() || !session.live || !served {
            return;
        }
        let Some(stats) = &session.stats else { return };
        session.ready = Some(Instant::now());
        let ui_url = self.page.as_ref().map(|page| {
            format!("{}#{FRAGMENT_KEY}={}&ws={}", page.url(), self.token.as_str(), session.ws_port)
        });
        self.report.event(&Event::Ready {
            session: session.name.clone(),
            ws_url: session.ws_url.clone(),
            ui_url: ui_url.clone(),
            devices: stats.devices.clone(),
            latency_ms: stats.latency.total_ms(stats.devices.sample_rate),
        });
        if let Some(url) = ui_url.filter(|_| self.args.open) {
            self.open(&url);
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

fn environment() -> BTreeMap<String, String> {
    PASSED_ON.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?))).collect()
}

fn attach_error(error: companion::Error) -> anyhow::Error {
    match error {
        companion::Error::Refused(refused) if refused.code == control::PORT_TAKEN => {
            anyhow::anyhow!("{refused}. Choose another with --port, or leave out --strict-port")
        }
        other => anyhow::Error::new(other).context("the companion could not run the project"),
    }
}

fn stats_event(stats: &Stats) -> Event {
    let both = |rms: [f32; 2]| ((rms[0] * rms[0] + rms[1] * rms[1]) / 2.0).sqrt();
    Event::Stats {
        blocks: stats.blocks,
        late_blocks: stats.late_blocks.total(),
        late: stats.late_blocks,
        xruns: stats.xruns,
        load: stats.load,
        input_rms: both(stats.input.rms),
        output_rms: both(stats.output.rms),
    }
}
