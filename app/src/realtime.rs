//! What children were seen to do in `process`: collected as they tell it, in words for a person.

mod seen;
mod words;

pub(crate) use seen::Seen;
