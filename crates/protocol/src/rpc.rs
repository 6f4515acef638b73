//! JSON-RPC 2.0 (<https://www.jsonrpc.org/specification>), as used on both sockets.
//!
//! The published `wavecraft-protocol` has an envelope too, but it can't hold a null or a missing id, and reads a
//! wrong `jsonrpc` as a parse error; so the envelope is ours and the payloads are theirs.

use crate::parameter::SetParameterError;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The text was not JSON.
pub const PARSE_ERROR: i32 = wavecraft_protocol::ERROR_PARSE;
/// The JSON was not a request.
pub const INVALID_REQUEST: i32 = wavecraft_protocol::ERROR_INVALID_REQUEST;
/// There is no such method.
pub const METHOD_NOT_FOUND: i32 = wavecraft_protocol::ERROR_METHOD_NOT_FOUND;
/// The method exists, but its parameters are wrong.
pub const INVALID_PARAMS: i32 = wavecraft_protocol::ERROR_INVALID_PARAMS;
/// The request was valid but could not be carried out.
pub const INTERNAL_ERROR: i32 = wavecraft_protocol::ERROR_INTERNAL;
/// No parameter has this id.
pub const UNKNOWN_PARAMETER: i32 = wavecraft_protocol::ERROR_PARAM_NOT_FOUND;
/// The value is outside the parameter's range, or not finite.
pub const OUT_OF_RANGE: i32 = wavecraft_protocol::ERROR_PARAM_OUT_OF_RANGE;

/// The `id` of a request: a number, a string, or null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Id {
    /// `null`: allowed by the specification, and used in an answer when the request's id could not be read.
    Null,
    /// A number, kept as it was written.
    Number(serde_json::Number),
    /// A string.
    String(String),
}

/// A failure, as the `error` member of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorObject {
    /// One of this module's constants.
    pub code: i32,
    /// What happened, to what, and what to do.
    pub message: String,
    /// Additional data for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl ErrorObject {
    /// Creates an error from one of this module's codes and a sentence.
    pub fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// The error for an unknown method. Includes enough of its name to spot a typo.
    #[must_use]
    pub fn no_method(name: &str) -> Self {
        Self::new(METHOD_NOT_FOUND, format!("there is no method `{name:.80}`"))
    }
}

impl From<SetParameterError> for ErrorObject {
    fn from(error: SetParameterError) -> Self {
        let code = match error {
            SetParameterError::UnknownParameter(_) => UNKNOWN_PARAMETER,
            SetParameterError::OutOfRange(_) => OUT_OF_RANGE,
        };
        Self::new(code, error.to_string())
    }
}

impl std::fmt::Display for ErrorObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ErrorObject {}

/// A call: a request if it has an id, otherwise a notification.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// `None` for a notification, which gets no answer, not even an error.
    pub id: Option<Id>,
    /// The method's name.
    pub method: String,
    /// Its parameters: an object, an array, or absent (`Null`).
    pub params: Value,
}

impl Call {
    /// Reads the parameters as a method's own type.
    ///
    /// # Errors
    /// [`INVALID_PARAMS`], with serde's explanation. Absent parameters are read as an empty object.
    pub fn params<T: serde::de::DeserializeOwned>(&self) -> Result<T, ErrorObject> {
        let none = Value::Object(serde_json::Map::new());
        T::deserialize(if self.params.is_null() { &none } else { &self.params })
            .map_err(|error| ErrorObject::new(INVALID_PARAMS, format!("{}: {error}", self.method)))
    }
}

/// A call that could not be read, with the answer to send.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    /// The id if it could be read, else [`Id::Null`].
    pub id: Id,
    /// The error to answer with.
    pub error: ErrorObject,
}

/// The content of one text message, as a server receives it.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// One call.
    Single(Result<Call, Rejected>),
    /// Several; the answers go back in one array, or not at all if every call is a notification.
    Batch(Vec<Result<Call, Rejected>>),
}

/// Parses a message from a client. Never fails: a call that can't be read becomes the [`Rejected`] to answer with.
///
/// Nesting deeper than serde_json's limit of 128 is a parse error.
#[must_use]
pub fn decode(text: &str) -> Incoming {
    match serde_json::from_str::<Value>(text) {
        Err(error) => Incoming::Single(Err(Rejected {
            id: Id::Null,
            error: ErrorObject::new(PARSE_ERROR, format!("not JSON: {error}")),
        })),
        Ok(Value::Array(items)) if items.is_empty() => {
            Incoming::Single(Err(invalid(Id::Null, "an empty batch")))
        }
        Ok(Value::Array(items)) => Incoming::Batch(items.into_iter().map(read_call).collect()),
        Ok(value) => Incoming::Single(read_call(value)),
    }
}

