//! `log`: what the running project said last.

use crate::mcp::{
    call::Call,
    own_command::Commands,
    page::{NOT_RUNNING, Page},
    tool::{Answer, Effect, Tool},
};
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wavecraft_companion_protocol::{
    browser::{GetLog, LogLine, MAX_LOG_LINES},
    control::LogStream,
    session::Build,
};

/// The most letters of a line, and the most bytes of a compiler's words.
const MOST_LETTERS: usize = 1_000;
const MOST_ERRORS: usize = 24 * 1024;

/// The arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars", deny_unknown_fields)]
pub(in crate::mcp) struct Log {
    /// How many of the last lines, 1 to 256. 50 if absent.
    #[serde(default = "usual")]
    #[schemars(range(min = 1, max = 256))]
    lines: u32,
}

fn usual() -> u32 {
    50
}

/// What was said.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(crate = "rmcp::schemars")]
pub(in crate::mcp) struct Said {
    /// The lines, oldest first.
    lines: Vec<Line>,
    /// How many lines came before these.
    earlier: u64,
    /// How the last build after a change went: "building", "ok" or "failed". Absent if nothing was changed since the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    build: Option<&'static str>,
    /// What the compiler said, if that build failed. What is heard is the build before.
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<String>,
}

/// A line.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(crate = "rmcp::schemars")]
struct Line {
    /// When it came, in milliseconds since the beginning of 1970, UTC.
    at_ms: u64,
    /// Who said it: "stdout" and "stderr" are the processor's, "message" is the companion's word on the project.
    from: &'static str,
    /// The line.
    text: String,
}

impl From<LogLine> for Line {
    fn from(LogLine { at_ms, stream, line }: LogLine) -> Self {
        let from = match stream {
            LogStream::Stdout => "stdout",
            LogStream::Stderr => "stderr",
            LogStream::Message => "message",
        };
        Self { at_ms, from, text: line.chars().take(MOST_LETTERS).collect() }
    }
}

impl Tool for Log {
    const NAME: &'static str = "log";
    const TITLE: &'static str = "What was said last";
    const DESCRIPTION: &'static str = "The last lines of the running `wavecraft start` of this folder: what the processor printed, what the \
        companion says of it (crashes, panics with their place, too slow), and the compiler's errors if the last change didn't build.";
    const EFFECT: Effect = Effect::Reads;
    type Found = Said;

    async fn run(self, commands: &Commands, _: &mut Call) -> Result<Answer<Said>, String> {
        if !(1..=MAX_LOG_LINES).contains(&self.lines) {
            return Err(format!("`lines` is 1 to {MAX_LOG_LINES}"));
        }
        let page = Page::open(&commands.paths()?, &commands.project()?).await?;
        let log = page.ok_or(NOT_RUNNING)?.call(&GetLog { lines: self.lines }).await?;
        let (build, errors) = match log.build {
            Some(Build::Building) => (Some("building"), None),
            Some(Build::Ok { .. }) => (Some("ok"), None),
            Some(Build::Failed { mut errors, .. }) => {
                errors.truncate(errors.floor_char_boundary(MOST_ERRORS));
                (Some("failed"), Some(errors))
            }
            None => (None, None),
        };
        let lines: Vec<Line> = log.lines.into_iter().map(Line::from).collect();
        let mut text: String = lines.iter().map(|line| format!("{}: {}\n", line.from, line.text)).collect();
        if let Some(errors) = &errors {
            text.push_str(&format!(
                "The last change doesn't build; what is heard is the build before:\n{errors}"
            ));
        }
        if text.is_empty() {
            text.push_str("Nothing was said yet.");
        }
        Ok(Answer::new(text, Said { lines, earlier: log.earlier, build, errors }))
    }
}
