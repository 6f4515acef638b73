//! The messages on the socketpair between the companion and a processor child, and the variable that names what a child
//! inherits.

use crate::{
    condition::Condition,
    parameter::ParameterSpec,
    processor::ProcessorSpec,
    realtime::{ChildPlace, Frame, Watching},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The environment variable that holds a [`Link`].
pub const LINK_VARIABLE: &str = "WAVECRAFT_LINK";

/// How the companion's words about a panic of the processor begin; its place and message follow.
pub const PANICKED: &str = "the processor panicked";

/// Messages from the companion to a child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ToChild {
    /// Get ready to process: create the processor, or set a new sample rate. Answered by [`FromChild::Ready`] or
    /// [`FromChild::Error`].
    Prepare {
        /// Sample rate in Hz.
        sample_rate: f32,
        /// The longest block to expect, in frames.
        max_frames: u32,
        /// Number of input channels.
        inputs: u32,
        /// Number of output channels.
        outputs: u32,
    },
    /// Blocks may arrive from now on.
    Start,
    /// No more blocks arrive; a new `prepare` may follow. A child that watches itself answers with its last
    /// [`FromChild::Violations`].
    Stop,
}

/// Messages from a child to the companion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum FromChild {
    /// The first message.
    Hello {
        /// The segment version that the child was built with.
        abi: u32,
        /// The version of `wavecraft-dev-audio` that the child was built with.
        sdk_version: String,
        /// The project's name, from its package.
        name: String,
        /// The processor's own latency in frames; 0 if the project gives none.
        latency_frames: u32,
        /// Every parameter, in the order of the segment's parameter words.
        parameters: Vec<ParameterSpec>,
        /// The ids of the processors, in order; `None` from a child built before this member existed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        processors: Option<Vec<String>>,
        /// The same processors with their names and bypasses; empty from a child built before this member existed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        chain: Vec<ProcessorSpec>,
    },
    /// Preparation succeeded.
    Ready,
    /// The child can't be prepared, or can't go on.
    Error {
        /// What happened, for the user to read.
        message: String,
    },
    /// The processor panicked; the child ends after this.
    Panic {
        /// The panic's own message.
        message: String,
        /// `file:line:column`, if known.
        location: Option<String>,
        /// The stack, if it was captured; otherwise empty.
        backtrace: String,
        /// The same stack as addresses, innermost first; empty from a child built before this member existed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        frames: Vec<Frame>,
    },
    /// What it watches of itself in `process`, if it was asked to: sent before [`FromChild::Ready`].
    Watching(Watching),
    /// What it was seen to do in `process`: the places that are new or whose counts have changed.
    Violations {
        /// The places.
        places: Vec<ChildPlace>,
        /// How often something was done at places that there was no room for, since it started.
        #[serde(default)]
        elsewhere: u64,
        /// Whether it is the answer to [`ToChild::Stop`].
        #[serde(default)]
        last: bool,
    },
    /// Those of the conditions in [`CONDITIONS_VARIABLE`](crate::condition::CONDITIONS_VARIABLE) under which it runs: sent before
    /// [`FromChild::Ready`], if it was asked for any.
    Conditions {
        /// Possibly fewer than it was asked for.
        met: Vec<Condition>,
    },
    /// Useful information that isn't an error.
    Log {
        /// The line of text.
        message: String,
    },
}

/// What a child inherits: descriptor numbers and the segment's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The companion's segment version.
    pub abi: u32,
    /// The descriptor of the segment.
    pub segment: i32,
    /// The descriptor of the child's end of the socketpair.
    pub socket: i32,
}

/// A [`Link`] that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{LINK_VARIABLE} is `{0}`, which is not `abi=…,segment=…,socket=…`")]
pub struct BadLink(String);

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "abi={},segment={},socket={}", self.abi, self.segment, self.socket)
    }
}

impl FromStr for Link {
    type Err = BadLink;

    fn from_str(text: &str) -> Result<Self, BadLink> {
        let read = || {
            let mut parts = text.split(',');
            let link = Link {
                abi: parts.next()?.strip_prefix("abi=")?.parse().ok()?,
                segment: parts.next()?.strip_prefix("segment=")?.parse().ok().filter(|fd| *fd >= 3)?,
                socket: parts.next()?.strip_prefix("socket=")?.parse().ok().filter(|fd| *fd >= 3)?,
            };
            (parts.next().is_none() && link.segment != link.socket).then_some(link)
        };
        read().ok_or_else(|| BadLink(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_survives_its_text_and_nothing_else_is_one() {
        let link = Link { abi: 1, segment: 3, socket: 4 };
        assert_eq!(link.to_string().parse(), Ok(link));
        for bad in [
            "",
            "abi=1",
            "abi=1,segment=0,socket=4",
            "abi=1,segment=3,socket=3",
            "abi=1,segment=3,socket=4,x",
        ] {
            assert!(bad.parse::<Link>().is_err(), "{bad}");
        }
    }
}
