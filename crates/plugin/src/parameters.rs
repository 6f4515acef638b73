//! The processors' parameters as the host's.
#![expect(
    unsafe_code,
    reason = "nice-plug's list of parameters is one of pointers, which a trait vouches for"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::plugin::ParamValue;
use nice_plug::prelude::{
    BoolParam, FloatParam, FloatRange, IntParam, IntRange, Param as NiceParam, ParamPtr, Params,
};
use wavecraft_companion_protocol::{
    parameter::{Parameter, ParameterSpec, ParameterType},
    processor::ProcessorSpec,
};

use crate::page::WindowSize;

/// All parameters of the chain, in its order. The list never changes.
pub(crate) struct Parameters {
    all: Vec<(Arc<ParameterSpec>, Param)>,
    chain: Vec<ProcessorSpec>,
    /// Of the page's window: what the host keeps besides the values.
    pub(crate) window: WindowSize,
}

/// What a hand does to a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Touch {
    Begin,
    /// To a value that its description accepted.
    Set(f32),
    End,
}

/// One of them, as the host knows it.
enum Param {
    Number(FloatParam),
    Choice(IntParam),
    Switch(BoolParam),
    /// It has one value only, so there is nothing for the host to move.
    Constant,
}

impl Parameters {
    pub(crate) fn of(specs: Vec<ParameterSpec>, chain: Vec<ProcessorSpec>) -> Self {
        let all = specs.into_iter().map(|spec| {
            let spec = Arc::new(spec);
            let param = Param::of(&spec);
            (spec, param)
        });
        Self { all: all.collect(), chain, window: WindowSize::default() }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    /// Writes their plain values over `values`, in the chain's order. Returns whether any was another.
    pub(crate) fn read(&self, values: &mut [f32]) -> bool {
        let mut changed = false;
        for ((spec, param), value) in self.all.iter().zip(values) {
            let now = spec.nearest(match param {
                Param::Number(number) => number.value(),
                Param::Choice(choice) => real(choice.value()),
                Param::Switch(switch) => truth(switch.value()),
                Param::Constant => spec.default,
            });
            changed |= now.to_bits() != value.to_bits();
            *value = now;
        }
        changed
    }

    /// These plain values by id as a host's state has them; where there is none, the default, and where one is out of its
    /// range, the nearest.
    pub(crate) fn state_of(&self, value: impl Fn(&str) -> Option<f32>) -> BTreeMap<String, ParamValue> {
        let stored = self.all.iter().filter_map(|(spec, param)| {
            let value = spec.nearest(value(&spec.id).unwrap_or(spec.default));
            let stored = match param {
                Param::Number(_) => ParamValue::F32(value),
                Param::Choice(_) => ParamValue::I32(whole(value)?),
                Param::Switch(_) => ParamValue::Bool(value >= 0.5),
                Param::Constant => return None,
            };
            Some((spec.id.clone(), stored))
        });
        stored.collect()
    }

    /// The processors that they belong to.
    pub(crate) fn chain(&self) -> &[ProcessorSpec] {
        &self.chain
    }

    /// Each with its value, without the host's modulation of it.
    pub(crate) fn now(&self) -> Vec<Parameter> {
        let values = (0..self.count()).filter_map(|index| self.value(index));
        self.all
            .iter()
            .zip(values)
            .map(|((spec, _), value)| Parameter { spec: (**spec).clone(), value })
            .collect()
    }

    /// Where the parameter with this id stands.
    pub(crate) fn index(&self, id: &str) -> Option<usize> {
        self.all.iter().position(|(spec, _)| spec.id == id)
    }

    pub(crate) fn spec(&self, index: usize) -> Option<&ParameterSpec> {
        self.all.get(index).map(|(spec, _)| &**spec)
    }

    /// Its value, without the host's modulation of it.
    pub(crate) fn value(&self, index: usize) -> Option<f32> {
        let (spec, param) = self.all.get(index)?;
        Some(spec.nearest(match param {
            Param::Number(number) => number.unmodulated_plain_value(),
            Param::Choice(choice) => real(choice.unmodulated_plain_value()),
            Param::Switch(switch) => truth(switch.unmodulated_plain_value()),
            Param::Constant => spec.default,
        }))
    }

    /// Tells the host what a hand does to a parameter. Only on the main thread.
    pub(crate) fn touch(&self, index: usize, touch: Touch, host: &GuiContext) {
        match self.all.get(index) {
            Some((_, Param::Number(number))) => tell(host, number, touch, Some),
            Some((_, Param::Choice(choice))) => tell(host, choice, touch, whole),
            Some((_, Param::Switch(switch))) => tell(host, switch, touch, |value| Some(value >= 0.5)),
            // The host doesn't know it.
            Some((_, Param::Constant)) | None => {}
        }
    }
}

fn tell<P: NiceParam>(host: &GuiContext, param: &P, touch: Touch, plain: impl Fn(f32) -> Option<P::Plain>) {
    let setter = host.param_setter();
    match touch {
        Touch::Begin => setter.begin_set_parameter(param),
        Touch::Set(value) => {
            if let Some(value) = plain(value) {
                setter.set_parameter(param, value);
            }
        }
        Touch::End => setter.end_set_parameter(param),
    }
}

impl Param {
    fn of(spec: &Arc<ParameterSpec>) -> Self {
        let (name, own) = (spec.name.as_str(), Arc::clone(spec));
        if spec.min >= spec.max {
            return Self::Constant;
        }
        if spec.kind == ParameterType::Bool {
            let text = move |on: bool| own.text_of(f32::from(u8::from(on)));
            let read = reader(spec);
            return Self::Switch(
                BoolParam::new(name, spec.default >= 0.5)
                    .with_value_to_string(Arc::new(text))
                    .with_string_to_value(Arc::new(move |text| Some(read(text)? >= 0.5))),
            );
        }
        if let (Some(1.0), Some(min), Some(max), Some(default)) =
            (spec.step, whole(spec.min), whole(spec.max), whole(spec.default))
        {
            let read = reader(spec);
            return Self::Choice(
                IntParam::new(name, default, IntRange::Linear { min, max })
                    .with_value_to_string(Arc::new(move |value| own.text_of(real(value))))
                    .with_string_to_value(Arc::new(move |text| whole(read(text)?))),
            );
        }
        let (min, max) = (spec.min, spec.max);
        let range = match spec.skew {
            // Ours is value = min + (max − min) · position^skew, theirs has position^(1/factor).
            Some(skew) => FloatRange::Skewed { min, max, factor: skew.recip() },
            None => FloatRange::Linear { min, max },
        };
        let number = FloatParam::new(name, spec.default, range)
            .with_value_to_string(Arc::new(move |value| own.text_of(own.nearest(value))))
            .with_string_to_value(Arc::new(reader(spec)));
        // Its steps are taken where its value is read: nice-plug counts them from 0, and ours begin at the least value.
        Self::Number(number)
    }