fn invalid(id: Id, reason: &str) -> Rejected {
    Rejected { id, error: ErrorObject::new(INVALID_REQUEST, format!("not a JSON-RPC 2.0 request: {reason}")) }
}

fn read_call(value: Value) -> Result<Call, Rejected> {
    let Value::Object(mut object) = value else {
        return Err(invalid(Id::Null, "not an object"));
    };
    let id = match object.remove("id") {
        None => None,
        Some(Value::Null) => Some(Id::Null),
        Some(Value::Number(number)) => Some(Id::Number(number)),
        Some(Value::String(string)) => Some(Id::String(string)),
        Some(_) => return Err(invalid(Id::Null, "the id is neither a number nor a string nor null")),
    };
    let answer_to = || id.clone().unwrap_or(Id::Null);
    if object.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(invalid(answer_to(), "`jsonrpc` isn't \"2.0\""));
    }
    let method = match object.remove("method") {
        Some(Value::String(method)) => method,
        _ => return Err(invalid(answer_to(), "`method` isn't a string")),
    };
    let params = match object.remove("params") {
        // The published envelope also treats null as absent.
        None | Some(Value::Null) => Value::Null,
        Some(params @ (Value::Object(_) | Value::Array(_))) => params,
        Some(_) => return Err(invalid(answer_to(), "`params` is neither an object nor an array")),
    };
    Ok(Call { id, method, params })
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Response {
    jsonrpc: &'static str,
    id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorObject>,
}

impl Response {
    /// Creates the answer to the request `id`.
    #[must_use]
    pub fn new(id: Id, outcome: Outcome) -> Self {
        let (result, error) = match outcome.0 {
            Ok(result) => (Some(result), None),
            Err(error) => (None, Some(error)),
        };
        Self { jsonrpc: "2.0", id, result, error }
    }

    /// The answer's text.
    #[must_use]
    pub fn text(&self) -> String {
        to_value(self).to_string()
    }
}

impl From<Rejected> for Response {
    fn from(rejected: Rejected) -> Self {
        Self::new(rejected.id, rejected.error.into())
    }
}

/// The outcome of a call: a result of any method, or an error.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome(Result<Value, ErrorObject>);

impl Outcome {
    /// Wraps a method's own result.
    pub fn of(outcome: Result<impl Serialize, ErrorObject>) -> Self {
        Self(outcome.map(|result| to_value(&result)))
    }

    /// Why the call failed; `None` if it succeeded.
    #[must_use]
    pub fn error(&self) -> Option<&ErrorObject> {
        self.0.as_ref().err()
    }

    /// Reads the result as a method's own type, or returns the error that came in its place.
    ///
    /// # Errors
    /// The result isn't of that type.
    pub fn read<R: serde::de::DeserializeOwned>(self) -> Result<Result<R, ErrorObject>, serde_json::Error> {
        match self.0 {
            Ok(result) => serde_json::from_value(result).map(Ok),
            Err(error) => Ok(Err(error)),
        }
    }
}

impl From<ErrorObject> for Outcome {
    fn from(error: ErrorObject) -> Self {
        Self(Err(error))
    }
}

/// The text of a notification.
#[must_use]
pub fn notification(method: &str, params: &impl Serialize) -> String {
    call_text(None, method, params)
}

/// The text of a request if there is an id, otherwise of a notification.
pub(crate) fn call_text(id: Option<u64>, method: &str, params: &impl Serialize) -> String {
    let mut object = serde_json::Map::new();
    object.insert("jsonrpc".into(), "2.0".into());
    if let Some(id) = id {
        object.insert("id".into(), id.into());
    }
    object.insert("method".into(), method.into());
    object.insert("params".into(), to_value(params));
    Value::Object(object).to_string()
}

/// Converts a message type of this crate to JSON. This can't fail, as all have string keys and no failing `Serialize`;
/// if a type that fails is ever added, its message is `null`, and the golden files show it.
#[must_use]
pub fn to_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// The content of one text message, as a client receives it.
#[derive(Debug, Clone, PartialEq)]
pub enum FromServer {
    /// The answer to one of our requests.
    Answer {
        /// The request's id.
        id: Id,
        /// Its outcome.
        outcome: Outcome,
    },
    /// A notification from the server.
    Notification {
        /// Its name.
        method: String,
        /// Its parameters.
        params: Value,
    },
}

