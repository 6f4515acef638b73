//! What a project's pages want of the app. Of each kind the newest counts, so that a page that asks again and again
//! asks once.

use std::sync::{Mutex, PoisonError};
use wavecraft_companion_protocol::session::{Mode, SourceName};

/// What was asked for and isn't done yet.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    wanted: Wanted,
    /// The app was told that there is something.
    told: bool,
}

/// The newest of each kind.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Take the processor out of, or into, the way.
    pub bypass: Option<bool>,
    /// Silence the project, or not.
    pub mute: Option<bool>,
    /// Choose where the input comes from. Never the microphone: the server refused that already.
    pub source: Option<SourceName>,
    /// Choose when the processor's answers are taken.
    pub mode: Option<Mode>,
    /// Someone looks at levels and the scope, or nobody does any more.
    pub watched: Option<bool>,
    /// A page was refused: what a person is told.
    pub refused: Option<String>,
}

impl Wishes {
    /// Adds a wish. `true`: the app doesn't know yet that there is one, and is to be told.
    pub(crate) fn add(&self, wish: impl FnOnce(&mut Wanted)) -> bool {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        wish(&mut inner.wanted);
        !std::mem::replace(&mut inner.told, true)
    }

    /// Takes all there are. The next one is told again.
    pub(crate) fn take(&self) -> Wanted {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.told = false;
        std::mem::take(&mut inner.wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_wishes_are_one_of_each_kind_and_told_once() {
        let wishes = Wishes::default();
        let told = (0..1000).filter(|number| {
            let even = number % 2 == 0;
            let first = wishes.add(|wanted| wanted.mute = Some(even));
            wishes.add(|wanted| wanted.source = Some(if even { SourceName::Tone } else { SourceName::Noise }))
                || first
        });
        assert_eq!(told.count(), 1);
        let newest = Wanted { mute: Some(false), source: Some(SourceName::Noise), ..Wanted::default() };
        assert_eq!(wishes.take(), newest);
        assert_eq!(wishes.take(), Wanted::default());
        assert!(wishes.add(|wanted| wanted.bypass = Some(true)), "told anew after that");
    }
}
