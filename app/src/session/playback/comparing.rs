//! Which of the session's builds is heard: what is asked for, what follows from it, and what everybody is told.

use super::Playback;
use crate::{
    platform,
    session::{context::Context, host::NO_OLDER_BUILD},
    to_protocol,
};
use std::time::{Duration, Instant};
use wavecraft_audio_core::ProjectSnapshot;
use wavecraft_companion_protocol::{
    comparison::{BesideCost, Compare, Comparison, ComparisonState, Hear, HeardBuild},
    rpc::{ErrorObject, INVALID_PARAMS},
    words::sentence,
};

impl Playback {
    /// Changes what is heard of the builds.
    ///
    /// # Errors
    /// There is no such build, or none to compare with.
    pub(in crate::session) fn compare(
        &mut self,
        wanted: Compare,
        cx: &mut Context,
    ) -> Result<(), ErrorObject> {
        if self.children.is_ending() {
            return Err(wrong("the project is ending".into()));
        }
        let now = Instant::now();
        let present = self.children.beside().map(|beside| beside.build());
        let after = self.build();
        let older = self.older_builds();
        let build = match wanted.with {
            Some(with) if Some(with) == after => {
                return Err(wrong(format!("build {with} is the newest: it can't be compared with itself")));
            }
            Some(with) if !older.contains(&with) => {
                return Err(wrong(format!(
                    "there is no build {with} any more: getComparison lists those there are"
                )));
            }
            Some(with) => Some(with),
            None => present.or(older.first().copied()),
        };
        let hear = wanted.hear.or(self.comparison.pending()).unwrap_or(self.comparison.heard());
        let asks = wanted.with.is_some() || wanted.hear.is_some_and(|hear| hear != Hear::After);
        let Some(build) = build.filter(|_| asks || self.comparison.is_on()) else {
            if asks {
                return Err(wrong(NO_OLDER_BUILD.into()));
            }
            self.comparison.set_matched(wanted.matched.unwrap_or(self.comparison.is_matched()));
            return Ok(());
        };
        self.comparison.set_matched(wanted.matched.unwrap_or(self.comparison.is_matched()));
        if wanted.hear.is_some() || wanted.with.is_some() {
            self.comparison.set_trouble(None);
        }
        if present != Some(build) {
            self.end_comparison(cx);
            self.start_older(build, cx)?;
        }
        match self.children.beside().filter(|beside| beside.is_live()) {
            Some(beside) => {
                let latencies = [self.children.latency_frames(), beside.latency_frames()];
                self.comparison.hear(hear, latencies, now);
            }
            None => self.comparison.await_child(hear),
        }
        self.keep_none(cx);
        self.tell_engine(cx);
        Ok(())
    }

    /// The same for the menu and the terminal, which end a blind test by it. A page's word has ended it already, and the
    /// next one may have begun since.
    ///
    /// # Errors
    /// As [`compare`](Self::compare).
    pub(crate) fn compare_instead(&mut self, wanted: Compare, cx: &mut Context) -> Result<(), ErrorObject> {
        if wanted.hear.is_some() || wanted.with.is_some() {
            self.end_blind_test(Instant::now());
        }
        self.compare(wanted, cx)
    }

    /// Shows by what is heard that it can't be.
    pub(crate) fn say_refusal(&mut self, outcome: Result<(), ErrorObject>) {
        if let Err(refused) = outcome {
            self.comparison.set_trouble(Some(sentence(&refused.message)));
        }
    }

    /// Hears the newest build, and ends the older one's child.
    pub(in crate::session) fn end_comparison(&mut self, cx: &mut Context) {
        let now = Instant::now();
        self.end_blind_test(now);
        self.comparison.end(now);
        self.comparison.set_trouble(None);
        cx.audio.compare(self.mix.project(), None);
        let (children, mut place) = self.children(cx);
        children.end_beside(&mut place);
    }

    /// A blind test began, ended, or plays something else.
    pub(in crate::session) fn follow_blind_test(&mut self, cx: &mut Context) {
        if self.audience.shared.blind_test.shown().is_none() {
            self.comparison.tested(Instant::now());
        } else if !self.comparison.compares()
            && let Err(refused) = self.compare_for_test(cx)
        {
            self.audience.shared.blind_test.end();
            self.comparison.set_trouble(Some(sentence(&refused.message)));
        }
        self.tell_engine(cx);
    }

