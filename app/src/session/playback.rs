//! What a session plays: its place in the mix, its children, its input and its recording.

mod comparing;
mod figures;
mod lab;
mod microphone;
mod source;
mod told;

use super::{
    audience::Audience,
    children::{ChangedFiles, Children, Place, Promoted},
    comparison::{Comparison, SlowFigures},
    context::Context,
    counters::Counters,
    event::{SessionEvent, SessionId},
    finiteness::FiniteWatch,
    history::History,
    input::Input,
    keeper::Keeper,
    measuring::{Facts, Measuring},
    mix::{HOWL, Mix},
    notices,
    recorder::Recorder,
    takes::RecordRequest,
    violations::Violations,
};
use crate::{
    audio::{Audio, Pulse},
    control::{ConnectionId, Owed},
    desktop::Kind,
    outlet::Outlet,
    platform::Program,
    to_protocol,
};
use std::{collections::BTreeMap, path::PathBuf, time::Instant};
use wavecraft_audio_core::{EngineError, OnBypass, ProjectId, ProjectSnapshot, Take, WavFile};
use wavecraft_companion_protocol::{
    control::{Attach, ProjectProgram, RECORDING_ENDED, Reload, STATS},
    latency::ProjectLatency,
    rpc::ErrorObject,
    session::{Mode, NotANumber, OnBypass as Heard, Source, State, Stats},
    settings::RememberedProject as Remembered,
    take::{RecordingEnded, StopRecording},
    words::sentence,
};

/// A project's sound, from its first start on.
pub(crate) struct Playback {
    name: String,
    folder: PathBuf,
    /// Is its program a plugin's library?
    is_library: bool,
    pub(super) audience: Audience,
    pub(super) mix: Mix,
    pub(super) children: Children,
    pub(super) input: Input,
    pub(super) recorder: Recorder,
    counters: Counters,
    finite: FiniteWatch,
    comparison: Comparison,
    slow: SlowFigures,
    /// Set while the output of the processor that is heard is not a number.
    not_a_number: Option<NotANumber>,
    keeper: Keeper,
    /// The builds that were heard.
    pub(super) history: History,
    /// What is measured of them.
    measuring: Measuring,
    /// What the children do in `process` that an audio thread must not.
    violations: Violations,
    /// Does a page show that?
    lab_watched: bool,
    /// The values of the parameters a second ago.
    settled_values: Option<BTreeMap<String, f32>>,
    /// Is anybody watching its levels?
    watched: bool,
    /// What pages were last told of the source: its count of changes, and the rate in Hz.
    told_source: (u64, u32),
    events: Outlet<SessionEvent>,
}

impl Playback {
    /// The playback of a newly attached project, with what the settings remember of it.
    pub(super) fn new(
        attach: &Attach,
        remembered: Option<&Remembered>,
        audience: Audience,
        program: Program,
        events: Outlet<SessionEvent>,
        cx: &Context,
    ) -> Self {
        let source = attach.source.as_ref().or(remembered.and_then(|project| project.source.as_ref()));
        let mode = attach.mode.or(remembered.and_then(|project| project.mode)).unwrap_or_default();
        let id = audience.id();
        Self {
            name: attach.name.clone(),
            folder: attach.project_dir.clone(),
            is_library: attach.program.library.is_some(),
            mix: Mix::new(
                mode,
                attach.on_bypass,
                remembered.and_then(|project| project.gain_db),
                attach.transport.is_none_or(|wanted| !wanted.none),
            ),
            children: Children::new(id.clone(), program, events.clone()),
            input: Input::new(
                source.cloned().unwrap_or(Source::Microphone),
                remembered.map_or(&[], |project| &project.recent),
            ),
            recorder: Recorder::new(id.clone(), events.clone()),
            counters: Counters::default(),
            finite: FiniteWatch::default(),
            comparison: Comparison::new(Instant::now()),
            slow: SlowFigures::default(),
            not_a_number: None,
            audience,
            keeper: Keeper::new(remembered),
            history: History::new(cx.builds_dir.clone()),
            measuring: Measuring::new(
                Facts { name: attach.name.clone(), cwd: attach.cwd.clone(), env: attach.env.clone() },
                attach.measure.unwrap_or(true),
                events.clone(),
            ),
            violations: Violations::new(attach.watch.unwrap_or(true)),
            lab_watched: false,
            settled_values: None,
            watched: false,
            told_source: (0, 0),
            events,
        }
    }

    /// How it is played.
    pub(crate) fn mix(&self) -> &Mix {
        &self.mix
    }

