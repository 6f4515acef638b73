//! Panics of the user's code, told to the companion.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::Cell;
use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::thread;

use wavecraft_companion_protocol::child::FromChild;

use crate::exit;
use crate::outbox::Outbox;

/// What the standard library's own handler ends a process with.
const PANICKED: i32 = 101;

/// The longest message passed on, in bytes: far more than a person reads, and within a frame however it is escaped.
const LONGEST_MESSAGE: usize = 16 << 10;

/// The longest backtrace passed on, in bytes.
const LONGEST_BACKTRACE: usize = 128 << 10;

thread_local! {
    /// Whether a panic of this thread leaves nothing that could go on.
    static ESSENTIAL: Cell<bool> = const { Cell::new(false) };
}

/// Reports every later panic of this process to the companion. One on an essential thread ends the process from
/// within the hook: before anything unwinds (a destructor may hang or panic again), and the same way in a project
/// that aborts on panics. Another thread is the user's own; it may die without the audio.
pub(crate) fn install(outbox: Arc<Outbox>) {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        // In a project that aborts on panics, any panic is the end.
        let essential = ESSENTIAL.get() || cfg!(panic = "abort");
        outbox.send_from_panic(&if essential { report(panic) } else { log_line(panic) });
        print(panic);
        if essential {
            exit::now(PANICKED);
        }
    }));
}

/// From here on a panic of the calling thread ends the process.
pub(crate) fn make_essential() {
    ESSENTIAL.set(true);
}

fn report(panic: &PanicHookInfo<'_>) -> FromChild {
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
    use wavecraft_companion_protocol::frame;

    #[test]
    fn the_longest_report_fits_into_a_frame() {
        // A control character takes six bytes of JSON.
        let longest = |bytes| shortened(&"\u{1}".repeat(bytes + 1), bytes).to_owned();
        let report = FromChild::Panic {
            message: longest(LONGEST_MESSAGE),
            location: None,
            backtrace: longest(LONGEST_BACKTRACE),
        };
        assert!(frame::encode(&report).is_ok());
        assert_eq!(shortened("aé", 2), "a");
    }
}
