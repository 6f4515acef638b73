//! One attached project, from its attach until nothing of it is left. The socket, the pages and the menu all call these
//! functions.

mod abx;
mod asked_of_time;
mod audience;
pub(crate) mod builds;
mod children;
mod comparison;
mod context;
mod counters;
mod event;
mod finiteness;
mod history;
mod host;
mod input;
mod keeper;
mod limits;
mod measuring;
mod mix;
mod notices;
mod page_requests;
mod pages;
mod parameters;
mod playback;
mod probes;
mod recent;
mod recorder;
mod server;
mod takes;
mod transport;
mod violations;

pub(crate) use context::Context;
pub(crate) use event::{SessionEvent, SessionId};
#[cfg(test)]
pub(crate) use host::Shared as SharedWithPages;
pub(crate) use limits::{check, check_program, room_for};
pub(crate) use notices::NOT_A_NUMBER;
pub(crate) use playback::Playback;
pub(crate) use takes::RecordRequest;

use crate::{
    control::{ConnectionId, Owed},
    outlet::Outlet,
    platform::Program,
};
use audience::Audience;
use host::Shared;
use server::DevServer;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};
use tracing::{info, warn};
use wavecraft_companion_protocol::{
    comparison::Compare,
    control::{
        Attach, Attached, BAD_SOURCE, Detach, PORT_TAKEN, RELOAD_FAILED, Reload, SessionStatus, SetSource,
    },
    method::Done,
    microphone::Listener,
    preset::BAD_PRESET,
    rpc::{ErrorObject, INTERNAL_ERROR},
    session::{Build, Mode, OnBypass as Heard, Source},
};
use wavecraft_companion_server::{BindError, Presets, Server};

/// An attached project: what it plays, who owns it, and which calls wait for it.
pub(crate) struct Session {
    id: SessionId,
    /// The parameters of its attach call.
    attach: Attach,
    began: Instant,
    playback: Playback,
    /// The earliest time at which requests from its pages are handled again.
    requests_due: Instant,
    /// The earliest time at which its pages restart its processor again.
    restart_due: Instant,
    /// The attach call's answer, until it is sent.
    attach_reply: Option<Owed<Attach>>,
    /// Set while it is being detached: nothing new begins, and these calls wait for the end.
    ending: Option<Vec<Owed<Detach>>>,
    /// Its connection closed without a detach.
    lost: bool,
    events: Outlet<SessionEvent>,
}

impl Session {
    /// Attaches a project whose limits and program were checked. The call is answered once its place in the mix is
    /// known.
    pub(crate) fn new(
        id: SessionId,
        owner: ConnectionId,
        attach: Attach,
        reply: Owed<Attach>,
        events: Outlet<SessionEvent>,
        cx: &Context,
    ) -> Self {
        info!("{id}: attached from {}", attach.project_dir.display());
        let remembered = cx.settings.project(&attach.project_dir);
        let begins_with = keeper::begin(&attach, remembered);
        let shared =
            Arc::new(Shared::new(id.clone(), events.clone(), attach.project_dir.clone(), begins_with));
        let server = DevServer::bind(&attach, Arc::clone(&shared), events.clone());
        let program = Program {
            runs: attach.program.clone(),
            args: attach.args.clone(),
            cwd: attach.cwd.clone(),
            env: violations::environment(&attach),
        };
        let audience = Audience::new(id.clone(), owner, server, shared);
        Self {
            playback: Playback::new(&attach, remembered, audience, program, events.clone(), cx),
            began: Instant::now(),
            requests_due: Instant::now(),
            restart_due: Instant::now(),
            attach_reply: Some(reply),
            ending: None,
            lost: false,
            id,
            attach,
            events,
        }
    }

    // What others see of the session.

    pub(crate) fn id(&self) -> &SessionId {
        &self.id
    }

    pub(crate) fn name(&self) -> &str {
        &self.attach.name
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.attach.project_dir
    }

    pub(crate) fn owner(&self) -> ConnectionId {
        self.playback.audience.owner()
    }

    /// What it plays.
    pub(crate) fn playback(&self) -> &Playback {
        &self.playback
    }

