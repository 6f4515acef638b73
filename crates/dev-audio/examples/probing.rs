//! Two processors that show their level under the same name, each half as loud as what it is given; and what may go wrong
//! with probes. For the tests.

use wavecraft::{ParamRange, ParamSpec, Processor, ProcessorParams, Transport};
use wavecraft_probe::{probe, record};

/// More names than there is room for.
const MANY: [&str; 40] = [
    "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12", "p13", "p14", "p15",
    "p16", "p17", "p18", "p19", "p20", "p21", "p22", "p23", "p24", "p25", "p26", "p27", "p28", "p29", "p30",
    "p31", "p32", "p33", "p34", "p35", "p36", "p37", "p38", "p39",
];

#[derive(Default)]
struct Halve;

#[derive(Default)]
struct HalveParams {
    shows: u8,
}

impl ProcessorParams for HalveParams {
    fn param_specs() -> &'static [ParamSpec] {
        &[ParamSpec {
            name: "Shows",
            id_suffix: "shows",
            range: ParamRange::Enum { variants: &["Level", "Nothing", "Not a number", "Too many"] },
            default: 0.0,
            unit: "",
            group: None,
        }]
    }

    fn apply_plain_values(&mut self, values: &[f32]) {
        self.shows = match values[0] {
            3.0.. => 3,
            2.0.. => 2,
            1.0.. => 1,
            _ => 0,
        };
    }
}

impl Processor for Halve {
    type Params = HalveParams;

    fn process(&mut self, block: &mut [&mut [f32]], _transport: &Transport, params: &HalveParams) {
        for sample in block.iter_mut().flat_map(|channel| channel.iter_mut()) {
            match params.shows {
                0 => probe!("level", *sample),
                2 => probe!("level", f32::NAN),
                _ => {}
            }
            *sample /= 2.0;
        }
        if params.shows == 3 {
            MANY.iter().for_each(|name| record(name, 1.0));
        }
    }
}

wavecraft_dev_audio::run!(Halve, Halve);
