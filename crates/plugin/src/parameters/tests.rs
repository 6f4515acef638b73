use super::*;

fn spec(id: &str, kind: ParameterType, default: f32, (min, max): (f32, f32)) -> ParameterSpec {
    ParameterSpec { kind, ..ParameterSpec::float(id, default, min, max) }
}

fn cutoff() -> ParameterSpec {
    ParameterSpec {
        name: "Cutoff".into(),
        skew: Some(3.0),
        unit: Some("Hz".into()),
        group: Some("Filter".into()),
        ..spec("filter_cutoff", ParameterType::Float, 1000.0, (20.0, 20_000.0))
    }
}

fn shape() -> ParameterSpec {
    ParameterSpec {
        step: Some(1.0),
        variants: Some(vec!["Soft".into(), "Hard".into(), "Fold".into()]),
        ..spec("drive_shape", ParameterType::Enum, 1.0, (0.0, 2.0))
    }
}

fn bypass() -> ParameterSpec {
    ParameterSpec { step: Some(1.0), ..spec("drive_bypass", ParameterType::Bool, 0.0, (0.0, 1.0)) }
}

/// What a host is told of the parameter at `index`, by functions that it is told by.
struct Told {
    id: String,
    group: String,
    pointer: ParamPtr,
}

fn told(parameters: &Parameters) -> Vec<Told> {
    parameters.param_map().into_iter().map(|(id, pointer, group)| Told { id, group, pointer }).collect()
}

impl Told {
    fn text(&self, position: f32) -> String {
        // SAFETY: the test keeps the parameters.
        unsafe { self.pointer.normalized_value_to_string(position, true) }
    }

    fn position(&self, text: &str) -> Option<f32> {
        // SAFETY: as above.
        unsafe { self.pointer.string_to_normalized_value(text) }
    }

    fn steps(&self) -> Option<usize> {
        // SAFETY: as above.
        unsafe { self.pointer.step_count() }
    }

    fn set(&self, position: f32) {
        // SAFETY: as above.
        unsafe { self.pointer._internal_set_normalized_value(position) };
    }
}

#[test]
fn a_host_is_told_what_pages_are_told() {
    let specs = [cutoff(), shape(), bypass()];
    let parameters = Parameters::of(specs.to_vec(), Vec::new());
    let [cutoff, shape, bypass] = &told(&parameters)[..] else { panic!("three") };
    assert_eq!([&cutoff.id, &shape.id, &bypass.id], ["filter_cutoff", "drive_shape", "drive_bypass"]);
    assert_eq!([&cutoff.group, &shape.group], ["Filter", ""]);
    // 20 + 19,980 · 0.5³ = 2,517.5.
    assert_eq!(cutoff.text(0.5), specs[0].text_of(2517.5));
    assert_eq!([cutoff.text(0.0), cutoff.text(1.0)], ["20 Hz", "20000 Hz"]);
    assert_eq!([0.0, 0.5, 1.0].map(|position| shape.text(position)), ["Soft", "Hard", "Fold"]);
    assert_eq!([0.0, 1.0].map(|position| bypass.text(position)), ["Off", "On"]);
    assert_eq!([cutoff.steps(), shape.steps(), bypass.steps()], [None, Some(2), Some(1)]);
}

#[test]
fn what_a_person_types_is_read() {
    let level =
        ParameterSpec { unit: Some("dB".into()), ..ParameterSpec::float("gain_level", 0.0, -36.0, 12.0) };
    let parameters = Parameters::of(vec![level, shape(), bypass()], Vec::new());
    let [level, shape, bypass] = &told(&parameters)[..] else { panic!("three") };
    for text in ["−6 dB", "-6 dB", "-6dB", "-6", " -6 "] {
        assert_eq!(level.position(text), Some(30.0 / 48.0), "{text}");
    }
    for refused in ["", "dB", "loud", "NaN", "13", "1e99"] {
        assert_eq!(level.position(refused), None, "{refused}");
    }
    assert_eq!([shape.position("fold"), shape.position("Bent")], [Some(1.0), None]);
    assert_eq!([bypass.position("On"), bypass.position("off")], [Some(1.0), Some(0.0)]);
}

#[test]
fn values_are_read_once_they_changed_and_on_their_steps() {
    let semitones =
        ParameterSpec { step: Some(0.5), ..ParameterSpec::float("shift_tones", 0.25, -0.75, 0.75) };
    let constant = ParameterSpec::float("old_amount", 3.0, 3.0, 3.0);
    let parameters = Parameters::of(vec![semitones, constant, shape()], Vec::new());
    let mut values = [f32::NAN; 3];
    assert!(parameters.read(&mut values), "the first time");
    // Steps are counted from the least value, as everywhere in the Companion: −0.75, −0.25, 0.25, 0.75.
    assert_eq!(values, [0.25, 3.0, 1.0]);
    assert!(!parameters.read(&mut values));
    let told = told(&parameters);
    assert_eq!(told.len(), 2, "one that has one value is nothing to move");
    told[0].set(0.6);
    told[1].set(1.0);
    assert!(parameters.read(&mut values));
    assert_eq!(values, [0.25, 3.0, 2.0]);
}

#[test]
fn the_windows_size_is_kept_with_the_state() {
    let parameters = Parameters::of(vec![bypass()], Vec::new());
    assert!(parameters.serialize_fields().is_empty());
    parameters.window.set((1200, 700));
    let fields = parameters.serialize_fields();
    let other = Parameters::of(vec![bypass()], Vec::new());
    other.deserialize_fields(&fields);
    assert_eq!(other.window.now(), (1200, 700));
    other.deserialize_fields(&BTreeMap::from([("window".into(), "large".into())]));
    assert_eq!(other.window.now(), (1200, 700));
}
