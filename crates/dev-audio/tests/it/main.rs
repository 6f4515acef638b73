//! Runs the example children as the companion does.

mod companion;
mod faults;
mod hello;
mod priority;
mod probes;
mod processing;
mod standalone;
mod time;
mod violations;
mod watched;
