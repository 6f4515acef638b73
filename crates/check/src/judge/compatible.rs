//! A set of parameters against a released one.

use crate::verdict::Found;
use wavecraft_companion_protocol::parameter::ParameterSpec;

/// Whether songs and presets made with `released`, the parameters of `label`, keep their meaning with these.
///
/// Automation keeps a place in the range (0 to 1), so a range, a step, a skew or a list of choices that changes moves it. A preset
/// keeps what differs from defaults in some hosts. Some hosts and controllers count parameters instead of naming them.
#[must_use]
pub fn compatible(now: &[ParameterSpec], released: &[ParameterSpec], label: &str) -> Found {
    let find = |id: &str| now.iter().find(|spec| spec.id == id);
    let mut broken: Vec<String> = Vec::new();
    let mut allowed: Vec<String> = Vec::new();
    for old in released {
        match find(&old.id) {
            None => broken.push(format!("`{}` is gone", old.id)),
            Some(new) => compare(old, new, &mut broken, &mut allowed),
        }
    }
    let place = |id: &str| now.iter().position(|spec| spec.id == id);
    let places: Vec<(usize, &str)> =
        released.iter().filter_map(|old| place(&old.id).map(|place| (place, old.id.as_str()))).collect();
    if let Some(pair) = places.windows(2).find(|pair| pair[0].0 > pair[1].0) {
        broken.push(format!("`{}` now comes before `{}`: the order has changed", pair[1].1, pair[0].1));
    }
    let is_new = |spec: &&ParameterSpec| !released.iter().any(|old| old.id == spec.id);
    let last = places.iter().map(|(place, _)| *place).max();
    for spec in now.iter().filter(is_new) {
        let amid = place(&spec.id).zip(last).is_some_and(|(place, last)| place < last);
        let where_to =
            if amid { ", before one that was there: hosts that count parameters meet another" } else { "" };
        allowed.push(format!("`{}` is new{where_to}", spec.id));
    }
    let allowed = allowed.into_iter().map(|change| format!("allowed: {change}"));
    let mut broken = broken.into_iter();
    let found = match broken.next() {
        None => Found::pass(format!(
            "what was made with {label} keeps its meaning ({} parameters)",
            released.len()
        )),
        Some(first) => broken.fold(Found::fail(format!("against {label}: {first}")), |found, change| {
            found.with(format!("also: {change}"))
        }),
    };
    allowed.fold(found, Found::with)
}

fn compare(old: &ParameterSpec, new: &ParameterSpec, broken: &mut Vec<String>, allowed: &mut Vec<String>) {
    let id = &old.id;
    if old.kind != new.kind {
        let [was, is] = [old.kind, new.kind].map(|kind| format!("{kind:?}").to_lowercase());
        broken.push(format!("`{id}` was of kind {was} and is {is}"));
    }
    if (old.min, old.max) != (new.min, new.max) {
        broken.push(format!(
            "`{id}` had the range {} to {} and has {} to {}",
            old.min, old.max, new.min, new.max
        ));
    }
    if old.default != new.default {
        broken.push(format!("`{id}` had the default {} and has {}", old.default, new.default));
    }
    if old.step != new.step {
        let told = |step: Option<f32>| step.map_or_else(|| "none".into(), |step| step.to_string());
        broken.push(format!("`{id}` had the step {} and has {}", told(old.step), told(new.step)));
    }
    if old.skew != new.skew {
        broken.push(format!("`{id}` has another skew: automation keeps places on the control"));
    }
    if old.variants != new.variants {
        let (was, is) =
            (old.variants.as_deref().unwrap_or_default(), new.variants.as_deref().unwrap_or_default());
        let gone = was.iter().find(|name| !is.contains(name));
        match gone {
            // The same number in the same places, by other names.
            Some(_) if was.len() == is.len() && was.iter().zip(is).filter(|(a, b)| a != b).count() == 1 => {
                allowed.push(format!("a choice of `{id}` has another name"));
            }
            Some(gone) => broken.push(format!("`{id}` has lost the choice “{gone}”")),
            None => broken.push(format!("the choices of `{id}` are in other places")),
        }
    }
    if old.name != new.name {
        allowed.push(format!("`{id}` was called “{}” and is called “{}”", old.name, new.name));
    }
    if old.unit != new.unit || old.group != new.group {
        allowed.push(format!("`{id}` has another unit or group"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;
    use wavecraft_companion_protocol::parameter::ParameterType;

    type Change = fn(&mut Vec<ParameterSpec>);

    fn set() -> Vec<ParameterSpec> {
        let choice = ParameterSpec {
            kind: ParameterType::Enum,
            step: Some(1.0),
            variants: Some(vec!["Low".into(), "High".into()]),
            ..ParameterSpec::float("shape", 0.0, 0.0, 1.0)
        };
        vec![
            ParameterSpec::float("level", 0.0, -60.0, 12.0),
            ParameterSpec::float("mix", 50.0, 0.0, 100.0),
            choice,
        ]
    }

    #[test]
    fn what_breaks_songs_fails_and_says_how() {
        let changed = |change: Change| {
            let mut now = set();
            change(&mut now);
            let found = compatible(&now, &set(), "v1.0");
            (found.verdict, format!("{} {:?}", found.told, found.details))
        };
        let broken: [(Change, &str); 8] = [
            (|now| drop(now.remove(1)), "`mix` is gone"),
            (|now| now[0].id = "gain".into(), "`level` is gone"),
            (|now| now[0].max = 24.0, "`level` had the range -60 to 12 and has -60 to 24"),
            (|now| now[1].default = 100.0, "`mix` had the default 50 and has 100"),
            (|now| now.swap(0, 1), "the order has changed"),
            (|now| now[1].kind = ParameterType::Bool, "was of kind float and is bool"),
            (|now| now[1].skew = Some(2.0), "another skew"),
            (|now| now[2].variants = Some(vec!["High".into(), "Low".into()]), "in other places"),
        ];
        for (change, says) in broken {
            let (verdict, told) = changed(change);
            assert!(verdict == Verdict::Fail && told.contains(says), "{says}: {told}");
        }
        let allowed: [(Change, &str); 4] = [
            (|_| (), "keeps its meaning"),
            (|now| now[0].name = "Gain".into(), "allowed: `level` was called"),
            (|now| now.push(ParameterSpec::float("new", 0.0, 0.0, 1.0)), "allowed: `new` is new"),
            (|now| now.insert(0, ParameterSpec::float("new", 0.0, 0.0, 1.0)), "hosts that count"),
        ];
        for (change, says) in allowed {
            let (verdict, told) = changed(change);
            assert!(verdict == Verdict::Pass && told.contains(says), "{says}: {told}");
        }
    }
}
