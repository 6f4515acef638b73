//! What a project's pages ask of the app. Of each kind the newest counts, so that a page that asks again and again
//! asks once.

use std::sync::{Mutex, PoisonError};
use wavecraft_companion_protocol::session::{Mode, SourceName};

/// What was asked for and isn't done yet.
#[derive(Debug, Default)]
pub(crate) struct PageRequests {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    requested: Requested,
    /// The app was told that there is something.
    told: bool,
}

/// The newest of each kind.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Requested {
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

impl PageRequests {
    /// Adds a request. `true`: the app doesn't know yet that there is one, and is to be told.
    pub(crate) fn add(&self, request: impl FnOnce(&mut Requested)) -> bool {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        request(&mut inner.requested);
        !std::mem::replace(&mut inner.told, true)
    }

    /// Takes all there are. The next one is told again.
    pub(crate) fn take(&self) -> Requested {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.told = false;
        std::mem::take(&mut inner.requested)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_requests_are_one_of_each_kind_and_told_once() {
        let requests = PageRequests::default();
        let told = (0..1000).filter(|number| {
            let even = number % 2 == 0;
            let first = requests.add(|requested| requested.mute = Some(even));
            requests.add(|requested| {
                requested.source = Some(if even { SourceName::Tone } else { SourceName::Noise })
            }) || first
        });
        assert_eq!(told.count(), 1);
        let newest = Requested { mute: Some(false), source: Some(SourceName::Noise), ..Requested::default() };
        assert_eq!(requests.take(), newest);
        assert_eq!(requests.take(), Requested::default());
        assert!(requests.add(|requested| requested.bypass = Some(true)), "told anew after that");
    }
}
