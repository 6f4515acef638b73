//! The probe that the terminal's line shows, on request.

use crate::report::{probe_name, probe_segment};
use crate::terminal::Segment;
use wavecraft_companion_protocol::session::Probe;

/// Which one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShownProbe {
    name: String,
    /// Its processor's id; any processor's probe of the name if there is none.
    processor: Option<String>,
    /// It was said that there is none of this name.
    told: bool,
}

impl ShownProbe {
    /// The first of this name, also if there is none yet.
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.into(), processor: None, told: false }
    }

    fn is(&self, probe: &Probe) -> bool {
        self.name == probe.name && (self.processor.is_none() || self.processor == probe.processor)
    }

    /// The one behind `shown`: the first if none is shown, and none behind the last.
    pub(super) fn after(shown: Option<&Self>, all: &[Probe]) -> Option<Self> {
        let place = shown.and_then(|shown| all.iter().position(|probe| shown.is(probe)));
        let next = all.get(place.map_or(0, |place| place + 1))?;
        Some(Self { name: next.name.clone(), processor: next.processor.clone(), told: false })
    }

    /// What to say once if there is none of this name.
    pub(super) fn missing(&mut self, all: &[Probe]) -> Option<String> {
        if self.told || all.iter().any(|probe| self.is(probe)) {
            return None;
        }
        self.told = true;
        let names: Vec<_> = all.iter().map(|probe| probe_name(probe, all)).collect();
        let there = match names[..] {
            [] => "this build has no other either".to_owned(),
            _ => format!("there are {}; p shows the next", names.join(", ")),
        };
        Some(format!("No probe is named `{}` so far: {there}.", self.name))
    }

    /// How it is called beside `all`.
    pub(super) fn title(&self, all: &[Probe]) -> String {
        all.iter()
            .find(|probe| self.is(probe))
            .map_or_else(|| self.name.clone(), |probe| probe_name(probe, all))
    }

    /// Its part of the line.
    pub(super) fn segment(&self, all: &[Probe]) -> Segment {
        probe_segment(&self.title(all), all.iter().find(|probe| self.is(probe)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_goes_through_all_of_them_and_then_to_none() {
        let probe = |name: &str, processor: &str| Probe {
            name: name.into(),
            processor: Some(processor.into()),
            ..Probe::default()
        };
        let all = [probe("gain", "a"), probe("gain", "b"), probe("level", "b")];
        let mut shown = None;
        let mut titles = Vec::new();
        for _ in 0..4 {
            shown = ShownProbe::after(shown.as_ref(), &all);
            titles.push(shown.as_ref().map(|one| one.title(&all)));
        }
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(titles, [some("gain of a"), some("gain of b"), some("level"), None]);
        // One by name is the first that has it; one that is gone is followed by the first.
        let named = ShownProbe::named("gain");
        assert_eq!(named.title(&all), "gain of a");
        assert_eq!(ShownProbe::after(Some(&named), &all).map(|one| one.title(&all)), some("gain of b"));
        let gone = ShownProbe::named("gone");
        assert_eq!(ShownProbe::after(Some(&gone), &all).map(|one| one.title(&all)), some("gain of a"));
        let mut missing = gone.clone();
        assert_eq!(
            missing.missing(&all).as_deref(),
            Some("No probe is named `gone` so far: there are gain of a, gain of b, level; p shows the next.")
        );
        assert_eq!(missing.missing(&all), None, "once");
        assert_eq!(ShownProbe::named("gain").missing(&all), None);
        assert!(
            ShownProbe::named("gone").missing(&[]).is_some_and(|told| told.ends_with("no other either."))
        );
        assert_eq!((gone.segment(&all).len(), ShownProbe::after(Some(&gone), &[])), (2, None));
    }
}
