//! Carries out clients' calls.

use std::{collections::BTreeMap, sync::LazyLock};

use tokio_tungstenite::tungstenite::Utf8Bytes;
use wavecraft_companion_protocol::{
    browser::{
        AnswerAbx, ChooseRecent, CopySet, EndAbx, EndComparison, GetAllParameters, GetAllParametersResult,
        GetAudioStatus, GetAudioStatusResult, GetComparison, GetHistory, GetLab, GetLabResult, GetLog,
        GetLogResult, GetMeasurement, GetMeterFrame, GetMeterFrameResult, GetOscilloscopeFrame,
        GetOscilloscopeFrameResult, GetParameterParams, GetParameterResult, GetSets, GetSource, GetStats,
        HearAbx, HearSet, History, METER_UPDATE, MeasureBuild, Measurement, MeterUpdate, NOT_ALLOWED,
        PageSource, Ping, Pong, Redo, RegisterAudioParams, RegisterAudioResult, RequestResizeParams,
        RequestResizeResult, Restart, Seek, SetBypass, SetGain, SetLoop, SetMeasuring, SetMode, SetMute,
        SetParameter, SetSource, Sets, SourceInfo, StartAbx, Stepped, Subscribe, Undo, answer, notification,
    },
    comparison::{Abx, Compare, Comparison},
    method::{Done, Method},
    rpc::{Call, ErrorObject, OUT_OF_RANGE, UNKNOWN_PARAMETER},
    session::Stats,
};

use crate::{
    access_policy::Role,
    history::Way,
    host::{Host, SetParameterError},
    hub::{Hub, Member},
    outbox::Lane,
};

type Outcome<R> = Result<R, ErrorObject>;

static METHODS: LazyLock<BTreeMap<&str, Run>> = LazyLock::new(|| {
    BTreeMap::from([
        anybody(ping),
        anybody(get_parameter),
        pages(set_parameter),
        anybody(get_all_parameters),
        pages(get_meter_frame),
        pages(get_oscilloscope_frame),
        pages(get_audio_status),
        pages(request_resize),
        pages(subscribe),
        pages(get_stats),
        pages(set_bypass),
        pages(set_mute),
        pages(set_gain),
        pages(set_mode),
        pages(set_source),
        pages(restart),
        pages(get_sets),
        pages(hear_set),
        pages(copy_set),
        pages(get_history),
        pages(undo),
        pages(redo),
        pages(get_source),
        pages(set_loop),
        pages(seek),
        pages(choose_recent),
        pages(get_lab),
        pages(get_measurement),
        pages(measure_build),
        pages(set_measuring),
        pages(get_log),
        pages(get_comparison),
        pages(compare),
        pages(end_comparison),
        pages(start_abx),
        pages(hear_abx),
        pages(answer_abx),
        pages(end_abx),
        programs(register_audio),
        programs(meter_update),
    ])
});

/// The client that calls.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) member: &'a Member,
    pub(crate) hub: &'a Hub,
}

impl Caller<'_> {
    fn host(&self) -> &dyn Host {
        self.hub.host()
    }
}

/// Carries out a call. `Some` with the text to answer, unless it is a notification: that is carried out, but gets no
/// answer, not even an error.
pub(crate) fn carry_out(call: &Call, caller: Caller<'_>) -> Option<String> {
    match METHODS.get(call.method.as_str()) {
        Some(run) => run(call, caller),
        None => Some(answer(call.id.as_ref()?, &Err::<Done, _>(ErrorObject::no_method(&call.method)))),
    }
}

