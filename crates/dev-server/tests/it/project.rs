//! A project that carries out calls and remembers them.

use std::{
    path::PathBuf,
    sync::{Mutex, atomic::AtomicBool, atomic::Ordering},
    time::Duration,
};

use tokio::sync::mpsc;
use wavecraft_companion_protocol::{
    browser::{
        AudioRuntimePhase, AudioRuntimeStatus, GetAllParametersResult, Measurement, MeterFrame, MeterUpdate,
        Meters, OscilloscopeFrame, OscilloscopeTriggerMode, PageSource, RecentFile, RegisterAudioParams,
        ScopePicture, ScopeRequest, SetLoop, SourceInfo, SpectrumFrame, SpectrumPeak, TriggerMode, Waveform,
    },
    comparison::{Abx, AbxAnswered, AbxChoice, AbxSound, Compare, Comparison, ComparisonState, HeardBuild},
    lab::{Lab, LabBuild},
    parameter::{Parameter, ParameterSpec, ParameterType},
    preset::CurrentPreset,
    processor::ProcessorSpec,
    rpc::{ErrorObject, INTERNAL_ERROR},
    session::{HeardSound, Mode, Probe, SourceName, State, Stats},
    sets::ParameterSets,
    transport::{ChangeTransport, Reaches, Transport},
};
use wavecraft_companion_server::{Host, SetParameterError};

/// A call from the server to the project.
#[derive(Debug, PartialEq)]
pub(crate) enum Asked {
    Bypass(bool),
    Mute(bool),
    Gain(f32),
    Source(PageSource),
    Mode(Mode),
    Restart,
    Sets(ParameterSets),
    Loop(SetLoop),
    Seek(u64),
    Recent(u64),
    Compare(Compare),
    EndComparison,
    StartAbx,
    HearAbx(AbxSound),
    EndAbx,
    AudioClient(Option<String>),
    PageRefused(String),
    Watched(bool),
    Measure(u32, bool),
    Measuring(bool),
    LabWatched(bool),
    Transport(ChangeTransport),
    Tap,
}

pub(crate) struct Project {
    parameters: Mutex<Vec<Parameter>>,
    asked: mpsc::UnboundedSender<Asked>,
    /// All values that were set, in order.
    pub(crate) taken: Mutex<Vec<f32>>,
    /// The project's folder, if it has one.
    pub(crate) folder: Option<tempfile::TempDir>,
    /// The preset that was told to it last.
    pub(crate) preset: Mutex<Option<String>>,
    /// Without a processor there are no frames, and no stats.
    pub(crate) runs: AtomicBool,
}

impl Project {
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<Asked>) {
        let (asked, hears) = mpsc::unbounded_channel();
        (
            Self {
                parameters: Mutex::new(parameters()),
                asked,
                taken: Mutex::default(),
                folder: None,
                preset: Mutex::default(),
                runs: AtomicBool::new(true),
            },
            hears,
        )
    }

    fn note(&self, asked: Asked) {
        // It is fine if the test doesn't listen.
        let _ = self.asked.send(asked);
    }

    fn running<T>(&self, value: T) -> Option<T> {
        self.runs.load(Ordering::Relaxed).then_some(value)
    }
}

fn parameters() -> Vec<Parameter> {
    let gain = ParameterSpec {
        name: "Gain".into(),
        unit: Some("dB".into()),
        group: Some("Amp".into()),
        processor: Some("amp".into()),
        ..ParameterSpec::float("amp_gain", 0.5, 0.0, 1.0)
    };
    let shape = ParameterSpec {
        id: "amp_shape".into(),
        name: "Shape".into(),
        kind: ParameterType::Enum,
        default: 0.0,
        max: 2.0,
        step: Some(1.0),
        unit: None,
        variants: Some(["Sine", "Square", "Saw"].map(String::from).into()),
        ..gain.clone()
    };
    let bypass = ParameterSpec {
        id: "amp_bypass".into(),
        name: "Bypass".into(),
        kind: ParameterType::Bool,
        default: 0.0,
        step: Some(1.0),
        unit: None,
        group: None,
        ..gain.clone()
    };
    [gain, shape, bypass].map(|spec| Parameter { value: spec.default, spec }).into()
}

/// As the examples show it.
pub(crate) fn transport(reaches: Reaches) -> Transport {
    Transport {
        playing: true,
        tempo: 98.5,
        position_frames: 117_600,
        position_beats: 4.022,
        sample_rate: 48_000,
        loop_bars: Some(4),
        reaches: Some(reaches),
    }
}

