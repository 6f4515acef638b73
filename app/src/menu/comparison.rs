//! A project's submenu of the builds that can be heard.

use super::model::{Action, Entry};
use crate::session::SessionId;
use wavecraft_companion_protocol::{
    comparison::{Compare, Comparison, ComparisonState, Hear, HeardBuild},
    words::gain,
};

/// The most older builds that are offered by their numbers.
const MOST_BUILDS: usize = 8;

/// The submenu; nothing while there is no older build.
pub(super) fn entries(id: &SessionId, comparison: &Comparison) -> Vec<Entry> {
    let Some(before) = comparison.before.or(comparison.builds.first().copied()) else { return Vec::new() };
    let key = |name: &str| format!("{id}/compare/{name}");
    let ask = |wanted: Compare| Action::Compare(id.clone(), wanted);
    let hear = |name: &str, label: String, hear: Hear, heard: HeardBuild| {
        let action = ask(Compare { hear: Some(hear), ..Compare::default() });
        Entry::check(key(name), label, comparison.hear == heard, action)
    };
    let after = comparison.after.map_or_else(String::new, |after| format!(": Build {after}"));
    let mut entries = vec![
        hear("after", format!("After{after}"), Hear::After, HeardBuild::After),
        hear("before", format!("Before: Build {before}"), Hear::Before, HeardBuild::Before),
        hear("difference", "Difference".into(), Hear::Difference, HeardBuild::Difference),
        Entry::separator(key("-")),
        Entry::check(
            key("match"),
            match comparison.match_db {
                Some(match_db) => format!("Match Levels ({})", gain(match_db)),
                None => "Match Levels".into(),
            },
            comparison.matched,
            ask(Compare { matched: Some(!comparison.matched), ..Compare::default() }),
        ),
    ];
    let others = comparison.builds.iter().filter(|build| **build != before).take(MOST_BUILDS);
    entries.extend(others.map(|build| {
        let wanted = Compare { hear: Some(Hear::Before), with: Some(*build), ..Compare::default() };
        Entry::button(key(&format!("build {build}")), &format!("Hear Build {build}"), ask(wanted))
    }));
    if comparison.state != ComparisonState::None {
        entries.push(Entry::separator(key("--")));
        entries.extend(comparison.cost.map(|cost| {
            let memory = cost.memory_bytes.map(|bytes| format!("{} MB and ", bytes.div_ceil(1_000_000)));
            let load = format!("{:.1} % of the Time", cost.load * 100.0);
            Entry::text(key("cost"), format!("Build {before} Costs {}{load}", memory.unwrap_or_default()))
        }));
        let end = Action::EndComparison(id.clone());
        entries.push(Entry::button(key("end"), &format!("End Build {before}"), end));
    }
    let label = match comparison.hear {
        _ if comparison.state == ComparisonState::Starting => format!("Compare: Starting Build {before}"),
        HeardBuild::After => "Compare".into(),
        HeardBuild::Before => format!("Compare: Before (Build {before})"),
        HeardBuild::Difference => "Compare: Difference".into(),
        HeardBuild::Blind => "Compare: Blind Test".into(),
    };
    vec![Entry::submenu(key("menu"), &label, entries)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::menu::reading::read;
    use wavecraft_companion_protocol::comparison::BesideCost;

    fn shown(comparison: &Comparison) -> Vec<String> {
        read(&entries(&"demo-1".to_owned(), comparison))
    }

    #[test]
    fn without_an_older_build_there_is_nothing_to_compare() {
        assert_eq!(shown(&Comparison { after: Some(1), ..Comparison::default() }), Vec::<String>::new());
    }

    #[test]
    fn the_older_build_can_be_heard_matched_and_ended_and_its_cost_is_said() {
        let comparison = Comparison {
            hear: HeardBuild::Before,
            state: ComparisonState::On,
            after: Some(4),
            before: Some(3),
            builds: vec![3, 2],
            matched: true,
            match_db: Some(-1.2),
            cost: Some(BesideCost { load: 0.004, memory_bytes: Some(4_194_304) }),
            ..Comparison::default()
        };
        assert_eq!(
            shown(&comparison),
            [
                "[Compare: Before (Build 3)…]",
                "  [After: Build 4]",
                "  [Before: Build 3] ✓",
                "  [Difference]",
                "  -",
                "  [Match Levels (−1.2 dB)] ✓",
                "  [Hear Build 2]",
                "  -",
                "  Build 3 Costs 5 MB and 0.4 % of the Time",
                "  [End Build 3]",
            ]
        );
        let blind = Comparison { hear: HeardBuild::Blind, ..comparison };
        let shown = shown(&blind);
        assert_eq!(shown[0], "[Compare: Blind Test…]");
        assert!(shown[1..4].iter().all(|line| !line.ends_with('✓')), "{shown:?}");
    }

    #[test]
    fn an_older_build_that_is_not_alive_can_be_started() {
        let comparison = Comparison { after: Some(3), builds: vec![2, 1], ..Comparison::default() };
        let shown = shown(&comparison);
        assert_eq!(shown[0], "[Compare…]");
        assert!(
            shown.contains(&"  [Before: Build 2]".to_owned())
                && shown.contains(&"  [Hear Build 1]".to_owned())
        );
        assert!(!shown.iter().any(|line| line.contains("End Build")), "{shown:?}");
    }
}
