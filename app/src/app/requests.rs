//! The control socket's calls.

use super::{App, AudioSide, Wish};
use crate::{
    connection::ConnectionId,
    event::{ListedFor, Reply},
    microphone::Access,
    session::Session,
};
use serde_json::{Value, json};
use wavecraft_companion_protocol::{
    PROTOCOL_VERSION,
    control::{
        Attach, BAD_SOURCE, Detach, GetStatus, HELLO_FIRST, Hello, ListDevices, OpenOnce, Reload, Restart,
        SelectDevices, SetBuildStatus, SetBypass, SetGain, SetMode, SetMute, SetOrigins, SetSource, Show,
        Shutdown, ShuttingDown, Subscribe, UNKNOWN_SESSION, VERSION_MISMATCH,
    },
    latency::MeasureLatency,
    method::Method,
    microphone::{ConfirmMicrophone, GetMicrophone},
    rpc::{Call, ErrorObject, INVALID_PARAMS, INVALID_REQUEST, to_value},
    session::{Mode, Source},
    settings::RememberedProject,
    take::{Record, StopRecording},
};

/// The least and the greatest gain behind a processor, in dB.
const GAIN_DB: std::ops::RangeInclusive<f32> = -60.0..=12.0;

/// What a call's function has for its caller.
enum Outcome {
    /// The answer.
    Now(Value),
    /// The answer comes later, on the reply that was handed over.
    Later,
}

impl App {
    pub(super) fn request(&mut self, from: ConnectionId, call: &Call, reply: Reply) {
        let mut reply = Some(reply);
        match self.answer(from, call, &mut reply) {
            Ok(Outcome::Now(value)) => drop(reply.map(|reply| reply.send(Ok(value)))),
            Ok(Outcome::Later) => {}
            Err(error) => drop(reply.map(|reply| reply.send(Err(error)))),
        }
    }

    fn answer(
        &mut self,
        from: ConnectionId,
        call: &Call,
        reply: &mut Option<Reply>,
    ) -> Result<Outcome, ErrorObject> {
        if call.method == Hello::NAME {
            return self.hello(from, &call.params()?).map(Outcome::Now);
        }
        if !self.clients.get(&from).is_some_and(|client| client.greeted) {
            return Err(ErrorObject::new(HELLO_FIRST, "say `hello` with your protocol version first"));
        }
        let done = Ok(Outcome::Now(json!({})));
        match call.method.as_str() {
            Attach::NAME => {
                let attach: Attach = call.params()?;
                later(reply, |reply| self.attach(from, attach, reply))
            }
            Detach::NAME => {
                let of: Detach = call.params()?;
                self.session(&of.session)?;
                later(reply, |reply| self.detach(&of.session, Some(reply)))
            }
            Reload::NAME => {
                let reload: Reload = call.params()?;
                self.owned(from, &reload.session)?;
                later(reply, |reply| self.reload(reload, reply))
            }
            Restart::NAME => {
                let of: Restart = call.params()?;
                self.owned(from, &of.session)?;
                self.restart(&of.session);
                done
            }
            SetSource::NAME => {
                let set: SetSource = call.params()?;
                self.owned(from, &set.session)?;
                self.set_source(set, reply)
            }
            SetBypass::NAME => {
                let set: SetBypass = call.params()?;
                let session = self.owned(from, &set.session)?;
                session.heard_on_bypass = set.on_bypass.or(session.heard_on_bypass);
                self.set_bypassed(&set.session, set.on);
                done
            }
            SetMute::NAME => {
                let set: SetMute = call.params()?;
                self.owned(from, &set.session)?;
                self.set_muted(&set.session, set.on);
                done
            }
            SetMode::NAME => {
                let set: SetMode = call.params()?;
                self.owned(from, &set.session)?;
                self.set_mode(&set.session, set.mode);
                done
            }
            SetGain::NAME => {
                let set: SetGain = call.params()?;
                self.owned(from, &set.session)?;
                self.set_gain(&set).map(|()| Outcome::Now(json!({})))
            }
            SetOrigins::NAME => {
                let set: SetOrigins = call.params()?;
                let session = self.owned(from, &set.session)?;
                super::door::origins(&set.origins)?;
                session.attach.origins.clone_from(&set.origins);
                if let Some(server) = session.server() {
                    server.set_origins(set.origins);
                }
                done
            }
            SetBuildStatus::NAME => {
                let set: SetBuildStatus = call.params()?;
                let session = self.owned(from, &set.session)?;
                if let Some(server) = session.server() {
                    server.build_status(&set.build);
                }
                done
            }
            Record::NAME => {
                let record: Record = call.params()?;
                self.session(&record.session)?;
                later(reply, |reply| {
                    let wish = Wish { path: record.path, owner: Some(from), reply: Some(reply) };
                    self.record(&record.session, wish);
                })
            }
            StopRecording::NAME => {
                let of: StopRecording = call.params()?;
                self.session(&of.session)?;
                later(reply, |reply| self.end_recording(&of.session, None, Some(reply)))
            }
            GetStatus::NAME => Ok(Outcome::Now(self.status())),
            ListDevices::NAME => later(reply, |reply| self.list_devices(ListedFor::Call(reply))),
            SelectDevices::NAME => {
                let select: SelectDevices = call.params()?;
                later(reply, |reply| self.list_devices(ListedFor::Select(select, reply)))
            }
            MeasureLatency::NAME => later(reply, |reply| self.measure_latency(from, reply)),
            GetMicrophone::NAME => Ok(Outcome::Now(to_value(&self.microphone_access()))),
            ConfirmMicrophone::NAME => {
                let confirm: ConfirmMicrophone = call.params()?;
                self.confirm_in_terminal(confirm).map(|access| Outcome::Now(to_value(&access)))
            }
            OpenOnce::NAME => {
                let open: OpenOnce = call.params()?;
                self.open_once(&open).map(|opened| Outcome::Now(to_value(&opened)))
            }
            Show::NAME => {
                self.opened_again();
                done
            }
            Subscribe::NAME => {
                let subscribe: Subscribe = call.params()?;
                if let Some(client) = self.clients.get_mut(&from) {
                    client.all = subscribe.all;
                }
                done
            }
            Shutdown::NAME => {
                let shutdown: Shutdown = call.params()?;
                let others = self.clients.keys().any(|client| *client != from);
                let ending = !shutdown.if_idle || (self.is_idle() && !others);
                if ending {
                    self.quit();
                }
                Ok(Outcome::Now(to_value(&ShuttingDown { ending })))
            }
            unknown => Err(ErrorObject::no_method(unknown)),
        }
    }

