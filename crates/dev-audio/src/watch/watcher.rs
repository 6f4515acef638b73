//! The watch over this process, if the companion asked for one.

use std::env;
use std::sync::Arc;
use std::thread;

use wavecraft_companion_protocol::child::FromChild;
use wavecraft_companion_protocol::realtime::{WATCH_VARIABLE, Watch, Watching};

use super::platform::{catch_system_calls, unblock};
use super::reporter::Reporter;
use super::table::Table;
use super::thread::watch;
use super::trial::is_memory_noted;
use crate::outbox::Outbox;
use crate::realtime::lock_memory;

/// Why memory isn't watched, where nothing else is known: for a person.
const OTHER_ALLOCATOR: &str = "this program's memory comes from an allocator of its own: `run!(allocator = …)` in \
     src/bin/dev-audio.rs wraps it";

/// What the DSP thread and the one that tells have in common.
#[derive(Debug)]
pub(crate) struct Watcher {
    table: &'static Table,
    reporter: Arc<Reporter>,
    outbox: Arc<Outbox>,
}

impl Watcher {
    /// Makes one, if the companion asked for it.
    pub(crate) fn if_asked(outbox: &Arc<Outbox>) -> Option<Self> {
        env::var(WATCH_VARIABLE).is_ok_and(|value| value == "1").then(|| Self::new(Arc::clone(outbox)))
    }

    fn new(outbox: Arc<Outbox>) -> Self {
        let table: &'static Table = Box::leak(Box::new(Table::new()));
        lock_memory(std::slice::from_ref(table));
        Self { table, reporter: Arc::new(Reporter::new(table, Arc::clone(&outbox))), outbox }
    }

    /// From here on the calling thread is watched while it processes. Says so, and what can't be watched: memory for the
    /// reason `unwatched`, if that is given.
    pub(crate) fn begin(&self, unwatched: Option<String>) {
        let memory = match (is_memory_noted(), unwatched) {
            (_, Some(reason)) => Watch::Off(reason),
            (false, None) => Watch::Off(OTHER_ALLOCATOR.into()),
            (true, None) => Watch::On,
        };
        let system_calls = catch_system_calls().map_or_else(Watch::Off, |()| Watch::On);
        watch(self.table);
        self.outbox.send(&FromChild::Watching(Watching { memory, system_calls }));
        let reporter = Arc::clone(&self.reporter);
        let run = move || reporter.run();
        if let Err(error) = thread::Builder::new().name("wavecraft-watch".into()).spawn(run) {
            let message = format!("what `process` must not do is told at the end only: {error}");
            self.outbox.send(&FromChild::Log { message });
        }
    }

    /// Called before blocks begin, after the processors' own code ran on this thread.
    pub(crate) fn prepare(&self) {
        unblock();
    }

    /// Tells what wasn't told yet. Not while blocks run.
    pub(crate) fn end(&self) {
        self.reporter.tell(true);
    }
}
