//! Sends messages to the companion, including panics of the user's code.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::Cell;
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use wavecraft_companion_protocol::child::FromChild;
use wavecraft_companion_protocol::frame;

use crate::process::exit_now;
use crate::watch;

/// The time limit for sending one message. Only a hung companion doesn't read, and this process must not hang with it.
const WRITE_LIMIT: Duration = Duration::from_secs(2);

/// The exit code that the standard library's own handler uses for a panic.
const PANICKED: i32 = 101;

/// The longest message passed on, in bytes: far more than a person reads, and within a frame even when fully escaped.
const LONGEST_MESSAGE: usize = 16 << 10;

/// The longest backtrace passed on, in bytes.
const LONGEST_BACKTRACE: usize = 128 << 10;

/// The writing half of the socketpair. Messages from different threads don't interleave.
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

    /// Sends a message. If that fails, the companion is gone, and this process ends.
    pub(crate) fn send(&self, message: &FromChild) {
        let bytes = match frame::encode(message) {
            Ok(bytes) => bytes,
            Err(error) => self.give_up(error.to_string()),
        };
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if (&self.socket).write_all(&bytes).is_err() {
            exit_now(0);
        }
        drop(turn);
    }

    /// Sends a message from a panic hook: doesn't wait for the lock, which this very thread may hold. Returns whether it
    /// was sent.
    pub(crate) fn send_from_panic(&self, message: &FromChild) -> bool {
        let turn = self.turn.try_lock();
        let sent = frame::encode(message).is_ok_and(|bytes| (&self.socket).write_all(&bytes).is_ok());
        drop(turn);
        sent
    }

    /// Reports why this process can't go on, and ends it.
    pub(crate) fn give_up(&self, message: String) -> ! {
        self.send(&FromChild::Error { message });
        exit_now(1)
    }
}

thread_local! {
    /// Whether the process can't continue after a panic of this thread.
    static ESSENTIAL: Cell<bool> = const { Cell::new(false) };
}

/// Reports every later panic of this process through `outbox`. A panic on an essential thread ends the process from
/// within the hook: before anything unwinds (a destructor may hang or panic again), and in the same way in a project
/// that aborts on panics. Any other thread is the user's; audio goes on without it.
pub(crate) fn report_panics(outbox: Arc<Outbox>) {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        watch::abandon();
        // In a project that aborts on panics, any panic is the end.
        let essential = ESSENTIAL.get() || cfg!(panic = "abort");
        // The companion says it with its place: printed as well it would be told twice. Of another thread the companion
        // gets no backtrace.
        let sent = outbox.send_from_panic(&if essential { report(panic) } else { log_line(panic) });
        let has_backtrace = || Backtrace::capture().status() == BacktraceStatus::Captured;
        if !sent || (!essential && has_backtrace()) {
            print(panic);
        }
        if essential {
            exit_now(PANICKED);
        }
    }));
}

/// From here on, a panic on the calling thread ends the process.
pub(crate) fn make_thread_essential() {
    ESSENTIAL.set(true);
}

#[inline(never)]
fn report(panic: &PanicHookInfo<'_>) -> FromChild {
    let here = 0_u8;
    // Captured only where RUST_BACKTRACE asks for it.
    let backtrace = Backtrace::capture();
    let captured = backtrace.status() == BacktraceStatus::Captured;
    FromChild::Panic {
        message: shortened(text(panic), LONGEST_MESSAGE).to_owned(),
        location: panic.location().map(ToString::to_string),
        backtrace: match captured {
            true => shortened(&backtrace.to_string(), LONGEST_BACKTRACE).to_owned(),
            false => String::new(),
        },
        frames: watch::frames_above((&raw const here).addr()),
    }
}

fn log_line(panic: &PanicHookInfo<'_>) -> FromChild {
    let thread = thread::current();
    let name = thread.name().unwrap_or("without a name");
    let location = panic.location().map(|location| format!(" at {location}")).unwrap_or_default();
    let text = shortened(text(panic), LONGEST_MESSAGE);
    FromChild::Log { message: format!("thread `{name}` panicked{location}: {text}") }
}

fn text<'a>(panic: &'a PanicHookInfo<'_>) -> &'a str {
    panic.payload_as_str().unwrap_or("a panic without a text")
}

fn shortened(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use wavecraft_companion_protocol::frame::Decoder;
    use wavecraft_companion_protocol::realtime::{Frame, MAX_FRAMES};

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

    #[test]
    fn the_longest_report_fits_into_a_frame() {
        // A control character takes six bytes of JSON.
        let longest = |bytes| shortened(&"\u{1}".repeat(bytes + 1), bytes).to_owned();
        let report = FromChild::Panic {
            message: longest(LONGEST_MESSAGE),
            location: None,
            backtrace: longest(LONGEST_BACKTRACE),
            frames: vec![Frame { module: longest(512), address: u64::MAX }; MAX_FRAMES],
        };
        assert!(frame::encode(&report).is_ok());
        assert_eq!(shortened("aé", 2), "a");
    }
}
