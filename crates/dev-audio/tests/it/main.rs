//! The example children, run as the companion runs them.

mod companion;
mod faults;
mod hello;
mod priority;
mod processing;
mod standalone;
