//! The methods of the dev WebSocket: each declared once.

use super::call::{
    CopySet, GetAllParameters, GetAllParametersResult, GetAudioStatus, GetMeterFrame, GetOscilloscopeFrame,
    GetPresets, GetSets, GetStats, HearSet, MAX_CLIENT_ID_BYTES, MAX_HZ, Ping, Pong, Restart, SetBypass,
    SetGain, SetMode, SetMute, SetSource, Sets, Subscribe,
};
use super::comparison::{AnswerAbx, EndAbx, EndComparison, GetComparison, HearAbx, StartAbx};
use super::history::{GetHistory, History, Redo, SetParameter, Stepped, Undo};
use super::lab::{GetLab, GetLabResult, GetMeasurement, MeasureBuild, Measurement, SetMeasuring};
use super::log::{GetLog, GetLogResult, MAX_LOG_LINES};
use super::pictures::SPAN_MS;
use super::source::{ChooseRecent, GetSource, Seek, SetLoop, SourceInfo};
use super::transport::{GetTransport, TapTempo};
use crate::{
    comparison::{Abx, Compare, Comparison},
    method::{Done, methods},
    preset::{DeletePreset, LoadPreset, PresetDone, PresetList, RenamePreset, SavePreset, StepPreset, step},
    session::{GAIN_DB, Stats},
    transport::{ChangeTransport, Transport},
};
use wavecraft_protocol::{
    GetAudioStatusResult, GetMeterFrameResult, GetOscilloscopeFrameResult, GetParameterParams,
    GetParameterResult, MeterUpdateNotification, RegisterAudioParams, RegisterAudioResult,
    RequestResizeParams, RequestResizeResult,
};

