//! What this process tells the companion.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use wavecraft_companion_protocol::child::FromChild;
use wavecraft_companion_protocol::frame;

use crate::exit;

/// How long one message may take. Only a companion that hangs doesn't read, and this process isn't to hang with it.
const WRITE_LIMIT: Duration = Duration::from_secs(2);

/// The writing half of the socketpair. Messages of several threads don't mix.
#[derive(Debug)]
pub(crate) struct Outbox {
    socket: UnixStream,
    turn: Mutex<()>,
}

impl Outbox {
    pub(crate) fn new(socket: UnixStream) -> io::Result<Self> {
        socket.set_write_timeout(Some(WRITE_LIMIT))?;
        Ok(Self { socket, turn: Mutex::new(()) })
    }

    /// Sends a message. A companion that can't be told anything is gone, and this process ends with it.
    pub(crate) fn send(&self, message: &FromChild) {
        let bytes = match frame::encode(message) {
            Ok(bytes) => bytes,
            Err(error) => self.give_up(error.to_string()),
        };
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if (&self.socket).write_all(&bytes).is_err() {
            exit::now(0);
        }
        drop(turn);
    }

    /// Sends a message from a panic hook: doesn't wait for another thread's turn, which may be this thread's own.
    pub(crate) fn send_from_panic(&self, message: &FromChild) {
        let turn = self.turn.try_lock();
        if let Ok(bytes) = frame::encode(message) {
            // Nobody is left to be told that this failed.
            let _ = (&self.socket).write_all(&bytes);
        }
        drop(turn);
    }

    /// Says why this process can't go on, and ends it.
    pub(crate) fn give_up(&self, message: String) -> ! {
        self.send(&FromChild::Error { message });
        exit::now(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::sync::Arc;
    use wavecraft_companion_protocol::frame::Decoder;

    #[test]
    fn messages_of_several_threads_arrive_whole() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let outbox = Arc::new(Outbox::new(ours).unwrap());
        let line = |thread: usize| FromChild::Log { message: thread.to_string().repeat(10_000) };
        let writers: Vec<_> = (0..4)
            .map(|thread| {
                let outbox = Arc::clone(&outbox);
                std::thread::spawn(move || (0..20).for_each(|_| outbox.send(&line(thread))))
            })
            .collect();
        let (mut decoder, mut bytes, mut seen) = (Decoder::default(), [0; 4096], 0);
        while seen < 80 {
            let count = theirs.read(&mut bytes).unwrap();
            assert_ne!(count, 0);
            decoder.push(&bytes[..count]);
            while let Some(message) = decoder.next_message::<FromChild>().unwrap() {
                assert!((0..4).any(|thread| message == line(thread)));
                seen += 1;
            }
        }
        for writer in writers {
            writer.join().unwrap();
        }
    }

    #[test]
    fn a_panic_in_the_middle_of_a_message_does_not_wait_for_itself() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let outbox = Outbox::new(ours).unwrap();
        let turn = outbox.turn.lock().unwrap();
        outbox.send_from_panic(&FromChild::Ready);
        drop(turn);
        drop(outbox);
        let mut bytes = Vec::new();
        theirs.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, frame::encode(&FromChild::Ready).unwrap());
    }
}