type Run = Box<dyn Fn(&Call, Caller<'_>) -> Option<String> + Send + Sync>;

/// A method for pages, and for programs with their own audio.
fn anybody<M: Method>(
    run: impl Fn(M, Caller<'_>) -> Outcome<M::Result> + Send + Sync + 'static,
) -> (&'static str, Run) {
    let run = move |call: &Call, caller: Caller<'_>| {
        let outcome = M::read(call).and_then(|params| run(params, caller));
        call.id.as_ref().map(|id| answer(id, &outcome))
    };
    (M::NAME, Box::new(run))
}

/// A method for pages.
fn pages<M: Method>(
    run: impl Fn(M, Caller<'_>) -> Outcome<M::Result> + Send + Sync + 'static,
) -> (&'static str, Run) {
    anybody::<M>(move |params, caller| match caller.member.role() {
        Role::Page => run(params, caller),
        Role::Audio => Err(not_allowed("not for a client that connects with the audio token")),
    })
}

/// A method for programs with their own audio.
fn programs<M: Method>(
    run: impl Fn(M, Caller<'_>) -> Outcome<M::Result> + Send + Sync + 'static,
) -> (&'static str, Run) {
    anybody::<M>(move |params, caller| match caller.member.role() {
        Role::Audio => run(params, caller),
        Role::Page => Err(not_allowed(
            "only for a program that connects with the project's audio token, which `wavecraft status --json` prints",
        )),
    })
}

fn ping(_: Ping, _: Caller<'_>) -> Outcome<Pong> {
    Ok(Pong { pong: true })
}

fn get_parameter(asked: GetParameterParams, caller: Caller<'_>) -> Outcome<GetParameterResult> {
    match caller.host().parameter(&asked.id) {
        Some(value) => Ok(GetParameterResult { id: asked.id, value }),
        None => Err(refused(SetParameterError::UnknownParameter(asked.id))),
    }
}

fn set_parameter(set: SetParameter, caller: Caller<'_>) -> Outcome<Done> {
    caller.hub.set_parameter(caller.member.id(), set).map(|()| Done {}).map_err(refused)
}

fn get_all_parameters(_: GetAllParameters, caller: Caller<'_>) -> Outcome<GetAllParametersResult> {
    Ok(caller.host().parameters())
}

fn get_meter_frame(_: GetMeterFrame, caller: Caller<'_>) -> Outcome<GetMeterFrameResult> {
    caller.hub.asked();
    Ok(GetMeterFrameResult { frame: caller.host().meter_frame() })
}

fn get_oscilloscope_frame(
    _: GetOscilloscopeFrame,
    caller: Caller<'_>,
) -> Outcome<GetOscilloscopeFrameResult> {
    caller.hub.asked();
    Ok(GetOscilloscopeFrameResult { frame: caller.host().oscilloscope_frame() })
}

fn get_audio_status(_: GetAudioStatus, caller: Caller<'_>) -> Outcome<GetAudioStatusResult> {
    Ok(GetAudioStatusResult { status: caller.host().audio_status() })
}

/// A browser's window can't be resized from here. The published server answers the same.
fn request_resize(_: RequestResizeParams, _: Caller<'_>) -> Outcome<RequestResizeResult> {
    Ok(RequestResizeResult { accepted: false })
}

fn subscribe(wanted: Subscribe, caller: Caller<'_>) -> Outcome<Done> {
    caller.hub.subscribe(caller.member.id(), wanted);
    Ok(Done {})
}

fn get_stats(_: GetStats, caller: Caller<'_>) -> Outcome<Option<Stats>> {
    Ok(caller.host().stats())
}

fn set_bypass(set: SetBypass, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().set_bypass(set.on).map(|()| Done {})
}

fn set_mute(set: SetMute, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().set_mute(set.on).map(|()| Done {})
}

fn set_gain(set: SetGain, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().set_gain(set.gain_db).map(|()| Done {})
}

fn get_lab(_: GetLab, caller: Caller<'_>) -> Outcome<GetLabResult> {
    Ok(caller.host().lab())
}

fn get_log(wanted: GetLog, caller: Caller<'_>) -> Outcome<GetLogResult> {
    Ok(caller.hub.said(wanted.lines))
}

fn get_measurement(of: GetMeasurement, caller: Caller<'_>) -> Outcome<Measurement> {
    Ok(caller.host().measurement(of.number))
}

fn measure_build(of: MeasureBuild, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().measure_build(of.number, of.full).map(|()| Done {})
}

fn set_measuring(set: SetMeasuring, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().set_measuring(set.on).map(|()| Done {})
}

fn set_mode(set: SetMode, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().set_mode(set.mode).map(|()| Done {})
}

fn set_source(set: SetSource, caller: Caller<'_>) -> Outcome<Done> {
    match set.source {
        PageSource::Microphone => Err(not_allowed(
            "setSource: a page can't open the microphone; start with `--input mic` in the terminal",
        )),
        source => caller.host().set_source(source).map(|()| Done {}),
    }
}

fn restart(_: Restart, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().restart().map(|()| Done {})
}

fn get_sets(_: GetSets, caller: Caller<'_>) -> Outcome<Sets> {
    Ok(caller.hub.sets())
}

fn hear_set(wanted: HearSet, caller: Caller<'_>) -> Outcome<Done> {
    caller.hub.hear_set(wanted.set).map(|()| Done {})
}

fn copy_set(_: CopySet, caller: Caller<'_>) -> Outcome<Done> {
    caller.hub.copy_set();
    Ok(Done {})
}

fn get_history(_: GetHistory, caller: Caller<'_>) -> Outcome<History> {
    Ok(caller.hub.history())
}

fn undo(_: Undo, caller: Caller<'_>) -> Outcome<Stepped> {
    caller.hub.walk(Way::Back)
}

fn redo(_: Redo, caller: Caller<'_>) -> Outcome<Stepped> {
    caller.hub.walk(Way::Again)
}

fn get_source(_: GetSource, caller: Caller<'_>) -> Outcome<SourceInfo> {
    caller.host().source()
}

fn set_loop(wanted: SetLoop, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().set_loop(wanted).map(|()| Done {})
}

fn seek(to: Seek, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().seek(to.frame).map(|()| Done {})
}

fn choose_recent(chosen: ChooseRecent, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().choose_recent(chosen.number).map(|()| Done {})
}

fn get_comparison(_: GetComparison, caller: Caller<'_>) -> Outcome<Comparison> {
    caller.host().comparison()
}

fn compare(wanted: Compare, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().compare(wanted).map(|()| Done {})
}

fn end_comparison(_: EndComparison, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().end_comparison().map(|()| Done {})
}

fn start_abx(_: StartAbx, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().start_abx().map(|()| Done {})
}

fn hear_abx(wanted: HearAbx, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().hear_abx(wanted.which).map(|()| Done {})
}

fn answer_abx(answer: AnswerAbx, caller: Caller<'_>) -> Outcome<Abx> {
    caller.host().answer_abx(answer.which)
}

fn end_abx(_: EndAbx, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().end_abx().map(|()| Done {})
}

fn register_audio(program: RegisterAudioParams, caller: Caller<'_>) -> Outcome<RegisterAudioResult> {
    caller.hub.register_audio(caller.member.id(), program)?;
    Ok(RegisterAudioResult { status: "registered".into() })
}

/// Meters from a program with its own audio go to every page: the published clients never subscribe.
fn meter_update(meters: MeterUpdate, caller: Caller<'_>) -> Outcome<Done> {
    if !caller.hub.is_audio(caller.member.id()) {
        return Err(not_allowed("meterUpdate: registerAudio comes first"));
    }
    let text: Utf8Bytes = notification(METER_UPDATE, &meters).into();
    caller.hub.to_pages(Lane::Frames, &text);
    Ok(Done {})
}

fn not_allowed(message: &str) -> ErrorObject {
    ErrorObject::new(NOT_ALLOWED, message)
}

fn refused(error: SetParameterError) -> ErrorObject {
    let code = match error {
        SetParameterError::UnknownParameter(_) => UNKNOWN_PARAMETER,
        SetParameterError::OutOfRange(_) => OUT_OF_RANGE,
    };
    ErrorObject::new(code, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::{browser, method::Names};

    #[test]
    fn every_method_that_is_declared_is_carried_out() {
        let mut declared = Names::default();
        browser::visit(&mut declared);
        declared.0.sort_unstable();
        assert_eq!(METHODS.keys().copied().collect::<Vec<_>>(), declared.0);
    }
}
