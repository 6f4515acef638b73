//! One project as seen by its dev server.

use super::{
    abx::BlindTest,
    event::{SessionEvent, SessionId},
    page_requests::{Compared, PageRequests, Requested},
    parameters::{ParameterBank, SetError},
    probes::Probes,
};
use crate::{outlet::Outlet, to_protocol};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use wavecraft_audio_core::{ProjectSnapshot, ScopeFrame, SpectrumFrame as SpectrumPicture, Waveform};
use wavecraft_companion_analysis::survey::Document;
use wavecraft_companion_protocol::{
    browser::{
        AudioRuntimeStatus, GetAllParametersResult, MIN_LOOP_MS, Measurement, MeterFrame, Meters,
        OscilloscopeFrame, PageSource, RegisterAudioParams, ScopePicture, ScopeRequest, SetLoop, SourceInfo,
        SpectrumFrame,
    },
    comparison::{Abx, AbxChoice, AbxSound, Compare, Comparison, ComparisonState, Hear},
    lab::Lab,
    preset::CurrentPreset,
    rpc::{ErrorObject, INTERNAL_ERROR, INVALID_PARAMS, to_value},
    session::{Mode, Probe, Stats},
    sets::ParameterSets,
    settings::RememberedProject,
    transport::{ChangeTransport, Transport},
};
use wavecraft_companion_server::{Host, SetParameterError};

/// The state shared by the app and a project's dev server. The app writes figures and the server reads them; parameters
/// go both ways; anything else that a page requests becomes an event.
#[derive(Debug)]
pub(crate) struct Shared {
    session: SessionId,
    events: Outlet<SessionEvent>,
    /// The parameters.
    pub parameters: ParameterBank,
    figures: Mutex<PageFigures>,
    /// The parameters' sets as the dev server told them last.
    sets: Mutex<ParameterSets>,
    /// The project's folder.
    folder: PathBuf,
    /// The preset that was loaded or saved last.
    preset: Mutex<Option<String>>,
    /// The blind test, if one runs.
    pub blind_test: BlindTest,
    /// Requests from pages to the app.
    pub requests: PageRequests,
}

/// The latest of each measurement.
#[derive(Debug, Default, Clone)]
pub(crate) struct PageFigures {
    /// The level of what is heard.
    pub meter_frame: Option<MeterFrame>,
    /// The levels as they are pushed to pages.
    pub meters: Option<Meters>,
    /// The waveform of what is heard.
    pub scope: Option<OscilloscopeFrame>,
    /// The spectrum of what is heard.
    pub spectrum: Option<SpectrumFrame>,
    /// What the processors show of themselves.
    pub probes: Probes,
    /// The audio side's state.
    pub audio_status: Option<AudioRuntimeStatus>,
    /// Everything else.
    pub stats: Option<Stats>,
    /// The sound that other waveforms are drawn from.
    pub waveform: Option<Waveform>,
    /// The source; none before the audio side is open.
    pub source: Option<SourceInfo>,
    /// The builds.
    pub lab: Lab,
    /// What was measured of them.
    pub documents: BTreeMap<u32, Arc<Document>>,
    /// What is heard of the session's builds.
    pub comparison: Comparison,
    /// The time; none before the session plays.
    pub transport: Option<Transport>,
    /// A file was chosen in the terminal, so a page may switch back to it.
    pub has_file: bool,
}

impl Shared {
    /// The state of a new session; the values go to the parameters that turn out to have these ids.
    pub(crate) fn new(
        session: SessionId,
        events: Outlet<SessionEvent>,
        folder: PathBuf,
        remembered: RememberedProject,
    ) -> Self {
        let RememberedProject { parameters, sets, preset, .. } = remembered;
        Self {
            session,
            events,
            parameters: ParameterBank::new(parameters),
            figures: Mutex::default(),
            sets: Mutex::new(sets),
            folder,
            preset: Mutex::new(preset),
            blind_test: BlindTest::default(),
            requests: PageRequests::default(),
        }
    }

