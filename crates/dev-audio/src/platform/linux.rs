//! Linux: SCHED_RR just below the companion's own audio thread, and a guard that revokes it from a thread that doesn't
//! sleep.
#![expect(unsafe_code, reason = "scheduling classes, resource limits and signal handlers are C calls")]

use std::fs;
use std::io;
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

use libc::{c_int, c_long};

pub(crate) const REMEDY: &str = "give your user the limit `rtprio 20` (a line `@audio - rtprio 20` in a file of \
     /etc/security/limits.d, your user in that group, and a new login)";

/// The priority when it is requested regardless of the companion's threads: above ordinary threads, below those of
/// sound servers (PipeWire's have 83 to 88; rtkit gives at most 20).
const PRIORITY: c_int = 10;

/// The CPU time without a sleep after which the thread loses its class (RLIMIT_RTTIME's soft limit). The longest that
/// rtkit allows; less than the 250 ms after which the companion says "not responding", so that it can act by then.
const SOFT_US: u64 = 200_000;

/// The kernel's hard limit, enforced by SIGKILL: for a processor that blocks or replaces SIGXCPU.
const HARD_US: u64 = 1_000_000;

/// The thread that [`enter_real_time`] was called on, for the signal handler; 0 before.
static THREAD: AtomicI32 = AtomicI32::new(0);

/// Set by the signal handler and never cleared.
static REVOKED: AtomicBool = AtomicBool::new(false);

/// Gives the calling thread, which must never end, a real-time class until [`leave_real_time`]; returns whether it has
/// the class. A thread that has lost it doesn't get it again.
///
/// Unless `always` is set, it does so only if the companion has a real-time thread, and with a priority below that: a
/// child above the thread that feeds it could hold it up, and two that hang could stop the sound on a machine with two
/// cores.
///
/// # Errors
///
/// EPERM if the user lacks the right (RLIMIT_RTPRIO, CAP_SYS_NICE).
pub(crate) fn enter_real_time(_period: Duration, always: bool) -> io::Result<bool> {
    let parent = std::os::unix::process::parent_id();
    let Some(priority) =
        highest_priority(parent).map(|theirs| (theirs - 1).max(1)).or(always.then_some(PRIORITY))
    else {
        return Ok(false);
    };
    if was_revoked() {
        return Ok(false);
    }
    // SAFETY: takes nothing and always succeeds.
    THREAD.store(unsafe { libc::gettid() }, Ordering::Relaxed);
    // The guard comes first, then the class.
    limit_time()?;
    catch_limit()?;
    schedule(libc::SCHED_RR, priority)?;
    Ok(true)
}

/// The highest priority of a process's real-time threads. Fields 40 and 41 of proc_pid_stat(5): priority and class.
fn highest_priority(process: u32) -> Option<c_int> {
    let real_time = |stat: &str| -> Option<c_int> {
        // Only the name, in brackets, may hold spaces or brackets.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(40 - 3);
        let priority = fields.next()?.parse().ok()?;
        let class = fields.next()?.parse().ok()?;
        [libc::SCHED_FIFO, libc::SCHED_RR].contains(&class).then_some(priority)
    };
    let threads = fs::read_dir(format!("/proc/{process}/task")).ok()?;
    threads
        .flatten()
        .filter_map(|thread| real_time(&fs::read_to_string(thread.path().join("stat")).ok()?))
        .max()
}

/// Gives the calling thread its ordinary class back.
pub(crate) fn leave_real_time() {
    // Lowering is always allowed.
    let _ = schedule(libc::SCHED_OTHER, 0);
}

/// This class has no period.
pub(crate) fn set_period(_period: Duration) {}

/// Whether the thread lost its class because it didn't sleep for [`SOFT_US`].
pub(crate) fn was_revoked() -> bool {
    // SYNC: partner is the store in `revoke`. Nothing is published by it.
    REVOKED.load(Ordering::Relaxed)
}

