//! What a child left running when it ended: processes with its mark in their environment.

use rustix::{
    fd::OwnedFd,
    process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal},
};
use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt};

/// Kills every process whose environment has `variable` with `value`, and returns the id and name of each. A process
/// that changed its environment isn't found.
pub(crate) fn end_left_behind(variable: &str, value: &OsStr) -> Vec<(u32, String)> {
    let mark = [variable.as_bytes(), b"=", value.as_bytes()].concat();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    numbers.filter_map(|number| end_marked(number, &mark)).collect()
}

fn end_marked(number: i32, mark: &[u8]) -> Option<(u32, String)> {
    // Another user's environment can't be read, and isn't that of one of our children.
    let is_marked = || {
        let environment = fs::read(format!("/proc/{number}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|entry| entry == mark)
    };
    if !is_marked() {
        return None;
    }
    let process: OwnedFd = pidfd_open(Pid::from_raw(number)?, PidfdFlags::empty()).ok()?;
    // The id may have become another process's before it was opened; from here on it refers to one process.
    let name = fs::read_to_string(format!("/proc/{number}/comm")).unwrap_or_default();
    (is_marked() && pidfd_send_signal(&process, Signal::KILL).is_ok())
        .then(|| (number.unsigned_abs(), name.trim_end().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn only_what_carries_the_mark_is_ended() {
        let sleep = |value: &str| Command::new("sleep").arg("600").env("MARK", value).spawn().unwrap();
        // Nobody else's, not even that of a test before, which failed.
        let mark = format!("this one of {}", std::process::id());
        let (mut marked, mut other) = (sleep(&mark), sleep("another"));
        // A process that was just spawned has no environment until its program is loaded.
        for process in [&marked, &other] {
            while fs::read(format!("/proc/{}/environ", process.id())).unwrap().is_empty() {
                std::thread::yield_now();
            }
        }
        assert_eq!(end_left_behind("MARK", OsStr::new(&mark)), [(marked.id(), "sleep".to_owned())]);
        assert!(!marked.wait().unwrap().success());
        assert_eq!(end_left_behind("MARK", OsStr::new(&mark)), []);
        assert!(other.try_wait().unwrap().is_none());
        other.kill().unwrap();
        other.wait().unwrap();
    }
}
