//! Work that must not disturb anything else.
#![expect(unsafe_code, reason = "the background state has no safe binding")]

/// Puts this process, and those that it will start, into the background: setpriority(2), `PRIO_DARWIN_PROCESS` with `PRIO_DARWIN_BG`,
/// since macOS 10.5. Any thread may call it; 0 means this process. It gets the lowest priority, the slow processors where there are such,
/// and disk and network after everybody else; a child is forked with it (xnu, `task_policy_create`). An error would mean that it stays
/// as it is, and so the figures are the same.
pub(crate) fn run_in_background() {
    // SAFETY: the call takes integers and touches no memory of ours.
    let _ = unsafe { libc::setpriority(libc::PRIO_DARWIN_PROCESS, 0, libc::PRIO_DARWIN_BG) };
}
