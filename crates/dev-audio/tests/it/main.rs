//! The example children, run as the companion runs them.

mod by_hand;
mod companion;
mod faults;
mod hello;
mod priority;
mod processing;
