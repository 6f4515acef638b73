//! What a processor does in `process` that an audio thread must not, in the terminal: each place once.

use crate::report::heard_words;
use std::collections::BTreeSet;
use wavecraft_companion_protocol::{
    realtime::{Realtime, Violation, ViolationKind, times},
    session::HeardSound,
};

/// How many places are told at once; of the rest only how many there are.
const AT_ONCE: usize = 4;
/// How many places are remembered: more than a child tells of.
const MOST: usize = 256;
/// A build that was heard for fewer figures than this was too short to say that something is gone.
const SETTLED: u32 = 5;

/// What makes a place the same in another build: not its line, which moves with every edit above it.
type Name = (String, Option<String>, Option<String>);

/// What was told.
#[derive(Debug, Default)]
pub(super) struct ToldViolations {
    /// The number of the build that is heard, and how often its figures came.
    build: (u64, u32),
    /// The places of this build, and of the one before.
    here: BTreeSet<Name>,
    before: BTreeSet<Name>,
}

impl ToldViolations {
    /// The lines about what is new in the figures of this build.
    pub(super) fn news(&mut self, build: u64, realtime: &Realtime, heard: HeardSound) -> Vec<String> {
        if self.build.0 != build {
            let here = std::mem::take(&mut self.here);
            if self.build.1 >= SETTLED {
                self.before = here;
            } else {
                self.before.extend(here);
            }
            self.build = (build, 0);
        }
        self.build.1 = self.build.1.saturating_add(1);
        let mut new = Vec::new();
        for violation in &realtime.violations {
            let name = name_of(violation);
            if self.here.len() < MOST && self.here.insert(name.clone()) && !self.before.contains(&name) {
                new.push(violation);
            }
        }
        let mut lines: Vec<String> = new.iter().take(AT_ONCE).map(|violation| line(violation)).collect();
        match new.len().saturating_sub(AT_ONCE) {
            0 => {}
            more => lines.push(format!(
                "And {more} more such places: `wavecraft status` and the inspector list them all."
            )),
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(&format!(
                " You hear {}; under load this can click or drop out.",
                heard_words(heard)
            ));
        }
        lines
    }
}

fn name_of(Violation { kind, place, through, what, .. }: &Violation) -> Name {
    let place = place.as_ref().map(|place| match &place.function {
        Some(function) => format!("{} {function}", place.file),
        None => format!("{}:{}", place.file, place.line),
    });
    // The bytes of an allocation may differ from build to build; the name of a system call doesn't.
    let kind = match kind {
        ViolationKind::SystemCall => what.clone(),
        other => format!("{other:?}"),
    };
    (kind, place, through.clone())
}

fn line(violation: &Violation) -> String {
    format!("Not safe on an audio thread: {violation}, {} so far.", times(violation.count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::realtime::CodePlace;

    const PROCESSED: HeardSound = HeardSound::Processed;

    fn violation(line: u32, function: &str, count: u64) -> Violation {
        let place = CodePlace { function: Some(function.into()), file: "engine/src/lib.rs".into(), line };
        Violation {
            kind: ViolationKind::Allocation,
            what: "allocates 96 bytes".into(),
            place: Some(place),
            why_no_place: None,
            through: Some("Vec::push".into()),
            count,
            blocks: 1,
        }
    }

    fn of(violations: &[Violation]) -> Realtime {
        Realtime { watched: true, violations: violations.to_vec(), ..Realtime::default() }
    }

    #[test]
    fn each_place_is_told_once_with_what_it_means() {
        let mut told = ToldViolations::default();
        assert!(told.news(1, &of(&[]), PROCESSED).is_empty());
        let line = "Not safe on an audio thread: engine/src/lib.rs:9 in A::process allocates 96 bytes (Vec::push), 3 times so far. You hear \
                    the processed sound; under load this can click or drop out.";
        assert_eq!(told.news(1, &of(&[violation(9, "A::process", 3)]), PROCESSED), [line]);
        assert!(
            told.news(1, &of(&[violation(9, "A::process", 400)]), PROCESSED).is_empty(),
            "never in a loop"
        );
    }

    #[test]
    fn a_place_that_stays_over_a_swap_is_no_news_and_one_that_was_gone_is() {
        let mut told = ToldViolations::default();
        let place = |line| of(&[violation(line, "A::process", 1)]);
        assert_eq!(told.news(1, &place(9), PROCESSED).len(), 1);
        assert!(told.news(2, &of(&[]), PROCESSED).is_empty(), "not seen yet");
        assert!(
            told.news(3, &place(12), PROCESSED).is_empty(),
            "a few lines further down, after a build that was heard for a moment"
        );
        for _ in 0..SETTLED {
            assert!(told.news(3, &place(12), PROCESSED).is_empty());
        }
        for _ in 0..SETTLED {
            assert!(told.news(4, &of(&[]), PROCESSED).is_empty());
        }
        assert_eq!(told.news(5, &place(12), PROCESSED).len(), 1, "it was gone");
    }

    #[test]
    fn of_many_places_a_handful_is_told() {
        let mut told = ToldViolations::default();
        let many: Vec<_> = (0..64).map(|line| violation(line, &format!("f{line}"), 1)).collect();
        let lines = told.news(1, &of(&many), PROCESSED);
        assert_eq!(lines.len(), AT_ONCE + 1);
        assert!(lines[AT_ONCE].starts_with("And 60 more such places: `wavecraft status`"), "{lines:?}");
        assert!(told.news(1, &of(&many), PROCESSED).is_empty());
    }
}