    /// The figures, to read or to replace some.
    pub(crate) fn figures(&self) -> MutexGuard<'_, PageFigures> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sets A and B.
    pub(super) fn sets_of_pages(&self) -> MutexGuard<'_, ParameterSets> {
        self.sets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Updates the levels, and the waveform and spectrum if there are newer ones.
    pub(super) fn show_levels(
        &self,
        snapshot: &ProjectSnapshot,
        (scope, spectrum): (Option<ScopeFrame>, Option<SpectrumPicture>),
        waveform: Option<Waveform>,
        sample_rate: u32,
        transport: Transport,
    ) {
        let (frame, meters) = to_protocol::meters(snapshot, sample_rate);
        let meters = Meters { position_beats: Some(transport.position_beats), ..meters };
        let mut figures = self.figures();
        figures.transport = Some(transport);
        (figures.meter_frame, figures.meters) = (Some(frame), Some(meters));
        figures.waveform = waveform;
        if let Some(spectrum) = spectrum {
            figures.spectrum = Some(to_protocol::spectrum(spectrum));
        }
        if let Some(scope) = scope {
            figures.scope = Some(to_protocol::oscilloscope(&scope, sample_rate));
        }
    }

    /// The source, if it is a file that is in memory, and its length in frames.
    fn file(&self) -> Result<(SourceInfo, u64), ErrorObject> {
        let source = self.source()?;
        match source.length_frames {
            Some(length) => Ok((source, length)),
            None => Err(wrong("no file is the source now: choose one first".into())),
        }
    }

    /// The preset that was loaded or saved last.
    pub(super) fn preset(&self) -> Option<String> {
        self.preset.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn request(&self, request: impl FnOnce(&mut Requested)) {
        if self.requests.add(request) {
            self.events.send(SessionEvent::PagesAsk);
        }
    }
}

impl Host for Shared {
    fn parameters(&self) -> GetAllParametersResult {
        self.parameters.all()
    }

    fn parameter(&self, id: &str) -> Option<f32> {
        self.parameters.get(id)
    }

    fn set_parameter(&self, id: &str, value: f32) -> Result<f32, SetParameterError> {
        self.parameters.set(id, value).map_err(|error| match error {
            SetError::Unknown(id) => SetParameterError::UnknownParameter(id),
            SetError::OutOfRange(range) => SetParameterError::OutOfRange(range),
        })
    }

    fn values(&self) -> BTreeMap<String, f32> {
        self.parameters.values()
    }

    fn set_values(&self, values: &BTreeMap<String, f32>) -> Vec<(String, f32)> {
        self.parameters.set_all(values)
    }

    fn sets(&self) -> ParameterSets {
        self.sets_of_pages().clone()
    }

    fn sets_changed(&self, sets: &ParameterSets) {
        self.sets_of_pages().clone_from(sets);
        self.request(|requested| requested.keep = true);
    }

    fn project(&self) -> Option<PathBuf> {
        Some(self.folder.clone())
    }

    fn preset(&self) -> Option<String> {
        Self::preset(self)
    }

    fn presets_changed(&self, now: &CurrentPreset) {
        let mut preset = self.preset.lock().unwrap_or_else(PoisonError::into_inner);
        let keep = *preset != now.current;
        preset.clone_from(&now.current);
        drop(preset);
        // Without one to keep the app is told all the same: the menu shows them.
        self.request(|requested| requested.keep |= keep);
    }

    fn meter_frame(&self) -> Option<MeterFrame> {
        self.figures().meter_frame
    }

    fn meters(&self) -> Option<Meters> {
        self.figures().meters.clone()
    }

    fn probes(&self, span: Duration) -> Vec<Probe> {
        self.figures().probes.of_last(span, Instant::now())
    }

    fn oscilloscope_frame(&self) -> Option<OscilloscopeFrame> {
        self.figures().scope.clone()
    }

    fn spectrum(&self) -> Option<SpectrumFrame> {
        self.figures().spectrum.clone()
    }

    fn scope(&self, wanted: &ScopeRequest) -> Option<ScopePicture> {
        let waveform = self.figures().waveform.clone()?;
        let frame = waveform.draw(&to_protocol::engine_trigger(wanted))?;
        Some(to_protocol::scope_picture(frame, wanted))
    }

