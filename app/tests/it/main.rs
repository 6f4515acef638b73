//! The companion as its callers meet it: the real program, real children, its sockets. No sound card, no display.

mod attaching;
mod control_socket;
mod ending;
mod endurance;
mod faults;
mod measuring;
mod modes;
mod page;
mod reloading;
mod support;
