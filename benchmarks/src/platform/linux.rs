//! Linux: bare futexes, CPUs and classes, and what /proc tells of a process.

use rustix::fs::{MemfdFlags, ftruncate, memfd_create};
use rustix::mm::{MapFlags, ProtFlags, mmap};
use rustix::thread::futex;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use rustix::time::Timespec;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// One for each side's words, so that they never share a cache line.
const LINE: usize = 128;
const LEN: usize = 4096;

/// Two words in shared memory. Mapped for the life of the process.
pub(crate) struct Words {
    there: &'static AtomicU32,
    back: &'static AtomicU32,
}

impl Words {
    pub(crate) fn create() -> (Self, OwnedFd) {
        let descriptor = memfd_create("wavecraft-benchmarks", MemfdFlags::CLOEXEC).expect("shared memory");
        ftruncate(&descriptor, LEN as u64).expect("a page");
        (Self::attach(&descriptor), descriptor)
    }

    pub(crate) fn attach(descriptor: &impl AsFd) -> Self {
        // SAFETY: no address is asked for, so nothing in use is replaced; the object is a page long.
        let page = unsafe {
            mmap(
                std::ptr::null_mut(),
                LEN,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::SHARED,
                descriptor,
                0,
            )
        };
        let page = page.expect("the page is mapped").cast::<u8>();
        // SAFETY: within the page, aligned to a line, never unmapped, and only ever used as an atomic.
        let word = |line: usize| unsafe { &*page.add(line * LINE).cast::<AtomicU32>() };
        Self { there: word(0), back: word(1) }
    }

    pub(crate) fn there(&self) -> &AtomicU32 {
        self.there
    }

    pub(crate) fn back(&self) -> &AtomicU32 {
        self.back
    }
}

/// Sleeps while the word is `expected`; `false` when it was for the whole time.
pub(crate) fn wait(word: &AtomicU32, expected: u32, limit_ns: u64) -> bool {
    let limit =
        Timespec { tv_sec: (limit_ns / 1_000_000_000) as i64, tv_nsec: (limit_ns % 1_000_000_000) as i64 };
    !matches!(
        futex::wait(word, futex::Flags::empty(), expected, Some(&limit)),
        Err(rustix::io::Errno::TIMEDOUT)
    )
}

pub(crate) fn wake(word: &AtomicU32) {
    let _ = futex::wake(word, futex::Flags::empty(), 1);
}

/// Where this thread, and what it starts, may run; as it was before when dropped.
pub(crate) struct Scheduling {
    before: CpuSet,
    /// Whether SCHED_FIFO was granted.
    pub(crate) fifo: bool,
}

impl Scheduling {
    /// On the last CPU alone, with SCHED_FIFO where it is granted.
    pub(crate) fn on_one_cpu() -> Self {
        let before = sched_getaffinity(None).expect("the CPUs of this thread");
        let last = (0..CpuSet::MAX_CPU).rev().find(|cpu| before.is_set(*cpu)).expect("one CPU at least");
        let mut one = CpuSet::new();
        one.set(last);
        sched_setaffinity(None, &one).expect("a CPU that it may use");
        Self { before, fifo: set_class(libc::SCHED_FIFO, 10) }
    }
}

impl Drop for Scheduling {
    fn drop(&mut self) {
        set_class(libc::SCHED_OTHER, 0);
        sched_setaffinity(None, &self.before).expect("the CPUs from before");
    }
}

fn set_class(policy: i32, priority: i32) -> bool {
    let parameters = libc::sched_param { sched_priority: priority };
    // SAFETY: a live struct is read; 0 is the calling thread.
    unsafe { libc::sched_setscheduler(0, policy, &raw const parameters) == 0 }
}

/// The processor time of all ended children of this process that it has waited for, and of theirs: `cutime` and `cstime` of
/// proc_pid_stat(5), in steps of a tick.
pub(crate) fn cpu_of_children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("this process runs");
    let fields: Vec<&str> = stat.rsplit_once(')').expect("a name in brackets").1.split_whitespace().collect();
    let ticks: u64 = fields[13..15].iter().map(|field| field.parse::<u64>().unwrap_or(0)).sum();
    Duration::from_secs_f64(ticks as f64 / TICKS_A_SECOND)
}

/// USER_HZ, which every Linux on these processors tells its programs, whatever its own clock.
const TICKS_A_SECOND: f64 = 100.0;

/// What a process has used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// CPU time of all its threads in nanoseconds, as the scheduler counts it.
    pub(crate) cpu_ns: u64,
    /// Ticks of user and system time, as `ps` shows them.
    pub(crate) ticks: u64,
    /// Resident memory in KiB, shared pages included.
    pub(crate) rss_kib: u64,
}

/// See proc_pid_stat(5), proc_pid_status(5), and `schedstat` in the kernel's sched-stats.rst.
pub(crate) fn usage_of(pid: u32) -> Usage {
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}")).expect("the process runs");
    let stat = read("stat");
    let fields: Vec<&str> = stat.rsplit_once(')').expect("a name in brackets").1.split_whitespace().collect();
    let number = |text: &str| text.parse::<u64>().unwrap_or(0);
    let status = read("status");
    let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    Usage {
        cpu_ns: thread_cpu_ns(pid).iter().map(|(_, used)| used).sum(),
        ticks: number(fields[11]) + number(fields[12]),
        rss_kib: number(rss.split_whitespace().next().unwrap_or("0")),
    }
}

/// The name of each thread of a process, and its CPU time in nanoseconds.
pub(crate) fn thread_cpu_ns(pid: u32) -> Vec<(String, u64)> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).expect("the process runs");
    // A thread may end meanwhile.
    let read = |path: std::path::PathBuf| {
        let name = std::fs::read_to_string(path.join("comm")).ok()?;
        let used = std::fs::read_to_string(path.join("schedstat")).ok()?;
        Some((name.trim_end().to_owned(), used.split_whitespace().next()?.parse().ok()?))
    };
    threads.flatten().filter_map(|thread| read(thread.path())).collect()
}
