//! Prepares a session: the project, its packages, the first build, and a companion or preview to run it.

use super::{
    attach::no_port,
    defaults_watch::DefaultsWatch,
    devices, keys,
    rebuilds::Rebuilds,
    session::{PageState, RunningSession},
    state::{End, Start},
};
use crate::{
    builds::{Builds, Digest},
    cargo::{self, Target},
    companion,
    generated::Generated,
    page::{self, PageSource},
    ports,
    preview::{self, Preview},
    project::{DEFAULTS_FILE, Project},
    remembered,
};
use anyhow::Context;
use std::path::PathBuf;
use wavecraft_companion_protocol::{
    control::{Attach, ProjectProgram},
    session::Source,
};

impl Start {
    /// Builds, runs, serves, and watches until it is over.
    pub(crate) async fn work(&mut self) -> anyhow::Result<End> {
        let project = Project::find(&current_folder()?)?;
        self.report.say(&format!("wavecraft {} · {}", env!("CARGO_PKG_VERSION"), project.folder.display()));
        self.folder = Some(project.folder.clone());
        let defaults = DefaultsWatch::new(&project, !self.args.no_watch);
        if let Some(told) = self.args.fill(&project.defaults)? {
            self.report.say(&told);
        }
        if let Some(end) = self.claim_folder(&project).await? {
            return Ok(end);
        }
        let mut page = PageState::default();
        match project.page() {
            _ if self.args.no_ui => {}
            Ok(source) => page.source = source.filter(|page| self.can_serve(page)),
            Err(error) => {
                page.source = Some(PageSource::unread(&project.folder));
                self.miss_page(&mut page, &error);
            }
        }
        if page.source.is_some() && self.args.strict_port {
            // Checked now rather than after the build.
            ports::free_port(self.args.ui_port(), true).await?;
        }
        let cargo = cargo::program()?;
        let target = cargo::find_target(&cargo, &project, &mut self.processes).await?;
        self.report.link_places(&target.places);
        if target.published.is_some() && !self.args.with_audio && project.defaults.audio.is_none() {
            self.report.say(&format!(
                "Without sound: the published Wavecraft's own `start` plays, this one with --with-audio, or always with \
                 `audio = true` in {DEFAULTS_FILE} (`false`: this is no longer said)."
            ));
        }
        if let Some(source) = page.source.as_ref().filter(|_| page.absent.is_none()) {
            let policy = self.args.install_policy();
            let installed = page::install_if_needed(source, policy, &mut self.processes, &self.report).await;
            if let Err(error) = installed {
                self.miss_page(&mut page, &error);
            }
        }
        self.take_keyboard();
        // From before the build on, so that edits made during it are noticed too.
        let (profile, watch) = (self.args.profile.clone(), !self.args.no_watch);
        let rebuilds = self.watched(Rebuilds::new(cargo.clone(), target.clone(), profile, watch));
        let profile = self.args.profile.as_deref();
        let build = cargo::build(&cargo, &target, profile, &mut self.processes, &self.report);
        let (built, artifacts) = tokio::select! {
            built = build => built?,
            () = keys::until_quit(&mut self.keyboard, self.report.screen()) => return Ok(End::Done),
        };
        let ui_port = match &page.source {
            Some(_) if page.absent.is_none() => {
                Some(ports::free_port(self.args.ui_port(), self.args.strict_port).await?)
            }
            _ => None,
        };
        let origins = ui_port.map(page::origins).unwrap_or_default();
        self.generated = Generated::of(&project, target.published.as_ref());
        let mut session = if self.args.with_audio {
            self.attach(&project, &target, &built, origins).await?
        } else {
            self.preview(&project, &target, &built, origins).await?
        };
        session.page = page;
        session.places = target.places.clone();
        session.defaults = Some(defaults);
        if let Some(port) = ui_port
            && let Err(error) = self.serve(port, &mut session)
        {
            self.miss_page(&mut session.page, &error);
        }
        if let Some(mut rebuilds) = rebuilds {
            let wide = rebuilds.watch_inputs(&built, artifacts, &mut self.processes).await;
            session.rebuilds = self.watched(wide.map(|()| rebuilds));
        }
        self.watch_and_resume(&mut session).await
    }

