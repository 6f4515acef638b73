//! The methods of the control socket, and what each does.

use super::{
    connection::ConnectionId,
    owed::{Owed, Reply},
    status::status,
};
use crate::{audio::ListedFor, companion::Companion, session::RecordRequest};
use std::{collections::BTreeMap, sync::LazyLock, time::Instant};
use wavecraft_companion_protocol::{
    PROTOCOL_VERSION,
    control::{
        Attach, Detach, EndComparison, GetPresets, GetStatus, GetTransport, HELLO_FIRST, Hello, ListDevices,
        OpenOnce, OpenedOnce, Reload, Restart, SelectDevices, SetBuildStatus, SetBypass, SetComparison,
        SetGain, SetMeasuring, SetMode, SetMute, SetOrigins, SetSource, SetTransport, Show, Shutdown,
        ShuttingDown, Status, Subscribe, TapTempo, VERSION_MISMATCH, Welcome,
    },
    latency::MeasureLatency,
    method::{Done, Method},
    microphone::{ConfirmMicrophone, GetMicrophone, MicrophoneAccess},
    preset::{DeletePreset, LoadPreset, PresetOf, RenamePreset, SavePreset, StepPreset},
    rpc::{Call, ErrorObject, INVALID_PARAMS},
    take::{Record, StopRecording},
    transport::Transport,
};
use wavecraft_companion_server::Presets;

static METHODS: LazyLock<BTreeMap<&str, Run>> = LazyLock::new(|| {
    BTreeMap::from([
        now(hello),
        now(get_status),
        now(subscribe),
        now(show),
        now(shutdown),
        later(attach),
        now(set_origins),
        later(reload),
        now(set_build_status),
        now(restart),
        later(detach),
        later(set_source),
        now(set_bypass),
        now(set_mute),
        now(set_mode),
        now(set_gain),
        now(set_measuring),
        now(set_comparison),
        now(end_comparison),
        later(get_presets),
        on_presets(|presets, asked: LoadPreset| async move { presets.load(asked).await }),
        on_presets(|presets, asked: StepPreset| async move { presets.step(asked).await }),
        on_presets(|presets, asked: SavePreset| async move { presets.save(asked).await }),
        on_presets(|presets, asked: RenamePreset| async move { presets.rename(asked).await }),
        on_presets(|presets, asked: DeletePreset| async move { presets.delete(asked).await }),
        now(set_transport),
        now(tap_tempo),
        now(get_transport),
        later(record),
        later(stop_recording),
        now(open_once),
        later(list_devices),
        later(select_devices),
        later(measure_latency),
        now(get_microphone),
        now(confirm_microphone),
    ])
});

/// Handles a call of a connection, and answers it now or later.
pub(crate) fn carry_out(companion: &mut Companion, from: ConnectionId, call: &Call, reply: Reply) {
    let greeted = companion.cx.clients.has_greeted(from) || call.method == Hello::NAME;
    match METHODS.get(call.method.as_str()) {
        _ if !greeted => {
            let error = ErrorObject::new(HELLO_FIRST, "say `hello` with your protocol version first");
            let _ = reply.send(error.into());
        }
        Some(run) => run(companion, from, call, reply),
        None => drop(reply.send(ErrorObject::no_method(&call.method).into())),
    }
}

type Run = Box<dyn Fn(&mut Companion, ConnectionId, &Call, Reply) + Send + Sync>;

/// A method that is answered at once.
fn now<M: Method>(
    run: impl Fn(&mut Companion, ConnectionId, M) -> Result<M::Result, ErrorObject> + Send + Sync + 'static,
) -> (&'static str, Run) {
    later::<M>(move |companion, from, params, owed| owed.settle(run(companion, from, params)))
}

/// A method that is answered when it is done.
fn later<M: Method>(
    run: impl Fn(&mut Companion, ConnectionId, M, Owed<M>) + Send + Sync + 'static,
) -> (&'static str, Run) {
    let run = move |companion: &mut Companion, from: ConnectionId, call: &Call, reply: Reply| {
        let owed = Owed::new(reply);
        match M::read(call) {
            Ok(params) => run(companion, from, params, owed),
            Err(error) => owed.refuse(error),
        }
    };
    (M::NAME, Box::new(run))
}

// The companion itself.

fn hello(companion: &mut Companion, from: ConnectionId, hello: Hello) -> Result<Welcome, ErrorObject> {
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
    Ok(companion.welcome.clone())
}

fn get_status(companion: &mut Companion, _: ConnectionId, _: GetStatus) -> Result<Status, ErrorObject> {
    Ok(status(companion))
}