    fn hello(&mut self, from: ConnectionId, hello: &Hello) -> Result<Value, ErrorObject> {
        if hello.version != PROTOCOL_VERSION {
            return Err(ErrorObject::new(
                VERSION_MISMATCH,
                format!(
                    "the companion that runs is version {} (protocol {PROTOCOL_VERSION}), the caller speaks protocol \
                     {}: quit the companion, and use the one that came with this command",
                    self.welcome.app_version, hello.version
                ),
            ));
        }
        if let Some(client) = self.clients.get_mut(&from) {
            client.greeted = true;
        }
        Ok(to_value(&self.welcome))
    }

    fn session(&mut self, id: &str) -> Result<&mut Session, ErrorObject> {
        let unknown = || ErrorObject::new(UNKNOWN_SESSION, format!("there is no session `{id}`"));
        self.sessions.get_mut(id).ok_or_else(unknown)
    }

    /// The session, if it is the caller's own: others may look, and stop, and no more.
    fn owned(&mut self, from: ConnectionId, id: &str) -> Result<&mut Session, ErrorObject> {
        let session = self.session(id)?;
        if session.owner != from {
            let message = format!("`{id}` belongs to the terminal that started it: change it there");
            return Err(ErrorObject::new(INVALID_REQUEST, message));
        }
        if session.ending.is_some() {
            return Err(ErrorObject::new(UNKNOWN_SESSION, format!("`{id}` is ending")));
        }
        Ok(session)
    }

    fn set_source(&mut self, set: SetSource, reply: &mut Option<Reply>) -> Result<Outcome, ErrorObject> {
        let SetSource { session: id, source } = set;
        let session = self.session(&id)?;
        let known = session.file.as_ref().map(|(path, _)| path);
        match &source {
            Source::File { path } if known != Some(path) => {
                if !matches!(self.audio, AudioSide::Open(_)) {
                    let message = "the audio side is just being opened: try again in a moment";
                    return Err(ErrorObject::new(BAD_SOURCE, message));
                }
                let path = path.clone();
                later(reply, |reply| self.read_file(&id, path, Some(reply)))
            }
            _ => {
                self.use_source(&id, source);
                Ok(Outcome::Now(json!({})))
            }
        }
    }

