//! Values of parameters as agents write them.

use rmcp::schemars::JsonSchema;
use serde::Deserialize;
use std::{collections::BTreeMap, fmt};

/// A parameter's value.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(crate = "rmcp::schemars")]
pub(super) enum Written {
    /// In the parameter's own unit.
    Number(f64),
    /// Of a switch.
    Switch(bool),
    /// A choice's name.
    Text(String),
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Switch(on) => f.write_str(if *on { "on" } else { "off" }),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// Values by id.
pub(super) type Values = BTreeMap<String, Written>;

/// The words of a command for these values.
pub(super) fn words(values: &Values) -> impl Iterator<Item = String> {
    values.iter().map(|(id, value)| format!("--set={id}={value}"))
}

/// The word of an option that was given.
pub(super) fn option(name: &str, value: Option<impl fmt::Display>) -> Option<String> {
    value.map(|value| format!("--{name}={value}"))
}

/// The word of a switch that is on.
pub(super) fn switch(name: &str, on: bool) -> Option<String> {
    on.then(|| format!("--{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_become_what_a_person_writes() {
        let values: Values = serde_json::from_str(r#"{"a": -6.5, "b": true, "c": "Clean", "d": 3}"#).unwrap();
        let words: Vec<String> = words(&values).collect();
        assert_eq!(words, ["--set=a=-6.5", "--set=b=on", "--set=c=Clean", "--set=d=3"]);
        assert_eq!((option("rate", Some(1)), switch("full", false)), (Some("--rate=1".into()), None));
    }
}