fn subscribe(companion: &mut Companion, from: ConnectionId, wanted: Subscribe) -> Result<Done, ErrorObject> {
    companion.cx.clients.subscribe(from, wanted.all);
    Ok(Done {})
}

fn show(companion: &mut Companion, _: ConnectionId, _: Show) -> Result<Done, ErrorObject> {
    companion.opened_again();
    Ok(Done {})
}

fn shutdown(
    companion: &mut Companion,
    from: ConnectionId,
    wanted: Shutdown,
) -> Result<ShuttingDown, ErrorObject> {
    let ending = !wanted.if_idle || (companion.is_idle() && !companion.cx.clients.has_others(from));
    if ending {
        companion.quit();
    }
    Ok(ShuttingDown { ending })
}

// One project. Only its owner may change it; anybody may do the rest.

fn attach(companion: &mut Companion, from: ConnectionId, attach: Attach, owed: Owed<Attach>) {
    companion.attach(from, attach, owed);
}

fn set_origins(companion: &mut Companion, from: ConnectionId, set: SetOrigins) -> Result<Done, ErrorObject> {
    companion.sessions.owned(from, &set.session)?.set_origins(set.origins)?;
    Ok(Done {})
}

fn reload(companion: &mut Companion, from: ConnectionId, reload: Reload, owed: Owed<Reload>) {
    match companion.sessions.owned(from, &reload.session) {
        Ok(session) => session.reload(reload, owed, &mut companion.cx),
        Err(error) => owed.refuse(error),
    }
}

fn set_build_status(
    companion: &mut Companion,
    from: ConnectionId,
    set: SetBuildStatus,
) -> Result<Done, ErrorObject> {
    companion.sessions.owned(from, &set.session)?.set_build_status(&set.build);
    Ok(Done {})
}

fn restart(companion: &mut Companion, from: ConnectionId, of: Restart) -> Result<Done, ErrorObject> {
    companion.sessions.owned(from, &of.session)?.playback_mut().restart(&mut companion.cx);
    Ok(Done {})
}

fn detach(companion: &mut Companion, _: ConnectionId, of: Detach, owed: Owed<Detach>) {
    match companion.sessions.find(&of.session) {
        Ok(session) => session.detach(Some(owed), &mut companion.cx),
        Err(error) => owed.refuse(error),
    }
}

fn set_source(companion: &mut Companion, from: ConnectionId, set: SetSource, owed: Owed<SetSource>) {
    match companion.sessions.owned(from, &set.session) {
        Ok(session) => session.set_source(set.source, owed, &mut companion.cx),
        Err(error) => owed.refuse(error),
    }
}

fn set_bypass(companion: &mut Companion, from: ConnectionId, set: SetBypass) -> Result<Done, ErrorObject> {
    let session = companion.sessions.owned(from, &set.session)?;
    session.set_bypassed(set.on, set.on_bypass, &mut companion.cx);
    Ok(Done {})
}

fn set_mute(companion: &mut Companion, from: ConnectionId, set: SetMute) -> Result<Done, ErrorObject> {
    companion.sessions.owned(from, &set.session)?.set_muted(set.on, &mut companion.cx);
    Ok(Done {})
}

fn set_mode(companion: &mut Companion, from: ConnectionId, set: SetMode) -> Result<Done, ErrorObject> {
    companion.sessions.owned(from, &set.session)?.set_mode(set.mode, &mut companion.cx);
    Ok(Done {})
}

fn set_gain(companion: &mut Companion, from: ConnectionId, set: SetGain) -> Result<Done, ErrorObject> {
    companion.sessions.owned(from, &set.session)?.set_gain(set.gain_db, &mut companion.cx)?;
    Ok(Done {})
}

fn set_measuring(
    companion: &mut Companion,
    from: ConnectionId,
    set: SetMeasuring,
) -> Result<Done, ErrorObject> {
    let session = companion.sessions.owned(from, &set.session)?;
    session.playback_mut().set_measuring(set.on, &companion.cx);
    Ok(Done {})
}

fn set_comparison(
    companion: &mut Companion,
    from: ConnectionId,
    set: SetComparison,
) -> Result<Done, ErrorObject> {
    companion.sessions.owned(from, &set.session)?.compare(set.wanted, &mut companion.cx)?;
    Ok(Done {})
}

fn end_comparison(
    companion: &mut Companion,
    from: ConnectionId,
    of: EndComparison,
) -> Result<Done, ErrorObject> {
    companion.sessions.owned(from, &of.session)?.end_comparison(&mut companion.cx);
    Ok(Done {})
}

fn get_presets(companion: &mut Companion, _: ConnectionId, of: GetPresets, owed: Owed<GetPresets>) {
    with_presets(companion, &of.session, owed, |presets| async move { presets.list().await });
}

