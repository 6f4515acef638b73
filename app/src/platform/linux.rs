//! Linux.
#![expect(unsafe_code, reason = "the hook between fork and exec, and the system calls in it")]

#[path = "linux/desktop.rs"]
mod desktop;
#[path = "linux/login_item.rs"]
mod login_item;
#[path = "linux/microphone.rs"]
mod microphone;
#[path = "linux/notification.rs"]
mod notification;
#[path = "linux/power.rs"]
mod power;

pub(crate) use desktop::{
    COPIERS, FORGETTERS, MainThread, OPENER, can_show_menu, icon_color, main_loop, set_icon, with_icon,
};
pub(crate) use login_item::login_item;
pub(crate) use microphone::MicrophoneAuthority;
pub(crate) use notification::show_notification;
pub(crate) use power::{Activity, watch_sleep};

use super::{Program, SEGMENT_DESCRIPTOR, SOCKET_DESCRIPTOR, Spawned};
use rustix::process::Pid;
use std::{
    fs, io,
    os::{
        fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd},
        unix::process::CommandExt,
    },
    process::{Command, Stdio},
};
use wavecraft_companion_protocol::paths::Paths;

/// Where this user's companion keeps its files.
pub(crate) fn paths() -> Option<Paths> {
    Paths::linux(|name| std::env::var_os(name))
}

/// Starts `program` with `segment` and `socket` as its descriptors 3 and 4.
///
/// # Errors
/// What fork or exec answered.
pub(crate) fn spawn(
    program: &Program,
    segment: BorrowedFd<'_>,
    socket: BorrowedFd<'_>,
) -> io::Result<Spawned> {
    let (segment, socket) = (segment.as_raw_fd(), socket.as_raw_fd());
    let mut command = Command::new(&program.runs.executable);
    command
        .args(program.arguments())
        .current_dir(&program.cwd)
        .env_clear()
        .envs(program.env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    // SAFETY: the closure runs in the forked child, where only async-signal-safe calls are allowed: it makes system
    // calls on integers that it copied, allocates nothing (an `io::Error` of an errno holds no allocation), takes no
    // lock, and touches no state of the parent.
    unsafe { command.pre_exec(move || arrange_descriptors(segment, socket)) };
    let mut child = command.spawn()?;
    let pipe = || io::Error::other("the child has no pipe for its output");
    Ok(Spawned {
        pid: Pid::from_child(&child),
        stdout: OwnedFd::from(child.stdout.take().ok_or_else(pipe)?),
        stderr: OwnedFd::from(child.stderr.take().ok_or_else(pipe)?),
    })
}

/// Above every number that is given a meaning.
const OUT_OF_THE_WAY: i32 = 16;

fn arrange_descriptors(segment: RawFd, socket: RawFd) -> io::Result<()> {
    // Each may already have the other's number, so both move away first.
    let segment = duplicate_above(segment)?;
    let socket = duplicate_above(socket)?;
    place(segment, SEGMENT_DESCRIPTOR)?;
    place(socket, SOCKET_DESCRIPTOR)?;
    let first = libc::c_uint::try_from(SOCKET_DESCRIPTOR + 1).unwrap_or(5);
    // Everything after these two closes at the exec, not now: one of them tells the parent that exec failed.
    // SAFETY: close_range changes flags of descriptors of this process and touches no memory.
    let marked =
        unsafe { libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    // Before Linux 5.11 there is no such flag; there, Rust's habit of opening everything with CLOEXEC must do.
    let errno = io::Error::last_os_error().raw_os_error();
    if marked == 0 || matches!(errno, Some(libc::ENOSYS | libc::EINVAL)) {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

fn duplicate_above(fd: RawFd) -> io::Result<RawFd> {
    // SAFETY: F_DUPFD makes a new descriptor and touches no memory; a bad number is an error it returns.
    let new = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, OUT_OF_THE_WAY) };
    if new < 0 { Err(io::Error::last_os_error()) } else { Ok(new) }
}

fn place(fd: RawFd, number: RawFd) -> io::Result<()> {
    // SAFETY: dup2 replaces a descriptor of the forked child, which nothing there uses yet; the copy has no CLOEXEC.
    let placed = unsafe { libc::dup2(fd, number) };
    if placed < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Does a debugger hold this process? Then it may stand still as long as it likes.
pub(crate) fn is_traced(pid: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).unwrap_or_default();
    let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
    tracer.is_some_and(|pid| pid.trim() != "0")
}

#[cfg(test)]
mod tests {
    use super::*;

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
        // Where a sandbox forbids tracing there is nothing to be told apart.
        assert_eq!(traced, seized == 0);
    }
}
