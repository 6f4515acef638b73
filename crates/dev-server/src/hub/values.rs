//! What clients change of the parameters, all that follows from it, and who is told.

use tokio::time::Instant;
use wavecraft_companion_protocol::{
    browser::{
        HISTORY_CHANGED, History, PARAMETER_CHANGED, PARAMETERS_CHANGED, PRESET_CHANGED, PRESETS_CHANGED,
        ParameterChanged, ParametersChanged, SETS_CHANGED, SetParameter, Sets, Stepped, notification,
    },
    rpc::ErrorObject,
    sets::SetName,
};

use super::Hub;
use crate::{
    history::{Hand, Way},
    host::SetParameterError,
    outbox::Lane,
    turn::{Changed, Turn},
};

impl Hub {
    /// Sets a parameter for a client, and notifies every client.
    pub(crate) fn set_parameter(&self, client: u64, set: SetParameter) -> Result<(), SetParameterError> {
        let SetParameter { id, value, gesture } = set;
        let mut turn = self.turn();
        let value = turn.set(self.host(), Hand { client, gesture }, (&id, value), now())?;
        self.tell(&mut turn, vec![(id, value)]);
        Ok(())
    }

    /// Notifies every client, including the registered program with its own audio.
    pub(crate) fn parameter_changed(&self, changed: ParameterChanged) {
        let ParameterChanged { id, value } = changed;
        let mut turn = self.turn();
        turn.sets.changed(&id, value);
        self.tell(&mut turn, vec![(id, value)]);
    }

    /// Notifies every client that there are other parameters.
    pub(crate) fn parameters_changed(&self) {
        let mut turn = self.turn();
        self.to_pages_and_audio(&notification(PARAMETERS_CHANGED, &ParametersChanged {}).into());
        let parameters = self.host().parameters().parameters;
        turn.sets.compare(&parameters);
        turn.shelf.compare(&parameters);
        self.tell(&mut turn, Vec::new());
    }

    /// Which of the two sets is heard.
    pub(crate) fn sets(&self) -> Sets {
        self.turn().sets.now()
    }

    /// Makes a set the one that is heard.
    ///
    /// # Errors
    /// See [`Turn::hear`].
    pub(crate) fn hear_set(&self, set: SetName) -> Result<(), ErrorObject> {
        let mut turn = self.turn();
        let changed = turn.hear(self.host(), set, now())?;
        self.tell(&mut turn, changed);
        Ok(())
    }

    /// Makes the other set as the one that is heard.
    pub(crate) fn copy_set(&self) {
        let mut turn = self.turn();
        turn.copy(self.host());
        self.tell(&mut turn, Vec::new());
    }

    /// What can be undone and redone.
    pub(crate) fn history(&self) -> History {
        self.turn().history.now()
    }

    /// Undoes or redoes a step.
    ///
    /// # Errors
    /// See [`Turn::walk`].
    pub(crate) fn walk(&self, way: Way) -> Result<Stepped, ErrorObject> {
        let mut turn = self.turn();
        let (stepped, changed) = turn.walk(self.host(), way, now())?;
        self.tell(&mut turn, changed);
        Ok(stepped)
    }

    /// Notifies every client of what changed, and every page of what followed from it.
    pub(super) fn tell(&self, turn: &mut Turn, changed: Changed) {
        for (id, value) in changed {
            turn.shelf.changed(&id, value);
            let changed = ParameterChanged { id, value };
            self.to_pages_and_audio(&notification(PARAMETER_CHANGED, &changed).into());
        }
        if let Some(news) = turn.sets.news() {
            self.to_pages(Lane::Kept, &notification(SETS_CHANGED, &news).into());
        }
        if let Some(news) = turn.history.news() {
            self.to_pages(Lane::Kept, &notification(HISTORY_CHANGED, &news).into());
        }
        let (current, list) = turn.shelf.news();
        if let Some(current) = &current {
            self.to_pages(Lane::Kept, &notification(PRESET_CHANGED, current).into());
        }
        if let Some(list) = &list {
            self.to_pages(Lane::Kept, &notification(PRESETS_CHANGED, list).into());
        }
        if current.is_some() || list.is_some() {
            self.host().presets_changed(&turn.shelf.current());
        }
    }
}

pub(super) fn now() -> std::time::Instant {
    Instant::now().into_std()
}
