//! `render`: a file or a signal through the project's processor, into a file.

use crate::mcp::{
    call::Call,
    own_command::Commands,
    tool::{Answer, Effect, Tool},
    values::{self, Values, option, switch},
};
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wavecraft_companion_protocol::event::Event;

/// The arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars", deny_unknown_fields)]
pub(in crate::mcp) struct Render {
    /// The sound to process: a file (WAV, FLAC, MP3, Ogg Vorbis), or a signal such as `tone:440@-20`, `sweep`, `noise`, `impulse`.
    input: String,
    /// The file to make, a WAV (32-bit float, stereo). Relative to the folder that this server runs in.
    output: String,
    /// How many seconds of the input. A signal has no end of its own, and needs it.
    seconds: Option<f64>,
    /// Go on for so many seconds after the input's end.
    tail: Option<f64>,
    /// The rate at which a signal is made, in Hz: 8000 to 384000. 48000 if absent.
    #[schemars(range(min = 8_000, max = 384_000))]
    rate: Option<u32>,
    /// Values of parameters by id.
    #[serde(default)]
    set: Values,
    /// The name of a preset of the project, whose values go under these.
    preset: Option<String>,
    /// Frames that the processor gets at once, 1 to 4096. 512 if absent.
    #[schemars(range(min = 1, max = 4_096))]
    block_size: Option<u32>,
    /// The tempo that the processor is told, in beats per minute: 20 to 999. 120 if absent.
    #[schemars(range(min = 20, max = 999))]
    tempo: Option<f64>,
    /// Replace the output if it is there.
    #[serde(default)]
    force: bool,
}

/// What was made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(crate = "rmcp::schemars")]
pub(in crate::mcp) struct Rendered {
    /// The file.
    path: String,
    /// Its length, in seconds.
    seconds: f64,
    /// Its rate, in Hz.
    sample_rate: u32,
    /// The processor's latency, which is taken out, in frames.
    latency_frames: u64,
    /// How many samples were no numbers, or far beyond what is sound.
    nonfinite: u64,
}

impl Tool for Render {
    const NAME: &'static str = "render";
    const TITLE: &'static str = "Render a sound through the processor";
    const DESCRIPTION: &'static str = "Builds this project's processor and sends a file or a test signal through it into a new WAV file. \
        Nothing is heard and no device is opened; the microphone can't be the input. A file that is there is replaced only with force.";
    const EFFECT: Effect = Effect::Writes;
    type Found = Rendered;

    async fn run(self, commands: &Commands, call: &mut Call) -> Result<Answer<Rendered>, String> {
        let mut words: Vec<String> = vec![
            "render".into(),
            "--json".into(),
            format!("--input={}", self.input),
            format!("--output={}", self.output),
        ];
        words.extend(values::words(&self.set));
        let given = [
            option("preset", self.preset.as_ref()),
            option("seconds", self.seconds),
            option("tail", self.tail),
            option("rate", self.rate),
            option("block-size", self.block_size),
            option("tempo", self.tempo),
            switch("force", self.force),
        ];
        words.extend(given.into_iter().flatten());
        let said = commands.run(&words, call).await?;
        let events = said.out.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let rendered = events.filter_map(|event| serde_json::from_value::<Event>(event).ok()).find_map(read);
        let found = rendered.filter(|_| said.code == Some(0)).ok_or_else(|| said.failure())?;
        let text = format!("{} has {:.3} s at {} Hz", found.path, found.seconds, found.sample_rate);
        Ok(Answer::new(text, found))
    }
}

fn read(event: Event) -> Option<Rendered> {
    let Event::Rendered { path, seconds, sample_rate, latency_frames, nonfinite, .. } = event else {
        return None;
    };
    let path = path.display().to_string();
    Some(Rendered { path, seconds, sample_rate, latency_frames: latency_frames.into(), nonfinite })
}