    /// Its state and, where that is a trouble, what happened and what is heard now.
    pub(crate) fn state(&self) -> (State, Option<String>) {
        let (state, reason) = self.children.state();
        if !notices::is_trouble(state) {
            return (state, reason.map(str::to_owned));
        }
        let heard = self.instead(state);
        let reason = reason.map(|reason| sentence(reason) + " ").unwrap_or_default();
        (state, Some(reason + &heard))
    }

    /// What is heard while the newest build isn't, and what ends that: a sentence.
    fn instead(&self, state: State) -> String {
        match self.older_heard() {
            Some(build) => format!("You hear build {build}."),
            None => notices::instead(state, self.heard_instead()),
        }
    }

    pub(crate) fn is_watched(&self) -> bool {
        self.watched
    }

    /// The latest measurements.
    pub(crate) fn stats(&self) -> Option<Stats> {
        self.audience.shared.figures().stats.clone()
    }

    /// Its input.
    pub(crate) fn input(&self) -> &Input {
        &self.input
    }

    pub(crate) fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Gives the project its place in the mix and its first child. False while the audio side isn't open.
    ///
    /// # Errors
    /// There is no room for it.
    pub(super) fn join_the_mix(&mut self, cx: &mut Context) -> Result<bool, EngineError> {
        let heard_before = self.decide_access(cx);
        self.update_feedback(cx);
        if !self.mix.join(self.input.audio_source(), self.on_bypass(), &mut cx.audio)? {
            return Ok(false);
        }
        self.children.launch(&cx.audio);
        self.notify_state(cx);
        self.notify_access(heard_before, cx);
        Ok(true)
    }

    /// Sets when the processor's answers are taken. The engine may abandon direct mode.
    pub(super) fn set_mode(&mut self, mode: Mode, cx: &mut Context) {
        self.mix.set_mode(mode, &mut cx.audio);
        cx.settings.remember(&self.folder, |project| project.mode = Some(mode));
    }

    /// Sets the volume, and remembers it: what was too loud yesterday would be so tomorrow.
    ///
    /// # Errors
    /// It is out of range.
    pub(super) fn set_gain(&mut self, gain_db: f32, cx: &mut Context) -> Result<(), ErrorObject> {
        self.mix.set_gain(gain_db, &mut cx.audio)?;
        cx.settings
            .remember(&self.folder, |project| project.gain_db = Some(gain_db).filter(|gain| *gain != 0.0));
        Ok(())
    }

    /// Bypasses the processor, or ends the bypass, and sets what is heard without it, if that is given.
    pub(super) fn set_bypassed(&mut self, on: bool, heard: Option<Heard>, cx: &mut Context) {
        heard.into_iter().for_each(|heard| self.mix.set_heard_on_bypass(heard));
        cx.audio.set_on_bypass(self.mix.project(), self.on_bypass());
        self.mix.set_bypassed(on, &mut cx.audio);
    }

    /// Records the processor's output.
    pub(crate) fn record(&mut self, request: RecordRequest, cx: &Context) {
        self.recorder.begin(request, self.recording_rate(cx));
    }

    /// The same from the menu: into the user's music folder.
    pub(crate) fn record_from_menu(&mut self, cx: &Context) {
        self.recorder.begin_from_menu(&self.name, self.recording_rate(cx));
    }

    /// The rate of a recording that begins now, if the project plays.
    fn recording_rate(&self, cx: &Context) -> Option<u32> {
        let plays = self.mix.project().is_some() && !self.children.is_ending();
        cx.audio.stream().filter(|_| plays).map(|(rate, _)| rate)
    }

    /// Ends the recording, if there is one; `reason` says why, if nobody asked for it.
    pub(crate) fn end_recording(
        &mut self,
        reason: Option<&str>,
        reply: Option<Owed<StopRecording>>,
        cx: &mut Context,
    ) {
        self.recorder.end(reason.map(str::to_owned), reply, &mut cx.audio, self.mix.project());
    }

    /// Ends the recording of this connection, which owns it.
    pub(crate) fn end_recording_of(&mut self, owner: ConnectionId, cx: &mut Context) {
        if self.recorder.running().is_some_and(|(_, by)| by == Some(owner)) {
            self.end_recording(Some("the command that asked for it is gone"), None, cx);
        }
    }

    /// Restarts the child at the user's request, whatever it is doing.
    pub(crate) fn restart(&mut self, cx: &mut Context) {
        let (children, place) = self.children(cx);
        children.restart(&place);
        self.notify_state(cx);
    }

