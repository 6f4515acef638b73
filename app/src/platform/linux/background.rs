//! Work that must not disturb anything else.
#![expect(unsafe_code, reason = "the scheduling class has no safe binding")]

/// Puts this thread, and those and the processes that it will start, into the class that runs only when nothing else wants to:
/// sched(7), `SCHED_IDLE`. Must come before there are other threads. Where the system refuses, all stays as it is, and so the figures
/// are the same.
pub(crate) fn run_in_background() {
    // SAFETY: all fields of the structure are integers, for which zero is a value; the class takes no priority but 0.
    let priority: libc::sched_param = unsafe { std::mem::zeroed() };
    // SAFETY: 0 means this thread, and the pointer is to a structure that lives until the call returns, which only reads it.
    let _ = unsafe { libc::sched_setscheduler(0, libc::SCHED_IDLE, &raw const priority) };
}
