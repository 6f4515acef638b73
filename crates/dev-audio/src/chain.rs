//! The processors in series, and the trait for processors that aren't a type of this program.

use wavecraft::{Bypassed, ParamSpec, Processor, ProcessorParams, Transport};
use wavecraft_companion_protocol::parameter::ParameterSpec;

use crate::{probes, specs};

/// A processor as the child runs it. Every [`Processor`] is wrapped as one automatically; a
/// program that hosts something else, such as a processor from a library, implements it
/// ([`DevAudio::stage`](crate::DevAudio::stage)).
///
/// Under the Companion it is created, called and kept on the audio thread only.
pub trait Stage: Send {
    /// Sets the sample rate in Hz and clears the state. Called before the first block, and later between blocks.
    fn prepare(&mut self, sample_rate: f32);

    /// Clears the state: delay lines, filters, envelopes. Called between two blocks; must not allocate.
    fn reset(&mut self);

    /// Takes plain values, one for each of the [parameters](DescribedStage::parameters), in the same order. Called
    /// between two blocks; must not allocate.
    fn apply(&mut self, values: &[f32]);

    /// Processes one block in place: one slice per channel, all of the same length. Must not allocate.
    fn process(&mut self, block: &mut [&mut [f32]], transport: &Transport);
}

/// The description of a [`Stage`], known before it is created.
pub struct DescribedStage {
    /// Its parameters, with the ids that pages use. The companion starts them at their defaults.
    pub parameters: Vec<ParameterSpec>,
    /// The ids of the processors it consists of. A parameter without a
    /// [`processor`](ParameterSpec::processor) belongs to the one whose id, with a `_`, its own id starts with.
    pub processors: Vec<String>,
    /// By how many frames its output lags behind its input: added to [`DevAudio::latency_frames`](crate::DevAudio::latency_frames).
    pub latency_frames: u32,
    /// Why the Companion can't be told what it allocates and frees in `process`, for a person to read; `None` if it can,
    /// which takes that its memory comes from this program's allocator or from C functions that use
    /// [`allocating`](crate::allocating) and [`freeing`](crate::freeing).
    pub unwatched_memory: Option<String>,
    /// Creates the stage on the audio thread; the error is a message for the user.
    pub make: MakeStage,
}

/// Creates a [`Stage`]; the error is a message for the user.
pub type MakeStage = Box<dyn FnOnce() -> Result<Box<dyn Stage>, String> + Send>;

type ParamsOf<P> = <Bypassed<P> as Processor>::Params;

/// The definition of a child: its name, its latency and its processors, none of which is created yet.
pub(crate) struct ChainDefinition {
    pub(crate) name: String,
    pub(crate) latency_frames: u32,
    pub(crate) plans: Vec<Plan>,
    /// Makes the same definition once more, if it is known how.
    pub(crate) again: Option<Again>,
}

/// Makes a definition once more.
pub(crate) type Again = Box<dyn FnOnce() -> ChainDefinition>;

/// A processor that hasn't been described yet. Describing it runs the user's code, so that waits until the outcome can
/// be reported to the companion.
pub(crate) struct Plan(Box<dyn FnOnce() -> Result<Planned, String>>);

impl Plan {
    pub(crate) fn new<P: Processor>(type_name: &str, make: impl FnOnce() -> P + Send + 'static) -> Self {
        let type_name = type_name.to_owned();
        Self(Box::new(move || {
            // Called once: the wrapper builds its list again on every call, and keeps it forever.
            let specs = ParamsOf::<P>::param_specs();
            let parameters = Parameters::OfType { type_name, specs };
            let latency_frames = 0;
            let make: MakeStage = Box::new(move || Ok(Box::new(Hosted::new(make(), specs))));
            Ok(Planned { parameters, latency_frames, unwatched_memory: None, make })
        }))
    }

    /// A processor that describes itself.
    pub(crate) fn stage(describe: impl FnOnce() -> Result<DescribedStage, String> + 'static) -> Self {
        Self(Box::new(move || {
            let DescribedStage { parameters, processors, latency_frames, unwatched_memory, make } =
                describe()?;
            Ok(Planned {
                parameters: Parameters::Described { parameters, processors },
                latency_frames,
                unwatched_memory,
                make,
            })
        }))
    }

