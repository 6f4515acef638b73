//! A gain with a parameter of every kind: a number, a switch and a choice.
//!
//! `#[derive(ProcessorParams)]` writes numbers and choices (see `echo.rs`); a switch is written by hand, as here.

use wavecraft::{ParamRange, ParamSpec, Processor, ProcessorParams, Transport};

#[derive(Default)]
struct Gain;

#[derive(Default)]
struct GainParams {
    level_db: f32,
    invert: bool,
    shape: Shape,
}

/// What happens to samples beyond ±1.
#[derive(Default)]
enum Shape {
    #[default]
    Clean,
    Clipped,
    Silent,
}

impl ProcessorParams for GainParams {
    fn param_specs() -> &'static [ParamSpec] {
        &[
            ParamSpec {
                name: "Level",
                id_suffix: "level",
                range: ParamRange::Linear { min: -60.0, max: 24.0 },
                default: 0.0,
                unit: "dB",
                group: None,
            },
            ParamSpec {
                name: "Invert",
                id_suffix: "invert",
                range: ParamRange::Stepped { min: 0, max: 1 },
                default: 0.0,
                unit: "",
                group: None,
            },
            ParamSpec {
                name: "Shape",
                id_suffix: "shape",
                range: ParamRange::Enum { variants: &["Clean", "Clipped", "Silent"] },
                default: 0.0,
                unit: "",
                group: Some("Overload"),
            },
        ]
    }

    fn apply_plain_values(&mut self, values: &[f32]) {
        let &[level_db, invert, shape] = values else { return };
        self.level_db = level_db;
        self.invert = invert >= 0.5;
        self.shape = match shape {
            2.0.. => Shape::Silent,
            1.0.. => Shape::Clipped,
            _ => Shape::Clean,
        };
    }
}

impl Processor for Gain {
    type Params = GainParams;

    fn process(&mut self, block: &mut [&mut [f32]], _transport: &Transport, params: &GainParams) {
        let sign = if params.invert { -1.0 } else { 1.0 };
        let factor = sign * 10_f32.powf(params.level_db / 20.0);
        for sample in block.iter_mut().flat_map(|channel| channel.iter_mut()) {
            let louder = *sample * factor;
            *sample = match params.shape {
                Shape::Clean => louder,
                Shape::Clipped => louder.clamp(-1.0, 1.0),
                Shape::Silent if louder.abs() > 1.0 => 0.0,
                Shape::Silent => louder,
            };
        }
    }
}

wavecraft_dev_audio::run!(Gain);