    /// Does what is due.
    pub(crate) fn poll(&mut self, now: Instant, cx: &mut Context) {
        if self.recorder.running().is_some_and(|(recording, _)| recording.is_over()) {
            // The recording itself reports what went wrong.
            self.end_recording(None, None, cx);
        }
        let (children, mut place) = self.children(cx);
        let lines = children.poll(now, &mut place);
        self.tell_lost(cx);
        self.poll_comparison(now, cx);
        for line in lines {
            self.audience.say(line, &cx.clients);
        }
        self.notify_state(cx);
    }

    /// When [`poll`](Self::poll) has something to do next.
    pub(crate) fn due(&self, cx: &Context) -> Option<Instant> {
        let ends = self.comparison_ends_at(cx);
        self.children.due(&cx.settings.get().patience).into_iter().chain(ends).min()
    }

    /// The engine's present view of it, and its peak after the gain, unless it is muted.
    pub(crate) fn snapshot(&self, cx: &mut Context) -> Option<(ProjectSnapshot, Option<(ProjectId, f32)>)> {
        let snapshot = cx.audio.snapshot(self.mix.project())?;
        let peak = self.mix.peak(&snapshot);
        Some((snapshot, peak))
    }

    /// Follows the engine's view: refreshes the figures, and updates the state accordingly.
    pub(crate) fn follow(
        &mut self,
        snapshot: &ProjectSnapshot,
        pulse: Pulse,
        others: &[SessionId],
        now: Instant,
        cx: &mut Context,
    ) {
        self.refresh_levels(snapshot, cx);
        let ignored = self.follow_probes(pulse.stats_due, now, cx);
        self.counters.seen(snapshot, self.children.respawns());
        let not_finite = self.follow_finiteness(snapshot, now, cx);
        let gave_up = self.mix.follow_mode(snapshot, &mut cx.audio);
        let tells = pulse.stats_due || gave_up.is_some() || pulse.howl_began || not_finite.is_some();
        if tells || self.audience.shared.figures().stats.is_none() {
            self.refresh_stats(snapshot, pulse.limiting, others, cx);
        }
        let before = self.children.state().0;
        if self.children.seen(snapshot, pulse.silent, now, &cx.settings.get().patience) {
            self.promote(cx);
        }
        // Once it is known which child was replaced: the engine may have it beside the newest already.
        let compared = self.follow_comparison(snapshot, pulse.silent, now, cx);
        if compared || self.children.state().0 != before {
            // A client that learns of a state asks for its figures, not for the previous ones.
            self.refresh_stats(snapshot, false, others, cx);
        }
        self.notify_state(cx);
        if let Some(line) = ignored {
            self.audience.say(line.into(), &cx.clients);
        }
        for line in gave_up.into_iter().chain(not_finite) {
            self.audience.warn(line, &cx.clients);
        }
        if pulse.howl_began {
            self.audience.warn(HOWL.into(), &cx.clients);
        }
        if let Some(stats) = self.stats().filter(|_| tells || compared) {
            self.audience.renew(STATS, &stats, &cx.clients);
        }
        if pulse.stats_due {
            self.keep_parameters(cx);
            self.renew_measurement(cx);
        }
    }

    /// The engine plays the incoming child.
    fn promote(&mut self, cx: &mut Context) {
        let first = !self.children.was_heard();
        let number = self.build().unwrap_or_default();
        let Promoted { files, kept } = self.children.promote(number, &self.audience.shared.parameters);
        let mut heard = None;
        let is_newer = first || files.is_some();
        if is_newer {
            self.counters.build_heard();
            let program = self.children.program().clone();
            let in_use = self.children.beside().map(|beside| beside.build());
            heard = Some(self.history.heard(program, files.unwrap_or_default(), in_use.as_slice()));
        }
        cx.audio.set_on_bypass(self.mix.project(), self.on_bypass());
        if self.audience.shared.parameters.commit(kept)
            && let Some(server) = self.audience.server.open()
        {
            server.parameters_changed();
        }
        self.newest_changed(is_newer, cx);
        cx.audio.quieter(self.mix.project());
        if let Some(number) = heard {
            self.measure_heard(number, cx);
        }
    }

    /// Sets whether anybody is watching its levels.
    pub(super) fn set_watched(&mut self, watched: bool) {
        self.watched = watched;
    }

