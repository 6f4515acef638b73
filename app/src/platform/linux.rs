//! Linux.
//!
//! With `--cfg mac_shim` a child is started and waited for by the Mac's files, over `crates/mac-shim/`.

#[path = "linux/background.rs"]
mod background;
#[path = "linux/desktop.rs"]
mod desktop;
#[cfg_attr(not(mac_shim), path = "linux/end_watch.rs")]
#[cfg_attr(mac_shim, path = "macos/end_watch.rs")]
mod end_watch;
#[path = "linux/groups.rs"]
mod groups;
#[path = "linux/left_behind.rs"]
mod left_behind;
#[path = "linux/login_item.rs"]
mod login_item;
#[path = "linux/microphone.rs"]
mod microphone;
#[path = "linux/notification.rs"]
mod notification;
#[path = "linux/power.rs"]
mod power;
#[cfg_attr(not(mac_shim), path = "linux/spawn.rs")]
#[cfg_attr(mac_shim, path = "macos/spawn.rs")]
mod spawn;
#[path = "linux/system_calls.rs"]
mod system_calls;

pub(crate) use background::run_in_background;
pub(crate) use desktop::{
    COPIERS, COPIERS_ENVIRONMENT, FORGETTERS, MainThread, OPENER, REVEAL_LABEL, can_show_menu, icon_color,
    main_loop, reveal, set_icon, show_words, with_icon,
};
pub(crate) use end_watch::EndWatch;
pub(crate) use groups::writes_as_group_alone;
pub(crate) use left_behind::end_left_behind;
pub(crate) use login_item::login_item;
pub(crate) use microphone::MicrophoneAuthority;
pub(crate) use notification::show_notification;
pub(crate) use power::{Activity, watch_sleep};
pub(crate) use spawn::spawn;
pub(crate) use system_calls::system_call;

use super::program::Program;
use rustix::process::Pid;
use std::{fs, path::PathBuf};
use wavecraft_companion_protocol::paths::Paths;

/// The most memory that a process which reads a program's file may take, in bytes, with the files that it maps.
pub(crate) const MOST_ADDRESSES_BYTES: Option<u64> = Some(4 << 30);

/// The variable with the folders that the loader searches before the system's (ld.so(8)).
pub(crate) const LOADER_VARIABLE: &str = "LD_LIBRARY_PATH";

/// The folders that the loader searches without that variable but not with it.
pub(crate) fn loader_default(_program: &Program) -> Vec<PathBuf> {
    Vec::new()
}

/// The paths of this user's companion's files.
pub(crate) fn paths() -> Option<Paths> {
    Paths::linux(|name| std::env::var_os(name))
}

/// Why a program that was started may stay silent for a while.
pub(crate) const LATE_START: &str = "a busy computer can take so long to load it";

/// Is the process held by a debugger? Then it may stand still indefinitely.
pub(crate) fn is_traced(pid: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).unwrap_or_default();
    let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
    tracer.is_some_and(|pid| pid.trim() != "0")
}

/// The memory of a process that is in use now, in bytes.
pub(crate) fn resident_bytes(pid: Pid) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).ok()?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = resident.trim().strip_suffix(" kB")?.parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(test)]
#[expect(unsafe_code, reason = "ptrace has no safe binding")]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_process_has_memory_and_one_that_is_gone_has_none() {
        let mut process = Command::new("sleep").arg("600").spawn().expect("sleep is there");
        let pid = Pid::from_child(&process);
        assert!(resident_bytes(pid).is_some_and(|bytes| bytes >= 4096));
        process.kill().expect("it is ours");
        process.wait().expect("it is ours");
        assert_eq!(resident_bytes(pid), None);
    }

    #[test]
    fn a_process_that_is_traced_is_told_from_one_that_is_not() {
        let mut process = Command::new("sleep").arg("600").spawn().expect("sleep is there");
        let pid = Pid::from_child(&process);
        let untraced = is_traced(pid);
        // SAFETY: PTRACE_SEIZE of our own child takes two pointers that it doesn't use, and touches no memory.
        let seized = unsafe {
            libc::ptrace(
                libc::PTRACE_SEIZE,
                pid.as_raw_nonzero().get(),
                std::ptr::null_mut::<libc::c_void>(),
                std::ptr::null_mut::<libc::c_void>(),
            )
        };
        let traced = is_traced(pid);
        process.kill().expect("it is ours");
        process.wait().expect("it is ours");
        assert!(!untraced && !is_traced(pid));
        // Where a sandbox forbids tracing there is no difference to see.
        assert_eq!(traced, seized == 0);
    }
}
