//! Addresses that needn't be kept secret, as they work once and for one user: programs that open a browser get the
//! address in their arguments, which every user of the machine can read.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{
    collections::VecDeque,
    io,
    time::{Duration, Instant},
};

use crate::access_policy::same;

/// The part of an address's path before the code.
pub(crate) const OPENING_PREFIX: &str = "/open/";
/// How long a code is valid: a browser may start slowly on a slow machine, and may ask for a profile first.
const LIFE: Duration = Duration::from_secs(120);
/// The maximum number of waiting codes; the oldest is dropped. A person opens one after the other.
const WAITING: usize = 8;
/// 128 random bits.
const CODE_BYTES: usize = 16;

/// The codes that haven't been used yet.
#[derive(Debug, Default)]
pub(crate) struct Openings(VecDeque<Opening>);

/// One unused code.
struct Opening {
    code: String,
    /// The address that the code stands for.
    leads_to: String,
    until: Instant,
}

/// Omits the code and the token in the address.
impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opening(…)")
    }
}

impl Openings {
    /// Creates a code for an address.
    ///
    /// # Errors
    /// The system provides no random numbers.
    pub(crate) fn add(&mut self, leads_to: String, now: Instant) -> io::Result<String> {
        let mut bytes = [0; CODE_BYTES];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let code = URL_SAFE_NO_PAD.encode(bytes);
        self.forget_old(now);
        if self.0.len() == WAITING {
            self.0.pop_front();
        }
        self.0.push_back(Opening { code: code.clone(), leads_to, until: now + LIFE });
        Ok(code)
    }

    /// Whether this code is one of them.
    pub(crate) fn knows(&mut self, code: &str, now: Instant) -> bool {
        self.forget_old(now);
        // All are compared, so that the time reveals nothing.
        self.0.iter().fold(false, |found, opening| found | same(&opening.code, code))
    }

    /// Takes the address of a code, which is invalid afterwards.
    pub(crate) fn take(&mut self, code: &str, now: Instant) -> Option<String> {
        self.forget_old(now);
        let at = self.0.iter().position(|opening| same(&opening.code, code))?;
        self.0.remove(at).map(|opening| opening.leads_to)
    }

    fn forget_old(&mut self, now: Instant) {
        self.0.retain(|opening| now < opening.until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_leads_somewhere_once_and_not_for_long() {
        let mut openings = Openings::default();
        let start = Instant::now();
        let code = openings.add("http://a/#wc=x".into(), start).unwrap();
        assert_eq!(code.len(), 22);
        assert!(!openings.knows("", start) && !openings.knows(&code[1..], start));
        assert!(openings.knows(&code, start), "a look uses nothing up");
        assert_eq!(openings.take(&code, start).as_deref(), Some("http://a/#wc=x"));
        assert!(!openings.knows(&code, start) && openings.take(&code, start).is_none());
        let old = openings.add("b".into(), start).unwrap();
        assert_eq!(openings.take(&old, start + LIFE), None);
    }

    #[test]
    fn there_are_only_so_many_and_nothing_shows_them() {
        let mut openings = Openings::default();
        let now = Instant::now();
        let codes: Vec<_> = (0..=WAITING).map(|n| openings.add(format!("secret{n}"), now).unwrap()).collect();
        assert_eq!(openings.0.len(), WAITING);
        assert!(!openings.knows(&codes[0], now) && openings.knows(&codes[WAITING], now));
        let shown = format!("{openings:?}");
        assert!(!shown.contains("secret") && !codes.iter().any(|code| shown.contains(code)), "{shown}");
    }
}
