//! A line on a terminal that says how far something is. Elsewhere there is none.

use crate::report::colours_allowed;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// How often a bar that knows no end turns.
const TURN: Duration = Duration::from_millis(120);

/// Gone from the screen when it is dropped. On standard error, so that no pipe gets it.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// For something without an end. A program that reads events needs none.
    pub(crate) fn spinner(json: bool) -> Self {
        let bar = Self::new(json, "{spinner} {msg}");
        bar.0.enable_steady_tick(TURN);
        bar
    }

    /// For something with one, once [`reach`](Self::reach) says where that is.
    pub(crate) fn bar(json: bool) -> Self {
        Self::new(json, "[{bar:40}] {msg}")
    }

    fn new(json: bool, template: &str) -> Self {
        // indicatif draws nothing where standard error is no terminal.
        let target = if json || !colours_allowed() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(ProgressBar::with_draw_target(None, target).with_style(style))
    }

    /// What stands in the line.
    pub(crate) fn say(&self, text: &str) {
        self.0.set_message(text.to_owned());
    }

    /// How far it is.
    pub(crate) fn reach(&self, position: u64, length: u64) {
        self.0.set_length(length);
        self.0.set_position(position);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