/// Two builds, the second of which was measured.
pub(crate) fn lab() -> Lab {
    let first = LabBuild {
        number: 1,
        made_ms: 1_764_331_200_000,
        kept: true,
        revision: Some(1),
        ..LabBuild::default()
    };
    let second = LabBuild {
        number: 2,
        files: vec!["engine/src/processors/drive.rs".into()],
        more_files: 3,
        heard: true,
        revision: Some(4),
        changes: Some("−0.8 dB at 1 kHz".into()),
        same: Some(false),
        ..first.clone()
    };
    Lab { measures: true, measuring: Some(2), builds: vec![first, second] }
}

impl Host for Project {
    fn parameters(&self) -> GetAllParametersResult {
        let amp = ProcessorSpec { id: "amp".into(), name: "Amp".into(), bypass: Some("amp_bypass".into()) };
        GetAllParametersResult { parameters: self.parameters.lock().unwrap().clone(), processors: vec![amp] }
    }

    fn parameter(&self, id: &str) -> Option<f32> {
        self.parameters()
            .parameters
            .into_iter()
            .find(|parameter| parameter.spec.id == id)
            .map(|parameter| parameter.value)
    }

    fn set_parameter(&self, id: &str, value: f32) -> Result<f32, SetParameterError> {
        let mut parameters = self.parameters.lock().unwrap();
        let Some(parameter) = parameters.iter_mut().find(|parameter| parameter.spec.id == id) else {
            return Err(SetParameterError::UnknownParameter(id.into()));
        };
        let taken = parameter.spec.accept(value)?;
        parameter.value = taken;
        self.taken.lock().unwrap().push(taken);
        drop(parameters);
        // Another caller may set it between here and the server's next step.
        std::thread::yield_now();
        Ok(taken)
    }

    fn meter_frame(&self) -> Option<MeterFrame> {
        self.running(MeterFrame { peak_l: 0.5, peak_r: 0.25, rms_l: 0.3, rms_r: 0.1, timestamp: 4800 })
    }

    fn meters(&self) -> Option<Meters> {
        let output = MeterUpdate {
            timestamp_us: 100_000,
            left_peak: 0.5,
            left_rms: 0.3,
            right_peak: 0.25,
            right_rms: 0.1,
        };
        self.running(Meters {
            output,
            input: None,
            heard: Some(HeardSound::Processed),
            position_frames: None,
            position_beats: None,
            probes: Vec::new(),
        })
    }

    /// Its only value tells which span in milliseconds was asked for.
    fn probes(&self, span: Duration) -> Vec<Probe> {
        let value = Some(span.as_secs_f32() * 1000.0);
        vec![Probe { name: "span".into(), last: value, ..Probe::default() }]
    }

    fn oscilloscope_frame(&self) -> Option<OscilloscopeFrame> {
        self.running(OscilloscopeFrame {
            points_l: vec![0.1; 1024],
            points_r: vec![-0.1; 1024],
            sample_rate: 48_000.0,
            timestamp: 4800,
            no_signal: false,
            trigger_mode: OscilloscopeTriggerMode::RisingZeroCrossing,
        })
    }

    /// Its only point tells which was asked for.
    fn scope(&self, wanted: &ScopeRequest) -> Option<ScopePicture> {
        self.running(ScopePicture {
            points_l: vec![wanted.span_ms],
            points_r: vec![wanted.level],
            sample_rate: 48_000.0,
            timestamp: 4800,
            no_signal: false,
            trigger_mode: TriggerMode::Rising,
            frames: 480,
            pairs: false,
            triggered: true,
        })
    }

    fn spectrum(&self) -> Option<SpectrumFrame> {
        let peak = Some(SpectrumPeak { hz: 1000.0, db: -12.0 });
        self.running(SpectrumFrame {
            levels_db: vec![-60.0; 256],
            low_hz: 20.0,
            high_hz: 2e4,
            timestamp: 4800,
            peak,
        })
    }

    fn lab(&self) -> Lab {
        lab()
    }

    fn measurement(&self, number: u32) -> Measurement {
        Measurement { document: (number == 2).then(|| serde_json::json!({"version": 1})) }
    }

    fn measure_build(&self, number: u32, full: bool) -> Result<(), ErrorObject> {
        self.note(Asked::Measure(number, full));
        Ok(())
    }

    fn set_measuring(&self, on: bool) -> Result<(), ErrorObject> {
        self.note(Asked::Measuring(on));
        Ok(())
    }

    fn lab_watched(&self, anyone: bool) {
        self.note(Asked::LabWatched(anyone));
    }

    fn audio_status(&self) -> Option<AudioRuntimeStatus> {
        self.running(audio_status())
    }

    fn stats(&self) -> Option<Stats> {
        self.running(Stats {
            session: "demo".into(),
            state: State::Live,
            blocks: 7,
            load: 0.1,
            load_max: 0.2,
            source: SourceName::Tone,
            ..Stats::default()
        })
    }

    fn set_bypass(&self, on: bool) -> Result<(), ErrorObject> {
        self.note(Asked::Bypass(on));
        Ok(())
    }

