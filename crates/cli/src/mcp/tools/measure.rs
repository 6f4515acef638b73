//! `measure`: the figures of the project as it is.

use crate::{
    mcp::{
        call::Call,
        cut,
        own_command::Commands,
        tool::{Answer, Effect, Tool},
        values::{self, Values, option, switch},
    },
    measure::items,
};
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wavecraft_companion_analysis::survey::Document;

/// How many points of a curve are told where curves are asked for.
const POINTS: usize = 200;
/// The frequencies at which the response is always told: thirds of an octave around 1 kHz.
const THIRDS: std::ops::RangeInclusive<i32> = -17..=13;

/// How it is measured, as `measure` and `picture` are told.
#[derive(Debug, Default)]
pub(super) struct How {
    pub(super) set: Values,
    pub(super) preset: Option<String>,
    pub(super) level: Option<f64>,
    pub(super) frequency: Vec<f64>,
    pub(super) rate: Option<u32>,
    pub(super) block_size: Option<u32>,
    pub(super) mono: bool,
    pub(super) profile: Option<String>,
}

impl How {
    /// The words of the command.
    pub(super) fn words(&self, full: bool) -> Vec<String> {
        let mut words = vec!["measure".to_owned(), "--json".to_owned()];
        words.extend(values::words(&self.set));
        words.extend(self.frequency.iter().map(|hz| format!("--frequency={hz}")));
        let given = [
            option("preset", self.preset.as_ref()),
            option("level", self.level),
            option("rate", self.rate),
            option("block-size", self.block_size),
            option("profile", self.profile.as_ref()),
            switch("mono", self.mono),
            switch("full", full),
        ];
        words.extend(given.into_iter().flatten());
        words
    }

    /// Measures, and returns the document in both forms.
    pub(super) async fn measured(
        &self,
        full: bool,
        commands: &Commands,
        call: &mut Call,
    ) -> Result<(Document, Value), String> {
        if self.frequency.len() > 16 {
            return Err("`frequency` has 16 frequencies at most".into());
        }
        let said = commands.run(&self.words(full), call).await?;
        // One that was not measured to the end has a document too.
        let unreadable = || said.failure();
        let value: Value = serde_json::from_str(&said.out).map_err(|_| unreadable())?;
        let document = serde_json::from_value(value.clone()).map_err(|_| unreadable())?;
        Ok((document, value))
    }
}

/// The arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars", deny_unknown_fields)]
pub(in crate::mcp) struct Measure {
    /// Measure everything: also dynamics, intermodulation, impulse, step, tail, stereo, and cost by the size of blocks.
    #[serde(default)]
    full: bool,
    /// Tell the curves too, 200 points of each. The response at thirds of an octave is told in any case.
    #[serde(default)]
    curves: bool,
    /// Values of parameters by id: a number in the parameter's own unit, true or false, or a choice's name. The others have their
    /// defaults.
    #[serde(default)]
    set: Values,
    /// The name of a preset of the project, whose values go under these.
    preset: Option<String>,
    /// Peak level of the test signals in dBFS, −120 to 0. −20 if absent: what isn't linear is another processor at another level.
    #[schemars(range(min = -120, max = 0))]
    level: Option<f64>,
    /// Frequencies in Hz at which distortion is measured. 100, 1000 and 10000 if absent.
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

/// What was measured.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(crate = "rmcp::schemars")]
pub(in crate::mcp) struct Measured {
    /// The figures in words, the response first.
    figures: Vec<Figure>,
    /// The response at thirds of an octave, as far as it was measured.
    response: Vec<Point>,
    /// Why the processor could not be measured to the end; then the figures are those from before.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
    /// All of it as `wavecraft measure --json` prints it (docs/measurements.md), but the curves: a figure is {"value": …} or
    /// {"unmeasured": {"why": …}}.
    document: Value,
    /// The curves of the document that are left out, or have fewer points than were measured.
    shortened: Vec<String>,
}

/// A figure in words.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Figure {
    /// What it is. Empty if it belongs to the one before.
    name: String,
    /// The figure with its unit, or why it isn't there.
    text: String,
}

/// A point of the response.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Point {
    /// The frequency, in Hz.
    hz: f64,
    /// The gain there, in dB.
    db: f64,
}

impl Tool for Measure {
    const NAME: &'static str = "measure";
    const TITLE: &'static str = "Measure the processor";
    const DESCRIPTION: &'static str = "Builds this project's processor as it is now and measures it: frequency response, distortion, \
        aliasing, latency found against reported, noise with silent input, cost in ns a frame and % of a core, and what it does in \
        `process` that an audio thread must not. Nothing is heard and no device is opened. Takes the build and about a second.";
    const EFFECT: Effect = Effect::Reads;
    type Found = Measured;

    async fn run(self, commands: &Commands, call: &mut Call) -> Result<Answer<Measured>, String> {
        let Self { full, curves, set, preset, level, frequency, rate, block_size, mono, profile } = self;
        let how = How { set, preset, level, frequency, rate, block_size, mono, profile };
        let (document, mut value) = how.measured(full, commands, call).await?;
        let shortened = cut::curves(&mut value, if curves { POINTS } else { 0 });
        let figures: Vec<Figure> = items(&document)
            .into_iter()
            .map(|(name, text)| Figure { name, text: text.trim().to_owned() })
            .collect();
        let mut text = String::new();
        if let Some(trouble) = &document.trouble {
            text.push_str(&format!("It was not measured to the end: {trouble}\n"));
        }
        for Figure { name, text: figure } in &figures {
            text.push_str(&format!("{name:<13}{figure}\n"));
        }
        let trouble = document.trouble.clone();
        let failed = trouble.is_some();
        let found = Measured { figures, response: thirds(&document), trouble, document: value, shortened };
        Ok(Answer { failed, ..Answer::new(text, found) })
    }
}

/// The response at thirds of an octave, each at the nearest frequency that was measured.
fn thirds(document: &Document) -> Vec<Point> {
    let Some(swept) = document.swept.value() else { return Vec::new() };
    let response = &swept.response;
    let last = response.frequency_hz.last().copied().unwrap_or_default();
    THIRDS
        .map(|third| 1_000.0 * 2.0_f64.powf(f64::from(third) / 3.0))
        .filter(|hz| *hz <= last)
        .filter_map(|wanted| {
            let at = response.frequency_hz.partition_point(|hz| *hz < wanted);
            let nearest = [at.checked_sub(1), Some(at)].into_iter().flatten().filter_map(|at| {
                Some((*response.frequency_hz.get(at)?, response.magnitude_db.get(at)?.db()))
            });
            let (hz, db) = nearest
                .min_by(|(one, _), (other, _)| (one - wanted).abs().total_cmp(&(other - wanted).abs()))?;
            let rounded = |value: f64, steps: f64| (value * steps).round() / steps;
            db.is_finite().then(|| Point { hz: rounded(hz, 10.0), db: rounded(db, 1_000.0) })
        })
        .collect()
}
