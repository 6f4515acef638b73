//! The user's processors, in series.

use wavecraft::{Bypassed, ParamSpec, Processor, ProcessorParams, Transport};
use wavecraft_companion_protocol::parameter::ParameterSpec;

use crate::specs;
use crate::stage::{DescribedStage, MakeStage, Stage};

type ParamsOf<P> = <Bypassed<P> as Processor>::Params;

/// A processor that wasn't looked at yet. Looking runs the user's code, so it waits until somebody hears what comes of it.
pub(crate) struct Plan(Box<dyn FnOnce() -> Result<Planned, String>>);

impl Plan {
    /// Of a type.
    pub(crate) fn new<P: Processor>(type_name: &str, make: impl FnOnce() -> P + Send + 'static) -> Self {
        let type_name = type_name.to_owned();
        Self(Box::new(move || {
            // Asked once: the wrapper makes its list anew whenever it is asked, and keeps it forever.
            let specs = ParamsOf::<P>::param_specs();
            let parameters = Parameters::OfType { type_name, specs };
            Ok(Planned { parameters, make: Box::new(move || Ok(Box::new(Hosted::new(make(), specs)))) })
        }))
    }

    /// Of something that describes itself.
    pub(crate) fn stage(look: impl FnOnce() -> Result<DescribedStage, String> + 'static) -> Self {
        Self(Box::new(move || {
            let DescribedStage { parameters, processors, make } = look()?;
            Ok(Planned { parameters: Parameters::Described { parameters, processors }, make })
        }))
    }

    /// Learns what there is to know before it is made, or why it can't be made.
    pub(crate) fn look(self) -> Result<Planned, String> {
        (self.0)()
    }
}

/// A processor that isn't made yet.
pub(crate) struct Planned {
    pub(crate) parameters: Parameters,
    make: MakeStage,
}

/// The parameters of one processor.
pub(crate) enum Parameters {
    /// As its type tells them.
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
