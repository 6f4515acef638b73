//! The last lines that were said of a project, and its newest build.

use std::{
    collections::VecDeque,
    time::{SystemTime, UNIX_EPOCH},
};
use wavecraft_companion_protocol::{
    browser::{GetLogResult, LogLine, MAX_LOG_LINES},
    control::ChildLog,
    session::Build,
};

/// The most bytes of all lines together.
const MAX_BYTES: usize = 64 * 1024;

/// What was said. The oldest lines go.
#[derive(Debug, Default)]
pub(super) struct Said {
    lines: VecDeque<LogLine>,
    bytes: usize,
    all: u64,
    build: Option<Build>,
}

impl Said {
    /// Keeps a line.
    pub(super) fn line(&mut self, log: &ChildLog) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let at_ms = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        self.bytes += log.line.len();
        self.all += 1;
        self.lines.push_back(LogLine { at_ms, stream: log.stream, line: log.line.clone() });
        while self.bytes > MAX_BYTES
            || self.lines.len() > usize::try_from(MAX_LOG_LINES).unwrap_or(usize::MAX)
        {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.line.len();
        }
    }

    /// Keeps a build's status in place of the one before.
    pub(super) fn build(&mut self, build: &Build) {
        self.build = Some(match build {
            Build::Failed { errors, places, .. } => {
                Build::Failed { errors: errors.clone(), places: places.clone(), coloured: None }
            }
            other => other.clone(),
        });
    }

    /// The newest lines, and the build.
    pub(super) fn newest(&self, lines: u32) -> GetLogResult {
        let wanted = usize::try_from(lines).unwrap_or(usize::MAX).min(self.lines.len());
        let lines: Vec<LogLine> = self.lines.iter().skip(self.lines.len() - wanted).cloned().collect();
        let earlier = self.all - u64::try_from(lines.len()).unwrap_or(self.all);
        GetLogResult { lines, earlier, build: self.build.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::control::LogStream;

    fn line(text: &str) -> ChildLog {
        ChildLog { session: "a".into(), stream: LogStream::Stdout, line: text.into() }
    }

    #[test]
    fn the_newest_are_told_in_their_order_and_the_others_are_counted() {
        let mut said = Said::default();
        assert_eq!(said.newest(5), GetLogResult { lines: Vec::new(), earlier: 0, build: None });
        (0..1_000).for_each(|number| said.line(&line(&number.to_string())));
        let told = said.newest(3);
        let texts: Vec<_> = told.lines.iter().map(|line| line.line.as_str()).collect();
        assert_eq!((texts, told.earlier), (vec!["997", "998", "999"], 997));
        assert_eq!(said.newest(MAX_LOG_LINES).lines.len(), 256);
    }

    #[test]
    fn long_lines_have_a_bound_too() {
        let mut said = Said::default();
        (0..100).for_each(|_| said.line(&line(&"x".repeat(8 * 1024))));
        let told = said.newest(MAX_LOG_LINES);
        assert_eq!((told.lines.len(), told.earlier), (8, 92));
    }

    #[test]
    fn a_build_is_kept_without_its_colours() {
        let mut said = Said::default();
        said.build(&Build::Building);
        let failed = |coloured| Build::Failed { errors: "no".into(), places: Vec::new(), coloured };
        said.build(&failed(Some("\u{1b}[1mno".into())));
        assert_eq!(said.newest(1).build, Some(failed(None)));
    }
}
