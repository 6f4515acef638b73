//! The project's page beside its sound: a failure of the page never ends the sound, and is retried when it may be
//! fixed.

use super::{
    session::{PageNews, PageState, RunningSession},
    state::Start,
};
use crate::{
    builds::Builds,
    companion::QUICK,
    page::{self, Absent, Install, Lead, NotAllowed, Page, PageSource, Step},
    ports,
    report::From,
};
use std::{process::ExitStatus, time::Duration};
use tokio::time::Instant;
use wavecraft_companion_protocol::{control::SetOrigins, event::Event, token::FRAGMENT_KEY};

/// How often another port is tried for the page, if the free port is taken by the time the server starts.
const PORT_TRIES: u32 = 3;

/// How long the rest waits for the page's server before it is ready without it.
const PATIENCE: Duration = Duration::from_secs(10);

impl Start {
    /// Starts the page's server.
    ///
    /// # Errors
    /// If it can't be started.
    pub(super) fn serve(&mut self, port: u16, session: &mut RunningSession) -> anyhow::Result<()> {
        let Some(source) = &session.page.source else { return Ok(()) };
        let mut lead = None;
        if source.uses_wavecraft_core() {
            let builds = match &mut self.builds {
                Some(builds) => builds,
                none => none.insert(Builds::create(&self.paths.builds_dir)?),
            };
            lead = Some(Lead::write(&builds.page()?, &session.ws_url)?);
            if source.plain_vite().is_none() && !std::mem::replace(&mut session.page.advised, true) {
                self.report.warn(Lead::advice());
            }
        }
        session.page.port_tries += 1;
        self.page = Some(Page::serve(source, port, lead.as_ref(), &mut self.processes)?);
        Ok(())
    }

    /// Continues without the page: reports why, and waits for what may fix it.
    pub(super) fn miss_page(&self, page: &mut PageState, error: &anyhow::Error) {
        let Some(source) = &page.source else { return };
        page.refused |= error.is::<NotAllowed>();
        page.absent = Some(Absent::new(source.clone()));
        let again = match page.refused {
            true => "It is served as soon as they are there",
            false => {
                "It is tried again when package.json, a lock file or Vite's configuration changes; --no-ui leaves it out"
            }
        };
        let goes_on = if self.preview.is_some() { "The rest runs" } else { "The sound goes on" };
        self.report.trouble(&format!("no page: {error:#}\n{goes_on} without it. {again}"));
    }

    /// Handles a change of the files that may have prevented the page, or a step of the installation of its packages.
    ///
    /// # Errors
    /// If the companion is gone.
    pub(super) async fn on_page_news(
        &mut self,
        news: PageNews,
        session: &mut RunningSession,
    ) -> anyhow::Result<()> {
        let outcome = match news {
            PageNews::Changed => self.page_changed(session),
            PageNews::Step(Ok(Step::Said(line))) => {
                self.report.log(From::Page, &line);
                return Ok(());
            }
            PageNews::Step(step) => {
                session.page.install = None;
                step.map(|_| true)
            }
        };
        match outcome {
            Ok(false) => Ok(()),
            Ok(true) => match ports::free_port(self.args.ui_port(), self.args.strict_port).await {
                Ok(port) => {
                    session.page.port_tries = 0;
                    self.serve_at(port, session).await
                }
                Err(error) => {
                    self.miss_page(&mut session.page, &error);
                    Ok(())
                }
            },
            Err(error) => {
                self.miss_page(&mut session.page, &error);
                Ok(())
            }
        }
    }

    /// Whether the page can be served now.
    fn page_changed(&mut self, session: &mut RunningSession) -> anyhow::Result<bool> {
        let side = &mut session.page;
        match PageSource::find(&session.folder) {
            Ok(Some(source)) => side.source = Some(source),
            // The file is being written.
            Ok(None) => {}
            Err(error) => return Err(error),
        }
        let Some(source) = &side.source else { return Ok(false) };
        side.absent = None;
        if !source.needs_install() {
            return Ok(true);
        }
        if side.refused {
            side.absent = Some(Absent::new(source.clone()));
        } else {
            side.install = Some(Install::begin(source, &mut self.processes, &self.report)?);
        }
        Ok(false)
    }

    /// Handles the end of the page's server.
    ///
    /// # Errors
    /// If the companion is gone.
    pub(super) async fn on_page_ended(
        &mut self,
        status: ExitStatus,
        session: &mut RunningSession,
    ) -> anyhow::Result<()> {
        let Some(page) = self.page.take() else { return Ok(()) };
        session.page.late = false;
        let again = !page.is_up() && !self.args.strict_port && session.page.port_tries < PORT_TRIES;
        match ports::free_port(page.port, false).await {
            // Another program took the port between the check and the start.
            Ok(port) if again && port != page.port => self.serve_at(port, session).await,
            _ => {
                let error = anyhow::anyhow!("its server ended ({status}). It said:{}", page.last_lines());
                self.miss_page(&mut session.page, &error);
                Ok(())
            }
        }
    }

    /// When the rest becomes ready without the page, if it isn't there yet.
    pub(super) fn page_limit(&self, session: &RunningSession) -> Option<Instant> {
        let page = self.page.as_ref().filter(|page| !page.is_up() && !session.page.late);
        page.map(|page| page.since + PATIENCE)
    }

    /// Reports that nothing answers at the page's address. Everything else continues without it.
    pub(super) fn on_page_late(&self, session: &mut RunningSession) {
        session.page.late = true;
        let Some(page) = &self.page else { return };
        let goes_on = if self.preview.is_some() { "The rest runs" } else { "The sound doesn't wait for it" };
        self.report.trouble(&format!(
            "the page isn't there: nothing answers at {} {} s after its server was started. A `dev` script in \
             ui/package.json has to pass on to its server what it is given (--host, --port and --strictPort). {goes_on}; \
             --no-ui starts without a page. Its server said:{}",
            page.url(),
            PATIENCE.as_secs(),
            page.last_lines()
        ));
    }

    /// Allows the page at this port to connect, and serves it there.
    async fn serve_at(&mut self, port: u16, session: &mut RunningSession) -> anyhow::Result<()> {
        let origins = page::origins(port);
        if let Some(companion) = &mut self.companion {
            let origins = SetOrigins { session: session.name.clone(), origins };
            companion.connection.call(&origins, QUICK).await?;
        } else if let Some(preview) = &self.preview {
            preview.server.set_origins(origins);
        }
        if let Err(error) = self.serve(port, session) {
            self.miss_page(&mut session.page, &error);
        }
        Ok(())
    }

    /// Handles the first answer of the page's server. If the rest was already reported as ready, the page's address
    /// follows.
    pub(super) async fn on_page_up(&mut self, session: &RunningSession) {
        match self.ui_url(session).filter(|_| session.ready.is_some()) {
            Some(ui_url) => {
                self.report.event(&Event::Page { ui_url });
                self.tell_other_starts(session);
                if self.args.open {
                    self.open_page(false, session).await;
                }
            }
            None => self.report.detail("the page's server is up"),
        }
    }

    /// The page's address, with the token after the #.
    pub(super) fn ui_url(&self, session: &RunningSession) -> Option<String> {
        let page = self.page.as_ref().filter(|page| page.is_up())?;
        Some(format!("{}#{FRAGMENT_KEY}={}&ws={}", page.url(), self.token.as_str(), session.ws_port))
    }
}
