//! Tells the companion what the DSP thread noted.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wavecraft_companion_protocol::child::FromChild;
use wavecraft_companion_protocol::realtime::{ChildPlace, Frame, MAX_PLACES};

use super::module;
use super::platform::modules;
use super::table::Table;
use crate::outbox::Outbox;

/// How often it looks at most.
const PERIOD: Duration = Duration::from_millis(250);

/// The most places of one message: the longest names of files fit in whatever they are made of.
const PLACES_A_MESSAGE: usize = 8;

/// What is told, and what was told already.
#[derive(Debug)]
pub(super) struct Reporter {
    table: &'static Table,
    outbox: Arc<Outbox>,
    told: Mutex<Told>,
}

#[derive(Debug, Default)]
struct Told {
    places: Vec<ToldPlace>,
    elsewhere: u64,
}

#[derive(Debug)]
struct ToldPlace {
    count: u64,
    frames: Vec<Frame>,
}

impl Reporter {
    pub(super) fn new(table: &'static Table, outbox: Arc<Outbox>) -> Self {
        Self { table, outbox, told: Mutex::default() }
    }

    /// Tells what is new from now on, for as long as the process lives.
    pub(super) fn run(&self) -> ! {
        loop {
            std::thread::sleep(PERIOD);
            self.tell(false);
        }
    }

    /// Tells what is new, if anything is or this is the last time before a stop. Never on the DSP thread while it processes.
    pub(super) fn tell(&self, last: bool) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let (places, elsewhere) = told.news(self.table);
        let mut messages: Vec<_> = places.chunks(PLACES_A_MESSAGE).map(<[ChildPlace]>::to_vec).collect();
        if messages.is_empty() && (last || elsewhere != told.elsewhere) {
            messages.push(Vec::new());
        }
        told.elsewhere = elsewhere;
        let count = messages.len();
        for (number, places) in (1..).zip(messages) {
            self.outbox.send(&FromChild::Violations { places, elsewhere, last: last && number == count });
        }
    }
}

impl Told {
    /// The places that are new or whose counts have changed, and how much was done elsewhere.
    fn news(&mut self, table: &Table) -> (Vec<ChildPlace>, u64) {
        let elsewhere = table.elsewhere();
        let used = table.used();
        let mut loaded = None;
        let mut news = Vec::new();
        for number in 0..used.min(MAX_PLACES) {
            if self.places.get(number).is_some_and(|told| told.count == table.count(number)) {
                continue;
            }
            let Some(seen) = table.seen(number) else { continue };
            if number == self.places.len() {
                let modules = loaded.get_or_insert_with(modules);
                self.places.push(ToldPlace { count: 0, frames: module::frames(&seen.addresses, modules) });
            }
            let Some(told) = self.places.get_mut(number) else { continue };
            told.count = seen.count;
            news.push(ChildPlace {
                number: u32::try_from(number).unwrap_or(u32::MAX),
                act: seen.act,
                count: seen.count,
                blocks: seen.blocks,
                frames: told.frames.clone(),
            });
        }
        (news, elsewhere)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::entry::Entry;
    use crate::watch::stack::Stack;
    use crate::watch::table::Deed;
    use wavecraft_companion_protocol::frame::encode;
    use wavecraft_companion_protocol::realtime::{Act, MAX_FRAMES};

    fn free(table: &Table, address: usize) {
        let deed = Deed { entry: Entry::Free, value: 0, anchor: 0, address: None };
        table.count_stack(&deed, &Stack::of(&[address]), 0, 1);
    }

    #[test]
    fn what_was_told_is_told_again_only_if_it_changed() {
        let (table, mut told) = (Table::new(), Told::default());
        let numbers = |places: Vec<ChildPlace>| {
            places.iter().map(|place| (place.number, place.count)).collect::<Vec<_>>()
        };
        assert_eq!(told.news(&table), (vec![], 0));
        free(&table, 1);
        free(&table, 2);
        assert_eq!(numbers(told.news(&table).0), [(0, 1), (1, 1)]);
        assert_eq!(told.news(&table), (vec![], 0));
        free(&table, 2);
        free(&table, 3);
        assert_eq!(numbers(told.news(&table).0), [(1, 2), (2, 1)]);
    }

    #[test]
    fn the_longest_message_fits_into_a_frame() {
        // A control character takes six bytes of JSON.
        let frame = Frame { module: "\u{1}".repeat(512), address: u64::MAX };
        let place = ChildPlace {
            number: 63,
            act: Act::Allocation { bytes: u64::MAX },
            count: u64::MAX,
            blocks: u64::MAX,
            frames: vec![frame; MAX_FRAMES],
        };
        let places = vec![place; PLACES_A_MESSAGE];
        assert!(encode(&FromChild::Violations { places, elsewhere: u64::MAX, last: true }).is_ok());
    }
}
