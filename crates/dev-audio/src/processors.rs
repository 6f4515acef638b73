//! A chain without the Companion around it: for a program that runs it itself, such as a plugin's library.

use wavecraft::Transport;
use wavecraft_companion_protocol::{parameter::ParameterSpec, processor::ProcessorSpec};

use crate::chain::{Chain, Planned};
use crate::describe::{Description, as_json};
use crate::dev_audio::DevAudio;

/// The processors of a [`DevAudio`], described and not created yet.
pub struct DescribedProcessors {
    /// The name of the project.
    pub name: String,
    /// By how many frames the output lags behind the input.
    pub latency_frames: u32,
    /// All parameters in the order of the processors, with the ids, ranges and names that pages use.
    pub parameters: Vec<ParameterSpec>,
    /// The processors that they belong to, as pages know them.
    pub chain: Vec<ProcessorSpec>,
    planned: Vec<Planned>,
}

impl DevAudio {
    /// Describes the processors, for a program that runs them itself. They get the same parameters as in the Companion.
    ///
    /// # Errors
    /// A message for the user, when a processor can't be described or its parameters are rejected: two with one id, say.
    pub fn into_processors(self) -> Result<DescribedProcessors, String> {
        let Description { name, latency_frames, parameters, chain, planned } = Description::of(self.0)?;
        Ok(DescribedProcessors { name, latency_frames, parameters, chain, planned })
    }

    /// What `--describe` prints: the name, the latency, the parameters and the processors as JSON.
    ///
    /// # Errors
    /// See [`into_processors`](Self::into_processors).
    pub fn described(self) -> Result<String, String> {
        as_json(self.0)
    }
}

impl DescribedProcessors {
    /// Creates the processors, with their parameters at the defaults.
    ///
    /// # Errors
    /// A message for the user, when one can't be created.
    pub fn make(self) -> Result<Processors, String> {
        Ok(Processors(Chain::make(self.planned)?))
    }
}

/// Processors that run one after the other, on the same samples: the chain as the Companion runs it.
pub struct Processors(Chain);

impl Processors {
    /// Sets the sample rate in Hz and clears the state. Comes before the first block.
    pub fn prepare(&mut self, sample_rate: f32) {
        self.0.prepare(sample_rate);
    }

    /// Clears the state, as after the host's stop.
    pub fn reset(&mut self) {
        self.0.reset();
    }

    /// Applies plain values: one for each parameter, in the order of [`DescribedProcessors::parameters`].
    pub fn apply(&mut self, values: &[f32]) {
        self.0.apply(values);
    }

    /// Processes one block in place: a slice per channel, all of one length.
    pub fn process(&mut self, block: &mut [&mut [f32]], transport: &Transport) {
        self.0.process(block, transport);
    }
}