    fn audio_status(&self) -> Option<AudioRuntimeStatus> {
        self.figures().audio_status.clone()
    }

    fn stats(&self) -> Option<Stats> {
        self.figures().stats.clone()
    }

    fn set_bypass(&self, on: bool) -> Result<(), ErrorObject> {
        self.request(|requested| requested.bypass = Some(on));
        Ok(())
    }

    fn set_mute(&self, on: bool) -> Result<(), ErrorObject> {
        self.request(|requested| requested.mute = Some(on));
        Ok(())
    }

    fn set_gain(&self, gain_db: f32) -> Result<(), ErrorObject> {
        self.request(|requested| requested.gain_db = Some(gain_db));
        Ok(())
    }

    fn set_source(&self, source: PageSource) -> Result<(), ErrorObject> {
        match source {
            PageSource::Microphone => Err(ErrorObject::new(
                INVALID_PARAMS,
                "a page can't open the microphone: choose it in the terminal or the menu",
            )),
            PageSource::File if !self.figures().has_file => Err(ErrorObject::new(
                INVALID_PARAMS,
                "no file is chosen: name one in the terminal with `--input file:PATH`",
            )),
            source => {
                let sample_rate = self.figures().source.as_ref().map(|source| source.sample_rate);
                if let (PageSource::Signal(signal), Some(rate)) = (source, sample_rate) {
                    signal.fits(rate).map_err(|error| wrong(format!("setSource: {error}")))?;
                }
                self.request(|requested| requested.source = Some(source));
                Ok(())
            }
        }
    }

    fn transport(&self) -> Result<Transport, ErrorObject> {
        self.figures().transport.ok_or_else(|| ErrorObject::new(INTERNAL_ERROR, OPENING))
    }

    fn change_transport(&self, wanted: ChangeTransport) -> Result<(), ErrorObject> {
        self.request(|requested| requested.time.change(wanted));
        Ok(())
    }

    fn tap_tempo(&self) -> Result<(), ErrorObject> {
        self.request(|requested| requested.time.tap(Instant::now()));
        Ok(())
    }

    fn set_mode(&self, mode: Mode) -> Result<(), ErrorObject> {
        self.request(|requested| requested.mode = Some(mode));
        Ok(())
    }

    fn restart(&self) -> Result<(), ErrorObject> {
        self.request(|requested| requested.restart = true);
        Ok(())
    }

    fn source(&self) -> Result<SourceInfo, ErrorObject> {
        self.figures().source.clone().ok_or_else(|| ErrorObject::new(INTERNAL_ERROR, OPENING))
    }

    fn set_loop(&self, wanted: SetLoop) -> Result<(), ErrorObject> {
        let (source, length) = self.file()?;
        let (from, to) = (wanted.from_frames.unwrap_or(0), wanted.to_frames.unwrap_or(length));
        let least = u64::from(source.sample_rate) * u64::from(MIN_LOOP_MS) / 1000;
        if to > length || from >= length {
            return Err(wrong(format!("the file has {length} frames, and the loop is from {from} to {to}")));
        }
        if wanted != SetLoop::default() && to.saturating_sub(from) < least {
            return Err(wrong(format!("a loop is {MIN_LOOP_MS} ms long at least: {least} frames")));
        }
        self.request(|requested| requested.region = Some(wanted));
        Ok(())
    }

    fn seek(&self, frame: u64) -> Result<(), ErrorObject> {
        let (_, length) = self.file()?;
        if frame >= length {
            return Err(wrong(format!("the file has {length} frames, counted from 0: there is no {frame}")));
        }
        self.request(|requested| requested.seek = Some(frame));
        Ok(())
    }

    fn choose_recent(&self, number: u64) -> Result<(), ErrorObject> {
        if !self.source()?.recent.iter().any(|file| file.number == number) {
            return Err(wrong(format!("no recent file has the number {number}: getSource lists them")));
        }
        self.request(|requested| requested.recent = Some(number));
        Ok(())
    }

    fn lab(&self) -> Lab {
        self.figures().lab.clone()
    }

    fn measurement(&self, number: u32) -> Measurement {
        let document = self.figures().documents.get(&number).map(Arc::clone);
        Measurement { document: document.map(|document| to_value(&*document)) }
    }

