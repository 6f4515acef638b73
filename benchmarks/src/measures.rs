//! One file for each measure.

mod added_latency;
mod audio_thread;
mod companion_idle;
mod cpu;
mod dev_server;
mod device_to_device;
mod lab;
mod many_children;
mod parameter;
mod render_speed;
mod round_trip;
mod swap;
mod while_building;

use crate::Run;
use crate::lines::Lines;

type Measure = fn(&Run, &mut Lines);

/// By the names that the project's plan gives them.
pub(crate) const ALL: [(&str, Measure); 13] = [
    ("P1", round_trip::measure),
    ("P2", audio_thread::measure),
    ("P3", added_latency::measure),
    ("P4", many_children::measure),
    ("P5", dev_server::measure),
    ("P6", parameter::measure),
    ("P7", swap::measure),
    ("P8", companion_idle::measure),
    ("P9", while_building::measure),
    ("P10", render_speed::measure),
    ("P11", cpu::measure),
    ("P12", device_to_device::measure),
    // P14 needs the same companion.
    ("P13", lab::measure),
];