/// A method of what is done with a session's presets.
fn on_presets<A, R, F>(ask: impl Fn(Presets, A) -> F + Send + Sync + 'static) -> (&'static str, Run)
where
    PresetOf<A>: Method<Result = R>,
    F: Future<Output = Result<R, ErrorObject>> + Send + 'static,
{
    later(move |companion, _, of: PresetOf<A>, owed| {
        with_presets(companion, &of.session, owed, |presets| ask(presets, of.asked));
    })
}

/// Asks for something with a session's presets, and answers when the files are read or written.
fn with_presets<M: Method, F>(
    companion: &mut Companion,
    session: &str,
    owed: Owed<M>,
    ask: impl FnOnce(Presets) -> F,
) where
    F: Future<Output = Result<M::Result, ErrorObject>> + Send + 'static,
{
    match companion.sessions.find(session).and_then(|session| session.presets()) {
        Ok(presets) => {
            let done = ask(presets);
            tokio::spawn(async move { owed.settle(done.await) });
        }
        Err(error) => owed.refuse(error),
    }
}

fn record(companion: &mut Companion, from: ConnectionId, record: Record, owed: Owed<Record>) {
    match companion.sessions.find(&record.session) {
        Ok(session) => {
            let request = RecordRequest {
                path: record.path,
                seconds: record.seconds,
                owner: Some(from),
                reply: Some(owed),
            };
            session.playback_mut().record(request, &companion.cx);
        }
        Err(error) => owed.refuse(error),
    }
}

fn stop_recording(companion: &mut Companion, _: ConnectionId, of: StopRecording, owed: Owed<StopRecording>) {
    match companion.sessions.find(&of.session) {
        Ok(session) => session.playback_mut().end_recording(None, Some(owed), &mut companion.cx),
        Err(error) => owed.refuse(error),
    }
}

fn open_once(companion: &mut Companion, _: ConnectionId, open: OpenOnce) -> Result<OpenedOnce, ErrorObject> {
    companion.open_once(&open)
}

// The time, which all projects share: anybody may change it, but whether a project is told of it is its owner's.

fn set_transport(
    companion: &mut Companion,
    from: ConnectionId,
    set: SetTransport,
) -> Result<Transport, ErrorObject> {
    match (&set.session, set.none) {
        (Some(id), Some(none)) => {
            companion.sessions.owned(from, id)?.set_untimed(none, &mut companion.cx);
        }
        (None, Some(_)) => {
            let message = "setTransport: `none` is for one project: name its `session`";
            return Err(ErrorObject::new(INVALID_PARAMS, message));
        }
        (_, None) => {}
    }
    companion.cx.transport.change(&set.change, &mut companion.cx.audio);
    Ok(companion.cx.transport.told(&companion.cx.audio, None))
}

fn tap_tempo(companion: &mut Companion, _: ConnectionId, _: TapTempo) -> Result<Transport, ErrorObject> {
    companion.cx.transport.tap(Instant::now(), &mut companion.cx.audio);
    Ok(companion.cx.transport.told(&companion.cx.audio, None))
}

fn get_transport(
    companion: &mut Companion,
    _: ConnectionId,
    _: GetTransport,
) -> Result<Transport, ErrorObject> {
    Ok(companion.cx.transport.told(&companion.cx.audio, None))
}

// Devices and the microphone.

fn list_devices(companion: &mut Companion, _: ConnectionId, _: ListDevices, owed: Owed<ListDevices>) {
    companion.cx.audio.list_devices(ListedFor::Call(owed));
}

fn select_devices(
    companion: &mut Companion,
    _: ConnectionId,
    select: SelectDevices,
    owed: Owed<SelectDevices>,
) {
    companion.cx.audio.list_devices(ListedFor::Select(select, owed));
}

fn measure_latency(
    companion: &mut Companion,
    from: ConnectionId,
    _: MeasureLatency,
    owed: Owed<MeasureLatency>,
) {
    companion.measure_latency(from, owed);
}

fn get_microphone(
    companion: &mut Companion,
    _: ConnectionId,
    _: GetMicrophone,
) -> Result<MicrophoneAccess, ErrorObject> {
    Ok(companion.microphone_access())
}

fn confirm_microphone(
    companion: &mut Companion,
    _: ConnectionId,
    confirm: ConfirmMicrophone,
) -> Result<MicrophoneAccess, ErrorObject> {
    companion.confirm_in_terminal(&confirm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::{control, method::Names};

    #[test]
    fn every_method_that_is_declared_is_carried_out() {
        let mut declared = Names::default();
        control::visit(&mut declared);
        declared.0.sort_unstable();
        assert_eq!(METHODS.keys().copied().collect::<Vec<_>>(), declared.0);
    }
}
