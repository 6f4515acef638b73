//! The results on a screen.

use wavecraft_companion_check::{Document, Row, Verdict};

/// The lines of the screen: one for each test, and more for what isn't as it should be.
pub(super) fn lines(document: &Document) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        format!("{}, checked with seed {}", what(document), document.seed),
        String::new(),
    ];
    lines.extend(document.tests.iter().flat_map(row));
    lines.extend([String::new(), summary(document)]);
    lines
}

/// What was checked: the processors as the companion plays them, or the plugin.
pub(super) fn what(document: &Document) -> String {
    if document.plugin { format!("{}, the plugin for DAWs", document.name) } else { document.name.clone() }
}

fn row(row: &Row) -> Vec<String> {
    let found = &row.found;
    let mut lines = vec![format!("  {:<9}{:<19}{}", word(found.verdict), row.name, found.told)];
    let is_bad = matches!(found.verdict, Verdict::Warn | Verdict::Fail);
    let more = found.details.iter().map(|detail| format!("{:30}{detail}", ""));
    lines.extend(more);
    if is_bad {
        lines.extend([format!("{:30}{}", "", row.why), format!("{:30}again: {}", "", row.again)]);
    }
    lines
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Warn => "warn",
        Verdict::Fail => "FAIL",
        Verdict::Skipped => "skipped",
    }
}

/// "25 tests: 22 pass, 1 warns, 1 fails, 1 is skipped".
fn summary(document: &Document) -> String {
    let count = |verdict| document.count(verdict);
    let s = |count: usize, one: &'static str, more: &'static str| if count == 1 { one } else { more };
    let (pass, warn, fail, skipped) =
        (count(Verdict::Pass), count(Verdict::Warn), count(Verdict::Fail), count(Verdict::Skipped));
    format!(
        "{} {}: {pass} {}, {warn} {}, {fail} {}, {skipped} {}",
        document.tests.len(),
        s(document.tests.len(), "test", "tests"),
        s(pass, "passes", "pass"),
        s(warn, "warns", "warn"),
        s(fail, "fails", "fail"),
        s(skipped, "is skipped", "are skipped")
    )
}
