//! Runs the steps of an area, and counts their tests from the test runners' closing lines.

use crate::shell::{Cmd, say};

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Tally {
    /// Runs a command, shows its output and counts its tests. One that fails, or runs no test, counts as at least one
    /// failure.
    ///
    /// # Errors
    /// The program doesn't exist.
    pub(crate) fn step(&mut self, name: &str, command: Cmd) -> anyhow::Result<()> {
        say(name);
        let (succeeded, said) = command.shown()?;
        if !self.add(succeeded, &said) {
            say(format!("{name} ran no test: that counts as a failure"));
        }
        Ok(())
    }

    /// Adds a command's output. Returns whether a test was run, or something has failed already.
    pub(crate) fn add(&mut self, succeeded: bool, said: &str) -> bool {
        let (passed, mut failed) = said.lines().map(closing).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        let none = succeeded && passed == 0 && failed == 0;
        if failed == 0 && (!succeeded || none) {
            failed = 1;
        }
        self.passed += passed;
        self.failed += failed;
        !none
    }
}

/// The numbers of passed and failed tests in a closing line of nextest ("12 tests run: 11 passed, 1 failed"), cargo
/// test ("test result: ok. 3 passed; 0 failed"), Vitest ("Tests  8 passed (8)"), Node ("ℹ pass 8") or our own ("8
/// passed, 0 failed").
fn closing(line: &str) -> (usize, usize) {
    let line = without_colours(line);
    let words: Vec<_> = line.split([' ', ',', ';', '|']).filter(|word| !word.is_empty()).collect();
    if let ["ℹ", end @ ("pass" | "fail"), count] = words[..] {
        let count = count.parse().unwrap_or(0);
        return if end == "pass" { (count, 0) } else { (0, count) };
    }
    let ours = matches!(words[..], [_, "passed", _, "failed"]);
    let closes =
        line.contains("tests run:") || line.contains("test run:") || line.starts_with("test result:");
    if !(ours || closes || words.first() == Some(&"Tests")) {
        return (0, 0);
    }
    let before = |end: &str| {
        let counts = words.windows(2).filter(|two| two[1] == end);
        counts.filter_map(|two| two[0].parse::<usize>().ok()).sum()
    };
    (before("passed"), before("failed"))
}

fn without_colours(line: &str) -> String {
    let mut parts = line.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(succeeded: bool, said: &str) -> (usize, usize) {
        let mut tally = Tally::default();
        tally.add(succeeded, said);
        (tally.passed, tally.failed)
    }

    #[test]
    fn every_runners_closing_line_is_counted() {
        for (line, counts) in [
            ("     Summary [   0.5s] 12 tests run: 11 passed (1 slow), 1 failed, 3 skipped", (11, 1)),
            (
                "\x1b[32m     Summary\x1b[0m [ 0.0s] \x1b[1m1\x1b[0m test run: \x1b[1m1\x1b[0m \x1b[32mpassed\x1b[0m, 0 skipped",
                (1, 0),
            ),
            ("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out", (3, 0)),
            ("      Tests  2 failed | 8 passed (10)", (8, 2)),
            ("ℹ pass 8", (8, 0)),
            ("ℹ fail 2", (0, 2)),
            ("8 passed, 1 failed", (8, 1)),
        ] {
            assert_eq!(closing(line), counts, "{line}");
        }
        assert_eq!(closing("the test said: 5 passed by, 2 failed"), (0, 0));
    }

    #[test]
    fn a_command_that_fails_or_runs_nothing_is_a_failure() {
        assert_eq!(of(false, "error: it doesn't compile"), (0, 1));
        assert_eq!(of(true, "nothing to do"), (0, 1));
        assert_eq!(
            of(true, "test result: ok. 0 passed; 0 failed\ntest result: ok. 2 passed; 0 failed"),
            (2, 0)
        );
        assert_eq!(of(false, "test result: FAILED. 2 passed; 1 failed"), (2, 1));
    }
}