/// Sets the class of [`THREAD`]. Only a system call and an atomic, so a signal handler may do it.
fn schedule(policy: c_int, priority: c_int) -> io::Result<()> {
    let parameters = libc::sched_param { sched_priority: priority };
    // Threads and programs that a processor starts don't inherit the class (sched(7)). A thread that has set the flag
    // may not clear it without the right to, so it stays.
    let policy = policy | libc::SCHED_RESET_ON_FORK;
    // Called by number and not through the C library: sched_setscheduler(2) is about one thread, and musl, which holds
    // POSIX's view that it is about a process, only fails.
    // SAFETY: the parameters are a live struct that is read during the call; of a thread that is gone it says ESRCH.
    let result: c_long = unsafe {
        libc::syscall(
            libc::SYS_sched_setscheduler,
            THREAD.load(Ordering::Relaxed),
            policy,
            ptr::from_ref(&parameters),
        )
    };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// setrlimit(2), RLIMIT_RTTIME: CPU time in µs that a thread of a real-time class may use without a blocking call. The
/// kernel sends SIGXCPU at the soft limit and SIGKILL at the hard one. Limits are only lowered here, which needs no
/// right.
fn limit_time() -> io::Result<()> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the struct is live and of the layout that the call fills in.
    if unsafe { libc::getrlimit(libc::RLIMIT_RTTIME, ptr::from_mut(&mut limit)) } < 0 {
        return Err(io::Error::last_os_error());
    }
    limit.rlim_max = limit.rlim_max.min(HARD_US);
    limit.rlim_cur = limit.rlim_cur.min(SOFT_US).min(limit.rlim_max);
    // SAFETY: the struct is live and read during the call.
    if unsafe { libc::setrlimit(libc::RLIMIT_RTTIME, ptr::from_ref(&limit)) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// By default SIGXCPU ends the process with a core dump: a hang would look like a crash, and a debugger or the
/// companion could no longer look at the stack. With the handler the thread continues as an ordinary one, and the
/// companion treats it as any processor that hangs.
fn catch_limit() -> io::Result<()> {
    // SAFETY: all-zero is a valid value: no flag, an empty mask (sigemptyset(3) is that on Linux).
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    let handler: extern "C" fn(c_int) = revoke;
    action.sa_sigaction = handler as libc::sighandler_t;
    // The interrupted call resumes; a thread with a separate signal stack uses that.
    action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
    // SAFETY: the struct is live and read during the call; the handler does only what a handler may.
    if unsafe { libc::sigaction(libc::SIGXCPU, ptr::from_ref(&action), ptr::null_mut()) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// The kernel sends the signal to the process, so this may run on any of its threads. signal-safety(7): system calls
/// and lock-free atomics only. `errno` changes only if the call fails, and a living thread can always be lowered.
extern "C" fn revoke(_signal: c_int) {
    let _ = schedule(libc::SCHED_OTHER, 0);
    // SYNC: partner is the load in `was_revoked`.
    REVOKED.store(true, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::spin_loop;
    use std::thread;
    use std::time::Instant;

    const PERIOD: Duration = Duration::from_millis(3);

    fn class() -> c_int {
        // SAFETY: asks about the calling thread and touches no memory.
        unsafe { libc::sched_getscheduler(0) }
    }

    /// Gives up this thread's rights; the rest of the process may keep its class.
    fn give_up_rights() {
        use rustix::thread::{CapabilitySet, capabilities, set_capabilities};
        let mut sets = capabilities(None).unwrap();
        sets.effective.remove(CapabilitySet::SYS_NICE);
        set_capabilities(None, sets).unwrap();
    }

    /// One test, because the limit, the handler and the two statics belong to the process.
    #[test]
    fn the_class_is_given_refused_and_taken_back() {
        let refused = thread::spawn(|| {
            give_up_rights();
            // A user with RLIMIT_RTPRIO needs no other right.
            let entered = enter_real_time(PERIOD, true);
            assert!(entered.is_ok() || class() == libc::SCHED_OTHER);
            entered.is_err_and(|error| error.raw_os_error() != Some(libc::EPERM))
        });
        assert!(!refused.join().unwrap(), "refused for another reason than a missing right");

        let granted = thread::spawn(|| {
            if enter_real_time(PERIOD, true).is_err() {
                return assert_eq!(class(), libc::SCHED_OTHER);
            }
            let real_time = libc::SCHED_RR | libc::SCHED_RESET_ON_FORK;
            assert_eq!(class(), real_time);
            assert!(highest_priority(std::process::id()).is_some());
            assert_eq!(thread::spawn(class).join().unwrap(), libc::SCHED_OTHER, "threads don't inherit it");
            leave_real_time();
            assert_eq!(class() & !libc::SCHED_RESET_ON_FORK, libc::SCHED_OTHER);
            assert!(enter_real_time(PERIOD, true).unwrap());
            assert_eq!(class(), real_time);

            let given_up = Instant::now() + Duration::from_secs(30);
            while !was_revoked() && Instant::now() < given_up {
                spin_loop();
            }
            assert!(was_revoked(), "an endless loop keeps a core for good");
            assert_eq!(class() & !libc::SCHED_RESET_ON_FORK, libc::SCHED_OTHER);
            assert!(!enter_real_time(PERIOD, true).unwrap(), "and isn't given it again");
            assert_eq!(class() & !libc::SCHED_RESET_ON_FORK, libc::SCHED_OTHER);
        });
        granted.join().unwrap();
    }
}
