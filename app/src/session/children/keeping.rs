//! The child of an older build beside the live one: kept after a swap, started again, and ended.

use super::{Beside, CHANNELS, Children, Incoming, Place, beside::News, retire, terms};
use crate::{child::ChildEvent, platform::Program, session::event::SessionEvent};
use std::{io, time::Instant};
use wavecraft_audio_core::BesideSnapshot;
use wavecraft_companion_protocol::control::{LogStream, ProjectProgram};
use wavecraft_ring::Geometry;

use crate::session::parameters::ParameterBank;

impl Children {
    /// The child beside the live one.
    pub(in crate::session) fn beside(&self) -> Option<&Beside> {
        self.beside.as_ref()
    }

    /// A line that a child wrote, with its build's number in front if it isn't the newest.
    pub(in crate::session) fn of_build(&self, generation: u32, line: &str) -> String {
        match self.beside.as_ref().filter(|beside| beside.generation() == generation) {
            Some(beside) => format!("build {}: {line}", beside.build()),
            None => line.to_owned(),
        }
    }

    /// Takes the build whose child went by itself, and why.
    pub(in crate::session) fn take_lost(&mut self) -> Option<(u32, String)> {
        self.lost.take()
    }

    /// Starts a child of an older build beside the live one. The one that is there must have been ended.
    ///
    /// # Errors
    /// It can't be started.
    pub(in crate::session) fn launch_beside(
        &mut self,
        program: ProjectProgram,
        build: u32,
        place: &Place<'_>,
    ) -> io::Result<()> {
        let opening = || io::Error::other("the audio side is just being opened");
        let (_, max_frames) = place.audio.stream().ok_or_else(opening)?;
        let geometry = Geometry::new(max_frames, CHANNELS, CHANNELS).map_err(io::Error::other)?;
        let generation = self.supervisor.another_generation();
        let events = self.events.of(move |event| SessionEvent::Child(generation, event));
        let program = Program { runs: program, ..self.program.clone() };
        let id = (self.session.as_str(), generation);
        self.beside = Some(Beside::launch(id, (&program, build), geometry, events, Instant::now())?);
        Ok(())
    }

    /// The live child isn't kept when a newer build replaces it: something else is compared.
    pub(in crate::session) fn keep_none(&mut self, place: &mut Place<'_>) {
        if let Some(Incoming { keeps, .. }) = &mut self.incoming
            && std::mem::take(keeps)
        {
            place.audio.keep(place.project, None);
        }
    }

    /// Ends the child beside the live one, if there is one.
    pub(in crate::session) fn end_beside(&mut self, place: &mut Place<'_>) {
        if self.beside.is_some() {
            place.audio.clear_beside(place.project);
            self.retire_beside(place.parameters);
        }
    }

    /// Handles what the engine sees beside the live child.
    pub(in crate::session) fn beside_seen(
        &mut self,
        snapshot: Option<&BesideSnapshot>,
        now: Instant,
        place: &mut Place<'_>,
    ) {
        let Some(beside) = &mut self.beside else { return };
        if let Some(words) = beside.seen(snapshot, now, place.patience) {
            self.lose_beside(words, place);
        }
    }

    pub(super) fn is_beside(&self, generation: u32) -> bool {
        self.beside.as_ref().is_some_and(|beside| beside.generation() == generation)
    }

    /// Handles an event of the child beside the live one. Returns lines for the user.
    pub(super) fn handle_beside(
        &mut self,
        event: ChildEvent,
        place: &mut Place<'_>,
    ) -> Vec<(LogStream, String)> {
        let Some(beside) = &mut self.beside else { return Vec::new() };
        let terms = terms(place.audio);
        match beside.handle(event, &terms, (place.audio, place.project), place.parameters) {
            News::Lines(lines) => {
                let build = beside.build();
                lines.into_iter().map(|(stream, line)| (stream, format!("build {build}: {line}"))).collect()
            }
            News::Over(words) => {
                self.lose_beside(words, place);
                Vec::new()
            }
            News::Gone(words) => {
                self.lost = Some((beside.build(), words));
                self.beside = None;
                place.parameters.release_beside();
                place.audio.clear_beside(place.project);
                Vec::new()
            }
        }
    }

    /// Ends a child that takes too long.
    pub(super) fn check_beside(&mut self, now: Instant, place: &mut Place<'_>) {
        if self.beside.as_ref().is_some_and(|beside| beside.is_overdue(now)) {
            self.lose_beside("it wasn't ready in time".into(), place);
        }
    }

    /// The live child is replaced, and stays. The one that stayed before it ends.
    pub(super) fn keep_heard(&mut self, build: u32, parameters: &ParameterBank) {
        // The engine frees that one by itself.
        self.retire_beside(parameters);
        self.supervisor.keep_heard();
        let (heard, latency_frames) = (self.heard.take(), self.latency_frames);
        self.beside = heard.map(|heard| Beside::kept(heard, build, latency_frames, Instant::now()));
    }

    /// Tells the child beside the live one to end.
    pub(super) fn retire_beside(&mut self, parameters: &ParameterBank) {
        let Some(beside) = self.beside.take() else { return };
        parameters.release_beside();
        self.supervisor.retire_other(beside.generation(), Instant::now());
        self.retiring.push(retire(beside.into_child()));
    }

    fn lose_beside(&mut self, words: String, place: &mut Place<'_>) {
        self.lost = self.beside.as_ref().map(|beside| (beside.build(), words));
        self.end_beside(place);
    }
}
