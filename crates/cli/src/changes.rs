//! Changing a person's files with their consent: the differences are shown, the person is asked, and git can undo it.

mod diff;
mod question;
mod repository;

pub(crate) use diff::{differences, lines};
pub(crate) use question::{agreed, shell_word};
pub(crate) use repository::State;