    /// Gets its parameters.
    ///
    /// # Errors
    /// A message for the user: why it can't be created.
    pub(crate) fn describe(self) -> Result<Planned, String> {
        (self.0)()
    }
}

/// A processor whose parameters are known, and that isn't created yet.
pub(crate) struct Planned {
    pub(crate) parameters: Parameters,
    /// Beside what the chain itself says.
    pub(crate) latency_frames: u32,
    /// Why what it allocates can't be watched.
    pub(crate) unwatched_memory: Option<String>,
    make: MakeStage,
}

/// One processor's parameters.
pub(crate) enum Parameters {
    /// The ones its type declares.
    OfType { type_name: String, specs: &'static [ParamSpec] },
    /// As pages know them, and the ids of the processors they belong to.
    Described { parameters: Vec<ParameterSpec>, processors: Vec<String> },
}

impl Parameters {
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::OfType { specs, .. } => specs.len(),
            Self::Described { parameters, .. } => parameters.len(),
        }
    }

    /// The number of processors that they belong to.
    fn processors(&self) -> usize {
        match self {
            Self::OfType { .. } => 1,
            Self::Described { processors, .. } => processors.len(),
        }
    }
}

/// Processors that run one after the other, on the same samples.
pub(crate) struct Chain {
    stages: Vec<Placed>,
}

/// A stage in its place.
struct Placed {
    stage: Box<dyn Stage>,
    /// Number of its parameters.
    parameters: usize,
    /// The place of its processor in the chain, if it is a single one.
    processor: Option<u32>,
}

impl Chain {
    /// Creates every processor, on the thread that will run it.
    ///
    /// # Errors
    /// The processor's own message, when one can't be created.
    pub(crate) fn make(planned: Vec<Planned>) -> Result<Self, String> {
        let mut processors = 0;
        let make = |Planned { parameters, make, .. }: Planned| {
            let (first, count) = (processors, parameters.processors());
            processors += count;
            let processor = u32::try_from(first).ok().filter(|_| count == 1);
            Ok(Placed { stage: make()?, parameters: parameters.count(), processor })
        };
        Ok(Self { stages: planned.into_iter().map(make).collect::<Result<_, String>>()? })
    }

    /// Sets the sample rate in Hz and clears every processor's state, as a plugin host does before playback.
    pub(crate) fn prepare(&mut self, sample_rate: f32) {
        for Placed { stage, .. } in &mut self.stages {
            stage.prepare(sample_rate);
        }
    }

    /// Clears every processor's state.
    pub(crate) fn reset(&mut self) {
        for Placed { stage, .. } in &mut self.stages {
            stage.reset();
        }
    }

    /// Applies plain values, in the order in which the parameters are described.
    pub(crate) fn apply(&mut self, mut values: &[f32]) {
        for Placed { stage, parameters, .. } in &mut self.stages {
            let Some((own, rest)) = values.split_at_checked(*parameters) else { return };
            stage.apply(own);
            values = rest;
        }
    }

    /// Processes one block in place: one slice per channel, all of one length.
    pub(crate) fn process(&mut self, block: &mut [&mut [f32]], transport: &Transport) {
        for Placed { stage, processor, .. } in &mut self.stages {
            probes::enter(*processor);
            stage.process(block, transport);
        }
        probes::leave();
    }
}

/// A [`Processor`] with its parameters.
struct Hosted<P: Processor> {
    processor: Bypassed<P>,
    params: ParamsOf<P>,
}

impl<P: Processor> Hosted<P> {
    /// Starts with the defaults of the specs, so that the sound matches what is shown: a hand-written container's
    /// `from_param_defaults` may differ.
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

    fn reset(&mut self) {
        self.processor.reset();
    }

    fn apply(&mut self, values: &[f32]) {
        self.params.apply_plain_values(values);
    }

    fn process(&mut self, block: &mut [&mut [f32]], transport: &Transport) {
        self.processor.process(block, transport, &self.params);
    }
}
