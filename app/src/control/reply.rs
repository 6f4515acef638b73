//! What the answer to a call of the control socket travels back on.

use serde_json::Value;
use tokio::sync::oneshot;
use wavecraft_companion_protocol::rpc::ErrorObject;

/// Answers one call, once.
pub(crate) type Reply = oneshot::Sender<Result<Value, ErrorObject>>;
