//! The user's processors, in series.

use wavecraft::{Bypassed, ParamSpec, Processor, ProcessorParams, Transport};

use crate::specs;

type ParamsOf<P> = <Bypassed<P> as Processor>::Params;

type Make = Box<dyn FnOnce(&[ParamSpec]) -> Box<dyn Stage> + Send>;

/// A processor that isn't made yet: what is known of it from its type alone.
pub(crate) struct Plan {
    pub(crate) type_name: String,
    pub(crate) specs: fn() -> &'static [ParamSpec],
    make: Make,
}

impl Plan {
    pub(crate) fn new<P: Processor>(type_name: &str, make: impl FnOnce() -> P + Send + 'static) -> Self {
        Self {
            type_name: type_name.to_owned(),
            specs: ParamsOf::<P>::param_specs,
            make: Box::new(|specs| Box::new(Hosted::new(make(), specs))),
        }
    }
}

/// A [`Plan`] with its specifications.
pub(crate) struct Planned {
    pub(crate) specs: &'static [ParamSpec],
    pub(crate) plan: Plan,
}

/// Processors that run one after the other, on the same samples.
pub(crate) struct Chain {
    stages: Vec<(usize, Box<dyn Stage>)>,
}

impl Chain {
    /// Makes every processor, on the thread that will run it.
    pub(crate) fn make(planned: Vec<Planned>) -> Self {
        let make = |Planned { specs, plan }: Planned| (specs.len(), (plan.make)(specs));
        Self { stages: planned.into_iter().map(make).collect() }
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

/// A [`Processor`] with its parameters, whatever their type.
trait Stage {
    fn prepare(&mut self, sample_rate: f32);
    fn apply(&mut self, values: &[f32]);
    fn process(&mut self, block: &mut [&mut [f32]], transport: &Transport);
}

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
