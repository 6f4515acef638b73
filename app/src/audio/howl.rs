//! Which project made the mix run away, and when the mix may be heard again.
//!
//! The howl mute is on the mix of all projects, and one of them is the cause. Once every project that was too loud when
//! it became active is gone, muted or bypassed, or has another source or another processor, the mix fades in by itself:
//! the others have nothing to wait for. If it runs away again, it is muted again half a second later.

use std::collections::BTreeSet;
use wavecraft_audio_core::ProjectId;

/// Full scale.
const TOO_LOUD: f32 = 1.0;

/// The last known state of the howl mute, and its causes.
#[derive(Debug)]
pub(super) struct Howl<Id = ProjectId> {
    told: bool,
    causes: BTreeSet<Id>,
}

impl<Id: Ord + Clone> Howl<Id> {
    /// A howl mute that isn't active.
    pub(super) fn new() -> Self {
        Self { told: false, causes: BTreeSet::new() }
    }

    /// Updates whether it is active. Returns whether it has just become so.
    pub(super) fn follow(&mut self, acts: bool) -> bool {
        if !acts {
            self.causes.clear();
        }
        !std::mem::replace(&mut self.told, acts) && acts
    }

    /// It has just become active, with these peaks of the projects: those above full scale are the causes, or else the
    /// loudest.
    pub(super) fn blame(&mut self, peaks: &[(Id, f32)]) {
        let loud = |(id, peak): &(Id, f32)| (*peak >= TOO_LOUD).then(|| id.clone());
        self.causes = peaks.iter().filter_map(loud).collect();
        if self.causes.is_empty() {
            let loudest = peaks.iter().max_by(|one, other| one.1.total_cmp(&other.1));
            self.causes.extend(loudest.map(|(id, _)| id.clone()));
        }
    }

    /// This project has changed. Returns whether that leaves no cause.
    pub(super) fn acquit(&mut self, id: &Id) -> bool {
        self.causes.remove(id) && self.causes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_with_the_last_of_its_causes_and_with_nobody_else() {
        let mut howl = Howl::new();
        assert!(howl.follow(true));
        howl.blame(&[("a", 0.1), ("b", 3.0), ("c", 1.5)]);
        assert!(!howl.follow(true), "told once");
        assert!(!howl.acquit(&"a"), "not the cause");
        assert!(!howl.acquit(&"b"), "not the only one");
        assert!(howl.acquit(&"c"));
        assert!(!howl.acquit(&"c"), "once");
    }

    #[test]
    fn where_only_the_sum_is_too_loud_the_loudest_is_the_cause() {
        let mut howl = Howl::new();
        howl.follow(true);
        howl.blame(&[("a", 0.7), ("b", 0.9), ("c", f32::NAN)]);
        howl.blame(&[("a", 0.7), ("b", 0.9)]);
        assert!(!howl.acquit(&"a") && howl.acquit(&"b"));
        howl.blame(&[("a", 2.0)]);
        howl.follow(false);
        assert!(!howl.acquit(&"a"), "it ended before");
    }
}
