//! Standard output and error of a long-running command, where they aren't shown on a person's terminal: a separate
//! thread writes them, so that a slow or stalled reader delays nothing but its own output.

use std::{
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};
use wavecraft_companion_protocol::lanes::{Lanes, Next, Room};

/// Limit for other programs' lines, of which the oldest are dropped and counted; of figures only the newest are kept.
const ROOM: Room = Room { lines: 4096, line_bytes: 4 * 1024 * 1024, renewed: 16 };
/// Everything else is kept. A reader that leaves this much of it unread is taken to have stopped reading.
const MAX_KEPT: usize = 4096;
/// At the end, a reader that takes nothing for this long is no longer waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// A text and its destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Text {
    /// Standard output.
    Out(String),
    /// Standard error: a missing reader has no effect.
    Err(String),
}

/// Makes the text that says how many lines of a source are missing.
type Note = fn(&str, usize) -> Text;

/// On drop it waits until everything is written, as long as the reader keeps reading.
pub(crate) struct Writer {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

struct Queue {
    lanes: Lanes<&'static str, Text>,
    note: Note,
    /// Whether a write is in progress.
    writing: bool,
    /// How many texts were written.
    written: u64,
    /// Whether the reader has gone away.
    closed: bool,
    ended: bool,
}

impl Writer {
    /// Writes to this process's own outputs.
    pub(crate) fn new(note: Note) -> Self {
        Self::to(note, put)
    }

    fn to(note: Note, put: impl FnMut(&Text) -> io::Result<()> + Send + 'static) -> Self {
        let queue =
            Queue { lanes: Lanes::new(ROOM), note, writing: false, written: 0, closed: false, ended: false };
        let shared = Arc::new(Shared { queue: Mutex::new(queue), changed: Condvar::new() });
        let theirs = Arc::clone(&shared);
        // If the thread can't be started nothing is written, which is reported like a reader that has gone away.
        let started = thread::Builder::new().name("output".into()).spawn(move || theirs.run(put));
        if started.is_err() {
            shared.lock().closed = true;
        }
        Self { shared }
    }

    /// Writes a text that must arrive.
    pub(crate) fn keep(&self, text: Text) {
        self.add(|lanes| lanes.keep(text));
    }

    /// Writes a text that replaces an unwritten earlier one of the same name.
    pub(crate) fn update(&self, name: &'static str, text: Text) {
        self.add(|lanes| lanes.renew(name, text));
    }

    /// Writes another program's line.
    pub(crate) fn line(&self, source: &str, text: Text) {
        let (Text::Out(line) | Text::Err(line)) = &text;
        let bytes = line.len();
        self.add(|lanes| lanes.line(source, bytes, text));
    }

    /// Whether the reader of standard output has gone away, or left too much unread.
    pub(crate) fn is_closed(&self) -> bool {
        self.shared.lock().closed
    }

    fn add(&self, add: impl FnOnce(&mut Lanes<&'static str, Text>)) {
        let mut queue = self.shared.lock();
        if queue.closed {
            return;
        }
        if queue.lanes.kept() >= MAX_KEPT {
            queue.closed = true;
        } else {
            add(&mut queue.lanes);
        }
        drop(queue);
        self.shared.changed.notify_all();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        queue.ended = true;
        self.shared.changed.notify_all();
        while !queue.closed && (queue.writing || !queue.lanes.is_empty()) {
            let before = queue.written;
            let (next, waited) = self
                .shared
                .changed
                .wait_timeout_while(queue, PATIENCE, |queue| queue.written == before && !queue.closed)
                .unwrap_or_else(PoisonError::into_inner);
            queue = next;
            if waited.timed_out() {
                return;
            }
        }
    }
}

impl Shared {
    fn run(&self, mut put: impl FnMut(&Text) -> io::Result<()>) {
        loop {
            let mut queue = self
                .changed
                .wait_while(self.lock(), |queue| queue.lanes.is_empty() && !queue.ended && !queue.closed)
                .unwrap_or_else(PoisonError::into_inner);
            let text = match queue.lanes.pop() {
                Some(Next::Item(text)) => text,
                Some(Next::Dropped { source, lines }) => (queue.note)(&source, lines),
                None => return,
            };
            queue.writing = true;
            drop(queue);
            let result = put(&text);
            let mut queue = self.lock();
            queue.writing = false;
            queue.written += 1;
            queue.closed |= result.is_err() && matches!(text, Text::Out(_));
            drop(queue);
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // No code that holds the lock can panic halfway through a change.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn put(text: &Text) -> io::Result<()> {
    match text {
        Text::Out(line) => {
            let mut out = io::stdout().lock();
            writeln!(out, "{line}")?;
            out.flush()
        }
        Text::Err(line) => writeln!(io::stderr(), "{line}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    fn note(source: &str, lines: usize) -> Text {
        Text::Out(format!("{source} -{lines}"))
    }

    /// Each receive lets one text be written, and returns it.
    fn rendezvous() -> (Writer, Receiver<String>) {
        let (sender, receiver): (SyncSender<String>, _) = sync_channel(0);
        let put = move |text: &Text| {
            let (Text::Out(line) | Text::Err(line)) = text;
            sender.send(line.clone()).map_err(io::Error::other)
        };
        (Writer::to(note, put), receiver)
    }

    #[test]
    fn a_reader_that_stands_still_loses_lines_and_nothing_else() {
        let (writer, reader) = rendezvous();
        writer.keep(Text::Out("building".into()));
        for number in 0..20_000 {
            writer.line("child", Text::Out(number.to_string()));
            writer.update("stats", Text::Out(format!("stats {number}")));
        }
        writer.keep(Text::Out("live".into()));
        assert!(!writer.is_closed());
        // All of the calls above returned at once, though nothing was read.
        let rest = thread::spawn(move || reader.iter().collect::<Vec<_>>());
        drop(writer);
        let read = rest.join().unwrap();
        let place =
            |wanted: &str| read.iter().position(|line| line == wanted).unwrap_or_else(|| panic!("{wanted}"));
        assert_eq!(read[0], "building");
        assert!(place("stats 19999") < place("live") && place("live") < 200, "{:?}", &read[..200]);
        assert_eq!(read.last().map(String::as_str), Some("19999"));
        let dropped: usize = read
            .iter()
            .filter_map(|line| line.strip_prefix("child -"))
            .map(|n| n.parse::<usize>().unwrap())
            .sum();
        let lines = read.iter().filter(|line| line.parse::<usize>().is_ok()).count();
        assert_eq!((dropped + lines, lines <= 4096 + 100), (20_000, true), "each is there or counted");
    }

    #[test]
    fn a_reader_that_goes_ends_it_and_the_end_does_not_wait() {
        let (writer, reader) = rendezvous();
        drop(reader);
        writer.keep(Text::Out("nobody".into()));
        let mut queue = writer.shared.lock();
        while !queue.closed {
            queue = writer.shared.changed.wait(queue).unwrap();
        }
        drop(queue);
        assert!(writer.is_closed());
        drop(writer);
    }
}
