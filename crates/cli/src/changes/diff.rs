//! Two versions of a text, as `diff -u` shows them.

use crate::terminal::{Style, paint};
use similar::{ChangeTag, TextDiff};
use std::fmt::Write;

/// How many unchanged lines are shown around a change.
const AROUND: usize = 3;

/// A heading, the differences, and an empty line. `before` is `None` for a new file.
pub(crate) fn differences(heading: &str, before: Option<&str>, after: &str, colour: bool) -> String {
    let painted = |style: Style, text: &str| paint(style, text, colour);
    let mut shown = String::new();
    // A string's capacity is its only limit, here and below.
    let _ = writeln!(shown, "{}", painted(Style::Bold, heading));
    let diff = TextDiff::from_lines(before.unwrap_or_default(), after);
    for hunk in diff.unified_diff().context_radius(AROUND).iter_hunks() {
        let _ = writeln!(shown, "{}", painted(Style::Dim, hunk.header().to_string().trim_end()));
        for change in hunk.iter_changes() {
            let (mark, style) = match change.tag() {
                ChangeTag::Delete => ("-", Some(Style::Red)),
                ChangeTag::Insert => ("+", Some(Style::Green)),
                ChangeTag::Equal => (" ", None),
            };
            let line = format!("{mark}{}", change.value().trim_end_matches('\n'));
            let _ = writeln!(shown, "{}", style.map_or(line.clone(), |style| painted(style, &line)));
        }
    }
    shown.push('\n');
    shown
}

/// How many lines come, and how many go.
pub(crate) fn lines(before: &str, after: &str) -> (usize, usize) {
    let diff = TextDiff::from_lines(before, after);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    (count(ChangeTag::Insert), count(ChangeTag::Delete))
}
