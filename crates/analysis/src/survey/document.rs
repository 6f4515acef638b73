//! The figures of one processor, as they are kept, shown and compared.

use super::plan::Plan;
use crate::{
    compare::Comparison,
    cost::Cost,
    dynamics::{StaticCurve, Times},
    impulse::ImpulseResponse,
    latency::Latency,
    quiet::Idle,
    rise::StepResponse,
    stereo::Image,
    sweep::Swept,
    tone::Distortion,
    two_tones::Intermodulation,
    unmeasured::{Measured, Unmeasured},
};
use serde::{Deserialize, Serialize};
use wavecraft_companion_protocol::realtime::Realtime;

/// The version of [`Document`] that this crate writes. A reader refuses a newer one.
pub const DOCUMENT_VERSION: u32 = 1;

/// A processor's parameter while it was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Setting {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: f32,
    /// The value as a person reads it, with its unit.
    pub text: String,
}

/// What was measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// The project's name.
    pub name: String,
    /// The preset whose values its parameters began with, if one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Its parameters, in the chain's order.
    pub settings: Vec<Setting>,
    /// The latency that it reports, in frames; none if it can't say.
    pub reported_latency_frames: Option<usize>,
}

/// The figures. A part that is none wasn't asked for; one that couldn't be measured says why. All but [`stereo`](Self::stereo) and
/// [`against`](Self::against) are of the first channel, with the same signal on all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// See [`DOCUMENT_VERSION`].
    pub version: u32,
    /// What was measured.
    pub subject: Subject,
    /// How.
    pub plan: Plan,
    /// Why the processor couldn't be asked to the end, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// The output for silence.
    pub idle: Measured<Idle>,
    /// The latency.
    pub latency: Measured<Latency>,
    /// Response and harmonics over frequency.
    pub swept: Measured<Swept>,
    /// The distortion of each of the plan's sines.
    pub distortion: Vec<Measured<Distortion>>,
    /// The cost of the plan's blocks; of a full plan also of other sizes, the plan's first.
    pub cost: Vec<Measured<Cost>>,
    /// The cost of a silence that follows noise, in the plan's blocks: more than the cost of noise where numbers become subnormal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_of_silence: Option<Measured<Cost>>,
    /// What the sweep's answer differs by from that of an older build with the same values, and as its floor, what two answers of this one
    /// differ by; none if there was no older build to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Measured<Comparison>>,
    /// The distortion of 1 kHz at levels from −60 to 0 dBFS.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub distortion_by_level: Vec<Measured<Distortion>>,
    /// Intermodulation by SMPTE and by CCIF.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intermodulation: Vec<Measured<Intermodulation>>,
    /// Output level against input level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curve: Option<Measured<StaticCurve>>,
    /// Attack and release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<Measured<Times>>,
    /// The answer to an impulse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impulse: Option<Measured<ImpulseResponse>>,
    /// The answer to a step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Measured<StepResponse>>,
    /// What the two channels have to do with each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stereo: Option<Measured<Image>>,
    /// What was done in `process` that an audio thread must not; none if nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realtime: Option<Realtime>,
}

impl Document {
    /// The document of a processor that couldn't be asked at all, for this reason.
    #[must_use]
    pub fn stopped(plan: Plan, subject: Subject, trouble: String) -> Self {
        Self {
            version: DOCUMENT_VERSION,
            subject,
            trouble: Some(trouble),
            idle: Measured::Unmeasured(Unmeasured::Stopped),
            latency: Measured::Unmeasured(Unmeasured::Stopped),
            swept: Measured::Unmeasured(Unmeasured::Stopped),
            distortion: vec![Measured::Unmeasured(Unmeasured::Stopped); plan.sines_hz.len()],
            cost: vec![Measured::Unmeasured(Unmeasured::Stopped)],
            cost_of_silence: None,
            against: None,
            distortion_by_level: Vec::new(),
            intermodulation: Vec::new(),
            curve: None,
            times: None,
            impulse: None,
            step: None,
            stereo: None,
            realtime: None,
            plan,
        }
    }
}
