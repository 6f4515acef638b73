//! The methods of the control socket: each declared once.

use super::{
    companion::{GetStatus, Hello, Show, Shutdown, ShuttingDown, Status, Subscribe, Welcome},
    devices::{DeviceList, ListDevices, SelectDevices},
    project::{
        Attach, Attached, Detach, EndComparison, GetPresets, GetTransport, OpenOnce, OpenedOnce, Reload,
        Reloaded, Restart, SetBuildStatus, SetBypass, SetComparison, SetGain, SetMeasuring, SetMode, SetMute,
        SetOrigins, SetSource, SetTransport, TapTempo,
    },
};
use crate::{
    latency::{MeasureLatency, MeasuredLatency},
    method::{Done, methods},
    microphone::{ConfirmMicrophone, GetMicrophone, MicrophoneAccess},
    preset::{
        DeletePreset, LoadPreset, PresetDone, PresetList, PresetOf, RenamePreset, SavePreset, StepPreset,
        step,
    },
    take::{Record, Recording, StopRecording, Take, check_length},
    transport::Transport,
};

methods! {
    /// Visits every method of the control socket, in the order of `docs/protocol.md`.
    visit;

    "hello" Hello => Welcome;
        "`{version}`"
        "`{version, app_version, pid, headless, log}`. Comes first: before it everything else is −32015"

    "attach" Attach => Attached;
        "see below"
        "`{session, port, ws_url, devices}`, when the audio side runs and the child is being started. `sessionState` follows"

    "setOrigins" SetOrigins => Done;
        "`{session, origins}`"
        "`{}`. All pages that may connect from now on; those that are connected stay"

    "reload" Reload => Reloaded;
        "`{session, executable, library?, loader_path?, files?, more_files?}`"
        "`{swap_ms}`, when the new processor is heard; −32016 with the reason when it won't be, and the one before goes on. `files` are those that changed, 8 at most, for the list of builds"

    "buildStatus" SetBuildStatus => Done;
        "`{session, status, …}`"
        "`{}`. Passed on to the pages: `building` · `ok` with `ms` · `failed` with `errors`"

    "detach" Detach => Done;
        "`{session}`"
        "`{}`, when the child is reaped and the port free"

    "restart" Restart => Done;
        "`{session}`"
        "`{}`. A new child, also for a held session"

    "setSource" SetSource => Done;
        "`{session, source}`"
        "`{}`, for a file when it is read; −32014 with the reason for a file that can't be played, and for a [signal](#signals) with a frequency above half of the rate"

    "setBypass" SetBypass => Done;
        "`{session, on, on_bypass?}`"
        "`{}`. `on_bypass` as for `attach`, from now on"

    "setMute" SetMute => Done;
        "`{session, on}`"
        "`{}`. `false` also ends the howl mute"

    "setMode" SetMode => Done;
        "`{session, mode}`"
        "`{}`. `pipelined` or `direct`, with a crossfade; see [modes](#modes)"

    "setGain" SetGain => Done;
        "`{session, gain_db}`"
        "`{}`. The project's volume, −60 to 12 dB. It is remembered for the next start"

    "setMeasuring" SetMeasuring => Done;
        "`{session, on}`"
        "`{}`. Whether each build is measured by itself: it is from the attach on, unless that has `measure: false`"

    "setComparison" SetComparison => Done;
        "`{session, hear?, with?, matched?}`"
        "`{}`. What is heard of the session's builds: `after` `before` `difference`, see [comparisons](#comparisons)"

    "endComparison" EndComparison => Done;
        "`{session}`"
        "`{}`. The newest build is heard, and the older one's child ends"

    "getPresets" GetPresets => PresetList;
        "`{session}`"
        "`{presets: [{name, note?, trouble?}], omitted?, trouble?, current?, changed}`. The project's [presets](#presets). Anybody on the socket may call this and those after it"

    "loadPreset" PresetOf<LoadPreset> => PresetDone;
        "`{session, name}`"
        "`{name, remarks?}`, when the values are set; −32021 with the reason where they can't be"

    "stepPreset" PresetOf<StepPreset> => PresetDone, check step_of;
        "`{session, by}`"
        "as `loadPreset`, of the next one by name (1) or the one before (−1)"

    "savePreset" PresetOf<SavePreset> => PresetDone;
        "`{session, name, note?, replace?}`"
        "`{name, remarks?}`, when the file is written; −32022 where there is one of this name, unless `replace` is true"

    "renamePreset" PresetOf<RenamePreset> => PresetDone;
        "`{session, from, to}`"
        "`{name}`"

    "deletePreset" PresetOf<DeletePreset> => Done;
        "`{session, name}`"
        "`{}`"

    "record" Record => Recording, check check_length;
        "`{session, path, seconds?}`"
        "`{path}`, when it runs; with `seconds` it ends by itself, after exactly that many frames of sound; −32018 with the reason where it can't. See [recordings](#recordings)"

    "stopRecording" StopRecording => Take;
        "`{session}`"
        "`{path, frames, seconds, dropped_frames, reason?}`, when the file is whole"

    "setTransport" SetTransport => Transport, check possible;
        "`{playing?, tempo?, position_beats?, loop_bars?, session?, none?}`"
        "the [time](#the-time), which all projects share. `tempo` 20 to 999 beats per minute; `position_beats` 0 goes to the start; `loop_bars` 1 to 64, 0 for none. `none` with a `session`: whether its processor is told nothing of the time"

    "tapTempo" TapTempo => Transport;
        "–"
        "the time. From the second tap on the tempo is that of the last eight; one after two seconds begins anew"

    "getTransport" GetTransport => Transport;
        "–"
        "the time"

    "status" GetStatus => Status;
        "–"
        "`{companion, devices, microphone?, login_item?, omitted?, sessions: [{session, name, project_dir, state, reason?, child_pid, ws_url, audio_token, port, ui_url?, inspector_url?, recording?, recorded?, recording_trouble?, stats}]}`. What has no room in a line is left out: sentences are cut to 256 bytes, then figures are missing, then projects, `omitted` of them"

    "devices" ListDevices => DeviceList;
        "–"
        "`{inputs: [{id, name, channels, sample_rate, sample_rates, buffer_frames?, transport?, is_default}], outputs: […], chosen, notice?, in_use?}`. `notice` says why something else than what was chosen would be used, or nothing. Both lists are empty where there is no output device, and with `--backend virtual`. `chosen` is what the [settings](#6-files-and-environment) hold. `buffer_frames` is the least and the most"

    "selectDevices" SelectDevices => DeviceList;
        "`{input?, output?, sample_rate?, buffer_size?, input_channel?, output_channel?}`"
        "as `devices`, when the devices are in use; −32017 where that can't be. See [devices](#devices)"

    "measureLatency" MeasureLatency => MeasuredLatency;
        "–"
        "the [measured latency](#measured-latency), when it is measured; −32020 with the reason where it can't be. Ends with its connection, and after 30 s"

    "microphone" GetMicrophone => MicrophoneAccess;
        "–"
        "`{permission?, projects: [{session, name, project_dir, access}], remembered: [{project_dir, consent, given?}]}`: who may hear it, see [microphone](#microphone)"

    "confirmMicrophone" ConfirmMicrophone => MicrophoneAccess;
        "`{project_dir, consent?, if_asked?}`"
        "as `microphone`; −32019 where there is nothing to allow, refuse or forget. `consent`: `allowed`, `refused`, or null to forget. With `if_asked` only where a project of the folder waits for a word"

    "openOnce" OpenOnce => OpenedOnce;
        "`{session, inspector?}`"
        "`{url}`, which [opens the project's page once](#addresses-that-work-once), or its inspector"

    "show" Show => Done;
        "–"
        "`{}`. Shows the newest project's inspector in the browser, or says on the screen what to do: as when a Mac's app is opened again"

    "subscribe" Subscribe => Done;
        "`{all?}`"
        "`{}`. Notifications of every session, not only of one's own"

    "shutdown" Shutdown => ShuttingDown;
        "`{if_idle?}`"
        "`{ending}`. With `if_idle`, nothing happens while a project is attached or another client connected, and `ending` is false"
}

fn step_of(asked: &PresetOf<StepPreset>) -> Result<(), String> {
    step(&asked.asked)
}

fn possible(wanted: &SetTransport) -> Result<(), String> {
    wanted.change.check()
}
