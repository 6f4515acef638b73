//! Carries out clients' calls.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, LazyLock},
};

use tokio_tungstenite::tungstenite::Utf8Bytes;
use wavecraft_companion_protocol::{
    browser::{
        AnswerAbx, ChooseRecent, CopySet, EndAbx, EndComparison, GetAllParameters, GetAllParametersResult,
        GetAudioStatus, GetAudioStatusResult, GetComparison, GetHistory, GetLab, GetLabResult, GetLog,
        GetLogResult, GetMeasurement, GetMeterFrame, GetMeterFrameResult, GetOscilloscopeFrame,
        GetOscilloscopeFrameResult, GetParameterParams, GetParameterResult, GetPresets, GetSets, GetSource,
        GetStats, GetTransport, HearAbx, HearSet, History, METER_UPDATE, MeasureBuild, Measurement,
        MeterUpdate, NOT_ALLOWED, PageSource, Ping, Pong, Redo, RegisterAudioParams, RegisterAudioResult,
        RequestResizeParams, RequestResizeResult, Restart, Seek, SetBypass, SetGain, SetLoop, SetMeasuring,
        SetMode, SetMute, SetParameter, SetSource, Sets, SourceInfo, StartAbx, Stepped, Subscribe, TapTempo,
        Undo, answer, notification,
    },
    comparison::{Abx, Compare, Comparison},
    method::{Done, Method},
    preset::{DeletePreset, LoadPreset, RenamePreset, SavePreset, StepPreset},
    rpc::{Call, ErrorObject},
    session::Stats,
    transport::{ChangeTransport, Transport},
};

use crate::{
    access_policy::Role,
    history::Way,
    host::{Host, SetParameterError},
    hub::{Hub, Member},
    outbox::Lane,
    presets::Presets,
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
        reads(|presets, _: GetPresets| async move { presets.list_for_page().await }),
        reads(|presets, asked: LoadPreset| async move { presets.load(asked).await }),
        reads(|presets, asked: StepPreset| async move { presets.step(asked).await }),
        writes(|presets, asked: SavePreset| async move { presets.save(asked).await }),
        writes(|presets, asked: RenamePreset| async move { presets.rename(asked).await }),
        writes(|presets, asked: DeletePreset| async move { presets.delete(asked).await }),
        pages(get_source),
        pages(set_loop),
        pages(seek),
        pages(choose_recent),
        pages(get_transport),
        pages(change_transport),
        pages(tap_tempo),
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
    pub(crate) hub: &'a Arc<Hub>,
}

impl Caller<'_> {
    fn host(&self) -> &dyn Host {
        self.hub.host()
    }
}

/// Carries out a call. `Some` with the text to answer, unless it is a notification: that is carried out, but gets no
/// answer, not even an error.
pub(crate) async fn carry_out(call: &Call, caller: Caller<'_>) -> Option<String> {
    match METHODS.get(call.method.as_str()) {
        Some(Run::Now(run)) => run(call, caller),
        Some(Run::Later(run)) => run(call, caller).await,
        None => Some(answer(call.id.as_ref()?, &Err::<Done, _>(ErrorObject::no_method(&call.method)))),
    }
}

enum Run {
    /// Carried out while its client's task waits.
    Now(Work<Option<String>>),
    /// Begun, and answered when a disk has done its part. The client isn't read before that.
    Later(Work<Answer>),
}

type Work<T> = Box<dyn Fn(&Call, Caller<'_>) -> T + Send + Sync>;
type Answer = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

/// A method for pages, and for programs with their own audio.
fn anybody<M: Method>(
    run: impl Fn(M, Caller<'_>) -> Outcome<M::Result> + Send + Sync + 'static,
) -> (&'static str, Run) {
    let run = move |call: &Call, caller: Caller<'_>| {
        let outcome = M::read(call).and_then(|params| run(params, caller));
        call.id.as_ref().map(|id| answer(id, &outcome))
    };
    (M::NAME, Run::Now(Box::new(run)))
}

/// A method for pages that reads files.
fn reads<M: Method, F>(carry_out: impl Fn(Presets, M) -> F + Send + Sync + 'static) -> (&'static str, Run)
where
    F: Future<Output = Outcome<M::Result>> + Send + 'static,
{
    later(carry_out, |_| Ok(()))
}

/// A method for pages that changes files, which they may do only so often.
fn writes<M: Method, F>(carry_out: impl Fn(Presets, M) -> F + Send + Sync + 'static) -> (&'static str, Run)
where
    F: Future<Output = Outcome<M::Result>> + Send + 'static,
{
    later(carry_out, |caller| caller.hub.desk().may_write(M::NAME))
}

fn later<M: Method, F>(
    carry_out: impl Fn(Presets, M) -> F + Send + Sync + 'static,
    allowed: impl Fn(Caller<'_>) -> Outcome<()> + Send + Sync + 'static,
) -> (&'static str, Run)
where
    F: Future<Output = Outcome<M::Result>> + Send + 'static,
{
    let run = move |call: &Call, caller: Caller<'_>| -> Answer {
        let begun = M::read(call).and_then(|params| {
            only_pages(caller)?;
            allowed(caller)?;
            Ok(carry_out(Presets::new(Arc::clone(caller.hub)), params))
        });
        let id = call.id.clone();
        Box::pin(async move {
            let outcome = match begun {
                Ok(done) => done.await,
                Err(error) => Err(error),
            };
            id.map(|id| answer(&id, &outcome))
        })
    };
    (M::NAME, Run::Later(Box::new(run)))
}

/// A method for pages.
fn pages<M: Method>(
    run: impl Fn(M, Caller<'_>) -> Outcome<M::Result> + Send + Sync + 'static,
) -> (&'static str, Run) {
    anybody::<M>(move |params, caller| only_pages(caller).and_then(|()| run(params, caller)))
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
        None => Err(SetParameterError::UnknownParameter(asked.id).into()),
    }
}

fn set_parameter(set: SetParameter, caller: Caller<'_>) -> Outcome<Done> {
    caller.hub.set_parameter(caller.member.id(), set).map(|()| Done {}).map_err(ErrorObject::from)
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

fn get_transport(_: GetTransport, caller: Caller<'_>) -> Outcome<Transport> {
    caller.host().transport()
}

fn change_transport(wanted: ChangeTransport, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().change_transport(wanted).map(|()| Done {})
}

fn tap_tempo(_: TapTempo, caller: Caller<'_>) -> Outcome<Done> {
    caller.host().tap_tempo().map(|()| Done {})
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

fn only_pages(caller: Caller<'_>) -> Outcome<()> {
    match caller.member.role() {
        Role::Page => Ok(()),
        Role::Audio => Err(not_allowed("not for a client that connects with the audio token")),
    }
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
