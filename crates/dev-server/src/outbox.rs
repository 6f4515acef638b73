//! The messages waiting for one client.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::config::Limits;

/// How a message is queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Parameter changes and statuses: all of them arrive, or the client is closed.
    Kept,
    /// Meters, scope frames, stats: only the newest are kept.
    Frames,
    /// Log lines: only the newest are kept, and many arrive at once.
    Lines,
}

/// A client's queue: bounded, filled from any thread, emptied by the client's own task.
#[derive(Debug)]
pub(crate) struct Outbox {
    queues: Mutex<Queues>,
    /// Signals that a message was queued.
    filled: Notify,
    /// Signals that [`Lane::Kept`] overflowed.
    overflowed: Notify,
    max_kept_bytes: usize,
    max_frames: usize,
    max_lines: usize,
}

#[derive(Debug, Default)]
struct Queues {
    kept: VecDeque<Utf8Bytes>,
    kept_bytes: usize,
    lines: VecDeque<Utf8Bytes>,
    frames: VecDeque<Utf8Bytes>,
    /// The client will be closed: nothing more is queued.
    over: bool,
}

impl Outbox {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            queues: Mutex::default(),
            filled: Notify::new(),
            overflowed: Notify::new(),
            max_kept_bytes: limits.queued_bytes,
            max_frames: limits.queued_frames,
            max_lines: limits.queued_lines,
        }
    }

    /// Queues a message. Never blocks.
    pub(crate) fn push(&self, lane: Lane, text: Utf8Bytes) {
        let mut queues = self.lock();
        if queues.over {
            return;
        }
        match lane {
            Lane::Frames => push_newest(&mut queues.frames, self.max_frames, text),
            Lane::Lines => push_newest(&mut queues.lines, self.max_lines, text),
            // One message is always accepted, however long: a client that keeps up must not be closed for it.
            Lane::Kept if queues.kept.is_empty() || queues.kept_bytes + text.len() <= self.max_kept_bytes => {
                queues.kept_bytes += text.len();
                queues.kept.push_back(text);
            }
            Lane::Kept => {
                *queues = Queues { over: true, ..Queues::default() };
                drop(queues);
                self.overflowed.notify_one();
                return;
            }
        }
        drop(queues);
        self.filled.notify_one();
    }

    /// Takes the next message to send: messages that must arrive come before those that may be dropped.
    pub(crate) fn pop(&self) -> Option<Utf8Bytes> {
        let mut queues = self.lock();
        if let Some(text) = queues.kept.pop_front() {
            queues.kept_bytes -= text.len();
            return Some(text);
        }
        queues.lines.pop_front().or_else(|| queues.frames.pop_front())
    }

    /// Returns once a message was queued since the last call.
    pub(crate) async fn filled(&self) {
        self.filled.notified().await;
    }

    /// Returns once the client failed to keep up with messages that must arrive.
    pub(crate) async fn overflowed(&self) {
        self.overflowed.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        // No code that holds it can panic halfway through a change.
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn push_newest(queue: &mut VecDeque<Utf8Bytes>, most: usize, text: Utf8Bytes) {
    while queue.len() >= most.max(1) {
        queue.pop_front();
    }
    queue.push_back(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox() -> Outbox {
        Outbox::new(&Limits { queued_bytes: 10, queued_frames: 2, queued_lines: 3, ..Limits::default() })
    }

    fn all(outbox: &Outbox) -> Vec<String> {
        std::iter::from_fn(|| outbox.pop()).map(|text| text.to_string()).collect()
    }

    #[test]
    fn frames_and_lines_lose_their_oldest() {
        let outbox = outbox();
        for number in 0..5 {
            outbox.push(Lane::Frames, format!("f{number}").into());
            outbox.push(Lane::Lines, format!("l{number}").into());
        }
        outbox.push(Lane::Kept, "k".into());
        assert_eq!(all(&outbox), ["k", "l2", "l3", "l4", "f3", "f4"]);
    }

    #[tokio::test]
    async fn what_must_arrive_is_kept_until_it_is_too_much() {
        let outbox = outbox();
        outbox.push(Lane::Kept, "12345".into());
        outbox.push(Lane::Kept, "67890".into());
        assert_eq!(outbox.pop().unwrap().as_str(), "12345");
        outbox.push(Lane::Kept, "abcde".into());
        assert_eq!(all(&outbox), ["67890", "abcde"]);

        outbox.push(Lane::Kept, "longer than the limit, but alone".into());
        outbox.push(Lane::Kept, "x".into());
        outbox.overflowed().await;
        outbox.push(Lane::Frames, "nothing any more".into());
        assert!(all(&outbox).is_empty());
    }
}