    /// The file for a recording was created, or couldn't be.
    pub(super) fn recording_file(
        &mut self,
        request: RecordRequest,
        result: Result<WavFile, String>,
        cx: &mut Context,
    ) {
        let gone = request.owner.is_some_and(|owner| !cx.clients.contains(owner));
        self.recorder.file_made(request, result, gone, &mut cx.audio, self.mix.project());
    }

    /// A recording's file is complete: reports what is in it, and any trouble to everybody.
    pub(super) fn recording_ended(
        &mut self,
        take: Take,
        reason: Option<String>,
        reply: Option<Owed<StopRecording>>,
        cx: &Context,
    ) {
        let take = to_protocol::take(take, reason);
        for line in self.recorder.ended(&take, self.children.is_ending()) {
            self.audience.warn(line, &cx.clients);
        }
        let ended = RecordingEnded { session: self.audience.id().clone(), take };
        cx.clients.keep(self.audience.owner(), RECORDING_ENDED, &ended);
        if let Some(reply) = reply {
            reply.answer(ended.take);
        }
    }

    /// Replaces the running program with a newer one.
    pub(super) fn swap(
        &mut self,
        program: ProjectProgram,
        files: ChangedFiles,
        reply: Owed<Reload>,
        cx: &mut Context,
    ) {
        let (children, place) = self.children(cx);
        children.swap(program, files, reply, &place);
        self.notify_state(cx);
    }

    /// Fades out, and tells everything of it to end.
    pub(super) fn end(&mut self, cx: &mut Context) {
        self.measuring.stop();
        self.mix.leave(&mut cx.audio);
        self.children.end(&self.audience.shared.parameters);
        self.audience.server.close();
        self.notify_state(cx);
    }

    /// What it adds to a loop's latency, while it plays.
    pub(crate) fn latency(&self, audio: &mut Audio) -> Option<ProjectLatency> {
        let snapshot = audio.snapshot(self.mix.project())?;
        Some(to_protocol::project_latency(self.audience.id(), &snapshot, self.children.latency_frames()))
    }

    /// The engine has ended: the project begins again in the next one.
    pub(crate) fn begin_anew(&mut self, cx: &mut Context) {
        self.mix.lose_place();
        self.counters.engine_ended();
        self.children.begin_anew(&self.audience.shared.parameters);
        self.output_changed(cx);
        self.notify_state(cx);
    }

    /// Other devices are in use.
    pub(crate) fn devices_changed(&mut self, cx: &mut Context) {
        self.update_feedback(cx);
        self.update_audio_status(cx);
    }

    /// Notifies everybody concerned of its state, if it changed.
    pub(super) fn notify_state(&mut self, cx: &mut Context) {
        let (state, reason) = self.state();
        if !self.audience.notify_state(state, reason.as_deref(), &cx.clients) {
            return;
        }
        self.update_audio_status(cx);
        if state == State::Held {
            let text = reason.unwrap_or_else(|| "Its terminal tells more.".into());
            cx.announcer.announce(Kind::Held, format!("{} is held", self.name), text);
        }
    }

    /// Notifies pages of the audio side's state, if it changed.
    pub(super) fn update_audio_status(&self, cx: &Context) {
        let devices = cx.audio.devices();
        let (state, reason) = self.state();
        self.audience.notify_audio_status(to_protocol::audio_status(
            devices.as_ref(),
            (state, reason.as_deref()),
            self.trouble(),
        ));
    }

    /// Saves the present values and sets: the project's next start, in this companion or another, begins with them.
    pub(super) fn keep_parameters(&mut self, cx: &mut Context) {
        self.keeper.keep(&self.audience.shared, &self.folder, &mut cx.settings);
    }

    /// What is played while the processor isn't heard. Nothing until it was heard once, so that no start begins with
    /// the unprocessed input.
    fn on_bypass(&self) -> OnBypass {
        to_protocol::engine_on_bypass(self.heard_instead())
    }

    fn heard_instead(&self) -> Heard {
        match self.children.was_heard() {
            true => self.mix.heard_on_bypass(self.input.on_bypass()),
            false => Heard::Silence,
        }
    }

    /// Its children, and what they need from their surroundings.
    pub(super) fn children<'a>(&'a mut self, cx: &'a mut Context) -> (&'a mut Children, Place<'a>) {
        let place = Place {
            audio: &mut cx.audio,
            project: self.mix.project(),
            parameters: &self.audience.shared.parameters,
            patience: &cx.settings.get().patience,
            keep: cx.settings.get().keep_before_s > 0 && !self.comparison.is_on(),
        };
        (&mut self.children, place)
    }
}
