//! The parameters as described to the companion, made from the published crate's specs. Ids and names are those that a
//! Wavecraft plugin of the same chain has: one user interface works with both. The naming rules are those of
//! `wavecraft-macros` 0.12, `plugin/naming.rs`.

use wavecraft::{ParamRange, ParamSpec};
use wavecraft_companion_protocol::parameter::{ParameterSpec, ParameterType};
use wavecraft_companion_protocol::processor::ProcessorSpec;

/// The suffix of the parameter that `Bypassed` adds to every processor.
pub(crate) const BYPASS: &str = "bypass";

/// The parameters of a chain, processor by processor, from each one's type name and specs.
pub(crate) fn describe(processors: &[(&str, &[ParamSpec])]) -> Vec<ParameterSpec> {
    let prefixes = id_prefixes(processors.iter().map(|(type_name, _)| *type_name));
    let of_processor = |((type_name, specs), prefix): (&(&str, &[ParamSpec]), String)| {
        let one = |spec| parameter(spec, &prefix, type_name);
        specs.iter().map(one).collect::<Vec<_>>()
    };
    processors.iter().zip(prefixes).flat_map(of_processor).collect()
}

/// The processors of a chain, from each one's type name.
pub(crate) fn processors<'a>(type_names: impl Iterator<Item = &'a str> + Clone) -> Vec<ProcessorSpec> {
    let prefixes = id_prefixes(type_names.clone());
    let one = |(type_name, id): (&str, String)| ProcessorSpec {
        name: numbered_as(&id, &snake_case(last_identifier(type_name)), display_name(type_name)),
        bypass: Some(format!("{id}_{BYPASS}")),
        id,
    };
    type_names.zip(prefixes).map(one).collect()
}

/// `name` with the number that `id` has behind `first`: "Filter 2" for `filter_2`, where `filter` is the first.
pub(crate) fn numbered_as(id: &str, first: &str, name: String) -> String {
    match id.strip_prefix(first).and_then(|number| number.strip_prefix('_')) {
        Some(number) => format!("{name} {number}"),
        None => name,
    }
}

/// The start value of a spec: on a step if its range has steps, as in a plugin.
pub(crate) fn default_of(spec: &ParamSpec) -> f32 {
    match Shape::of(&spec.range) {
        Shape { step: Some(_), min, max, .. } => narrow(spec.default.trunc().min(max).max(min)),
        _ => narrow(spec.default),
    }
}

fn parameter(spec: &ParamSpec, prefix: &str, type_name: &str) -> ParameterSpec {
    let shape = Shape::of(&spec.range);
    let name = match spec.id_suffix {
        BYPASS => format!("{} Bypass", display_name(type_name)),
        _ => spec.name.to_owned(),
    };
    ParameterSpec {
        id: format!("{prefix}_{}", spec.id_suffix),
        name,
        kind: shape.kind,
        default: default_of(spec),
        min: narrow(shape.min),
        max: narrow(shape.max),
        step: shape.step,
        skew: shape.skew,
        unit: Some(spec.unit).filter(|unit| !unit.is_empty()).map(str::to_owned),
        group: spec.group.map(str::to_owned),
        variants: shape.variants.map(|names| names.iter().map(|&name| name.to_owned()).collect()),
        processor: Some(prefix.to_owned()),
    }
}

struct Shape {
    kind: ParameterType,
    min: f64,
    max: f64,
    step: Option<f32>,
    skew: Option<f32>,
    variants: Option<&'static [&'static str]>,
}

impl Shape {
    fn of(range: &ParamRange) -> Self {
        let float =
            |min, max| Self { kind: ParameterType::Float, min, max, step: None, skew: None, variants: None };
        match *range {
            ParamRange::Linear { min, max } => float(min, max),
            // A plugin's control (nih-plug's skewed range) has its value at `position^(1 / factor)`.
            ParamRange::Skewed { min, max, factor } => {
                Self { skew: Some(narrow(factor.recip())), ..float(min, max) }
            }
            ParamRange::Stepped { min: 0, max: 1 } => {
                Self { kind: ParameterType::Bool, step: Some(1.0), ..float(0.0, 1.0) }
            }
            ParamRange::Stepped { min, max } => {
                Self { step: Some(1.0), ..float(f64::from(min), f64::from(max)) }
            }
            ParamRange::Enum { variants } => Self {
                kind: ParameterType::Enum,
                step: Some(1.0),
                variants: Some(variants),
                ..float(0.0, last_index(variants.len()))
            },
        }
    }
}