methods! {
    /// Visits every method of the dev WebSocket, in the order of `docs/protocol.md`.
    visit;

    "ping" Ping => Pong;
        "–"
        "`{pong: true}`"

    "getParameter" GetParameterParams => GetParameterResult;
        "`{id}`"
        "`{id, value}`"

    "setParameter" SetParameter => Done;
        "`{id, value, gesture?}`"
        "`{}`; all clients get `parameterChanged`, the sender too. On a stepped parameter the nearest step is taken. What a client sets with the same `gesture`, a whole number from 0, is one [step](#undo-and-redo)"

    "getAllParameters" GetAllParameters => GetAllParametersResult;
        "–"
        "`{parameters: […], processors?: [{id, name, bypass?}]}`, both in the chain's order; see [parameters](#parameters)"

    "getMeterFrame" GetMeterFrame => GetMeterFrameResult;
        "–"
        "`{frame: {peak_l, peak_r, rms_l, rms_r, timestamp} or null}`; timestamp in frames"

    "getOscilloscopeFrame" GetOscilloscopeFrame => GetOscilloscopeFrameResult;
        "–"
        "`{frame: {points_l, points_r, sample_rate, timestamp, no_signal, trigger_mode} or null}`; 1,024 points a side"

    "getAudioStatus" GetAudioStatus => GetAudioStatusResult;
        "–"
        "`{status: {phase, diagnostic?, sample_rate?, buffer_size?, updated_at_ms} or null}`"

    "requestResize" RequestResizeParams => RequestResizeResult;
        "`{width, height}`"
        "`{accepted: false}`: nobody sizes a browser's window"

    "subscribe" Subscribe => Done, check subscribed;
        "`{topics, hz?, scope?}`"
        "`{}`. Topics: `meters` `scope` `spectrum` `stats` `state` `log` `build` `lab`; `hz` 1 to 60, 30 if absent; `scope` is `{span_ms, edge, level}`, see [pictures](#pictures). Replaces the call before; an empty list ends all"

    "getStats" GetStats => Option<Stats>;
        "–"
        "the [figures](#figures), or null"

    "setBypass" SetBypass => Done;
        "`{on}`"
        "`{}`. Of this, `setMute`, `setGain`, `setMode`, `setSource` and `restart` the newest of each counts, every 20 ms"

    "setMute" SetMute => Done;
        "`{on}`"
        "`{}`. `false` also ends the howl mute"

    "setGain" SetGain => Done, check audible;
        "`{gain_db}`"
        "`{}`. The project's volume, −60 to 12 dB. It is remembered for the next start"

    "setMode" SetMode => Done;
        "`{mode}`"
        "`{}`. `pipelined` or `direct`; see [modes](#modes)"

    "setSource" SetSource => Done;
        "`{source}`"
        "`{}`. A [signal](#signals), such as `tone` or `tone:440@-20`, or `file`: the one that was chosen from the terminal. Never `microphone`"

    "restart" Restart => Done;
        "–"
        "`{}`. As the control socket's: a new child, also for a held project. One within half a second of the one before is that one"

    "getSets" GetSets => Sets;
        "–"
        "`{active, differ}`: which of the two [sets](#two-sets-of-values) is heard, `A` or `B`, and whether the other would change anything"

    "hearSet" HearSet => Done;
        "`{set}`"
        "`{}`. `A` or `B`; all clients get `parameterChanged` for each change, then all pages `setsChanged`"

    "copySet" CopySet => Done;
        "–"
        "`{}`. The set that is heard, over the other; all pages get `setsChanged`"

    "getHistory" GetHistory => History;
        "–"
        "`{undo?, redo?, undo_steps, redo_steps}`: what the next [undo and redo](#undo-and-redo) are of, and how many there are of each"

    "undo" Undo => Stepped;
        "–"
        "`{step?, said?}`. Takes the newest step back, whichever page made it; all clients get `parameterChanged` for each change, then all pages `historyChanged`. `step` is what it was, absent if there was none; `said` what this build doesn't have of it"

    "redo" Redo => Stepped;
        "–"
        "`{step?, said?}`. Makes the step again that was undone last"

    "getPresets" GetPresets => PresetList;
        "–"
        "`{presets: [{name, note?, trouble?}], omitted?, trouble?, current?, changed}`: the project's [presets](#presets), as its folder has them now"

    "loadPreset" LoadPreset => PresetDone;
        "`{name}`"
        "`{name, remarks?}`. All clients get `parameterChanged` for each change, then all pages `presetChanged`. −32021 with the reason where it can't be used"

    "stepPreset" StepPreset => PresetDone, check step;
        "`{by}`"
        "as `loadPreset`, of the next one by name (1) or the one before (−1)"

    "savePreset" SavePreset => PresetDone;
        "`{name, note?, replace?}`"
        "`{name, remarks?}`. The present values, into a file; all pages get `presetsChanged`. −32022 where there is one of this name, unless `replace` is true"

    "renamePreset" RenamePreset => PresetDone;
        "`{from, to}`"
        "`{name}`"

    "deletePreset" DeletePreset => Done;
        "`{name}`"
        "`{}`"

    "getSource" GetSource => SourceInfo;
        "–"
        "`{source, name?, sample_rate, length_frames?, loop?, waveform?, recent: [{number, name, playing}], signal?, trouble?}`; see [the source](#the-source)"

    "setLoop" SetLoop => Done, check looped;
        "`{from_frames?, to_frames?}`"
        "`{}`. Loops this part of the file, 10 ms at least; `{}` the whole file. Of this, `seek` and `chooseRecent` too the newest counts, every 20 ms"

    "seek" Seek => Done;
        "`{frame}`"
        "`{}`. The file plays on from there; a frame outside of the loop stands for the loop's first"

    "chooseRecent" ChooseRecent => Done;
        "`{number}`"
        "`{}`. Plays a file of `recent` of `getSource`. A file that is gone leaves that list, and `trouble` says so"

    "getTransport" GetTransport => Transport;
        "–"
        "the [time](#the-time): `{playing, tempo, position_frames, position_beats, sample_rate, loop_bars?, reaches}`"

    "setTransport" ChangeTransport => Done, check ChangeTransport::check;
        "`{playing?, tempo?, position_beats?, loop_bars?}`"
        "`{}`; all pages of all projects get `transportChanged`. `tempo` 20 to 999 beats per minute; `position_beats` 0 goes to the start; `loop_bars` 1 to 64, 0 for none. Of each member the newest counts, every 20 ms"

    "tapTempo" TapTempo => Done;
        "–"
        "`{}`. Once for each beat: from the second on the tempo is that of the last eight taps; one after two seconds begins anew"

    "getLab" GetLab => GetLabResult;
        "–"
        "`{measures, measuring?, builds: [{number, made_ms, files, more_files, heard, kept, revision?, trouble?, changes?, same?}]}`: the [builds of this session](#builds-and-measurements), oldest first"

    "getMeasurement" GetMeasurement => Measurement;
        "`{number}`"
        "`{document}`: the [document](measurements.md#the-document) of a build, or null"

    "measureBuild" MeasureBuild => Done;
        "`{number, full?}`"
        "`{}`. Measures a build with the present values, `full` for everything; `labChanged` follows. One build is measured at a time, and the newest call counts; one every 20 ms"

    "setMeasuring" SetMeasuring => Done;
        "`{on}`"
        "`{}`. Whether each build is measured by itself"

    "getLog" GetLog => GetLogResult, check kept;
        "`{lines?}`"
        "`{lines: [{at_ms, stream, line}], earlier, build?}`: the newest lines of `childLog`, oldest first, 1 to 256; how many came before them; and the newest `buildStatus`, without `coloured`"

    "getComparison" GetComparison => Comparison;
        "–"
        "what is heard of the session's builds, see [comparisons](#comparisons)"

    "setComparison" Compare => Done;
        "`{hear?, with?, matched?}`"
        "`{}`. `hear`: `after` `before` `difference`; `with` the number of an older build, whose child is started if it isn't alive. Ends a blind test. Of this and `endComparison` the newest counts, every 20 ms"

    "endComparison" EndComparison => Done;
        "–"
        "`{}`. The newest build is heard, and the older one's child ends"

    "startAbx" StartAbx => Done;
        "–"
        "`{}`. Begins a [blind test](#blind-tests) of the newest build, A, and the older one, B"

    "hearAbx" HearAbx => Done;
        "`{which}`"
        "`{}`. `a`, `b` or `x`"

    "answerAbx" AnswerAbx => Abx;
        "`{which}`"
        "`{trials, right, probability?, hearing, last?: {x, right}}`: X is `a` or `b`. It is drawn anew after that, and A is heard"

    "endAbx" EndAbx => Done;
        "–"
        "`{}`. The newest build is heard"

    "registerAudio" RegisterAudioParams => RegisterAudioResult, check registered;
        "`{client_id, sample_rate, buffer_size}`"
        "`{status: \"registered\"}`. Audio token only, one program per project"

    "meterUpdate" MeterUpdateNotification => Done, check finite;
        "as the notification"
        "`{}`. From the registered program only; passed on to every page, in place of the companion's"
}

