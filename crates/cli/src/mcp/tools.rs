//! The tools, each in the file of its name.

mod check;
mod compare;
mod log;
mod measure;
mod parameters;
mod picture;
mod render;
mod status;

use super::tool::Entry;

/// All of them, in the order in which they are listed.
pub(super) fn all() -> Vec<Entry> {
    vec![
        Entry::of::<measure::Measure>(),
        Entry::of::<picture::Picture>(),
        Entry::of::<compare::Compare>(),
        Entry::of::<check::Check>(),
        Entry::of::<render::Render>(),
        Entry::of::<status::Status>(),
        Entry::of::<log::Log>(),
        Entry::of::<parameters::List>(),
        Entry::of::<parameters::Set>(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn every_tool_has_a_schema_with_a_description_of_each_argument() {
        for Entry { spec, .. } in all() {
            let schema = spec.schema_as_json_value();
            assert_eq!(
                (&schema["type"], &schema["additionalProperties"]),
                (&Value::from("object"), &Value::from(false))
            );
            let properties = schema["properties"].as_object().cloned().unwrap_or_default();
            for (name, property) in properties {
                let told = property["description"].as_str().unwrap_or_default();
                assert!(!told.is_empty(), "{}: {name} {property}", spec.name);
            }
            let output = spec.output_schema.expect("a result");
            assert_eq!(output.get("type"), Some(&Value::from("object")), "{}", spec.name);
            assert!(spec.description.is_some_and(|text| text.len() > 40) && spec.annotations.is_some());
        }
    }
}
