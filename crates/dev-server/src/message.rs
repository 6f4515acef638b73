//! A message from a client: one call, or a batch of them.

use wavecraft_companion_protocol::{
    browser::{answer, batch},
    method::Done,
    rpc::{self, Call, ErrorObject, INTERNAL_ERROR, INVALID_REQUEST, Id, Incoming, Rejected},
};

use crate::{
    config::Limits,
    methods::{Caller, carry_out},
};

/// Carries out a message. `Some` with the text to answer, if there is an answer.
pub(crate) async fn answer_to(text: &str, caller: Caller<'_>, limits: &Limits) -> Option<String> {
    match rpc::decode(text) {
        Incoming::Single(call) => one(call, caller).await,
        Incoming::Batch(calls) if calls.len() > limits.batch_calls => {
            let message = format!("a batch has at most {} calls, not {}", limits.batch_calls, calls.len());
            Some(refusal(&Id::Null, ErrorObject::new(INVALID_REQUEST, message)))
        }
        Incoming::Batch(calls) => {
            let mut answers: Vec<String> = Vec::new();
            let mut bytes = 0;
            for call in calls {
                let answer = if bytes < limits.batch_bytes {
                    one(call, caller).await
                } else {
                    too_much(call, limits.batch_bytes)
                };
                bytes += answer.as_ref().map_or(0, String::len);
                answers.extend(answer);
            }
            (!answers.is_empty()).then(|| batch(&answers))
        }
    }
}

async fn one(call: Result<Call, Rejected>, caller: Caller<'_>) -> Option<String> {
    match call {
        Ok(call) => carry_out(&call, caller).await,
        Err(rejected) => Some(refusal(&rejected.id, rejected.error)),
    }
}

/// Answers a call after a batch's answer is full: it isn't carried out, as its result could not be reported.
fn too_much(call: Result<Call, Rejected>, limit: usize) -> Option<String> {
    let message = format!(
        "not carried out: the answers to this batch are over {limit} bytes already; ask for this in another message"
    );
    let id = match call {
        Err(rejected) => rejected.id,
        Ok(call) => call.id?,
    };
    Some(refusal(&id, ErrorObject::new(INTERNAL_ERROR, message)))
}

fn refusal(id: &Id, error: ErrorObject) -> String {
    answer(id, &Err::<Done, _>(error))
}