    /// Lets a source be heard whose file, if it is one, was read.
    pub(super) fn use_source(&mut self, id: &str, source: Source) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.source = source.clone();
        // Whoever asks again for what isn't allowed is told again.
        let heard_before = self.decide_microphone(id).filter(|access| *access == Access::Allowed);
        self.mind_feedback(id);
        let Some(session) = self.sessions.get_mut(id) else { return };
        match (&mut self.audio, session.project) {
            (AudioSide::Open(opened), Some(project)) => {
                opened.audio.set_on_bypass(project, session.on_bypass());
                opened.audio.set_source(project, &session.audio_source());
                // A file that was read for an output of another rate is silence until it is converted.
                let path = session.source_file().filter(|_| !session.has_file_at(opened.audio.sample_rate()));
                if let Some(path) = path.cloned() {
                    self.read_file(id, path, None);
                }
            }
            // It waited for a file.
            _ => self.begin(id),
        }
        self.mind_howl(id);
        self.remember(id, |project| project.source = Some(source));
        self.tell_microphone(id, heard_before);
    }

    /// Changes what the next start of the project begins with, where it doesn't say otherwise.
    pub(super) fn remember(&mut self, id: &str, change: impl FnOnce(&mut RememberedProject)) {
        let Some(session) = self.sessions.get(id) else { return };
        let folder = session.attach.project_dir.clone();
        self.settings.change(|settings| change(settings.projects.entry(folder).or_default()));
        self.keep_settings();
    }

    /// The next start of the project, of this companion or another, begins with the values that there are now.
    pub(super) fn keep_parameters(&mut self, id: &str) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let kept = session.shared.parameters.kept();
        if kept != session.kept {
            session.kept.clone_from(&kept);
            self.remember(id, |project| project.parameters = kept);
        }
    }

    /// Chooses when the processor's answers are taken. The engine may give direct mode up: see `note_fallback`.
    pub(super) fn set_mode(&mut self, id: &str, mode: Mode) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.mode = mode;
        session.mode_reason = None;
        if let (AudioSide::Open(opened), Some(project)) = (&mut self.audio, session.project) {
            opened.audio.set_mode(project, session.audio_mode());
        }
        self.remember(id, |project| project.mode = Some(mode));
    }

    pub(super) fn set_bypassed(&mut self, id: &str, on: bool) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.bypassed = on;
        if let (AudioSide::Open(opened), Some(project)) = (&mut self.audio, session.project) {
            opened.audio.set_on_bypass(project, session.on_bypass());
            opened.audio.set_bypassed(project, on);
        }
        if on {
            self.mind_howl(id);
        }
    }

    pub(super) fn set_muted(&mut self, id: &str, on: bool) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.muted = on;
        session.mute_reason = None;
        session.feedback_minded |= !on;
        if let (AudioSide::Open(opened), Some(project)) = (&mut self.audio, session.project) {
            opened.audio.set_muted(project, on);
            // Whoever unmutes wants to hear something, so a mix that ran away gets another try.
            if !on {
                opened.audio.clear_howl();
            }
        }
        if on {
            self.mind_howl(id);
        }
    }

    fn set_gain(&mut self, set: &SetGain) -> Result<(), ErrorObject> {
        if !GAIN_DB.contains(&set.gain_db) {
            let range = format!("{} to {} dB", GAIN_DB.start(), GAIN_DB.end());
            return Err(ErrorObject::new(
                INVALID_PARAMS,
                format!("the gain can be {range}, not {}", set.gain_db),
            ));
        }
        let Some(session) = self.sessions.get_mut(&set.session) else { return Ok(()) };
        session.gain_db = set.gain_db;
        if let (AudioSide::Open(opened), Some(project)) = (&mut self.audio, session.project) {
            opened.audio.set_gain(project, super::figures::db_to_linear(set.gain_db));
        }
        Ok(())
    }
}

/// Hands the reply over to what answers later.
fn later(reply: &mut Option<Reply>, act: impl FnOnce(Reply)) -> Result<Outcome, ErrorObject> {
    if let Some(reply) = reply.take() {
        act(reply);
    }
    Ok(Outcome::Later)
}
