//! The processors, in series, and the trait for those that aren't a type of this program.

use wavecraft::{Bypassed, ParamSpec, Processor, ProcessorParams, Transport};
use wavecraft_companion_protocol::parameter::ParameterSpec;

use crate::specs;

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

type ParamsOf<P> = <Bypassed<P> as Processor>::Params;

/// What a child is made of: its name, its latency and its processors, none of which was made yet.
pub(crate) struct ChainDefinition {
    pub(crate) name: String,
    pub(crate) latency_frames: u32,
    pub(crate) plans: Vec<Plan>,
}

/// A processor of which nothing is known yet. Asking it runs the user's code, so that waits until the companion can be told
/// what comes of it.
pub(crate) struct Plan(Box<dyn FnOnce() -> Result<Planned, String>>);

impl Plan {
    pub(crate) fn new<P: Processor>(type_name: &str, make: impl FnOnce() -> P + Send + 'static) -> Self {
        let type_name = type_name.to_owned();
        Self(Box::new(move || {
            // Asked once: the wrapper makes its list anew whenever it is asked, and keeps it forever.
            let specs = ParamsOf::<P>::param_specs();
            let parameters = Parameters::OfType { type_name, specs };
            Ok(Planned { parameters, make: Box::new(move || Ok(Box::new(Hosted::new(make(), specs)))) })
        }))
    }

    /// A processor that describes itself.
    pub(crate) fn stage(describe: impl FnOnce() -> Result<DescribedStage, String> + 'static) -> Self {
        Self(Box::new(move || {
            let DescribedStage { parameters, processors, make } = describe()?;
            Ok(Planned { parameters: Parameters::Described { parameters, processors }, make })
        }))
    }

    /// Asks for its parameters.
    ///
    /// # Errors
    /// Why it can't be made, for a person.
    pub(crate) fn describe(self) -> Result<Planned, String> {
        (self.0)()
    }
}

/// A processor whose parameters are known, and that isn't made yet.
pub(crate) struct Planned {
    pub(crate) parameters: Parameters,
    make: MakeStage,
}

/// One processor's parameters.
pub(crate) enum Parameters {
    /// Those that its type names.
    OfType { type_name: String, specs: &'static [ParamSpec] },
    /// As pages will know them, and the ids of the processors that have them.
    Described { parameters: Vec<ParameterSpec>, processors: Vec<String> },
}

impl Parameters {
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::OfType { specs, .. } => specs.len(),
            Self::Described { parameters, .. } => parameters.len(),
        }
    }
}

/// Processors that run one after the other, on the same samples.
pub(crate) struct Chain {
    stages: Vec<(usize, Box<dyn Stage>)>,
}

impl Chain {
    /// Makes every processor, on the thread that will run it.
    ///
    /// # Errors
    /// When one can't be made, in its own words.
    pub(crate) fn make(planned: Vec<Planned>) -> Result<Self, String> {
        let make = |Planned { parameters, make }: Planned| Ok((parameters.count(), make()?));
        Ok(Self { stages: planned.into_iter().map(make).collect::<Result<_, String>>()? })
    }

    /// Sets the sample rate in Hz and clears every processor's state, as a plugin host does before it starts.
    pub(crate) fn prepare(&mut self, sample_rate: f32) {
        for (_, stage) in &mut self.stages {
            stage.prepare(sample_rate);
        }
    }

    /// Applies plain values, in the order in which the parameters are described.
    pub(crate) fn apply(&mut self, mut values: &[f32]) {
        for (count, stage) in &mut self.stages {
            let Some((own, rest)) = values.split_at_checked(*count) else { return };
            stage.apply(own);
            values = rest;
        }
    }

    /// Processes one block in place: one slice per channel, all of one length.
    pub(crate) fn process(&mut self, block: &mut [&mut [f32]], transport: &Transport) {
        for (_, stage) in &mut self.stages {
            stage.process(block, transport);
        }
    }
}

/// A [`Processor`] with its parameters.
struct Hosted<P: Processor> {
    processor: Bypassed<P>,
    params: ParamsOf<P>,
}

impl<P: Processor> Hosted<P> {
    /// Starts with the specifications' own defaults, which `from_param_defaults` of a hand-written container may not
    /// be, so that what is heard is what is shown.
    fn new(processor: P, specs: &[ParamSpec]) -> Self {
        let mut params = ParamsOf::<P>::from_param_defaults();
        let defaults: Vec<f32> = specs.iter().map(specs::default_of).collect();
        params.apply_plain_values(&defaults);
        Self { processor: Bypassed::new(processor), params }
    }
}

impl<P: Processor> Stage for Hosted<P> {
    fn prepare(&mut self, sample_rate: f32) {
        self.processor.set_sample_rate(sample_rate);
        self.processor.reset();
    }

    fn apply(&mut self, values: &[f32]) {
        self.params.apply_plain_values(values);
    }

    fn process(&mut self, block: &mut [&mut [f32]], transport: &Transport) {
        self.processor.process(block, transport, &self.params);
    }
}
