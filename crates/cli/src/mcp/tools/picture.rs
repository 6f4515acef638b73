//! `picture`: the curves of the project as it is, to look at.

use super::measure::How;
use crate::{
    mcp::{
        call::Call,
        own_command::Commands,
        tool::{Answer, Effect, Tool},
        values::Values,
    },
    measure::{
        items,
        report::{charts, picture::png},
    },
};
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most charts of one picture: more are too small to be read.
const MOST_CHARTS: usize = 4;

/// A chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "rmcp::schemars")]
pub(in crate::mcp) enum Chart {
    /// Gain over frequency, in dB.
    Response,
    /// Phase over frequency, in degrees.
    Phase,
    /// Group delay over frequency, in ms.
    GroupDelay,
    /// Harmonics 2 to 5 over frequency, in dB.
    Harmonics,
    /// What comes out for a sine: the sine, its harmonics and the strongest alias, in dB below the sine.
    Spectrum,
    /// THD of 1 kHz over the level, in dB.
    DistortionByLevel,
    /// Output level over input level, in dBFS.
    Level,
    /// The answer to an impulse.
    Impulse,
    /// The answer to a step.
    Step,
}

impl Chart {
    fn title(self) -> &'static str {
        match self {
            Self::Response => charts::RESPONSE,
            Self::Phase => charts::PHASE,
            Self::GroupDelay => charts::GROUP_DELAY,
            Self::Harmonics => charts::HARMONICS,
            Self::Spectrum => charts::SPECTRUM,
            Self::DistortionByLevel => charts::DISTORTION_BY_LEVEL,
            Self::Level => charts::LEVEL,
            Self::Impulse => charts::IMPULSE,
            Self::Step => charts::STEP,
        }
    }

    /// Whether only a full measurement has it.
    fn is_of_full(self) -> bool {
        matches!(self, Self::DistortionByLevel | Self::Level | Self::Impulse | Self::Step)
    }
}

/// The arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars", deny_unknown_fields)]
pub(in crate::mcp) struct Picture {
    /// The charts, four at most. Response and spectrum if absent.
    #[serde(default = "usual")]
    #[schemars(length(min = 1, max = 4))]
    charts: Vec<Chart>,
    /// Values of parameters by id, as for `measure`.
    #[serde(default)]
    set: Values,
    /// The name of a preset of the project, whose values go under these.
    preset: Option<String>,
    /// Peak level of the test signals in dBFS, −120 to 0. −20 if absent.
    #[schemars(range(min = -120, max = 0))]
    level: Option<f64>,
    /// Frequencies in Hz of the sines whose spectrum is drawn. 100, 1000 and 10000 if absent.
    #[serde(default)]
    #[schemars(length(max = 16))]
    frequency: Vec<f64>,
    /// Sample rate in Hz, 8000 to 384000. 48000 if absent.
    #[schemars(range(min = 8_000, max = 384_000))]
    rate: Option<u32>,
    /// Frames that the processor gets at once, 1 to 4096. 512 if absent.
    #[schemars(range(min = 1, max = 4_096))]
    block_size: Option<u32>,
    /// Measure one channel instead of two.
    #[serde(default)]
    mono: bool,
    /// The cargo profile to build with. An optimised development profile if absent.
    profile: Option<String>,
}

fn usual() -> Vec<Chart> {
    vec![Chart::Response, Chart::Spectrum]
}

/// What was drawn.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(in crate::mcp) struct Drawn {
    /// The titles of the charts, from the top.
    charts: Vec<&'static str>,
    /// The size of the picture in bytes.
    bytes: usize,
}

impl Tool for Picture {
    const NAME: &'static str = "picture";
    const TITLE: &'static str = "Draw what the processor does";
    const DESCRIPTION: &'static str = "Builds and measures this project's processor as `measure` does, and returns a PNG of 1080 pixels \
        across with its curves, on axes with units: response and spectrum, or those that are asked for. Exact values are `measure`'s.";
    const EFFECT: Effect = Effect::Reads;
    type Found = Drawn;

    async fn run(self, commands: &Commands, call: &mut Call) -> Result<Answer<Drawn>, String> {
        let Self { charts, set, preset, level, frequency, rate, block_size, mono, profile } = self;
        if !(1..=MOST_CHARTS).contains(&charts.len()) {
            return Err(format!("`charts` has 1 to {MOST_CHARTS} charts"));
        }
        let how = How { set, preset, level, frequency, rate, block_size, mono, profile };
        let full = charts.iter().any(|chart| chart.is_of_full());
        let (document, _) = how.measured(full, commands, call).await?;
        let titles: Vec<&str> = charts.iter().map(|chart| chart.title()).collect();
        let trouble = document.trouble.clone();
        let first = items(&document).into_iter().next().map(|(_, text)| text).unwrap_or_default();
        let drawn = tokio::task::spawn_blocking(move || png(&document, &titles)).await;
        let drawn = drawn.map_err(|error| error.to_string())?;
        let (picture, titles) = drawn.map_err(|error| match &trouble {
            Some(trouble) => format!("it was not measured to the end: {trouble}"),
            None => format!("{error:#}"),
        })?;
        let mut text = match &trouble {
            Some(trouble) => format!("It was not measured to the end: {trouble}"),
            None => format!("Response: {}", first.trim()),
        };
        for chart in charts.iter().filter(|chart| !titles.contains(&chart.title())) {
            text.push_str(&format!("\n{} has no values, and isn't drawn.", chart.title()));
        }
        let found = Drawn { charts: titles, bytes: picture.len() };
        Ok(Answer { picture: Some(picture), failed: trouble.is_some(), ..Answer::new(text, found) })
    }
}
