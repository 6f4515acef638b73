//! What waits for the page.

use std::cell::{Cell, RefCell};

/// So many answers may wait: more calls aren't read.
const ANSWERS: usize = 1024;

/// Answers are kept; of a parameter that changed the newest value counts, read when the page can take it.
pub(super) struct Outbox {
    answers: RefCell<Vec<String>>,
    /// By the parameter's place.
    changed: Vec<Cell<bool>>,
    all: Cell<bool>,
    /// Something is on its way.
    busy: Cell<bool>,
}

/// What there is to tell.
#[derive(Default)]
pub(super) struct News {
    /// Every value may be another.
    pub(super) all: bool,
    /// The places of parameters that changed.
    pub(super) changed: Vec<usize>,
    pub(super) answers: Vec<String>,
}

impl Outbox {
    pub(super) fn new(parameters: usize) -> Self {
        Self {
            answers: RefCell::default(),
            changed: vec![Cell::new(false); parameters],
            all: Cell::new(false),
            busy: Cell::new(false),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.answers.borrow().len() >= ANSWERS
    }

    pub(super) fn put(&self, answer: String) {
        self.answers.borrow_mut().push(answer);
    }

    pub(super) fn mark(&self, index: usize) {
        if let Some(changed) = self.changed.get(index) {
            changed.set(true);
        }
    }

    pub(super) fn mark_all(&self) {
        self.all.set(true);
    }

    /// What waits, if there is something and nothing is on its way.
    pub(super) fn take(&self) -> Option<News> {
        if self.busy.get() {
            return None;
        }
        let all = self.all.take();
        let marked = (0_usize..).zip(&self.changed).filter(|(_, changed)| changed.take());
        let changed: Vec<usize> = marked.map(|(index, _)| index).collect();
        let answers = self.answers.take();
        let anything = all || !changed.is_empty() || !answers.is_empty();
        self.busy.set(anything);
        anything.then_some(News { all, changed, answers })
    }

    pub(super) fn arrived(&self) {
        self.busy.set(false);
    }

    pub(super) fn clear(&self) {
        self.answers.take();
        self.changed.iter().for_each(|changed| changed.set(false));
        self.all.set(false);
        self.busy.set(false);
    }
}
