//! What was done, in words.

use crate::platform;
use wavecraft_companion_protocol::realtime::{Act, ViolationKind, Watch, Watching};

/// Why nothing is known of a child that was asked and says nothing about it.
const SILENT: &str = "This build doesn't watch itself: its SDK is older than this companion. Run `wavecraft update` in the \
                      project's folder.";

pub(super) fn kind(act: Act) -> ViolationKind {
    match act {
        Act::Allocation { .. } => ViolationKind::Allocation,
        Act::Free => ViolationKind::Free,
        Act::SystemCall { .. } => ViolationKind::SystemCall,
    }
}

pub(super) fn what(act: Act) -> String {
    match act {
        Act::Allocation { bytes: 1 } => "allocates 1 byte".into(),
        Act::Allocation { bytes } => format!("allocates {bytes} bytes"),
        Act::Free => "frees memory".into(),
        Act::SystemCall { number } => match platform::system_call(number) {
            Some(name) => format!("{} ({name})", does(name)),
            None => format!("calls the system (call number {number})"),
        },
    }
}

fn does(name: &str) -> &'static str {
    match name {
        "write" | "writev" | "pwrite64" => "writes",
        "read" | "readv" | "pread64" => "reads",
        "open" | "openat" => "opens a file",
        "close" => "closes a file",
        "lseek" | "stat" | "fstat" | "lstat" | "newfstatat" | "statx" => "asks about a file",
        "nanosleep" | "clock_nanosleep" => "sleeps",
        "futex" => "waits for a lock or wakes a thread",
        "mmap" | "mremap" | "brk" => "takes memory from the system",
        "munmap" | "madvise" => "gives memory back to the system",
        "mprotect" => "changes what memory may be used for",
        "sched_yield" => "lets other threads run",
        "clone" | "clone3" => "starts a thread",
        "fork" | "vfork" | "execve" => "starts a program",
        "exit" | "exit_group" => "ends",
        "getrandom" => "asks for random numbers",
        "poll" | "ppoll" | "select" | "pselect6" | "epoll_wait" | "epoll_pwait" => "waits for input",
        "sendto" | "sendmsg" => "sends",
        "recvfrom" | "recvmsg" => "receives",
        "ioctl" | "fcntl" => "controls a file or device",
        "kill" | "tkill" | "tgkill" => "sends a signal",
        _ => "calls the system",
    }
}

/// What isn't watched, and why: a sentence each. `None`: the child has said nothing about it.
pub(super) fn unwatched(watching: Option<&Watching>) -> Vec<String> {
    let Some(Watching { memory, system_calls }) = watching else { return vec![SILENT.into()] };
    [("Allocations and frees", memory), ("System calls", system_calls)]
        .into_iter()
        .filter_map(|(of, watch)| match watch {
            Watch::On => None,
            Watch::Off(reason) => Some(format!("{of} aren't watched: {}.", reason.trim_end_matches('.'))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_calls_are_words() {
        assert_eq!(what(Act::Allocation { bytes: 96 }), "allocates 96 bytes");
        assert_eq!(what(Act::Allocation { bytes: 1 }), "allocates 1 byte");
        assert_eq!(
            what(Act::SystemCall { number: i64::MAX }),
            format!("calls the system (call number {})", i64::MAX)
        );
        assert_eq!((does("write"), does("keyctl")), ("writes", "calls the system"));
    }

    #[test]
    fn what_is_not_watched_is_a_sentence_each() {
        let watching = Watching { memory: Watch::On, system_calls: Watch::Off("only on Linux.".into()) };
        assert_eq!(unwatched(Some(&watching)), ["System calls aren't watched: only on Linux."]);
        assert_eq!(unwatched(None), [SILENT]);
    }
}
