//! The seam for a processor that isn't a type of this program.

use wavecraft::Transport;
use wavecraft_companion_protocol::parameter::ParameterSpec;

/// A processor as the child runs it. Every [`Processor`](wavecraft::Processor) is one by itself; a program that hosts
/// something else, such as the processor of a library, implements it ([`DevAudio::stage`](crate::DevAudio::stage)).
///
/// It is made, called and kept on the audio thread alone.
pub trait Stage {
    /// Sets the sample rate in Hz and clears the state. Called before the first block, and between blocks later.
    fn prepare(&mut self, sample_rate: f32);

    /// Takes plain values, one for each of the [parameters](DescribedStage::parameters), in their order. Called between
    /// two blocks: it must not allocate.
    fn apply(&mut self, values: &[f32]);

    /// Processes one block in place: one slice for each channel, all of one length. It must not allocate.
    fn process(&mut self, block: &mut [&mut [f32]], transport: &Transport);
}

/// What is known of a [`Stage`] before it is made.
pub struct DescribedStage {
    /// Its parameters, with the ids that pages will know. The companion starts them at their defaults.
    pub parameters: Vec<ParameterSpec>,
    /// The ids of the processors that it consists of.
    pub processors: Vec<String>,
    /// Makes it, on the audio thread; or says for a person why it can't be made.
    pub make: MakeStage,
}

/// Makes a [`Stage`], or says why that can't be.
pub type MakeStage = Box<dyn FnOnce() -> Result<Box<dyn Stage>, String> + Send>;