    fn set_mute(&self, on: bool) -> Result<(), ErrorObject> {
        self.note(Asked::Mute(on));
        Ok(())
    }

    fn set_gain(&self, gain_db: f32) -> Result<(), ErrorObject> {
        self.note(Asked::Gain(gain_db));
        Ok(())
    }

    fn set_source(&self, source: PageSource) -> Result<(), ErrorObject> {
        if source == PageSource::File {
            return Err(ErrorObject::new(INTERNAL_ERROR, "no file was chosen yet"));
        }
        self.note(Asked::Source(source));
        Ok(())
    }

    fn set_mode(&self, mode: Mode) -> Result<(), ErrorObject> {
        self.note(Asked::Mode(mode));
        Ok(())
    }

    fn restart(&self) -> Result<(), ErrorObject> {
        self.note(Asked::Restart);
        Ok(())
    }

    fn transport(&self) -> Result<Transport, ErrorObject> {
        Ok(transport(Reaches::All))
    }

    fn change_transport(&self, wanted: ChangeTransport) -> Result<(), ErrorObject> {
        self.note(Asked::Transport(wanted));
        Ok(())
    }

    fn tap_tempo(&self) -> Result<(), ErrorObject> {
        self.note(Asked::Tap);
        Ok(())
    }

    fn sets_changed(&self, sets: &ParameterSets) {
        self.note(Asked::Sets(sets.clone()));
    }

    fn project(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.path().to_owned())
    }

    fn preset(&self) -> Option<String> {
        self.preset.lock().unwrap().clone()
    }

    fn presets_changed(&self, now: &CurrentPreset) {
        self.preset.lock().unwrap().clone_from(&now.current);
    }

    fn source(&self) -> Result<SourceInfo, ErrorObject> {
        Ok(SourceInfo {
            source: SourceName::File,
            name: Some("loop.wav".into()),
            sample_rate: 48_000,
            length_frames: Some(96_000),
            region: Some([24_000, 48_000]),
            waveform: Some(Waveform { min: vec![-0.5], max: vec![0.5] }),
            recent: vec![RecentFile { number: 3, name: "loop.wav".into(), playing: true }],
            signal: None,
            trouble: None,
        })
    }

    fn set_loop(&self, wanted: SetLoop) -> Result<(), ErrorObject> {
        self.note(Asked::Loop(wanted));
        Ok(())
    }

    fn seek(&self, frame: u64) -> Result<(), ErrorObject> {
        self.note(Asked::Seek(frame));
        Ok(())
    }

    fn choose_recent(&self, number: u64) -> Result<(), ErrorObject> {
        self.note(Asked::Recent(number));
        Ok(())
    }

    fn comparison(&self) -> Result<Comparison, ErrorObject> {
        Ok(comparison())
    }

    fn compare(&self, wanted: Compare) -> Result<(), ErrorObject> {
        self.note(Asked::Compare(wanted));
        Ok(())
    }

    fn end_comparison(&self) -> Result<(), ErrorObject> {
        self.note(Asked::EndComparison);
        Ok(())
    }

    fn start_abx(&self) -> Result<(), ErrorObject> {
        self.note(Asked::StartAbx);
        Ok(())
    }

    fn hear_abx(&self, which: AbxSound) -> Result<(), ErrorObject> {
        self.note(Asked::HearAbx(which));
        Ok(())
    }

    /// X is B.
    fn answer_abx(&self, which: AbxChoice) -> Result<Abx, ErrorObject> {
        let right = which == AbxChoice::B;
        let last = Some(AbxAnswered { x: AbxChoice::B, right });
        Ok(Abx { trials: 1, right: u32::from(right), probability: Some(0.5), last, ..Abx::default() })
    }

    fn end_abx(&self) -> Result<(), ErrorObject> {
        self.note(Asked::EndAbx);
        Ok(())
    }

    fn audio_client(&self, registered: Option<RegisterAudioParams>) {
        self.note(Asked::AudioClient(registered.map(|program| program.client_id)));
    }

    fn page_refused(&self, line: String) {
        self.note(Asked::PageRefused(line));
    }

    fn watched(&self, anyone: bool) {
        self.note(Asked::Watched(anyone));
    }
}

pub(crate) fn comparison() -> Comparison {
    Comparison {
        hear: HeardBuild::Before,
        state: ComparisonState::On,
        after: Some(2),
        before: Some(1),
        builds: vec![1],
        ..Comparison::default()
    }
}

pub(crate) fn audio_status() -> AudioRuntimeStatus {
    AudioRuntimeStatus {
        phase: AudioRuntimePhase::RunningFullDuplex,
        diagnostic: None,
        sample_rate: Some(48_000.0),
        buffer_size: Some(256),
        updated_at_ms: 1_700_000_000_000,
    }
}