/// The index of the last of `count` variants; 0 if there is none.
fn last_index(count: usize) -> f64 {
    f64::from(u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX))
}

/// The nearest `f32`: the type that every plugin host passes to a processor.
#[expect(
    clippy::cast_possible_truncation,
    reason = "rounding is the purpose; too large becomes infinite, which the \
    check of the whole set refuses"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}

/// The prefix of each processor's parameter ids: the type's name in snake case, and a number from 2 up if an earlier
/// processor has the same name.
pub(crate) fn id_prefixes<'a>(type_names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let names: Vec<_> = type_names.map(|type_name| snake_case(last_identifier(type_name))).collect();
    let numbered = |(index, name): (usize, &String)| match names[..index]
        .iter()
        .filter(|&earlier| earlier == name)
        .count()
    {
        0 => name.clone(),
        earlier => format!("{name}_{}", earlier + 1),
    };
    names.iter().enumerate().map(numbered).collect()
}

/// The display name: the type's name with a space where a small letter or a digit meets a capital.
pub(crate) fn display_name(type_name: &str) -> String {
    let name = last_identifier(type_name);
    let mut display = String::with_capacity(name.len() + 4);
    let mut word_may_end = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && word_may_end {
            display.push(' ');
        }
        display.push(letter);
        word_may_end = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    display
}

/// `Gain` of `dsp::Gain<dsp::Fast>`.
fn last_identifier(type_name: &str) -> &str {
    let path = without_arguments(type_name.trim()).trim_end_matches([':', ' ']);
    path.rsplit("::").next().unwrap_or(path).trim_start()
}

