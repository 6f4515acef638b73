//! What a project's processors show of themselves by `probe!`, for figures and for pages.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};
use wavecraft_audio_core::{ProbeValues, Readings};
use wavecraft_companion_protocol::session::Probe;

/// How long values are kept for pages: the period of the slowest that a page can ask for.
const KEPT: Duration = Duration::from_secs(1);
/// The most readings that are kept; the oldest go first. They come once in 16 ms at most.
const MOST_KEPT: usize = 80;

/// Said once, when a build has more probes than are shown.
pub(super) const IGNORED: &str = "Some probes aren't shown: a build has 32 at most, with names of 1 to 32 printable characters. \
     Remove a `probe!` to see another.";

/// The probes of the child that is heard, or else of the newest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Probes {
    generation: Option<u32>,
    /// Some were left out, and that was told.
    ignored: bool,
    /// In the order of their first values; below, all values are in the same order.
    named: Vec<Named>,
    recent: VecDeque<(Instant, Vec<ProbeValues>)>,
    since_figures: Vec<ProbeValues>,
    /// As the figures tell them.
    figures: Vec<Probe>,
}

#[derive(Debug, Clone)]
struct Named {
    name: String,
    /// Its place in the chain, and its id.
    processor: Option<(u32, String)>,
}

impl Probes {
    /// Takes what came from the engine. `processors` are the ids of that child's chain. Returns a line for the user.
    pub(super) fn take(
        &mut self,
        readings: Readings,
        processors: &[String],
        now: Instant,
    ) -> Option<&'static str> {
        let Readings { generation, ignored, probes } = readings;
        if self.generation != Some(generation) {
            let told = self.ignored;
            *self = Self { generation: Some(generation), ignored: told, ..Self::default() };
        }
        for reading in probes.iter().skip(self.named.len()) {
            let id = |place: u32| {
                let id = usize::try_from(place).ok().and_then(|place| processors.get(place))?;
                Some((place, id.clone()))
            };
            let processor = reading.probe.processor.and_then(id);
            self.named.push(Named { name: reading.probe.name.clone(), processor });
            self.since_figures.push(ProbeValues::NONE);
        }
        let values: Vec<_> = probes.iter().map(|reading| reading.values).collect();
        merge(&mut self.since_figures, &values);
        while self.recent.len() >= MOST_KEPT || self.recent.front().is_some_and(|(at, _)| *at + KEPT < now) {
            self.recent.pop_front();
        }
        self.recent.push_back((now, values));
        let news = ignored && !self.ignored;
        // A build that has fewer, or none yet, makes it news again.
        self.ignored = ignored || (self.ignored && self.named.is_empty());
        news.then_some(IGNORED)
    }

    /// The values of the last while, up to [`KEPT`].
    pub(super) fn of_last(&self, span: Duration, now: Instant) -> Vec<Probe> {
        let mut total = vec![ProbeValues::NONE; self.named.len()];
        for (at, values) in &self.recent {
            if *at + span >= now {
                merge(&mut total, values);
            }
        }
        self.told(&total)
    }

    /// Another period of the figures begins.
    pub(super) fn figures_are_due(&mut self) {
        self.figures = self.told(&self.since_figures);
        self.since_figures.fill(ProbeValues::NONE);
    }

    /// The values of the last whole period of the figures.
    pub(super) fn figures(&self) -> Vec<Probe> {
        self.figures.clone()
    }

    /// In the order of the chain; those of no known processor come last.
    fn told(&self, values: &[ProbeValues]) -> Vec<Probe> {
        let mut pairs: Vec<_> = self.named.iter().zip(values).collect();
        pairs.sort_by_key(|(named, _)| named.processor.as_ref().map_or(u32::MAX, |(place, _)| *place));
        let told = |(named, values): (&Named, &ProbeValues)| {
            let value = |value: f32| Some(value).filter(|_| values.any());
            Probe {
                name: named.name.clone(),
                processor: named.processor.as_ref().map(|(_, id)| id.clone()),
                last: value(values.last),
                least: value(values.least),
                greatest: value(values.greatest),
                not_finite: values.nonfinite,
            }
        };
        pairs.into_iter().map(told).collect()
    }
}

