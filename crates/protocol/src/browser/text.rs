//! The text of the dev WebSocket's messages.
//!
//! It is written without an intermediate JSON tree: a tree turns every f32 into an f64, so that 0.8 would arrive as
//! 0.800000011920929, and boxes each of a scope frame's 2,048 numbers.

use crate::rpc::{ErrorObject, Id};
use serde::Serialize;

/// The text of an answer.
#[must_use]
pub fn answer(id: &Id, outcome: &Result<impl Serialize, ErrorObject>) -> String {
    #[derive(Serialize)]
    struct Answer<'a, R> {
        jsonrpc: &'static str,
        id: &'a Id,
        #[serde(flatten)]
        outcome: Outcome<'a, R>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "lowercase")]
    enum Outcome<'a, R> {
        Result(&'a R),
        Error(&'a ErrorObject),
    }
    let outcome = match outcome {
        Ok(result) => Outcome::Result(result),
        Err(error) => Outcome::Error(error),
    };
    text(&Answer { jsonrpc: "2.0", id, outcome })
}

/// The text that answers a batch: the answers to its calls, in one array.
#[must_use]
pub fn batch(answers: &[String]) -> String {
    format!("[{}]", answers.join(","))
}

/// The text of a notification.
#[must_use]
pub fn notification(method: &str, params: &impl Serialize) -> String {
    #[derive(Serialize)]
    struct Notification<'a, P> {
        jsonrpc: &'static str,
        method: &'a str,
        params: &'a P,
    }
    text(&Notification { jsonrpc: "2.0", method, params })
}

/// This can't fail: nothing here has non-string keys or a failing `Serialize`. Should such a type be added, its message
/// is `null`, and the tests of its shape show it.
fn text(message: &impl Serialize) -> String {
    serde_json::to_string(message).unwrap_or_else(|_| "null".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::{INTERNAL_ERROR, Outcome, Response};
    use serde_json::{Value, json};

    #[test]
    fn an_answer_is_the_envelope_of_both_sockets() {
        let id = Id::String("a".into());
        for outcome in [
            Ok(json!({})),
            Ok(Value::Null),
            Ok(json!({"pong": true})),
            Err(ErrorObject::new(INTERNAL_ERROR, "no \"quotes\" lost")),
        ] {
            let written: Value = serde_json::from_str(&answer(&id, &outcome)).unwrap();
            assert_eq!(written.to_string(), Response::new(id.clone(), Outcome::of(outcome)).text());
        }
        let done: Result<_, ErrorObject> = Ok(json!({}));
        assert_eq!(answer(&Id::Null, &done), r#"{"jsonrpc":"2.0","id":null,"result":{}}"#);
    }

    #[test]
    fn a_value_keeps_its_short_form() {
        let value: Result<f32, ErrorObject> = Ok(0.8);
        assert!(answer(&Id::Null, &value).ends_with(r#""result":0.8}"#));
        assert_eq!(notification("x", &json!({})), r#"{"jsonrpc":"2.0","method":"x","params":{}}"#);
    }

    #[test]
    fn a_batch_is_one_array() {
        assert_eq!(batch(&["1".into(), "2".into()]), "[1,2]");
    }
}