/// `dsp::Gain` of `dsp::Gain<dsp::Fast>`.
fn without_arguments(path: &str) -> &str {
    let mut depth = 0_usize;
    for (at, letter) in path.char_indices().rev() {
        match letter {
            '>' => depth += 1,
            '<' if depth == 1 => return &path[..at],
            '<' => depth = depth.saturating_sub(1),
            _ if depth == 0 => break,
            _ => {}
        }
    }
    path
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::parameter::check_set;

    fn spec(id_suffix: &'static str, range: ParamRange, default: f64) -> ParamSpec {
        ParamSpec { name: "Some Name", id_suffix, range, default, unit: "", group: None }
    }

    fn one(range: ParamRange, default: f64) -> ParameterSpec {
        describe(&[("Gain", &[spec("level", range, default)])]).remove(0)
    }

    #[test]
    fn a_linear_range_is_a_plain_number() {
        let level = ParamSpec {
            unit: "dB",
            group: Some("Output"),
            ..spec("level", ParamRange::Linear { min: -60.0, max: 12.0 }, -3.5)
        };
        let [parameter] = &describe(&[("Gain", &[level])])[..] else { panic!("one in, one out") };
        assert_eq!((parameter.id.as_str(), parameter.name.as_str()), ("gain_level", "Some Name"));
        assert_eq!((parameter.min, parameter.max, parameter.default), (-60.0, 12.0, -3.5));
        assert_eq!((parameter.kind, parameter.step, parameter.skew), (ParameterType::Float, None, None));
        assert_eq!((parameter.unit.as_deref(), parameter.group.as_deref()), (Some("dB"), Some("Output")));
        assert_eq!(parameter.variants, None);
    }

    #[test]
    fn a_skew_is_the_exponent_of_the_position() {
        let skewed = one(ParamRange::Skewed { min: 20.0, max: 20_000.0, factor: 0.25 }, 440.0);
        assert_eq!((skewed.kind, skewed.skew, skewed.step), (ParameterType::Float, Some(4.0), None));
        assert_eq!(skewed.unit, None);
        let broken = one(ParamRange::Skewed { min: 0.0, max: 1.0, factor: 0.0 }, 0.0);
        assert!(check_set(&[broken]).is_err());
    }

    #[test]
    fn whole_numbers_step_and_two_of_them_are_a_switch() {
        let switch = one(ParamRange::Stepped { min: 0, max: 1 }, 1.0);
        assert_eq!((switch.kind, switch.max, switch.step), (ParameterType::Bool, 1.0, Some(1.0)));
        let steps = one(ParamRange::Stepped { min: -2, max: 1 }, 7.9);
        assert_eq!((steps.kind, steps.min, steps.step), (ParameterType::Float, -2.0, Some(1.0)));
        assert_eq!(steps.default, 1.0, "kept inside, as in a plugin");
    }

    #[test]
    fn a_choice_counts_its_variants() {
        let choice = one(ParamRange::Enum { variants: &["Soft", "Hard", "Fold"] }, 1.6);
        assert_eq!((choice.kind, choice.min, choice.max), (ParameterType::Enum, 0.0, 2.0));
        assert_eq!((choice.default, choice.step), (1.0, Some(1.0)));
        assert_eq!(choice.variants.unwrap(), ["Soft", "Hard", "Fold"]);
        assert_eq!(one(ParamRange::Enum { variants: &[] }, 0.0).max, 0.0);
    }

    #[test]
    fn a_bypass_is_named_after_its_processor() {
        let bypass = || spec("bypass", ParamRange::Stepped { min: 0, max: 1 }, 0.0);
        let set = describe(&[("dsp::SoftClip", &[bypass()]), ("Gain", &[]), ("dsp::SoftClip", &[bypass()])]);
        let shown: Vec<_> =
            set.iter().map(|parameter| (parameter.id.as_str(), parameter.name.as_str())).collect();
        assert_eq!(
            shown,
            [("soft_clip_bypass", "Soft Clip Bypass"), ("soft_clip_2_bypass", "Soft Clip Bypass")]
        );
        assert_eq!(check_set(&set), Ok(()));
    }

    fn id_prefixes<const N: usize>(type_names: [&str; N]) -> Vec<String> {
        super::id_prefixes(type_names.into_iter())
    }

    #[test]
    fn ids_start_with_the_type_in_snake_case() {
        assert_eq!(id_prefixes(["Gain", "MyFilter", "HTTPReverb"]), ["gain", "my_filter", "h_t_t_p_reverb"]);
        assert_eq!(id_prefixes(["Delay2"]), ["delay2"]);
    }

    #[test]
    fn a_repeated_type_is_numbered_from_its_second_place() {
        assert_eq!(id_prefixes(["Gain", "Filter", "Gain", "Gain"]), ["gain", "filter", "gain_2", "gain_3"]);
        // Two paths whose last part is the same count as a repetition.
        assert_eq!(id_prefixes(["a::Gain", "b::Gain"]), ["gain", "gain_2"]);
    }

    #[test]
    fn a_processor_has_the_number_of_its_ids() {
        let chain = processors(["dsp::SoftClip", "Filter", "SoftClip"].into_iter());
        let shown =
            chain.iter().map(|one| (one.id.as_str(), one.name.as_str(), one.bypass.as_deref().unwrap()));
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [
                ("soft_clip", "Soft Clip", "soft_clip_bypass"),
                ("filter", "Filter", "filter_bypass"),
                ("soft_clip_2", "Soft Clip 2", "soft_clip_2_bypass"),
            ]
        );
        let bypass = [spec("bypass", ParamRange::Stepped { min: 0, max: 1 }, 0.0)];
        for parameter in describe(&[("SoftClip", &bypass), ("SoftClip", &bypass)]) {
            let owner = chain.iter().find(|one| one.bypass.as_ref() == Some(&parameter.id)).unwrap();
            assert_eq!(parameter.processor.as_ref(), Some(&owner.id));
        }
    }

    #[test]
    fn only_the_last_name_of_a_path_counts() {
        for path in [
            "Gain",
            "dsp::Gain",
            "::my_engine :: dsp :: Gain",
            "dsp::Gain<dsp::Fast, 4>",
            "Gain<Wide<Fast>>",
            "Gain::<Fast>",
            "<Kit as dsp::Parts<Fast>>::Gain",
        ] {
            assert_eq!(last_identifier(path), "Gain", "{path}");
        }
    }

    #[test]
    fn a_person_reads_words() {
        assert_eq!(display_name("dsp::SoftClip"), "Soft Clip");
        assert_eq!(display_name("Delay2Tap"), "Delay2 Tap");
        assert_eq!(display_name("HTTPReverb"), "HTTPReverb");
        assert_eq!(display_name("Gain"), "Gain");
    }
}