fn subscribed(wanted: &Subscribe) -> Result<(), String> {
    if !(1..=MAX_HZ).contains(&wanted.hz) {
        return Err(format!("`hz` is 1 to {MAX_HZ}"));
    }
    let Some(scope) = wanted.scope else { return Ok(()) };
    let (least, most) = SPAN_MS;
    if !(least..=most).contains(&scope.span_ms) {
        return Err(format!("`span_ms` of `scope` is {least} to {most}"));
    }
    if !(-1.0..=1.0).contains(&scope.level) {
        return Err("`level` of `scope` is −1 to 1".into());
    }
    Ok(())
}

fn kept(wanted: &GetLog) -> Result<(), String> {
    let fits = (1..=MAX_LOG_LINES).contains(&wanted.lines);
    fits.then_some(()).ok_or_else(|| format!("`lines` is 1 to {MAX_LOG_LINES}"))
}

fn audible(wanted: &SetGain) -> Result<(), String> {
    let SetGain { gain_db } = *wanted;
    if GAIN_DB.contains(&gain_db) {
        return Ok(());
    }
    let (least, most) = (GAIN_DB.start(), GAIN_DB.end());
    Err(format!("a volume is {least} to {most} dB, not {gain_db}"))
}

fn looped(wanted: &SetLoop) -> Result<(), String> {
    match (wanted.from_frames.unwrap_or(0), wanted.to_frames) {
        (from, Some(to)) if to <= from => Err(format!("the loop ends at frame {to}, and begins at {from}")),
        _ => Ok(()),
    }
}

