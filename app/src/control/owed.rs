//! An answer that a caller of the control socket waits for.

use std::marker::PhantomData;
use tokio::sync::oneshot;
use wavecraft_companion_protocol::{
    method::Method,
    rpc::{ErrorObject, INTERNAL_ERROR, Outcome},
};

/// What a call that nobody answered is answered with.
const NOT_ANSWERED: &str = "the companion is quitting: start it again";

/// Where the answer to one call goes, whatever its method.
pub(crate) type Reply = oneshot::Sender<Outcome>;

/// An answer to a call of `M`, or an error. Dropped, it is an error too: nobody waits for an answer that was forgotten.
#[must_use = "its caller waits for it"]
pub(crate) struct Owed<M> {
    reply: Option<Reply>,
    method: PhantomData<fn() -> M>,
}

impl<M: Method> Owed<M> {
    /// Owed to whoever has the other end of `reply`.
    pub(crate) fn new(reply: Reply) -> Self {
        Self { reply: Some(reply), method: PhantomData }
    }

    /// Tells the result.
    pub(crate) fn answer(self, result: M::Result) {
        self.settle(Ok(result));
    }

    /// Tells why there is none.
    pub(crate) fn refuse(self, error: ErrorObject) {
        self.settle(Err(error));
    }

    /// Tells one or the other.
    pub(crate) fn settle(mut self, outcome: Result<M::Result, ErrorObject>) {
        self.send(Outcome::of(outcome));
    }
}

impl<M> Owed<M> {
    /// A caller that is gone hears nothing.
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

/// What came of a call, or the error for one that nobody took.
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
