//! The control socket's calls.

use super::{connection::ConnectionId, reply::Reply, status::status};
use crate::{audio::ListedFor, companion::Companion, session::RecordRequest};
use serde_json::{Value, json};
use wavecraft_companion_protocol::{
    PROTOCOL_VERSION,
    control::{
        Attach, Detach, GetStatus, HELLO_FIRST, Hello, ListDevices, OpenOnce, Reload, Restart, SelectDevices,
        SetBuildStatus, SetBypass, SetGain, SetMode, SetMute, SetOrigins, SetSource, Show, Shutdown,
        ShuttingDown, Subscribe, VERSION_MISMATCH,
    },
    latency::MeasureLatency,
    method::Method,
    microphone::{ConfirmMicrophone, GetMicrophone},
    rpc::{Call, ErrorObject, to_value},
    take::{Record, StopRecording},
};

/// What a call's function has for its caller.
enum Outcome {
    /// The answer.
    Now(Value),
    /// The answer comes later, on the reply that was handed over.
    Later,
}

/// Answers a call of a connection.
pub(crate) fn answer(companion: &mut Companion, from: ConnectionId, call: &Call, reply: Reply) {
    let mut reply = Some(reply);
    match outcome(companion, from, call, &mut reply) {
        Ok(Outcome::Now(value)) => drop(reply.map(|reply| reply.send(Ok(value)))),
        Ok(Outcome::Later) => {}
        Err(error) => drop(reply.map(|reply| reply.send(Err(error)))),
    }
}

fn outcome(
    companion: &mut Companion,
    from: ConnectionId,
    call: &Call,
    reply: &mut Option<Reply>,
) -> Result<Outcome, ErrorObject> {
    if call.method == Hello::NAME {
        return hello(companion, from, &call.params()?).map(Outcome::Now);
    }
    if !companion.cx.clients.has_greeted(from) {
        return Err(ErrorObject::new(HELLO_FIRST, "say `hello` with your protocol version first"));
    }
    let done = Ok(Outcome::Now(json!({})));
    let Companion { sessions, cx, .. } = companion;
    match call.method.as_str() {
        Attach::NAME => {
            let attach: Attach = call.params()?;
            later(reply, |reply| companion.attach(from, attach, reply))
        }
        Detach::NAME => {
            let of: Detach = call.params()?;
            let session = sessions.find(&of.session)?;
            later(reply, |reply| session.detach(Some(reply), cx))
        }
        Reload::NAME => {
            let reload: Reload = call.params()?;
            let session = sessions.owned(from, &reload.session)?;
            later(reply, |reply| session.reload(reload.program, reply, cx))
        }
        Restart::NAME => {
            let of: Restart = call.params()?;
            sessions.owned(from, &of.session)?.playback_mut().restart(cx);
            done
        }
        SetSource::NAME => {
            let set: SetSource = call.params()?;
            let session = sessions.owned(from, &set.session)?;
            later(reply, |reply| session.set_source(set.source, reply, cx))
        }
        SetBypass::NAME => {
            let set: SetBypass = call.params()?;
            sessions.owned(from, &set.session)?.set_bypassed(set.on, set.on_bypass, cx);
            done
        }
        SetMute::NAME => {
            let set: SetMute = call.params()?;
            sessions.owned(from, &set.session)?.set_muted(set.on, cx);
            done
        }
        SetMode::NAME => {
            let set: SetMode = call.params()?;
            sessions.owned(from, &set.session)?.set_mode(set.mode, cx);
            done
        }
        SetGain::NAME => {
            let set: SetGain = call.params()?;
            sessions.owned(from, &set.session)?.set_gain(set.gain_db, cx)?;
            done
        }
        SetOrigins::NAME => {
            let set: SetOrigins = call.params()?;
            sessions.owned(from, &set.session)?.set_origins(set.origins)?;
            done
        }
        SetBuildStatus::NAME => {
            let set: SetBuildStatus = call.params()?;
            sessions.owned(from, &set.session)?.set_build_status(&set.build);
            done
        }
        Record::NAME => {
            let record: Record = call.params()?;
            let session = sessions.find(&record.session)?;
            later(reply, |reply| {
                let request = RecordRequest { path: record.path, owner: Some(from), reply: Some(reply) };
                session.playback_mut().record(request, cx);
            })
        }
        StopRecording::NAME => {
            let of: StopRecording = call.params()?;
            let session = sessions.find(&of.session)?;
            later(reply, |reply| session.playback_mut().end_recording(None, Some(reply), cx))
        }
        GetStatus::NAME => Ok(Outcome::Now(status(companion))),
        ListDevices::NAME => later(reply, |reply| cx.audio.list_devices(ListedFor::Call(reply))),
        SelectDevices::NAME => {
            let select: SelectDevices = call.params()?;
            later(reply, |reply| cx.audio.list_devices(ListedFor::Select(select, reply)))
        }
        MeasureLatency::NAME => later(reply, |reply| companion.measure_latency(from, reply)),
        GetMicrophone::NAME => Ok(Outcome::Now(to_value(&companion.microphone_access()))),
        ConfirmMicrophone::NAME => {
            let confirm: ConfirmMicrophone = call.params()?;
            companion.confirm_in_terminal(&confirm).map(|access| Outcome::Now(to_value(&access)))
        }
        OpenOnce::NAME => {
            let open: OpenOnce = call.params()?;
            companion.open_once(&open).map(|opened| Outcome::Now(to_value(&opened)))
        }
        Show::NAME => {
            companion.opened_again();
            done
        }
        Subscribe::NAME => {
            let subscribe: Subscribe = call.params()?;
            cx.clients.subscribe(from, subscribe.all);
            done
        }
        Shutdown::NAME => {
            let shutdown: Shutdown = call.params()?;
            let ending = !shutdown.if_idle || (companion.is_idle() && !companion.cx.clients.has_others(from));
            if ending {
                companion.quit();
            }
            Ok(Outcome::Now(to_value(&ShuttingDown { ending })))
        }
        unknown => Err(ErrorObject::no_method(unknown)),
    }
}

fn hello(companion: &mut Companion, from: ConnectionId, hello: &Hello) -> Result<Value, ErrorObject> {
    if hello.version != PROTOCOL_VERSION {
        return Err(ErrorObject::new(
            VERSION_MISMATCH,
            format!(
                "the companion that runs is version {} (protocol {PROTOCOL_VERSION}), the caller speaks protocol {}: quit \
                 the companion, and use the one that came with this command",
                companion.welcome.app_version, hello.version
            ),
        ));
    }
    companion.cx.clients.greet(from);
    Ok(to_value(&companion.welcome))
}

/// Hands the reply over to what answers later.
fn later(reply: &mut Option<Reply>, act: impl FnOnce(Reply)) -> Result<Outcome, ErrorObject> {
    if let Some(reply) = reply.take() {
        act(reply);
    }
    Ok(Outcome::Later)
}
