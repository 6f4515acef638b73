//! The results as JUnit XML.

use super::screen;
use crate::{failure::Usage, numbers::absolute_text, offline};
use anyhow::Context;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use wavecraft_companion_check::{Document, Row, Verdict};

/// Where the file goes. Asked now rather than after the build.
///
/// # Errors
/// It isn't called .xml, or there is no such folder, or something else than a file has that name.
pub(super) fn place(path: &Path) -> anyhow::Result<PathBuf> {
    if !path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml")) {
        return Err(Usage(format!("JUnit is XML: call it {}", path.with_extension("xml").display())).into());
    }
    if path.exists() && !path.is_file() {
        return Err(Usage(format!("{} is no ordinary file: name another", path.display())).into());
    }
    offline::free_place(absolute_text(path)?, true)
}

/// Writes the file, in place of an older one.
///
/// # Errors
/// It can't be written.
pub(super) fn write(document: &Document, path: &Path) -> anyhow::Result<()> {
    let text = report(document).to_string().context("the results can't be written as XML")?;
    fs::write(path, text).with_context(|| format!("{} can't be written", path.display()))
}

fn report(document: &Document) -> Report {
    let mut suite = TestSuite::new(format!("wavecraft check {}", screen::what(document)));
    suite.add_test_cases(document.tests.iter().map(case));
    suite.add_property(("seed", document.seed.to_string().as_str()));
    let mut report = Report::new("wavecraft check");
    report.add_test_suite(suite);
    report
}

fn case(row: &Row) -> TestCase {
    let found = &row.found;
    let mut all = found.details.clone();
    all.extend([row.why.clone(), format!("again: {}", row.again)]);
    let status = match found.verdict {
        // JUnit has no warnings: what was seen is in its output.
        Verdict::Pass | Verdict::Warn => TestCaseStatus::success(),
        Verdict::Fail => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(found.told.clone()).set_description(all.join("\n"));
            status
        }
        Verdict::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(found.told.clone());
            status
        }
    };
    let mut case = TestCase::new(row.name.clone(), status);
    case.set_classname("wavecraft.check")
        .set_time(Duration::try_from_secs_f64(row.seconds).unwrap_or_default());
    let warning = if found.verdict == Verdict::Warn { "warning: " } else { "" };
    if matches!(found.verdict, Verdict::Pass | Verdict::Warn) {
        case.set_system_out(format!("{warning}{}\n{}", found.told, found.details.join("\n")));
    }
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_check::{Depth, Found, Limits};

    #[test]
    fn every_verdict_is_in_the_file_and_odd_characters_do_no_harm() {
        let row = |name: &str, verdict, told: &str| Row {
            name: name.into(),
            why: "It matters.".into(),
            found: Found { verdict, told: told.into(), details: vec!["at <48> kHz".into()] },
            again: format!("wavecraft check --only {name} --seed 1"),
            seconds: 0.5,
        };
        let document = Document {
            plugin: true,
            preset: None,
            version: 1,
            name: "demo".into(),
            seed: 1,
            depth: Depth::Standard,
            limits: Limits::default(),
            tests: vec![
                row("finite", Verdict::Fail, "NaN & \u{1b}[31m\0<x> comes out"),
                row("cost", Verdict::Warn, "dear"),
                row("mono", Verdict::Pass, "fine"),
                row("realtime", Verdict::Skipped, "not watched"),
            ],
        };
        let text = report(&document).to_string().unwrap();
        for wanted in [
            r#"tests="4""#,
            "demo, the plugin for DAWs",
            r#"failures="1""#,
            r#"name="finite" classname="wavecraft.check" time="0.500""#,
            "NaN &amp; ",
            "--only finite --seed 1",
            "<skipped message=\"not watched\"/>",
            "warning: dear",
        ] {
            assert!(text.contains(wanted), "no `{wanted}` in {text}");
        }
        assert!(!text.contains(['\u{1b}', '\0']), "{text}");
    }

    #[test]
    fn another_name_is_refused() {
        assert!(place(Path::new("check.json")).unwrap_err().to_string().contains("call it check.xml"));
        assert!(place(Path::new("/nowhere/check.xml")).is_err());
    }
}