    fn measure_build(&self, number: u32, full: bool) -> Result<(), ErrorObject> {
        if !self.lab().builds.iter().any(|build| build.number == number && build.kept) {
            let message =
                format!("build {number} isn't kept any more: getLab lists those that can be measured");
            return Err(wrong(message));
        }
        self.request(|requested| requested.measure = Some((number, full)));
        Ok(())
    }

    fn set_measuring(&self, on: bool) -> Result<(), ErrorObject> {
        self.request(|requested| requested.measuring = Some(on));
        Ok(())
    }

    fn lab_watched(&self, anyone: bool) {
        self.request(|requested| requested.lab_watched = Some(anyone));
    }

    fn comparison(&self) -> Result<Comparison, ErrorObject> {
        let comparison = self.figures().comparison.clone();
        // An answer may be newer than what was told.
        Ok(Comparison { abx: self.blind_test.shown(), ..comparison })
    }

    fn compare(&self, wanted: Compare) -> Result<(), ErrorObject> {
        let Comparison { after, builds, .. } = self.figures().comparison.clone();
        match wanted.with {
            Some(with) if Some(with) == after => {
                return Err(wrong(format!("build {with} is the newest: it can't be compared with itself")));
            }
            Some(with) if !builds.contains(&with) => {
                return Err(wrong(format!(
                    "there is no build {with} to compare with: getComparison lists them"
                )));
            }
            None if builds.is_empty() && wanted.hear.is_some_and(|hear| hear != Hear::After) => {
                return Err(wrong(NO_OLDER_BUILD.into()));
            }
            _ => {}
        }
        if wanted.hear.is_some() || wanted.with.is_some() {
            self.blind_test.end();
        }
        self.request(|requested| {
            requested.compare(wanted);
            requested.blind_test = true;
        });
        Ok(())
    }

    fn end_comparison(&self) -> Result<(), ErrorObject> {
        self.request(|requested| requested.comparison = Some(Compared::End));
        Ok(())
    }

    fn start_abx(&self) -> Result<(), ErrorObject> {
        let state = self.figures().comparison.state;
        if !matches!(state, ComparisonState::Kept | ComparisonState::On) {
            return Err(wrong("no older build's child is alive: hear one first, with setComparison".into()));
        }
        self.blind_test.start()?;
        self.request(|requested| requested.blind_test = true);
        Ok(())
    }

    fn hear_abx(&self, which: AbxSound) -> Result<(), ErrorObject> {
        self.blind_test.hear(which)?;
        self.request(|requested| requested.blind_test = true);
        Ok(())
    }

    fn answer_abx(&self, which: AbxChoice) -> Result<Abx, ErrorObject> {
        let shown = self.blind_test.answer(which)?;
        self.request(|requested| requested.blind_test = true);
        Ok(shown)
    }

    fn end_abx(&self) -> Result<(), ErrorObject> {
        if self.blind_test.end() {
            let newest = Compare { hear: Some(Hear::After), ..Compare::default() };
            self.request(|requested| {
                requested.compare(newest);
                requested.blind_test = true;
            });
        }
        Ok(())
    }

    fn audio_client(&self, registered: Option<RegisterAudioParams>) {
        match registered {
            Some(client) => tracing::info!(
                "{}: the program {} with its own audio registered ({} Hz, {} frames)",
                self.session,
                client.client_id,
                client.sample_rate,
                client.buffer_size
            ),
            None => tracing::info!("{}: the program with its own audio is gone", self.session),
        }
    }

    fn page_refused(&self, line: String) {
        self.request(|requested| requested.refused = Some(line));
    }

    fn watched(&self, anyone: bool) {
        self.request(|requested| requested.watched = Some(anyone));
    }
}

const OPENING: &str = "the audio side is just being opened: ask again in a moment";

/// What is answered where there is nothing to compare with.
pub(super) const NO_OLDER_BUILD: &str = "there is no earlier build of this session yet: save a change first";

fn wrong(message: String) -> ErrorObject {
    ErrorObject::new(INVALID_PARAMS, message)
}
