//! Starting a child.
#![expect(unsafe_code, reason = "the hook between fork and exec, and the system calls in it")]

use crate::platform::{Program, SEGMENT_DESCRIPTOR, SOCKET_DESCRIPTOR, Spawned};
use rustix::process::{Pid, Signal, getpid, getppid, set_parent_process_death_signal};
use std::{
    fs, io,
    os::{
        fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd},
        unix::process::CommandExt,
    },
    process::{Command, Stdio},
};

/// Starts `program` with `segment` and `socket` as its descriptors 3 and 4. It ends with the thread that calls this,
/// whatever it does, and if memory runs out the system kills it before this process.
///
/// # Errors
/// The error of fork or exec.
pub(crate) fn spawn(
    program: &Program,
    segment: BorrowedFd<'_>,
    socket: BorrowedFd<'_>,
) -> io::Result<Spawned> {
    let (segment, socket, own_pid) = (segment.as_raw_fd(), socket.as_raw_fd(), getpid());
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
    unsafe {
        command.pre_exec(move || end_with(own_pid).and_then(|()| arrange_descriptors(segment, socket)))
    };
    let mut child = command.spawn()?;
    // Raising a process's own score needs no privilege. If that fails (no /proc), the system chooses by its own rules.
    let _ = fs::write(format!("/proc/{}/oom_score_adj", child.id()), FIRST_TO_GO);
    let pipe = || io::Error::other("the child has no pipe for its output");
    Ok(Spawned {
        pid: Pid::from_child(&child),
        stdout: OwnedFd::from(child.stdout.take().ok_or_else(pipe)?),
        stderr: OwnedFd::from(child.stderr.take().ok_or_else(pipe)?),
    })
}

/// proc(5), `oom_score_adj`, -1000 to 1000: the system treats the process as if it used half of the memory in addition.
const FIRST_TO_GO: &str = "500";

/// In the forked child: makes the system end it when the thread of `parent` that forked ends (prctl(2),
/// `PR_SET_PDEATHSIG`), even if it doesn't look at its socket.
fn end_with(parent: Pid) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // The parent may be gone already; then the signal never comes.
    if getppid() == Some(parent) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
}

/// Above every descriptor number with a meaning.
const OUT_OF_THE_WAY: i32 = 16;

fn arrange_descriptors(segment: RawFd, socket: RawFd) -> io::Result<()> {
    // Each may already have the other's number, so both are moved away first.
    let segment = duplicate_above(segment)?;
    let socket = duplicate_above(socket)?;
    place(segment, SEGMENT_DESCRIPTOR)?;
    place(socket, SOCKET_DESCRIPTOR)?;
    let first = libc::c_uint::try_from(SOCKET_DESCRIPTOR + 1).unwrap_or(5);
    // Everything after these two closes at the exec, not now: one of them tells the parent that exec failed.
    // SAFETY: close_range changes flags of descriptors of this process and touches no memory.
    let marked =
        unsafe { libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    // Before Linux 5.11 there is no such flag; there, Rust's practice of opening everything with CLOEXEC must suffice.
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
