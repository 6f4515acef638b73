//! The keys that hear an older build, or what the newest differs by from it.

use super::{session::RunningSession, state::Start};
use crate::companion::QUICK;
use wavecraft_companion_protocol::{
    comparison::{Compare, Comparison, ComparisonState, Hear, HeardBuild},
    control::SetComparison,
};

impl Start {
    /// Hears the build before, or the newest again.
    pub(super) async fn toggle_before(&mut self, session: &mut RunningSession) {
        let is_on = heard(session) == HeardBuild::Before;
        self.hear(if is_on { Hear::After } else { Hear::Before }, session).await;
    }

    /// Hears what the newest build differs by from the one before, or the newest again.
    pub(super) async fn toggle_difference(&mut self, session: &mut RunningSession) {
        let is_on = heard(session) == HeardBuild::Difference;
        self.hear(if is_on { Hear::After } else { Hear::Difference }, session).await;
    }

    async fn hear(&mut self, hear: Hear, session: &mut RunningSession) {
        let wanted = Compare { hear: Some(hear), ..Compare::default() };
        let params = SetComparison { session: session.name.clone(), wanted };
        if self.carry_out(&params, QUICK).await.is_none() {
            return;
        }
        let comparison = session.stats.as_mut().and_then(|stats| stats.comparison.as_mut());
        self.report.say(&told(hear, comparison.as_deref()));
        if let Some(comparison) = comparison.filter(|comparison| is_alive(comparison)) {
            comparison.hear = match hear {
                Hear::After => HeardBuild::After,
                Hear::Before => HeardBuild::Before,
                Hear::Difference => HeardBuild::Difference,
            };
        }
        self.show_live(session);
    }
}

fn heard(session: &RunningSession) -> HeardBuild {
    let comparison = session.stats.as_ref().and_then(|stats| stats.comparison.as_ref());
    comparison.map(|comparison| comparison.hear).unwrap_or_default()
}

/// Can the older build be heard at once?
fn is_alive(comparison: &Comparison) -> bool {
    matches!(comparison.state, ComparisonState::Kept | ComparisonState::On)
}

/// What is heard now, and the key that goes back.
fn told(hear: Hear, comparison: Option<&Comparison>) -> String {
    let builds = comparison
        .filter(|comparison| is_alive(comparison))
        .and_then(|comparison| Some((comparison.after?, comparison.before?)));
    match (hear, builds) {
        (Hear::After, Some((after, _))) => format!("You hear the newest build again, build {after}."),
        (Hear::After, None) => "You hear the newest build.".into(),
        (Hear::Before, Some((after, before))) => {
            format!("You hear the build before, build {before}. x goes back to build {after}.")
        }
        (Hear::Difference, Some((after, before))) => {
            format!(
                "You hear what build {after} differs by from build {before}. f goes back to build {after}."
            )
        }
        (_, None) => "The build before is being started. The line below says when you hear it.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_says_what_is_heard_and_what_goes_back() {
        let alive = Comparison {
            state: ComparisonState::Kept,
            after: Some(4),
            before: Some(3),
            ..Comparison::default()
        };
        assert_eq!(
            told(Hear::Before, Some(&alive)),
            "You hear the build before, build 3. x goes back to build 4."
        );
        assert_eq!(
            told(Hear::Difference, Some(&alive)),
            "You hear what build 4 differs by from build 3. f goes back to build 4."
        );
        assert_eq!(told(Hear::After, Some(&alive)), "You hear the newest build again, build 4.");
        for gone in [None, Some(&Comparison { state: ComparisonState::Starting, ..alive.clone() })] {
            assert!(told(Hear::Before, gone).contains("being started"), "{gone:?}");
            assert_eq!(told(Hear::After, gone), "You hear the newest build.");
        }
    }
}
