// What the page says of its own examples. It is compiled with them, by tests/docs/parameters.rs.

use wavecraft::{ParamRange, ParamSpec, ProcessorParams};

fn spec<P: ProcessorParams>(id: &str) -> ParamSpec {
    P::param_specs().iter().find(|spec| spec.id_suffix == id).expect(id).clone()
}

fn main() {
    let delay = spec::<EchoParams>("delay");
    assert_eq!((delay.name, delay.unit, delay.group, delay.default), ("Delay", "ms", Some("Time"), 350.0));
    assert!(matches!(delay.range, ParamRange::Skewed { factor: 0.4, .. }));
    assert_eq!(spec::<EchoParams>("feedback").default, 30.0);
    let gain = spec::<EchoParams>("output_gain");
    assert_eq!(gain.name, "Output Gain");
    assert!(matches!(gain.range, ParamRange::Linear { min: -36.0, max: 12.0 }));
    let character = spec::<EchoParams>("character");
    assert_eq!((character.default, character.group, character.unit), (1.0, None, ""));
    assert!(matches!(character.range, ParamRange::Enum { variants: ["Digital", "Tape", "Bucket brigade"] }));
    // A whole number is cut; `Default` doesn't decide where a parameter starts.
    let mut params = EchoParams::from_param_defaults();
    assert_eq!((params.delay, EchoParams::default().delay), (350.0, 0.0));
    params.apply_plain_values(&[1.0, 2.0, -6.0, 1.9]);
    assert_eq!((params.output_gain, params.character), (-6.0, 1));
    // 0.3 gives the low half of a control to the lowest tenth of the range.
    assert!((0.09..0.11).contains(&0.5_f64.powf(1.0 / 0.3)));

    // Without a default it is the middle.
    assert_eq!(GateParams::from_param_defaults().threshold, -24.0);
    assert_eq!(GateParams::from_param_defaults().below, 24.0);
    assert!(SwitchParams::from_param_defaults().is_enabled());
    let mut wave = WaveParams::from_param_defaults();
    assert_eq!(wave.shape(), Shape::Sine);
    wave.apply_plain_values(&[1.0]);
    assert_eq!(wave.shape(), Shape::Square);
    assert_eq!(VoicesParams::from_param_defaults().count(), 2);

    let threshold = spec::<CompressorParams>("threshold");
    assert_eq!((threshold.name, threshold.default), ("Threshold", -24.0));
    assert_eq!(spec::<CompressorParams>("ratio").name, "Ratio (to 1)");
    let mut compressor = CompressorParams::from_param_defaults();
    compressor.apply_plain_values(&[-12.0, 7.6, 0.0]);
    assert_eq!((compressor.threshold, compressor.ratio, compressor.soft_knee), (-12.0, 8, false));

    // Of two attributes on one field the second doesn't count.
    #[derive(Default, wavecraft_macros::ProcessorParams)]
    struct Twice {
        #[param(range = "0..=1")]
        #[param(range = "0..=9")]
        #[allow(dead_code)]
        value: f32,
    }
    assert!(matches!(spec::<Twice>("value").range, ParamRange::Linear { max: 1.0, .. }));
}
