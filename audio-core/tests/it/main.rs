//! The whole engine, on the manual backend with real rings; the virtual backend; files; devices.
//!
//! Every test runs with an allocator that ends the program if the audio thread's code allocates.

mod bench;
mod comparing;
mod direct;
mod faults;
mod files;
mod formats;
mod measures;
mod mixing;
mod moving;
mod mutations;
mod offline;
mod pipeline;
mod probing;
mod readings;
mod record;
mod served;
mod streams;
mod time;
mod waveform;

#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
