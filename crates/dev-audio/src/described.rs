//! The processors of a stage that describes itself, as far as ids and names tell: the ids of a processor's parameters
//! start with its own.

use wavecraft_companion_protocol::parameter::{ParameterSpec, ParameterType};
use wavecraft_companion_protocol::processor::ProcessorSpec;

use crate::specs::{BYPASS, numbered_as};

/// Gives every parameter that has none its processor of `ids`, and returns these processors.
pub(crate) fn processors(ids: &[String], parameters: &mut [ParameterSpec]) -> Vec<ProcessorSpec> {
    for parameter in &mut *parameters {
        if parameter.processor.is_none() {
            // `filter_2_cutoff` is a parameter of `filter_2`, and not of `filter`.
            let owner = ids.iter().filter(|id| starts_with(&parameter.id, id)).max_by_key(|id| id.len());
            parameter.processor = owner.cloned();
        }
    }
    ids.iter().map(|id| processor(id, ids, parameters)).collect()
}

fn processor(id: &str, ids: &[String], parameters: &[ParameterSpec]) -> ProcessorSpec {
    let is_bypass = |parameter: &&ParameterSpec| {
        parameter.kind == ParameterType::Bool && behind(&parameter.id, id) == Some(BYPASS)
    };
    let bypass = parameters.iter().find(is_bypass);
    let first = ids.iter().find(|first| {
        behind(id, first).is_some_and(|number| number.bytes().all(|digit| digit.is_ascii_digit()))
    });
    let first = first.map_or(id, String::as_str);
    // The published SDK names a bypass after its processor.
    let name = bypass.and_then(|bypass| bypass.name.strip_suffix(" Bypass")).map(str::to_owned);
    let name = numbered_as(id, first, name.unwrap_or_else(|| words(first)));
    ProcessorSpec { id: id.to_owned(), name, bypass: bypass.map(|bypass| bypass.id.clone()) }
}

/// `cutoff` of `filter_cutoff` and `filter`.
fn behind<'a>(id: &'a str, prefix: &str) -> Option<&'a str> {
    id.strip_prefix(prefix)?.strip_prefix('_').filter(|rest| !rest.is_empty())
}

fn starts_with(id: &str, prefix: &str) -> bool {
    behind(id, prefix).is_some()
}

/// "Soft Clip" of `soft_clip`.
fn words(id: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
    };
    let words: Vec<_> = id.split('_').filter(|word| !word.is_empty()).map(capital).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(id: &str, name: &str, kind: &str) -> ParameterSpec {
        let text = format!(
            r#"{{"id": "{id}", "name": "{name}", "type": "{kind}", "default": 0, "min": 0, "max": 1}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn parameters_belong_to_the_longest_id_that_they_start_with() {
        let ids = ["filter", "soft_clip", "filter_2"].map(str::to_owned);
        let mut parameters = [
            parameter("filter_cutoff", "Cutoff", "float"),
            parameter("filter_bypass", "HP Filter Bypass", "bool"),
            parameter("soft_clip_drive", "Drive", "float"),
            parameter("filter_2_cutoff", "Cutoff", "float"),
            parameter("filter_2_bypass", "HP Filter Bypass", "bool"),
            parameter("volume", "Volume", "float"),
        ];
        let chain = processors(&ids, &mut parameters);
        let owners: Vec<_> =
            parameters.iter().map(|one| one.processor.as_deref().unwrap_or_default()).collect();
        assert_eq!(owners, ["filter", "filter", "soft_clip", "filter_2", "filter_2", ""]);
        let shown: Vec<_> = chain.iter().map(|one| (one.name.as_str(), one.bypass.as_deref())).collect();
        let bypasses = [Some("filter_bypass"), None, Some("filter_2_bypass")];
        assert_eq!(
            shown,
            [("HP Filter", bypasses[0]), ("Soft Clip", bypasses[1]), ("HP Filter 2", bypasses[2])]
        );
    }
}
