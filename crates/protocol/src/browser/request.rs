//! What a client of the dev WebSocket can ask for.

use super::{
    GET_ALL_PARAMETERS, GET_AUDIO_STATUS, GET_METER_FRAME, GET_OSCILLOSCOPE_FRAME, GET_PARAMETER, GET_STATS,
    GetParameterParams, MAX_HZ, METER_UPDATE, MeterUpdate, PING, REGISTER_AUDIO, REQUEST_RESIZE,
    RegisterAudioParams, RequestResizeParams, SET_BYPASS, SET_MODE, SET_MUTE, SET_PARAMETER, SET_SOURCE,
    SUBSCRIBE, SetFlag, SetMode, SetParameterParams, SetSource, Subscribe,
};
use crate::rpc::{Call, ErrorObject, INVALID_PARAMS, METHOD_NOT_FOUND};

/// The longest name, in bytes, that a program with its own audio may give itself.
pub const MAX_CLIENT_ID_BYTES: usize = 256;

/// A call to the dev WebSocket, read and checked as far as it can be without knowing the project.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each is the method its constant names")]
pub enum Request {
    Ping,
    GetParameter(GetParameterParams),
    /// The value may be infinite: whoever knows the parameter's range refuses it.
    SetParameter(SetParameterParams),
    GetAllParameters,
    GetMeterFrame,
    GetOscilloscopeFrame,
    GetAudioStatus,
    RequestResize(RequestResizeParams),
    GetStats,
    /// The rate is in its range.
    Subscribe(Subscribe),
    SetBypass(SetFlag),
    SetMute(SetFlag),
    SetSource(SetSource),
    SetMode(SetMode),
    /// Rate and buffer size are positive and finite, the name is neither empty nor too long.
    RegisterAudio(RegisterAudioParams),
    /// From a registered program with its own audio. Its levels are finite.
    MeterUpdate(MeterUpdate),
}

impl Request {
    /// Reads a call.
    ///
    /// # Errors
    /// [`METHOD_NOT_FOUND`], or [`INVALID_PARAMS`] with what is wrong with them.
    pub fn read(call: &Call) -> Result<Self, ErrorObject> {
        Ok(match call.method.as_str() {
            PING => Self::Ping,
            GET_PARAMETER => Self::GetParameter(call.params()?),
            SET_PARAMETER => Self::SetParameter(call.params()?),
            GET_ALL_PARAMETERS => Self::GetAllParameters,
            GET_METER_FRAME => Self::GetMeterFrame,
            GET_OSCILLOSCOPE_FRAME => Self::GetOscilloscopeFrame,
            GET_AUDIO_STATUS => Self::GetAudioStatus,
            REQUEST_RESIZE => Self::RequestResize(call.params()?),
            GET_STATS => Self::GetStats,
            SUBSCRIBE => Self::Subscribe(subscribe(call)?),
            SET_BYPASS => Self::SetBypass(call.params()?),
            SET_MUTE => Self::SetMute(call.params()?),
            SET_SOURCE => Self::SetSource(call.params()?),
            SET_MODE => Self::SetMode(call.params()?),
            REGISTER_AUDIO => Self::RegisterAudio(register_audio(call)?),
            METER_UPDATE => Self::MeterUpdate(meter_update(call)?),
            // As much of the name as helps to find a typing error.
            unknown => {
                return Err(ErrorObject::new(
                    METHOD_NOT_FOUND,
                    format!("there is no method `{unknown:.80}`"),
                ));
            }
        })
    }
}

fn wrong(call: &Call, what: &str) -> ErrorObject {
    ErrorObject::new(INVALID_PARAMS, format!("{}: {what}", call.method))
}

fn subscribe(call: &Call) -> Result<Subscribe, ErrorObject> {
    let wanted: Subscribe = call.params()?;
    if (1..=MAX_HZ).contains(&wanted.hz) {
        Ok(wanted)
    } else {
        Err(wrong(call, &format!("`hz` is 1 to {MAX_HZ}")))
    }
}

fn register_audio(call: &Call) -> Result<RegisterAudioParams, ErrorObject> {
    let program: RegisterAudioParams = call.params()?;
    if !(1..=MAX_CLIENT_ID_BYTES).contains(&program.client_id.len()) {
        return Err(wrong(call, &format!("`client_id` has 1 to {MAX_CLIENT_ID_BYTES} bytes")));
    }
    if !program.sample_rate.is_finite() || program.sample_rate <= 0.0 || program.buffer_size == 0 {
        return Err(wrong(call, "`sample_rate` and `buffer_size` are above 0"));
    }
    Ok(program)
}

fn meter_update(call: &Call) -> Result<MeterUpdate, ErrorObject> {
    let meters: MeterUpdate = call.params()?;
    let levels = [meters.left_peak, meters.left_rms, meters.right_peak, meters.right_rms];
    if levels.iter().all(|level| level.is_finite()) {
        Ok(meters)
    } else {
        Err(wrong(call, "a level isn't a finite number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(method: &str, params: Value) -> Result<Request, ErrorObject> {
        Request::read(&Call { id: None, method: method.into(), params })
    }

    #[test]
    fn wrong_params_are_told_from_unknown_methods() {
        let register = |id: &str, rate: f64, size: u32| json!({"client_id": id, "sample_rate": rate, "buffer_size": size});
        for (method, params) in [
            ("getParameter", Value::Null),
            ("getParameter", json!({"id": 4})),
            ("setParameter", json!({"id": "a"})),
            ("setParameter", json!({"id": "a", "value": "1"})),
            ("setParameter", json!({"id": "a", "value": null})),
            ("requestResize", json!({"width": -1, "height": 1})),
            ("subscribe", json!({"topics": ["weather"]})),
            ("subscribe", json!({"topics": [], "hz": 0})),
            ("subscribe", json!({"topics": [], "hz": 61})),
            ("setBypass", json!({"on": 1})),
            ("setSource", json!({"source": "/etc/passwd"})),
            ("setMode", json!({"mode": "fast"})),
            ("registerAudio", register("", 48000.0, 64)),
            ("registerAudio", register("a", 0.0, 64)),
            ("registerAudio", register("a", 1e39, 64)),
            ("registerAudio", register("a", 48000.0, 0)),
            ("registerAudio", register(&"a".repeat(257), 48000.0, 64)),
            (
                "meterUpdate",
                json!({"timestamp_us": 1, "left_peak": 1e39, "left_rms": 0, "right_peak": 0, "right_rms": 0}),
            ),
        ] {
            let error = read(method, params.clone()).expect_err(method);
            assert_eq!(error.code, INVALID_PARAMS, "{method} {params}");
            assert!(error.message.starts_with(method), "{}", error.message);
        }
        for method in ["", "Ping", "getparameter", "hello"] {
            assert_eq!(read(method, json!({})).expect_err(method).code, METHOD_NOT_FOUND);
        }
    }

    #[test]
    fn what_the_published_clients_send_is_read() {
        assert!(matches!(read("ping", Value::Null), Ok(Request::Ping)));
        let Ok(Request::SetParameter(set)) = read("setParameter", json!({"id": "a", "value": 1e39})) else {
            panic!()
        };
        assert!(set.value.is_infinite());
        let Ok(Request::Subscribe(wanted)) = read("subscribe", json!({"topics": ["meters", "build"]})) else {
            panic!()
        };
        assert_eq!(wanted.hz, 30);
        assert!(matches!(read("getParameter", json!(["by position"])), Ok(Request::GetParameter(_))));
    }
}
