//! Requests from a project's pages to the app. Only the newest of each kind is kept, so that a page that repeats a
//! request makes it only once.

use super::asked_of_time::AskedOfTime;
use std::sync::{Mutex, PoisonError};
use wavecraft_companion_protocol::{
    browser::{PageSource, SetLoop},
    comparison::Compare,
    session::Mode,
};

/// The requests that aren't handled yet.
#[derive(Debug, Default)]
pub(crate) struct PageRequests {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    requested: Requested,
    /// The app was notified that there are requests.
    told: bool,
}

/// The newest request of each kind.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Requested {
    /// Bypass the processor, or end the bypass.
    pub bypass: Option<bool>,
    /// Mute or unmute the project.
    pub mute: Option<bool>,
    /// The volume in dB.
    pub gain_db: Option<f32>,
    /// Change the source. Never to the microphone: the server has refused that already.
    pub source: Option<PageSource>,
    /// Play a file that was played before, by its number.
    pub recent: Option<u64>,
    /// Loop a part of the file.
    pub region: Option<SetLoop>,
    /// Play the file on from another frame.
    pub seek: Option<u64>,
    /// What is asked of the time.
    pub time: AskedOfTime,
    /// Set when the processor's answers are taken.
    pub mode: Option<Mode>,
    /// Start a new child.
    pub restart: bool,
    /// Hear another build, or compare no more.
    pub comparison: Option<Compared>,
    /// The blind test plays something else, began or ended; the session holds it.
    pub blind_test: bool,
    /// Keep the parameters for the next start, now: another set of them is heard, or one was copied.
    pub keep: bool,
    /// Whether anybody is looking at levels and the scope.
    pub watched: Option<bool>,
    /// Measure the build of this number, and whether everything.
    pub measure: Option<(u32, bool)>,
    /// Measure each build by itself, or don't.
    pub measuring: Option<bool>,
    /// Whether a page shows the figures of the builds.
    pub lab_watched: Option<bool>,
    /// A page was refused: the message for the user.
    pub refused: Option<String>,
}

/// A change of what is heard of the session's builds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Compared {
    /// Of these members.
    By(Compare),
    /// Compare no more.
    End,
}

impl Requested {
    /// Adds a change of what is heard of the builds to the one that waits: of each member the newest counts.
    pub(crate) fn compare(&mut self, wanted: Compare) {
        let before = match self.comparison {
            Some(Compared::By(before)) => before,
            _ => Compare::default(),
        };
        self.comparison = Some(Compared::By(Compare {
            hear: wanted.hear.or(before.hear),
            with: wanted.with.or(before.with),
            matched: wanted.matched.or(before.matched),
        }));
    }
}

impl PageRequests {
    /// Adds a request. Returns `true` if the app must be notified, because it doesn't know yet that there is one.
    pub(crate) fn add(&self, request: impl FnOnce(&mut Requested)) -> bool {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        request(&mut inner.requested);
        !std::mem::replace(&mut inner.told, true)
    }

    /// Takes all requests. The next one notifies the app again.
    pub(crate) fn take(&self) -> Requested {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.told = false;
        std::mem::take(&mut inner.requested)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::session::TestSignal;

    #[test]
    fn a_thousand_requests_are_one_of_each_kind_and_told_once() {
        let requests = PageRequests::default();
        let [tone, noise] = [TestSignal::TONE, TestSignal::NOISE].map(PageSource::Signal);
        let told = (0..1000).filter(|number| {
            let even = number % 2 == 0;
            let first = requests.add(|requested| requested.mute = Some(even));
            requests.add(|requested| requested.source = Some(if even { tone } else { noise })) || first
        });
        assert_eq!(told.count(), 1);
        let newest = Requested { mute: Some(false), source: Some(noise), ..Requested::default() };
        assert_eq!(requests.take(), newest);
        assert_eq!(requests.take(), Requested::default());
        assert!(requests.add(|requested| requested.bypass = Some(true)), "told anew after that");
    }
}
