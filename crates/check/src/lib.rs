//! The tests of `wavecraft check`: what a processor is asked, and how its answers are judged.
//!
//! Pure: no I/O, no threads, no clock. A [`Rig`] starts processors, in processes or wherever, and a [`Bench`] plays to them what a test
//! asks for. [`TESTS`] lists all tests; each has a name that stays, and is the same for the same seed.
//!
//! A crash or a hang of a processor is a [`Trouble`], with which a test ends, and a verdict like any other ([`run`]).

mod bench;
mod catalogue;
mod difference;
mod document;
mod judge;
mod limits;
mod rig;
mod sizes;
mod verdict;
mod words;

pub use bench::Bench;
pub use catalogue::{COMPATIBLE, REALTIME, STARTS, TESTS, Test, run, test};
pub use document::{DOCUMENT_VERSION, Document, Plan, Row};
pub use judge::compatible;
pub use limits::{CLICK_DB, Depth, Limits};
pub use rig::{Facts, Rig, Trouble, Unit, Wanted};
pub use verdict::{Found, Verdict};
