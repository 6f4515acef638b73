//! The tests themselves.

mod blocks;
mod clicks;
mod compatible;
mod endurance;
mod figures;
mod host;
mod numbers;
mod parameters;
mod rates;
mod response;
mod unused;

pub(crate) use blocks::{block_sizes, deterministic, instances, reset};
pub(crate) use clicks::{bypass, parameter_clicks};
pub use compatible::compatible;
pub(crate) use endurance::{long_run, tail_ends};
pub(crate) use figures::{cost, latency, realtime};
pub(crate) use host::{channels, mono, starts, transport};
pub(crate) use numbers::{denormals, finite, parameter_ends, parameter_random, recovers};
pub(crate) use parameters::parameters;
pub(crate) use rates::{rate_independence, sample_rates};
pub(crate) use unused::unused_parameters;
