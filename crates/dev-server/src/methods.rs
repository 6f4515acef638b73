//! What a client's calls do.

use tokio_tungstenite::tungstenite::Utf8Bytes;
use wavecraft_companion_protocol::{
    browser::{
        GetAllParametersResult, GetAudioStatusResult, GetMeterFrameResult, GetOscilloscopeFrameResult,
        GetParameterResult, METER_UPDATE, MeterUpdate, NOT_ALLOWED, Pong, RegisterAudioResult, Reply,
        Request, RequestResizeResult, answer as answer_text, batch, notification,
    },
    rpc::{
        self, Call, ErrorObject, INTERNAL_ERROR, INVALID_REQUEST, Id, Incoming, OUT_OF_RANGE, Rejected,
        UNKNOWN_PARAMETER,
    },
    session::SourceName,
};

use crate::{
    config::Limits,
    gate::Role,
    host::SetParameterError,
    hub::{Hub, Member},
    outbox::Lane,
};

/// Does what a message asks for. `Some` with the text to answer, if there is anything to answer.
pub(crate) fn answer(text: &str, caller: &Member, hub: &Hub, limits: &Limits) -> Option<String> {
    match rpc::decode(text) {
        Incoming::Single(call) => one(call, caller, hub),
        Incoming::Batch(calls) if calls.len() > limits.batch_calls => {
            let message = format!("a batch has at most {} calls, not {}", limits.batch_calls, calls.len());
            Some(answer_text(&Id::Null, &Err(ErrorObject::new(INVALID_REQUEST, message))))
        }
        Incoming::Batch(calls) => {
            let mut answers: Vec<String> = Vec::new();
            let mut bytes = 0;
            for call in calls {
                let answer = if bytes < limits.batch_bytes {
                    one(call, caller, hub)
                } else {
                    too_much(call, limits.batch_bytes)
                };
                bytes += answer.as_ref().map_or(0, String::len);
                answers.extend(answer);
            }
            (!answers.is_empty()).then(|| batch(&answers))
        }
    }
}

/// What comes after a batch's answer is full: nothing is done for it, as its answer could not be told.
fn too_much(call: Result<Call, Rejected>, limit: usize) -> Option<String> {
    let message = format!(
        "not carried out: the answers to this batch are over {limit} bytes already; ask for this in another message"
    );
    let id = match call {
        Err(rejected) => rejected.id,
        Ok(call) => call.id?,
    };
    Some(answer_text(&id, &Err(ErrorObject::new(INTERNAL_ERROR, message))))
}

fn one(call: Result<Call, Rejected>, caller: &Member, hub: &Hub) -> Option<String> {
    match call {
        Err(rejected) => Some(answer_text(&rejected.id, &Err(rejected.error))),
        Ok(call) => {
            let outcome = Request::read(&call).and_then(|request| carry_out(request, caller, hub));
            // A notification is carried out, and gets no answer, not even an error.
            call.id.map(|id| answer_text(&id, &outcome))
        }
    }
}

fn carry_out(request: Request, caller: &Member, hub: &Hub) -> Result<Reply, ErrorObject> {
    check_role(&request, caller.role())?;
    let host = hub.host();
    Ok(match request {
        Request::Ping => Reply::Pong(Pong { pong: true }),
        Request::GetParameter(asked) => match host.parameter(&asked.id) {
            Some(value) => Reply::Parameter(GetParameterResult { id: asked.id, value }),
            None => return Err(told(SetParameterError::UnknownParameter(asked.id))),
        },
        Request::SetParameter(set) => {
            hub.set_parameter(set.id, set.value).map_err(told)?;
            Reply::Done {}
        }
        Request::GetAllParameters => {
            Reply::Parameters(GetAllParametersResult { parameters: host.parameters() })
        }
        Request::GetMeterFrame => {
            hub.asked();
            Reply::MeterFrame(GetMeterFrameResult { frame: host.meter_frame() })
        }
        Request::GetOscilloscopeFrame => {
            hub.asked();
            Reply::OscilloscopeFrame(GetOscilloscopeFrameResult { frame: host.oscilloscope_frame() })
        }
        Request::GetAudioStatus => Reply::AudioStatus(GetAudioStatusResult { status: host.audio_status() }),
        // Nobody sizes a browser's window. The published server says the same.
        Request::RequestResize(_) => Reply::Resize(RequestResizeResult { accepted: false }),
        Request::GetStats => Reply::Stats(host.stats().map(Box::new)),
        Request::Subscribe(wanted) => {
            hub.subscribe(caller.id(), wanted);
            Reply::Done {}
        }
        Request::SetBypass(set) => {
            host.set_bypass(set.on)?;
            Reply::Done {}
        }
        Request::SetMute(set) => {
            host.set_mute(set.on)?;
            Reply::Done {}
        }
        Request::SetSource(set) if set.source == SourceName::Microphone => {
            return Err(not_allowed(
                "setSource: a page can't open the microphone; start with `--input mic` in the terminal",
            ));
        }
        Request::SetSource(set) => {
            host.set_source(set.source)?;
            Reply::Done {}
        }
        Request::SetMode(set) => {
            host.set_mode(set.mode)?;
            Reply::Done {}
        }
        Request::RegisterAudio(program) => {
            hub.register_audio(caller.id(), program)?;
            Reply::Registered(RegisterAudioResult { status: "registered".into() })
        }
        Request::MeterUpdate(meters) => {
            pass_on(&meters, caller, hub)?;
            Reply::Done {}
        }
    })
}

/// Meters of a program with its own audio go to every page: the published clients never subscribe.
fn pass_on(meters: &MeterUpdate, caller: &Member, hub: &Hub) -> Result<(), ErrorObject> {
    if !hub.is_audio(caller.id()) {
        return Err(not_allowed("meterUpdate: registerAudio comes first"));
    }
    let text: Utf8Bytes = notification(METER_UPDATE, meters).into();
    hub.to_pages(Lane::Frames, &text);
    Ok(())
}

/// May a client with this token make this call?
fn check_role(request: &Request, role: Role) -> Result<(), ErrorObject> {
    match (role, request) {
        (Role::Page, Request::RegisterAudio(_) | Request::MeterUpdate(_)) => Err(not_allowed(
            "only for a program that connects with the project's audio token, which `wavecraft status --json` prints",
        )),
        (Role::Page, _)
        | (
            Role::Audio,
            Request::Ping
            | Request::RegisterAudio(_)
            | Request::MeterUpdate(_)
            | Request::GetAllParameters
            | Request::GetParameter(_),
        ) => Ok(()),
        (Role::Audio, _) => Err(not_allowed("not for a client that connects with the audio token")),
    }
}

fn not_allowed(message: &str) -> ErrorObject {
    ErrorObject::new(NOT_ALLOWED, message)
}

fn told(error: SetParameterError) -> ErrorObject {
    let code = match error {
        SetParameterError::UnknownParameter(_) => UNKNOWN_PARAMETER,
        SetParameterError::OutOfRange(_) => OUT_OF_RANGE,
    };
    ErrorObject::new(code, error.to_string())
}
