//! A project's way in and out: its dev server, its source, its place in the mix; and the end of all three.

use super::{App, AudioSide, door};
use crate::{
    builds,
    connection::ConnectionId,
    event::{Deadline, Event, Reply, SessionId},
    executable,
    host::Shared,
    platform::Program,
    respawn::Crashes,
    session::{RecordingStage, ServerStage, Session},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tracing::{info, warn};
use wavecraft_audio_core::{AudioFile, FileError, ProjectSettings};
use wavecraft_companion_protocol::{
    control::{
        Attach, Attached, BAD_EXECUTABLE, BAD_SOURCE, PORT_TAKEN, ProjectProgram, RELOAD_FAILED, Reload,
    },
    rpc::{ErrorObject, INTERNAL_ERROR, to_value},
    session::{Source, State},
};
use wavecraft_companion_server::{BindError, Config, DEFAULT_PORT, Limits, Server, serve};

/// A command that ends removes its builds itself, and takes no longer for that.
const COMMANDS_END: Duration = Duration::from_secs(2);

impl App {
    pub(super) fn attach(&mut self, owner: ConnectionId, attach: Attach, reply: Reply) {
        if self.quitting {
            let error = ErrorObject::new(INTERNAL_ERROR, "the companion is quitting: start it again");
            let _ = reply.send(Err(error));
            return;
        }
        let room = door::room_for(self.sessions.len());
        if let Err(refused) = room.and_then(|()| door::check(&attach)).and_then(|()| check(&attach.program)) {
            let _ = reply.send(Err(refused));
            return;
        }
        let id = self.free_id(&attach.name);
        info!("{id}: attached from {}", attach.project_dir.display());
        let remembered = self.settings.get().projects.get(&attach.project_dir);
        let source = attach
            .source
            .clone()
            .or_else(|| remembered.and_then(|project| project.source.clone()))
            .unwrap_or(Source::Microphone);
        let mode = attach.mode.or_else(|| remembered.and_then(|project| project.mode)).unwrap_or_default();
        let kept = remembered.map(|project| project.parameters.clone()).unwrap_or_default();
        let mut parameters = kept.clone();
        parameters.extend(attach.parameters.clone());
        let shared = Arc::new(Shared::new(id.clone(), self.events.clone(), parameters));
        let config = Config {
            port: attach.port.unwrap_or(DEFAULT_PORT),
            strict_port: attach.strict_port,
            token: attach.token.clone(),
            audio_token: attach.audio_token.clone(),
            origins: attach.origins.clone(),
            limits: Limits::default(),
        };
        self.bind_server(id.clone(), config, Arc::clone(&shared));
        let program = Program {
            runs: attach.program.clone(),
            args: attach.args.clone(),
            cwd: attach.cwd.clone(),
            env: executable::environment(&attach.env),
        };
        let heard_on_bypass = attach.on_bypass;
        let session = Session {
            id: id.clone(),
            attach,
            began: Instant::now(),
            owner,
            shared,
            server: ServerStage::Binding,
            program,
            project: None,
            child: None,
            incoming: None,
            retiring: Vec::new(),
            generation: 0,
            latency_frames: 0,
            state: State::Starting,
            reason: None,
            crashes: Crashes::default(),
            last_words: None,
            source,
            microphone: None,
            file: None,
            mode,
            mode_reason: None,
            heard_on_bypass,
            kept,
            bypassed: false,
            muted: false,
            mute_reason: None,
            feedback_minded: false,
            gain_db: 0.0,
            recording: RecordingStage::None,
            recording_trouble: None,
            watched: false,
            wishes_due: Instant::now(),
            attach_reply: Some(reply),
            heartbeat: (0, Instant::now()),
            ending: None,
            lost: false,
            was_live: false,
        };
        self.sessions.insert(id, session);
    }

    fn bind_server(&self, id: SessionId, config: Config, shared: Arc<Shared>) {
        let events = self.events.clone();
        tokio::spawn(async move {
            let result = serve(config, shared).await;
            let _ = events.send(Event::ServerBound { session: id, result });
        });
    }

    pub(super) fn server_bound(&mut self, id: &str, result: Result<Server, BindError>) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        match result {
            Ok(server) => {
                session.server = ServerStage::Open(server);
                if session.ending.is_some() {
                    self.close_server(id);
                    return;
                }
                self.need_audio();
                if matches!(self.audio, AudioSide::Open(_)) {
                    self.begin(id);
                }
            }
            Err(error) => {
                session.server = ServerStage::Closed;
                self.fail_attach(id, ErrorObject::new(PORT_TAKEN, error.to_string()));
            }
        }
    }

    /// The audio side runs: the project gets its source, its place in the mix and its first child.
    pub(super) fn begin(&mut self, id: &str) {
        let Some(session) = self.sessions.get(id) else { return };
        let ready = session.server().is_some() && session.ending.is_none() && session.project.is_none();
        if !ready {
            return;
        }
        let AudioSide::Open(opened) = &self.audio else { return };
        match &session.source {
            Source::File { path } if !session.has_file_at(opened.audio.sample_rate()) => {
                self.read_file(id, path.clone(), None);
            }
            _ => self.join_the_mix(id),
        }
    }

    fn join_the_mix(&mut self, id: &str) {
        let heard_before = self.decide_microphone(id);
        self.mind_feedback(id);
        let AudioSide::Open(opened) = &mut self.audio else { return };
        let Some(session) = self.sessions.get_mut(id) else { return };
        let settings = ProjectSettings {
            source: session.audio_source(),
            gain: super::figures::db_to_linear(session.gain_db),
            muted: session.muted,
            bypassed: session.bypassed,
            on_bypass: session.on_bypass(),
            mode: session.audio_mode(),
        };
        match opened.audio.add_project(settings) {
            Ok(project) => session.project = Some(project),
            Err(error) => {
                self.fail_attach(id, ErrorObject::new(INTERNAL_ERROR, error.to_string()));
                return;
            }
        }
        self.launch(id, None);
        self.answer_attach(id);
        self.tell_microphone(id, heard_before);
    }

    fn answer_attach(&mut self, id: &str) {
        let AudioSide::Open(opened) = &self.audio else { return };
        let devices = opened.devices();
        let Some(session) = self.sessions.get_mut(id) else { return };
        let (Some(reply), ServerStage::Open(server)) = (session.attach_reply.take(), &session.server) else {
            return;
        };
        let attached = Attached { session: id.into(), port: server.port(), ws_url: server.ws_url(), devices };
        let _ = reply.send(Ok(to_value(&attached)));
        let (source, mode) = (session.source.clone(), session.mode);
        self.remember(id, |project| {
            project.source = Some(source);
            project.mode = Some(mode);
        });
        self.renew_audio_status(id);
    }

    pub(super) fn fail_attach(&mut self, id: &str, error: ErrorObject) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        match session.attach_reply.take() {
            Some(reply) => {
                warn!("{id}: {error}");
                let _ = reply.send(Err(error));
                self.detach(id, None);
            }
            None => self.set_state(id, State::Held, Some(error.message)),
        }
    }

    /// Reads a file that is to be the source; of one that was read, only the rate is converted. The rate is the session's,
    /// so the audio side must run.
    pub(super) fn read_file(&mut self, id: &str, path: PathBuf, reply: Option<Reply>) {
        let AudioSide::Open(opened) = &self.audio else { return };
        let (rate, events, session) = (opened.audio.sample_rate(), self.events.clone(), id.to_string());
        let known = self.sessions.get(id).and_then(|session| session.file.clone());
        let known = known.filter(|(known, _)| *known == path).map(|(_, file)| file);
        tokio::task::spawn_blocking(move || {
            let result = match known {
                Some(file) => file.at_rate(&path, rate),
                None => AudioFile::load(&path, rate),
            };
            let _ = events.send(Event::FileRead { session, path, result, reply });
        });
    }

    pub(super) fn file_read(
        &mut self,
        id: &str,
        path: PathBuf,
        result: Result<AudioFile, FileError>,
        reply: Option<Reply>,
    ) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        match result {
            Ok(file) => {
                let is_new = session.file.as_ref().is_none_or(|(known, _)| *known != path);
                let remarks = if is_new { file.remarks().to_vec() } else { Vec::new() };
                session.file = Some((path.clone(), file));
                session.shared.figures().has_file = true;
                let source = Source::File { path };
                // Without a call it is for the start, or at another rate: unless something else was chosen meanwhile.
                if reply.is_some() || session.source == source {
                    self.use_source(id, source);
                }
                for remark in remarks {
                    self.warn_of(id, remark);
                }
                if let Some(reply) = reply {
                    let _ = reply.send(Ok(serde_json::json!({})));
                }
            }
            Err(error) => {
                let error = ErrorObject::new(BAD_SOURCE, error.to_string());
                match reply {
                    Some(reply) => drop(reply.send(Err(error))),
                    None => self.fail_attach(id, error),
                }
            }
        }
    }

    /// Runs a newer program in place of the present one.
    pub(super) fn reload(&mut self, reload: Reload, reply: Reply) {
        if let Err(refused) = check(&reload.program) {
            let _ = reply.send(Err(refused));
            return;
        }
        if !matches!(self.audio, AudioSide::Open(_)) {
            let message = "the audio side is just being opened: save the change again in a moment";
            let _ = reply.send(Err(ErrorObject::new(RELOAD_FAILED, message)));
            return;
        }
        let id = reload.session;
        self.drop_incoming(&id, "a newer build came before it was heard");
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.crashes.forget();
        let before = session.program.clone();
        session.program.runs = reload.program;
        self.launch(&id, Some((reply, before)));
    }

    /// Ends a project. Answered when nothing of it is left.
    pub(super) fn detach(&mut self, id: &str, reply: Option<Reply>) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let first = session.ending.is_none();
        session.ending.get_or_insert_default().extend(reply);
        if !first {
            return;
        }
        self.keep_parameters(id);
        self.end_recording(id, Some("the project ended".into()), None);
        let Some(session) = self.sessions.get_mut(id) else { return };
        if let Some(reply) = session.attach_reply.take() {
            let _ = reply.send(Err(ErrorObject::new(INTERNAL_ERROR, "the project was detached")));
        }
        if let (AudioSide::Open(opened), Some(project)) = (&mut self.audio, session.project.take()) {
            opened.audio.set_on_bypass(project, wavecraft_audio_core::OnBypass::Silence);
            opened.audio.remove_project(project);
        }
        self.mind_howl(id);
        self.drop_incoming(id, "the project was detached");
        self.retire_child(id);
        self.close_server(id);
        self.finish_if_gone(id);
    }

    pub(super) fn close_server(&mut self, id: &str) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        if !matches!(session.server, ServerStage::Open(_)) {
            return;
        }
        if let ServerStage::Open(server) = std::mem::replace(&mut session.server, ServerStage::Closing) {
            let (events, id) = (self.events.clone(), id.to_string());
            tokio::spawn(async move {
                server.shutdown().await;
                let _ = events.send(Event::ServerClosed(id));
            });
        }
    }

    pub(super) fn server_closed(&mut self, id: &str) {
        if let Some(session) = self.sessions.get_mut(id) {
            session.server = ServerStage::Closed;
        }
        self.finish_if_gone(id);
    }

    /// The end of a session that was detached: when the last process is reaped and the port is free.
    pub(super) fn finish_if_gone(&mut self, id: &str) {
        if !self.sessions.get(id).is_some_and(|session| session.ending.is_some() && session.is_gone()) {
            return;
        }
        self.set_state(id, State::Ended, None);
        let Some(session) = self.sessions.remove(id) else { return };
        if let Some(folder) = self.build_folder(session.program.runs.built()).and_then(Path::parent) {
            // A command that lives and lost its connection may attach again, and removes its folder itself. One that was
            // just killed is still there for a moment.
            if !session.lost || builds::is_abandoned(folder) {
                remove_folder(folder);
            } else {
                self.send_later(COMMANDS_END, Event::BuildsMayBeAbandoned);
            }
        }
        for reply in session.ending.into_iter().flatten() {
            let _ = reply.send(Ok(serde_json::json!({})));
        }
        self.rest_if_idle();
    }

    /// The folder of what was built and the command copied for us, `builds/<start>/<generation>`, and of nothing else.
    pub(super) fn build_folder<'a>(&self, built: &'a Path) -> Option<&'a Path> {
        crate::builds::folder_of(&self.paths.builds_dir, built)
    }

    fn free_id(&self, name: &str) -> SessionId {
        let slug: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' })
            .take(64)
            .collect();
        let mut number = 1_u32;
        loop {
            let id = format!("{slug}-{number}");
            if !self.sessions.contains_key(&id) {
                return id;
            }
            number += 1;
        }
    }

    pub(super) fn deadline(&self, child: &crate::event::ChildId, delay: std::time::Duration, what: Deadline) {
        self.send_later(delay, Event::ChildDeadline { child: child.clone(), what });
    }
}

/// It is checked again at each launch: here, so that the answer says what is wrong.
fn check(program: &ProjectProgram) -> Result<(), ErrorObject> {
    executable::check(program)
        .map(drop)
        .map_err(|refused| ErrorObject::new(BAD_EXECUTABLE, refused.to_string()))
}

pub(super) fn remove_folder(folder: &Path) {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            warn!("{} can't be removed: {error}", folder.display());
        }
        _ => {}
    }
}
