//! What a session's builds are measured by, and who is told.

use super::Playback;
use crate::session::{context::Context, event::Outcome, measuring::Conditions};
use wavecraft_companion_analysis::survey::Depth;
use wavecraft_companion_protocol::{control::BUILD_MEASURED, lab::BuildMeasured};

impl Playback {
    /// Calls `act` with what builds are measured by; does nothing while the audio side isn't open.
    fn measure_by<T>(
        &mut self,
        cx: &Context,
        act: impl FnOnce(&mut super::Measuring, &Conditions<'_>) -> T,
    ) -> Option<T> {
        let rate_hz = cx.audio.sample_rate()?;
        let values = self.audience.shared.parameters.values();
        Some(act(&mut self.measuring, &Conditions { history: &self.history, values: &values, rate_hz }))
    }

    /// A build is heard for the first time.
    pub(super) fn measure_heard(&mut self, number: u32, cx: &Context) {
        self.measure_by(cx, |measuring, now| measuring.build_heard(number, now));
        self.tell_lab();
    }

    /// Measures a build at a page's request.
    pub(crate) fn measure_build(&mut self, number: u32, full: bool, cx: &Context) {
        let depth = if full { Depth::Full } else { Depth::Standard };
        self.measure_by(cx, |measuring, now| measuring.measure(number, depth, now));
        self.tell_lab();
    }

    /// Sets whether each build is measured by itself.
    pub(crate) fn set_measuring(&mut self, on: bool, cx: &Context) {
        self.measuring.set_on(on);
        let newest = self.history.newest().filter(|_| on);
        if let Some(newest) = newest {
            self.measure_by(cx, |measuring, now| {
                if measuring.is_outdated(newest, now) {
                    measuring.measure(newest, Depth::Standard, now);
                }
            });
        }
        self.tell_lab();
    }

    /// Sets whether a page shows the figures of the builds.
    pub(crate) fn set_lab_watched(&mut self, watched: bool) {
        self.lab_watched = watched;
    }

    /// Once a second: measures the present build again, if a page shows its figures and they are of other values than those that have
    /// been set for a second.
    pub(super) fn renew_measurement(&mut self, cx: &Context) {
        if !self.lab_watched {
            return;
        }
        let values = self.audience.shared.parameters.values();
        let settled = self.settled_values.replace(values.clone()).is_some_and(|before| before == values);
        let Some(newest) = self.history.newest().filter(|_| settled) else { return };
        let began = self.measure_by(cx, |measuring, now| {
            let outdated = measuring.is_outdated(newest, now);
            if outdated {
                measuring.measure(newest, Depth::Standard, now);
            }
            outdated
        });
        if began == Some(true) {
            self.tell_lab();
        }
    }

    /// A measurement has ended.
    pub(crate) fn measured(&mut self, number: u32, ticket: u64, outcome: Outcome, cx: &Context) {
        if self.measure_by(cx, |measuring, now| measuring.ended(number, ticket, outcome, now)) != Some(true) {
            return;
        }
        if let Some(document) = self.measuring.document(number) {
            self.audience.shared.figures().documents.insert(number, document);
        }
        self.tell_lab();
        let build = self.measuring.build(number, &self.history);
        // The terminal is told of each build once.
        if build.heard && build.revision == Some(1) {
            let measured = BuildMeasured { session: self.audience.id().clone(), build };
            cx.clients.renew(self.audience.owner(), self.audience.id(), BUILD_MEASURED, &measured);
        }
    }

    /// Tells pages of the builds.
    fn tell_lab(&self) {
        let lab = self.measuring.lab(&self.history);
        let mut figures = self.audience.shared.figures();
        figures.documents.retain(|number, _| lab.builds.iter().any(|build| build.number == *number));
        figures.lab.clone_from(&lab);
        drop(figures);
        if let Some(server) = self.audience.server.open() {
            server.lab_changed(&lab);
        }
    }
}