    /// Both must be compared before a test; the older build's child may have to be started.
    fn compare_for_test(&mut self, cx: &mut Context) -> Result<(), ErrorObject> {
        match self.children.beside().filter(|beside| beside.is_live()) {
            Some(beside) => {
                let latencies = [self.children.latency_frames(), beside.latency_frames()];
                self.comparison.hear(Hear::After, latencies, Instant::now());
                self.keep_none(cx);
                Ok(())
            }
            // It was kept a moment ago, and the engine hasn't said yet that it answers.
            None if self.children.beside().is_some() => {
                self.comparison.await_child(Hear::After);
                self.keep_none(cx);
                Ok(())
            }
            None => Err(wrong("the older build isn't there any more: start the blind test again".into())),
        }
    }

    /// Follows the engine's view of the older build's child. Returns whether something else is heard.
    pub(super) fn follow_comparison(
        &mut self,
        snapshot: &ProjectSnapshot,
        silent: bool,
        now: Instant,
        cx: &mut Context,
    ) -> bool {
        // Without callbacks nothing is seen of any child.
        if !silent {
            let (children, mut place) = self.children(cx);
            children.beside_seen(snapshot.beside.as_ref(), now, &mut place);
        }
        self.tell_lost(cx);
        if let (Some(hear), Some(beside)) = (self.comparison.pending(), self.children.beside())
            && beside.is_live()
        {
            let latencies = [self.children.latency_frames(), beside.latency_frames()];
            self.comparison.hear(hear, latencies, now);
        }
        if self.comparison.compares() {
            let pairs = cx.audio.take_pairs(self.mix.project());
            self.comparison.measure(&pairs, cx.audio.sample_rate().unwrap_or_default());
        }
        self.tell_engine(cx);
        self.tell_comparison(snapshot, now, cx)
    }

    /// Ends the older build's child when it is time.
    pub(super) fn poll_comparison(&mut self, now: Instant, cx: &mut Context) {
        if self.comparison_ends_at(cx).is_some_and(|end| end <= now) {
            self.end_comparison(cx);
        }
    }

    /// When the older build's child ends by itself.
    pub(super) fn comparison_ends_at(&self, cx: &Context) -> Option<Instant> {
        let keep = Duration::from_secs(cx.settings.get().keep_before_s);
        let tests = self.audience.shared.blind_test.shown().is_some();
        self.children.beside()?;
        self.comparison.ends_at(keep, tests)
    }

    /// A newer build is heard, or else a fresh child of the same.
    pub(super) fn newest_changed(&mut self, is_newer: bool, cx: &mut Context) {
        let now = Instant::now();
        self.comparison.newer(self.children.latency_frames(), now);
        let newer = self.build().filter(|_| is_newer);
        if self.audience.shared.blind_test.end() {
            self.comparison.tested(now);
            self.comparison.hear(Hear::After, [0; 2], now);
            let line = "The newest build was started anew, so the blind test ended without a result: start it again.";
            self.comparison.set_trouble(Some(line.into()));
            self.audience.say(line.into(), &cx.clients);
        } else if self.comparison.heard() != Hear::After
            && let (Some(before), Some(after)) = (self.children.beside(), newer)
        {
            let (heard, key) = match self.comparison.heard() {
                Hear::Difference => ("you hear what it differs by from", "f"),
                _ => ("you still hear", "x"),
            };
            let line = format!(
                "Build {after} is ready, and {heard} build {}. Press {key} for the newest.",
                before.build()
            );
            self.audience.say(line, &cx.clients);
        }
        self.tell_engine(cx);
    }

    /// The older build's child has gone by itself: says so, if it was compared, or was to be.
    pub(super) fn tell_lost(&mut self, cx: &mut Context) {
        let Some((build, words)) = self.children.take_lost() else { return };
        let was_on = self.comparison.is_on();
        self.audience.shared.blind_test.end();
        self.comparison.end(Instant::now());
        cx.audio.compare(self.mix.project(), None);
        if !was_on {
            tracing::info!(
                "{}: build {build}, which was kept beside the newest, is gone: {words}",
                self.audience.id()
            );
            return;
        }
        let line = format!(
            "Build {build} can't be compared any more: {words}. You hear the newest build. Press x to start build {build} \
             again."
        );
        self.comparison.set_trouble(Some(line.clone()));
        self.audience.warn(line, &cx.clients);
    }

    /// What is heard of the builds, as it was told last.
    pub(crate) fn comparison(&self) -> Comparison {
        self.audience.shared.figures().comparison.clone()
    }

    /// What clients of the control socket are told with the figures, if there is anything to say.
    pub(super) fn comparison_told(&self) -> Option<Comparison> {
        let comparison = self.comparison();
        let says = comparison.state != ComparisonState::None || comparison.trouble.is_some();
        says.then_some(comparison)
    }

    /// The output is another one, and the older build's child ended with the engine.
    pub(super) fn output_changed(&mut self, cx: &Context) {
        self.audience.shared.blind_test.end();
        if self.comparison.is_on() {
            let line = "The audio output changed, so builds aren't compared any more: you hear the newest.";
            self.comparison.set_trouble(Some(line.into()));
            self.audience.say(line.into(), &cx.clients);
        }
        self.comparison.end(Instant::now());
    }

