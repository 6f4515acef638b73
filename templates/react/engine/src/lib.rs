//! The sound of Wavecraft Demo: drive into a filter, mixed with the dry signal.
//!
//! Start at [`Saturator`]. Everything in here runs on the audio thread: no allocation, no lock, no file, no printing.

mod curve;
mod filter;
mod saturator;
mod smooth;

pub use saturator::{Saturator, SaturatorParams};
