//! A child's process, from its spawn until nothing of it is left.
//!
//! The decisions are in [`follow`], over the trait [`System`]: the tests simulate a Mac, where a process may be
//! stopped, be taken over by a debugger, and come back.

use super::exit::ExitReason;
use crate::platform;
use rustix::{
    io::Errno,
    process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, waitpid},
};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// How its process ended is reported after this time even if the system hasn't said.
const WORD_LIMIT: Duration = Duration::from_secs(2);
/// How long its zombie is waited for: a debugger may hold it.
const REMAINS_LIMIT: Duration = Duration::from_secs(600);
/// The first pause between two attempts. Each is twice as long as the one before, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A process that can be killed at any moment.
#[derive(Debug, Default)]
pub(crate) struct Process {
    /// Locked while the process id is used for a signal or released by reaping, so that a signal never hits another
    /// process with the same id.
    stage: Mutex<Stage>,
    /// Notified if it must be killed but hasn't been started yet.
    unwanted: Notify,
}

#[derive(Debug, Default, Clone, Copy)]
enum Stage {
    /// The system hasn't started it yet.
    #[default]
    Starting,
    /// It must be killed as soon as the system has started it.
    Unwanted,
    /// It runs, is stopped, or is just ending.
    Running(Pid),
    /// It has ended: the process id may be another process's.
    Ended,
}

impl Process {
    /// Kills it and everything in its process group now; one that isn't started yet, as soon as it is. Does nothing to
    /// one that is gone.
    pub(crate) fn kill(&self) {
        let mut stage = self.stage();
        match *stage {
            Stage::Running(pid) => kill(pid),
            Stage::Starting => {
                *stage = Stage::Unwanted;
                self.unwanted.notify_one();
            }
            Stage::Unwanted | Stage::Ended => {}
        }
    }

    /// Its process id, while it runs.
    pub(crate) fn pid(&self) -> Option<Pid> {
        match *self.stage() {
            Stage::Running(pid) => Some(pid),
            Stage::Starting | Stage::Unwanted | Stage::Ended => None,
        }
    }

    /// Waits until it must be killed although it isn't started yet.
    pub(super) async fn unwanted(&self) {
        self.unwanted.notified().await;
    }

    /// The system has started it.
    pub(super) fn started(&self, pid: Pid) {
        let mut stage = self.stage();
        if matches!(*stage, Stage::Unwanted) {
            kill(pid);
        }
        *stage = Stage::Running(pid);
    }

    /// Waits on this thread until nothing of it is left. Calls `ended` as soon as it has ended, and `told` once, with
    /// how it ended, which may be a moment later.
    pub(super) fn wait(&self, pid: Pid, ended: impl FnOnce(), told: impl FnOnce(ExitReason)) {
        follow(self, &mut Real { pid, end: platform::EndWatch::new(pid) }, ended, told);
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Kills the process, and its group. Both calls can fail only because there is nothing left to kill.
fn kill(pid: Pid) {
    let _ = kill_process_group(pid, Signal::KILL);
    let _ = kill_process(pid, Signal::KILL);
}

/// What the system reports about one process that is a child of this one.
trait System {
    /// Sleeps until the process has ended. Being stopped or continued, or having a debugger, isn't an end.
    ///
    /// # Errors
    /// ESRCH or ECHILD: it has ended already. Anything else: ask again.
    fn ended(&mut self) -> rustix::io::Result<()>;

    /// Reaps the process, which releases its process id: waitpid(2), without waiting. `None`: not yet.
    ///
    /// # Errors
    /// ECHILD: it is another process's child now.
    fn take(&mut self) -> rustix::io::Result<Option<ExitReason>>;

    /// Kills what is left in the process's group.
    fn kill_group(&mut self);

    /// Sleeps for `time`.
    fn pause(&mut self, time: Duration);
}

struct Real {
    pid: Pid,
    end: platform::EndWatch,
}

impl System for Real {
    fn ended(&mut self) -> rustix::io::Result<()> {
        self.end.ended()
    }

    fn take(&mut self) -> rustix::io::Result<Option<ExitReason>> {
        Ok(waitpid(Some(self.pid), WaitOptions::NOHANG)?.map(|(_, status)| ExitReason::of(status)))
    }

    fn kill_group(&mut self) {
        let _ = kill_process_group(self.pid, Signal::KILL);
    }

    fn pause(&mut self, time: Duration) {
        std::thread::sleep(time);
    }
}

fn follow(process: &Process, system: &mut impl System, ended: impl FnOnce(), told: impl FnOnce(ExitReason)) {
    let still_ours = loop {
        match system.ended() {
            // Linux: a process that was reaped already can't be waited for, so the process id isn't its own any more.
            Err(Errno::CHILD) => break false,
            // macOS: one that has ended can't be watched, and must still be reaped.
            Ok(()) | Err(Errno::SRCH) => break true,
            Err(Errno::INTR) => {}
            Err(_) => system.pause(LONGEST_PAUSE),
        }
    };
    ended();
    {
        let mut stage = process.stage();
        // What it left behind in its group is killed with it. Until the process is reaped, the process id stays its
        // own.
        if still_ours {
            system.kill_group();
        }
        *stage = Stage::Ended;
    }
    let mut told = Some(told);
    let mut tell = |reason| told.take().into_iter().for_each(|told| told(reason));
    let (mut pause, mut waited) = (FIRST_PAUSE, Duration::ZERO);
    // A Mac reports the end a moment before the process can be reaped; and a process that a debugger holds is the
    // debugger's child until the debugger has reaped it and it is ours again.
    while still_ours && waited < REMAINS_LIMIT {
        if let Ok(Some(reason)) = system.take() {
            return tell(reason);
        }
        if waited >= WORD_LIMIT {
            tell(ExitReason::Unknown);
        }
        system.pause(pause);
        waited += pause;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    tell(ExitReason::Unknown);
}

#[cfg(test)]
mod tests;