    /// What it plays, to be changed.
    pub(crate) fn playback_mut(&mut self) -> &mut Playback {
        &mut self.playback
    }

    /// When it was attached.
    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.ending.is_some()
    }

    /// Its page's address, while it is served.
    pub(crate) fn page(&self) -> Option<String> {
        self.playback.audience.server.page(&self.attach)
    }

    /// Its dev server, while it serves.
    pub(crate) fn server(&self) -> Option<&Server> {
        self.playback.audience.server.open()
    }

    /// Its presets.
    ///
    /// # Errors
    /// It isn't served yet, or no more.
    pub(crate) fn presets(&self) -> Result<Presets, ErrorObject> {
        let server = self.server().filter(|_| !self.is_ending());
        let message = "the project is just starting or ending: try again in a moment";
        server.map(Server::presets).ok_or_else(|| ErrorObject::new(BAD_PRESET, message))
    }

    /// Its inspector's address, while it is served.
    pub(crate) fn inspector(&self) -> Option<String> {
        Some(self.attach.token.inspector_url(self.server()?.port()))
    }

    /// Its entry in the list of projects that ask for the microphone, if it does.
    pub(crate) fn listener(&self) -> Option<Listener> {
        Some(Listener {
            session: self.id.clone(),
            name: self.attach.name.clone(),
            project_dir: self.attach.project_dir.clone(),
            access: self.playback.input.access().filter(|_| !self.is_ending())?,
        })
    }

    /// Its part of `status`. None while its server has no port yet.
    pub(crate) fn status(&self) -> Option<SessionStatus> {
        let (state, reason) = self.playback.state();
        let server = self.server()?;
        Some(SessionStatus {
            session: self.id.clone(),
            name: self.attach.name.clone(),
            project_dir: self.attach.project_dir.clone(),
            state,
            reason,
            child_pid: self
                .playback
                .children
                .pid()
                .and_then(|pid| u32::try_from(pid.as_raw_nonzero().get()).ok()),
            ws_url: server.ws_url(),
            audio_token: self.attach.audio_token.clone(),
            port: server.port(),
            ui_url: self.page(),
            inspector_url: self.inspector(),
            recording: self.playback.recorder.running().map(|(recording, _)| recording.path().into()),
            recorded: self.playback.recorder.last().cloned(),
            recording_trouble: self.playback.recorder.trouble().map(str::to_owned),
            stats: self.playback.stats(),
        })
    }

    // What others can do with the session.

    /// Handles one of its events.
    pub(crate) fn handle(&mut self, event: SessionEvent, cx: &mut Context) {
        match event {
            SessionEvent::Child(generation, event) => self.playback.child(generation, event, cx),
            SessionEvent::ServerBound(result) => self.server_bound(result, cx),
            SessionEvent::ServerClosed => self.playback.audience.server.closed(),
            SessionEvent::FileRead { path, result, reply, recent } => {
                self.file_read(path, result, (reply, recent), cx);
            }
            SessionEvent::RecordingFile { request, result } => {
                self.playback.recording_file(request, result, cx);
            }
            SessionEvent::RecordingEnded { take, reason, reply } => {
                self.playback.recording_ended(take, reason, reply, cx);
            }
            SessionEvent::Placed { generation, spots } => self.playback.placed(generation, spots),
            SessionEvent::Measured { number, ticket, outcome } => {
                self.playback.measured(number, ticket, outcome, cx);
            }
            SessionEvent::PagesAsk => self.pages_ask(cx),
        }
        self.playback.notify_source(cx);
        self.playback.notify_state(cx);
    }

    fn server_bound(&mut self, result: Result<Server, BindError>, cx: &mut Context) {
        match result {
            Ok(server) => {
                self.playback.audience.server.bound(server);
                if self.is_ending() {
                    self.playback.audience.server.close();
                    return;
                }
                cx.audio.need(&cx.settings.get().devices);
                self.begin(cx);
            }
            Err(error) => {
                self.playback.audience.server.closed();
                self.fail_attach(ErrorObject::new(PORT_TAKEN, error.to_string()), cx);
            }
        }
    }

    /// Once the audio side runs, gives the project its source, its place in the mix and its first child.
    pub(crate) fn begin(&mut self, cx: &mut Context) {
        let ready = self.server().is_some() && !self.is_ending() && self.playback.mix.project().is_none();
        let Some(rate) = cx.audio.sample_rate().filter(|_| ready) else { return };
        // One that is only remembered is silent, and the notices say why.
        let given = self.attach.source.is_some() && self.attach_reply.is_some();
        if let Some(error) = self.playback.input.too_high(rate).filter(|_| given) {
            return self.fail_attach(ErrorObject::new(BAD_SOURCE, error.to_string()), cx);
        }
        match self.playback.input.unread(rate).map(Path::to_owned) {
            Some(path) => self.playback.input.read(path, rate, (None, None), &self.events),
            None => match self.playback.join_the_mix(cx) {
                Ok(true) => {
                    self.answer_attach(cx);
                    self.playback.notify_source(cx);
                }
                Ok(false) => {}
                Err(error) => self.fail_attach(ErrorObject::new(INTERNAL_ERROR, error.to_string()), cx),
            },
        }
    }

    fn answer_attach(&mut self, cx: &mut Context) {
        let (Some(devices), Some(server)) = (cx.audio.devices(), self.playback.audience.server.open()) else {
            return;
        };
        let Some(reply) = self.attach_reply.take() else { return };
        let (port, ws_url) = (server.port(), server.ws_url());
        reply.answer(Attached { session: self.id.clone(), port, ws_url, devices });
        let (source, (mode, _)) = (self.playback.input.source().clone(), self.playback.mix().mode());
        cx.settings.remember(self.folder(), |project| {
            (project.source, project.mode) = (Some(source), Some(mode));
        });
        self.playback.update_audio_status(cx);
    }

    /// The attach has failed; a project that is attached already is put on hold.
    pub(crate) fn fail_attach(&mut self, error: ErrorObject, cx: &mut Context) {
        match self.attach_reply.take() {
            Some(reply) => {
                warn!("{}: {error}", self.id);
                reply.refuse(error);
                self.detach(None, cx);
            }
            None => {
                self.playback.children.hold(error.message);
                self.playback.notify_state(cx);
            }
        }
    }

    /// Changes the source. A file is read first and the call answered afterwards; anything else is used at once.
    pub(crate) fn set_source(&mut self, source: Source, reply: Owed<SetSource>, cx: &mut Context) {
        if let Source::File { path } = &source
            && self.playback.input.file() != Some(path)
        {
            let Some(rate) = cx.audio.sample_rate() else {
                let message = "the audio side is just being opened: try again in a moment";
                reply.refuse(ErrorObject::new(BAD_SOURCE, message));
                return;
            };
            return self.playback.input.read(path.clone(), rate, (Some(reply), None), &self.events);
        }
        let fits =
            source.signal().zip(cx.audio.sample_rate()).map_or(Ok(()), |(signal, rate)| signal.fits(rate));
        if let Err(error) = fits {
            return reply.refuse(ErrorObject::new(BAD_SOURCE, error.to_string()));
        }
        self.use_source(source, cx);
        reply.answer(Done {});
    }

    /// Uses a source; a file must have been read.
    pub(crate) fn use_source(&mut self, source: Source, cx: &mut Context) {
        if !self.playback.use_source(source, cx) {
            // It was waiting for a file.
            self.begin(cx);
        }
        self.playback.notify_source(cx);
    }

    /// See [`Playback::set_mode`].
    pub(crate) fn set_mode(&mut self, mode: Mode, cx: &mut Context) {
        self.playback.set_mode(mode, cx);
    }

    /// See [`Playback::set_bypassed`].
    pub(crate) fn set_bypassed(&mut self, on: bool, heard: Option<Heard>, cx: &mut Context) {
        self.playback.set_bypassed(on, heard, cx);
    }

    /// Mutes or unmutes the project.
    pub(crate) fn set_muted(&mut self, on: bool, cx: &mut Context) {
        self.playback.mix.set_muted(on, &mut cx.audio);
    }

    /// Sets the gain after the processor.
    ///
    /// # Errors
    /// It is out of range.
    pub(crate) fn set_gain(&mut self, gain_db: f32, cx: &mut Context) -> Result<(), ErrorObject> {
        self.playback.set_gain(gain_db, cx)
    }

    /// See [`Playback::compare_instead`].
    ///
    /// # Errors
    /// There is no such build, or none to compare with.
    pub(crate) fn compare(&mut self, wanted: Compare, cx: &mut Context) -> Result<(), ErrorObject> {
        self.playback.compare_instead(wanted, cx)
    }

    /// Hears the newest build, and ends the older one's child.
    pub(crate) fn end_comparison(&mut self, cx: &mut Context) {
        self.playback.end_comparison(cx);
    }

    /// Sets the origins whose pages may connect.
    ///
    /// # Errors
    /// There are too many, or one is too long.
    pub(crate) fn set_origins(&mut self, origins: Vec<String>) -> Result<(), ErrorObject> {
        limits::origins(&origins)?;
        self.attach.origins.clone_from(&origins);
        if let Some(server) = self.server() {
            server.set_origins(origins);
        }
        Ok(())
    }

    /// Sends the build's status to its pages.
    pub(crate) fn set_build_status(&self, build: &Build) {
        if let Some(server) = self.server() {
            server.build_status(build);
        }
    }

    /// Replaces the running program with a newer one.
    pub(crate) fn reload(&mut self, reload: Reload, reply: Owed<Reload>, cx: &mut Context) {
        let Reload { program, files, more_files, .. } = reload;
        let files = limits::changed_files(files, more_files);
        if let Err(refused) = check_program(&program) {
            reply.refuse(refused);
            return;
        }
        if !cx.audio.is_open() {
            let message = "the audio side is just being opened: save the change again in a moment";
            reply.refuse(ErrorObject::new(RELOAD_FAILED, message));
            return;
        }
        self.playback.swap(program, files, reply, cx);
    }

    /// Detaches the project. The call is answered when nothing of it is left.
    pub(crate) fn detach(&mut self, reply: Option<Owed<Detach>>, cx: &mut Context) {
        let first = self.ending.is_none();
        self.ending.get_or_insert_default().extend(reply);
        if !first {
            return;
        }
        self.playback.keep_parameters(cx);
        self.playback.end_recording(Some("the project ended"), None, cx);
        if let Some(reply) = self.attach_reply.take() {
            reply.refuse(ErrorObject::new(INTERNAL_ERROR, "the project was detached"));
        }
        self.playback.end(cx);
    }

    /// The companion ends, and this with it.
    pub(crate) fn quit(&mut self, cx: &mut Context) {
        self.playback.audience.server.companion_ends();
        self.detach(None, cx);
    }

    /// Its terminal has closed.
    pub(crate) fn lose_terminal(&mut self, cx: &mut Context) {
        info!("{}: its terminal is gone, so it ends", self.id);
        self.lost = self.ending.is_none();
        self.detach(None, cx);
    }

    /// Kills all its processes without waiting any longer.
    pub(crate) fn kill_all(&self) {
        self.playback.children.kill_all();
    }

    /// Was it detached, and is nothing left: no process, no listener, no file being written?
    pub(crate) fn is_gone(&self) -> bool {
        let idle = self.playback.recorder.is_idle() && self.playback.audience.server.is_closed();
        self.is_ending() && self.playback.children.is_gone() && idle
    }

    /// Reports that nothing is left. Returns the folder of its builds, and whether its command may still come back for
    /// it.
    pub(crate) fn finish(mut self, cx: &mut Context) -> Option<(PathBuf, bool)> {
        self.playback.children.ended();
        self.playback.notify_state(cx);
        for reply in self.ending.into_iter().flatten() {
            reply.answer(Done {});
        }
        let folder = builds::folder_of(&cx.builds_dir, self.playback.children.program().built())?.parent()?;
        Some((folder.to_owned(), self.lost))
    }
}
