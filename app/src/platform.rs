//! What differs between the systems: one file per system, with the same names in both.

#[cfg(any(test, target_os = "macos", mac_shim))]
mod answers;
#[cfg(mac_shim)]
#[path = "../../crates/mac-shim/kqueue.rs"]
mod kqueue_shim;
#[cfg(any(test, target_os = "macos", mac_shim))]
mod mach_o;
#[cfg(any(test, target_os = "macos"))]
mod main_loop;
#[cfg(mac_shim)]
#[path = "../../crates/mac-shim/spawn.rs"]
mod spawn_shim;
#[cfg(target_os = "linux")]
#[path = "platform/linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "platform/macos.rs"]
mod system;

mod program;
#[cfg(test)]
mod tests;

pub(crate) use program::{Program, SEGMENT_DESCRIPTOR, SOCKET_DESCRIPTOR, Spawned};

pub(crate) use system::{
    Activity, COPIERS, COPIERS_ENVIRONMENT, EndWatch, FORGETTERS, LATE_START, LOADER_VARIABLE,
    MOST_ADDRESSES_BYTES, MainThread, MicrophoneAuthority, OPENER, REVEAL_LABEL, can_show_menu,
    end_left_behind, icon_color, is_traced, loader_default, login_item, main_loop, paths, resident_bytes,
    reveal, run_in_background, set_icon, show_notification, show_words, spawn, system_call, watch_sleep,
    with_icon, writes_as_group_alone,
};
