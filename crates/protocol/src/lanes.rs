//! A queue for one reader, in which a flood of one kind of item never delays or displaces another.
//!
//! Three lanes lead to the reader: items that are kept, items that are renewed (only the newest counts), and lines, of
//! which the oldest are dropped and counted. Nothing here blocks.

use std::collections::{BTreeMap, VecDeque};

/// While no more than this number wait, all keep their place and none is replaced. With more lines waiting, more
/// important items go first; with more items, a renewed one replaces the older one with its key.
const FEW: usize = 64;
/// The minimum number of lines between two notes about dropped lines.
const LINES_BETWEEN_NOTES: usize = 256;
/// The number of sources for which dropped lines are counted.
const MAX_SOURCES: usize = 64;

/// The limits on what may wait.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// The maximum number of lines.
    pub lines: usize,
    /// The maximum bytes of all lines together.
    pub line_bytes: usize,
    /// The maximum number of renewed items.
    pub renewed: usize,
}

/// The queue. `K` is the key of a renewed item, `T` is what the reader receives.
#[derive(Debug)]
pub struct Lanes<K, T> {
    room: Room,
    number: u64,
    kept: VecDeque<Kept<K, T>>,
    renewed: usize,
    lines: VecDeque<Line<T>>,
    line_bytes: usize,
    dropped: BTreeMap<String, usize>,
    since_note: usize,
}

#[derive(Debug)]
struct Kept<K, T> {
    number: u64,
    key: Option<K>,
    item: T,
}

#[derive(Debug)]
struct Line<T> {
    number: u64,
    source: String,
    bytes: usize,
    item: T,
}

/// What the reader receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next<T> {
    /// The next item.
    Item(T),
    /// At this place `lines` lines from `source` are missing.
    Dropped {
        /// The source of the lines.
        source: String,
        /// How many are missing.
        lines: usize,
    },
}

impl<K: PartialEq, T> Lanes<K, T> {
    /// Creates an empty queue.
    #[must_use]
    pub fn new(room: Room) -> Self {
        Self {
            room,
            number: 0,
            kept: VecDeque::new(),
            renewed: 0,
            lines: VecDeque::new(),
            line_bytes: 0,
            dropped: BTreeMap::new(),
            since_note: LINES_BETWEEN_NOTES,
        }
    }

    /// Adds an item that must arrive. The caller limits their number: see [`kept`](Self::kept).
    pub fn keep(&mut self, item: T) {
        let number = self.next_number();
        self.kept.push_back(Kept { number, key: None, item });
    }

    /// Adds an item that replaces an older one with the same key. While only a few wait, the older one stays too, so
    /// that a reader that keeps up gets each. If there is no room left, the oldest renewed item is dropped.
    pub fn renew(&mut self, key: K, item: T) {
        if self.kept.len() >= FEW {
            self.kept.retain(|kept| kept.key.as_ref() != Some(&key));
            self.renewed = self.kept.iter().filter(|kept| kept.key.is_some()).count();
        }
        if self.renewed >= self.room.renewed.max(1)
            && let Some(oldest) = self.kept.iter().position(|kept| kept.key.is_some())
        {
            self.kept.remove(oldest);
            self.renewed -= 1;
        }
        self.renewed += 1;
        let number = self.next_number();
        self.kept.push_back(Kept { number, key: Some(key), item });
    }

    /// Adds a line of `bytes` bytes written by `source`. The oldest lines are dropped to make room.
    pub fn line(&mut self, source: &str, bytes: usize, item: T) {
        while !self.lines.is_empty()
            && (self.lines.len() >= self.room.lines.max(1) || self.line_bytes + bytes > self.room.line_bytes)
        {
            if let Some(line) = self.lines.pop_front() {
                self.line_bytes -= line.bytes;
                self.count_dropped(line.source);
            }
        }
        let number = self.next_number();
        self.line_bytes += bytes;
        self.lines.push_back(Line { number, source: source.to_owned(), bytes, item });
    }

    fn count_dropped(&mut self, source: String) {
        if self.dropped.len() < MAX_SOURCES || self.dropped.contains_key(&source) {
            *self.dropped.entry(source).or_default() += 1;
        }
    }

    /// Takes the next item: in the order of arrival, except that nothing waits behind more than a few lines.
    pub fn pop(&mut self) -> Option<Next<T>> {
        let line = self.lines.front().map(|line| line.number);
        let line_first = match (self.kept.front(), line) {
            (Some(kept), Some(line)) => line < kept.number && self.lines.len() <= FEW,
            (kept, _) => kept.is_none(),
        };
        if !line_first && let Some(kept) = self.kept.pop_front() {
            self.renewed -= usize::from(kept.key.is_some());
            return Some(Next::Item(kept.item));
        }
        if let Some(note) = self.note() {
            return Some(note);
        }
        let line = self.lines.pop_front()?;
        self.line_bytes -= line.bytes;
        self.since_note += 1;
        Some(Next::Item(line.item))
    }

