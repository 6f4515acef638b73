//! The queue of lines to one client of the control socket.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::Notify;
use wavecraft_companion_protocol::{
    control::{CHILD_LOG, ChildLog, LogStream},
    lanes::{self, Lanes, Next, Room},
    rpc,
};

/// How much may wait for a client that doesn't read, for example one in a suspended terminal. The oldest log lines are
/// dropped, and counted; of states, figures and devices, three kinds in all, only the newest of each project waits.
const ROOM: Room = Room { lines: 1024, line_bytes: 1024 * 1024, renewed: 1024 };
/// The most answers that may wait; until there is room again, no further call is read. Together with the above, this is
/// all that can wait.
const MAX_ANSWERS: usize = 16;
/// The most ends of recordings that may wait; further ones are lost.
const MAX_KEPT: usize = 64;

/// Identifies a state that is replaced: its method, and its session.
type Key = (&'static str, String);

/// The queue of a connection's outgoing lines. It is bounded, filled from anywhere without waiting, and emptied by the
/// connection's writer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outbox {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    closed: AtomicBool,
    filled: Notify,
    drained: Notify,
}

#[derive(Debug)]
struct Queue {
    lanes: Lanes<Key, (Kind, Arc<str>)>,
    answers: usize,
    kept: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Answer,
    Kept,
    Other,
}

impl Default for Shared {
    fn default() -> Self {
        let queue = Queue { lanes: Lanes::new(ROOM), answers: 0, kept: 0 };
        Self {
            queue: Mutex::new(queue),
            closed: AtomicBool::default(),
            filled: Notify::new(),
            drained: Notify::new(),
        }
    }
}

impl Outbox {
    /// Sends an answer as soon as there is room: waits if the client hasn't read many earlier ones.
    pub(crate) async fn answer(&self, line: String) {
        loop {
            {
                let mut queue = self.lock();
                if queue.answers < MAX_ANSWERS {
                    queue.answers += 1;
                    queue.lanes.keep((Kind::Answer, line.into()));
                    break;
                }
            }
            self.shared.drained.notified().await;
        }
        self.shared.filled.notify_one();
    }

    /// Sends a state, which replaces the last one of the same `session` and `method` if that is still waiting.
    pub(crate) fn renew(&self, method: &'static str, session: &str, line: Arc<str>) {
        self.lock().lanes.renew((method, session.to_owned()), (Kind::Other, line));
        self.shared.filled.notify_one();
    }

    /// Sends a rare event, none of which may be replaced by a newer one.
    pub(crate) fn keep(&self, line: Arc<str>) {
        let mut queue = self.lock();
        if queue.kept < MAX_KEPT {
            queue.kept += 1;
            queue.lanes.keep((Kind::Kept, line));
        }
        drop(queue);
        self.shared.filled.notify_one();
    }

    /// Sends a line of a child of `session`.
    pub(crate) fn log(&self, session: &str, line: Arc<str>) {
        self.lock().lanes.line(session, line.len(), (Kind::Other, line));
        self.shared.filled.notify_one();
    }

    /// Closes the outbox: the writer ends once it has sent what is in it.
    pub(crate) fn close(&self) {
        self.shared.closed.store(true, Ordering::Release);
        self.shared.filled.notify_one();
    }

    /// The next line to send, without its line end; `None` when the outbox is closed and empty.
    pub(crate) async fn next(&self) -> Option<Arc<str>> {
        loop {
            // The order matters: what was sent before the closing is found after it.
            let closed = self.shared.closed.load(Ordering::Acquire);
            if let Some(line) = self.pop() {
                return Some(line);
            }
            if closed {
                return None;
            }
            self.shared.filled.notified().await;
        }
    }

    fn pop(&self) -> Option<Arc<str>> {
        let mut queue = self.lock();
        match queue.lanes.pop()? {
            Next::Item((kind, line)) => {
                queue.answers -= usize::from(kind == Kind::Answer);
                queue.kept -= usize::from(kind == Kind::Kept);
                drop(queue);
                self.shared.drained.notify_one();
                Some(line)
            }
            Next::Dropped { source, lines } => {
                let line = lanes::dropped(lines, "the processor's output");
                let log = ChildLog { session: source, stream: LogStream::Message, line };
                Some(rpc::notification(CHILD_LOG, &log).into())
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // No code that holds the lock can panic halfway through a change.
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::ready;
    use wavecraft_companion_protocol::control::SESSION_STATE;

    async fn is_ready(future: impl Future<Output = ()>) -> bool {
        tokio::select! {
            biased;
            () = future => true,
            () = ready(()) => false,
        }
    }

    fn all(outbox: &Outbox) -> Vec<String> {
        std::iter::from_fn(|| outbox.pop()).map(|line| line.to_string()).collect()
    }

    #[tokio::test]
    async fn a_flood_of_lines_loses_no_answer_and_no_state() {
        let outbox = Outbox::default();
        outbox.renew(SESSION_STATE, "a", "shadow".into());
        outbox.renew(SESSION_STATE, "b", "held".into());
        for number in 0..20_000 {
            outbox.log("a", number.to_string().into());
        }
        outbox.renew(SESSION_STATE, "a", "live".into());
        assert!(is_ready(outbox.answer("answer".into())).await);
        let all = all(&outbox);
        assert_eq!(all[..4], ["shadow", "held", "live", "answer"]);
        assert!(all[4].contains("18,976 lines of the processor's output were dropped"), "{}", all[4]);
        assert_eq!((all.len(), all.last().map(String::as_str)), (5 + 1024, Some("19999")));
    }

    #[tokio::test]
    async fn answers_wait_for_room_and_what_was_sent_before_the_end_goes_out() {
        let outbox = Outbox::default();
        for number in 0..MAX_ANSWERS {
            assert!(is_ready(outbox.answer(number.to_string())).await);
        }
        let mut late = Box::pin(outbox.answer("late".into()));
        assert!(!is_ready(&mut late).await);
        assert_eq!(outbox.next().await.as_deref(), Some("0"));
        late.await;
        outbox.close();
        let mut sent = Vec::new();
        while let Some(line) = outbox.next().await {
            sent.push(line.to_string());
        }
        assert_eq!((sent.len(), sent.last().map(String::as_str)), (MAX_ANSWERS, Some("late")));
    }
}