/// Parses a message from a server.
///
/// # Errors
/// A sentence, if the text is neither an answer nor a notification.
pub fn decode_from_server(text: &str) -> Result<FromServer, String> {
    #[derive(Deserialize)]
    struct Raw {
        #[serde(default)]
        id: Option<Id>,
        #[serde(default)]
        method: Option<String>,
        #[serde(default)]
        params: Value,
        #[serde(default)]
        result: Option<Value>,
        #[serde(default)]
        error: Option<ErrorObject>,
    }
    let raw: Raw = serde_json::from_str(text).map_err(|error| format!("not a JSON-RPC message: {error}"))?;
    match raw {
        Raw { method: Some(method), params, .. } => Ok(FromServer::Notification { method, params }),
        Raw { id, error: Some(error), .. } => {
            Ok(FromServer::Answer { id: id.unwrap_or(Id::Null), outcome: error.into() })
        }
        Raw { id: Some(id), result, .. } => {
            Ok(FromServer::Answer { id, outcome: Outcome(Ok(result.unwrap_or(Value::Null))) })
        }
        _ => Err("a JSON-RPC message with neither a method nor an id".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn single(text: &str) -> Result<Call, Rejected> {
        match decode(text) {
            Incoming::Single(call) => call,
            Incoming::Batch(_) => panic!("a batch: {text}"),
        }
    }

    #[test]
    fn null_params_are_none() {
        let call = single(r#"{"jsonrpc":"2.0","id":1,"method":"getAllParameters","params":null}"#);
        assert_eq!(call.expect("a call").params, Value::Null);
    }

    #[test]
    fn ids_of_every_kind_are_kept() {
        for (text, id) in [
            (r#""id":7,"#, Some(Id::Number(7.into()))),
            (r#""id":"a","#, Some(Id::String("a".into()))),
            (r#""id":null,"#, Some(Id::Null)),
            ("", None),
        ] {
            let call = single(&format!(r#"{{"jsonrpc":"2.0",{text}"method":"ping"}}"#)).expect(text);
            assert_eq!(call.id, id);
            assert_eq!(call.params, Value::Null);
        }
    }

    #[test]
    fn what_is_wrong_decides_the_code() {
        for (text, code, id) in [
            ("{", PARSE_ERROR, Id::Null),
            ("[]", INVALID_REQUEST, Id::Null),
            ("1", INVALID_REQUEST, Id::Null),
            (r#"{"jsonrpc":"1.0","id":3,"method":"ping"}"#, INVALID_REQUEST, Id::Number(3.into())),
            (r#"{"jsonrpc":"2.0","id":3}"#, INVALID_REQUEST, Id::Number(3.into())),
            (r#"{"jsonrpc":"2.0","id":[],"method":"ping"}"#, INVALID_REQUEST, Id::Null),
            (r#"{"jsonrpc":"2.0","id":3,"method":"ping","params":4}"#, INVALID_REQUEST, Id::Number(3.into())),
        ] {
            let rejected = single(text).expect_err(text);
            assert_eq!((rejected.error.code, rejected.id), (code, id), "{text}");
        }
        let deep = "[".repeat(200);
        assert_eq!(single(&deep).expect_err("deep").error.code, PARSE_ERROR);
    }

    #[test]
    fn a_batch_keeps_its_order_and_its_bad_parts() {
        let Incoming::Batch(items) = decode(r#"[{"jsonrpc":"2.0","id":1,"method":"a"},1]"#) else { panic!() };
        assert_eq!(items[0].as_ref().expect("first").method, "a");
        assert_eq!(items[1].as_ref().expect_err("second").error.code, INVALID_REQUEST);
    }

    #[test]
    fn an_answer_has_a_result_or_an_error_and_never_both() {
        let ok = to_value(&Response::new(Id::Null, Outcome::of(Ok(Value::Null))));
        assert_eq!(ok, json!({"jsonrpc": "2.0", "id": null, "result": null}));
        let error = ErrorObject::new(INTERNAL_ERROR, "x");
        let error = to_value(&Response::new(Id::Number(1.into()), error.into()));
        assert_eq!(error, json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32603, "message": "x"}}));
    }

    #[test]
    fn a_client_tells_answers_from_notifications() {
        assert_eq!(
            decode_from_server(&notification("x", &json!({"a": 1}))),
            Ok(FromServer::Notification { method: "x".into(), params: json!({"a": 1}) })
        );
        assert_eq!(
            decode_from_server(r#"{"jsonrpc":"2.0","id":4,"result":null}"#),
            Ok(FromServer::Answer { id: Id::Number(4.into()), outcome: Outcome(Ok(Value::Null)) })
        );
        assert!(decode_from_server("{}").is_err());
    }
}
