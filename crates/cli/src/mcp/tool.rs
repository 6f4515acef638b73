//! What a tool is: its arguments and its result are types, of which the schemas are made.

use super::{call::Call, own_command::Commands};
use crate::ansi;
use base64::{Engine, engine::general_purpose::STANDARD};
use rmcp::{
    handler::server::tool::{schema_for_input, schema_for_output, schema_for_type},
    model::{CallToolResult, ContentBlock, JsonObject, ToolAnnotations},
    schemars::JsonSchema,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::pin::Pin;

/// The most bytes of a result's figures as JSON: what an agent can read.
const MOST_BYTES: usize = 256 * 1024;
/// The same of its text.
const MOST_TEXT_BYTES: usize = 48 * 1024;

/// What a tool does to what is around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing that lasts, but a build's own files.
    Reads,
    /// It changes what is heard, the same if it is done twice.
    Sets,
    /// It writes a file, and replaces one only if it is told to.
    Writes,
}

/// A tool. The type itself is its arguments.
pub(super) trait Tool: DeserializeOwned + JsonSchema + Send + 'static {
    /// Its name.
    const NAME: &'static str;
    /// Its name for people.
    const TITLE: &'static str;
    /// What it does, for an agent.
    const DESCRIPTION: &'static str;
    /// What it changes.
    const EFFECT: Effect;
    /// What it finds.
    type Found: Serialize + JsonSchema + 'static;

    /// Does it.
    ///
    /// # Errors
    /// For the agent: what failed, and what to do.
    fn run(
        self,
        commands: &Commands,
        call: &mut Call,
    ) -> impl Future<Output = Result<Answer<Self::Found>, String>> + Send;
}

/// A tool's answer.
pub(super) struct Answer<T> {
    /// In short, for who reads.
    pub(super) text: String,
    /// All of it.
    pub(super) found: T,
    /// A picture, as PNG.
    pub(super) picture: Option<Vec<u8>>,
    /// Whether it was not done to the end: the figures are those that there are.
    pub(super) failed: bool,
}

impl<T> Answer<T> {
    /// Text and figures.
    pub(super) fn new(text: impl Into<String>, found: T) -> Self {
        Self { text: text.into(), found, picture: None, failed: false }
    }
}

type Running<'a> = Pin<Box<dyn Future<Output = CallToolResult> + Send + 'a>>;

/// A tool in the list.
pub(super) struct Entry {
    /// What clients are told of it.
    pub(super) spec: rmcp::model::Tool,
    /// Reads the arguments and does it.
    pub(super) run: for<'a> fn(&'a Commands, JsonObject, &'a mut Call) -> Running<'a>,
}

impl Entry {
    /// The entry of a tool.
    pub(super) fn of<T: Tool>() -> Self {
        let reads = T::EFFECT == Effect::Reads;
        let annotations = ToolAnnotations::with_title(T::TITLE)
            .read_only(reads)
            .destructive(T::EFFECT == Effect::Writes)
            .idempotent(T::EFFECT != Effect::Writes)
            .open_world(false);
        // Without the type's own description, which would say less than the tool's.
        let input = schema_for_input::<T>().unwrap_or_else(|_| schema_for_type::<T>());
        let spec = rmcp::model::Tool::new(T::NAME, T::DESCRIPTION, input)
            .with_title(T::TITLE)
            .with_raw_output_schema(schema_for_output::<T::Found>())
            .with_annotations(annotations);
        Self { spec, run: |commands, arguments, call| Box::pin(answered::<T>(commands, arguments, call)) }
    }
}

async fn answered<T: Tool>(commands: &Commands, arguments: JsonObject, call: &mut Call) -> CallToolResult {
    let outcome = match serde_json::from_value::<T>(Value::Object(arguments)) {
        Ok(tool) => tool.run(commands, call).await.and_then(result),
        Err(error) => Err(format!("{}: {error}", T::NAME)),
    };
    outcome.unwrap_or_else(|why| CallToolResult::error(vec![ContentBlock::text(cut(&ansi::strip(&why)))]))
}

fn result<T: Serialize>(answer: Answer<T>) -> Result<CallToolResult, String> {
    let found = serde_json::to_value(answer.found)
        .map_err(|error| format!("the result can't be written: {error}"))?;
    let bytes = found.to_string().len();
    if bytes > MOST_BYTES {
        return Err(format!(
            "the result would have {bytes} bytes, and there is room for {MOST_BYTES}: ask for less"
        ));
    }
    let mut content = vec![ContentBlock::text(cut(&ansi::strip(&answer.text)))];
    content.extend(answer.picture.map(|png| ContentBlock::image(STANDARD.encode(png), "image/png")));
    let mut result =
        if answer.failed { CallToolResult::error(content) } else { CallToolResult::success(content) };
    result.structured_content = Some(found);
    Ok(result)
}

/// The text, or its beginning and its end if it is too long.
fn cut(text: &str) -> String {
    if text.len() <= MOST_TEXT_BYTES {
        return text.into();
    }
    let half = MOST_TEXT_BYTES / 2;
    let (first, last) = (text.floor_char_boundary(half), text.ceil_char_boundary(text.len() - half));
    format!("{}\n… {} bytes are left out …\n{}", &text[..first], last - first, &text[last..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_its_beginning_and_its_end() {
        assert_eq!(cut("short"), "short");
        let text = format!("begin{}end", "ä".repeat(40_000));
        let short = cut(&text);
        assert!(short.len() < MOST_TEXT_BYTES + 100 && short.starts_with("begin") && short.ends_with("end"));
        assert!(short.contains("bytes are left out"));
    }

    #[test]
    fn a_result_of_megabytes_is_refused_with_what_to_do() {
        let refused = result(Answer::new("", vec![1.5; 200_000])).unwrap_err();
        assert!(refused.contains("ask for less"), "{refused}");
        let picture = Answer { picture: Some(vec![1, 2, 3]), failed: true, ..Answer::new("a\u{1b}[2J", 1) };
        let told = serde_json::to_value(result(picture).unwrap()).unwrap();
        assert_eq!(told["content"][0]["text"], "a");
        assert_eq!(told["content"][1]["data"], "AQID");
        assert_eq!((&told["isError"], &told["structuredContent"]), (&Value::from(true), &Value::from(1)));
    }
}
