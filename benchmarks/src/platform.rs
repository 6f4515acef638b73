//! What each system calls differently. Only Linux is measured here: a Mac's figures need a Mac.

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
pub(crate) use linux::{Scheduling, Words, cpu_of_children, thread_cpu_ns, usage_of, wait, wake};

#[cfg(not(target_os = "linux"))]
compile_error!("the benchmarks read /proc and pin processes to a CPU: they run on Linux");
