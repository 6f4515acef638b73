//! What is agreed with a child before the first block: hello → prepare → ready, the same for playing and for rendering.

use super::reasons;
use crate::units::rate_as_f32;
use std::mem;
use wavecraft_companion_protocol::{
    child::{FromChild, ToChild},
    parameter::{self, ParameterSpec},
    processor::ProcessorSpec,
};
use wavecraft_ring::{ABI_VERSION, HostRing, ParameterWriter};

/// What a child is prepared for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// In Hz.
    pub sample_rate: u32,
    /// The most frames in a block.
    pub max_frames: u32,
    pub inputs: u32,
    pub outputs: u32,
}

/// What a ready child said about itself, and the means of reaching it.
#[derive(Debug)]
pub(crate) struct Agreed {
    pub ring: HostRing,
    pub writer: ParameterWriter,
    pub specs: Vec<ParameterSpec>,
    /// The processors that the parameters belong to.
    pub processors: Vec<ProcessorSpec>,
    /// The latency that it reports.
    pub latency_frames: u32,
}

/// What to do after a child's message.
#[derive(Debug)]
pub(crate) enum Step {
    /// Nothing.
    Nothing,
    /// It said hello: send it this message next.
    Prepare(ToChild),
    /// It is prepared.
    Ready(Box<Agreed>),
    /// It can't work, for this reason.
    Unfit(String),
    /// It panicked, and will end. `words` say how.
    Panicked { words: String, backtrace: String },
    /// Output that the user may want to read.
    Log(String),
}

/// The progress of one child's handshake.
#[derive(Debug)]
pub(crate) struct Handshake(Stage);

#[derive(Debug)]
enum Stage {
    /// Its `hello` is awaited.
    Hello(Box<(HostRing, ParameterWriter)>),
    /// It was told to prepare: its `ready` is awaited.
    Ready(Box<Agreed>),
    Done,
}

impl Handshake {
    /// A handshake that has nothing left to agree on: the child may still say how it ends.
    pub(crate) fn over() -> Self {
        Self(Stage::Done)
    }

    /// The handshake with a child that was launched on a segment.
    pub(crate) fn new(ring: HostRing, writer: ParameterWriter) -> Self {
        Self(Stage::Hello(Box::new((ring, writer))))
    }

    /// Handles a message. One that comes twice, or too early, is ignored: what was agreed stays.
    pub(crate) fn hear(&mut self, message: FromChild, terms: &Terms) -> Step {
        match message {
            FromChild::Hello { abi, .. } if abi != ABI_VERSION => Step::Unfit(reasons::other_sdk(abi)),
            FromChild::Hello { latency_frames, parameters: specs, chain: processors, .. } => {
                if let Err(bad) = parameter::check_set(&specs) {
                    return Step::Unfit(bad.to_string());
                }
                match mem::replace(&mut self.0, Stage::Done) {
                    Stage::Hello(side) => {
                        let (ring, writer) = *side;
                        self.0 = Stage::Ready(Box::new(Agreed {
                            ring,
                            writer,
                            specs,
                            processors,
                            latency_frames,
                        }));
                        Step::Prepare(ToChild::Prepare {
                            sample_rate: rate_as_f32(terms.sample_rate),
                            max_frames: terms.max_frames,
                            inputs: terms.inputs,
                            outputs: terms.outputs,
                        })
                    }
                    other => self.stay(other),
                }
            }
            FromChild::Ready => match mem::replace(&mut self.0, Stage::Done) {
                Stage::Ready(agreed) => Step::Ready(agreed),
                other => self.stay(other),
            },
            FromChild::Error { message } => Step::Unfit(reasons::older_sdk_said(&message).unwrap_or(message)),
            FromChild::Panic { message, location, backtrace, .. } => {
                let place = location.map_or_else(String::new, |location| format!(" at {location}"));
                Step::Panicked { words: format!("the processor panicked{place}: {message}"), backtrace }
            }
            FromChild::Log { message } => Step::Log(message),
            FromChild::Watching(_) | FromChild::Violations { .. } | FromChild::Conditions { .. } => {
                Step::Nothing
            }
        }
    }

    fn stay(&mut self, stage: Stage) -> Step {
        self.0 = stage;
        Step::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::child::PANICKED;
    use wavecraft_ring::Geometry;

    const TERMS: Terms = Terms { sample_rate: 48_000, max_frames: 64, inputs: 2, outputs: 2 };

    fn hello(abi: u32, latency_frames: u32) -> FromChild {
        FromChild::Hello {
            abi,
            sdk_version: "1.2.3".into(),
            name: "gain".into(),
            latency_frames,
            parameters: Vec::new(),
            processors: Default::default(),
            chain: Vec::new(),
        }
    }

    fn handshake() -> Handshake {
        let side = wavecraft_ring::create(Geometry::new(64, 2, 2).unwrap(), 1).unwrap();
        Handshake::new(side.ring, side.parameters)
    }

    #[test]
    fn it_goes_one_way_and_nothing_said_twice_changes_it() {
        let mut handshake = handshake();
        assert!(matches!(handshake.hear(FromChild::Ready, &TERMS), Step::Nothing), "too early");
        let Step::Prepare(ToChild::Prepare { max_frames: 64, .. }) =
            handshake.hear(hello(ABI_VERSION, 7), &TERMS)
        else {
            panic!("it is to be prepared")
        };
        assert!(matches!(handshake.hear(hello(ABI_VERSION, 9), &TERMS), Step::Nothing));
        let Step::Ready(agreed) = handshake.hear(FromChild::Ready, &TERMS) else { panic!("it is ready") };
        assert_eq!(agreed.latency_frames, 7);
        assert!(matches!(handshake.hear(FromChild::Ready, &TERMS), Step::Nothing));
    }

    #[test]
    fn another_segment_is_no_use_and_what_to_do_is_said() {
        for (abi, advice) in
            [(ABI_VERSION - 1, "Run `wavecraft update`"), (ABI_VERSION + 1, "Update the companion")]
        {
            let Step::Unfit(reason) = handshake().hear(hello(abi, 0), &TERMS) else {
                panic!("it can't work")
            };
            assert!(reason.contains(advice) && reason.contains(&format!("version {abi}")), "{reason}");
        }
    }

    /// Word for word what the SDK of version 1 says, which can't be changed any more.
    #[test]
    fn an_sdk_of_the_first_version_gets_the_same_advice() {
        let message = "the companion speaks version 2 of the audio link, and this project was built with \
                       wavecraft-dev-audio 0.1.0, which speaks version 1: update the project's dependency \
                       wavecraft-dev-audio, then build the project again";
        let said = |message: &str| {
            let step = handshake().hear(FromChild::Error { message: message.into() }, &TERMS);
            let Step::Unfit(reason) = step else { panic!("it can't work") };
            reason
        };
        assert_eq!(said(message), reasons::other_sdk(1));
        assert_eq!(said("update the project's dependency"), "update the project's dependency");
    }

    #[test]
    fn the_words_of_a_panic_begin_as_the_command_knows_them() {
        let panic = FromChild::Panic {
            message: "oh no".into(),
            location: Some("src/lib.rs:3:9".into()),
            backtrace: String::new(),
            frames: Vec::new(),
        };
        let Step::Panicked { words, .. } = Handshake::over().hear(panic, &TERMS) else { panic!("words") };
        assert_eq!(words, format!("{PANICKED} at src/lib.rs:3:9: oh no"));
    }
}
