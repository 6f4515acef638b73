//! What parameters say of themselves.

use crate::{
    bench::{Bench, Stop},
    rig::Trouble,
    verdict::Found,
};
use std::collections::HashSet;
use wavecraft_companion_protocol::parameter::{ParameterSpec, ParameterType, check_set, is_refusal};

/// The longest name that hosts show whole: CLAP's and VST3's room is 256 and 128 characters, of which mixers show about so many.
const LONGEST_NAME: usize = 64;

pub(crate) fn parameters(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let player = match bench.start() {
        Ok(player) => player,
        Err(Stop { trouble: Trouble::NotStarted(words), .. }) if is_refusal(&words) => {
            return Ok(Found::fail(format!("they are refused: {words}")));
        }
        Err(stop) => return Err(stop),
    };
    Ok(sane(&player.facts().specs))
}

fn sane(specs: &[ParameterSpec]) -> Found {
    if let Err(bad) = check_set(specs) {
        return Found::fail(format!("they are refused: {bad}"));
    }
    let mut faults: Vec<String> = specs.iter().flat_map(faults).collect();
    let mut names = HashSet::new();
    for spec in specs {
        if !names.insert((spec.group.as_deref(), spec.processor.as_deref(), spec.name.as_str())) {
            faults.push(format!("`{}`: another one is called “{}”, too", spec.id, spec.name));
        }
    }
    let mut faults = faults.into_iter();
    match faults.next() {
        None => Found::pass(match specs.len() {
            0 => "it has none".into(),
            count => format!("{count} parameters with sane ids, names, ranges, defaults and steps"),
        }),
        Some(first) => faults.fold(Found::warn(first), |found, fault| found.with(format!("also: {fault}"))),
    }
}

fn faults(spec: &ParameterSpec) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |what: String| faults.push(format!("`{}`: {what}", spec.id));
    if spec.id.chars().any(|char| char.is_whitespace() || char.is_control()) {
        fault("its id has a space or a character that can't be seen".into());
    }
    if spec.name.trim().is_empty() {
        fault("it has no name".into());
    } else if spec.name.chars().count() > LONGEST_NAME {
        fault(format!("its name is longer than the {LONGEST_NAME} characters that mixers show"));
    }
    if spec.min == spec.max {
        fault(format!("its range is the one value {}", spec.min));
    }
    if let Some(step) = spec.step {
        if spec.nearest(spec.default) != spec.default {
            fault(format!("its default {} is on no step of {step}", spec.default));
        }
        if step > spec.max - spec.min && spec.min < spec.max {
            fault(format!("its step of {step} is longer than its range"));
        }
    }
    if let Some(variants) = &spec.variants {
        let values = f64::from(spec.max - spec.min) + 1.0;
        if variants.iter().any(|name| name.trim().is_empty()) {
            fault("one of its choices has no name".into());
        }
        if variants.iter().collect::<HashSet<_>>().len() < variants.len() {
            fault("two of its choices have one name".into());
        }
        if (values - wavecraft_companion_analysis::number::real(variants.len())).abs() > 0.5 {
            fault(format!("it has {} names for {values} values", variants.len()));
        }
    } else if spec.kind == ParameterType::Enum {
        fault("its choices have no names".into());
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;

    #[test]
    fn each_fault_is_told() {
        let good = ParameterSpec::float("gain_level", 0.0, -60.0, 12.0);
        assert_eq!(sane(std::slice::from_ref(&good)).verdict, Verdict::Pass);
        for (spec, says) in [
            (ParameterSpec { id: "a b".into(), ..good.clone() }, "a space"),
            (ParameterSpec { name: " ".into(), ..good.clone() }, "no name"),
            (ParameterSpec { name: "n".repeat(65), ..good.clone() }, "longer than the 64"),
            (ParameterSpec { min: 0.0, max: 0.0, ..good.clone() }, "one value 0"),
            (ParameterSpec { default: 0.5, step: Some(1.0), ..good.clone() }, "on no step of 1"),
            (ParameterSpec { step: Some(100.0), ..good.clone() }, "longer than its range"),
            (ParameterSpec { variants: Some(vec!["a".into()]), ..good.clone() }, "1 names for 73 values"),
            (ParameterSpec { kind: ParameterType::Enum, ..good.clone() }, "no names"),
        ] {
            let found = sane(std::slice::from_ref(&spec));
            let all = format!("{} {:?}", found.told, found.details);
            assert!(found.verdict == Verdict::Warn && all.contains(says), "{says}: {all}");
        }
        let twice = [good.clone(), ParameterSpec { id: "other".into(), ..good.clone() }];
        assert_eq!(sane(&twice).verdict, Verdict::Warn);
        assert_eq!(sane(&[good.clone(), good]).verdict, Verdict::Fail);
    }
}
