//! What is said of a trouble that comes again and again: once, and then how often it came.

use crate::counted::Trouble;
use std::time::Duration;
use tokio::time::Instant;

/// How many kinds of trouble are remembered.
const KINDS: usize = 32;
/// How long a trouble that comes again is only counted, where the line that says it can't be changed any more.
const QUIET: Duration = Duration::from_secs(60);

/// The troubles since the program that is heard was built.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    /// The latest last.
    kinds: Vec<Kind>,
    /// Whether the last trouble was printed, so that what follows from it is news too.
    printed: bool,
    /// What the companion said last.
    last_words: Option<String>,
}

#[derive(Debug)]
struct Kind {
    name: String,
    times: u64,
    printed_at: Instant,
}

impl Troubles {
    /// Counts a trouble. Two that differ only in their figures are of one kind.
    pub(super) fn count(&mut self, text: &str, now: Instant) -> Trouble {
        let name = without_figures(text);
        let known = self.kinds.iter().position(|kind| kind.name == name).map(|at| self.kinds.remove(at));
        let mut kind = known.unwrap_or(Kind { name, times: 0, printed_at: now });
        kind.times += 1;
        let times = kind.times;
        let is_first = times == 1;
        let trouble = Trouble {
            kind: kind.name.clone(),
            text: if is_first { text.to_owned() } else { format!("{text} (× {times})") },
            is_first,
            is_due: is_first
                || 10_u64.pow(times.ilog10()) == times
                || now.duration_since(kind.printed_at) >= QUIET,
        };
        if self.kinds.len() == KINDS {
            self.kinds.remove(0);
        }
        self.kinds.push(kind);
        trouble
    }

    /// Notes whether the trouble that was counted last was printed.
    pub(super) fn was_printed(&mut self, printed: bool, now: Instant) {
        self.printed = printed;
        if let Some(kind) = self.kinds.last_mut().filter(|_| printed) {
            kind.printed_at = now;
        }
    }

    /// Whether what follows from the last trouble is told: its end, or what is done about it.
    pub(super) fn is_followed(&self) -> bool {
        self.printed
    }

    /// The companion said this, and it was told.
    pub(super) fn said(&mut self, words: &str) {
        self.last_words = Some(words.to_owned());
    }

    /// What a text says beyond what was just said, if it begins with that.
    pub(super) fn beyond_words<'a>(&self, text: &'a str) -> Option<&'a str> {
        let words = self.last_words.as_deref()?.trim_end_matches('.');
        let (first, words) = words.split_at_checked(1)?;
        let (begin, rest) = text.split_at_checked(1)?;
        let rest = rest.strip_prefix(words).filter(|_| begin.eq_ignore_ascii_case(first))?;
        Some(rest.trim_start_matches(['.', ' ', ';', '\n']))
    }

    /// Another program is heard, or the same one afresh: what comes now is news.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

/// The text with one sign for each figure.
fn without_figures(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '0'..='9' if plain.ends_with('#') => {}
            '.' | ',' if plain.ends_with('#') => {}
            '0'..='9' => plain.push('#'),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_is_said_once_and_then_counted() {
        let (mut troubles, now) = (Troubles::default(), Instant::now());
        let mut dues = Vec::new();
        for time in 1..=100_u64 {
            let text = format!("Too slow: a block takes {time}.5 ms.");
            let trouble = troubles.count(&text, now);
            assert_eq!(trouble.is_first, time == 1);
            assert_eq!(trouble.text, if time == 1 { text } else { format!("{text} (× {time})") });
            troubles.was_printed(trouble.is_due, now);
            if trouble.is_due {
                dues.push(time);
            }
        }
        assert_eq!(dues, [1, 10, 100], "where no line can be replaced");
        assert!(troubles.count("Something else.", now).is_first);
        let later = now + QUIET;
        assert!(troubles.count("Too slow: a block takes 7 ms.", later).is_due, "a minute later");
        troubles.was_printed(true, later);
        assert!(!troubles.count("Too slow: a block takes 7 ms.", later).is_due);
        troubles.forget();
        assert!(troubles.count("Too slow: a block takes 7 ms.", later).is_first, "another build");
    }

    #[test]
    fn many_kinds_fill_no_memory() {
        let (mut troubles, now) = (Troubles::default(), Instant::now());
        for kind in 0..1000 {
            let name: String = std::iter::repeat_n('x', kind).collect();
            troubles.count(&name, now);
        }
        assert_eq!(troubles.kinds.len(), KINDS);
        assert!(troubles.count("x", now).is_first, "forgotten");
    }

    #[test]
    fn of_a_panic_only_what_follows_is_left() {
        let mut troubles = Troubles::default();
        let reason = "The processor panicked at engine/src/lib.rs:3:9: oh no. It starts again in 250 ms.";
        assert_eq!(troubles.beyond_words(reason), None);
        troubles.said("the processor panicked at engine/src/lib.rs:3:9: oh no");
        assert_eq!(troubles.beyond_words(reason), Some("It starts again in 250 ms."));
        assert_eq!(troubles.beyond_words("The processor panicked elsewhere."), None);
        assert_eq!(troubles.beyond_words(""), None);
        troubles.said("ä");
        assert_eq!(troubles.beyond_words("Äpfel"), None);
    }
}
