//! Commands from the control side to the renderer.

use std::mem::discriminant;

use crate::input::MatchedInput;
use crate::record::RecordingTap;
use crate::render::link::Link;
use crate::render::probe::Probe;
use crate::render::project::Project;
use crate::snapshot::{Comparing, Mode, OnBypass, ProjectId};
use crate::source::Generator;
use crate::time::TimeChange;

/// Control side → renderer. Everything that owns memory is boxed, so that moving a command never allocates.
pub(crate) enum Command {
    Add(Box<Project>),
    Remove(ProjectId),
    Link(ProjectId, Box<Link>),
    Unlink(ProjectId),
    /// A child beside the newest.
    Beside(ProjectId, Box<Link>),
    /// The generation that stays beside the newest when it is replaced.
    Keep(ProjectId, Option<u32>),
    ClearBeside(ProjectId),
    Compare(ProjectId, Option<Comparing>),
    Reset(ProjectId),
    /// With the number of the change.
    Time(TimeChange, u32),
    /// Whether its children are told the time.
    Timed(ProjectId, bool),
    Source(ProjectId, Box<Generator>),
    /// The frames of a file to loop; all of them if there are none.
    Loop(ProjectId, Option<[u64; 2]>),
    /// The frame of a file to play on from.
    Seek(ProjectId, u64),
    Gain(ProjectId, f32),
    Muted(ProjectId, bool),
    Bypassed(ProjectId, bool),
    OnBypass(ProjectId, OnBypass),
    /// With the number of the request: see `render::direct`.
    Mode(ProjectId, Mode, u32),
    /// A recording begins, or ends.
    Record(ProjectId, Option<Box<RecordingTap>>),
    Input(Option<Box<MatchedInput>>),
    ClearHowl,
    Measure(Box<Probe>),
    StopMeasuring,
    FadeOut,
    /// Continue on another output, with callbacks of this many frames.
    Resume(u32),
}

impl Command {
    /// Whether this makes `older`, which the renderer hasn't seen yet, unnecessary.
    pub(crate) fn replaces(&self, older: &Self) -> bool {
        match (self, older) {
            (Self::Source(id, _), Self::Source(other, _))
            | (Self::Loop(id, _), Self::Loop(other, _))
            | (Self::Seek(id, _), Self::Seek(other, _))
            | (Self::Gain(id, _), Self::Gain(other, _))
            | (Self::Muted(id, _), Self::Muted(other, _))
            | (Self::Reset(id), Self::Reset(other))
            | (Self::Bypassed(id, _), Self::Bypassed(other, _))
            | (Self::Keep(id, _), Self::Keep(other, _))
            | (Self::Compare(id, _), Self::Compare(other, _))
            | (Self::OnBypass(id, _), Self::OnBypass(other, _))
            | (Self::Timed(id, _), Self::Timed(other, _))
            | (Self::Mode(id, ..), Self::Mode(other, ..)) => id == other,
            (Self::ClearHowl, Self::ClearHowl) => true,
            (Self::Time(change, _), Self::Time(older, _)) => discriminant(change) == discriminant(older),
            _ => false,
        }
    }
}
