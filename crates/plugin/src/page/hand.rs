//! The hand that moves parameters on the page: hosts record a gesture from its begin to its end.

use std::cell::{Cell, RefCell};

use nice_plug::context::gui::GuiContext;
use serde::{Deserialize, Serialize};
use wavecraft_companion_protocol::method::{Doc, Done, Method};

use crate::parameters::{Parameters, Touch};

/// The page sets no more with this number of a gesture. A method of the plugin's page alone: nobody else asks when a gesture
/// is over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct EndGesture {
    pub(super) gesture: u64,
}

impl Method for EndGesture {
    const NAME: &'static str = "endGesture";
    const DOC: Doc = Doc { params: "`{gesture}`", result: "`{}`" };
    type Result = Done;
}

/// The gesture that is going on, and the parameters that it holds.
#[derive(Default)]
pub(super) struct Hand {
    gesture: Cell<Option<u64>>,
    held: RefCell<Vec<usize>>,
}

impl Hand {
    pub(super) fn is(&self, gesture: u64) -> bool {
        self.gesture.get() == Some(gesture)
    }

    /// Sets a parameter. Another number ends the gesture before, as in the companion's history; without a number it is a
    /// gesture of its own.
    pub(super) fn sets(
        &self,
        index: usize,
        value: f32,
        gesture: Option<u64>,
        parameters: &Parameters,
        host: &GuiContext,
    ) {
        if gesture.is_none() || gesture != self.gesture.get() {
            self.lets_go(parameters, host);
        }
        self.gesture.set(gesture);
        let begins = {
            let mut held = self.held.borrow_mut();
            let begins = !held.contains(&index);
            if begins {
                held.push(index);
            }
            begins
        };
        if begins {
            parameters.touch(index, Touch::Begin, host);
        }
        parameters.touch(index, Touch::Set(value), host);
        if gesture.is_none() {
            self.lets_go(parameters, host);
        }
    }

    /// Ends what is going on.
    pub(super) fn lets_go(&self, parameters: &Parameters, host: &GuiContext) {
        self.gesture.set(None);
        for index in self.held.take() {
            parameters.touch(index, Touch::End, host);
        }
    }
}