fn merge(total: &mut [ProbeValues], later: &[ProbeValues]) {
    total.iter_mut().zip(later).for_each(|(total, later)| total.merge(later));
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_audio_core::{ProbeName, Reading};

    fn readings(generation: u32, probes: &[(&str, Option<u32>, f32)]) -> Readings {
        let one = |(name, processor, value): &(&str, Option<u32>, f32)| {
            let mut values = ProbeValues::NONE;
            values.add(*value);
            Reading { probe: ProbeName { name: (*name).into(), processor: *processor }, values }
        };
        Readings { generation, ignored: false, probes: probes.iter().map(one).collect() }
    }

    /// A probe's name, its processor, its least and its greatest value.
    type Shown<'a> = (&'a str, Option<&'a str>, Option<f32>, Option<f32>);

    fn shown(probes: &[Probe]) -> Vec<Shown<'_>> {
        let all = probes.iter();
        all.map(|one| (one.name.as_str(), one.processor.as_deref(), one.least, one.greatest)).collect()
    }

    fn chain() -> Vec<String> {
        vec!["filter".into(), "compressor".into()]
    }

    #[test]
    fn figures_and_pages_each_have_all_that_happened_in_their_time() {
        let (mut probes, start) = (Probes::default(), Instant::now());
        let at = |ms: u64| start + Duration::from_millis(ms);
        probes.take(readings(1, &[("gain", Some(1), -3.0)]), &chain(), at(0));
        probes.take(readings(1, &[("gain", Some(1), -9.0), ("cutoff", Some(0), 500.0)]), &chain(), at(20));
        probes.take(readings(1, &[("gain", Some(1), -5.0), ("cutoff", Some(0), 600.0)]), &chain(), at(40));
        let cutoff = ("cutoff", Some("filter"), Some(500.0), Some(600.0));
        assert_eq!(probes.figures(), []);
        probes.figures_are_due();
        let figures = probes.figures();
        assert_eq!(shown(&figures), [cutoff, ("gain", Some("compressor"), Some(-9.0), Some(-3.0))]);
        assert_eq!(figures[1].last, Some(-5.0));
        let of_last = |ms| probes.of_last(Duration::from_millis(ms), at(45));
        assert_eq!(shown(&of_last(30)), [cutoff, ("gain", Some("compressor"), Some(-9.0), Some(-5.0))]);
        assert_eq!(
            shown(&of_last(1)),
            [("cutoff", Some("filter"), None, None), ("gain", Some("compressor"), None, None)]
        );
        probes.figures_are_due();
        assert_eq!(probes.figures()[0].last, None, "nothing since");
    }

    #[test]
    fn a_new_build_has_its_own_set() {
        let (mut probes, now) = (Probes::default(), Instant::now());
        probes.take(readings(1, &[("gain", Some(1), 1.0), ("gain", Some(0), 2.0)]), &chain(), now);
        let of_last = |probes: &Probes| probes.of_last(KEPT, now);
        assert_eq!(of_last(&probes)[0].processor.as_deref(), Some("filter"), "one name in two processors");
        probes.take(readings(2, &[("other", Some(9), 1.0)]), &chain(), now);
        assert_eq!(shown(&of_last(&probes)), [("other", None, Some(1.0), Some(1.0))], "there is no ninth");
        probes.take(readings(3, &[]), &chain(), now);
        assert_eq!((of_last(&probes), probes.figures()), (vec![], vec![]));
    }

    #[test]
    fn what_is_left_out_is_told_once_until_it_is_mended() {
        let (mut probes, now) = (Probes::default(), Instant::now());
        let with = |ignored, generation| Readings { ignored, ..readings(generation, &[("gain", None, 1.0)]) };
        let mut told = |ignored, generation| probes.take(with(ignored, generation), &[], now).is_some();
        assert!(told(true, 1) && !told(true, 1), "once");
        assert!(!told(true, 2), "nor again by a build that is no better");
        assert!(!told(false, 3));
        assert!(told(true, 4), "it was mended in between");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let (mut probes, start) = (Probes::default(), Instant::now());
        for ms in 0..5000 {
            probes.take(readings(1, &[("gain", None, 1.0)]), &[], start + Duration::from_millis(ms));
            assert!(probes.recent.len() <= MOST_KEPT);
        }
    }
}