    async fn attach(
        &mut self,
        project: &Project,
        target: &Target,
        built: &ProjectProgram,
        origins: Vec<String>,
    ) -> anyhow::Result<RunningSession> {
        let builds = self.builds.insert(Builds::create(&self.paths.builds_dir)?);
        let (digest, program) = (Digest::of(built)?, builds.keep(built)?);
        self.generate(&program).await;
        let waiting = remembered::waiting(&self.paths, &project.folder);
        let attach = Attach {
            project_dir: project.folder.clone(),
            name: target.package.clone(),
            program,
            args: Vec::new(),
            cwd: project.engine(),
            env: companion::environment(),
            parameters: waiting.as_ref().map(|waiting| waiting.parameters.clone()).unwrap_or_default(),
            sets: waiting.as_ref().map(|waiting| waiting.sets.clone()),
            preset: waiting.and_then(|waiting| waiting.preset),
            origins,
            port: self.args.port,
            strict_port: self.args.strict_port,
            token: self.token.clone(),
            audio_token: self.audio_token.clone(),
            source: self.args.input.clone(),
            mode: self.args.mode,
            on_bypass: project.defaults.on_bypass,
            measure: self.args.no_measure.then_some(false),
            watch: (self.args.no_realtime_watch || project.defaults.realtime.watch == Some(false))
                .then_some(false),
            transport: self.args.project_transport(&project.defaults.transport),
        };
        self.meet_companion().await?;
        let companion = self.companion.as_mut().context("met")?;
        let log = companion.welcome.log.clone();
        devices::choose(&mut companion.connection, &project.defaults.devices, None, &self.report).await?;
        let attached = self.run_on_companion(&attach).await?;
        if let Err(error) = remembered::handed_over(&self.paths, &project.folder) {
            self.report
                .detail(&format!("the values that were set without audio can't be taken out: {error:#}"));
        }
        self.report.item("Log", &log.display().to_string());
        let mut session =
            RunningSession::new(attached.session, project.folder.clone(), attached.ws_url, attached.port);
        (session.log, session.heard, session.attach) = (Some(log), Some(digest), Some(Box::new(attach)));
        if let Some(Source::File { path }) = &self.args.input {
            session.file = Some(path.clone());
        }
        Ok(session)
    }

    async fn preview(
        &mut self,
        project: &Project,
        target: &Target,
        built: &ProjectProgram,
        origins: Vec<String>,
    ) -> anyhow::Result<RunningSession> {
        let described = preview::describe(built, &mut self.processes).await?;
        if let Some(generated) = &mut self.generated {
            generated.write(&described, &self.report);
        }
        let (token, audio_token) = (self.token.clone(), self.audio_token.clone());
        let port = (self.args.port, self.args.strict_port);
        let remembered = remembered::load(&self.paths, &project.folder);
        let folder = project.folder.clone();
        let preview = Preview::serve((described, remembered), folder, port, token, audio_token, origins)
            .await
            .map_err(no_port)?;
        let preview = self.preview.insert(preview);
        let server = &preview.server;
        let mut session = RunningSession::new(
            target.package.clone(),
            project.folder.clone(),
            server.ws_url(),
            server.port(),
        );
        session.live = true;
        Ok(session)
    }

    /// Only the page is refused, and at once: the rest goes on without it.
    fn can_serve(&self, page: &PageSource) -> bool {
        if let Some(char) = page.unservable() {
            self.report.trouble(&format!(
                "the page isn't served: Vite can't serve a page from a folder with {char} in its path ({}). Everything else \
                 runs; give the folder another name to have the page, or start with --no-ui",
                page.folder.display()
            ));
        }
        page.unservable().is_none()
    }

    /// Rewrites the page's generated files, if it has any, from what `program` says of itself.
    pub(super) async fn generate(&mut self, program: &ProjectProgram) {
        let Some(generated) = &mut self.generated else { return };
        match preview::describe(program, &mut self.processes).await {
            Ok(described) => generated.write(&described, &self.report),
            // The program is about to be heard or refused, and that is reported.
            Err(error) => self.report.detail(&format!("the page's generated files are as before: {error:#}")),
        }
    }

    /// Watching is optional: if the system can't watch, the sound goes on without it.
    fn watched(&self, rebuilds: anyhow::Result<Rebuilds>) -> Option<Rebuilds> {
        let told = |error: &anyhow::Error| {
            self.report.trouble(&format!(
                "the sources can't be watched, so no change is built by itself: {error:#}. Press r to build, or start again"
            ));
        };
        rebuilds.inspect_err(told).ok()
    }
}

/// The folder that the command was run in.
fn current_folder() -> anyhow::Result<PathBuf> {
    std::env::current_dir().context("the current folder is gone: change to your project's folder")
}