    fn note(&mut self) -> Option<Next<T>> {
        let due = self.lines.is_empty() || self.since_note >= LINES_BETWEEN_NOTES;
        let (source, lines) = if due { self.dropped.pop_first()? } else { return None };
        if self.dropped.is_empty() {
            self.since_note = 0;
        }
        Some(Next::Dropped { source, lines })
    }

    /// The number of waiting items that must arrive or are renewed.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.lines.is_empty() && self.dropped.is_empty()
    }

    fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }
}

/// The sentence in place of missing lines: `12,345 lines of the processor's output were dropped …`.
#[must_use]
pub fn dropped(lines: usize, of: &str) -> String {
    let lines = match lines {
        1 => "1 line".to_owned(),
        lines => format!("{} lines", crate::bounded::grouped(lines)),
    };
    let were = if lines == "1 line" { "was" } else { "were" };
    format!("{lines} of {of} {were} dropped: they came faster than they could be passed on")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room { lines: 100, line_bytes: 1000, renewed: 70 };

    fn lanes() -> Lanes<&'static str, String> {
        Lanes::new(ROOM)
    }

    fn all(lanes: &mut Lanes<&'static str, String>) -> Vec<String> {
        std::iter::from_fn(|| lanes.pop())
            .map(|next| match next {
                Next::Item(item) => item,
                Next::Dropped { source, lines } => format!("{source} -{lines}"),
            })
            .collect()
    }

    #[test]
    fn who_keeps_up_gets_everything_in_its_order() {
        let mut lanes = lanes();
        lanes.line("a", 1, "line".into());
        lanes.keep("answer".into());
        lanes.renew("state", "live".into());
        lanes.line("a", 1, "other".into());
        assert_eq!(all(&mut lanes), ["line", "answer", "live", "other"]);
        assert!(lanes.is_empty());
    }

    #[test]
    fn a_flood_of_lines_loses_its_oldest_which_are_counted_and_nothing_else() {
        let mut lanes = lanes();
        lanes.renew("state", "shadow".into());
        for number in 0..12_445 {
            lanes.line("a", 1, number.to_string());
        }
        lanes.keep("answer".into());
        lanes.renew("state", "live".into());
        let all = all(&mut lanes);
        assert_eq!(all[..5], ["shadow", "answer", "live", "a -12345", "12345"]);
        assert_eq!((all.len(), all.last().map(String::as_str)), (104, Some("12444")));
    }

    #[test]
    fn long_lines_are_bounded_by_their_bytes_and_one_always_has_room() {
        let mut lanes = lanes();
        for number in 0..20 {
            lanes.line("a", 300, number.to_string());
        }
        lanes.line("b", 5000, "long".into());
        assert_eq!(all(&mut lanes), ["a -20", "long"]);
    }

    #[test]
    fn notes_of_an_endless_flood_are_far_apart() {
        let mut lanes = lanes();
        let mut notes = 0;
        for number in 0..10_000 {
            lanes.line("a", 1, number.to_string());
            lanes.line("a", 1, number.to_string());
            notes += usize::from(matches!(lanes.pop(), Some(Next::Dropped { .. })));
        }
        assert!((30..50).contains(&notes), "{notes}");
    }

    #[test]
    fn of_what_is_renewed_again_and_again_the_newest_counts_and_nobody_elses_goes() {
        let mut lanes = lanes();
        lanes.renew("b", "other".into());
        for number in 0..1000 {
            lanes.renew("a", number.to_string());
        }
        let left = all(&mut lanes);
        assert_eq!([&left[0], &left[left.len() - 1]], ["other", "999"]);
        assert!(left.len() <= FEW, "{}", left.len());
        // With more keys than there is room for, the oldest item is dropped.
        let mut many: Lanes<usize, String> = Lanes::new(ROOM);
        (0..200).for_each(|key| many.renew(key, key.to_string()));
        assert_eq!((many.kept(), many.pop()), (70, Some(Next::Item("130".into()))));
    }

    #[test]
    fn the_sentence_counts() {
        assert!(
            dropped(12_345, "the processor's output")
                .starts_with("12,345 lines of the processor's output were")
        );
        assert!(dropped(1, "x").starts_with("1 line of x was dropped"));
    }
}
