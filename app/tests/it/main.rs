//! The companion as its clients see it: the real program, real children, its sockets. No sound card, no display.

mod attaching;
mod checking;
mod comparing;
mod control_socket;
mod ending;
mod endurance;
mod faults;
mod files;
mod floods;
mod garbage;
mod howl;
mod lab;
mod lease;
mod leaving;
mod measuring;
#[cfg(debug_assertions)]
mod microphone;
mod modes;
mod opening;
mod page;
mod places;
mod presets;
mod probes;
mod recording;
mod reloading;
mod rendering;
mod sets;
mod signals;
mod source_strip;
mod support;
mod transport;
mod undo;
mod violations;
