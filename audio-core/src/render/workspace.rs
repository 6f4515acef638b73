//! Buffers that the renderer uses within one part of a callback, allocated once, each filled by one step.

use wavecraft_ring::MAX_CHANNELS;

use crate::config::PART_FRAMES;
use crate::number::size;

/// Two channels of [`PART_FRAMES`] samples.
pub(crate) struct Stereo {
    pub(crate) left: Box<[f32]>,
    pub(crate) right: Box<[f32]>,
}

impl Stereo {
    pub(crate) fn new() -> Self {
        Self { left: silence(), right: silence() }
    }

    /// The first `frames` of both channels.
    pub(crate) fn part(&self, frames: usize) -> [&[f32]; 2] {
        [&self.left[..frames], &self.right[..frames]]
    }

    /// The first `frames` of both channels, for writing.
    pub(crate) fn part_mut(&mut self, frames: usize) -> [&mut [f32]; 2] {
        [&mut self.left[..frames], &mut self.right[..frames]]
    }
}

/// All buffers for a part; the contents of each are valid from the step that fills it to the end of the part.
pub(crate) struct Workspace {
    pub(crate) microphone: Stereo,
    pub(crate) source: SourceBuffers,
    /// A processor's inputs.
    pub(crate) inputs: InputBuffers,
    /// A child's reply: its output channels, one after the other, [`PART_FRAMES`] samples each.
    pub(crate) reply: Box<[f32]>,
    pub(crate) block: BlockBuffers,
    pub(crate) heard: HeardBuffers,
    pub(crate) compared: ComparedBuffers,
    /// The mix of all projects.
    pub(crate) mix: Stereo,
}

/// A project's source.
pub(crate) struct SourceBuffers {
    /// The source's output.
    pub(crate) out: Stereo,
    /// A second source, during a crossfade.
    pub(crate) incoming: Stereo,
}

/// Processor inputs other than the source's own channels.
pub(crate) struct InputBuffers {
    /// Half the sum, for a mono processor.
    pub(crate) mono: Box<[f32]>,
    /// Never written: for channels that the source doesn't have.
    pub(crate) silence: Box<[f32]>,
}

/// A block made by a child, read where it is due.
pub(crate) struct BlockBuffers {
    pub(crate) samples: Stereo,
    /// Which frames the child made in time.
    pub(crate) valid: Box<[bool]>,
    /// The same block at another delay, during a fade between delays.
    pub(crate) other: Box<[f32]>,
}

/// The output of a project whose children fade.
pub(crate) struct HeardBuffers {
    /// What is heard instead of the children.
    pub(crate) dry: Stereo,
    /// Sum of the children's weighted sound.
    pub(crate) sum: Stereo,
    /// Sum of the children's weights: the remainder to 1 is dry.
    pub(crate) weight: Box<[f32]>,
}

/// The output of a project that is compared with another child of it.
pub(crate) struct ComparedBuffers {
    /// The child beside, over what is heard of the project without it.
    pub(crate) base: HeardBuffers,
    /// The difference of both.
    pub(crate) difference: Stereo,
    /// The frames that both made in time.
    pub(crate) valid: Box<[bool]>,
}

impl Workspace {
    pub(crate) fn new() -> Self {
        Self {
            microphone: Stereo::new(),
            source: SourceBuffers { out: Stereo::new(), incoming: Stereo::new() },
            inputs: InputBuffers { mono: silence(), silence: silence() },
            reply: vec![0.0; PART_FRAMES * size(MAX_CHANNELS)].into_boxed_slice(),
            block: BlockBuffers {
                samples: Stereo::new(),
                valid: vec![false; PART_FRAMES].into_boxed_slice(),
                other: silence(),
            },
            heard: HeardBuffers::new(),
            compared: ComparedBuffers {
                base: HeardBuffers::new(),
                difference: Stereo::new(),
                valid: vec![false; PART_FRAMES].into_boxed_slice(),
            },
            mix: Stereo::new(),
        }
    }
}

impl HeardBuffers {
    fn new() -> Self {
        Self { dry: Stereo::new(), sum: Stereo::new(), weight: silence() }
    }

    /// Empties the sum and the weights.
    pub(crate) fn clear(&mut self, frames: usize) {
        self.sum.part_mut(frames).into_iter().for_each(|channel| channel.fill(0.0));
        self.weight[..frames].fill(0.0);
    }

    /// Adds the dry sound with the remaining weight to the sum.
    pub(crate) fn fill_with_dry(&mut self, frames: usize) {
        let weight = &self.weight[..frames];
        for (sum, dry) in self.sum.part_mut(frames).into_iter().zip(self.dry.part(frames)) {
            for ((sum, dry), weight) in sum.iter_mut().zip(dry).zip(weight) {
                *sum += dry * (1.0 - weight);
            }
        }
    }
}

fn silence() -> Box<[f32]> {
    vec![0.0; PART_FRAMES].into_boxed_slice()
}
