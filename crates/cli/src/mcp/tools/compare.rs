//! `compare`: what two builds, documents or sounds differ by.

use crate::mcp::{
    call::Call,
    cut,
    own_command::Commands,
    tool::{Answer, Effect, Tool},
    values::{self, Values, option, switch},
};
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars", deny_unknown_fields)]
pub(in crate::mcp) struct Compare {
    /// The one before: a git revision (`HEAD` is what was committed last), the file of a document that `wavecraft measure --json`
    /// printed, or the file of a sound.
    before: String,
    /// The one now, in the same way. The project as it is now if absent.
    after: Option<String>,
    /// A file of sound to play through both, in place of test signals.
    input: Option<String>,
    /// Values of parameters of both, by id.
    #[serde(default)]
    set: Values,
    /// The name of a preset of the project, whose values go under these.
    preset: Option<String>,
    /// They are the same if no sample differs by more than so many dB, relative to the loudest; below 0. By nothing if absent, or no
    /// more than two runs of one build.
    #[schemars(range(min = -300, max = 0))]
    tolerance: Option<f64>,
    /// Measure everything of both.
    #[serde(default)]
    full: bool,
    /// Sample rate of the test signals in Hz, 8000 to 384000. 48000 if absent.
    #[schemars(range(min = 8_000, max = 384_000))]
    rate: Option<u32>,
    /// Peak level of the test signals in dBFS, −120 to 0. −20 if absent.
    #[schemars(range(min = -120, max = 0))]
    level: Option<f64>,
    /// Frames that the processors get at once, 1 to 4096. 512 if absent.
    #[schemars(range(min = 1, max = 4_096))]
    block_size: Option<u32>,
    /// Play one channel instead of two.
    #[serde(default)]
    mono: bool,
}

/// What was found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(in crate::mcp) struct Compared {
    /// Whether they are the same within the tolerance.
    same: bool,
    /// All of it as `wavecraft compare --json` prints it, but curves: what is left when one is subtracted from the other, where, and
    /// the figures that changed.
    comparison: Value,
}

impl Compare {
    fn words(&self) -> Vec<String> {
        let mut words = vec!["compare".to_owned(), "--json".to_owned()];
        words.extend(values::words(&self.set));
        let given = [
            option("preset", self.preset.as_ref()),
            option("input", self.input.as_ref()),
            option("tolerance", self.tolerance),
            option("rate", self.rate),
            option("level", self.level),
            option("block-size", self.block_size),
            switch("mono", self.mono),
            switch("full", self.full),
        ];
        words.extend(given.into_iter().flatten());
        words.push("--".into());
        words.push(self.before.clone());
        words.extend(self.after.clone());
        words
    }
}

impl Tool for Compare {
    const NAME: &'static str = "compare";
    const TITLE: &'static str = "Compare two builds or sounds";
    const DESCRIPTION: &'static str = "Says what a change did to the sound: the same input goes through both, and what is left when one \
        is subtracted from the other is told in dB (null: −∞ is nothing), with the figures that changed. Revisions are built beside \
        the project, which stays as it is. Prove with it that a refactoring changes nothing.";
    const EFFECT: Effect = Effect::Reads;
    type Found = Compared;

    async fn run(self, commands: &Commands, call: &mut Call) -> Result<Answer<Compared>, String> {
        let said = commands.run(&self.words(), call).await?;
        let mut comparison: Value = serde_json::from_str(&said.out).map_err(|_| said.failure())?;
        let same = comparison["same"].as_bool().ok_or_else(|| said.failure())?;
        cut::curves(&mut comparison, 0);
        // They are the text, and need not be told twice.
        let lines = comparison.as_object_mut().and_then(|all| all.remove("lines")).unwrap_or_default();
        let lines: Vec<&str> = lines.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        Ok(Answer::new(lines.join("\n").trim(), Compared { same, comparison }))
    }
}
