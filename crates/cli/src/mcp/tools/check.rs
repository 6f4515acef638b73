//! `check`: what of the project breaks in the field.

use crate::mcp::{
    call::Call,
    own_command::Commands,
    tool::{Answer, Effect, Tool},
    values::{option, switch},
};
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars", deny_unknown_fields)]
pub(in crate::mcp) struct Check {
    /// Run only the tests of these names. All of them if absent.
    #[serde(default)]
    only: Vec<String>,
    /// Leave out the tests of these names.
    #[serde(default)]
    skip: Vec<String>,
    /// Everything random comes from it: the same seed does the same again. 1 if absent.
    seed: Option<u64>,
    /// The name of a preset of the project, whose values are in place of the defaults.
    preset: Option<String>,
    /// A git revision with the parameters that were released, to compare them with those of now.
    against: Option<String>,
    /// Check the plugin that `wavecraft bundle` makes, run as a DAW runs it, in place of what the companion plays. Not with `against`.
    #[serde(default)]
    plugin: bool,
    /// Try less: a minute of audio in the long run.
    #[serde(default)]
    quick: bool,
    /// Try more: an hour of audio in the long run, and more random values.
    #[serde(default)]
    full: bool,
}

/// What was found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(in crate::mcp) struct Checked {
    /// Whether no test fails.
    passed: bool,
    /// All of it as `wavecraft check --json` prints it: each test with its verdict ("pass", "warn", "fail", "skipped"), what was seen, why
    /// it matters, and the words that do it again.
    results: Value,
}

impl Tool for Check {
    const NAME: &'static str = "check";
    const TITLE: &'static str = "Check the processor";
    const DESCRIPTION: &'static str = "Builds this project's processor and tries what breaks in the field: sizes of blocks, rates, parameters at \
        their ends and at random, NaN and silence put in, reset, two instances, long runs, latency as reported, work that an audio thread \
        must not do. Each test has a verdict with its reason. A crash or a hang is a verdict too. Takes the build and some seconds.";
    const EFFECT: Effect = Effect::Reads;
    type Found = Checked;

    async fn run(self, commands: &Commands, call: &mut Call) -> Result<Answer<Checked>, String> {
        let mut words = vec!["check".to_owned(), "--json".to_owned()];
        words.extend(self.only.iter().map(|name| format!("--only={name}")));
        words.extend(self.skip.iter().map(|name| format!("--skip={name}")));
        let given = [
            option("seed", self.seed),
            option("preset", self.preset.as_ref()),
            option("against", self.against.as_ref()),
            switch("plugin", self.plugin),
            switch("quick", self.quick),
            switch("full", self.full),
        ];
        words.extend(given.into_iter().flatten());
        let said = commands.run(&words, call).await?;
        let results: Value = serde_json::from_str(&said.out).map_err(|_| said.failure())?;
        let tests = results["tests"].as_array().ok_or_else(|| said.failure())?;
        let text = tests.iter().map(in_words).collect::<String>();
        let passed = tests.iter().all(|test| test["verdict"] != "fail");
        Ok(Answer::new(text.trim_end(), Checked { passed, results }))
    }
}

/// A test's line; of one that isn't as it should be, with why it matters and how to see it again.
fn in_words(test: &Value) -> String {
    let of = |member: &str| test[member].as_str().unwrap_or_default();
    let mut text = format!("{:<9}{:<19}{}\n", of("verdict"), of("name"), of("told"));
    if matches!(of("verdict"), "fail" | "warn") {
        let details = test["details"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for more in details.chain([of("why"), of("again")]).filter(|more| !more.is_empty()) {
            text.push_str(&format!("{:28}{more}\n", ""));
        }
    }
    text
}