    /// The number of the older build, if that is what is heard: also while the newest isn't.
    pub(super) fn older_heard(&self) -> Option<u32> {
        let beside = self.children.beside().filter(|beside| beside.is_live())?;
        (self.comparison.heard() == Hear::Before && !self.mix.is_bypassed()).then(|| beside.build())
    }

    /// The number of the build that is heard, if one is.
    pub(super) fn build(&self) -> Option<u32> {
        self.history.newest()
    }

    /// The numbers of the older builds that can be heard, newest first.
    fn older_builds(&self) -> Vec<u32> {
        let kept = self.history.entries().rev().skip(1).filter(|entry| entry.program.is_some());
        kept.map(|entry| entry.number).collect()
    }

    /// Starts a child of an older build.
    fn start_older(&mut self, build: u32, cx: &mut Context) -> Result<(), ErrorObject> {
        let gone = || wrong(format!("build {build} isn't kept any more: getComparison lists those that are"));
        let program = self.history.program(build).cloned().ok_or_else(gone)?;
        let (children, place) = self.children(cx);
        let unable = |error| wrong(format!("build {build} can't be started: {error}"));
        children.launch_beside(program, build, &place).map_err(unable)
    }

    fn keep_none(&mut self, cx: &mut Context) {
        let (children, mut place) = self.children(cx);
        children.keep_none(&mut place);
    }

    fn end_blind_test(&mut self, now: Instant) {
        if self.audience.shared.blind_test.end() {
            self.comparison.tested(now);
        }
    }

    fn tell_engine(&mut self, cx: &mut Context) {
        if let Some(comparing) = self.comparison.news(self.audience.shared.blind_test.sound()) {
            cx.audio.compare(self.mix.project(), Some(comparing));
        }
    }

    /// Tells pages what is heard of the builds, if that changed. Returns whether it is more than figures.
    fn tell_comparison(&mut self, snapshot: &ProjectSnapshot, now: Instant, cx: &Context) -> bool {
        let shown = self.comparison_shown(snapshot, now, cx);
        let mut figures = self.audience.shared.figures();
        if figures.comparison == shown {
            return false;
        }
        let told = std::mem::replace(&mut figures.comparison, shown.clone());
        drop(figures);
        if let Some(server) = self.audience.server.open() {
            server.comparison_changed(&shown);
        }
        let heard = |of: &Comparison| (of.hear, of.state, of.after, of.before, of.trouble.clone());
        heard(&told) != heard(&shown)
    }

    fn comparison_shown(&mut self, snapshot: &ProjectSnapshot, now: Instant, cx: &Context) -> Comparison {
        let beside = self.children.beside();
        let abx = self.audience.shared.blind_test.shown();
        let state = match beside {
            None => ComparisonState::None,
            Some(beside) if beside.is_starting() || self.comparison.pending().is_some() => {
                ComparisonState::Starting
            }
            Some(_) if self.comparison.compares() => ComparisonState::On,
            Some(_) => ComparisonState::Kept,
        };
        let before = beside.map(|beside| beside.build());
        let pid = beside.and_then(|beside| beside.pid());
        let floor = self.build().and_then(|build| self.measuring.floor(build));
        let (comparison, cost) = (&self.comparison, snapshot.beside.filter(|_| before.is_some()));
        let figures = self.slow.of((before, state), now, || Comparison {
            difference: comparison.difference(),
            match_db: comparison.match_db(),
            floor: floor.map(to_protocol::floor),
            cost: cost.map(|beside| BesideCost {
                load: (beside.load.average * 1000.0).round() / 1000.0,
                memory_bytes: pid.and_then(platform::resident_bytes),
            }),
            ..Comparison::default()
        });
        let ends_in = self.comparison_ends_at(cx).map(|end| end.saturating_duration_since(now).as_secs());
        Comparison {
            hear: match self.comparison.heard() {
                _ if abx.is_some() => HeardBuild::Blind,
                Hear::After => HeardBuild::After,
                Hear::Before => HeardBuild::Before,
                Hear::Difference => HeardBuild::Difference,
            },
            after: self.build(),
            builds: self.older_builds(),
            matched: self.comparison.is_matched(),
            ends_in_s: ends_in.and_then(|seconds| u32::try_from(seconds.div_ceil(10) * 10).ok()),
            latency_frames: self.comparison.latencies(),
            trouble: self.comparison.trouble().map(str::to_owned),
            abx,
            ..figures
        }
    }
}

fn wrong(message: String) -> ErrorObject {
    ErrorObject::new(INVALID_PARAMS, message)
}