    fn pointer(&self) -> Option<ParamPtr> {
        match self {
            Self::Number(number) => Some(number.as_ptr()),
            Self::Choice(choice) => Some(choice.as_ptr()),
            Self::Switch(switch) => Some(switch.as_ptr()),
            Self::Constant => None,
        }
    }
}

// SAFETY: the pointers lead to parameters in a list that never changes, behind the `Arc` that the wrapper keeps for as long
// as it uses them, and each id occurs once: `check_set` refuses two.
unsafe impl Params for Parameters {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        let known = self.all.iter().filter_map(|(spec, param)| {
            let group = spec.group.clone().unwrap_or_default();
            Some((spec.id.clone(), param.pointer()?, group))
        });
        known.collect()
    }

    fn serialize_fields(&self) -> BTreeMap<String, String> {
        self.window.kept().map(|size| (WINDOW.to_owned(), size)).into_iter().collect()
    }

    fn deserialize_fields(&self, fields: &BTreeMap<String, String>) {
        if let Some(size) = fields.get(WINDOW) {
            self.window.take(size);
        }
    }
}

/// The name of the window's size in a state.
const WINDOW: &str = "window";

/// Reads what the parameter's own texts say, and what a person writes.
fn reader(spec: &Arc<ParameterSpec>) -> impl Fn(&str) -> Option<f32> + Send + Sync + 'static {
    let spec = Arc::clone(spec);
    move |text| {
        let text = text.trim();
        let unit = spec.unit.as_deref().unwrap_or_default();
        let bare = text.strip_suffix(unit).map_or(text, str::trim).replace('−', "-");
        [text, &bare, &bare.to_lowercase()].into_iter().find_map(|text| spec.read(text).ok())
    }
}

/// A whole number as an integer.
#[expect(clippy::cast_possible_truncation, reason = "its range and its fraction were looked at")]
fn whole(value: f32) -> Option<i32> {
    /// Up to here every integer is a number of its own.
    const MOST: f32 = 16_777_216.0;
    (value.fract() == 0.0 && value.abs() <= MOST).then_some(value as i32)
}

fn truth(value: bool) -> f32 {
    f32::from(u8::from(value))
}

#[expect(clippy::cast_precision_loss, reason = "it came of `whole`, so it is exact")]
fn real(value: i32) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests;
