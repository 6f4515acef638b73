//! An answer that a caller on the control socket is waiting for.

use std::marker::PhantomData;
use tokio::sync::oneshot;
use wavecraft_companion_protocol::{
    method::Method,
    rpc::{ErrorObject, INTERNAL_ERROR, Outcome},
};

/// The answer to a call that was never answered.
const NOT_ANSWERED: &str = "the companion is quitting: start it again";

/// The destination of one call's answer, whatever its method.
pub(crate) type Reply = oneshot::Sender<Outcome>;

/// The answer owed to a call of `M`: a result or an error. Dropping it sends an error too, so that no caller waits for
/// an answer that was forgotten.
#[must_use = "its caller waits for it"]
pub(crate) struct Owed<M> {
    reply: Option<Reply>,
    method: PhantomData<fn() -> M>,
}

impl<M: Method> Owed<M> {
    /// An answer owed to the holder of the other end of `reply`.
    pub(crate) fn new(reply: Reply) -> Self {
        Self { reply: Some(reply), method: PhantomData }
    }

    /// Sends the result.
    pub(crate) fn answer(self, result: M::Result) {
        self.settle(Ok(result));
    }

    /// Sends the error.
    pub(crate) fn refuse(self, error: ErrorObject) {
        self.settle(Err(error));
    }

    /// Sends the result or the error.
    pub(crate) fn settle(mut self, outcome: Result<M::Result, ErrorObject>) {
        self.send(Outcome::of(outcome));
    }
}

impl<M> Owed<M> {
    /// If the caller is gone, the answer is dropped.
    fn send(&mut self, outcome: Outcome) {
        if let Some(reply) = self.reply.take() {
            let _ = reply.send(outcome);
        }
    }
}

impl<M> Drop for Owed<M> {
    fn drop(&mut self) {
        self.send(ErrorObject::new(INTERNAL_ERROR, NOT_ANSWERED).into());
    }
}

/// The outcome of a call, or the error for one that was never answered.
pub(super) async fn outcome(answer: oneshot::Receiver<Outcome>) -> Outcome {
    answer.await.unwrap_or_else(|_| ErrorObject::new(INTERNAL_ERROR, NOT_ANSWERED).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::control::{Shutdown, ShuttingDown};

    fn owed() -> (Owed<Shutdown>, oneshot::Receiver<Outcome>) {
        let (reply, answer) = oneshot::channel();
        (Owed::new(reply), answer)
    }

    #[tokio::test]
    async fn an_answer_is_told_once_and_a_forgotten_one_is_an_error() {
        let (told, answer) = owed();
        told.answer(ShuttingDown { ending: true });
        assert_eq!(outcome(answer).await.read().unwrap(), Ok(ShuttingDown { ending: true }));

        let (forgotten, answer) = owed();
        drop(forgotten);
        let error = outcome(answer).await.error().cloned().unwrap();
        assert_eq!((error.code, error.message.as_str()), (INTERNAL_ERROR, NOT_ANSWERED));

        let (reply, answer) = oneshot::channel();
        drop(reply);
        assert_eq!(outcome(answer).await.error(), Some(&error), "nor is one that the app never saw");
    }
}