fn registered(program: &RegisterAudioParams) -> Result<(), String> {
    if !(1..=MAX_CLIENT_ID_BYTES).contains(&program.client_id.len()) {
        return Err(format!("`client_id` has 1 to {MAX_CLIENT_ID_BYTES} bytes"));
    }
    if !program.sample_rate.is_finite() || program.sample_rate <= 0.0 || program.buffer_size == 0 {
        return Err("`sample_rate` and `buffer_size` are above 0".into());
    }
    Ok(())
}

fn finite(meters: &MeterUpdateNotification) -> Result<(), String> {
    let levels = [meters.left_peak, meters.left_rms, meters.right_peak, meters.right_rms];
    let fits = levels.iter().all(|level| level.is_finite());
    fits.then_some(()).ok_or_else(|| "a level isn't a finite number".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        method::{Method, Names, Visit},
        rpc::{Call, ErrorObject, INVALID_PARAMS},
    };
    use serde_json::{Value, json};
    use wavecraft_protocol as published;

    struct Read<'a>(&'a Call, Option<Result<(), ErrorObject>>);

    impl Visit for Read<'_> {
        fn method<M: Method>(&mut self) {
            if M::NAME == self.0.method {
                self.1 = Some(M::read(self.0).map(drop));
            }
        }
    }

    fn read(method: &str, params: Value) -> Option<Result<(), ErrorObject>> {
        let call = Call { id: None, method: method.into(), params };
        let mut read = Read(&call, None);
        visit(&mut read);
        read.1
    }

    fn call<M: Method>(params: Value) -> Result<M, ErrorObject> {
        M::read(&Call { id: None, method: M::NAME.into(), params })
    }

    #[test]
    fn wrong_params_are_told_from_unknown_methods() {
        let register = |id: &str, rate: f64, size: u32| json!({"client_id": id, "sample_rate": rate, "buffer_size": size});
        let scope = |span_ms: f64, edge: &str, level: f64| json!({"topics": [], "scope": {"span_ms": span_ms, "edge": edge, "level": level}});
        for (method, params) in [
            ("getParameter", Value::Null),
            ("getParameter", json!({"id": 4})),
            ("setParameter", json!({"id": "a"})),
            ("setParameter", json!({"id": "a", "value": "1"})),
            ("setParameter", json!({"id": "a", "value": null})),
            ("setParameter", json!({"id": "a", "value": 1, "gesture": -1})),
            ("setParameter", json!({"id": "a", "value": 1, "gesture": 0.5})),
            ("setParameter", json!({"id": "a", "value": 1, "gesture": "drag"})),
            ("requestResize", json!({"width": -1, "height": 1})),
            ("subscribe", json!({"topics": ["weather"]})),
            ("subscribe", json!({"topics": [], "hz": 0})),
            ("subscribe", json!({"topics": [], "hz": 61})),
            ("setBypass", json!({"on": 1})),
            ("setSource", json!({"source": "/etc/passwd"})),
            ("setSource", json!({"source": "file:/etc/passwd"})),
            ("setSource", json!({"source": {"kind": "file", "path": "/etc/passwd"}})),
            ("setSource", json!({"source": "tone:nan"})),
            ("setSource", json!({"source": format!("tone:{}", "9".repeat(400))})),
            ("setSource", json!({"source": "tone:440@1"})),
            ("setSource", json!({"source": 440})),
            ("setMode", json!({"mode": "fast"})),
            ("hearSet", json!({})),
            ("hearSet", json!({"set": "C"})),
            ("hearSet", json!({"set": "a"})),
            ("hearSet", json!({"set": 1})),
            ("hearSet", json!({"set": null})),
            ("hearSet", json!({"set": ["A"]})),
            ("subscribe", scope(0.5, "rising", 0.0)),
            ("subscribe", scope(500.1, "rising", 0.0)),
            ("subscribe", scope(1e39, "rising", 0.0)),
            ("subscribe", scope(10.0, "both", 0.0)),
            ("subscribe", scope(10.0, "falling", -1.01)),
            ("setLoop", json!({"from_frames": 2, "to_frames": 2})),
            ("setLoop", json!({"from_frames": -1, "to_frames": 2})),
            ("setLoop", json!({"from_frames": 0.5})),
            ("seek", json!({"frame": -1})),
            ("seek", json!({"frame": null})),
            ("seek", json!({"frame": 1e20})),
            ("seek", json!({})),
            ("setComparison", json!({"hear": "blind"})),
            ("setComparison", json!({"with": -1})),
            ("setComparison", json!({"with": "HEAD~1"})),
            ("setComparison", json!({"matched": 1})),
            ("hearAbx", json!({})),
            ("hearAbx", json!({"which": "c"})),
            ("answerAbx", json!({"which": "x"})),
            ("getLog", json!({"lines": 0})),
            ("getLog", json!({"lines": 257})),
            ("getLog", json!({"lines": "all"})),
            ("setTransport", json!({"tempo": 19.9})),
            ("setTransport", json!({"tempo": 1e300})),
            ("setTransport", json!({"tempo": "fast"})),
            ("setTransport", json!({"playing": 1})),
            ("setTransport", json!({"position_beats": -0.5})),
            ("setTransport", json!({"position_beats": 1e9})),
            ("setTransport", json!({"loop_bars": 65})),
            ("setTransport", json!({"loop_bars": -1})),
            ("setTransport", json!({"loop_bars": 0.5})),
            ("chooseRecent", json!({"number": -1})),
            ("chooseRecent", json!({"number": 1.5})),
            ("chooseRecent", json!({"number": "1"})),
            ("chooseRecent", json!({"path": "/etc/passwd"})),
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
            let error = read(method, params.clone()).expect("a method").expect_err(method);
            assert_eq!(error.code, INVALID_PARAMS, "{method} {params}");
            assert!(error.message.starts_with(method), "{}", error.message);
        }
        for method in ["", "Ping", "getparameter", "hello"] {
            assert_eq!(read(method, json!({})), None);
        }
    }

    #[test]
    fn what_the_published_clients_send_is_read() {
        assert!(call::<Ping>(Value::Null).is_ok() && call::<Ping>(json!(["anything"])).is_ok());
        let set: SetParameter = call(json!({"id": "a", "value": 1e39})).expect("its shape");
        assert!(set.value.is_infinite() && set.gesture.is_none());
        let wanted: Subscribe = call(json!({"topics": ["meters", "build"]})).expect("its shape");
        assert_eq!(wanted.hz, 30);
        assert!(call::<GetParameterParams>(json!(["by position"])).is_ok());
    }

    #[test]
    fn published_methods_have_their_published_names() {
        let mut names = Names::default();
        visit(&mut names);
        for published in [
            published::METHOD_GET_PARAMETER,
            published::METHOD_SET_PARAMETER,
            published::METHOD_GET_ALL_PARAMETERS,
            published::METHOD_GET_METER_FRAME,
            published::METHOD_GET_OSCILLOSCOPE_FRAME,
            published::METHOD_GET_AUDIO_STATUS,
            published::METHOD_REQUEST_RESIZE,
            published::METHOD_REGISTER_AUDIO,
            published::NOTIFICATION_METER_UPDATE,
        ] {
            assert!(names.0.contains(&published), "{published}");
        }
    }
}
